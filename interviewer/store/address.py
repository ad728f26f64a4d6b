"""The address of the database: `DATABASE_URL` checked, or a file in the home folder.

A message never repeats an address as it was given, since a password may stand anywhere in a
mistyped one; it shows what `shown` puts together from the harmless parts.
"""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from interviewer.errors import StoreError

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_EXPECTED = "expected sqlite:////folder/interviews.db or postgresql://user:password@host/database"


def database_url(given: str | None, home: Path) -> str:
    """The address to open: `given` (`DATABASE_URL`), else `interviews.db` in the home folder.

    The string carries the password, if there is one: do not show it. Raises `StoreError`
    where `given` is not an address of SQLite or PostgreSQL.
    """
    if given is None or not given.strip():
        return _written(URL.create("sqlite", database=str(home / "interviews.db")))
    return _written(parse(given))


def parse(given: str) -> URL:
    """The address in its parts, the driver named; raises `StoreError` without any secret."""
    scheme = given.strip().partition("://")[0] if "://" in given else ""
    try:
        url = make_url(given.strip())
    except (ArgumentError, ValueError):
        # ValueError: a port that is no number, or that is a password with no host after it.
        # `from None`: SQLAlchemy's message may quote the secret.
        raise StoreError(f"DATABASE_URL cannot be read as an address: {_EXPECTED}") from None
    if scheme not in _DRIVERS:
        raise StoreError(f"DATABASE_URL begins with {scheme}://, which is not known: {_EXPECTED}")
    if "@" in (url.host or ""):
        raise StoreError("DATABASE_URL has a second @: write an @ in the password as %40")
    url = url.set(drivername=_DRIVERS[scheme])
    if url.drivername == "sqlite":
        if url.host or not url.database or url.database == ":memory:":
            raise StoreError(
                "DATABASE_URL names no file: write sqlite:/// and the file's path, "
                "with four slashes where the path begins with one"
            )
        if url.query:
            raise StoreError(
                "DATABASE_URL: SQLite takes no options here: remove the ? and the rest"
            )
    return url


def shown(url: URL) -> str:
    """The database as a message may name it: no user, no password, no options."""
    if url.drivername == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "the local socket"
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL on {host}{port}, database {url.database or '(default)'}"


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)
