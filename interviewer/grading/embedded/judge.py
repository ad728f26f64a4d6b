"""The embedded judge: passages, entailment, features, a small calibrated model, a verdict."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer.domain import Criterion, Evidence, Misconception, Status, Verdict
from interviewer.grading.embedded import features
from interviewer.grading.embedded.classifier import Classifier
from interviewer.grading.embedded.features import Answered, Reading
from interviewer.grading.embedded.passages import Cut, Passage, cut
from interviewer.grading.judge import SPEAKS_TO_GRADER, Answer, Judgement, nothing_claimed
from interviewer.grading.rubric import Rubric

NAME = "embedded"
CANDIDATES = 3
"""How many passages are read against each claim: the most like it by words and meaning. Of 1,270
points that an answer decided, the deciding words were among two for 90%, three for 94%, four for
98%."""
MAX_REMEMBERED = 2_000
"""Texts whose vectors are kept."""
CONTRADICTED_FROM = 0.7
MADE_FROM = 0.84
SPOKEN_OF_FROM = 0.6
ASSERTED_FROM = 0.85
"""From which probability a verdict is given. Of a point spoken of for sure (made or denied, the two
together) the likelier of both decides; what may be spoken of is unclear; the rest is missed.
Contradictions need more than even odds: from 0.7, 0.75 and 0.8 on, who is confidently wrong gets
1.7, 1.9 and 2.4 of 10 (people: 1.5), and the r with the examiner of an honest exam is 0.41, 0.42
and 0.42."""
DENIED_ALONE_FROM = 0.5
"""How likely a denial has to be without the other points: company alone makes none."""
UNCLEAR_FROM = 0.05
"""From which probability that it was made a point spoken of may be unclear, which earns half. (From
0.1 on, who is confidently wrong gets 1.5 of 10, but the exam's r is 0.409.)"""
RESTATED_ODDS = (0.94, 0.03, 0.03)
"""Of a claim that is given in its own words. The trained stages are not asked: of 356 points of the
bank given back alone they call 343 met, 11 unclear and 2 contradicted."""
DECIDED_FROM = 0.5
"""From which probability of the entailment model a passage makes or denies a claim."""


class Encoder(Protocol):
    """As much of a sentence encoder as the judge needs."""

    @property
    def name(self) -> str:
        """Identifies the weights."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, d), each of unit length."""
        ...


class Entailment(Protocol):
    """As much of an entailment model as the judge needs."""

    @property
    def version(self) -> str:
        """Identifies the weights."""
        ...

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """(n, 3): P(entails), P(contradicts), P(neither) for each claim and passage."""
        ...


@dataclass(frozen=True)
class Observed:
    """What was seen of every claim: a row of features, the passages looked at, their reading."""

    table: NDArray[np.float64]
    passages: list[list[Passage]]
    reads: list[NDArray[np.float64]]
    restated: list[bool]
    """Whether a passage gives the claim in its own words."""


class EmbeddedJudge:
    """Decides per point, by what its own models read and code observes in the answer."""

    def __init__(self, encoder: Encoder, entailment: Entailment, classifier: Path) -> None:
        self._encoder = encoder
        self._entailment = entailment
        self._path = classifier
        self._vectors: dict[str, NDArray[np.float32]] = {}

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
        flags = ((SPEAKS_TO_GRADER,) if pieces.addressed_grader else ()) + (
            ("corrects itself",) if pieces.corrected is not None else ()
        )
        if not pieces.passages:
            missed = nothing_claimed(rubric, NAME, "nothing was claimed")
            return Judgement(tuple(missed), flags=flags)
        seen = self.observe(rubric, answer, pieces)
        odds = self._classifier.probabilities(seen.table)
        odds[seen.restated] = RESTATED_ODDS
        own = len(rubric.points)
        alone = odds.copy()
        odds[:own] = self._classifier.kinds.together(odds[:own])
        odds[seen.restated] = RESTATED_ODDS
        claims: list[Criterion | Misconception] = [*rubric.points, *rubric.misconceptions]
        verdicts = [
            _verdict(claim.id, odds[i], alone[i], seen.passages[i], seen.reads[i])
            for i, claim in enumerate(claims)
        ]
        points = tuple(verdicts[:own])
        met = {v.point for v in points if v.status is Status.MET}
        # Who makes a point does not hold the misconception that denies it.
        held = tuple(
            v
            for v, m in zip(verdicts[own:], rubric.misconceptions, strict=True)
            if v.status is Status.MET and v.confidence >= ASSERTED_FROM and m.denies not in met
        )
        return Judgement(points, held, flags)

    def observe(self, rubric: Rubric, answer: Answer, pieces: Cut) -> Observed:
        """Look at each claim of the rubric, points first, in the passages most like it."""
        claims = [p.claim for p in rubric.points] + [m.claim for m in rubric.misconceptions]
        passages = pieces.passages
        similar = self._encode(claims) @ _together(passages, self._encode(pieces.sentences)).T
        readings = [Reading.of(p.text) for p in passages]
        claim_readings = [Reading.of(c) for c in claims]
        singles = [r for r, p in zip(readings, passages, strict=True) if p.first == p.last]
        whole = Answered(
            Reading.of(" ".join(text for _, text in answer.said)),
            Reading.of(rubric.question),
            _rarity(claim_readings),
            sum(r.verbless for r in singles) / max(1, len(singles)),
        )
        # A point is seen as if there were no misconceptions: so the classifier was fitted.
        own = len(rubric.points)
        among_points = replace(whole, weight=_rarity(claim_readings[:own]))
        contexts = [among_points] * own + [whole] * len(rubric.misconceptions)
        named = [(p.id,) for p in rubric.points] + [(m.id, m.denies) for m in rubric.misconceptions]
        last_word = [_last_word(pieces, answer, names) for names in named]
        chosen = []
        for i, (claim, context) in enumerate(zip(claim_readings, contexts, strict=True)):
            overlap = [features.coverage(claim, r.stem_set, context.weight) for r in readings]
            likeness = similar[i] + 0.5 * np.array(overlap)
            chosen.append(_likeliest(likeness, passages, last_word[i]))
        reads = self._read(claims, [[passages[j].text for j in indices] for indices in chosen])
        for i, (read, at) in enumerate(zip(reads, last_word, strict=True)):
            if at is not None:
                standing = _standing([passages[j] for j in chosen[i]], read, at)
                chosen[i], reads[i] = [chosen[i][n] for n in standing], read[standing]
        restated = [False] * len(claims)
        for i, claim_text in enumerate(claims):
            for n, j in enumerate(chosen[i]):
                if features.restates(claim_text, passages[j].text):
                    restated[i], reads[i][n] = True, RESTATED_ODDS
        looked_at = [[passages[j] for j in indices] for indices in chosen]
        around = self._read_around(claims, looked_at, reads, pieces)
        rows = [
            features.row(
                claim,
                [readings[j] for j in indices],
                [float(similar[i, j]) for j in indices],
                reads[i],
                around[i],
                context,
            )
            for i, (claim, indices, context) in enumerate(
                zip(claim_readings, chosen, contexts, strict=True)
            )
        ]
        return Observed(features.with_others(rows, reads, own), looked_at, reads, restated)

    def _read(
        self, claims: Sequence[str], chosen: Sequence[Sequence[str]]
    ) -> list[NDArray[np.float64]]:
        """For each claim (k, 3): what the entailment model says of each passage chosen."""
        pairs = [
            (claim, features.as_claimed(claim, passage))
            for claim, texts in zip(claims, chosen, strict=True)
            for passage in texts
        ]
        ends = np.cumsum([len(texts) for texts in chosen])
        return list(np.split(self._entailment.read(pairs), ends[:-1]))

    def _read_around(
        self,
        claims: Sequence[str],
        chosen: Sequence[Sequence[Passage]],
        reads: Sequence[NDArray[np.float64]],
        pieces: Cut,
    ) -> NDArray[np.float64]:
        """(n, 3): what it says of the passage that says most of each claim, read where it stands.

        A passage alone may speak of "it" or take up what was said before it.
        """
        wider = [
            [pieces.around(passages[int(np.argmin(read[:, 2]))])]
            for passages, read in zip(chosen, reads, strict=True)
        ]
        return np.vstack(self._read(claims, wider))

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the encoder does, remembering: claims and sentences come again and again."""
        known = {t: vector for t in texts if (vector := self._vectors.get(t)) is not None}
        new = [t for t in dict.fromkeys(texts) if t not in known]
        known.update(zip(new, self._encoder.encode(new), strict=True))
        if len(self._vectors) > MAX_REMEMBERED:
            self._vectors.clear()
        self._vectors.update(known)
        return np.stack([known[t] for t in texts])


def _last_word(pieces: Cut, answer: Answer, names: Sequence[str | None]) -> int | None:
    """The sentence from which on the candidate's last word on a claim is looked for, if any.

    Where he corrects himself or, if that is later, where he replies to what the interviewer last
    asked about it: a challenge that is answered well leaves nothing of what it challenged.
    """
    turn = max((turn for turn, point in answer.asked if point in names), default=None)
    reply = [p.first for p in pieces.passages if turn is not None and p.turn > turn]
    begins = [*reply[:1], *([] if pieces.corrected is None else [pieces.corrected])]
    return max(begins, default=None)


def _likeliest(
    likeness: NDArray[np.float64], passages: Sequence[Passage], at: int | None
) -> list[int]:
    """The passages to read a claim against, by number: the likeliest first.

    Where the last word begins at a sentence, as many from before as from after, none across.
    """
    ranked: list[int] = np.argsort(-likeness, kind="stable").tolist()
    if at is None:
        return _unlike(ranked, passages)
    before = [j for j in ranked if passages[j].last < at]
    after = [j for j in ranked if passages[j].first >= at]
    both = _unlike(before, passages) + _unlike(after, passages)
    return both or _unlike(ranked, passages)


def _unlike(ranked: Sequence[int], passages: Sequence[Passage]) -> list[int]:
    """The first few of the passages, but none that is part of one chosen before it."""
    chosen: list[int] = []
    for j in ranked:
        if len(chosen) == CANDIDATES:
            break
        one = passages[j]
        if not any(passages[c].first <= one.first and one.last <= passages[c].last for c in chosen):
            chosen.append(j)
    return chosen


def _standing(passages: Sequence[Passage], read: NDArray[np.float64], at: int) -> list[int]:
    """Which passages still stand: those of the last word alone, if they decide the claim."""
    after = [n for n, p in enumerate(passages) if p.first >= at]
    decided = bool(after) and float(read[after, :2].max()) >= DECIDED_FROM
    return after if decided else list(range(len(passages)))


def _together(passages: Sequence[Passage], sentences: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, d): each passage's vector at unit length, that of its sentences taken together."""
    sums = [sentences[p.first : p.last + 1].sum(axis=0) for p in passages]
    return np.stack([v / np.linalg.norm(v) for v in sums])


def _rarity(claims: Sequence[Reading]) -> Mapping[str, float]:
    """The weight of a word: the fewer of the rubric's claims use it, the more it tells."""
    used = Counter(s for claim in claims for s in claim.stem_set)
    return {s: math.log((1 + len(claims)) / n) for s, n in used.items()}


def _verdict(
    claim_id: str,
    odds: NDArray[np.float64],
    alone: NDArray[np.float64],
    passages: Sequence[Passage],
    read: NDArray[np.float64],
) -> Verdict:
    """The verdict from the class probabilities (3,), and those without the other points.

    The evidence is the passage behind it.
    """
    met, missed, denied = (float(p) for p in odds)
    entails, contradicts = int(np.argmax(read[:, 0])), int(np.argmax(read[:, 1]))
    if denied >= CONTRADICTED_FROM and alone[2] >= DENIED_ALONE_FROM:
        status, sure, at = Status.CONTRADICTED, denied, contradicts
    elif met + denied >= MADE_FROM and met > denied:
        status, sure, at = Status.MET, met, entails
    elif met + denied >= SPOKEN_OF_FROM and met >= UNCLEAR_FROM:
        status, sure, at = Status.UNCLEAR, met, int(np.argmin(read[:, 2]))
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
