"""From a reply's text to a validated object, whatever a model wraps around it (pure)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic

from pydantic import ValidationError

from interviewer.llm.model import Schema

STARTS = 50
"""Opening braces tried at most: a reply of nothing but braces must not cost quadratic time."""
COMPLAINTS = 5
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_STRING_OR_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.DOTALL)


@dataclass(frozen=True)
class Read(Generic[Schema]):
    """What a reply came to: an object, or what is wrong with it in words for the model."""

    value: Schema | None
    complaint: str = ""


def read(text: str, schema: type[Schema]) -> Read[Schema]:
    """The one object of the schema in a reply: bare, fenced, or with prose around it.

    Two different objects that both fit are a complaint: which one is meant would be a guess.
    """
    valid: list[Schema] = []
    complaint = "it holds no complete JSON object"
    for found in objects(text):
        try:
            value = schema.model_validate(found)
        except ValidationError as error:
            complaint = _in_words(error)
        else:
            if value not in valid:
                valid.append(value)
    if len(valid) == 1:
        return Read(valid[0])
    return Read(None, "it holds more than one JSON object" if valid else complaint)


def objects(text: str) -> Iterator[dict[str, object]]:
    """The outermost JSON objects in a text, in order; trailing commas are forgiven."""
    text = without_thought(text)
    at = text.find("{")
    for _ in range(STARTS):
        if at < 0:
            return
        end = _closing(text, at)
        found = _decode(text[at:end]) if end else None
        if found is not None:
            yield found
        at = text.find("{", end if end and found is not None else at + 1)


def without_thought(text: str) -> str:
    """The text without the `<think>` block that some local models put first."""
    return _THOUGHT.sub("", text, count=1)


class ThoughtFilter:
    """The same for a stream: holds pieces back while a `<think>` block may be open."""

    def __init__(self) -> None:
        self._held = ""
        self._open = True

    def feed(self, piece: str) -> str:
        """What may be shown now."""
        if not self._open:
            return piece
        self._held += piece
        start = self._held.lstrip()
        if "<think>".startswith(start[:7]) and "</think>" not in start:
            return ""
        return self.rest()

    def rest(self) -> str:
        """What is still held back, at the end; nothing if a thought was never closed."""
        self._open, held, self._held = False, self._held, ""
        return "" if _is_open_thought(held) else without_thought(held)


def _is_open_thought(text: str) -> bool:
    return text.lstrip().startswith("<think>") and "</think>" not in text


def _closing(text: str, start: int) -> int | None:
    """Where the object that opens at `start` ends, or None: strings may hold braces."""
    depth, quoted, escaped = 0, False, False
    for at in range(start, len(text)):
        char = text[at]
        if quoted:
            quoted, escaped = escaped or char != '"', not escaped and char == "\\"
        elif char == '"':
            quoted = True
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return at + 1
    return None


def _decode(text: str) -> dict[str, object] | None:
    for attempt in (text, _STRING_OR_COMMA.sub(r"\1", text)):
        try:
            found = json.loads(attempt, strict=False, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else None
    return None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _in_words(error: ValidationError) -> str:
    lines = [
        f"{'.'.join(str(part) for part in e['loc']) or 'the object'}: {e['msg']}"
        for e in error.errors(include_url=False, include_input=False)
    ]
    more = [f"and {len(lines) - COMPLAINTS} more"] if len(lines) > COMPLAINTS else []
    return "; ".join([*lines[:COMPLAINTS], *more])
