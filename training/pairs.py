"""Pairs (claim, passage, target) to train on, from what was written and from the bank."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from interviewer.bank.words import content_stems
from interviewer.domain import Question
from interviewer.grading.embedded.passages import AROUND
from interviewer.grading.text import sentences
from training.answers import Labelled
from training.written import Written, claims

NEARLY = 0.6
"""The share of a claim's content words that a sentence of the model answer must hold."""

SEEN_AROUND = 0.25
"""The share of an answer's points that are also read where they stand."""

NEAR = "near"
"""The style of passages that are a few words away from the claim, whatever they say of it."""
CLAUSE = "clause"
"""The style of a short reply that makes the claim's main clause and no more."""

AFTER_CLAUSE = re.compile(
    r",? (?:since|because|so that|whereas|while)\b|, (?:so|which|above all|and|but|not|rather)\b"
)
"""Where the main clause of a claim ends."""
MIN_CLAUSE, MAX_CLAUSE = 4, 0.8
"""Words of a main clause at least, and its share of the claim's words at most."""
AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|could|will|would|should|must|may|might|has|have|can)\b"
    r"(?! (?:not|never|no|only)\b)"
)
DENIED = re.compile(r"\b(is|are|was|were|will|should|must|may) not\b|\b(can)(?:not|'t)\b")
AWAY_FROM_MAIN = re.compile(
    r"\b(?:that|which|who|whose|whether|if|when|where|while|because|since|unlike|no|never)\b|n't",
    re.IGNORECASE,
)
"""Before an auxiliary: it is not the main clause's, or that is negated already."""
DENIALS = (
    "It is not true that {0}.",
    "It's wrong that {0}.",
    "I don't think {0}.",
    "Some say that {0}, but that is false.",
    "One would be mistaken to believe that {0}.",
    "Nobody should claim that {0}, for it doesn't hold.",
)
"""Ways of denying a claim as a whole."""
CLAIM_DENIED = 0.5
"""The share of claims that are denied as a whole, one way or another."""

MAX_UNDECIDED = 30
"""Words of a passage that is offered as an alternative."""
UNDECIDED = (
    "either {0}, or {1}.",
    "{0}, or else {1}.",
    "{0}, or {1}, one of the two.",
    "it may be that {0}, or that {1}.",
    "{0}, unless it's the case that {1}.",
    "some say that {0}, others say that {1}.",
    "depending on the case, {0}, or {1}.",
)
"""Ways of offering two alternatives without deciding."""

Target = tuple[float, float, float]
ENTAILS: Target = (1.0, 0.0, 0.0)
CONTRADICTS: Target = (0.0, 1.0, 0.0)
NEITHER: Target = (0.0, 0.0, 1.0)
HALF: Target = (0.7, 0.0, 0.3)
TARGET = {"entails": ENTAILS, "contradicts": CONTRADICTS, "neither": NEITHER}
OF_LABEL = {"met": ENTAILS, "partial": HALF, "contradicted": CONTRADICTS}


@dataclass(frozen=True)
class Pair:
    """One example: how likely the passage entails, contradicts or leaves open the claim."""

    question: str
    claim: str
    passage: str
    target: Target


def pairs(
    written: Sequence[Written],
    answers: Sequence[Labelled],
    bank: Mapping[str, Question],
    random: Random,
) -> list[Pair]:
    """All pairs, shuffled. Everything is drawn from `random`, so a seed repeats it."""
    made = [
        *(Pair(w.question, w.claim, w.text, target_of(w)) for w in written),
        *_windows(written, random),
        *_other_points(written, random),
        *_between_passages(written, random),
        *_from_bank(bank, random),
        *_from_model_answers(bank),
        *_undecided(written, random),
        *(pair for answer in answers for pair in from_answer(answer, random)),
        *_elsewhere(answers, random),
        *_clauses(_claims(written, answers, bank), random),
    ]
    unique = list(dict.fromkeys(made))
    random.shuffle(unique)
    return unique


def target_of(written: Written) -> Target:
    """What the network is to say of a passage: of a main clause alone, that it makes half."""
    half = written.style == CLAUSE and written.label == "entails"
    return HALF if half else TARGET[written.label]


