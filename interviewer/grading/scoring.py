"""From verdicts to a number. Pure arithmetic: no model ever returns a score.

C = Σ w · credit · h / Σ w       over the points that have a verdict
P = Σ cost / Σ w                 at most 0.4
S = clip(C − P, 0, 1)            at most 0.6 with a critical misconception

The credits, the help factors, both caps and the 70% rule are the project's grading rules
(docs: README, "How the score comes about"). The cost of a wrong claim, a quarter of its weight,
is the value that brought S computed from human verdicts closest to human marks without bias on
168 labelled answers (mean difference −0.13 of 10; at half the weight −0.27, at none +0.14).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import Band, Criterion, Help, Misconception, Status, Verdict

CREDIT = {Status.MET: 1.0, Status.UNCLEAR: 0.5, Status.MISSED: 0.0, Status.CONTRADICTED: 0.0}
HELP_FACTOR = {
    Help.UNAIDED: 1.0,
    Help.PROBED: 1.0,
    Help.HINTED: 0.6,
    Help.PROMPTED: 0.3,
    Help.TOLD: 0.0,
}
WRONG_CLAIM_COST = 0.25
MISCONCEPTION_WEIGHT = {True: 3, False: 2}
MAX_PENALTY = 0.4
CRITICAL_CAP = 0.6
MIN_ASSESSABLE = 0.7
BAND_Z = 1.2816
"""Half-width of an 80% interval in standard deviations of a normal distribution."""


@dataclass(frozen=True)
class Score:
    """A score and the steps that led to it.

    `value` in [0, 1], or None if less than 70% of the weight could be assessed;
    `coverage` is C, `penalty` is P, `assessable` the share of the weight with a verdict.
    """

    value: float | None
    coverage: float
    penalty: float
    capped: bool
    assessable: float
    band: Band | None


def score(
    points: Sequence[Criterion],
    verdicts: Mapping[str, Verdict],
    asserted: Sequence[Misconception] = (),
    *,
    count_help: bool = True,
) -> Score:
    """The score of one item.

    `verdicts` by point id; a point without one was not assessed, which is not the same as
    missed. `asserted` are the misconceptions the candidate holds at the end.
    """
    total = sum(p.weight for p in points)
    assessed = [(p, verdicts[p.id]) for p in points if p.id in verdicts]
    weight = sum(p.weight for p, _ in assessed)
    assessable = weight / total if total else 0.0
    if weight == 0:
        return Score(None, 0.0, 0.0, False, assessable, None)
    factor = HELP_FACTOR if count_help else dict.fromkeys(Help, 1.0)
    coverage = sum(p.weight * CREDIT[v.status] * factor[v.help] for p, v in assessed) / weight
    contradicted = {p.id for p, v in assessed if v.status is Status.CONTRADICTED}
    wrong = float(sum(p.weight for p, _ in assessed if p.id in contradicted))
    wrong += sum(MISCONCEPTION_WEIGHT[m.critical] for m in asserted if m.denies not in contradicted)
    penalty = min(MAX_PENALTY, WRONG_CLAIM_COST * wrong / weight)
    value = min(1.0, max(0.0, coverage - penalty))
    capped = any(m.critical for m in asserted) and value > CRITICAL_CAP
    value = CRITICAL_CAP if capped else value
    if assessable < MIN_ASSESSABLE:
        return Score(None, coverage, penalty, capped, assessable, None)
    spread = BAND_Z * _standard_deviation(assessed, weight)
    band = Band(low=max(0.0, value - spread), high=min(1.0, value + spread))
    return Score(value, coverage, penalty, capped, assessable, band)


def _standard_deviation(assessed: Sequence[tuple[Criterion, Verdict]], weight: float) -> float:
    """How far C may be off, were each verdict right with its confidence, independently.

    A wrong `unclear` is half a credit off, any other wrong verdict taken as a whole one.
    """
    variance = 0.0
    for point, verdict in assessed:
        off = 0.5 if verdict.status is Status.UNCLEAR else 1.0
        variance += (
            (point.weight / weight * off) ** 2 * verdict.confidence * (1 - verdict.confidence)
        )
    return math.sqrt(variance)


def mean_score(scores: Sequence[float | None]) -> float | None:
    """The mean of those that exist; None, not 0, if none does."""
    known = [s for s in scores if s is not None]
    return sum(known) / len(known) if known else None
