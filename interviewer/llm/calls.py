"""One call of a model: its deadline, how often it sends, what it took. No library is known here."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from interviewer.errors import ModelUnavailable, ReplyUnusable
from interviewer.llm import failures
from interviewer.llm.breaker import Breaker
from interviewer.llm.failures import Failure
from interviewer.llm.model import Usage

T = TypeVar("T")
Spent = Callable[[Usage, float, int], None]
"""Told after every call, failed ones too: tokens, seconds, requests sent."""


class Refused(ReplyUnusable):
    """The endpoint does not take a request of this form; another form, if there is one, may do."""


class Call:
    """What one call has taken so far, over all the requests it leads to."""

    def __init__(self, caller: "Caller") -> None:
        self._caller = caller
        self._started = caller.clock()
        self._failures = 0
        self.usage = Usage()
        self.requests = 0

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return self._caller.clock() - self._started

    async def in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result; at the deadline it is cancelled and `ModelUnavailable` raised."""
        try:
            async with asyncio.timeout(self._caller.timeout) as limit:
                return await work
        except TimeoutError:
            if not limit.expired():
                raise
            late = failures.too_slow(self._caller.where, self._caller.timeout)
            raise ModelUnavailable(late) from None

    async def send(self, request: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Send a request, and again after failures that may pass, as long as there is time.

        Raises `ModelUnavailable`, `ReplyUnusable`, or `Refused` where another form may do.
        """
        while True:
            self.requests += 1
            try:
                return await request()
            except Exception as error:
                failure = self._caller.meaning(error)
                if failure is None:
                    raise
            await self._recover(failure)

    async def _recover(self, failure: Failure) -> None:
        if failure.refused:
            raise Refused(failure.message)
        if not failure.silent:
            raise ReplyUnusable(failure.message)
        self._failures += 1
        pause = failures.pause(self._failures, failure.wait, self._caller.chance())
        late = pause >= self._caller.timeout - self.seconds
        if late or not failure.passing or self._failures >= failures.ATTEMPTS:
            raise ModelUnavailable(failure.message)
        await self._caller.sleep(pause)


class Caller:
    """Makes the calls to one endpoint, under one deadline and one circuit breaker.

    `timeout` counts seconds and bounds a whole call, with all its requests and pauses.
    `meaning` says what an exception of the libraries below means, None if it is not theirs.
    """

    def __init__(
        self,
        where: str,
        timeout: float,
        meaning: Callable[[Exception], Failure | None],
        spent: Spent | None = None,
        *,
        breaker: Breaker | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.where, self.timeout, self.meaning = where, timeout, meaning
        self.clock, self.sleep, self.chance = clock, sleep, chance
        self._spent = spent
        self._breaker = breaker or Breaker(threshold=2, pause=30.0, clock=clock)

    @contextmanager
    def call(self) -> Iterator[Call]:
        """A call, if the breaker lets one pass; breaker and ledger are told how it ended.

        Raises `ModelUnavailable` if it does not.
        """
        if wait := self._breaker.wait():
            raise ModelUnavailable(
                f"{self.where} gave no reply lately: it is tried again in {wait:.0f} s"
            )
        call = Call(self)
        try:
            yield call
        except ModelUnavailable:
            self._breaker.failed()
            raise
        except ReplyUnusable:
            self._breaker.replied()
            raise
        except BaseException:
            self._breaker.cancelled()
            raise
        else:
            self._breaker.replied()
        finally:
            if self._spent:
                self._spent(call.usage, call.seconds, call.requests)
