"""Who drives an interview: hears, has it graded, speaks, and saves before anything slow."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Protocol

from interviewer.domain import (
    Closed,
    Debriefed,
    Event,
    Graded,
    Grading,
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
from interviewer.errors import ModelUnavailable, ReplyUnusable, SessionError, UsageError
from interviewer.grading import guard
from interviewer.grading.grader import NOT_ENGLISH_NOTE, Grader
from interviewer.grading.rubric import Rubric
from interviewer.grading.scoring import mean_score
from interviewer.interview import policy, selection, session
from interviewer.interview.inquiry import inquires
from interviewer.interview.policy import Move
from interviewer.interview.session import Need
from interviewer.interview.wording import Utterance, Wording
from interviewer.llm.usage import booked_to

RECENT_INTERVIEWS = 10
TOPICAL = 60
"""How many questions are looked at for a topic: enough that some are left for every job."""
AWAY = "The language model is away: the bank's own words and the embedded judge stand in."
BACK = "The language model is back."

Show = Callable[[Move, str], None]
"""Takes a move and all that is said for it so far; what it begins with may change."""


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
    time, aware and in UTC. With a language model, `llm_grader` grades the interviews that ask
    for it, and `wording` words what is said; without, the bank's own words are used.
    `draft(topic, settings)` gives a question on a topic that the bank does not hold, if it can.
    """

    def __init__(
        self,
        archive: Archive,
        grader: Grader,
        questions: Sequence[Question],
        topical: Callable[[str, int, Kind | None], list[str]],
        clock: Callable[[], datetime],
        *,
        llm_grader: Grader | None = None,
        wording: Wording | None = None,
        draft: Callable[[str, Settings], Question | None] | None = None,
    ) -> None:
        self._archive = archive
        self._grader = grader
        self._questions = questions
        self._topical = topical
        self._clock = clock
        self._llm_grader = llm_grader
        self._wording = wording
        self._draft = draft

    def start(self, settings: Settings, *, vary: bool = True) -> Interview:
        """Set an interview up and ask the first question: see `create`."""
        return self.proceed(self.create(settings, vary=vary))

    def create(self, settings: Settings, *, vary: bool = True) -> Interview:
        """Choose the questions and save the interview. Raises `UsageError`.

        With `vary`, questions of the latest interviews come last; without, the settings alone
        (the seed among them) decide.
        """
        # In hex: an id that began with a dash would be an option to a command line.
        interview_id = secrets.token_hex(9)
        drafts = self._drafts(interview_id, settings)
        near = {t: self._topical(t, TOPICAL, settings.kind) for t in settings.topics}
        topical = _interleave([near[t] for t in settings.topics if t not in drafts])
        # What is near a topic that a question was drafted on only fills up.
        topical = list(dict.fromkeys([*topical, *_interleave([near[t] for t in drafts])]))
        try:
            chosen = selection.choose(
                self._questions,
                settings,
                Random(settings.seed),  # noqa: S311 - a repeatable choice, no secret
                topical=topical,
                recent=self._recent_questions() if vary else (),
            )
        except UsageError:
            if not drafts:
                raise
            chosen = ()
        plan = (*drafts.values(), *chosen)[: settings.questions]
        started = Started(settings=settings, plan=plan, at=self._clock())
        interview = session.begin(interview_id, started)
        self._archive.create(interview.id, started)
        return interview

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
        purpose = Purpose.INQUIRE if inquires(text, question) else Purpose.ANSWER
        return self._hear(interview, purpose, text, item)

    def skip(self, interview: Interview) -> Interview:
        """Save that the candidate passes on this question."""
        self._expect_answer(interview)
        item = session.current_item(interview)
        return self._hear(interview, Purpose.SKIP, "(skipped)", item)

    def end(self, interview: Interview) -> Interview:
        """Close the interview at the candidate's wish; grade what is not graded yet."""
        while session.need(interview) is Need.GRADE:
            interview = self._grade(interview)
        if interview.closed:
            return interview
        return self._keep(interview, Closed(why="ended", at=self._clock()))

    def proceed(self, interview: Interview, show: Show | None = None) -> Interview:
        """Grade and speak until it is the candidate's turn again or all is said.

        `show` gets what is said while it is being said.
        """
        while (needed := session.need(interview)) in (Need.GRADE, Need.SPEAK):
            if needed is Need.GRADE:
                interview = self._grade(interview)
            else:
                interview = self._speak(interview, show or _unseen)
        return interview

    def add_debrief(self, interview: Interview, text: str, by: str) -> Interview:
        """Save the report in words. Only a closed interview has one."""
        grades = len(interview.grades)
        return self._keep(interview, Debriefed(text=text, by=by, grades=grades, at=self._clock()))

    def regrade(self, interview: Interview) -> Interview:
        """Ask the language model for the grades that it owes.

        The first and the latest grade of an item give its unaided score and its score. Raises
        `ModelUnavailable` as soon as the model fails again; what it has given until then is kept.
        """
        for item in dict.fromkeys(grade.item for grade in interview.grades):
            turns = sorted({g.turn for g in interview.grades if g.item == item})
            for turn in dict.fromkeys((turns[0], turns[-1])):
                if self._owed(interview, item, turn):
                    interview = self._regrade(interview, item, turn, turns[0])
            first, last = (session.grade_at(interview, item, turns[i]) for i in (0, -1))
            if first and last and last.unaided != first.unaided:
                last = last.model_copy(update={"unaided": first.unaided})
                interview = self._keep(interview, Graded(grade=last))
        return interview

    def _owed(self, interview: Interview, item: str, turn: int) -> bool:
        """Whether a grade is a stand-in's, or none that a model could give."""
        grade = session.grade_at(interview, item, turn)
        if grade is None or grade.note == NOT_ENGLISH_NOTE:
            return False
        elsewhere = grade.judge == self._grader.judge_name and interview.settings.judge == "llm"
        return grade.status is not Grading.GRADED or elsewhere

    def _regrade(self, interview: Interview, item: str, turn: int, first: int) -> Interview:
        if self._llm_grader is None:
            raise UsageError("no language model is set up: see `interviewer doctor`")
        question, follow_up = session.question_of(interview, item)
        with booked_to(interview.id, "judge"):
            grade = self._llm_grader.grade(
                Rubric.of(question, follow_up),
                [t for t in session.turns_on(interview, item) if t.index <= turn],
                at=self._clock(),
                previous=session.grade_at(interview, item, first) if turn != first else None,
                question=question,
            )
        if grade.judge != self._llm_grader.judge_name:
            raise ModelUnavailable(f"the grades stay as they are: {grade.note}")
        return self._keep(interview, Graded(grade=grade))

    def _grade(self, interview: Interview) -> Interview:
        item = interview.turns[-1].item or ""
        question, follow_up = session.question_of(interview, item)
        wants_llm = interview.settings.judge == "llm"
        grader = (self._llm_grader if wants_llm else None) or self._grader
        with booked_to(interview.id, "judge"):
            grade = grader.grade(
                Rubric.of(question, follow_up),
                session.turns_on(interview, item),
                at=self._clock(),
                previous=session.latest_grade(interview, item),
                question=question,
            )
        return self._keep(interview, Graded(grade=grade))

    def _speak(self, interview: Interview, show: Show) -> Interview:
        now = self._clock()
        if interview.turns and interview.turns[-1].purpose is Purpose.CLOSE:
            opened = len(session.asked(interview)) == len(interview.plan)
            return self._keep(interview, Closed(why="finished" if opened else "time", at=now))
        move = policy.next_move(interview, now)
        said = self._word(interview, move, show)
        turn = Turn(
            index=len(interview.turns),
            who=Who.INTERVIEWER,
            purpose=move.purpose,
            text=said.text,
            item=move.item,
            point=move.point,
            worded_by=said.by,
            notice=_notice(interview, said),
            at=self._clock(),
        )
        return self._keep(interview, Said(turn=turn))

    def _word(self, interview: Interview, move: Move, show: Show) -> Utterance:
        if self._wording is None:
            return Utterance(move.text)
        with booked_to(interview.id, "wording"):
            return self._wording.word(interview, move, lambda text: show(move, text))

    def _hear(
        self, interview: Interview, purpose: Purpose, text: str, item: str | None
    ) -> Interview:
        turn = Turn(
            index=len(interview.turns),
            who=Who.CANDIDATE,
            purpose=purpose,
            text=text,
            item=item,
            at=self._clock(),
        )
        return self._keep(interview, Said(turn=turn))

    def _keep(self, interview: Interview, event: Event) -> Interview:
        after = session.step(interview, event)
        self._archive.append(interview.id, interview.version, event, summarise(after))
        return after

    def _drafts(self, interview_id: str, settings: Settings) -> dict[str, Question]:
        """A question on each topic that the bank does not hold, where the model gives one."""
        drafts: dict[str, Question] = {}
        for topic in settings.topics[: settings.questions] if self._draft else ():
            with suppress(ModelUnavailable, ReplyUnusable), booked_to(interview_id, "draft"):
                question = self._draft(topic, settings) if self._draft else None
                if question is not None:
                    drafts[topic] = question
        return drafts

    def _recent_questions(self) -> set[str]:
        """What was asked of late; an interview that cannot be read says nothing."""
        asked: set[str] = set()
        latest: Sequence[Summary] = ()
        with suppress(SessionError):
            latest = self._archive.summaries(limit=RECENT_INTERVIEWS)
        for summary in latest:
            with suppress(SessionError):
                asked.update(q.id for q in session.asked(self.load(summary.id)))
        return asked

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


def _unseen(_move: Move, _text: str) -> None:
    """For when nobody watches."""


def _notice(interview: Interview, said: Utterance) -> str:
    """What the candidate is told beside this turn: once that the model is away, once that it
    is back."""
    told = next((t.notice for t in reversed(interview.turns) if t.notice), "")
    last = interview.grades[-1] if interview.grades else None
    if last and (last.turn < len(interview.turns) - 1 or last.status is not Grading.STAND_IN):
        last = None
    if said.away or last:
        return (
            "" if told.startswith(AWAY) else f"{AWAY} ({said.away or (last.note if last else '')})"
        )
    return BACK if said.by and told.startswith(AWAY) else ""


def _interleave(rankings: Sequence[Sequence[str]]) -> list[str]:
    """One ranking from several: all firsts, then all seconds, none twice."""
    longest = max(map(len, rankings), default=0)
    merged = [r[i] for i in range(longest) for r in rankings if i < len(r)]
    return list(dict.fromkeys(merged))
