"""What is known of a claim in an answer, as plain numbers with names.

The entailment model reads each passage against the claim; words, numbers and form say what it
overlooks. Similarities and readings come in from outside, so that this module stays pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from interviewer.bank.words import content_stems, stem, words
from interviewer.grading.text import NUMBER_WORDS, QUESTION_WORD

Matrix = NDArray[np.float64]

NAMES = (
    "entails",
    "entails_second",
    "contradicts",
    "contradicts_second",
    "contradicts_where_entails",
    "entails_where_contradicts",
    "neither_least",
    "entails_around",
    "contradicts_around",
    "neither_around",
    "similarity",
    "coverage",
    "coverage_answer",
    "novel_coverage",
    "negation_differs",
    "number_missing",
    "number_differs",
    "opposite",
    "order_swapped",
    "verbless",
    "list_like",
    "echo",
    "hedged",
    "answer_verbless",
    "answer_echo",
    "others_entailed",
)

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|hardly|rarely|nothing|nowhere|un\w+able"
    r"|\w+n['’]t|(?:do|does|did|is|are|was|were|ca|wo|would|should|could|has|have)nt"
    r"|instead of|rather than|fails? to|lacks?|ignor\w+|independent(?:ly)?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+−-]?\d+)?)(\s?%)?", re.IGNORECASE
)
_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|i think|i guess|probably|sort of|kind of|something|somehow|not sure|"
    r"might be|stuff|things?|etc|various|depends)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had|do|does|did|can|could|will|would|should|may|"
    r"might|must|means?|gives?|gets?|makes?|takes?|uses?|need(?:s|ed)?|let(?:s|['’]s)?|keeps?|"
    r"becomes?|goes|went|\w{3,}(?:ed|ing|ises?|izes?|ates?|ifies)|\w+['’](?:s|re|m|ve|ll|d))\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[,;/|•\n]| - ")

_OPPOSITES = (
    "increase decrease|increases decreases|increasing decreasing|increased decreased|high low|"
    "higher lower|more less|more fewer|large small|larger smaller|big small|bigger smaller|"
    "over under|overfit underfit|overfits underfits|overfitting underfitting|before after|"
    "maximise minimise|maximum minimum|positive negative|positives negatives|first last|"
    "same different|fast slow|faster slower|rise fall|rises falls|raise lower|raises lowers|"
    "grow shrink|grows shrinks|up down|left right|row column|train test|training test|"
    "training testing|train infer|training inference|train validation|training validation|"
    "supervised unsupervised|online offline|bias variance|precision recall|encoder decoder|"
    "encode decode|parallel sequential|parallel sequentially|dependent independent|"
    "linear nonlinear|best worst|better worse|upper lower|add remove|adds removes|always never|"
    "with without|inside outside|input output|inputs outputs|global local|shallow deep|"
    "sparse dense|strong weak|converge diverge|converges diverges|help hurt|helps hurts|keep drop|"
    "keeps drops|l1 l2|null alternative|prior posterior|mean median|random deterministic|"
    "randomly deterministically|constant varying|easy hard|early late|earlier later|long short|"
    "longer shorter|wide narrow"
)


def _opposites() -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split("|"):
        a, b = (stem(word) for word in pair.split())
        table.setdefault(a, set()).add(b)
        table.setdefault(b, set()).add(a)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _opposites()


WITHOUT_OTHERS = 0.41
"""`others_entailed` of a lone claim: the mean over the answers for the last stage."""
RESTATED = 0.25
"""The share of a claim's content words that may be left out when it is restated."""
SAYING = 3
"""Content words of a claim that say something by themselves."""
_TOKEN = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*|[^\s\w]|\w")
_EMPTY_WORDS = """
a an the of to in on for by with and so then that this it its is are was were be been being we you
i one will would can does do get gets each every from as at into which these those there also just
basically well , . ; : ! … " ( ) - – —
"""
_EMPTY = frozenset(stem(t) if t.isalpha() else t for t in _EMPTY_WORDS.split())
_WEIGHTY = frozenset(
    stem(t)
    for t in (
        "not",
        "no",
        "never",
        "cannot",
        "only",
        "without",
        "than",
        "or",
        "nor",
        "hardly",
        "less",
    )
)


