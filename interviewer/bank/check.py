"""What makes a bank fit to grade with: editorial rules beyond the schema.

`check_bank` reads nothing but its arguments and returns every complaint, each with file and key.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from interviewer.bank.loader import Bank, load_bank
from interviewer.bank.words import content_stems, words
from interviewer.domain import Kind, Point, Question
from interviewer.errors import BankError

CLAIM_WORDS = (8, 30)
PROBE_WORDS = 30
QUESTION_WORDS = 60
FOLLOW_UP_WORDS = 40
ANCHOR_WORDS = (20, 120)
ANSWER_WORDS = {Kind.SYSTEM_DESIGN: (80, 400)}
POINTS = {Kind.SYSTEM_DESIGN: (10, 16)}
FOLLOW_UPS = {Kind.SYSTEM_DESIGN: 3}
MINUTES = {Kind.SYSTEM_DESIGN: (45, 45), Kind.CODING: (3, 20)}

SPELLINGS = {
    "over-fit": "overfit",
    "under-fit": "underfit",
    "finetun": "fine-tun",
    "hyper-parameter": "hyperparameter",
    "tradeoff": "trade-off",
    "minibatch": "mini-batch",
    "cross validat": "cross-validat",
    "pretrain": "pre-train",
    "auto-encoder": "autoencoder",
    "dataset": "data set",
}
"""The bank's spelling of terms that are spelt in two ways: wrong → right."""

_SPELLING = re.compile("|".join(rf"\b{re.escape(wrong)}" for wrong in SPELLINGS), re.IGNORECASE)


@dataclass(frozen=True)
class Complaint:
    """One thing to mend: where, and what."""

    where: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.key}: {self.what}"


def check_bank(bank: Bank, syllabus: Collection[str] | None = None) -> list[Complaint]:
    """Every complaint about the bank; with a syllabus, also the ids nobody covers."""
    complaints = [c for question in bank for c in _check_file(question, bank.files[question.id])]
    claims: dict[str, str] = {}
    for question in bank:
        for key, point in _points(question):
            same = claims.setdefault(" ".join(content_stems(point.claim)), question.id)
            if same != question.id:
                where = str(bank.files[question.id])
                complaints.append(Complaint(where, key, f"says the same as a point of {same}"))
    if syllabus is not None:
        covered = {topic for question in bank for topic in question.covers}
        complaints += [
            Complaint("syllabus", topic, "covered by no question")
            for topic in sorted(set(syllabus) - covered)
        ]
        complaints += [
            Complaint(str(bank.files[q.id]), "covers", f"{topic!r} is not in the syllabus")
            for q in bank
            for topic in q.covers
            if topic not in syllabus
        ]
    return complaints


def read_syllabus(path: Path) -> dict[str, str]:
    """Topic by id, from a tab-separated file with the columns id, kind, area, topic.

    Raises `BankError` where it is none.
    """
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            return {row["id"]: row["topic"] for row in csv.DictReader(handle, delimiter="\t")}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise BankError(
            f"{path}: not a syllabus: tab-separated id, kind, area, topic in UTF-8 is expected"
        ) from error


def _points(question: Question) -> Iterator[tuple[str, Point]]:
    """Every point with its key path, follow-ups' included."""
    for point in question.points:
        yield f"points.{point.id}", point
    for follow_up in question.follow_ups:
        for point in follow_up.points:
            yield f"follow_ups.{follow_up.id}.points.{point.id}", point


def _check_file(question: Question, path: Path) -> Iterator[Complaint]:
    for key, what in (*check_question(question), *_check_finding(question)):
        yield Complaint(str(path), key, what)
    if path.stem != question.id:
        yield Complaint(str(path), "id", f"{question.id!r} differs from the file's name")
    if path.parent.name != question.area:
        yield Complaint(str(path), "area", f"{question.area!r} differs from the folder's name")
    misspelt = _SPELLING.search(
        question.model_dump_json(exclude={"id", "covers", "coding", "phrases"})
    )
    if misspelt:
        wrong = misspelt.group().lower()
        yield Complaint(str(path), "spelling", f"{wrong!r}: write {SPELLINGS[wrong]!r}")


def _check_finding(question: Question) -> Iterator[tuple[str, str]]:
    """What a question is found and planned by, which a drafted one has from code."""
    yield from _count("phrases", question.phrases, 4, 6)
    low, high = MINUTES.get(question.kind, (3, 8))
    if not low <= question.minutes <= high:
        yield "minutes", f"{question.minutes}: {low} to {high} are expected"


