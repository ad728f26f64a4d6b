"""One event loop in a thread of its own, for calls that must be cancelled or cut at a deadline.

A blocking read cannot be stopped from outside; a task can, at any point, and it then closes its
connection. Everything around stays synchronous.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")
_DONE: Any = object()
_lock = Lock()
_loop: asyncio.AbstractEventLoop | None = None


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine run on the loop; it is cancelled if the caller is interrupted."""
    future = asyncio.run_coroutine_threadsafe(work, _running())
    try:
        return future.result()
    finally:
        future.cancel()


def iterate(work: Callable[[Callable[[T], None]], Coroutine[Any, Any, None]]) -> Iterator[T]:
    """What a coroutine emits, as it does. Closing the iterator cancels the coroutine."""
    queue: SimpleQueue[T] = SimpleQueue()
    future = asyncio.run_coroutine_threadsafe(work(queue.put), _running())
    future.add_done_callback(lambda _: queue.put(_DONE))
    try:
        while (item := queue.get()) is not _DONE:
            yield item
        future.result()
    finally:
        future.cancel()


def _running() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603 - a loop a process, as connections belong to their loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            Thread(target=_loop.run_forever, name="llm", daemon=True).start()
        return _loop
