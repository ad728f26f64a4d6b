"""Between rows and the domain: what is written of an event, and what is read back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Text, cast

from interviewer.domain import Closed, Debriefed, Event, Graded, Said, Settings, Started, Summary
from interviewer.errors import SessionError
from interviewer.store.schema import interview

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)

SUMMARY = (
    interview.c.id,
    interview.c.started,
    interview.c.updated,
    # As text: a damaged value is then found by `read_summary`, which can name the interview.
    cast(interview.c.settings, Text).label("settings"),
    interview.c.answered,
    interview.c.questions,
    interview.c.score,
    interview.c.closed,
)
"""The columns that `read_summary` takes."""


def interview_row(interview_id: str, started: Started, owner: str) -> dict[str, Any]:
    """The row of an interview that has just begun."""
    summary = Summary(
        id=interview_id,
        started=started.at,
        updated=started.at,
        settings=started.settings,
        questions=len(started.plan),
    )
    return {
        "id": interview_id,
        "owner": owner,
        "started": summary.started,
        "settings": summary.settings.model_dump(mode="json"),
        "events": 1,
        **progress(summary),
    }


def progress(summary: Summary) -> dict[str, Any]:
    """The columns that change as an interview goes on."""
    return {
        "updated": summary.updated,
        "answered": summary.answered,
        "questions": summary.questions,
        "score": summary.score,
        "closed": summary.closed,
    }


def event_row(interview_id: str, version: int, event: Event) -> dict[str, Any]:
    """The row of an event."""
    return {
        "interview_id": interview_id,
        "version": version,
        "type": event.type,
        "at": _when(event),
        "payload": event.model_dump(mode="json"),
    }


def read_event(interview_id: str, version: int, payload: str | None) -> Event:
    """The event of a payload (JSON); raises `SessionError` where it is damaged or None."""
    if payload is None:
        raise _damaged(interview_id, f"event {version} is missing")
    try:
        return _EVENT.validate_json(payload)
    except ValidationError as error:
        raise _damaged(interview_id, f"event {version} is damaged ({_place(error)})") from error


def read_summary(row: Mapping[Any, Any]) -> Summary:
    """The summary of an interview's row; raises `SessionError` where it is damaged."""
    try:
        return Summary(**{**row, "settings": Settings.model_validate_json(row["settings"])})
    except ValidationError as error:
        raise _damaged(row["id"], f"its row is damaged ({_place(error)})") from error


def _when(event: Event) -> datetime:
    match event:
        case Said(turn=turn):
            return turn.at
        case Graded(grade=grade):
            return grade.at
        case Started() | Closed() | Debriefed():
            return event.at


def _damaged(interview_id: str, what: str) -> SessionError:
    return SessionError(
        f"interview {interview_id}: {what}: put a backup of the database in its place, "
        f"or remove the interview with `interviewer sessions delete {interview_id}`"
    )


def _place(error: ValidationError) -> str:
    """Where the first complaint is and what it says; never the value, which is private."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
