"""Which verdicts deserve a second look, and what two looks come to. Pure.

The witness is another judge of the same answer. It never decides: where it disagrees strongly on
a decisive core point, the model is asked again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from interviewer.domain import Criterion, Evidence, Status, Verdict

MAX_SHARE = 0.3
"""Of the points of an answer, at most so many (but always one) get a second look."""
LOW_CONFIDENCE = 0.55
STRONG = 0.9
"""From which confidence a witness's disagreement counts."""
DECISIVE = 0.15
"""A core point with at least this share of the weight decides."""

_DENIED = (Status.MISSED, Status.CONTRADICTED)


@dataclass(frozen=True)
class Decision:
    """A verdict on the way: `requoted` if its first quote did not stand in the answer."""

    status: Status
    evidence: Evidence | None
    reason: str
    confidence: float
    requoted: bool = False


def doubtful(
    points: Sequence[Criterion],
    decisions: Mapping[str, Decision],
    witness: Mapping[str, Verdict],
    *,
    addressed: bool,
) -> list[str]:
    """The points to look at again, the weightiest first; `addressed`: the grader was spoken to."""
    total = sum(p.weight for p in points)
    core = max((p.weight for p in points), default=0.0)

    def doubted(point: Criterion) -> bool:
        decision = decisions[point.id]
        credited = decision.status in (Status.MET, Status.UNCLEAR)
        return (
            decision.confidence < LOW_CONFIDENCE
            or decision.requoted
            or (addressed and credited)
            or (
                point.weight == core
                and point.weight >= DECISIVE * total
                and point.id in witness
                and _opposed(decision.status, witness[point.id])
            )
        )

    found = [p for p in points if p.id in decisions and doubted(p)]
    found.sort(key=lambda p: -p.weight)
    return [p.id for p in found[: max(1, int(MAX_SHARE * len(points)))]]


def _opposed(status: Status, witness: Verdict) -> bool:
    if witness.confidence < STRONG:
        return False
    return (status is Status.MET and witness.status in _DENIED) or (
        status in _DENIED and witness.status is Status.MET
    )


def settle(first: Decision, second: Decision, *, addressed: bool) -> Decision:
    """What a first and a blind second look come to.

    Agreed, it stands. Split, the claim is `unclear`, except where credit had been tried for by
    speaking to the grader or by a quote that did not stand: there the second look has a veto.
    Between missed and contradicted nothing was claimed for sure.
    """
    if first.status is second.status:
        return replace(first, confidence=max(first.confidence, second.confidence))
    vetoed = (addressed or first.requoted) and second.status in _DENIED
    if vetoed or (first.status in _DENIED and second.status in _DENIED):
        return Decision(
            Status.MISSED, None, second.reason, min(first.confidence, second.confidence)
        )
    evidence = first.evidence or second.evidence
    lesser = min(first, second, key=lambda d: d.status is Status.MET)
    return Decision(Status.UNCLEAR, evidence, lesser.reason, 0.5, first.requoted)


def lacks(decisions: Mapping[str, Decision], wanted: Collection[Criterion]) -> float:
    """The share of the weight that has no decision; 0 where no point was wanted."""
    total = sum(p.weight for p in wanted)
    return sum(p.weight for p in wanted if p.id not in decisions) / total if total else 0.0
