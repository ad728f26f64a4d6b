"""Who drives an interview: hears, has it graded, speaks, and saves before anything slow."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Protocol

from interviewer.bank.words import content_stems
from interviewer.domain import (
    Closed,
    Event,
    Graded,
    Interview,
    Kind,
    Purpose,
    Question,
    Said,
    Settings,
    Started,
    Summary,
    Turn,
    Who,
)
from interviewer.errors import SessionError
from interviewer.grading import guard
from interviewer.grading.grader import Grader
from interviewer.grading.rubric import Rubric
from interviewer.grading.scoring import mean_score
from interviewer.interview import policy, selection, session
from interviewer.interview.session import Need

MAX_INQUIRY_WORDS = 30
RECENT_INTERVIEWS = 10


class Archive(Protocol):
    """Where interviews are kept: an append-only list of events for each."""

    def create(self, interview_id: str, started: Started) -> None:
        """Keep a new interview's first event."""

    def append(self, interview_id: str, version: int, event: Event, summary: Summary) -> None:
        """Keep the event after `version` others; refuses if that is not how many there are."""

    def events(self, interview_id: str) -> Sequence[Event]:
        """Every event of an interview, in order."""

    def summaries(self, *, limit: int | None = None) -> Sequence[Summary]:
        """The interviews, the one worked on last first."""


class Interviewer:
    """One interviewer for all interviews; it holds no state of its own.

    `topical(topic, limit, kind)` finds question ids for a topic typed freely; `clock` gives the
    time, aware and in UTC.
    """

    def __init__(
        self,
        archive: Archive,
        grader: Grader,
        questions: Sequence[Question],
        topical: Callable[[str, int, Kind | None], list[str]],
        clock: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._grader = grader
        self._questions = questions
        self._topical = topical
        self._clock = clock

    def start(self, settings: Settings, *, vary: bool = True) -> Interview:
        """Choose the questions, save the interview, ask the first. Raises `UsageError`.

        With `vary`, questions of the latest interviews come last; without, the settings alone
        (the seed among them) decide.
        """
        topical = _interleave(
            [self._topical(topic, 3 * settings.questions, settings.kind)
             for topic in settings.topics]
        )  # fmt: skip
        plan = selection.choose(
            self._questions,
            settings,
            Random(settings.seed),  # noqa: S311 - a repeatable choice, no secret
            topical=topical,
            recent=self._recent_questions() if vary else (),
        )
        started = Started(settings=settings, plan=plan, at=self._clock())
        interview = session.begin(secrets.token_urlsafe(9), started)
        self._archive.create(interview.id, started)
        return self.proceed(interview)

    def resume(self, interview_id: str) -> Interview:
        """The interview as saved, with whatever was cut off done. Raises `SessionError`."""
        return self.proceed(self.load(interview_id))

    def load(self, interview_id: str) -> Interview:
        """The interview as saved. Raises `SessionError`."""
        return session.replay(interview_id, self._archive.events(interview_id))

    def hear(self, interview: Interview, text: str) -> Interview:
        """Save what the candidate said. Raises `AnswerRefused`; the text is then not kept."""
        self._expect_answer(interview)
        text = guard.accept(text)
        item = session.current_item(interview)
        question, _ = session.question_of(interview, item or "")
        purpose = Purpose.INQUIRE if _inquires(text, question) else Purpose.ANSWER
        return self._say(interview, Who.CANDIDATE, purpose, text, item)

    def skip(self, interview: Interview) -> Interview:
        """Save that the candidate passes on this question."""
        self._expect_answer(interview)
        return self._say(
            interview, Who.CANDIDATE, Purpose.SKIP, "(skipped)", session.current_item(interview)
        )

    def end(self, interview: Interview) -> Interview:
        """Close the interview at the candidate's wish; grade what is not graded yet."""
        while session.need(interview) is Need.GRADE:
            interview = self._grade(interview)
        if interview.closed:
            return interview
        return self._keep(interview, Closed(why="ended", at=self._clock()))

    def proceed(self, interview: Interview) -> Interview:
        """Grade and speak until it is the candidate's turn again or all is said."""
        while (needed := session.need(interview)) in (Need.GRADE, Need.SPEAK):
            interview = self._grade(interview) if needed is Need.GRADE else self._speak(interview)
        return interview

    def _grade(self, interview: Interview) -> Interview:
        item = interview.turns[-1].item or ""
        question, follow_up = session.question_of(interview, item)
        grade = self._grader.grade(
            Rubric.of(question, follow_up),
            session.turns_on(interview, item),
            at=self._clock(),
            previous=session.latest_grade(interview, item),
            question=question,
        )
        return self._keep(interview, Graded(grade=grade))

    def _speak(self, interview: Interview) -> Interview:
        now = self._clock()
        if interview.turns and interview.turns[-1].purpose is Purpose.CLOSE:
            opened = len(session.asked(interview)) == len(interview.plan)
            return self._keep(interview, Closed(why="finished" if opened else "time", at=now))
        move = policy.next_move(interview, now)
        return self._say(interview, Who.INTERVIEWER, move.purpose, move.text, move.item, move.point)

    def _say(
        self,
        interview: Interview,
        who: Who,
        purpose: Purpose,
        text: str,
        item: str | None,
        point: str | None = None,
    ) -> Interview:
        turn = Turn(
            index=len(interview.turns),
            who=who,
            purpose=purpose,
            text=text,
            item=item,
            point=point,
            at=self._clock(),
        )
        return self._keep(interview, Said(turn=turn))

    def _keep(self, interview: Interview, event: Event) -> Interview:
        after = session.step(interview, event)
        self._archive.append(interview.id, interview.version, event, summarise(after))
        return after

    def _recent_questions(self) -> set[str]:
        latest = self._archive.summaries(limit=RECENT_INTERVIEWS)
        return {q.id for summary in latest for q in self.load(summary.id).plan}

    @staticmethod
    def _expect_answer(interview: Interview) -> None:
        if session.need(interview) is not Need.LISTEN:
            raise SessionError("it is not your turn: reload the page to see where it stands")


def overall(interview: Interview) -> float | None:
    """The mean score of the main questions answered so far; None if none has a score."""
    return mean_score(
        [
            grade.score
            for question in session.asked(interview)
            if (grade := session.latest_grade(interview, question.id)) is not None
        ]
    )


def summarise(interview: Interview) -> Summary:
    """The interview's line in the list of interviews."""
    answered = [q for q in interview.plan if session.latest_grade(interview, q.id)]
    times = [t.at for t in interview.turns] + [g.at for g in interview.grades]
    return Summary(
        id=interview.id,
        started=interview.started,
        updated=max([interview.started, *times]),
        settings=interview.settings,
        answered=len(answered),
        questions=len(interview.plan),
        score=overall(interview),
        closed=interview.closed is not None,
    )


def _inquires(text: str, question: Question) -> bool:
    """Whether the candidate asks for a number or rule that the question has to give."""
    return (
        bool(question.given)
        and text.rstrip().endswith("?")
        and len(text.split()) <= MAX_INQUIRY_WORDS
        and bool(content_stems(text))
    )


def _interleave(rankings: Sequence[Sequence[str]]) -> list[str]:
    """One ranking from several: all firsts, then all seconds, none twice."""
    longest = max(map(len, rankings), default=0)
    merged = [r[i] for i in range(longest) for r in rankings if i < len(r)]
    return list(dict.fromkeys(merged))
