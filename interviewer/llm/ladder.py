"""The ways to ask for an object, best first, and the memory of which one an endpoint can take."""

import json
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from threading import Lock

from pydantic import BaseModel

from interviewer.llm.model import Message, Role

TOOL = "reply"
"""The name of the function a model is asked to call, and of the schema."""


class Rung(StrEnum):
    """How an object is asked for. Servers differ in what they take, and some ignore silently."""

    SCHEMA = "json_schema"
    """`response_format` with the schema: the server can produce nothing else."""
    TOOL = "function_calling"
    """A function the model must call with the object as its arguments."""
    WORDS = "words"
    """The schema in the prompt, and a tolerant reader."""


def downward(known: Rung | None) -> Sequence[Rung]:
    """The rungs to try, from the one known to work."""
    rungs = list(Rung)
    return rungs[rungs.index(known) :] if known else rungs


def in_words(messages: Sequence[Message], schema: type[BaseModel]) -> list[Message]:
    """The messages, with the schema asked for in words.

    In the system message, first: some chat templates take a system message nowhere else and no
    two messages in a row from one side.
    """
    form = json.dumps(schema.model_json_schema(), ensure_ascii=False, separators=(",", ":"))
    asked = f"Reply with one JSON object and nothing else. It must fit this JSON schema:\n{form}"
    if messages and messages[0].role is Role.SYSTEM:
        return [Message(Role.SYSTEM, f"{messages[0].text}\n\n{asked}"), *messages[1:]]
    return [Message(Role.SYSTEM, asked), *messages]


def mending(messages: Sequence[Message], reply: str, complaint: str) -> list[Message]:
    """The repair turn: the reply given back with what is wrong with it."""
    wrong = f"This reply cannot be used: {complaint}. Give the whole reply again, corrected."
    said = reply if len(reply) <= 8_000 else f"{reply[:8_000]} ..."
    return [*messages, Message(Role.ASSISTANT, said), Message(Role.USER, wrong)]


class RungMemory:
    """Which rung worked, by endpoint and model. Thread-safe; kept in a file if one is given.

    The file is a cache: one that cannot be read or written is done without.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = Lock()
        self._known = _load(file)

    def known(self, endpoint: str, model: str) -> Rung | None:
        """The rung that worked last, or None."""
        with self._lock:
            return self._known.get(_key(endpoint, model))

    def keep(self, endpoint: str, model: str, rung: Rung) -> None:
        """Keep the rung that worked."""
        key = _key(endpoint, model)
        with self._lock:
            if self._known.get(key) is rung:
                return
            self._known[key] = rung
            self._save()

    def _save(self) -> None:
        if self._file is None:
            return
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(self._known, indent=1, sort_keys=True), encoding="utf-8")
            part.replace(self._file)


def _key(endpoint: str, model: str) -> str:
    return f"{endpoint} {model}"


def _load(file: Path | None) -> dict[str, Rung]:
    if file is None:
        return {}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {str(key): Rung(rung) for key, rung in kept.items()}
    except (OSError, ValueError, AttributeError):
        return {}
