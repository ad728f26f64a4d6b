"""Open Chroma, in a folder or on a server; the one module that imports it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from interviewer.errors import IndexUnavailable, UsageError

_HEARTBEAT = "/api/v2/heartbeat"
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 30.0


def open_folder(folder: Path) -> Any:
    """A Chroma client of this folder, which this process must own, to be given to `close`.

    Raises `IndexUnavailable` where the files in it are damaged.
    """
    import chromadb

    with errors_as_unavailable(f"in {folder}"):
        return chromadb.PersistentClient(folder, settings=_no_telemetry())


def open_server(url: str) -> Any:
    """A Chroma client of the server at http://HOST:PORT, to be given to `close`.

    Raises `UsageError` for an address that is none or names a user, without showing it, and
    `IndexUnavailable` where nothing that speaks Chroma answers.
    """
    import chromadb
    import httpx

    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme not in ("http", "https") or parts.path not in ("", "/"):
        raise UsageError("CHROMA_URL is not the address of a server: write http://HOST:PORT")
    if "@" in parts.netloc:
        raise UsageError(
            "CHROMA_URL holds a user or a password, which no Chroma server is sent: "
            "write http://HOST:PORT"
        )
    secure = parts.scheme == "https"
    port = port or (443 if secure else 8000)
    with errors_as_unavailable(f"at {url}"):
        # Asked first with a time limit: Chroma's own client is made without one.
        heartbeat = f"{parts.scheme}://{host}:{port}{_HEARTBEAT}"
        httpx.get(heartbeat, timeout=_CONNECT_SECONDS).raise_for_status()
        client = chromadb.HttpClient(host, port, ssl=secure, settings=_no_telemetry())
    for session in _sessions(client):
        session.timeout = _ANSWER_SECONDS
    return client


def close(client: Any) -> None:
    """Let go of the folder or of the connections to the server."""
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def _sessions(client: Any) -> list[Any]:
    """The HTTP sessions of a server's client; none for a folder's.

    Chroma neither closes them nor lets a time limit be set, hence the private names.
    """
    servers: list[Any] = [getattr(c, "_server", None) for c in (client, client._admin_client)]
    return [server._session for server in servers if hasattr(server, "_session")]


@contextmanager
def errors_as_unavailable(place: str) -> Iterator[None]:
    """Raise what Chroma, its HTTP client or the network raises as one `IndexUnavailable`.

    `place` is "in FOLDER" or "at URL".
    """
    try:
        yield
    except Exception as error:  # Chroma raises bare Exceptions, too
        reason = str(error).strip() or type(error).__name__
        remedy = (
            "start the server, or unset CHROMA_URL"
            if place.startswith("at ")
            else "delete that folder and open the index again, it is rebuilt"
        )
        raise IndexUnavailable(f"the index {place} cannot be used ({reason}): {remedy}") from error


def _no_telemetry() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)
