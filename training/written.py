"""Read the written passages: what somebody may say of a claim, and whether it makes it.

A passage file holds one point a line: {"q": question, "p": point, "entails": [{"s": style,
"t": text}], "contradicts": [...], "neither": [...]}; a point beyond the bank has its "claim" too.
"""

import json
from collections.abc import Mapping
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


def read(folder: Path, bank: Mapping[str, Question]) -> list[Written]:
    """Every passage of the folder's files; raises `KeyError` for a point the bank lacks."""
    written = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in filter(str.strip, path.read_text(encoding="utf-8").split("\n")):
            row = json.loads(line)
            claim = row.get("claim") or claims(bank[row["q"]])[row["p"]]
            written += [
                Written(row["q"], row["p"], claim, label, entry["s"], entry["t"])
                for label in LABELS
                for entry in row[label]
            ]
    return written


def claims(question: Question) -> dict[str, str]:
    """Every claim of a question by id: points, follow-ups' points, misconceptions."""
    points = (*question.points, *(p for f in question.follow_ups for p in f.points))
    return {p.id: p.claim for p in points} | {m.id: m.claim for m in question.misconceptions}
