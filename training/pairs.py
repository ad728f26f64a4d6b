"""Pairs (claim, passage, label) for the entailment model, from written passages and the bank."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from interviewer.domain import Question
from training.written import Label, Written, claims


@dataclass(frozen=True)
class Pair:
    """One example: does the passage entail the claim, contradict it, or neither?"""

    question: str
    claim: str
    passage: str
    label: Label


def pairs(written: Sequence[Written], bank: Mapping[str, Question], random: Random) -> list[Pair]:
    """All pairs, shuffled. Everything is drawn from `random`, so a seed repeats it."""
    made = [
        *(Pair(w.question, w.claim, w.text, w.label) for w in written),
        *_windows(written, random),
        *_hard_negatives(written, random),
        *_from_bank(bank, random),
    ]
    unique = list(dict.fromkeys(made))
    random.shuffle(unique)
    return unique


def _windows(written: Sequence[Written], random: Random) -> Iterator[Pair]:
    """A passage beside one about another point: what the claim is read against is often wider."""
    by_question = _grouped(written)
    for w in written:
        others = [o for o in by_question[w.question] if o.point != w.point]
        if others and random.random() < 0.4:
            parts = [w.text, random.choice(others).text]
            random.shuffle(parts)
            yield Pair(w.question, w.claim, " ".join(parts), w.label)


def _hard_negatives(written: Sequence[Written], random: Random) -> Iterator[Pair]:
    """What was said for one point, held against another: the same subject, not the same claim."""
    by_question = _grouped(written)
    for w in written:
        others = {o.claim for o in by_question[w.question] if o.point != w.point}
        for claim in random.sample(sorted(others), k=min(1, len(others))):
            yield Pair(w.question, claim, w.text, "neither")
        if random.random() < 0.3:
            far = random.choice(written)
            if far.question != w.question:
                yield Pair(w.question, w.claim, far.text, "neither")


def _from_bank(bank: Mapping[str, Question], random: Random) -> Iterator[Pair]:
    """What the bank itself says: a denied point, a neighbour's claim, a question given back."""
    for question in bank.values():
        by_id = claims(question)
        own = [p.claim for p in question.points]
        for m in question.misconceptions:
            if m.denies is not None:
                yield Pair(question.id, by_id[m.denies], m.claim, "contradicts")
                if random.random() < 0.5:
                    yield Pair(question.id, m.claim, by_id[m.denies], "contradicts")
            if random.random() < 0.5:
                yield Pair(question.id, m.claim, m.correction, "contradicts")
        for p in question.points:
            if random.random() < 0.2:
                yield Pair(question.id, p.claim, p.claim, "entails")
            if random.random() < 0.2:
                yield Pair(question.id, p.claim, p.probe, "neither")
            if random.random() < 0.15:
                yield Pair(question.id, p.claim, question.question, "neither")
            if random.random() < 0.4 and len(own) > 1:
                other = random.choice([c for c in own if c != p.claim])
                yield Pair(question.id, p.claim, other, "neither")


def _grouped(written: Sequence[Written]) -> dict[str, list[Written]]:
    groups: dict[str, list[Written]] = {}
    for w in written:
        groups.setdefault(w.question, []).append(w)
    return groups
