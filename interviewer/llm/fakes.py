"""A language model for tests: says what it was given to say, and fails loudly after that."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pydantic import BaseModel, ValidationError

from interviewer.errors import ReplyUnusable
from interviewer.llm.model import Message, Object, Schema, Text, Usage

Said = str | Sequence[str] | Mapping[str, Any] | BaseModel | Exception
"""Words, words in pieces, an object, or an error to raise."""
Reply = Said | Callable[[Sequence[Message]], Said]


@dataclass(frozen=True)
class Request:
    """What a model was asked: `schema` for an object, None for words."""

    messages: tuple[Message, ...]
    schema: type[BaseModel] | None = None


class Exhausted(Exception):
    """A model was asked more often than it was given replies: a fault of the test or the code."""


class QueuedModel:
    """Replies from a queue, one a call, and keeps what it was asked. Thread-safe.

    Raises `Exhausted`, which no code of ours catches, once the queue is empty.
    """

    def __init__(self, *replies: Reply, name: str = "queued", usage: Usage | None = None) -> None:
        self.requests: list[Request] = []
        self._replies = deque(replies)
        self._name = name
        self._usage = usage or Usage(10, 5)
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def left(self) -> int:
        """How many replies nobody has asked for."""
        return len(self._replies)

    def write(self, messages: Sequence[Message]) -> Text:
        """The next reply, in words."""
        return Text("".join(self._pieces(self._next(messages))), self._usage, 0.0)

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The next reply, in words and in pieces."""
        yield from self._pieces(self._next(messages))

    def decide(self, messages: Sequence[Message], schema: type[Schema]) -> Object[Schema]:
        """The next reply, as an object. `ReplyUnusable` if it does not fit the schema."""
        said = self._next(messages, schema)
        if isinstance(said, BaseModel):
            said = said.model_dump()
        try:
            return Object(schema.model_validate(said), self._usage, 0.0)
        except ValidationError as error:
            raise ReplyUnusable(f"{self._name} did not reply in the form asked for") from error

    def _next(self, messages: Sequence[Message], schema: type[BaseModel] | None = None) -> Said:
        with self._lock:
            self.requests.append(Request(tuple(messages), schema))
            if not self._replies:
                last = messages[-1].text if messages else ""
                raise Exhausted(f"no reply left for request {len(self.requests)}: {last[:200]!r}")
            reply = self._replies.popleft()
        said = reply(messages) if callable(reply) else reply
        if isinstance(said, Exception):
            raise said
        return said

    @staticmethod
    def _pieces(said: Said) -> list[str]:
        if isinstance(said, str):
            return [said]
        if isinstance(said, Sequence):
            return list(said)
        raise Exhausted(f"words were asked for, but the next reply is {said!r}")
