"""Grade one item: guard, judge, evidence check, arithmetic, in this order."""

from collections.abc import Callable, Sequence
from datetime import datetime

from interviewer.domain import (
    Aside,
    Grade,
    Grading,
    Help,
    Purpose,
    Question,
    Status,
    Turn,
    Verdict,
    Who,
)
from interviewer.errors import ModelUnavailable, ReplyUnusable
from interviewer.grading import guard, scoring
from interviewer.grading.evidence import verify
from interviewer.grading.guard import Reading
from interviewer.grading.judge import (
    NO_WORDS,
    UNPROVEN_CONFIDENCE,
    Answer,
    Judge,
    Judgement,
    nothing_claimed,
)
from interviewer.grading.rubric import Rubric

NOT_ENGLISH_NOTE = "the answer is not in English, which is all this judge reads: answer in English"
TOO_FEW_NOTE = "too few points could be assessed to give a score"

HELP_OF = {
    Purpose.PROBE: Help.PROBED,
    Purpose.CLARIFY: Help.PROBED,
    Purpose.CHALLENGE: Help.PROBED,
    Purpose.HINT: Help.HINTED,
    Purpose.PROMPT: Help.PROMPTED,
    Purpose.TELL: Help.TOLD,
}
"""The help that a turn about a point amounts to, least first."""

_BY_HELP = list(Help)


class Grader:
    """Turns what was said on an item into a grade.

    `asides(question, passages)` finds what the answer touched beyond its own question; without
    it a grade has none. `stand_in` judges where the judge, behind an endpoint, cannot; without
    one such an answer is not graded. Either is said in the grade's note.
    """

    def __init__(
        self,
        judge: Judge,
        asides: Callable[[Question, Answer], Sequence[Aside]] | None = None,
        stand_in: Judge | None = None,
    ) -> None:
        self._judge = judge
        self._asides = asides
        self._stand_in = stand_in

    @property
    def judge_name(self) -> str:
        """Who decides."""
        return self._judge.name

    @property
    def judge_version(self) -> str:
        """A hash of what decides."""
        return self._judge.version

    def grade(
        self,
        rubric: Rubric,
        turns: Sequence[Turn],
        *,
        at: datetime,
        previous: Grade | None = None,
        question: Question | None = None,
    ) -> Grade:
        """The grade of an item after the last of `turns`, which are all turns on it so far.

        `previous` is the item's last grade, from which the unaided score is kept; `question`
        asks for asides. Never raises for what the candidate said.
        """
        said = tuple(
            (t.index, t.text)
            for t in turns
            if t.who is Who.CANDIDATE and t.purpose is Purpose.ANSWER
        )
        interviewer = [t for t in turns if t.who is Who.INTERVIEWER]
        heard = tuple((t.index, t.text) for t in interviewer) or ((-1, rubric.question),)
        asked = tuple((t.index, t.point) for t in interviewer if t.point)
        last = turns[-1].index if turns else 0
        gradable, readings = self._gradable(said)
        answer = Answer(gradable, heard, asked)
        if not answer.said and Reading.NOT_ENGLISH in readings:
            return self._not_graded(rubric, last, NOT_ENGLISH_NOTE, at, previous)
        decided_by, failure = self._judge, ""
        if answer.said:
            try:
                judgement = self._judge.judge(rubric, answer)
            except (ModelUnavailable, ReplyUnusable) as error:
                failure = f"{self._judge.name} could not judge this: {error}"
                if self._stand_in is None:
                    return self._not_graded(rubric, last, failure, at, previous)
                decided_by = self._stand_in
                judgement = decided_by.judge(rubric, answer)
        else:
            judgement = Judgement(
                tuple(nothing_claimed(rubric, self._judge.name, "nothing was claimed"))
            )
        verdicts = tuple(_with_help(_checked(v, answer), turns) for v in judgement.verdicts)
        asserted = tuple(
            v
            for v in (_checked(m, answer) for m in judgement.misconceptions)
            if v.status is Status.MET
        )
        by_id = {m.id: m for m in rubric.misconceptions}
        wrong = [by_id[v.point] for v in asserted]
        by_point = {v.point: v for v in verdicts}
        result = scoring.score(rubric.points, by_point, wrong)
        unaided = (
            previous.unaided
            if previous is not None
            else scoring.score(rubric.points, by_point, wrong, count_help=False).value
        )
        flags = judgement.flags
        if Reading.NOT_ENGLISH in readings:
            flags = (*flags, "partly not in English")
        status, note = Grading.GRADED, ""
        if failure:
            status, note = Grading.STAND_IN, f"{failure} (the {decided_by.name} judge stands in)"
        if result.value is None:
            status, note = Grading.NOT_GRADED, TOO_FEW_NOTE
        return Grade(
            item=rubric.item,
            turn=last,
            status=status,
            judge=decided_by.name,
            verdicts=verdicts,
            misconceptions=asserted,
            score=result.value,
            unaided=unaided,
            band=result.band,
            asides=tuple(self._asides(question, answer))
            if self._asides and question and answer.said
            else (),
            communication=judgement.communication,
            flags=flags,
            note=note,
            rubric=rubric.hash,
            judge_version=decided_by.version,
            at=at,
        )

    def _not_graded(
        self, rubric: Rubric, turn: int, note: str, at: datetime, previous: Grade | None
    ) -> Grade:
        return Grade(
            item=rubric.item,
            turn=turn,
            status=Grading.NOT_GRADED,
            judge=self._judge.name,
            note=note,
            rubric=rubric.hash,
            judge_version=self._judge.version,
            unaided=previous.unaided if previous else None,
            at=at,
        )

    @staticmethod
    def _gradable(
        said: tuple[tuple[int, str], ...],
    ) -> tuple[tuple[tuple[int, str], ...], list[Reading]]:
        """The turns worth a judge's time, and how every turn was read."""
        readings = [guard.read(text) for _, text in said]
        kept = tuple(
            turn for turn, how in zip(said, readings, strict=True) if how is Reading.GRADABLE
        )
        return kept, readings


def _checked(verdict: Verdict, answer: Answer) -> Verdict:
    """The verdict with evidence that stands, or a lesser one: no quote, no claim.

    A judge may call a point unclear without a quote, but not with one that does not stand.
    """
    if verdict.evidence is None and verdict.status is Status.UNCLEAR:
        return verdict
    if verdict.status is Status.MISSED:
        return verdict.model_copy(update={"evidence": None})
    evidence = (
        verify(verdict.evidence.quote, answer.said, answer.heard) if verdict.evidence else None
    )
    if evidence is not None:
        return verdict.model_copy(update={"evidence": evidence})
    return verdict.model_copy(
        update={
            "status": Status.MISSED,
            "evidence": None,
            "reason": NO_WORDS,
            "confidence": min(verdict.confidence, UNPROVEN_CONFIDENCE),
        }
    )


def _with_help(verdict: Verdict, turns: Sequence[Turn]) -> Verdict:
    """The verdict with the most help that was given on its point before it was made.

    Where no words show when that was, all the help counts.
    """
    if verdict.status is Status.MISSED:
        return verdict
    made = verdict.evidence.turn if verdict.evidence else turns[-1].index
    given = [
        HELP_OF[t.purpose]
        for t in turns
        if t.point == verdict.point and t.index < made and t.purpose in HELP_OF
    ]
    help_ = max(given, key=_BY_HELP.index, default=Help.UNAIDED)
    return verdict.model_copy(update={"help": help_})
