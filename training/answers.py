"""Read the labelled answers: what somebody said to a question, and what it makes of each point.

One answer a line: {"id", "question_id", "question", "points": [{"id", "text", "weight"}],
"style", "answer", "labels": {point: {"label": met | partial | missed | contradicted,
"evidence": exact words of the answer}}, "overall": 0 to 10}; other keys are ignored.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interviewer.grading.text import sentences


@dataclass(frozen=True)
class Point:
    """What an answer was labelled for."""

    id: str
    claim: str
    weight: float
    label: str
    evidence: str


@dataclass(frozen=True)
class Labelled:
    """An answer with a label for every point of its question."""

    id: str
    question_id: str
    question: str
    style: str
    answer: str
    points: tuple[Point, ...]
    overall: float

    def sentences(self) -> list[tuple[int, int]]:
        """Where each sentence stands."""
        return sentences(self.answer)

    def touched(self, evidence: str) -> list[int]:
        """Which sentences the evidence lies in, by number."""
        at = self.answer.find(evidence)
        if not evidence or at < 0:
            return []
        return [i for i, (s, e) in enumerate(self.sentences()) if s < at + len(evidence) and at < e]


def read(paths: Iterable[Path]) -> Iterator[Labelled]:
    """Every answer of the files, in order."""
    for path in paths:
        asked: dict[str, Any] = {}
        for line in filter(str.strip, path.read_text(encoding="utf-8").split("\n")):
            row = json.loads(line)
            row = asked.setdefault(row["question_id"], row) | row
            yield Labelled(
                row["id"],
                row["question_id"],
                row["question"],
                row.get("style", ""),
                row["answer"],
                tuple(
                    Point(
                        p["id"],
                        p["text"],
                        p["weight"],
                        row["labels"][p["id"]]["label"],
                        row["labels"][p["id"]].get("evidence", ""),
                    )
                    for p in row["points"]
                ),
                row["overall"],
            )
