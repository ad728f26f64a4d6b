"""Is a quote really what the candidate said, and does it say anything? Decided in code."""

import re
from collections.abc import Iterable, Sequence

from interviewer.bank.words import content_stems, words
from interviewer.domain import Evidence
from interviewer.grading.text import ITEM_NUMBER, NUMBER_WORDS, normalise

MIN_CONTENT_WORDS = 3
ECHO_SHARE = 0.8
_AMOUNTS = frozenset([*NUMBER_WORDS, "half", "twice"])
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

    At least 80% of its content words stand in one thing heard, at most one is new, and no number.
    """
    stems = set(content_stems(quote))
    if not stems:
        return False
    for text in heard:
        known = stems & set(content_stems(text))
        few_new = len(known) >= ECHO_SHARE * len(stems) and len(stems - known) <= 1
        if few_new and _numbers(quote) <= _numbers(text):
            return True
    return False


def _numbers(text: str) -> set[str]:
    """The numbers in a text, but for that of a list's item."""
    said = words(ITEM_NUMBER.sub("", text, count=1))
    return {w for w in said if w[0].isdigit() or w in _AMOUNTS}


def before(heard: Sequence[tuple[int, str]], turn: int) -> list[str]:
    """What the interviewer had said before a turn: what follows may quote the candidate."""
    return [text for index, text in heard if index < turn]


def verify(
    quote: str, said: Sequence[tuple[int, str]], heard: Sequence[tuple[int, str]] = ()
) -> Evidence | None:
    """The evidence a quote amounts to, or None if it is none.

    `said` are the candidate's turns on this item as (index, text), `heard` the interviewer's. A
    reply may, where the quote is the whole of it, fall short of three content words if it is a
    number, or if more than the item's first question was asked: that gives it its meaning.
    """
    for turn, text in said:
        found = find_quote(quote, text)
        if found is None:
            continue
        asked = before(heard, turn)
        meant = len(asked) > 1 or bool(_numbers(found))
        whole = meant and len(normalise(found).text) >= len(normalise(text).text) - 1
        if (says_something(found) or (whole and content_stems(found))) and not is_echo(
            found, asked
        ):
            return Evidence(turn=turn, quote=found)
    return None
