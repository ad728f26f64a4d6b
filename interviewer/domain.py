"""The words the whole program speaks: questions, turns, verdicts, grades, interviews.

Everything here is frozen. A question is what a bank file holds; an interview is what a
session keeps; a verdict is what a judge says; a grade is what code computes from verdicts.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Unit = Annotated[float, Field(ge=0.0, le=1.0)]


class Model(BaseModel):
    """A frozen value; an unknown key is an error, not a surprise."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- the question bank ---------------------------------------------------------------------


class Kind(StrEnum):
    """The six kinds of interview round."""

    THEORY = "theory"
    STATISTICS = "statistics"
    APPLIED = "applied"
    CODING = "coding"
    SYSTEM_DESIGN = "system-design"
    BEHAVIOURAL = "behavioural"


class Level(StrEnum):
    """The seniority a question is pitched at."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"
    STAFF = "staff"


class Role(StrEnum):
    """The jobs a question is asked for."""

    ML_ENGINEER = "ml-engineer"
    DATA_SCIENTIST = "data-scientist"
    APPLIED_SCIENTIST = "applied-scientist"
    RESEARCH_SCIENTIST = "research-scientist"
    DEEP_LEARNING_ENGINEER = "deep-learning-engineer"
    AI_ENGINEER = "ai-engineer"
    MLOPS_ENGINEER = "mlops-engineer"
    ML_PLATFORM_ENGINEER = "ml-platform-engineer"


STAGES: dict[Kind, tuple[str, ...]] = {
    Kind.THEORY: ("claim", "mechanism", "mathematics", "failure", "trade-off"),
    Kind.STATISTICS: ("claim", "mechanism", "mathematics", "failure", "trade-off"),
    Kind.APPLIED: ("claim", "mechanism", "mathematics", "failure", "trade-off"),
    Kind.CODING: ("approach", "code", "tests", "complexity", "variation"),
    Kind.SYSTEM_DESIGN: (
        "requirements",
        "framing",
        "data",
        "model",
        "evaluation",
        "serving",
        "monitoring",
        "wrap-up",
    ),
    Kind.BEHAVIOURAL: (
        "situation",
        "task",
        "action",
        "result",
        "ownership",
        "numbers",
        "hindsight",
    ),
}
"""The stages a point may belong to, in the order an interviewer walks them."""


class Point(Model):
    """One atomic thing a good answer says.

    `weight`: 3 core, 2 supporting, 1 depth. `probe` asks for the point without giving it
    away; `hint` points in its direction.
    """

    id: Slug
    claim: Text
    weight: Literal[1, 2, 3]
    stage: Text
    probe: Text
    hint: Text


class Misconception(Model):
    """A false claim people hold, the case it gets wrong, and what is true.

    `denies` names the point of the same question that the claim rules out, if there is one:
    the two are then one mistake and cost once.
    """

    id: Slug
    claim: Text
    challenge: Text
    correction: Text
    critical: bool = False
    denies: Slug | None = None


class FollowUp(Model):
    """A question asked after the main one, graded against points of its own."""

    id: Slug
    purpose: Literal["deepen", "perturb", "variation"]
    question: Text
    points: tuple[Point, ...] = Field(min_length=1)


class Given(Model):
    """A number or rule the interviewer states when the candidate asks about it."""

    about: Text
    answer: Text


class CodingTask(Model):
    """What a coding question brings: code is Python, `tests` run after `starter` is filled in.

    `wrong` holds at least one plausible but faulty solution that the tests must catch.
    """

    starter: Text
    solution: Text
    tests: Text
    wrong: tuple[Text, ...] = Field(min_length=1)


class Anchors(Model):
    """Short example answers that anchor the scale of a behavioural question."""

    weak: Text
    fair: Text
    strong: Text


class Question(Model):
    """A bank entry: what is asked and what a good answer contains."""

    id: Slug
    covers: tuple[Slug, ...] = Field(min_length=1)
    kind: Kind
    area: Slug
    level: Level
    roles: tuple[Role, ...] = Field(min_length=1)
    minutes: Annotated[int, Field(ge=1, le=60)]
    question: Text
    points: tuple[Point, ...] = Field(min_length=1)
    misconceptions: tuple[Misconception, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    given: tuple[Given, ...] = ()
    coding: CodingTask | None = None
    anchors: Anchors | None = None
    model_answer: Text
    sources: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [p.id for p in self.points] + [m.id for m in self.misconceptions]
        ids += [f.id for f in self.follow_ups]
        ids += [p.id for f in self.follow_ups for p in f.points]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"the id {twice[0]} is used twice in this question")
        stages = STAGES[self.kind]
        for point in (*self.points, *(p for f in self.follow_ups for p in f.points)):
            if point.stage not in stages:
                raise ValueError(
                    f"point {point.id}: stage {point.stage!r} is none of {', '.join(stages)}"
                )
        own = {p.id for p in self.points}
        for misconception in self.misconceptions:
            if misconception.denies is not None and misconception.denies not in own:
                raise ValueError(
                    f"misconception {misconception.id}: denies {misconception.denies!r}, "
                    "which is no point of this question"
                )
        if (self.kind is Kind.CODING) != (self.coding is not None):
            raise ValueError("coding: present exactly for kind coding")
        if (self.kind is Kind.BEHAVIOURAL) != (self.anchors is not None):
            raise ValueError("anchors: present exactly for kind behavioural")
        return self
