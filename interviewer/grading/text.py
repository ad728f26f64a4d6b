"""A candidate's text, normalised for comparison while every character keeps its origin."""

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")
FENCE = re.compile(r"(?m:^[ \t]*(?:`{3,}|~{3,})[^\n`]*$\n?)")
"""A line that begins or ends code: it is said by nobody."""
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\s])|\n\s*\n"
    r"|\n(?=\s*(?:[-*•·]|[–—+]\s|\d+[.)]|[a-h]\)\s))|\n(?=\s*[A-Z])"
    rf"|{FENCE.pattern}"
)
_NUMERALS = "two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = {word: str(n) for n, word in enumerate(_NUMERALS.split(), start=2)}
"""Numbers in words, with their digits. "One" is left out: it is mostly no number."""
QUESTION_WORD = (
    r"(?:what|which|how|who|whose|when|where|why|"
    r"(?:is|are|was|were|do|does|did|has|have|can|could|shall|should|will|would|may|must)(?:n['’]t)?)"
)
"""What questions begin with, as a pattern."""
MAX_WORDS = 40
"""A sentence with more words is cut at its joints: spoken answers may run on without a stop."""
_JOINT = re.compile(
    r"[;:,–—][\"'”’)\]]*\s+|\n+|\s+(?=(?:and|but|so|because|then|which|while|whereas|if|when|or)\s)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:[Ee]\.?g|[Ii]\.?e|etc|vs|cf|approx|resp|w\.r\.t|i\.i\.d|et al|Fig|Eq|Dr|No)"
    r"|\b[A-Z])\.$"
)
LINE_WORDS = 4
"""A line that begins with a capital begins a sentence if it and the one before it have so many."""
_FACTORIAL = re.compile(r"(?:\b\w|\))!$")
_GOES_ON = re.compile(
    r"(?:[,;:(–—=+-]|\b(?:and|or|but|of|the|an?|to|in|on|at|for|from|by|with|via|between|over|"
    r"under|than|as|is|are|not|that|which|when|if|because|using|we|its|their))$"
)
ITEM_NUMBER = re.compile(r"\s*[-*•(]?\s*(?:\d{1,2}|[ivx]{1,4}|[a-h])[.)]+")
"""What numbers the item of a list."""


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
    """The (start, end) of each sentence, in order; list items, with their numbers, paragraphs and
    blocks of code end one too, and the fences of code belong to none.

    None has more than `MAX_WORDS` words: a longer one is cut where a clause begins.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in _SENTENCE_END.finditer(text):
        before = text[start : cut.start()]
        if FENCE.match(cut.group()):
            spans.append((start, cut.start()))
            start = cut.end()
            continue
        if "\n" not in cut.group() and _ABBREVIATION.search(before):
            continue
        if ITEM_NUMBER.fullmatch(before) or not _ends(text, start, cut):
            continue
        spans.append((start, cut.start()))
        start = cut.end()
    spans.append((start, len(text)))
    whole = [span for s, e in spans if (span := _strip(text, s, e)) is not None]
    return [part for s, e in whole for part in _clauses(text, s, e)]


def _ends(text: str, start: int, cut: re.Match[str]) -> bool:
    """Whether a sentence really ends here: not in a formula, not in a wrapped line."""
    before, after = text[start : cut.start()].rstrip(), text[cut.end() :].lstrip()
    if "\n" not in cut.group():
        return not _FACTORIAL.search(before) or after[:1].isupper()
    if before.endswith((".", "!", "?", "…")) or not after[:1].isupper():
        return True
    if cut.group().count("\n") > 1:
        return True
    lines = before.rpartition("\n")[2], after.partition("\n")[0]
    return all(len(line.split()) >= LINE_WORDS for line in lines) and not _GOES_ON.search(lines[0])


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence, or its parts of at most `MAX_WORDS` words, halved at the middlemost joint."""
    starts = [m.start() for m in re.finditer(r"\S+", text[start:end])]
    if len(starts) <= MAX_WORDS:
        return [(start, end)]
    middle = starts[len(starts) // 2]
    joints = [
        m.end()
        for m in _JOINT.finditer(text, start, end)
        if starts[3] <= m.end() - start <= starts[-3]
    ]
    cut = min(joints, key=lambda at: abs(at - start - middle), default=start + middle)
    halves = (_strip(text, start, cut), _strip(text, cut, end))
    return [part for half in halves if half for part in _clauses(text, *half)]


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return (start, end) if start < end else None
