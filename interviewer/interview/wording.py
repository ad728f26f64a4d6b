"""Puts a planned move into words: a language model's if they keep to the rules, else the bank's.

The policy plans and the model only words: it never sees the points, and every word it says is
checked before it is shown.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, cast

from interviewer.domain import Interview, Kind, Mode, Purpose, Question, Status, Who
from interviewer.errors import ModelUnavailable, ReplyUnusable
from interviewer.interview import session
from interviewer.interview.manners import (
    MAX_WORD_LETTERS,
    MAX_WORDS,
    QUESTIONS,
    STATEMENTS,
    Manners,
)
from interviewer.interview.policy import Move
from interviewer.llm import LanguageModel, Message, Role
from interviewer.prompts import Prompts, fence

if TYPE_CHECKING:
    from collections.abc import Generator

ATTEMPTS = 2
"""A turn is worded, and once more if that breaks a rule."""
BANK_ONLY = (Purpose.PROMPT, Purpose.TELL)
"""The coach's last two rungs say the point itself: there is nothing to choose."""

Show = Callable[[str], None]
"""Takes all that is said of a turn so far; what it begins with may change."""


@dataclass(frozen=True)
class Utterance:
    """What is said. `by` is the model, empty for the bank; `away` says why there was no model."""

    text: str
    by: str = ""
    away: str = ""


class Wording:
    """The interviewer's voice. `random` makes the delimiters around the candidate's words."""

    def __init__(self, model: LanguageModel, prompts: Prompts, random: Random) -> None:
        self._model = model
        self._prompts = prompts
        self._random = random

    def word(self, interview: Interview, move: Move, show: Show) -> Utterance:
        """The words for a move; `show` gets them as they come, and nothing that breaks a rule.

        Never raises for what the model does.
        """
        if not _to_word(interview, move):
            return Utterance(move.text)
        manners = manners_for(interview, move)
        asked = self._messages(interview, move, manners)
        for _ in range(ATTEMPTS):
            try:
                text, fault = self._say(asked, manners, show)
            except ModelUnavailable as error:
                return Utterance(move.text, away=str(error))
            except ReplyUnusable:
                break
            if not fault:
                return Utterance(text, self._model.name)
            again = self._prompts["turn-again"].render(fault=fault)
            asked = [*asked, Message(Role.ASSISTANT, text), Message(Role.USER, again)]
        return Utterance(move.text)

    def _say(self, asked: Sequence[Message], manners: Manners, show: Show) -> tuple[str, str]:
        """What the model said, up to the first fault, and that fault.

        A word is shown once it is whole and all up to it keeps to the rules. Leaving early closes
        the stream, which cancels the call.
        """
        said = shown = ""
        stream = cast("Generator[str, None, None]", self._model.stream(asked))
        with closing(stream) as pieces:
            for piece in pieces:
                said += piece
                whole = _tidy(said[: len(said) - len(_last_word(said))])
                if whole != shown:
                    if fault := manners.breach(whole):
                        return whole, fault
                    shown = whole
                    show(whole)
                elif len(_last_word(said)) > MAX_WORD_LETTERS:
                    return shown or "…", "a word has no end"
        text = _tidy(said)
        fault = manners.breach(text) or manners.shortfall(text)
        if not fault:
            show(text)
        return text or "…", fault

    def _messages(self, interview: Interview, move: Move, manners: Manners) -> list[Message]:
        # What is to be said may quote the candidate: both are fenced.
        say_delimiter, say = fence(move.text, self._random)
        delimiter, answer = fence(manners.answer or "(nothing yet)", self._random)
        turn = self._prompts["turn"].render(
            purpose=move.purpose.value,
            mode=interview.settings.mode.value,
            question=manners.asked or "(none)",
            say_delimiter=say_delimiter,
            say=say,
            facts="\n".join(f"- {fact}" for fact in manners.facts) or "none",
            delimiter=delimiter,
            answer=answer,
        )
        return [
            Message(Role.SYSTEM, self._prompts["wording"].render()),
            Message(Role.USER, turn),
        ]


def manners_for(interview: Interview, move: Move) -> Manners:
    """What a move's words must keep to at this point of an interview."""
    question = session.question_of(interview, move.item)[0] if move.item else None
    last = interview.turns[-1] if interview.turns else None
    heard = last.text if last and last.who is Who.CANDIDATE and last.purpose is not Purpose.SKIP \
        else ""  # fmt: skip
    facts: tuple[str, ...] = ()
    if question and move.purpose is Purpose.INFORM:
        facts = (*(f"{g.about}: {g.answer}" for g in question.given), move.text)
    return Manners(
        purpose=move.purpose,
        bank=move.text,
        asked=_asked(interview, question, move) if question else "",
        secrets=_secrets(interview, question) if question else (),
        exam=interview.settings.mode is Mode.EXAM,
        answer=heard,
        facts=facts,
    )


def _to_word(interview: Interview, move: Move) -> bool:
    """Whether there is anything to choose: an exact task, a long one or one that is put once more
    stays as it is."""
    if move.purpose in BANK_ONLY or (move.purpose in STATEMENTS and "?" in move.text):
        return False
    if move.purpose in QUESTIONS and len(move.text.split()) > MAX_WORDS - 5:
        return False
    if move.purpose is not Purpose.ASK or move.item is None:
        return True
    return session.question_of(interview, move.item)[0].kind is not Kind.CODING


def _asked(interview: Interview, question: Question, move: Move) -> str:
    """The question, and the follow-up that is under discussion."""
    follow_up = session.question_of(interview, move.item or "")[1]
    return f"{question.question} {follow_up.question}" if follow_up else question.question


def _secrets(interview: Interview, question: Question) -> tuple[str, ...]:
    """The claims of a question and its follow-ups that the candidate has not made, and what is
    true instead of its misconceptions."""
    made = {
        v.point
        for grade in (
            session.latest_grade(interview, question.id),
            *(
                session.latest_grade(interview, f"{question.id}/{f.id}")
                for f in question.follow_ups
            ),
        )
        if grade
        for v in grade.verdicts
        if v.status is Status.MET
    }
    points = (*question.points, *(p for f in question.follow_ups for p in f.points))
    open_ = [p.claim for p in points if p.id not in made]
    true = [m.correction for m in question.misconceptions if m.denies not in made]
    return (*open_, *true)


def _last_word(text: str) -> str:
    """What follows the last white space: a word that may still go on."""
    return "" if text[-1:].isspace() else (text.split() or [""])[-1]


def _tidy(text: str) -> str:
    """On one line, without the quotation marks some models put around it."""
    line = " ".join(text.split())
    return line[1:-1].strip() if len(line) > 2 and line[0] + line[-1] in ('""', "“”") else line
