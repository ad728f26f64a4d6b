"""Keep every request with its reply as JSON lines, and answer from them without a network."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic import BaseModel, ValidationError

from interviewer.errors import FileError, InterviewerError, ModelUnavailable, ReplyUnusable
from interviewer.llm.model import LanguageModel, Message, Object, Role, Schema, Text, Usage

_RANDOM = re.compile(r"\b[0-9a-f]{12,}\b")
"""Random delimiters in a prompt: the same request has others the next time."""


def request_hash(messages: Sequence[Message], schema: type[BaseModel] | None = None) -> str:
    """The same for the same request: long hexadecimal words count by their order alone."""
    seen: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        return seen.setdefault(match.group(), f"#{len(seen)}")

    asked = [(message.role.value, _RANDOM.sub(numbered, message.text)) for message in messages]
    form = schema.model_json_schema() if schema else None
    return hashlib.sha256(json.dumps([asked, form], sort_keys=True).encode()).hexdigest()[:32]


class Line(BaseModel):
    """One call, as kept: the request, and the reply or the error it ended in."""

    key: str
    run: str = ""
    """Names the run that made the call; lines without a name are taken for one run's."""
    model: str
    messages: list[tuple[Role, str]]
    form: str | None = None
    said: str | None = None
    pieces: list[str] | None = None
    found: dict[str, Any] | None = None
    unusable: str | None = None
    unavailable: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float = 0.0
    calls: int = 1

    @property
    def usage(self) -> Usage:
        """The tokens the call took."""
        return Usage(self.input_tokens, self.output_tokens)


class Recorded:
    """A model whose every call is added to a file. Thread-safe; calls given up are not kept.

    The file holds the candidates' words. Raises `FileError` if it cannot be written.
    """

    def __init__(self, model: LanguageModel, file: Path) -> None:
        self._model = model
        self._file = file
        self._lock = Lock()
        self._run = secrets.token_hex(4)
        self._add("\n" if _is_torn(file) else "")

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def write(self, messages: Sequence[Message]) -> Text:
        """As the model writes."""
        try:
            reply = self._model.write(messages)
        except (ModelUnavailable, ReplyUnusable) as error:
            self._keep_error(messages, None, error)
            raise
        self._keep(messages, None, reply, said=reply.text)
        return reply

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """As the model streams."""
        pieces = []
        try:
            for piece in self._model.stream(messages):
                pieces.append(piece)
                yield piece
        except (ModelUnavailable, ReplyUnusable) as error:
            self._keep_error(messages, None, error, pieces=pieces)
            raise
        self._keep(messages, None, None, pieces=pieces)

    def decide(self, messages: Sequence[Message], schema: type[Schema]) -> Object[Schema]:
        """As the model decides."""
        try:
            reply = self._model.decide(messages, schema)
        except (ModelUnavailable, ReplyUnusable) as error:
            self._keep_error(messages, schema, error)
            raise
        self._keep(messages, schema, reply, found=reply.value.model_dump(mode="json"))
        return reply

    def _keep_error(
        self,
        messages: Sequence[Message],
        schema: type[BaseModel] | None,
        error: ModelUnavailable | ReplyUnusable,
        **reply: Any,
    ) -> None:
        kind = "unusable" if isinstance(error, ReplyUnusable) else "unavailable"
        self._keep(messages, schema, None, **{kind: str(error)}, **reply)

    def _keep(
        self,
        messages: Sequence[Message],
        schema: type[BaseModel] | None,
        took: Text | Object[Any] | None,
        **reply: Any,
    ) -> None:
        if took:
            reply |= {"seconds": round(took.seconds, 3), "calls": took.calls}
            reply |= vars(took.usage)
        line = Line(
            key=request_hash(messages, schema),
            run=self._run,
            model=self.name,
            messages=[(message.role, message.text) for message in messages],
            form=schema.__name__ if schema else None,
            **reply,
        )
        self._add(line.model_dump_json(exclude_none=True) + "\n")

    def _add(self, text: str) -> None:
        try:
            with self._lock, self._file.open("a", encoding="utf-8") as lines:
                lines.write(text)
        except OSError as error:
            raise FileError(f"{self._file}: cannot be written ({error.strerror})") from error


class Replayed:
    """A model that gives recorded replies, whatever order it is asked in. Thread-safe.

    A request recorded several times in a run gets its replies in turn, the last one again and
    again; of several runs the last that made it counts. One that was never recorded raises
    `FileError`, as does a file that cannot be read.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._replies: dict[str, list[Line]] = {}
        for line in _lines(file):
            kept = self._replies.setdefault(line.key, [])
            if kept and kept[-1].run != line.run:
                # A run that was cut off may hold a reply that came to no grade.
                kept.clear()
            kept.append(line)
        for key, kept in self._replies.items():
            # An outage that was made good later, by running again, is no reply.
            self._replies[key] = [line for line in kept if not line.unavailable] or kept
        names = [line.model for kept in self._replies.values() for line in kept]
        self._name = names[0] if names else "replayed"

    @property
    def name(self) -> str:
        """The name of the model that was recorded."""
        return self._name

    def write(self, messages: Sequence[Message]) -> Text:
        """The reply recorded for these messages."""
        line = self._find(messages, None)
        self._raise(line)
        said = line.said if line.said is not None else "".join(line.pieces or [])
        return Text(said, line.usage, line.seconds, line.calls)

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The pieces recorded for these messages."""
        line = self._find(messages, None)
        yield from line.pieces or ([line.said] if line.said else [])
        self._raise(line)

    def decide(self, messages: Sequence[Message], schema: type[Schema]) -> Object[Schema]:
        """The object recorded for these messages and this schema."""
        line = self._find(messages, schema)
        self._raise(line)
        try:
            value = schema.model_validate(line.found)
        except ValidationError as error:
            raise FileError(f"{self._file}: a reply was altered: record again") from error
        return Object(value, line.usage, line.seconds, line.calls)

    def _find(self, messages: Sequence[Message], schema: type[BaseModel] | None) -> Line:
        key = request_hash(messages, schema)
        with self._lock:
            kept = self._replies.get(key)
            if not kept:
                raise FileError(
                    f"{self._file}: holds no reply to this request ({key[:8]}): record again, "
                    f"with the same questions, answers and prompts"
                )
            return kept.pop(0) if len(kept) > 1 else kept[0]

    @staticmethod
    def _raise(line: Line) -> None:
        error: InterviewerError | None = None
        if line.unusable is not None:
            error = ReplyUnusable(line.unusable)
        elif line.unavailable is not None:
            error = ModelUnavailable(line.unavailable)
        if error:
            raise error


def _lines(file: Path) -> Iterator[Line]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{file}: cannot be read: give a file made with --record") from error
    for number, line in enumerate(text.split("\n"), start=1):
        torn = line.startswith('{"key":') and not line.endswith("}")
        if not line or torn:
            continue
        try:
            yield Line.model_validate_json(line)
        except ValidationError as error:
            raise FileError(f"{file}:{number}: is no line made with --record") from error


def _is_torn(file: Path) -> bool:
    """Whether a process that died left its last line without an end."""
    try:
        return file.read_bytes()[-1:] not in (b"", b"\n")
    except OSError:
        return False
