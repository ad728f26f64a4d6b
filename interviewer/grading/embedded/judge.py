"""The embedded judge: passages, entailment, features, a small calibrated model, a verdict."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer.domain import Criterion, Evidence, Misconception, Status, Verdict
from interviewer.grading.embedded import features
from interviewer.grading.embedded.classifier import Classifier
from interviewer.grading.embedded.features import Answered, Reading
from interviewer.grading.embedded.passages import Passage, cut
from interviewer.grading.judge import Answer, Judgement, nothing_claimed
from interviewer.grading.rubric import Rubric

NAME = "embedded"
CANDIDATES = 6
"""How many passages are read against each claim: the most like it by words and meaning."""
MET_FROM = 0.6
CONTRADICTED_FROM = 0.5
ASSERTED_FROM = 0.75
"""From which probability a verdict is given; likely credit below `MET_FROM` is `unclear`."""


class Encoder(Protocol):
    """As much of a sentence encoder as the judge needs."""

    @property
    def name(self) -> str:
        """Identifies the weights."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, d), rows of unit length."""
        ...


class Entailment(Protocol):
    """As much of an entailment model as the judge needs."""

    @property
    def version(self) -> str:
        """Identifies the weights."""
        ...

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """(n, 3): P(entails), P(contradicts), P(neither) for each (claim, passage)."""
        ...


@dataclass(frozen=True)
class Observed:
    """What was seen of every claim: a row of features, the passages looked at, their reading."""

    table: NDArray[np.float64]
    passages: list[list[Passage]]
    reads: list[NDArray[np.float64]]


class EmbeddedJudge:
    """Decides per point, by what its own models read and code observes in the answer."""

    def __init__(self, encoder: Encoder, entailment: Entailment, classifier: Path) -> None:
        self._encoder = encoder
        self._entailment = entailment
        self._path = classifier
        self._claims: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """`embedded`."""
        return NAME

    @cached_property
    def version(self) -> str:
        """A hash of the weights of all its models, 16 hex digits."""
        digest = hashlib.sha256(f"{self._encoder.name} {self._entailment.version}".encode())
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
            missed = nothing_claimed(rubric, NAME, "nothing was claimed")
            return Judgement(tuple(missed), flags=flags)
        seen = self.observe(rubric, answer, pieces.passages)
        odds = self._classifier.probabilities(seen.table)
        claims: list[Criterion | Misconception] = [*rubric.points, *rubric.misconceptions]
        verdicts = [
            _verdict(claim.id, odds[i], seen.passages[i], seen.reads[i])
            for i, claim in enumerate(claims)
        ]
        points = tuple(verdicts[: len(rubric.points)])
        held = tuple(
            v
            for v in verdicts[len(rubric.points) :]
            if v.status is Status.MET and v.confidence >= ASSERTED_FROM
        )
        return Judgement(points, held, flags)

    def observe(self, rubric: Rubric, answer: Answer, passages: Sequence[Passage]) -> Observed:
        """Look at each claim of the rubric, points first, in the passages most like it."""
        claims = [p.claim for p in rubric.points] + [m.claim for m in rubric.misconceptions]
        similar = self._encode_claims(claims) @ self._encoder.encode([p.text for p in passages]).T
        readings = [Reading.of(p.text) for p in passages]
        claim_readings = [Reading.of(c) for c in claims]
        singles = [r for r, p in zip(readings, passages, strict=True) if p.first == p.last]
        context = Answered(
            Reading.of(" ".join(text for _, text in answer.said)),
            Reading.of(rubric.question),
            _rarity(claim_readings),
            sum(r.verbless for r in singles) / max(1, len(singles)),
        )
        k = min(CANDIDATES, len(passages))
        chosen: list[list[int]] = []
        for i, claim in enumerate(claim_readings):
            overlap = [features.coverage(claim, r.stem_set, context.weight) for r in readings]
            likeness = similar[i] + 0.5 * np.array(overlap)
            chosen.append(np.argsort(-likeness, kind="stable")[:k].tolist())
        pairs = [
            (claim, passages[j].text)
            for claim, indices in zip(claims, chosen, strict=True)
            for j in indices
        ]
        reads = list(self._entailment.read(pairs).reshape(len(claims), k, -1))
        rows = [
            features.row(
                claim,
                [readings[j] for j in indices],
                [float(similar[i, j]) for j in indices],
                reads[i],
                context,
            )
            for i, (claim, indices) in enumerate(zip(claim_readings, chosen, strict=True))
        ]
        looked_at = [[passages[j] for j in indices] for indices in chosen]
        return Observed(features.with_others(rows, reads), looked_at, reads)

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


def _verdict(
    claim_id: str,
    odds: NDArray[np.float64],
    passages: Sequence[Passage],
    read: NDArray[np.float64],
) -> Verdict:
    """The verdict from the class probabilities (3,); the evidence is the passage behind it."""
    met, missed, denied = (float(p) for p in odds)
    entails, contradicts = int(np.argmax(read[:, 0])), int(np.argmax(read[:, 1]))
    if denied >= CONTRADICTED_FROM:
        status, sure, at = Status.CONTRADICTED, denied, contradicts
    elif met >= MET_FROM:
        status, sure, at = Status.MET, met, entails
    elif met > missed and met > denied:
        status, sure, at = Status.UNCLEAR, met, entails
    elif denied > missed:
        status, sure, at = Status.CONTRADICTED, denied, contradicts
    else:
        status, sure, at = Status.MISSED, missed, entails
    passage = passages[at]
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