def from_answer(answer: Labelled, random: Random) -> Iterator[Pair]:
    """An answer's sentences against each point: what decides it, and what says something else.

    The former alone and in a window, the latter beginning with the likeliest to be mistaken; of
    some points either where it stands, among the sentences around it.
    """
    spans = answer.sentences()
    stems = [set(content_stems(answer.answer[s:e])) for s, e in spans]
    last = len(spans) - 1

    def pair(claim: str, first: int, end: int, target: Target) -> Pair:
        return Pair(
            answer.question_id, claim, answer.answer[spans[first][0] : spans[end][1]], target
        )

    def around(first: int, end: int) -> tuple[int, int]:
        return max(0, first - AROUND), min(last, end + AROUND)

    for point in answer.points:
        own = answer.touched(point.evidence)
        claim = set(content_stems(point.claim))
        overlap = [len(claim & s) for s in stems]
        rest = sorted((i for i in range(len(spans)) if i not in own), key=lambda i: -overlap[i])
        if own:
            target = OF_LABEL[point.label]
            yield pair(point.claim, own[0], own[-1], target)
            wider = [(own[0] - 1, own[-1]), (own[0], own[-1] + 1)]
            wider = [(a, b) for a, b in wider if a >= 0 and b <= last]
            if wider and len(own) < 3:
                yield pair(point.claim, *random.choice(wider), target)
            # Another sentence may well say the same again, so only unlike ones are negatives.
            unlike = [i for i in rest if overlap[i] <= 1]
            for i in random.sample(unlike, k=min(1, len(unlike))):
                yield pair(point.claim, i, i, NEITHER)
            if random.random() < SEEN_AROUND:
                yield pair(point.claim, *around(own[0], own[-1]), target)
        elif point.label == "missed":
            yield pair(point.claim, rest[0], rest[0], NEITHER)
            if random.random() < SEEN_AROUND:
                yield pair(point.claim, *around(rest[0], rest[0]), NEITHER)
            if last and random.random() < 0.3:
                yield pair(point.claim, rest[1], rest[1], NEITHER)
            if last and random.random() < 0.4:
                i = min(rest[0], last - 1)
                yield pair(point.claim, i, i + 1, NEITHER)


def _windows(written: Sequence[Written], random: Random) -> Iterator[Pair]:
    """A passage beside one about another point: what the claim is read against is often wider.

    Near-copies always: their few words decide, wherever they stand.
    """
    by_question = _grouped(written)
    for w in written:
        others = [o for o in by_question[w.question] if o.point != w.point]
        if others and (w.style == NEAR or random.random() < 0.3):
            parts = [w.text, random.choice(others).text]
            random.shuffle(parts)
            yield Pair(w.question, w.claim, " ".join(parts), target_of(w))


def _other_points(written: Sequence[Written], random: Random) -> Iterator[Pair]:
    """What was said for one point, held against another: the same subject, not the same claim."""
    by_question = _grouped(written)
    for w in written:
        others = {o.claim for o in by_question[w.question] if o.point != w.point}
        if others and random.random() < 0.5:
            yield Pair(w.question, random.choice(sorted(others)), w.text, NEITHER)


def _between_passages(written: Sequence[Written], random: Random) -> Iterator[Pair]:
    """Two who make the same claim say the same; who denies it contradicts who makes it."""
    groups: dict[tuple[str, str], list[Written]] = {}
    for w in written:
        groups.setdefault((w.question, w.point), []).append(w)
    for group in groups.values():
        made = [w.text for w in group if target_of(w) == ENTAILS and len(w.text.split()) > 6]
        denied = [w.text for w in group if w.label == "contradicts"]
        if len(made) < 2 or not denied:
            continue
        one, other = random.sample(made, k=2)
        yield Pair(group[0].question, one, other, ENTAILS)
        for text in random.sample(denied, k=min(2, len(denied))):
            yield Pair(group[0].question, random.choice(made), text, CONTRADICTS)


def _undecided(written: Sequence[Written], random: Random) -> Iterator[Pair]:
    """Who offers a claim and its opposite without deciding claims neither."""
    groups: dict[tuple[str, str], list[Written]] = {}
    for w in written:
        if len(w.text.split()) < MAX_UNDECIDED and not w.text.rstrip().endswith("?"):
            groups.setdefault((w.question, w.point), []).append(w)
    for group in groups.values():
        made = [w.text for w in group if w.label == "entails"]
        denied = [w.text for w in group if w.label == "contradicts"]
        if made and denied:
            offered = [random.choice(made).rstrip(" .!"), random.choice(denied).rstrip(" .!")]
            random.shuffle(offered)
            one, other = (_lowered(text) for text in offered)
            text = random.choice(UNDECIDED).format(one, other)
            yield Pair(group[0].question, group[0].claim, text[0].upper() + text[1:], NEITHER)


def _lowered(text: str) -> str:
    """Without the capital of its first word, unless more of that word is in capitals."""
    first = text.split(maxsplit=1)[0]
    return text if first[1:] != first[1:].lower() or first == "I" else text[0].lower() + text[1:]


def _elsewhere(answers: Sequence[Labelled], random: Random) -> Iterator[Pair]:
    """A sentence of one interview against a claim of another: idle talk earns nothing."""
    for answer in answers:
        other = random.choice(answers)
        if other.question_id != answer.question_id:
            start, end = random.choice(answer.sentences())
            claim = random.choice(other.points).claim
            yield Pair(other.question_id, claim, answer.answer[start:end], NEITHER)


