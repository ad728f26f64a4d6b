"""A circuit breaker: an endpoint that gives no reply is left alone for a while, then tried."""

from collections.abc import Callable
from threading import Lock


class Breaker:
    """Closed, every call passes. After `threshold` unavailabilities in a row it opens.

    Open, no call passes for `pause` seconds; then one at a time may try (half-open): its reply
    closes the circuit, its failure opens it again. Thread-safe. `clock` counts seconds.
    """

    def __init__(self, threshold: int, pause: float, clock: Callable[[], float]) -> None:
        self._threshold = threshold
        self._pause = pause
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._opened = 0.0
        self._trying = False

    def wait(self) -> float:
        """0 if a call may pass, and then its end must be told; else the seconds to wait."""
        with self._lock:
            if self._failures < self._threshold:
                return 0.0
            left = self._opened + self._pause - self._clock()
            if left > 0:
                return left
            if self._trying:
                return self._pause
            self._trying = True
            return 0.0

    def replied(self) -> None:
        """A call had a reply, good or bad."""
        with self._lock:
            self._failures, self._trying = 0, False

    def failed(self) -> None:
        """A call had none."""
        with self._lock:
            self._failures += 1
            self._opened, self._trying = self._clock(), False

    def cancelled(self) -> None:
        """A call was given up by the caller: that tells nothing about the endpoint."""
        with self._lock:
            self._trying = False