def check_question(question: Question) -> Iterator[tuple[str, str]]:
    """What is wrong with one question, wherever it is from: key and complaint."""
    kind = question.kind
    yield from _length("question", question.question, 3, QUESTION_WORDS)
    yield from _length("model_answer", question.model_answer, *ANSWER_WORDS.get(kind, (80, 250)))
    yield from _count("points", question.points, *POINTS.get(kind, (4, 7)))
    yield from _count("misconceptions", question.misconceptions, 1, 4)
    yield from _count("follow_ups", question.follow_ups, FOLLOW_UPS.get(kind, 1), 9)
    claims: dict[str, str] = {}
    misconceptions = [(f"misconceptions.{m.id}", m.claim) for m in question.misconceptions]
    for key, claim in [*((k, p.claim) for k, p in _points(question)), *misconceptions]:
        same = claims.setdefault(" ".join(words(claim)), key)
        if same != key:
            yield key, f"says the same as {same}"
    if all(point.weight < 3 for point in question.points):
        yield "points", "none is core: give at least one the weight 3"
    if kind is Kind.SYSTEM_DESIGN:
        yield from _count("given", question.given, 3, 20)
        if all(f.purpose != "perturb" for f in question.follow_ups):
            yield "follow_ups", "none changes a requirement: add one with purpose perturb"
    if question.anchors is not None:
        for name in ("weak", "fair", "strong"):
            yield from _length(f"anchors.{name}", getattr(question.anchors, name), *ANCHOR_WORDS)
    for follow_up in question.follow_ups:
        key = f"follow_ups.{follow_up.id}"
        yield from _length(f"{key}.question", follow_up.question, 3, FOLLOW_UP_WORDS)
        yield from _count(f"{key}.points", follow_up.points, 1, 4)
        asked = f"{question.question} {follow_up.question}"
        for point in follow_up.points:
            yield from _check_point(f"{key}.points.{point.id}", point, asked)
    for point in question.points:
        yield from _check_point(f"points.{point.id}", point, question.question)


def _check_point(key: str, point: Point, asked: str) -> Iterator[tuple[str, str]]:
    yield from _length(f"{key}.claim", point.claim, *CLAIM_WORDS)
    for name, text in (("probe", point.probe), ("hint", point.hint)):
        yield from _length(f"{key}.{name}", text, 3, PROBE_WORDS)
        told = giveaway(text, point.claim, asked)
        if told:
            yield f"{key}.{name}", f"gives the point away: {', '.join(told)}"


def giveaway(text: str, claim: str, asked: str) -> list[str]:
    """The key words of a claim, in its order, that a probe or hint gives away; [] if harmless.

    Key words are the claim's content words that the question has not used. Three of them in
    the claim's order, or more than half of them (at least two), is giving away.
    """
    known = set(content_stems(asked))
    keys = list(dict.fromkeys(s for s in content_stems(claim) if s not in known))
    shared = _common_subsequence(keys, [s for s in content_stems(text) if s in set(keys)])
    if len(shared) >= 3 or (len(shared) >= 2 and len(shared) > len(keys) / 2):
        return shared
    return []


def _common_subsequence(a: list[str], b: list[str]) -> list[str]:
    """The longest sequence of words that stands in both, in order."""
    table: list[list[list[str]]] = [[[] for _ in range(len(b) + 1)] for _ in range(len(a) + 1)]
    for i, x in enumerate(a, start=1):
        for j, y in enumerate(b, start=1):
            table[i][j] = (
                [*table[i - 1][j - 1], x]
                if x == y
                else max(table[i - 1][j], table[i][j - 1], key=len)
            )
    return table[-1][-1]


def _length(key: str, text: str, low: int, high: int) -> Iterator[tuple[str, str]]:
    n = len(text.split())
    if not low <= n <= high:
        yield key, f"{n} words: {low} to {high} are expected"


def _count(key: str, things: Collection[object], low: int, high: int) -> Iterator[tuple[str, str]]:
    if not low <= len(things) <= high:
        yield key, f"{len(things)} of them: {low} to {high} are expected"


def summary(bank: Bank) -> Counter[str]:
    """How many questions there are of each kind."""
    return Counter(question.kind.value for question in bank)


def main(folders: Iterable[str]) -> int:
    """Check folders without the command line's start-up: for writers in a hurry."""
    complaints = check_bank(load_bank([Path(folder) for folder in folders]))
    sys.stdout.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
