"""What holds when processes die, double or meet: acknowledged means stored, and stored once."""

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from threading import Barrier, local

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import Pool

from interviewer.errors import Conflict, StoreError
from interviewer.store import SqlStore, engine
from tests.store.samples import said, started, summary

WRITE_FOR_EVER = """
import sys
from itertools import count
from interviewer.store import SqlStore
from tests.store.samples import said, started, summary
store = SqlStore(sys.argv[1])
store.create("one", started())
for version in count(1):
    store.append("one", version, said(version), summary("one", version))
    print(version, flush=True)
"""

OPEN_ON_COMMAND = """
import sys
from interviewer.store import SqlStore
print("ready", flush=True)
sys.stdin.readline()
SqlStore(sys.argv[1]).close()
print("opened", flush=True)
"""


def python(program: str, url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def meeting(barrier: Barrier) -> Iterator[None]:
    """Whoever fails releases those who wait for it, so that a test fails instead of hanging."""
    try:
        yield
    except BaseException:
        barrier.abort()
        raise


def test_every_acknowledged_event_survives_kill_9(url: str) -> None:
    with python(WRITE_FOR_EVER, url) as writer:
        assert writer.stdout is not None
        for _ in range(25):
            acknowledged = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        for line in writer.stdout:  # what it had acknowledged before the signal arrived
            if line.endswith("\n"):
                acknowledged = int(line)
    with SqlStore(url) as store:
        events = store.events("one")
        assert len(events) > acknowledged >= 25
        assert events == (started(), *(said(n) for n in range(1, len(events))))
        assert store.summaries()[0].answered >= acknowledged


def test_of_many_writers_one_stores_each_version(url: str) -> None:
    SqlStore(url).close()
    writers, versions = 4, 15
    together = Barrier(writers)

    def write(who: int) -> list[int]:
        won = []
        with meeting(together), SqlStore(url) as store:
            for version in range(1, versions + 1):
                together.wait()
                try:
                    store.append("one", version, said(who), summary("one", version))
                    won.append(version)
                except Conflict:
                    pass
                together.wait()  # nobody goes on before everybody has tried this version
        return won

    with SqlStore(url) as store:
        store.create("one", started())
        with ThreadPoolExecutor(writers) as pool:
            won = Counter(version for each in pool.map(write, range(writers)) for version in each)
        assert won == dict.fromkeys(range(1, versions + 1), 1)
        assert len(store.events("one")) == versions + 1


def test_one_store_may_be_shared_by_threads(store: SqlStore) -> None:
    def interview(number: int) -> int:
        name = f"thread-{number}"
        store.create(name, started())
        for version in range(1, 6):
            store.append(name, version, said(version), summary(name, version))
        return len(store.events(name))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(interview, range(8))) == [6] * 8


def test_of_two_who_find_a_new_database_one_migrates_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_looked, mine, migrated = Barrier(2), local(), []
    look, migrate = engine._is_current, engine._migrate

    def look_together(connection: Connection) -> bool:
        current = look(connection)
        if not hasattr(mine, "looked"):
            mine.looked = True
            both_looked.wait()
        return current

    def migrate_and_tell(connection: Connection) -> None:
        migrated.append(connection)
        migrate(connection)

    def open_and_close() -> None:
        with meeting(both_looked):
            SqlStore(url).close()

    monkeypatch.setattr(engine, "_is_current", look_together)
    monkeypatch.setattr(engine, "_migrate", migrate_and_tell)
    with ThreadPoolExecutor(2) as pool:
        openings = [pool.submit(open_and_close) for _ in range(2)]
    assert [opening.exception() for opening in openings] == [None, None]
    assert len(migrated) == 1


@pytest.mark.parametrize(
    ("code", "refusals", "tries"),
    [
        (sqlite3.SQLITE_BUSY, 3, 4),
        (sqlite3.SQLITE_BUSY_RECOVERY, 3, 4),
        (sqlite3.SQLITE_READONLY, 3, 1),
    ],
)
def test_a_switch_to_wal_that_is_refused_for_another_s_is_tried_again(
    code: int, refusals: int, tries: int
) -> None:
    class Refusing(sqlite3.Connection):
        tried = 0

        def execute(self, sql: str, *_: object) -> sqlite3.Cursor:
            self.tried += 1
            if self.tried > refusals:
                return super().execute(sql)
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = code
            raise error

    connection = Refusing(":memory:")
    with nullcontext() if tries > refusals else pytest.raises(sqlite3.OperationalError):
        engine._use_wal(connection, wait=60)
    assert connection.tried == tries
    connection.close()


def test_processes_may_open_a_new_database_at_once(url: str) -> None:
    openers = [python(OPEN_ON_COMMAND, url) for _ in range(3)]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("now\n")
        opener.stdin.flush()
    assert [opener.communicate() for opener in openers] == [("opened\n", "")] * 3


def test_a_held_lock_ends_a_write_in_one_line_and_readers_go_on(url: str) -> None:
    with SqlStore(url, wait=0.05) as store:
        store.create("one", started())
        other = create_engine(url)
        with other.connect() as holder:
            sqlite = other.dialect.name == "sqlite"
            holder.execute(
                text("BEGIN IMMEDIATE" if sqlite else "LOCK TABLE interview IN EXCLUSIVE MODE")
            )
            with pytest.raises(StoreError, match="is held by another program"):
                store.append("one", 1, said(0), summary("one", 1))
            assert store.events("one") == (started(),)
            holder.rollback()
        other.dispose()
        store.append("one", 1, said(0), summary("one", 1))
        assert store.events("one") == (started(), said(0))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pragma", "complaint"),
    [("max_page_count = 1", "the disk is full"), ("query_only = ON", "may not be written")],
)
def test_a_disk_that_takes_no_more_loses_nothing(url: str, pragma: str, complaint: str) -> None:
    with SqlStore(url) as store:
        store.create("one", started())

    def limit(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    event.listen(Pool, "connect", limit)
    try:
        with SqlStore(url) as store, pytest.raises(StoreError, match=complaint):
            store.append("one", 1, said(0, "x" * 100_000), summary("one", 1))
    finally:
        event.remove(Pool, "connect", limit)
    with SqlStore(url) as store:
        assert store.events("one") == (started(),)
        store.append("one", 1, said(0), summary("one", 1))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_writes_ahead_and_syncs_every_commit(url: str) -> None:
    found: dict[str, object] = {}

    def look(connection: object, _record: object, _proxy: object) -> None:
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            found[name] = connection.execute(f"PRAGMA {name}").fetchone()[0]  # type: ignore[attr-defined]

    event.listen(Pool, "checkout", look)
    try:
        SqlStore(url).close()
    finally:
        event.remove(Pool, "checkout", look)
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_dropped_costs_no_turn(url: str) -> None:
    admin = create_engine(url)
    with SqlStore(f"{url}&application_name=dropped") as store:
        store.create("one", started())
        with admin.begin() as connection:
            dropped = connection.scalars(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'dropped'"
                )
            ).all()
        store.append("one", 1, said(0), summary("one", 1))
        assert store.events("one") == (started(), said(0))
    admin.dispose()
    assert dropped == [True]
