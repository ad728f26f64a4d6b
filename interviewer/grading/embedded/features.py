"""What can be seen of a claim in a passage without understanding it: words, numbers, form.

Every feature is a plain number with a name; `NAMES` gives their order. Similarities come in from
the encoder, so that this module stays pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interviewer.bank.words import content_stems, stem, words

Vector = NDArray[np.float32]

NAMES = (
    "similarity",
    "similarity_best_other",
    "similarity_question",
    "rank_margin",
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
    "denial",
    "log_length",
    "log_answer_length",
    "claim_length",
)

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|hardly|rarely|nothing|nowhere|un\w+able"
    r"|\w+n['’]t|instead of|rather than|fails? to|lacks?|ignor\w+|independent(?:ly)?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?\s?%?")
_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|i think|i guess|probably|sort of|kind of|something|somehow|not sure|"
    r"might be|stuff|things?|etc|various|depends)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:myth|misconception|people (?:say|claim|think)|textbook|contrary|actually the "
    r"(?:opposite|reverse)|no need|unnecessary|doesn['’]?t matter|irrelevant|never|always|"
    r"guarantee\w*|only thing|all you need|simply|just)\b",
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
    "increas decreas|high low|higher lower|more less|more fewer|large small|larger smaller|"
    "big small|bigger smaller|over under|overfit underfit|before after|maximis minimis|"
    "maximiz minimiz|maxim minim|posit negat|first last|same differ|fast slow|faster slower|"
    "rise fall|rais lower|grow shrink|up down|left right|row column|train test|train infer|"
    "train valid|supervis unsupervis|online offline|bias varianc|precis recall|encod decod|"
    "parallel sequential|depend independ|linear nonlinear|best worst|better worse|upper lower|"
    "add remov|always never|with without|inside outsid|input output|global local|shallow deep|"
    "sparse dense|strong weak|converg diverg|help hurt|keep drop|l1 l2|null altern|prior posterior|"
    "mean median|random determinist|constant vari|easy hard|early late|long short|wide narrow"
)


def _opposites() -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split("|"):
        a, b = (stem(word) for word in pair.split())
        table.setdefault(a, set()).add(b)
        table.setdefault(b, set()).add(a)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _opposites()


@dataclass(frozen=True)
class Reading:
    """A text taken apart once, compared often."""

    text: str
    stems: tuple[str, ...]
    stem_set: frozenset[str]
    all_stems: frozenset[str]
    numbers: frozenset[str]
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
            frozenset(re.sub(r"\s", "", n).rstrip("%.") for n in _NUMBER.findall(text)),
            len(_NEGATION.findall(text)),
            len(said),
        )


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


def list_like(passage: Reading) -> float:
    """Separators per word, in [0, 1]: a list of terms scores high."""
    return min(1.0, len(_SEPARATOR.findall(passage.text)) / max(1, passage.length) * 2)


def row(
    claim: Reading,
    passage: Reading,
    answer: Reading,
    question: Reading,
    weight: Mapping[str, float],
    similarities: Sequence[float],
) -> list[float]:
    """The features of one (claim, passage), in the order of `NAMES`.

    `similarities`: cosine of the claim with the passage, of the passage with the best other
    point of the rubric, of the passage with the question.
    """
    cosine, other, asked = similarities
    missing = claim.numbers - passage.numbers
    fresh = passage.stem_set - question.stem_set
    return [
        cosine,
        other,
        asked,
        cosine - other,
        coverage(claim, passage.stem_set, weight),
        coverage(claim, answer.stem_set, weight),
        coverage(claim, fresh, weight),
        float(min(2, abs(claim.negations - passage.negations))),
        float(bool(missing)),
        float(bool(missing) and bool(passage.numbers - claim.numbers)),
        opposite(claim, passage),
        order_swapped(claim, passage),
        float(_VERB.search(passage.text) is None),
        list_like(passage),
        len(passage.stem_set & question.stem_set) / max(1, len(passage.stem_set)),
        float(_HEDGE.search(passage.text) is not None),
        float(_DENIAL.search(passage.text) is not None),
        float(np.log1p(passage.length)),
        float(np.log1p(answer.length)),
        float(np.log1p(claim.length)),
    ]