_END = re.compile(r"([!?\n]|\.(?!\d))")
_ASKING = re.compile(rf"(?:^|[,:;–—-]|\b(?:and|so|or|but|then))\s*{QUESTION_WORD}\b", re.IGNORECASE)
"""A clause that begins as questions do."""


@dataclass(frozen=True)
class Reading:
    """A text taken apart once, compared often."""

    text: str
    stems: tuple[str, ...]
    stem_set: frozenset[str]
    all_stems: frozenset[str]
    numbers: frozenset[str]
    """Those in digits, by value: 0.1 for 10%."""
    spelt: frozenset[str]
    """Those in words."""
    negations: int
    length: int

    @classmethod
    def of(cls, text: str) -> "Reading":
        """Take a text apart."""
        stems = tuple(content_stems(text))
        said = words(text)
        return cls(
            text,
            stems,
            frozenset(stems),
            frozenset(stem(w) for w in said),
            frozenset(_value(found) for found in _NUMBER.finditer(text)),
            frozenset(NUMBER_WORDS[w] for w in said if w in NUMBER_WORDS),
            len(_NEGATION.findall(text)),
            len(said),
        )

    @property
    def verbless(self) -> bool:
        """Whether nothing in it looks like a verb: a list of terms claims nothing."""
        return _VERB.search(self.text) is None


def as_claimed(claim: str, passage: str) -> str:
    """The passage with the claim's numbers in the claim's notation, and with nothing half asked.

    The entailment model takes a number that is written in another way (0.1 for 10%) for another
    number, and a statement that ends in "?" for want of confidence for no statement.
    """
    claimed = {_value(found): found[0] for found in _NUMBER.finditer(claim)}
    said = _END.split(passage)  # a text, its end, the next text, …
    for i in range(1, len(said), 2):
        if said[i] == "?" and said[i - 1].strip() and not _ASKING.search(said[i - 1]):
            said[i] = "."
    return _NUMBER.sub(lambda found: claimed.get(_value(found), found[0]), "".join(said))


def _value(number: re.Match[str]) -> str:
    """A number as its value tells it: shares below one without the sign of per cent."""
    value = float(number[1].replace(",", "").replace("−", "-"))
    if number[2] and value < 100:
        return f"{value / 100:.6g}"
    return f"{value:.6g}{'%' if number[2] else ''}"


def coverage(claim: Reading, stems: frozenset[str], weight: Mapping[str, float]) -> float:
    """The weighted share of a claim's content words among `stems`, in [0, 1]."""
    total = sum(weight.get(s, 1.0) for s in claim.stem_set)
    return sum(weight.get(s, 1.0) for s in claim.stem_set & stems) / total if total else 0.0


def opposite(claim: Reading, passage: Reading) -> float:
    """How many of the claim's words stand in the passage as their opposites only, at most 3."""
    found = sum(
        1
        for s in claim.all_stems & OPPOSITES.keys()
        if s not in passage.all_stems and OPPOSITES[s] & passage.all_stems
    )
    return float(min(found, 3))


def order_swapped(claim: Reading, passage: Reading) -> float:
    """The share of pairs of shared words that stand in the other order, in [0, 1]."""
    shared = [s for s in dict.fromkeys(claim.stems) if s in passage.stem_set]
    at = [passage.stems.index(s) for s in shared]
    pairs = [(a, b) for i, a in enumerate(at) for b in at[i + 1 :]]
    return sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.0


def restates(claim: str, passage: str) -> bool:
    """Whether a passage gives a claim in the claim's own words, with nothing put in its place.

    Word by word: what was added carries no meaning, what was left out neither, but for a quarter
    of the content words at most and never a negation, a number or a sign.
    """
    ours, theirs = _tokens(claim), _tokens(passage)
    dropped = 0
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if any(t not in _EMPTY for t in theirs[c:d]):
            return False
        lost = [t for t in ours[a:b] if t not in _EMPTY]
        if any(t in _WEIGHTY or not t.isalpha() for t in lost):
            return False
        dropped += len(lost)
    content = sum(t not in _EMPTY for t in ours)
    return content >= SAYING and dropped <= RESTATED * content


