"""What is checked before a judge sees an answer. The candidate's text is data, never orders."""

import re
import unicodedata
from enum import StrEnum

from interviewer.bank.words import content_stems, words
from interviewer.errors import AnswerRefused

MAX_CHARACTERS = 8_000

_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "that",
        "it",
        "for",
        "on",
        "with",
        "as",
        "are",
        "be",
        "this",
        "you",
        "not",
        "or",
        "by",
        "from",
        "at",
        "which",
        "but",
        "have",
        "an",
        "if",
        "we",
        "so",
        "can",
        "its",
        "has",
        "was",
        "when",
        "what",
        "how",
        "because",
        "more",
        "than",
        "then",
        "they",
        "will",
        "would",
        "there",
        "their",
        "i",
        "use",
        "also",
        "each",
        "into",
        "only",
        "one",
        "about",
        "other",
        "like",
        "just",
        "your",
        "do",
        "does",
        "dont",
        "no",
    ]
)
_FOREIGN = frozenset(
    [
        "der",
        "die",
        "das",
        "und",
        "ist",
        "nicht",
        "ein",
        "eine",
        "einen",
        "den",
        "dem",
        "des",
        "mit",
        "für",
        "auf",
        "von",
        "zu",
        "im",
        "sich",
        "auch",
        "als",
        "wenn",
        "werden",
        "wird",
        "durch",
        "oder",
        "aber",
        "bei",
        "nach",
        "über",
        "sind",
        "man",
        "dass",
        "weil",
        "kann",
        "le",
        "la",
        "les",
        "des",
        "et",
        "est",
        "une",
        "dans",
        "pour",
        "que",
        "qui",
        "sur",
        "par",
        "avec",
        "pas",
        "plus",
        "sont",
        "ce",
        "cette",
        "il",
        "elle",
        "on",
        "du",
        "au",
        "aux",
        "mais",
        "ou",
        "nous",
        "vous",
        "être",
        "lorsque",
        "quand",
        "parce",
        "si",
        "el",
        "los",
        "las",
        "una",
        "y",
        "es",
        "en",
        "de",
        "que",
        "por",
        "con",
        "para",
        "no",
        "se",
        "del",
        "al",
        "como",
        "más",
        "pero",
        "sus",
        "este",
        "esta",
        "son",
        "cuando",
        "porque",
        "il",
        "lo",
        "gli",
        "un",
        "e",
        "di",
        "che",
        "è",
        "per",
        "non",
        "con",
        "sono",
        "della",
        "del",
        "nel",
        "si",
        "più",
        "come",
        "ma",
        "anche",
        "quando",
        "o",
        "os",
        "as",
        "um",
        "uma",
        "e",
        "é",
        "em",
        "do",
        "da",
        "não",
        "com",
        "para",
        "que",
        "por",
        "mais",
        "como",
        "mas",
        "quando",
        "se",
        "são",
        "ao",
        "het",
        "een",
        "van",
        "en",
        "dat",
        "niet",
        "met",
        "voor",
        "zijn",
        "op",
        "ook",
        "maar",
        "bij",
        "wordt",
        "deze",
        "als",
        "och",
        "att",
        "det",
        "som",
        "en",
        "är",
        "på",
        "av",
        "för",
        "inte",
        "med",
        "den",
        "till",
        "ett",
        "jest",
        "nie",
        "się",
        "na",
        "do",
        "że",
        "to",
        "w",
        "z",
        "jak",
        "ale",
        "oraz",
        "przez",
        "dla",
        "są",
        "ve",
        "bir",
        "bu",
        "için",
        "ile",
        "da",
        "de",
        "çok",
        "daha",
        "gibi",
        "değil",
    ]
) - (_ENGLISH | {"a", "i", "o", "e", "y", "w", "z", "de", "on", "as", "do", "no", "se", "me"})

_NOT_KNOWN = re.compile(
    r"^(?:(?:sorry|hm+|uh+|um+|well|honestly|no|nope|erm?|ok(?:ay)?)[\s,.!…-]*)*"
    r"(?:i(?:['’]m| am)? (?:really |honestly |just |afraid i )*"
    r"(?:do ?n['’]?o?t|don['’]?t|do not|cannot|can['’]?t|have no|no|not) ?(?:\w+ ){0,2}?"
    r"(?:know|idea|remember|sure|recall|clue|answer|say|tell)"
    r"|dunno|idk|no (?:idea|clue)|pass|skip|next(?: question)?(?: please)?)\b",
    re.IGNORECASE,
)

