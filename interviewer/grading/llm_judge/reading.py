"""What a model gets to read of an answer, and whether its quotes stand in it. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from interviewer.bank.words import content_stems
from interviewer.domain import Evidence
from interviewer.grading import guard
from interviewer.grading.address import speaks_to_grader
from interviewer.grading.evidence import before, find_quote, is_echo, says_something, verify
from interviewer.grading.guard import Reading
from interviewer.grading.judge import Answer
from interviewer.grading.rubric import Rubric
from interviewer.grading.text import normalise, sentences

LEFT_OUT = "\n[left out: words to the grader]\n"
NEAR = 0.75
"""The share of a quote's content words that must stand in one turn for it to be near it."""
_TAG_END = re.compile(r".*</[\w ]+>\s+(?=\S)", re.DOTALL)
_ELLIPSIS = re.compile(r"\s*(?:\[?\.\.\.\]?|\[?…\]?)\s*")


@dataclass(frozen=True)
class Readable:
    """An answer without its sentences that speak to the grader; `addressed` says if it had any.

    `topic` are the stems of the question and its points.
    """

    said: tuple[tuple[int, str], ...]
    heard: tuple[tuple[int, str], ...]
    topic: frozenset[str]
    addressed: bool

    @property
    def text(self) -> str:
        """All of it, turn after turn."""
        return "\n\n".join(text for _, text in self.said)

    def without(self, quotes: Iterable[str]) -> "Readable":
        """The same without the sentences in which these words stand."""
        told = [normalise(q).text for q in quotes if len(content_stems(q)) >= 2]
        if not told:
            return self

        def speaks(sentence: str) -> bool:
            plain = normalise(sentence).text
            return any(t in plain or (plain in t and content_stems(plain)) for t in told)

        said, addressed = _silenced(self.said, speaks, self.topic)
        return replace(self, said=said, addressed=self.addressed or addressed)

    def bears_out(self, quote: str) -> Evidence | None:
        """The evidence that a quote amounts to, or None.

        A quote with an ellipsis is its longest part, if all of its parts stand in the answer; one
        that says too little is widened to its sentence, then to the sentence and a neighbour.
        """
        evidence = self._verified(quote)
        if evidence is not None or not content_stems(quote):
            return evidence
        parts = [p for p in _ELLIPSIS.split(quote) if content_stems(p)]
        if len(parts) > 1 and all(self._found(p) for p in parts):
            return self.bears_out(max(parts, key=len))
        found = self._found(quote)
        if found is None or says_something(found[1]):
            return None
        return next((e for wider in self._around(*found) if (e := self._verified(wider))), None)

    def is_near(self, quote: str) -> bool:
        """Whether most of a quote's words stand in one turn, though not in this order.

        Not if it does stand there, and so says too little, nor if it gives back what was heard.
        """
        wanted = set(content_stems(quote))
        if len(wanted) < 3 or self._found(quote):
            return False
        return any(
            len(wanted & set(content_stems(text))) >= NEAR * len(wanted)
            and not is_echo(quote, before(self.heard, turn))
            for turn, text in self.said
        )

    def _verified(self, quote: str) -> Evidence | None:
        evidence = verify(quote, self.said, self.heard)
        return None if evidence and LEFT_OUT.strip() in evidence.quote else evidence

    def _found(self, quote: str) -> tuple[str, str] | None:
        """The turn's text in which a quote stands, and its exact words there."""
        return next(((t, f) for _, t in self.said if (f := find_quote(quote, t))), None)

    @staticmethod
    def _around(text: str, found: str) -> list[str]:
        at = text.find(found)
        spans = sentences(text)
        here = next((i for i, (s, e) in enumerate(spans) if s <= at < e), None)
        if here is None:
            return []
        ranges = [(here, here), (max(0, here - 1), here), (here, min(len(spans) - 1, here + 1))]
        return [text[spans[first][0] : spans[last][1]] for first, last in ranges]


def read(answer: Answer, rubric: Rubric) -> Readable:
    """The answer as a model may read it; no turn is left of which nothing else remains."""
    claims = [p.claim for p in rubric.points] + [m.claim for m in rubric.misconceptions]
    topic = frozenset(content_stems(" ".join([rubric.question, *claims])))
    said, addressed = _silenced(answer.said, speaks_to_grader, topic)
    kept = [(turn, text) for turn, text in said if _claims_something(text)] if addressed else said
    return Readable(tuple(kept), answer.heard, topic, addressed)


def _claims_something(text: str) -> bool:
    return guard.read(text.replace(LEFT_OUT.strip(), "")) is Reading.GRADABLE


def _silenced(
    said: Sequence[tuple[int, str]], speaks: Callable[[str], bool], topic: frozenset[str]
) -> tuple[tuple[tuple[int, str], ...], bool]:
    """The turns with a mark in place of each run of sentences of that kind, and if any was."""
    turns, any_ = [], False
    for turn, text in said:
        spans = [part for span in sentences(text) for part in _cut_at_tag(text, *span)]
        silent = _spread([text[s:e] for s, e in spans], speaks, topic)
        any_ |= any(silent)
        at, pieces = 0, list[str]()
        for (start, end), left_out in zip(spans, silent, strict=True):
            if left_out:
                between = text[at:start]
                pieces += [between, LEFT_OUT] if between.strip() or not pieces else []
                at = end
        turns.append((turn, "".join([*pieces, text[at:]])))
    return tuple(turns), any_


def _spread(
    spoken: Sequence[str], speaks: Callable[[str], bool], topic: frozenset[str]
) -> list[bool]:
    """Which sentences to leave out: those that speak, and what belongs to them.

    A message to the grader runs on: so do its neighbours that have no word to do with the topic.
    """
    silent = [speaks(sentence) for sentence in spoken]
    if not any(silent):
        return silent
    stray = [topic.isdisjoint(content_stems(sentence)) for sentence in spoken]
    for order in (range(1, len(silent)), range(len(silent) - 2, -1, -1)):
        step = order.step
        for i in order:
            silent[i] = silent[i] or (silent[i - step] and stray[i])
    return silent


def _cut_at_tag(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence, in two if markup is closed within it: what follows may be another voice."""
    tag = _TAG_END.search(text, start, end)
    return [(start, tag.end()), (tag.end(), end)] if tag else [(start, end)]
