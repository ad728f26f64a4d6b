"""One process owns a folder: two of them writing to one Chroma index destroy it silently."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

from interviewer.errors import IndexInUse, StoreError


def own(folder: Path) -> FileLock:
    """Make the folder and take its lock, which is held until `release()` or the process ends.

    The operating system gives the lock back with the process, however it ended. Raises
    `IndexInUse` where another process holds it, `StoreError` where the folder cannot be
    written.
    """
    # The lock file itself is truncated by whoever tries to lock it, so the owner's number
    # stands in a file beside it.
    owner = folder / "owner"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # thread_local: the page that opens the index is not the thread that closes it.
        lock = FileLock(folder / "lock", timeout=0, thread_local=False)
        lock.acquire()
        owner.write_text(f"{os.getpid()}\n", encoding="ascii")
    except Timeout:
        raise IndexInUse(
            f"the index in {folder} is used by {_process(owner)}: "
            "close it, or set CHROMA_URL to a Chroma server"
        ) from None
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written ({error.strerror}): "
            "set INTERVIEWER_HOME to a folder that can"
        ) from error
    return lock


def _process(owner: Path) -> str:
    try:
        return f"process {int(owner.read_text(encoding='ascii'))}"
    except (OSError, ValueError):
        return "another process"
