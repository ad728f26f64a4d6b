"""Questions beyond the bank: drafted by a language model, held to the bank's schema and rules."""

import hashlib
import re
from collections.abc import Sequence
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from interviewer.bank.check import check_question
from interviewer.bank.words import words
from interviewer.domain import (
    FollowUp,
    Kind,
    Level,
    Misconception,
    Point,
    Question,
    Role,
    Settings,
)
from interviewer.errors import ReplyUnusable
from interviewer.llm import LanguageModel, Message
from interviewer.llm.model import Role as Speaker
from interviewer.prompts import Prompts, fence

ATTEMPTS = 3
"""A draft, and twice more with what is wrong with it."""
MAX_FAULTS = 8
DRAFTABLE = (Kind.THEORY, Kind.STATISTICS, Kind.APPLIED)
"""The other kinds need tests, anchors or stages that nobody has reviewed."""


class _Draft(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class DraftPoint(_Draft):
    """A point without an id."""

    claim: str
    weight: Literal[1, 2, 3]
    stage: Literal["claim", "mechanism", "mathematics", "failure", "trade-off"]
    probe: str
    hint: str


class DraftMisconception(_Draft):
    """A misconception without an id."""

    claim: str
    challenge: str
    correction: str


class DraftFollowUp(_Draft):
    """A follow-up without an id."""

    question: str
    points: list[DraftPoint]


class Draft(_Draft):
    """What the model fills in; code adds ids and everything a model need not decide."""

    known: bool
    question: str
    points: list[DraftPoint]
    misconceptions: list[DraftMisconception]
    follow_ups: list[DraftFollowUp]
    model_answer: str


class Drafter:
    """Has questions drafted. `random` makes the delimiters around the topic."""

    def __init__(self, model: LanguageModel, prompts: Prompts, random: Random) -> None:
        self._model = model
        self._prompts = prompts
        self._random = random

    def draft(self, topic: str, settings: Settings, neighbours: Sequence[Question]) -> Question:
        """A question on the topic, marked as drafted.

        `neighbours` are the bank's nearest questions. Raises `ModelUnavailable`, and
        `ReplyUnusable` where no draft keeps to the bank's rules or the topic is none.
        """
        delimiter, fenced = fence(topic, self._random)
        prompt = self._prompts["draft"].render(
            level=settings.level or Level.MID,
            kind=_kind(settings, neighbours),
            neighbours="\n".join(_neighbour(q) for q in neighbours) or "none",
            delimiter=delimiter,
            topic=fenced,
        )
        asked = [Message(Speaker.USER, prompt)]
        for _ in range(ATTEMPTS):
            draft = self._model.decide(asked, Draft).value
            if not draft.known:
                break
            question, faults = _checked(draft, topic, settings, neighbours, self._model.name)
            if question is not None:
                return question
            again = self._prompts["draft-again"].render(faults="; ".join(faults[:MAX_FAULTS]))
            asked = [
                *asked[:1],
                Message(Speaker.ASSISTANT, draft.model_dump_json()),
                Message(Speaker.USER, again),
            ]
        raise ReplyUnusable(
            f"{self._model.name} drafted no question on this topic that keeps to the bank's rules"
        )


def draftable(settings: Settings) -> bool:
    """Whether a question of the kind asked for can be drafted."""
    return settings.kind is None or settings.kind in DRAFTABLE


def _neighbour(question: Question) -> str:
    claims = " ".join(p.claim for p in question.points[:2])
    return f"- {question.question} ({claims})"


def _checked(
    draft: Draft, topic: str, settings: Settings, neighbours: Sequence[Question], model: str
) -> tuple[Question | None, list[str]]:
    """The question a draft makes, or what is wrong with it."""
    try:
        question = _question(draft, topic, settings, neighbours, model)
    except ValidationError as error:
        return None, [
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}"
            for e in error.errors(include_input=False, include_url=False)
        ]
    faults = [f"{key}: {what}" for key, what in check_question(question)]
    return (None, faults) if faults else (question, [])


def _kind(settings: Settings, neighbours: Sequence[Question]) -> Kind:
    """The kind asked for, else that of the nearest question which a draft may have."""
    return settings.kind or next((q.kind for q in neighbours if q.kind in DRAFTABLE), Kind.THEORY)


def _question(
    draft: Draft, topic: str, settings: Settings, neighbours: Sequence[Question], model: str
) -> Question:
    kind = _kind(settings, neighbours)
    plain = re.sub(r"[^a-z0-9]+", "-", " ".join(words(topic))).strip("-")[:40].strip("-")
    code = hashlib.sha256(draft.model_dump_json().encode()).hexdigest()[:6]
    name = f"{plain}-{code}" if plain else code
    return Question(
        id=f"drafted-{name}",
        covers=(plain or code,),
        kind=kind,
        area=neighbours[0].area if neighbours else "drafted",
        level=settings.level or Level.MID,
        roles=(settings.role,) if settings.role else tuple(Role),
        phrases=(topic,),
        minutes=6,
        question=draft.question,
        points=_points(draft.points, "point"),
        misconceptions=tuple(
            Misconception(id=f"misconception-{n}", **m.model_dump())
            for n, m in enumerate(draft.misconceptions, start=1)
        ),
        follow_ups=tuple(
            FollowUp(
                id=f"deeper-{n}",
                purpose="deepen",
                question=f.question,
                points=_points(f.points, f"deeper-{n}-point"),
            )
            for n, f in enumerate(draft.follow_ups, start=1)
        ),
        model_answer=draft.model_answer,
        sources=(f"drafted by {model}, not reviewed",),
        drafted=model,
    )


def _points(points: Sequence[DraftPoint], prefix: str) -> tuple[Point, ...]:
    return tuple(Point(id=f"{prefix}-{n}", **p.model_dump()) for n, p in enumerate(points, start=1))
