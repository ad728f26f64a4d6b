"""A fresh database for a test, once in SQLite and once in PostgreSQL.

PostgreSQL is the server at TEST_DATABASE_URL; where that is not set, a private one is started
from the binaries on this machine; where there are none, those tests are skipped.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from interviewer.store import SqlStore, database_url
from interviewer.store.address import parse


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server on which schemas may be made."""
    pytest.importorskip("psycopg")
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    programs = _postgresql_programs()
    if programs is None:
        pytest.skip("no PostgreSQL: install it or set TEST_DATABASE_URL")
    # Not pytest's tmp_path: the server may be another user's, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="interviewer-pg-"))
    run_as: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = _unprivileged_user()
        os.chown(folder, user.pw_uid, user.pw_gid)
        run_as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    control = [programs / "pg_ctl", "-D", data]
    try:
        initdb = [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust"]
        _quietly([*initdb, "-E", "UTF8", "--locale=C", "--no-sync"], **run_as)
        # Without fsync: these tests kill the program, never the server.
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        _quietly([*control, "-w", "-l", folder / "log", "-o", options, "start"], **run_as)
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            _quietly([*control, "-w", "-m", "immediate", "stop"], **run_as)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        yield database_url(None, tmp_path)
        return
    server = parse(request.getfixturevalue("postgresql"))
    schema = f"test_{uuid4().hex}"
    admin = create_engine(server)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    inside = server.update_query_dict({"options": f"-csearch_path={schema}"})
    yield inside.render_as_string(hide_password=False)
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An open store of either kind."""
    with SqlStore(url) as opened:
        yield opened


def _postgresql_programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian hides them."""
    found = [Path(which)] if (which := shutil.which("initdb")) else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].resolve().parent if found else None


def _unprivileged_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _quietly(command: list[Any], **options: Any) -> None:
    """Run it; show what it said only where it fails. pg_ctl's server would hold a pipe open."""
    with tempfile.TemporaryFile("w+") as said:
        if subprocess.run(command, stdout=said, stderr=said, check=False, **options).returncode:
            said.seek(0)
            pytest.fail(f"{command[0]} failed: {said.read()}")
