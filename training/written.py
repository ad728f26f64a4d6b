"""Read the written passages: what somebody may say of a claim, and whether it makes it.

A passage file holds one point a line: {"q": question, "p": point, "claim": text, "entails":
[{"s": style, "t": text}], "contradicts": [...], "neither": [...]}. The claim is a copy, so that
the data do not change when the bank does.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from interviewer.domain import Question

Label = Literal["entails", "contradicts", "neither"]
LABELS: tuple[Label, ...] = ("entails", "contradicts", "neither")


@dataclass(frozen=True)
class Written:
    """One written passage: what it says of which claim."""

    question: str
    point: str
    claim: str
    label: Label
    style: str
    text: str


def read(folder: Path) -> list[Written]:
    """Every passage of the folder's files."""
    written = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in filter(str.strip, path.read_text(encoding="utf-8").split("\n")):
            row = json.loads(line)
            written += [
                Written(row["q"], row["p"], row["claim"], label, entry["s"], entry["t"])
                for label in LABELS
                for entry in row[label]
            ]
    return written


def claims(question: Question) -> dict[str, str]:
    """Every claim of a question by id: points, follow-ups' points, misconceptions."""
    points = (*question.points, *(p for f in question.follow_ups for p in f.points))
    return {p.id: p.claim for p in points} | {m.id: m.claim for m in question.misconceptions}
