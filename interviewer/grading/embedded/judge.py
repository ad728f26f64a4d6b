"""The embedded judge: passages, features, a small calibrated model, a verdict with a quote."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer.domain import Criterion, Evidence, Misconception, Status, Verdict
from interviewer.grading.embedded import features
from interviewer.grading.embedded.classifier import CLASSES, Classifier
from interviewer.grading.embedded.features import Reading
from interviewer.grading.embedded.passages import Passage, cut
from interviewer.grading.judge import Answer, Judgement, nothing_claimed
from interviewer.grading.rubric import Rubric

NAME = "embedded"
CANDIDATES = 4
MET_FROM = 0.55
CONTRADICTED_FROM = 0.5
ASSERTED_FROM = 0.7
"""From which probability a verdict is given; below `MET_FROM`, likely credit is `unclear`."""


class Encoder(Protocol):
    """As much of a sentence encoder as the judge needs."""

    @property
    def name(self) -> str:
        """Identifies the weights."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, d), rows of unit length."""
        ...


class EmbeddedJudge:
    """Decides per point from what can be seen of its claim in the answer's passages.

    For each claim the passages most like it are looked at; the one with the strongest opinion
    (credit or contradiction) decides and is the evidence.
    """

    def __init__(self, encoder: Encoder, classifier: Path) -> None:
        self._encoder = encoder
        self._path = classifier
        self._claims: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """`embedded`."""
        return NAME

    @cached_property
    def version(self) -> str:
        """A hash of the weights of both models, 16 hex digits."""
        digest = hashlib.sha256(self._encoder.name.encode())
        digest.update(self._path.read_bytes())
        return digest.hexdigest()[:16]

    @cached_property
    def _classifier(self) -> Classifier:
        return Classifier.read(self._path, features.NAMES)

    def judge(self, rubric: Rubric, answer: Answer) -> Judgement:
        """A verdict on every point, and the misconceptions that are asserted."""
        pieces = cut(answer.said)
        flags = (("speaks to the grader",) if pieces.addressed_grader else ()) + (
            ("takes something back",) if pieces.retracted else ()
        )
        if not pieces.passages:
            return Judgement(
                tuple(nothing_claimed(rubric, NAME, "nothing was claimed")), flags=flags
            )
        claims: list[Criterion | Misconception] = [*rubric.points, *rubric.misconceptions]
        table, looked_at = self.features(rubric, answer, claims, pieces.passages)
        shape = (len(claims), -1, len(CLASSES))
        odds = self._classifier.probabilities(table).reshape(shape)
        verdicts = [
            _verdict(claim.id, odds[i], [pieces.passages[j] for j in looked_at[i]])
            for i, claim in enumerate(claims)
        ]
        points = tuple(verdicts[: len(rubric.points)])
        held = tuple(
            v
            for v in verdicts[len(rubric.points) :]
            if v.status is Status.MET and v.confidence >= ASSERTED_FROM
        )
        return Judgement(points, held, flags)

    def features(
        self,
        rubric: Rubric,
        answer: Answer,
        claims: Sequence[Criterion | Misconception],
        passages: Sequence[Passage],
    ) -> tuple[NDArray[np.float64], list[list[int]]]:
        """The features of each claim with the k passages most like it, (claims · k, f).

        The second result names the passages: k indices for each claim.
        """
        vectors = self._encoder.encode([p.text for p in passages])
        claim_vectors = self._encode_claims([c.claim for c in claims])
        asked = self._encode_claims([rubric.question])[0]
        similar = claim_vectors @ vectors.T
        to_question = vectors @ asked
        readings = [Reading.of(p.text) for p in passages]
        claim_readings = [Reading.of(c.claim) for c in claims]
        whole = Reading.of(" ".join(text for _, text in answer.said))
        question = Reading.of(rubric.question)
        weight = _rarity(claim_readings)
        k = min(CANDIDATES, len(passages))
        rows: list[list[float]] = []
        chosen: list[list[int]] = []
        points = len(rubric.points)
        for i, claim in enumerate(claim_readings):
            overlap = [features.coverage(claim, r.stem_set, weight) for r in readings]
            order = np.argsort(-(similar[i] + np.array(overlap)), kind="stable")[:k].tolist()
            chosen.append(order)
            for j in order:
                others = [similar[o, j] for o in range(points) if o != i]
                near = (
                    float(similar[i, j]),
                    float(max(others, default=0.0)),
                    float(to_question[j]),
                )
                rows.append(features.row(claim, readings[j], whole, question, weight, near))
        return np.array(rows, dtype=np.float64), chosen

    def _encode_claims(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the encoder does, remembering: a rubric's claims come again and again."""
        new = [t for t in dict.fromkeys(texts) if t not in self._claims]
        if new:
            self._claims.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._claims[t] for t in texts])


def _rarity(claims: Sequence[Reading]) -> Mapping[str, float]:
    """The weight of a word: the fewer of the rubric's claims use it, the more it tells."""
    used = Counter(s for claim in claims for s in claim.stem_set)
    return {s: math.log((1 + len(claims)) / n) for s, n in used.items()}


def _verdict(claim_id: str, odds: NDArray[np.float64], passages: Sequence[Passage]) -> Verdict:
    """The verdict of the passage with the strongest opinion. `odds` is (k, 3)."""
    credit, wrong = odds[:, 0], odds[:, 2]
    best = int(np.argmax(np.maximum(credit, wrong)))
    met, missed, denied = (float(p) for p in odds[best])
    if denied >= CONTRADICTED_FROM:
        status, sure = Status.CONTRADICTED, denied
    elif met >= MET_FROM:
        status, sure = Status.MET, met
    elif met + denied > missed and met > denied:
        status, sure = Status.UNCLEAR, met
    else:
        status, sure = Status.MISSED, float(np.min(odds[:, 1]))
    passage = passages[best]
    return Verdict(
        point=claim_id,
        status=status,
        evidence=None
        if status is Status.MISSED
        else Evidence(turn=passage.turn, quote=passage.text),
        reason=_REASONS[status],
        confidence=min(1.0, max(0.0, sure)),
        judge=NAME,
    )


_REASONS = {
    Status.MET: "the passage makes this claim",
    Status.UNCLEAR: "the passage comes near without making the claim",
    Status.MISSED: "no passage makes this claim",
    Status.CONTRADICTED: "the passage says what this claim rules out",
}
