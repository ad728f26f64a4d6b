"""Is a quote really what the candidate said, and does it say anything? Decided in code."""

import re
from collections.abc import Iterable, Sequence

from interviewer.bank.words import content_stems
from interviewer.domain import Evidence
from interviewer.grading.text import normalise

MIN_CONTENT_WORDS = 3
ECHO_SHARE = 0.8
_FORMULA = re.compile(r"[=<>≤≥≈≠±∑Σ√∂∇^×·∝→]|\d\s*[%/*+-]|\bO\(|\w\(\w*[,)]|\d\.\d")


def find_quote(quote: str, text: str) -> str | None:
    """The stretch of `text` that reads like `quote` (NFKC, case, white space apart), or None.

    What is returned is an exact substring of `text`.
    """
    wanted = normalise(quote).text.strip(" \"'“”‘’`….")
    if not wanted:
        return None
    said = normalise(text)
    at = said.text.find(wanted)
    if at < 0:
        return None
    return text[said.origin[at] : said.origin[at + len(wanted) - 1] + 1]


def says_something(quote: str) -> bool:
    """Whether a quote holds at least three content words, or a formula."""
    return len(set(content_stems(quote))) >= MIN_CONTENT_WORDS or bool(_FORMULA.search(quote))


def is_echo(quote: str, heard: Iterable[str]) -> bool:
    """Whether a quote merely gives back words that the interviewer had said.

    At least 80% of its content words stand in one thing heard, and at most one is new.
    """
    stems = set(content_stems(quote))
    if not stems:
        return False
    for text in heard:
        known = stems & set(content_stems(text))
        if len(known) >= ECHO_SHARE * len(stems) and len(stems - known) <= 1:
            return True
    return False


def before(heard: Sequence[tuple[int, str]], turn: int) -> list[str]:
    """What the interviewer had said before a turn: what follows may quote the candidate."""
    return [text for index, text in heard if index < turn]


def verify(
    quote: str, said: Sequence[tuple[int, str]], heard: Sequence[tuple[int, str]] = ()
) -> Evidence | None:
    """The evidence a quote amounts to, or None if it is none.

    `said` are the candidate's turns on this item as (index, text), `heard` the interviewer's. A
    reply to more than the item's first question may, where the quote is the whole of it, fall
    short of three content words: what was just asked gives it its meaning.
    """
    for turn, text in said:
        found = find_quote(quote, text)
        if found is None:
            continue
        asked = before(heard, turn)
        whole = len(asked) > 1 and len(normalise(found).text) >= len(normalise(text).text) - 1
        if (says_something(found) or (whole and content_stems(found))) and not is_echo(
            found, asked
        ):
            return Evidence(turn=turn, quote=found)
    return None