def _tokens(text: str) -> list[str]:
    return [stem(t) if t.isalpha() else t for t in _TOKEN.findall(text.casefold())]


def list_like(passage: Reading) -> float:
    """Separators per word, in [0, 1]: a list of terms scores high."""
    return min(1.0, len(_SEPARATOR.findall(passage.text)) / max(1, passage.length) * 2)


def echo(passage: Reading, question: Reading) -> float:
    """The share of the passage's content words that the question had used, in [0, 1]."""
    return len(passage.stem_set & question.stem_set) / max(1, len(passage.stem_set))


def log_odds(p: float) -> float:
    """ln(p / (1 − p)), cut off at ±6."""
    q = min(1 - 2.5e-3, max(2.5e-3, p))
    return float(np.log(q / (1 - q)))


@dataclass(frozen=True)
class Answered:
    """What is the same for every claim: the whole answer and the question."""

    answer: Reading
    question: Reading
    weight: Mapping[str, float]
    verbless: float
    """The share of the answer's sentences without a verb."""


def row(
    claim: Reading,
    passages: list[Reading],
    similarity: list[float],
    read: Matrix,
    around: NDArray[np.float64],
    context: Answered,
) -> list[float]:
    """The features of one claim, in the order of `NAMES` but for the last.

    `passages` (k) are those looked at, `similarity` their cosines with the claim, `read` (k, 3)
    what the entailment model says of each, `around` (3,) what it says of the likeliest with the
    sentences around it. `others_entailed` is added once every claim has its
    row. (What the others are denied is not: it would spread one misreading over an answer.)
    """
    entails, contradicts = read[:, 0], read[:, 1]
    best, worst = int(np.argmax(entails)), int(np.argmax(contradicts))
    passage = passages[best if entails[best] >= contradicts[worst] else worst]
    missing = claim.numbers - passage.numbers - passage.spelt
    return [
        log_odds(float(entails[best])),
        log_odds(_second(entails)),
        log_odds(float(contradicts[worst])),
        log_odds(_second(contradicts)),
        float(contradicts[best]),
        float(entails[worst]),
        float(read[:, 2].min()),
        log_odds(float(around[0])),
        log_odds(float(around[1])),
        float(around[2]),
        max(similarity),
        coverage(claim, passage.stem_set, context.weight),
        coverage(claim, context.answer.stem_set, context.weight),
        coverage(claim, passage.stem_set - context.question.stem_set, context.weight),
        float(min(2, abs(claim.negations - passage.negations))),
        float(bool(missing)),
        float(bool(missing) and bool(passage.numbers - claim.numbers)),
        opposite(claim, passage),
        order_swapped(claim, passage),
        float(passage.verbless),
        list_like(passage),
        echo(passage, context.question),
        float(_HEDGE.search(passage.text) is not None),
        context.verbless,
        echo(context.answer, context.question),
    ]


def with_others(rows: list[list[float]], reads: list[Matrix], points: int) -> Matrix:
    """(n, f): the rows with how far the other claims were read as made, on average.

    The first of them are `points`, which are seen among points alone.
    """
    entailed = np.array([r[:, 0].max() for r in reads])
    others = np.concatenate([_others(entailed[:points]), _others(entailed)[points:]])
    return np.hstack([np.array(rows, dtype=np.float64), others[:, np.newaxis]])


def _others(entailed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of all but each."""
    if len(entailed) == 1:
        return np.array([WITHOUT_OTHERS])
    return np.asarray((entailed.sum() - entailed) / max(1, len(entailed) - 1))


def _second(values: NDArray[np.float64]) -> float:
    return float(np.sort(values)[-2]) if len(values) > 1 else float(values[0])