_ADDRESSES_GRADER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|rubric|prompt|previous|above|"
    r"points?|criteria|rules?)"
    r"|\b(?:mark|grade|score|rate|give|award|credit|count|treat|consider|accept|assign|return|"
    r"output|respond|report)\b.{0,60}\b(?:as (?:met|correct|covered|right|satisfied|passed)|full "
    r"(?:marks|credit|score|points)|10/10|100 ?%|all (?:the )?points|every point|maximum|"
    r"verdicts?|\"?score\"?)"
    r"|\b(?:note|message|instruction|reminder|memo|attention)s? (?:to|for) (?:the |any )?(?:ai|"
    r"automated |grader|grading|judge|evaluator|examiner|assessor|reviewer|model|system)"
    r"|\b(?:as an? (?:ai|grader|judge|language model)|dear (?:grader|judge|evaluator|examiner))"
    r"|\b(?:system|assistant|developer|grader|evaluator|judge|examiner|admin)\s*(?:prompt|message|"
    r"note|override)?\s*[:>\]]"
    r"|<\s*/?\s*(?:system|assistant|instruction|answer|candidate|rubric|grade|verdict|student)"
    r"|\"(?:verdicts?|score|status|points?|evidence)\"\s*:"
    r"|\bp\d+\s*[:=]\s*(?:met|true|1|pass|yes)"
    r"|\b(?:already|has been|was|were) (?:reviewed|verified|graded|confirmed|approved|validated|"
    r"checked|pre-?approved)\b.{0,60}\b(?:correct|met|full|by|expert|human|panel|committee)",
    re.IGNORECASE,
)
_TALKS_ABOUT_ATTACKS = re.compile(
    r"\b(?:prompt[- ]injection|injections?|jailbreak|attack(?:er|s)?|adversar\w+|malicious|"
    r"untrusted|sanitis|sanitiz|guardrail|delimiter)", re.IGNORECASE
)  # fmt: skip


class Reading(StrEnum):
    """What the guard makes of an answer."""

    GRADABLE = "gradable"
    NOTHING_CLAIMED = "nothing claimed"
    NOT_ENGLISH = "not English"


def accept(text: str) -> str:
    """The answer as it may be kept: control characters dropped, ends trimmed.

    Raises `AnswerRefused` if nothing is left or it is longer than 8,000 characters.
    """
    cleaned = clean(text)
    if not cleaned:
        raise AnswerRefused("the answer is empty: type one, or skip the question")
    if len(cleaned) > MAX_CHARACTERS:
        raise AnswerRefused(
            f"the answer has {len(cleaned):,} characters and at most {MAX_CHARACTERS:,} are taken: "
            "shorten it and send it again"
        )
    return cleaned


def clean(text: str) -> str:
    """Without control characters and lone surrogates, which no file or database takes well."""
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
    ).strip()


def read(text: str) -> Reading:
    """Whether there is something to grade, in a language the judge reads."""
    if not_english(text):
        return Reading.NOT_ENGLISH
    if not content_stems(text) or says_dont_know(text):
        return Reading.NOTHING_CLAIMED
    return Reading.GRADABLE


def says_dont_know(text: str) -> bool:
    """Whether a reply says only that the candidate cannot answer, or passes."""
    said = _NOT_KNOWN.match(text.strip())
    return said is not None and len(content_stems(text.strip()[said.end() :])) <= 3


def not_english(text: str) -> bool:
    """Whether an answer is in another language.

    Most letters from another script, or at least four function words of another language and
    twice as many as English ones. Terse English without function words stays English.
    """
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 8:
        return False
    foreign_script = sum(ord(c) >= 0x0370 and not 0x1D400 <= ord(c) <= 0x1D7FF for c in letters)
    if foreign_script > 0.3 * len(letters) and foreign_script >= 8:
        return True
    said = words(text)
    english = sum(w in _ENGLISH for w in said)
    foreign = sum(w in _FOREIGN for w in said)
    return foreign >= 4 and foreign > 2 * english


def addresses_grader(sentence: str) -> bool:
    """Whether a sentence speaks to the grader instead of answering.

    Talk about attacks on language models is an answer like any other.
    """
    return bool(_ADDRESSES_GRADER.search(sentence)) and not _TALKS_ABOUT_ATTACKS.search(sentence)
