"""Whole answers composed from written passages, with the label of every point known.

A passage file holds one point a line: {"q": question, "p": point, "entails": [{"s": style,
"t": text}], "contradicts": [...], "neither": [...]}.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
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


@dataclass(frozen=True)
class Composed:
    """An answer to a question: `labels` by point id, `source` the passage that gave each."""

    question: Question
    text: str
    labels: Mapping[str, Label]
    source: Mapping[str, str]


def read(folder: Path, bank: Mapping[str, Question]) -> list[Written]:
    """Every passage of the folder's files; raises `KeyError` for a point the bank lacks."""
    written = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in filter(str.strip, path.read_text(encoding="utf-8").split("\n")):
            row = json.loads(line)
            claim = claims(bank[row["q"]])[row["p"]]
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


def compose(
    question: Question, written: Sequence[Written], random: Random, count: int
) -> Iterator[Composed]:
    """`count` answers to a question from the passages written for its points."""
    by_point: dict[str, list[Written]] = {}
    for passage in written:
        by_point.setdefault(passage.point, []).append(passage)
    for _ in range(count):
        chosen = [
            random.choice(passages) for passages in by_point.values() if random.random() < 0.75
        ]
        if not chosen:
            continue
        random.shuffle(chosen)
        labels: dict[str, Label] = {c.point: c.label for c in chosen}
        text = " ".join(_ended(c.text) for c in chosen)
        yield Composed(question, text, labels, {c.point: _ended(c.text) for c in chosen})


def beside(
    question: Question, others: Sequence[Written], random: Random, count: int
) -> Iterator[Composed]:
    """Answers that make none of a question's points: other questions' passages, its own words.

    They are what an answer off the subject, or one that gives the question back, looks like.
    """
    for i in range(count):
        chosen = [_ended(w.text) for w in random.sample(others, k=random.randint(2, 6))]
        if i % 3 == 0:
            chosen.insert(0, f"So, {question.question[0].lower()}{question.question[1:-1]}.")
        yield Composed(question, " ".join(chosen), {}, {})


def _ended(text: str) -> str:
    text = text.strip()
    return text if text[-1] in ".!?…)`" else f"{text}."
