"""The seam to language models: messages in, text or a validated object out, with what it took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

Schema = TypeVar("Schema", bound=BaseModel)


class Role(StrEnum):
    """Who speaks a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Message:
    """One message of a conversation with a model."""

    role: Role
    text: str


@dataclass(frozen=True)
class Usage:
    """Tokens that calls took, as the endpoint counts them; None where it does not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            _sum(self.input_tokens, other.input_tokens),
            _sum(self.output_tokens, other.output_tokens),
        )


@dataclass(frozen=True)
class Text:
    """A reply in words. `seconds` counts every attempt that led to it."""

    text: str
    usage: Usage
    seconds: float
    calls: int = 1


@dataclass(frozen=True)
class Object(Generic[Schema]):
    """A reply validated against a schema. `seconds` and `calls` count every attempt."""

    value: Schema
    usage: Usage
    seconds: float
    calls: int = 1


class LanguageModel(Protocol):
    """A chat model behind an endpoint. Safe to share between threads.

    Every method raises `ModelUnavailable` where no reply can be had (unreachable, too slow, too
    many requests, refused key, circuit open) and `ReplyUnusable` where one came but cannot be
    used (empty, a refusal, not what the schema asks for after one repair turn).
    """

    @property
    def name(self) -> str:
        """The model's name, as shown beside every grade."""
        ...

    def write(self, messages: Sequence[Message]) -> Text:
        """A reply in words."""
        ...

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """A reply in words, piece by piece as they come. Closing the iterator cancels the call."""
        ...

    def decide(self, messages: Sequence[Message], schema: type[Schema]) -> Object[Schema]:
        """A reply as an object of the schema, by whatever way the endpoint is able to."""
        ...


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)
