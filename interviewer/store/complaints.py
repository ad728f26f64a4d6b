"""What a database complains of, in one line: what is wrong and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from interviewer.errors import StoreError
from interviewer.store.address import shown

# The beginning of SQLite's message, or PostgreSQL's SQLSTATE -> what to say.
_KNOWN = {
    "database is locked": "is held by another program: close it, then try again",
    "database or disk is full": "cannot grow, the disk is full: free some space, then try again",
    "unable to open database file": "cannot be opened: check that its folder may be written",
    "attempt to write a readonly": "may not be written: check the rights of the file and folder",
    "disk I/O error": "cannot be read or written (disk I/O error): check the disk",
    "file is not a database": "is not a database: move the file away or set another DATABASE_URL",
    "database disk image is malformed": "is damaged: put a backup in its place",
    "53100": "cannot grow, the server's disk is full: free some space, then try again",
    "53300": "has no free connection: close other programs that use it or raise its limit",
    "55P03": "is held by another program: close it, then try again",
    "42501": "refuses this user: give it the rights to read, write and create tables",
}


@contextmanager
def in_one_line(url: URL) -> Iterator[None]:
    """Turn whatever the database raises inside into a `StoreError`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(complaint(error, url)) from error


def complaint(error: SQLAlchemyError, url: URL) -> str:
    """The line for one error; the driver's own first line where it is none that we know."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    reason = str(cause).strip().partition("\n")[0]
    code = getattr(cause, "sqlstate", None) or ""
    for sign, what in _KNOWN.items():
        if sign == code or reason.startswith(sign):
            return f"the database ({shown(url)}) {what}"
    for secret in (url.password, url.query.get("password")):
        if secret:
            reason = reason.replace(str(secret), "***")
    if url.drivername != "sqlite" and isinstance(error, OperationalError) and not code:
        # Without an SQLSTATE it is not the server that speaks but the way to it.
        return (
            f"the database ({shown(url)}) cannot be reached: {reason}: "
            "start it, or check DATABASE_URL"
        )
    return f"the database ({shown(url)}) refused: {reason}"
