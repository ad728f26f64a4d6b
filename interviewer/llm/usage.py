"""The ledger: what models took, by interview and purpose, and what that costs."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from interviewer.errors import FileError
from interviewer.llm.model import Usage

SHIPPED = Path(__file__).with_name("prices.toml")
MILLION = 1_000_000


class Price(BaseModel):
    """USD per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)

    def of(self, usage: Usage) -> float | None:
        """What a usage costs in USD; None where the endpoint did not count."""
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        return (usage.input_tokens * self.input + usage.output_tokens * self.output) / MILLION


Prices = Mapping[str, Price]
_TABLE = TypeAdapter(dict[str, Price])


def prices(own: Path | None = None) -> Prices:
    """The shipped price table, with the lines of one's own file on top if there is one.

    Raises `FileError` naming the file and the line at fault.
    """
    table = _read(SHIPPED)
    return {**table, **_read(own)} if own and own.exists() else table


@dataclass(frozen=True)
class Spent:
    """A sum of calls. `cost` is in USD, None if no price or no count is known for a part."""

    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    calls: int = 0
    requests: int = 0
    cost: float | None = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        known = self.cost is not None and other.cost is not None
        return Spent(
            self.usage + other.usage,
            self.seconds + other.seconds,
            self.calls + other.calls,
            self.requests + other.requests,
            (self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )


@dataclass(frozen=True)
class Entry:
    """One call as kept in the ledger's file: counts only, no text."""

    interview: str
    purpose: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    seconds: float
    requests: int


_account: ContextVar[tuple[str, str]] = ContextVar("account", default=("", ""))


@contextmanager
def booked_to(interview: str, purpose: str) -> Iterator[None]:
    """Calls made inside, in this thread, are booked to this interview and purpose."""
    token = _account.set((interview, purpose))
    try:
        yield
    finally:
        _account.reset(token)


class Ledger:
    """Books calls, in memory and, with a file, beyond the process. Thread-safe.

    Costs are computed when asked for, so that a mended price also holds for what is past. A file
    that cannot be written loses the bookkeeping and nothing else.
    """

    def __init__(self, table: Prices, file: Path | None = None) -> None:
        self._table = table
        self._file = file
        self._lock = Lock()
        self._entries = _kept(file)

    def book(self, model: str, usage: Usage, seconds: float, requests: int) -> None:
        """Book one call to the interview and purpose it was made for."""
        tokens = (usage.input_tokens, usage.output_tokens)
        entry = Entry(*_account.get(), model, *tokens, round(seconds, 3), requests)
        with self._lock:
            self._entries.append(entry)
            if self._file is None:
                return
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with self._file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(vars(entry)) + "\n")
            except OSError:
                self._file = None

    def by_purpose(self, interview: str) -> dict[str, Spent]:
        """What one interview took, by purpose."""
        with self._lock:
            entries = [entry for entry in self._entries if entry.interview == interview]
        sums: dict[str, Spent] = {}
        for entry in entries:
            sums[entry.purpose] = sums.get(entry.purpose, Spent()) + self._spent(entry)
        return sums

    def total(self, interview: str | None = None) -> Spent:
        """What one interview took, or all that is in the ledger."""
        with self._lock:
            entries = list(self._entries)
        chosen = [e for e in entries if interview is None or e.interview == interview]
        return sum((self._spent(entry) for entry in chosen), Spent())

    def _spent(self, entry: Entry) -> Spent:
        usage = Usage(entry.input_tokens, entry.output_tokens)
        price = self._table.get(entry.model)
        cost = price.of(usage) if price else None
        return Spent(usage, entry.seconds, 1, entry.requests, cost)


def _read(file: Path) -> dict[str, Price]:
    try:
        return _TABLE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise FileError(f"{file}: {where}: {first['msg']}: give input and output") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileError(f"{file}: cannot be read as TOML ({error}): mend it") from error


def _kept(file: Path | None) -> list[Entry]:
    """The entries of earlier processes; a line cut by a crash is passed over."""
    if file is None or not file.exists():
        return []
    entries = []
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                entries.append(Entry(**json.loads(line)))
            except (ValueError, TypeError):
                continue
    return entries
