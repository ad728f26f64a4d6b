"""Open a database: safe settings, write transactions that wait, the schema up to date."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, text
from sqlalchemy import event as hooks

from interviewer.errors import StoreError
from interviewer.store.address import shown
from interviewer.store.complaints import in_one_line
from interviewer.store.schema import REVISION_TABLE, REVISIONS

_MIGRATING = 4_711_001  # the number of PostgreSQL's advisory lock; any that others do not use
PAUSE = 0.01
"""Seconds until a refused switch to WAL is tried again."""
_alembic = Lock()  # Alembic keeps what it is running in one global


def open_engine(url: URL, wait: float) -> Engine:
    """An engine for the address, its schema brought up to date.

    `wait` is how many seconds to wait for a lock that another process holds. Raises
    `StoreError` where the database cannot be reached, written, or is newer than this code.
    """
    engine = _sqlite(url, wait) if url.drivername == "sqlite" else _postgresql(url)
    try:
        with in_one_line(url):
            _bring_up_to_date(engine, wait)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine, wait: float) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back on an error.

    SQLite's write lock is taken at once, so that two writers wait for each other instead of
    one of them failing half-way; PostgreSQL waits no longer than SQLite would.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(wait * 1000)}")
        yield connection


def _sqlite(url: URL, wait: float) -> Engine:
    path = Path(str(url.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder {path.parent} cannot be made ({error.strerror}): "
            "make it, or set INTERVIEWER_HOME to a folder that may be written"
        ) from error
    engine = create_engine(url, connect_args={"timeout": wait}, hide_parameters=True)

    @hooks.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        # WAL: readers do not wait for the writer. FULL: a commit is on the disk before it is
        # acknowledged, so neither kill -9 nor a power cut takes it back.
        _use_wal(connection, wait)
        for pragma in ("synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


def _use_wal(connection: sqlite3.Connection, wait: float) -> None:
    """Switch to WAL. Of several who do so at once SQLite may refuse some without waiting."""
    until = monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() >= until:
                raise
            sleep(PAUSE)
        else:
            return


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url.update_query_dict({"connect_timeout": url.query.get("connect_timeout", "10")}),
            hide_parameters=True,  # a traceback does not show what a candidate said
            pool_pre_ping=True,  # a restarted server costs nobody a turn
        )
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs the driver psycopg: pip install 'interviewer[postgres]', "
            "or unset DATABASE_URL to keep interviews in a file"
        ) from error


def _bring_up_to_date(engine: Engine, wait: float) -> None:
    with engine.connect() as connection:
        if _is_current(connection):
            return  # the usual case, which never imports Alembic
    with writing(engine, wait) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
        # Asked again: another process may have migrated while we waited for the lock.
        if not _is_current(connection):
            _migrate(connection)


def _is_current(connection: Connection) -> bool:
    """Whether the schema is the one this code knows; raises `StoreError` where it is newer."""
    if not inspect(connection).has_table(REVISION_TABLE):
        return False
    revision = connection.scalar(text(f"SELECT version_num FROM {REVISION_TABLE}"))  # noqa: S608
    if revision not in (None, *REVISIONS):
        raise StoreError(
            f"the database ({shown(connection.engine.url)}) was written by a newer interviewer "
            f"(schema {revision}, this one knows {REVISIONS[-1]}): update the interviewer"
        )
    return bool(revision == REVISIONS[-1])


def _migrate(connection: Connection) -> None:
    """Run the missing migrations inside the connection's transaction: all of them or none."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "interviewer.store:migrations")
    with _alembic:
        command.upgrade(config, REVISIONS[-1])
