"""What is checked before a judge sees an answer. The candidate's text is data, never orders."""

import re
import unicodedata
from enum import StrEnum

from interviewer.bank.words import content_stems, words
from interviewer.errors import AnswerRefused

MAX_CHARACTERS = 8_000

_ENGLISH_WORDS = """
the of and to in is that it for on with as are be this you not or by from at which but have an if
we so can its has was when what how because more than then they will would there their i use also
each into only one about other like just your do does dont no
"""
_FOREIGN_WORDS = """
der die das und ist nicht ein eine einen den dem des mit für auf von zu im sich auch als wenn
werden wird durch oder aber bei nach über sind man dass weil kann le la les et est une dans pour
que qui sur par avec pas plus sont ce cette il elle du au aux mais ou nous vous être lorsque quand
parce si el los las una es en por con para del al como más pero sus este esta son cuando porque lo
gli un di che è per non sono della nel più come ma anche quando os um uma é em da não com mas são
ao het een van dat niet met voor zijn op ook maar bij wordt deze och att det som är på av för inte
med till ett jest nie się na że jak ale oraz przez dla są ve bir bu için ile çok daha gibi değil
ke ka ki ko ek karne karta pehle mein hai hain nahi aur hota hoti hoon jo yeh liye taaki bhi
kar raha
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FOREIGN = frozenset(_FOREIGN_WORDS.split())
"""Function words of fourteen other languages."""
_AMBIGUOUS = frozenset(["per", "non", "plus", "met", "al"])
"""Those that stand in terse English too."""

_FILLERS = r"^(?:(?:sorry|hm+|uh+|um+|well|honestly|no|nope|erm?|ok(?:ay)?)[\s,.!…-]*)*"
_NOT_KNOWN = re.compile(
    rf"{_FILLERS}(?:i(?:['’]m| am)? (?:really |honestly |just |afraid i )*"
    r"(?:do ?n['’]?o?t|don['’]?t|do not|cannot|can['’]?t|have no|no|not) ?(?:\w+ ){0,2}?"
    r"(?:know|idea|remember|sure|recall|clue|answer"
    r"|(?:say|tell)(?! (?:from|whether|which|if|apart) \w))"
    r"|dunno|idk|no (?:idea|clue))\b",
    re.IGNORECASE,
)
_PASSES = re.compile(
    rf"{_FILLERS}(?:pass|skip|next)"
    r"(?:[\s,]+(?:question|please|sorry|on|it|this|that|the|one|thanks?|thank you|for now)\b)*"
    r"\s*(?:[.,!…]+|$)",
    re.IGNORECASE,
)
_COURTESY = "let let's move on next time continue please love learn try guess maybe could would go"
_COURTEOUS = frozenset(content_stems(_COURTESY))
_GREEK_WORD = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]{3,}")
_GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")


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
    plain = text.strip()
    if passed := _PASSES.match(plain):
        rest = plain[passed.end() :]
        return not content_stems(rest) or says_dont_know(rest)
    said = _NOT_KNOWN.match(plain)
    if said is None:
        return False
    rest = plain[said.end() :]
    tried = [s for s in content_stems(rest.casefold().partition("but ")[2]) if s not in _COURTEOUS]
    return len(content_stems(rest)) <= 3 and len(tried) < 2


def not_english(text: str) -> bool:
    """Whether an answer is in another language.

    Most letters from another script, or at least four function words of another language, three
    of them different, two of these plainly so, and twice as many as English ones. Terse English
    without function words stays English, and so do formulae: a Greek letter counts within a word
    only.
    """
    plain = unicodedata.normalize("NFKC", text)
    letters = [c for c in plain if c.isalpha()]
    if len(letters) < 8:
        return False
    symbols = len(_GREEK.findall(plain)) - sum(map(len, _GREEK_WORD.findall(plain)))
    foreign_script = sum(ord(c) >= 0x0370 for c in letters) - symbols
    if foreign_script > 0.3 * len(letters) and foreign_script >= 8:
        return True
    said = words(text)
    english = sum(w in _ENGLISH for w in said)
    foreign = [w for w in said if w in _FOREIGN]
    kinds = set(foreign)
    several = len(foreign) >= 4 and len(kinds) >= 3 and len(kinds - _AMBIGUOUS) >= 2
    return several and len(foreign) > 2 * english
