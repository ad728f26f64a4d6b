"""Small interviews to store, and strategies for any event."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from interviewer.domain import (
    Band,
    Closed,
    Event,
    Evidence,
    Grade,
    Graded,
    Grading,
    Kind,
    Level,
    Point,
    Purpose,
    Question,
    Role,
    Said,
    Settings,
    Started,
    Status,
    Summary,
    Turn,
    Verdict,
    Who,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

QUESTION = Question(
    id="bias-variance",
    covers=("bias-variance",),
    kind=Kind.THEORY,
    area="foundations",
    level=Level.MID,
    roles=(Role.ML_ENGINEER,),
    minutes=5,
    question="What is the bias-variance trade-off?",
    points=(Point(id="p", claim="c", weight=3, stage="claim", probe="And then?", hint="Think."),),
    model_answer="…",
    sources=("a book",),
)


def started(at: datetime = NOON) -> Started:
    return Started(settings=Settings(kind=Kind.THEORY, seed=7), plan=(QUESTION,), at=at)


def said(index: int, text: str = "Bias falls, variance rises.") -> Said:
    return Said(
        turn=Turn(
            index=index, who=Who.CANDIDATE, purpose=Purpose.ANSWER, text=text, at=after(index)
        )
    )


def after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def summary(interview_id: str, answered: int = 0, score: float | None = None) -> Summary:
    return Summary(
        id=interview_id,
        started=NOON,
        updated=after(answered),
        settings=started().settings,
        answered=answered,
        questions=1,
        score=score,
    )


characters = st.characters(codec="utf-8")
texts = st.text(characters, min_size=1).filter(str.strip)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
units = st.floats(0, 1)
# Offsets, not named zones: JSON carries no more, and Python calls an hour that comes twice in a
# named zone unequal to the same instant in any other (PEP 495). It has a test of its own.
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=offsets,
)
points = st.builds(
    Point,
    id=slugs,
    claim=texts,
    weight=st.sampled_from([1, 2, 3]),
    stage=st.just("claim"),
    probe=texts,
    hint=texts,
)
questions = points.map(lambda point: QUESTION.model_copy(update={"points": (point,)}))
verdicts = st.builds(
    Verdict,
    point=slugs,
    status=st.sampled_from(Status),
    evidence=st.none() | st.builds(Evidence, turn=st.integers(0, 99), quote=texts),
    reason=st.text(characters),
    confidence=units,
    judge=texts,
)
turns = st.builds(
    Turn,
    index=st.integers(0, 999),
    who=st.sampled_from(Who),
    purpose=st.sampled_from(Purpose),
    text=texts,
    item=st.none() | texts,
    point=st.none() | slugs,
    at=times,
)
grades = st.builds(
    Grade,
    item=texts,
    turn=st.integers(0, 999),
    status=st.sampled_from(Grading),
    judge=texts,
    verdicts=st.lists(verdicts, max_size=3).map(tuple),
    score=st.none() | units,
    unaided=st.none() | units,
    band=st.none() | st.builds(Band, low=units, high=units),
    flags=st.lists(texts, max_size=2).map(tuple),
    at=times,
)
starts = st.builds(
    Started,
    settings=st.builds(
        Settings,
        kind=st.none() | st.sampled_from(Kind),
        topics=st.lists(texts, max_size=2).map(tuple),
        minutes=st.none() | st.integers(5, 240),
        seed=st.integers(-(2**80), 2**80),
    ),
    plan=st.lists(questions, min_size=1, max_size=2).map(tuple),
    at=times,
)
later_events: st.SearchStrategy[Event] = (
    st.builds(Said, turn=turns)
    | st.builds(Graded, grade=grades)
    | st.builds(Closed, why=st.sampled_from(["finished", "time", "ended"]), at=times)
)
