"""The words the whole program speaks: questions, turns, verdicts, grades, interviews.

Everything here is frozen. A question is what a bank file holds; an interview is what a
session keeps; a verdict is what a judge says; a grade is what code computes from verdicts.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

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


class Criterion(Model):
    """What a judge decides on: a claim, and how much it counts."""

    id: Text
    claim: Text
    weight: Annotated[float, Field(gt=0)]


class Point(Criterion):
    """One atomic thing a good answer says.

    `weight`: 3 core, 2 supporting, 1 depth. `probe` asks for the point without giving it
    away; `hint` points in its direction.
    """

    id: Slug
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
    """A bank entry: what is asked and what a good answer contains.

    `phrases` are what people type who look for it, in their own words. `drafted` names the
    language model that drafted it, as long as nobody has reviewed it.
    """

    id: Slug
    covers: tuple[Slug, ...] = Field(min_length=1)
    kind: Kind
    area: Slug
    level: Level
    roles: tuple[Role, ...] = Field(min_length=1)
    phrases: tuple[Text, ...] = ()
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
    drafted: str = ""

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


# --- verdicts and grades -------------------------------------------------------------------


class Status(StrEnum):
    """What a judge says of one point."""

    MET = "met"
    UNCLEAR = "unclear"
    MISSED = "missed"
    CONTRADICTED = "contradicted"


class Help(StrEnum):
    """The most help a candidate had had with a point before making it."""

    UNAIDED = "unaided"
    PROBED = "probed"
    HINTED = "hinted"
    PROMPTED = "prompted"
    TOLD = "told"


class Evidence(Model):
    """The candidate's own words, and the turn in which they stand."""

    turn: int = Field(ge=0)
    quote: Text


class Verdict(Model):
    """A judge's decision on one point, or on one misconception (met: it was asserted)."""

    point: Text
    status: Status
    evidence: Evidence | None = None
    reason: str = ""
    confidence: Unit
    judge: Text
    help: Help = Help.UNAIDED


class Band(Model):
    """The range in which the score lies with a probability of about 80%."""

    low: Unit
    high: Unit


class Aside(Model):
    """A point or misconception of another question that the answer touched.

    It is shown and steers what comes next; it never enters the score. `claim` is its text.
    """

    question: Slug
    claim: Text
    misconception: bool = False
    verdict: Verdict


class Communication(Model):
    """How it was said, each aspect from 1 to 5: shown beside the score, never inside it."""

    structure: int = Field(ge=1, le=5)
    clarity: int = Field(ge=1, le=5)
    depth: int = Field(ge=1, le=5)


class Grading(StrEnum):
    """How a grade came about."""

    GRADED = "graded"
    STAND_IN = "stand-in"
    NOT_GRADED = "not-graded"


class Grade(Model):
    """What an item stands at after a candidate's turn: verdicts, and the numbers from them.

    `item` is a question's id, or `QUESTION/FOLLOW-UP`. `score` counts help, `unaided` is the
    score of the opening answer; both are None, never 0, where nothing could be assessed.
    `misconceptions` holds the asserted ones only.
    """

    item: Text
    turn: int = Field(ge=0)
    status: Grading
    judge: Text
    verdicts: tuple[Verdict, ...] = ()
    misconceptions: tuple[Verdict, ...] = ()
    score: Unit | None = None
    unaided: Unit | None = None
    band: Band | None = None
    asides: tuple[Aside, ...] = ()
    communication: Communication | None = None
    flags: tuple[str, ...] = ()
    note: str = ""
    rubric: str = ""
    judge_version: str = ""
    at: datetime


# --- the interview -------------------------------------------------------------------------


class Mode(StrEnum):
    """Coach helps on the way; exam keeps all teaching for the debrief."""

    COACH = "coach"
    EXAM = "exam"


class Who(StrEnum):
    """The two sides of the table."""

    INTERVIEWER = "interviewer"
    CANDIDATE = "candidate"


class Purpose(StrEnum):
    """What a turn is for."""

    ASK = "ask"
    CLARIFY = "clarify"
    CHALLENGE = "challenge"
    PROBE = "probe"
    HINT = "hint"
    PROMPT = "prompt"
    TELL = "tell"
    DEEPEN = "deepen"
    PERTURB = "perturb"
    VARIATION = "variation"
    INFORM = "inform"
    ADVANCE = "advance"
    CLOSE = "close"
    ANSWER = "answer"
    SKIP = "skip"
    INQUIRE = "inquire"


class Settings(Model):
    """What the candidate chose before the interview.

    `questions` is how many main questions to ask, `minutes` the time after which the
    interview wraps up (None: no limit), `seed` fixes the choice of questions.
    """

    kind: Kind | None = None
    level: Level | None = None
    role: Role | None = None
    topics: tuple[str, ...] = ()
    mode: Mode = Mode.COACH
    minutes: Annotated[int, Field(ge=5, le=240)] | None = None
    questions: Annotated[int, Field(ge=1, le=20)] = 3
    seed: int = 0
    judge: Literal["embedded", "llm"] = "embedded"


class Turn(Model):
    """One thing said. `item` and `point` name what it is about; `index` counts from 0.

    `worded_by` names the model whose words they are, empty for the bank's own. `notice` is a
    line for the candidate beside what was said: that the model is away, or back.
    """

    index: int = Field(ge=0)
    who: Who
    purpose: Purpose
    text: Text
    item: str | None = None
    point: Slug | None = None
    worded_by: str = ""
    notice: str = ""
    at: datetime


class Started(Model):
    """The interview was set up: the questions are copied, so that the rubric is frozen."""

    type: Literal["started"] = "started"
    settings: Settings
    plan: tuple[Question, ...] = Field(min_length=1)
    at: datetime


class Said(Model):
    """Somebody said something."""

    type: Literal["said"] = "said"
    turn: Turn


class Graded(Model):
    """An item was graded after a candidate's turn."""

    type: Literal["graded"] = "graded"
    grade: Grade


class Closed(Model):
    """The interview is over: all asked, out of time, or ended by the candidate."""

    type: Literal["closed"] = "closed"
    why: Literal["finished", "time", "ended"]
    at: datetime


class Debriefed(Model):
    """A language model put the report into words. `grades` is how many there were by then."""

    type: Literal["debriefed"] = "debriefed"
    text: Text
    by: Text
    grades: int = Field(ge=0)
    at: datetime


Event = Annotated[Started | Said | Graded | Closed | Debriefed, Field(discriminator="type")]
"""A fact about an interview. The store keeps them in order; an interview is their fold."""


class Interview(Model):
    """An interview as its events so far make it. Only `interview.session.step` builds one."""

    id: Text
    settings: Settings
    plan: tuple[Question, ...]
    started: datetime
    turns: tuple[Turn, ...] = ()
    grades: tuple[Grade, ...] = ()
    closed: Closed | None = None
    debriefs: tuple[Debriefed, ...] = ()

    @property
    def version(self) -> int:
        """How many events made it: the next one to store has this number."""
        told = len(self.turns) + len(self.grades) + len(self.debriefs)
        return 1 + told + (self.closed is not None)


class Summary(Model):
    """A line in the list of interviews, kept beside the events so that listing folds none.

    `questions` is how many main questions are planned, `answered` how many of them have been
    graded; `score` is None, never 0, as long as there is none.
    """

    id: Text
    started: AwareDatetime
    updated: AwareDatetime
    settings: Settings
    answered: int = Field(default=0, ge=0)
    questions: int = Field(ge=1)
    score: Unit | None = None
    closed: bool = False
