"""Interviews in a database: append an event, read them back, list and delete."""

from types import TracebackType
from typing import Self

from sqlalchemy import Text, cast, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from interviewer.domain import Event, Started, Summary
from interviewer.errors import Conflict, SessionError
from interviewer.store import rows
from interviewer.store.address import parse
from interviewer.store.complaints import in_one_line
from interviewer.store.engine import open_engine, writing
from interviewer.store.schema import event as events
from interviewer.store.schema import interview as interviews


class SqlStore:
    """The interviews of one database. Threads may share a store; processes open one each.

    Whatever a method has returned from is on the disk. Every method raises `StoreError` where
    the database fails, and then nothing of that call is stored.
    """

    def __init__(self, url: str, wait: float = 10.0) -> None:
        """Open, and create or migrate where needed, the database at `url`.

        `url` is SQLite's or PostgreSQL's (see `database_url`); `wait` is how many seconds a
        write waits for another process's before it gives up.
        """
        self._url = parse(url)
        self._wait = wait
        self._engine = open_engine(self._url, wait)

    def create(self, interview_id: str, started: Started, owner: str = "") -> None:
        """Store a new interview with its first event, version 0.

        The id has 1 to 80 printable characters, the owner at most 320 (else `ValueError`).
        Raises `Conflict` where the id is taken.
        """
        if not (_is_id(interview_id) and len(owner) <= 320 and owner.isprintable()):
            raise ValueError("an interview's id has 1 to 80 printable characters, its owner 0-320")
        row = rows.interview_row(interview_id, started, owner)
        with in_one_line(self._url), writing(self._engine, self._wait) as connection:
            try:
                connection.execute(insert(interviews).values(row))
            except IntegrityError:
                raise Conflict from None
            connection.execute(insert(events).values(rows.event_row(interview_id, 0, started)))

    def append(self, interview_id: str, version: int, event: Event, summary: Summary) -> None:
        """Store the next event and the summary it makes, both or neither.

        `version` is how many events the caller has seen. Raises `Conflict` where that is not
        how many there are, `SessionError` where there is no such interview.
        """
        # Counting up is what two writers contend for: the second finds the count changed.
        count = (
            update(interviews)
            .where(interviews.c.id == _known(interview_id), interviews.c.events == version)
            .values(events=version + 1, **rows.progress(summary))
        )
        with in_one_line(self._url), writing(self._engine, self._wait) as connection:
            if connection.execute(count).rowcount == 0:
                query = select(interviews.c.id).where(interviews.c.id == interview_id)
                raise Conflict if connection.scalar(query) else _unknown(interview_id)
            row = rows.event_row(interview_id, version, event)
            connection.execute(insert(events).values(row))

    def events(self, interview_id: str) -> tuple[Event, ...]:
        """Every event of an interview, oldest first: index 0 is its `Started`.

        Raises `SessionError` where there is no such interview, and where an event is missing
        or damaged.
        """
        query = (
            select(interviews.c.events, events.c.version, cast(events.c.payload, Text))
            .outerjoin_from(interviews, events)
            .where(interviews.c.id == _known(interview_id))
        )
        with in_one_line(self._url), self._engine.connect() as connection:
            found = connection.execute(query).all()
        if not found:
            raise _unknown(interview_id)
        count = found[0][0]
        payloads = {version: payload for _, version, payload in found}
        return tuple(rows.read_event(interview_id, n, payloads.get(n)) for n in range(count))

    def summaries(self, owner: str | None = None, limit: int | None = None) -> list[Summary]:
        """The interviews, the one worked on last first: one owner's, or everybody's (None).

        Raises `SessionError` where a row is damaged.
        """
        query = select(*rows.SUMMARY).order_by(interviews.c.updated.desc(), interviews.c.id)
        if owner is not None:
            query = query.where(interviews.c.owner == owner)
        with in_one_line(self._url), self._engine.connect() as connection:
            found = connection.execute(query.limit(limit)).mappings().all()
        return [rows.read_summary(row) for row in found]

    def delete(self, interview_id: str) -> None:
        """Remove an interview and its events; raises `SessionError` where there is none."""
        query = delete(interviews).where(interviews.c.id == _known(interview_id))
        with in_one_line(self._url), writing(self._engine, self._wait) as connection:
            if connection.execute(query).rowcount == 0:
                raise _unknown(interview_id)

    def close(self) -> None:
        """Give the connections back. A store that is used again opens new ones."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _is_id(interview_id: str) -> bool:
    return 1 <= len(interview_id) <= 80 and interview_id.isprintable()


def _known(interview_id: str) -> str:
    """The id, if it can be one at all: it may come from the page's address."""
    if not _is_id(interview_id):
        raise _unknown(interview_id)
    return interview_id


def _unknown(interview_id: str) -> SessionError:
    return SessionError(
        f"no interview {interview_id[:80]!a} here: see `interviewer sessions list`, "
        "or start a new one"
    )
