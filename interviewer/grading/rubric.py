"""What an item is graded against, frozen and hashed so that an old score stays explainable."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from interviewer.domain import Criterion, FollowUp, Misconception, Question


@dataclass(frozen=True)
class Rubric:
    """The question asked, the points a good answer makes, the misconceptions that cost.

    `item` is the question's id, or `QUESTION/FOLLOW-UP` for a follow-up, which is graded
    against its own points and never against its parent's.
    """

    item: str
    question: str
    points: tuple[Criterion, ...]
    misconceptions: tuple[Misconception, ...] = ()

    @classmethod
    def of(cls, question: Question, follow_up: FollowUp | None = None) -> "Rubric":
        """The rubric of a question, or of one of its follow-ups."""
        if follow_up is None:
            return cls(question.id, question.question, question.points, question.misconceptions)
        return cls(f"{question.id}/{follow_up.id}", follow_up.question, follow_up.points)

    @classmethod
    def part(cls, question: Question, part_id: str) -> "Rubric":
        """The rubric of a single point (a follow-up's too) or misconception of a question."""
        points = (*question.points, *(p for f in question.follow_ups for p in f.points))
        return cls(
            question.id,
            question.question,
            tuple(p for p in points if p.id == part_id),
            tuple(m for m in question.misconceptions if m.id == part_id),
        )

    @cached_property
    def hash(self) -> str:
        """SHA-256 over everything a judge sees, first 16 hex digits."""
        content = [
            self.question,
            [(p.id, p.claim, p.weight) for p in self.points],
            [(m.id, m.claim, m.critical, m.denies) for m in self.misconceptions],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
