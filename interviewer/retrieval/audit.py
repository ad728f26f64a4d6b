"""What only meaning can tell about a bank: points said twice, questions not found by their text."""

from collections.abc import Iterator

import numpy as np

from interviewer.bank import Bank
from interviewer.bank.check import Complaint
from interviewer.retrieval.encoder import Encoder
from interviewer.retrieval.index import ReferenceIndex

SAME_FROM = 0.95
"""Cosine from which two claims say the same: the one pair above it among 4,100 claims did, of
the nine between 0.90 and 0.95 one half says more than the other."""
OWN_SHARE = 0.5
"""Least share of a question's own points among as many (at most ten) found by its text."""


def said_twice(bank: Bank, encoder: Encoder) -> Iterator[Complaint]:
    """Pairs of points, of one question or of two, that say the same."""
    points = [
        (question, point)
        for question in bank
        for point in (*question.points, *(p for f in question.follow_ups for p in f.points))
    ]
    vectors = encoder.encode([point.claim for _, point in points])
    alike = np.triu(vectors @ vectors.T, 1) >= SAME_FROM
    for i, j in zip(*np.nonzero(alike), strict=True):
        (question, point), (other, twin) = points[i], points[j]
        yield Complaint(
            str(bank.files.get(question.id, question.id)),
            f"points.{point.id}",
            f"says the same as {other.id}/{twin.id}: change or drop one",
        )


def hard_to_find(bank: Bank, index: ReferenceIndex) -> Iterator[Complaint]:
    """Questions whose text finds others' points rather than their own."""
    for question in bank:
        own = len(question.points) + sum(len(f.points) for f in question.follow_ups)
        hits = index.search(question.question, min(10, own), parts=("point",))
        share = sum(hit.question_id == question.id for hit in hits) / min(10, own)
        if share < OWN_SHARE:
            yield Complaint(
                str(bank.files.get(question.id, question.id)),
                "question",
                f"finds only {share:.0%} of its own points: say what is asked more plainly",
            )