def _clauses(claims_of: Mapping[str, Sequence[str]], random: Random) -> Iterator[Pair]:
    """A claim's main clause, word for word, makes half of it; denied, it denies it.

    Alone, beside a neighbour's claim, and held against that. Written passages that are right avoid
    a claim's words, and traps use them: without these pairs half of all main clauses were taken for
    denials. `claims_of` holds each question's claims.
    """
    for question, own in claims_of.items():
        for claim in own:
            others = [c for c in own if c != claim]
            clause = main_clause(claim)
            if clause is not None:
                for said, target in ((clause, HALF), (denied(clause, random), CONTRADICTS)):
                    yield Pair(question, claim, said, target)
                    if others:
                        parts = [said, random.choice(others)]
                        random.shuffle(parts)
                        yield Pair(question, claim, " ".join(parts), target)
                if others:
                    yield Pair(question, random.choice(others), clause, NEITHER)
            if random.random() < CLAIM_DENIED:
                yield Pair(question, claim, denied(claim, random), CONTRADICTS)


def main_clause(claim: str) -> str | None:
    """The claim up to its first addition; None if that is too short or nearly all of it."""
    found = AFTER_CLAUSE.search(claim)
    if found is None:
        return None
    clause = claim[: found.start()]
    words = len(clause.split())
    return f"{clause}." if MIN_CLAUSE <= words <= MAX_CLAUSE * len(claim.split()) else None


def denied(claim: str, random: Random) -> str:
    """The opposite: the main auxiliary negated, or freed of its "not", or a denial of all."""
    bare = claim.rstrip(" .")
    found = [m for m in (DENIED.search(bare), AUXILIARY.search(bare)) if m is not None]
    first = min(found, key=lambda m: m.start(), default=None)
    if first is not None and not AWAY_FROM_MAIN.search(bare[: first.start()]):
        said = next((word for word in first.groups() if word), f"{first[0]} not")
        return f"{bare[: first.start()]}{said}{bare[first.end() :]}."
    return random.choice(DENIALS).format(_lowered(bare))


def _claims(
    written: Iterable[Written], answers: Iterable[Labelled], bank: Mapping[str, Question]
) -> dict[str, list[str]]:
    """Every question's claims, each once."""
    found: dict[str, dict[str, None]] = {}
    for question, claim in [
        *((w.question, w.claim) for w in written),
        *((a.question_id, p.claim) for a in answers for p in a.points),
        *((q.id, p.claim) for q in bank.values() for p in q.points),
    ]:
        found.setdefault(question, {})[claim] = None
    return {question: list(claims) for question, claims in found.items()}


def _from_bank(bank: Mapping[str, Question], random: Random) -> Iterator[Pair]:
    """What the bank itself says: a denied point, a neighbour's claim, a question given back."""
    for question in bank.values():
        by_id = claims(question)
        own = [p.claim for p in question.points]
        for m in question.misconceptions:
            if m.denies is not None:
                yield Pair(question.id, by_id[m.denies], m.claim, CONTRADICTS)
                if random.random() < 0.5:
                    yield Pair(question.id, m.claim, by_id[m.denies], CONTRADICTS)
            if random.random() < 0.5:
                yield Pair(question.id, m.claim, m.correction, CONTRADICTS)
        for p in question.points:
            yield Pair(question.id, p.claim, p.claim, ENTAILS)
            if random.random() < 0.1:
                yield Pair(question.id, p.claim, p.probe, NEITHER)
            if random.random() < 0.1:
                yield Pair(question.id, p.claim, question.question, NEITHER)
            if random.random() < 0.3 and len(own) > 1:
                other = random.choice([c for c in own if c != p.claim])
                yield Pair(question.id, p.claim, other, NEITHER)


def _from_model_answers(bank: Mapping[str, Question]) -> Iterator[Pair]:
    """The sentence of a model answer that makes a point nearly in the point's own words.

    Whoever knows a subject uses its terms. Written passages avoid them, and traps use them, so
    without these pairs the terms themselves would look like a trap.
    """
    for question in bank.values():
        spans = sentences(question.model_answer)
        said = [question.model_answer[s:e] for s, e in spans]
        for point in question.points:
            claim = set(content_stems(point.claim))
            shares = [len(claim & set(content_stems(t))) / max(1, len(claim)) for t in said]
            best = max(range(len(said)), key=shares.__getitem__)
            if shares[best] >= NEARLY:
                yield Pair(question.id, point.claim, said[best], ENTAILS)


def _grouped(written: Sequence[Written]) -> dict[str, list[Written]]:
    groups: dict[str, list[Written]] = {}
    for w in written:
        groups.setdefault(w.question, []).append(w)
    return groups
