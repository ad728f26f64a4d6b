"""A candidate's text, normalised for comparison while every character keeps its origin."""

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\s])|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)]))")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|Fig|Eq|Dr|No)|\b[A-Z])\.$")


@dataclass(frozen=True)
class Normalised:
    """`text` for comparing; `origin[i]` is where its i-th character stood in the source."""

    text: str
    origin: tuple[int, ...]


def normalise(source: str) -> Normalised:
    """NFKC, case folded, without invisible characters, runs of white space as one space."""
    characters: list[str] = []
    origin: list[int] = []
    for i, raw in enumerate(source):
        if raw in _INVISIBLE or unicodedata.category(raw) == "Cf":
            continue
        for character in unicodedata.normalize("NFKC", raw).casefold():
            blank = character.isspace()
            if blank and (not characters or characters[-1] == " "):
                continue
            characters.append(" " if blank else character)
            origin.append(i)
    while characters and characters[-1] == " ":
        characters.pop()
        origin.pop()
    return Normalised("".join(characters), tuple(origin))


def sentences(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each sentence, in order; list items and paragraphs end one too."""
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in _SENTENCE_END.finditer(text):
        if "\n" not in cut.group() and _ABBREVIATION.search(text[start : cut.start()]):
            continue
        spans.append((start, cut.start()))
        start = cut.end()
    spans.append((start, len(text)))
    return [span for s, e in spans if (span := _strip(text, s, e)) is not None]


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return (start, end) if start < end else None
