"""The state of an interview: a fold over its events. Pure: no clock, no chance, no I/O."""

from collections.abc import Iterable
from enum import StrEnum

from interviewer.domain import (
    Closed,
    Debriefed,
    Event,
    FollowUp,
    Grade,
    Graded,
    Interview,
    Purpose,
    Question,
    Said,
    Started,
    Turn,
    Who,
)
from interviewer.errors import SessionError


class Need(StrEnum):
    """What an interview is waiting for."""

    GRADE = "grade"
    SPEAK = "speak"
    LISTEN = "listen"
    NOTHING = "nothing"


def begin(interview_id: str, started: Started) -> Interview:
    """The interview that the first event makes."""
    return Interview(
        id=interview_id,
        settings=started.settings,
        plan=started.plan,
        started=started.at,
    )


def step(interview: Interview, event: Event) -> Interview:
    """The interview after one more event. Raises `SessionError` if it cannot follow."""
    match event:
        case Said(turn=turn):
            if interview.closed or turn.index != len(interview.turns):
                raise SessionError(f"turn {turn.index} does not follow in interview {interview.id}")
            return interview.model_copy(update={"turns": (*interview.turns, turn)})
        case Graded(grade=grade):
            if grade.turn >= len(interview.turns):
                raise SessionError(f"interview {interview.id} has no turn {grade.turn} to grade")
            return interview.model_copy(update={"grades": (*interview.grades, grade)})
        case Closed() if interview.closed is None:
            return interview.model_copy(update={"closed": event})
        case Debriefed() if interview.closed:
            return interview.model_copy(update={"debriefs": (*interview.debriefs, event)})
        case _:
            raise SessionError(f"{event.type!r} cannot follow in interview {interview.id}")


def replay(interview_id: str, events: Iterable[Event]) -> Interview:
    """The interview that all its events make. Raises `SessionError` if they do not fit."""
    first, *rest = events
    if not isinstance(first, Started):
        raise SessionError(f"interview {interview_id} does not begin with its settings")
    interview = begin(interview_id, first)
    for event in rest:
        interview = step(interview, event)
    return interview


def need(interview: Interview) -> Need:
    """What has to happen next."""
    if interview.closed:
        return Need.NOTHING
    if not interview.turns:
        return Need.SPEAK
    last = interview.turns[-1]
    if last.who is Who.INTERVIEWER:
        return Need.SPEAK if last.purpose in (Purpose.ADVANCE, Purpose.CLOSE) else Need.LISTEN
    if last.purpose in (Purpose.ANSWER, Purpose.SKIP) and not _graded(interview, last):
        return Need.GRADE
    return Need.SPEAK


def _graded(interview: Interview, turn: Turn) -> bool:
    return any(grade.turn == turn.index for grade in interview.grades)


def question_of(interview: Interview, item: str) -> tuple[Question, FollowUp | None]:
    """The question, and the follow-up if it is one, that an item names."""
    question_id, _, follow_up_id = item.partition("/")
    for question in interview.plan:
        if question.id == question_id:
            for follow_up in question.follow_ups:
                if follow_up.id == follow_up_id:
                    return question, follow_up
            if not follow_up_id:
                return question, None
    raise SessionError(f"interview {interview.id} has no item {item!r}")


def turns_on(interview: Interview, item: str) -> tuple[Turn, ...]:
    """All turns about one item, in order."""
    return tuple(turn for turn in interview.turns if turn.item == item)


def latest_grade(interview: Interview, item: str) -> Grade | None:
    """Where an item stands: its grade at the latest turn, the newest if regraded."""
    grades = [grade for grade in interview.grades if grade.item == item]
    return max(reversed(grades), key=lambda g: g.turn) if grades else None


def grade_at(interview: Interview, item: str, turn: int) -> Grade | None:
    """An item's grade at a turn, the newest if regraded."""
    grades = [g for g in interview.grades if g.item == item and g.turn == turn]
    return grades[-1] if grades else None


def debrief(interview: Interview) -> Debriefed | None:
    """The report in words, unless grades have come since."""
    latest = interview.debriefs[-1] if interview.debriefs else None
    return latest if latest and latest.grades == len(interview.grades) else None


def current_item(interview: Interview) -> str | None:
    """The item being talked about; None before the first question."""
    for turn in reversed(interview.turns):
        if turn.item is not None:
            return turn.item
    return None


def asked(interview: Interview) -> tuple[Question, ...]:
    """The main questions put so far, in order."""
    opened = {t.item for t in interview.turns if t.purpose is Purpose.ASK}
    return tuple(question for question in interview.plan if question.id in opened)
