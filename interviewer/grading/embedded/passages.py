"""An answer cut into the passages a claim can be read against."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from interviewer.bank.words import content_stems, stem, words
from interviewer.grading.address import claims_nothing, speaks_to_grader
from interviewer.grading.embedded.features import OPPOSITES
from interviewer.grading.text import FENCE, normalise, sentences

MAX_WINDOW = 2
MAX_PASSAGES = 160
AROUND = 2
"""Sentences on either side that tell what a passage speaks of."""
_OPENER = (
    r"(?:(?:oh|ah|hm+|uh|um|no|wait|sorry|hang on|hold on|well|actually|right|ok(?:ay)?|yes|"
    r"you(?:['’]re| are) right|fair (?:point|enough)|good point)[\s,.!…–—-]+)"
)
_WRONG = (
    r"(?:all )?(?:wrong|incorrect|nonsense|backwards|the wrong way|"
    r"not (?:quite |really |entirely )?(?:right|true|correct))"
)
# "That's not true of trees" speaks of trees, not of what was said.
_AT_LARGE = r"(?! (?:of|for|under|when|if|in|with|on|at|to|about|because)\b)"
_TAKEN_BACK = re.compile(
    rf"^{_OPENER}*(?:actually,? (?:no\b|scratch|forget|i take|let me (?:correct|take))"
    r"|scratch that|strike that|(?:please )?forget (?:that|what i|everything i)\b"
    r"|ignore (?:that\b|what i said)"
    r"|i take (?:that|it|it all|all of (?:that|it)|everything) back"
    r"|i (?:want to |would like to |have to )?(?:retract|withdraw)\b"
    rf"|(?:that(?:['’]s| is)|what i (?:just )?said(?:['’]s| is| was)) {_WRONG}\b{_AT_LARGE}"
    r"|i (?:was|am) (?:wrong|mistaken) (?:there|above|before|earlier|just now|and meant?)\b"
    r"|i am (?:wrong|mistaken)\b|that was nonsense\b"
    r"|i misspoke|let me correct (?:that|myself)|correction\s*(?:[:,–—-]|[.!]?$)"
    r"|on second thou?ghts?)"
    rf"|^{_OPENER}+(?:that was {_WRONG}\b{_AT_LARGE}|i (?:was|am) (?:wrong|mistaken)\b)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:(?:hm+|oh|well|sorry|no|wait)[\s,.…–—-]+(?:no\b|wait\b|actually|hold on)"
    r"|(?:sorry|no|oh|wait)[\s,.…–—-]+i meant\b"
    r"|(?:or|although)(?:[,.…–—-]+\s*| )(?:no(?=\s*[,.…–—])|wait\b|actually|hold on)"
    r"|no[,.…]+ (?:that|it)['’]?s\b|i (?:must|have to|need to|should|want to) "
    r"(?:correct (?:that|this|it|myself|what)|take (?:that|it|this|everything|\w+ \w+) back)"
    r"|i(?:['’]ve| have)? (?:mixed|swapped|confused|got) (?:them|that|it|those|these)\b"
    r"|i (?:said|put|had) (?:that|it|this|them) (?:the wrong|wrong|backwards|the other)"
    r"|(?:(?:no|wait|sorry|actually|oh|hm+|i meant)\b.{0,30}\b|(?:hence|so),? it['’]?s )"
    r"the other way (?:a)?round"
    r"|let me (?:say (?:it|that) again|start (?:over|again)|rephrase)"
    r"|tak(?:e|ing) (?:that|it|this|them|both|everything|all(?: of)?(?: \w+)?|what i \w+|my \w+)"
    r" back"
    r"|strike (?:it|that)\b|scratch that"
    r"|i misspoke|on second thou?ghts?|i remember now|(?:my|so,?) final answer|thinking about it"
    r"|hold on(?=\s*[,.!…–—-]|$)|i only said (?:that|this|so)|let me check)"
    r"|^i was (?:wrong|mistaken)(?:\s*[.!:–—]|$| about (?:that|this|it)\b|, (?:it|that)\b)"
    r"|^final answer\s*:|^it(?:['’]s| is) the other way (?:a)?round\W*$"
    r"|(?:^|[,.;:–—-]\s|\bplease )forget (?:that|what i)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"(?:(?:hm+|oh|well|sorry|no)[\s,.…–—-]+)+no\b[\s,.…–—-]*", re.IGNORECASE)
"""How a reply to a question begins; within a turn it takes something back."""
_ALL_OF_IT = re.compile(
    r"\b(?:everything|all (?:of )?(?:that|this|it)|the (?:whole|entire) (?:thing|answer)|"
    r"(?:entire|whole|previous) answer|all wrong)\b",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(
    r",\s+or\b|\bor (?:else|both|neither|not|possibly|maybe|perhaps|it|they|that|by|with|in|of|to|"
    r"before|after|whether|the other|at random)\b|\beither\b"
    r"|\bunless (?:it|they|that)(?:['’]s| is| are)\b"
    r"|\bone of (?:them|these|those|the (?:two|three|four))\b|opinions differ|\bboth ways\b"
)
UNDECIDED_SHARE, UNDECIDED_FROM = 0.5, 3
"""From which share of an answer's sentences, and how many sentences, offering alternatives is a
way of answering. So do 84% of the answers written to have it both ways, 8 of 10,001 honest ones."""


@dataclass(frozen=True)
class Passage:
    """A stretch of one turn: `text` is an exact substring of what was said in turn `turn`.

    `first` and `last` number its sentences within the whole answer.
    """

    turn: int
    text: str
    first: int
    last: int


@dataclass(frozen=True)
class Cut:
    """The passages of an answer, and what was left out of them.

    `sentences` are all its sentences, which a passage's `first` and `last` number. From sentence
    `corrected` on the candidate corrects what went before (None: nowhere): what is then said of
    a claim counts instead of what had been said of it.
    """

    sentences: tuple[str, ...]
    passages: tuple[Passage, ...]
    addressed_grader: bool
    corrected: int | None

    def around(self, passage: Passage) -> str:
        """A passage with up to two sentences before and after it.

        Only those of its turn that are passages themselves, and none across a correction.
        """
        near = {p.first for p in self.passages if p.first == p.last and p.turn == passage.turn}
        if self.corrected is not None:
            after = passage.first >= self.corrected
            near = {i for i in near if (i >= self.corrected) == after}
        first, last = passage.first, passage.last
        for _ in range(AROUND):
            first -= first - 1 in near
            last += last + 1 in near
        return " ".join(self.sentences[first : last + 1])


def cut(said: Iterable[tuple[int, str]]) -> Cut:
    """Single sentences, then windows of two neighbours, turn by turn.

    Sentences that speak to the grader, praise the answer or say a thing and its opposite claim
    nothing and are left out; so is what a later sentence takes back (the sentence before it in the
    same turn, or all of it when that is said), and every choice of alternatives in an answer made
    of them.
    """
    spans = [(turn, text, s, e) for turn, text in said for s, e in sentences(text)]
    offers = [offers_alternatives(text[s:e]) for _, text, s, e in spans]
    undecided = len(spans) >= UNDECIDED_FROM and sum(offers) >= UNDECIDED_SHARE * len(spans)
    kept: list[int] = []
    addressed = False
    corrected: int | None = None
    for i, (turn, text, start, end) in enumerate(spans):
        sentence = text[start:end]
        if speaks_to_grader(sentence):
            addressed = True
            continue
        if claims_nothing(sentence) or (undecided and offers[i]):
            continue
        replies = i and spans[i - 1][0] != turn and _NO.match(sentence)
        rest = sentence[replies.end() :] if replies else sentence
        if i and (_TAKEN_BACK.search(sentence) or _CORRECTS.search(rest)):
            corrected = i
        if _TAKEN_BACK.search(sentence):
            if _ALL_OF_IT.search(sentence):
                kept.clear()
            elif kept and spans[kept[-1]][0] == turn:
                kept.pop()
        kept.append(i)

    def follows(i: int) -> bool:
        """Whether a sentence goes on from the one before: in its turn, on its side of a fence."""
        (turn, text, _, end), (later, _, start, _) = spans[i - 1], spans[i]
        return i in kept and turn == later and not FENCE.search(text[end:start])

    windows = [
        (i, i + size - 1)
        for size in range(1, MAX_WINDOW + 1)
        for i in kept
        if i + size <= len(spans) and all(follows(j) for j in range(i + 1, i + size))
    ]
    passages = []
    for first, last in windows:
        turn, text, start, _ = spans[first]
        passage = Passage(turn, text[start : spans[last][3]], first, last)
        if content_stems(passage.text):
            passages.append(passage)
    said_sentences = tuple(text[s:e] for _, text, s, e in spans)
    return Cut(said_sentences, tuple(passages[:MAX_PASSAGES]), addressed, corrected)


def offers_alternatives(sentence: str) -> bool:
    """Whether a sentence leaves open which of several things holds."""
    plain = normalise(sentence).text
    if _ALTERNATIVES.search(plain):
        return True
    said = [stem(word) for word in words(plain)]
    return any(
        OPPOSITES.get(before, frozenset()).intersection(said[i + 1 : i + 5])
        for i, word in enumerate(said)
        if word == "or"
        for before in said[max(0, i - 4) : i]
    )
