"""The report in prose: written by a language model from the verdicts alone, checked by code."""

import re
from collections.abc import Iterator

from interviewer.domain import Status
from interviewer.errors import ReplyUnusable
from interviewer.grading.text import NUMBER_WORDS
from interviewer.llm import LanguageModel, Message, Role
from interviewer.prompts import Prompts
from interviewer.report.build import Debrief, Report, VerdictLine
from interviewer.report.render import banded, out_of_ten

MIN_WORDS, MAX_WORDS = 30, 260
"""How few and how many words pass; the prompt asks for a narrower range."""
ATTEMPTS = 2
WEIGHTS = {3: "core", 2: "supporting", 1: "depth"}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SPELT = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)
_HIRING = re.compile(
    r"\b(?:hir(?:e|ed|ing)|job offer|(?:passed|failed|would (?:pass|fail)) th(?:e|is) interview)\b",
    re.IGNORECASE,
)


class Debriefer:
    """Has reports put into words."""

    def __init__(self, model: LanguageModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    def write(self, report: Report) -> Debrief:
        """The debrief of a report.

        Raises `ModelUnavailable`, and `ReplyUnusable` where the model states twice what the
        report does not hold: nothing is better than something invented.
        """
        told = facts(report)
        asked = [Message(Role.USER, self._prompts["debrief"].render(facts=told))]
        wrong = ""
        for _ in range(ATTEMPTS):
            text = self._model.write(asked).text.strip()
            wrong = fault(text, told)
            if not wrong:
                return Debrief(text=text, by=self._model.name)
            again = self._prompts["debrief-again"].render(fault=wrong)
            asked = [*asked, Message(Role.ASSISTANT, text), Message(Role.USER, again)]
        raise ReplyUnusable(
            f"{self._model.name} wrote no debrief that keeps to the report ({wrong}): try again"
        )


def facts(report: Report) -> str:
    """What a debrief may say, in lines. Nothing the candidate typed is among it."""
    return "\n".join(_facts(report))


def fault(text: str, facts: str) -> str:
    """What is wrong with a debrief of these facts; empty if nothing."""
    if not MIN_WORDS <= (length := len(text.split())) <= MAX_WORDS:
        return f"it has {length} words: keep to the length that was asked for"
    known = set(_numbers(facts))
    if invented := [number for number in _numbers(text) if number not in known]:
        return f"the number {invented[0]} is not in the facts"
    if _HIRING.search(text):
        return "it speaks of hiring, passing or failing"
    return ""


def _numbers(text: str) -> list[str]:
    """The numbers in a text, in digits or in words."""
    spelt = [NUMBER_WORDS[word.lower()] for word in _SPELT.findall(text)]
    return [*_NUMBER.findall(text), *spelt]


def _facts(report: Report) -> Iterator[str]:
    yield f"The interview: {banded(report.score, report.band)}, {report.settings.mode} mode."
    for number, question in enumerate(report.questions, start=1):
        yield f"\nQuestion {number}: {question.question}"
        yield f"Score: {out_of_ten(question.score)}; the opening answer alone: " + (
            f"{out_of_ten(question.unaided)}."
        )
        yield from _verdicts(question.verdicts)
        for wrong in question.misconceptions:
            yield f"- a misconception held: {wrong.claim} True is: {wrong.correction}"
        for follow_up in question.follow_ups:
            yield f"Follow-up: {follow_up.question} Score: {out_of_ten(follow_up.score)}."
            yield from _verdicts(follow_up.verdicts)


def _verdicts(verdicts: dict[str, VerdictLine]) -> Iterator[str]:
    if verdicts:
        made = sum(v.verdict is Status.MET for v in verdicts.values())
        yield f"{made} of {len(verdicts)} points made."
    for verdict in verdicts.values():
        weight = WEIGHTS.get(int(verdict.weight), "supporting")
        helped = "" if verdict.help == "unaided" else f", {verdict.help}"
        yield f"- {verdict.verdict} ({weight}{helped}): {verdict.claim}"
