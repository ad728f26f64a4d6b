"""What an interviewer's words must keep to, whoever chose them. Pure.

A breach is found in any beginning of what is said, so that words can be shown while they come;
a shortfall only once all is said.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from interviewer.bank.check import giveaway
from interviewer.bank.words import content_stems, words
from interviewer.domain import Purpose
from interviewer.grading.text import NUMBER_WORDS

MAX_WORDS = 40
MAX_WORD_LETTERS = 40
REPEATED_WORDS = 6
"""So many of the candidate's words in a row are a repetition."""
KEPT_SHARE = 0.5
"""The share of a question's content words that must stay when it is put in other words."""

QUESTIONS = (Purpose.ASK, Purpose.DEEPEN, Purpose.PERTURB, Purpose.VARIATION)
"""Turns that a rubric belongs to: what they ask must stay what it is."""
STATEMENTS = (Purpose.INFORM, Purpose.ADVANCE, Purpose.CLOSE)
_QUOTING = (Purpose.CLARIFY, Purpose.CHALLENGE)

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_TURNING = re.compile(
    rf"\b(?:{'|'.join(NUMBER_WORDS)}|twice|half|halved|double[ds]?|"
    r"triple[ds]?|tenfold|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|never|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_LABEL = re.compile(r"^\W*(?:interviewer|assistant|question|probe|hint)\s*:", re.IGNORECASE)
_PRAISE_WORD = (
    r"(?:great|good|excellent|perfect|nice(?:ly)?|fantastic|wonderful|brilliant|impressive|correct|"
    r"right|exact(?:ly)?|precisely|absolutely|spot on|well (?:done|said|put))"
)
_PRAISE = re.compile(
    rf"(?:^|[.!?…]\s+)(?:{_PRAISE_WORD}|indeed|yes|yep|agreed|thank(?:s| you) for|"
    r"i (?:really )?(?:like|love|agree|appreciate))\b"
    rf"|\b(?:that|this)(?:['’]s| is| was)(?: \w+)? {_PRAISE_WORD}\b"
    rf"|\byou(?:['’]re| are| were)(?: \w+)? (?:{_PRAISE_WORD}|close|on (?:the right )?track)\b"
    rf"|\b(?:a|very|such a) {_PRAISE_WORD} "
    r"(?:point|answer|start|job|thinking|observation|explanation|insight)\b"
    r"|\bwell (?:done|said|put|explained)\b",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\b(?:hint|clue|keep in mind|don['’]t forget|remember that|you(?:['’]re| are) missing|"
    r"you (?:missed|forgot|left out|overlooked|have(?:n['’]t| not) (?:mentioned|covered|said))|"
    r"the key (?:is|idea|point|word))\b",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"\b(?:to (?:sum up|summari[sz]e|recap)|in (?:summary|sum)|so far,? you)\b", re.IGNORECASE
)
_RETOLD = re.compile(
    r"\byou(?:['’]ve| have)?(?: just| also| already)? "
    r"(?:said|mentioned|explained|described|covered|pointed|noted|told|stated|claimed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Manners:
    """What one turn must keep to.

    `bank` is how the bank would say it, `asked` the question it belongs to, `secrets` the claims
    not to be given away, `answer` the candidate's last words; `facts` may be stated as well.
    """

    purpose: Purpose
    bank: str
    asked: str = ""
    secrets: tuple[str, ...] = ()
    exam: bool = False
    answer: str = ""
    facts: tuple[str, ...] = ()

    def breach(self, text: str) -> str:
        """The rule that a beginning of the turn, in whole words, breaks; empty if none."""
        said = text.split()
        if len(said) > MAX_WORDS or any(len(word) > MAX_WORD_LETTERS for word in said):
            return f"it has more than {MAX_WORDS} words, or one that has no end"
        if text.count("?") > (self.purpose not in STATEMENTS):
            return "it asks a question" if self.purpose in STATEMENTS else "it asks more than once"
        if _LABEL.search(text):
            return "it begins with a label"
        if new := [n for n in _NUMBER.findall(text) if n not in self._numbers]:
            return f"it brings in a number of its own, {new[0]}"
        if told := self._told(text):
            return f"it gives away what the candidate has to say: {', '.join(told)}"
        return self._unfair(text)

    def shortfall(self, text: str) -> str:
        """What the whole turn lacks; empty if nothing."""
        stems, bank = set(content_stems(text)), set(content_stems(self.bank))
        if "?" in self.bank and "?" not in text:
            return "it asks nothing"
        lost = _turned_on(self.bank) - _turned_on(text)
        if self.purpose in QUESTIONS:
            if lost or len(stems & bank) < KEPT_SHARE * len(bank):
                return "it leaves out part of the question"
        elif self.purpose is Purpose.INFORM:
            if lost or len(stems & bank) < min(2, len(bank)):
                return "it leaves out what was asked for"
        elif self.purpose not in STATEMENTS:
            asked = set(content_stems(self.asked))
            own = bank - asked
            if len(stems & (bank | asked)) < min(2, len(bank)) or (own and not stems & own):
                return "it strays from what was to be said"
        return "" if text.split() else "it says nothing"

    @cached_property
    def _numbers(self) -> frozenset[str]:
        known = (self.bank, self.asked, self.answer, *self.facts)
        return frozenset(n for text in known for n in _NUMBER.findall(text))

    @cached_property
    def _keys(self) -> list[tuple[str, frozenset[str]]]:
        """Each secret with the words that would tell it."""
        asked = set(content_stems(self.asked))
        return [(claim, frozenset(content_stems(claim)) - asked) for claim in self.secrets]

    @cached_property
    def _free(self) -> frozenset[str]:
        """Words that the bank's wording or a stated fact says anyway."""
        return frozenset(s for text in (self.bank, *self.facts) for s in content_stems(text))

    def _told(self, text: str) -> list[str]:
        """Telling words of a secret, if they are enough to give it away.

        As many as the bank's check forbids in a probe, or half of them in any order.
        """
        stems = frozenset(content_stems(text))
        for claim, keys in self._keys:
            told = sorted(stems & keys)
            if len(told) < 2 or self._free.issuperset(told):
                continue
            if 2 * len(told) < len(keys):
                told = giveaway(text, claim, self.asked)
            if not self._free.issuperset(told):
                return told
        return []

    def _unfair(self, text: str) -> str:
        """Praise, help or repetition where it has no place: verdicts belong in the report."""
        if (self.exam or self.purpose in STATEMENTS) and _found(_PRAISE, text, self.bank):
            return "it praises or judges the answer"
        if not self.exam:
            return ""
        if _found(_HELP, text, self.bank):
            return "it helps, and this is an exam"
        retold = self.purpose not in _QUOTING and _found(_RETOLD, text, self.bank)
        if retold or _found(_SUMMARY, text, self.bank) or self._repeats(text):
            return "it repeats what was said, and this is an exam"
        return ""

    def _repeats(self, text: str) -> bool:
        own = f"{self.bank} {self.asked}"
        return bool(_runs(words(text)) & _runs(words(self.answer)) - _runs(words(own)))


def _turned_on(text: str) -> set[str]:
    """What a question turns on, small as it is: its numbers, and whether it denies something."""
    numbers = [*_NUMBER.findall(text), *_TURNING.findall(text.casefold())]
    return {*numbers, *(["not"] if _NEGATION.search(text) else [])}


def _found(pattern: re.Pattern[str], text: str, bank: str) -> bool:
    """Whether the text holds something of the kind that the bank's wording does not."""
    known = {found.group().casefold().strip() for found in pattern.finditer(bank)}
    return any(found.group().casefold().strip() not in known for found in pattern.finditer(text))


def _runs(said: Iterable[str]) -> set[tuple[str, ...]]:
    listed = list(said)
    return {tuple(listed[i : i + REPEATED_WORDS]) for i in range(len(listed) - REPEATED_WORDS + 1)}
