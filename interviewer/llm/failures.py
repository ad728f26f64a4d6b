"""What a failed request means: whether to send it again, and the line a person is shown (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

ATTEMPTS = 3
"""Times one call may send, sending again after failures that may pass."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
_NO_CREDIT = ("insufficient_quota", "billing")
_KEYLIKE = re.compile(r"\b(?:sk|pk|key|lsv2)[-_][\w*.-]{4,}")


@dataclass(frozen=True)
class Failure:
    """Why a request came to nothing.

    `passing`: sending it again may help, after `wait` seconds if the server says so. `refused`:
    the server does not take a request of this form, another form may do. `silent`: there was no
    reply, as opposed to one that cannot be used.
    """

    message: str
    passing: bool = False
    refused: bool = False
    silent: bool = True
    wait: float | None = None


def of_status(
    status: int, headers: Mapping[str, str], said: str, where: str, model: str, now: datetime
) -> Failure:
    """What an HTTP status means. `said`: the server's own words, already without the key."""
    match status:
        case 401 | 403:
            return Failure(f"{where} refuses the key ({status}): check OPENAI_API_KEY")
        case 404 | 405:
            return Failure(
                f"{where} knows no model {model}, or is no chat endpoint ({status}): check "
                f"INTERVIEWER_MODEL, and that OPENAI_BASE_URL ends as the server says (often /v1)"
            )
        case 429 if any(word in said for word in _NO_CREDIT):
            return Failure(f"{where} says that the account has no credit left (429): top it up")
        case 429:
            return Failure(
                f"{where} takes no more requests for now (429): wait a little",
                passing=True,
                wait=retry_after(headers, now),
            )
        case _ if status >= 500 or status in (408, 409, 425):
            return Failure(
                f"{where} failed ({status}): try again later",
                passing=True,
                wait=retry_after(headers, now),
            )
        case _:
            return Failure(
                f"{where} refuses the request ({status}: {said or 'no reason given'}): "
                f"choose another model in INTERVIEWER_MODEL",
                refused=status in (400, 422),
                silent=False,
            )


def unreachable(where: str) -> Failure:
    """No connection, or one that broke."""
    return Failure(
        f"{where} cannot be reached, or broke off: see that the server runs and that "
        f"OPENAI_BASE_URL is right",
        passing=True,
    )


def not_a_chat_reply(where: str) -> Failure:
    """Something came, but not what a chat endpoint sends."""
    return Failure(
        f"{where} sends what is no chat completion: check OPENAI_BASE_URL (often it ends in /v1)",
        silent=False,
    )


def too_slow(where: str, seconds: float) -> str:
    """The line for a call that outlived its deadline."""
    return (
        f"{where} gave no whole reply within {seconds:g} s: try again, choose a faster model, "
        f"or raise INTERVIEWER_TIMEOUT"
    )


def pause(failed: int, asked: float | None, chance: float) -> float:
    """Seconds to wait after so many failures: what the server asked for, else exponential.

    `chance`, in [0, 1), spreads callers that failed together.
    """
    if asked is not None:
        return asked + 0.25 * chance
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (failed - 1))
    return longest * (0.5 + 0.5 * chance)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds a server asks to wait, from `Retry-After` as a number or as a date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None


def shown(url: str) -> str:
    """An address without a name, password or query that may stand in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def cleaned(text: str, key: str, longest: int = 160) -> str:
    """A server's words on one line, cut, with nothing in them that is or looks like a key."""
    line = " ".join(text.replace(key, "***").split() if key else text.split())
    line = _KEYLIKE.sub("***", line)
    return line if len(line) <= longest else f"{line[:longest]}..."
