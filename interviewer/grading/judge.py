"""The seam between grading and whoever decides: a rubric and an answer in, verdicts out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from interviewer.domain import Communication, Status, Verdict
from interviewer.grading.rubric import Rubric


@dataclass(frozen=True)
class Answer:
    """What was said on one item so far.

    `said` holds the candidate's turns as (turn index, text) in order; `heard` likewise what the
    interviewer said (the question, probes, hints): words given back from it are no evidence.
    `asked` holds the interviewer's turns about one point or misconception as (turn index, its id).
    """

    said: tuple[tuple[int, str], ...]
    heard: tuple[tuple[int, str], ...] = ()
    asked: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Judgement:
    """A judge's verdicts on the points it could assess, and on the misconceptions asserted."""

    verdicts: tuple[Verdict, ...]
    misconceptions: tuple[Verdict, ...] = ()
    flags: tuple[str, ...] = ()
    communication: Communication | None = None


SPEAKS_TO_GRADER = "speaks to the grader"
"""The flag of an answer that speaks to whoever grades it."""
NO_WORDS = "no words of the answer bear this out"
UNPROVEN_CONFIDENCE = 0.6
"""At most this sure is a verdict that fell because its quote did not stand."""


class Judge(Protocol):
    """Decides per point. It never returns a number for the whole answer."""

    @property
    def name(self) -> str:
        """Who decided, as shown beside every grade: `embedded`, or a model's name."""
        ...

    @property
    def version(self) -> str:
        """A hash that changes when the judge's weights, rules or prompts do."""
        ...

    def judge(self, rubric: Rubric, answer: Answer) -> Judgement:
        """The verdicts on one answer. Every met or contradicted verdict carries a quote.

        A judge behind an endpoint raises `ModelUnavailable` or `ReplyUnusable`.
        """
        ...


def nothing_claimed(rubric: Rubric, judge: str, reason: str) -> Sequence[Verdict]:
    """Every point missed, for an answer in which nothing was claimed."""
    return [
        Verdict(point=p.id, status=Status.MISSED, reason=reason, confidence=0.99, judge=judge)
        for p in rubric.points
    ]
