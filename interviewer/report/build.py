"""The report of an interview as data. Pure: everything in it comes from the interview."""

import math
from collections.abc import Sequence

from interviewer.domain import (
    Band,
    Communication,
    Grade,
    Help,
    Interview,
    Model,
    Point,
    Purpose,
    Question,
    Settings,
    Status,
    Unit,
    Who,
)
from interviewer.grading.scoring import mean_score
from interviewer.interview import session


class TurnLine(Model):
    """One turn of the conversation."""

    who: Who
    purpose: Purpose
    point: str | None
    text: str


class VerdictLine(Model):
    """One point, what was decided and why: `evidence` are the candidate's own words."""

    claim: str
    weight: float
    verdict: Status
    evidence: str | None
    help: Help
    confidence: Unit
    reason: str
    judge: str


class MisconceptionLine(Model):
    """A false claim that was made, with the words that made it, and what is true."""

    claim: str
    correction: str
    critical: bool
    evidence: str


class AsideLine(Model):
    """Something right, or a misconception, that belongs to another question."""

    question_id: str
    claim: str
    misconception: bool
    evidence: str


class ItemReport(Model):
    """A follow-up question, graded against its own points."""

    id: str
    purpose: str
    question: str
    score: Unit | None
    verdicts: dict[str, VerdictLine]
    note: str


class QuestionReport(Model):
    """A main question with everything said about it.

    `score` counts help, `unaided` is the opening answer's; both None where there is none.
    `solution` is code, empty but where the question asks for some.
    `drafted` names the model that drafted the question, if nobody has reviewed it.
    """

    question_id: str
    question: str
    kind: str
    area: str
    score: Unit | None
    unaided: Unit | None
    band: Band | None
    judge: str
    status: str
    note: str
    drafted: str
    communication: Communication | None
    flags: tuple[str, ...]
    verdicts: dict[str, VerdictLine]
    misconceptions: tuple[MisconceptionLine, ...]
    follow_ups: tuple[ItemReport, ...]
    asides: tuple[AsideLine, ...]
    model_answer: str
    solution: str
    sources: tuple[str, ...]
    turns: tuple[TurnLine, ...]


class Study(Model):
    """A question to practise next, and why."""

    question_id: str
    question: str
    because: str


class Debrief(Model):
    """The report in words, and the model that wrote them."""

    text: str
    by: str


class Usage(Model):
    """What the language model took for an interview; None where it is not known. USD."""

    calls: int
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None


class Report(Model):
    """An interview in numbers, words and advice; `areas` holds the mean score of each area."""

    id: str
    started: str
    finished: bool
    settings: Settings
    score: Unit | None
    band: Band | None
    questions: tuple[QuestionReport, ...]
    areas: dict[str, Unit | None]
    study: tuple[Study, ...]
    debrief: Debrief | None
    notices: tuple[str, ...]
    usage: Usage | None


def build(
    interview: Interview, study_next: Sequence[Question] = (), usage: Usage | None = None
) -> Report:
    """The report of an interview, finished or not; `study_next` are questions to practise."""
    questions = tuple(_question(interview, q) for q in session.asked(interview))
    areas: dict[str, list[float | None]] = {}
    for question in questions:
        areas.setdefault(question.area, []).append(question.score)
    because = _because(questions)
    debrief = session.debrief(interview)
    return Report(
        id=interview.id,
        started=interview.started.isoformat(timespec="seconds"),
        finished=interview.closed is not None,
        settings=interview.settings,
        score=mean_score([q.score for q in questions]),
        band=joint([(q.score, q.band) for q in questions]),
        questions=questions,
        areas={area: mean_score(scores) for area, scores in sorted(areas.items())},
        study=tuple(
            Study(question_id=q.id, question=q.question, because=because) for q in study_next
        ),
        debrief=Debrief(text=debrief.text, by=debrief.by) if debrief else None,
        notices=(*_unasked(interview), *(t.notice for t in interview.turns if t.notice)),
        usage=usage,
    )


def missed_claims(interview: Interview) -> list[str]:
    """The claims that were missed or denied in the interview, core points first."""
    missed: list[tuple[int, str]] = []
    for question in session.asked(interview):
        grade = session.latest_grade(interview, question.id)
        lost = {
            v.point
            for v in (grade.verdicts if grade else ())
            if v.status in (Status.MISSED, Status.CONTRADICTED)
        }
        missed += [(p.weight, p.claim) for p in question.points if p.id in lost]
    return [claim for _, claim in sorted(missed, key=lambda m: -m[0])]


def _question(interview: Interview, question: Question) -> QuestionReport:
    grade = session.latest_grade(interview, question.id)
    known = {m.id: m for m in question.misconceptions}
    return QuestionReport(
        question_id=question.id,
        question=question.question,
        kind=question.kind,
        area=question.area,
        score=grade.score if grade else None,
        unaided=grade.unaided if grade else None,
        band=grade.band if grade else None,
        judge=grade.judge if grade else "",
        status=grade.status if grade else "not-graded",
        note=grade.note if grade else "not answered",
        drafted=question.drafted,
        communication=grade.communication if grade else None,
        flags=grade.flags if grade else (),
        verdicts=_verdicts(question.points, grade),
        misconceptions=tuple(
            MisconceptionLine(
                claim=known[v.point].claim,
                correction=known[v.point].correction,
                critical=known[v.point].critical,
                evidence=v.evidence.quote if v.evidence else "",
            )
            for v in (grade.misconceptions if grade else ())
        ),
        follow_ups=tuple(_follow_ups(interview, question)),
        asides=tuple(
            AsideLine(
                question_id=a.question,
                claim=a.claim,
                misconception=a.misconception,
                evidence=a.verdict.evidence.quote if a.verdict.evidence else "",
            )
            for a in (grade.asides if grade else ())
        ),
        model_answer=question.model_answer,
        solution=question.coding.solution if question.coding else "",
        sources=question.sources,
        turns=tuple(
            TurnLine(who=t.who, purpose=t.purpose, point=t.point, text=t.text)
            for t in interview.turns
            if t.item is not None and t.item.split("/")[0] == question.id
        ),
    )


def _follow_ups(interview: Interview, question: Question) -> list[ItemReport]:
    reports = []
    for follow_up in question.follow_ups:
        item = f"{question.id}/{follow_up.id}"
        said = {t.purpose for t in session.turns_on(interview, item)}
        if said:
            # What was passed over was graded as nothing claimed: that tells nobody anything.
            heard = Purpose.ANSWER in said
            grade = session.latest_grade(interview, item) if heard else None
            passed = "passed over" if Purpose.SKIP in said else "not answered"
            reports.append(
                ItemReport(
                    id=follow_up.id,
                    purpose=follow_up.purpose,
                    question=follow_up.question,
                    score=grade.score if grade else None,
                    verdicts=_verdicts(follow_up.points, grade),
                    note=grade.note if grade else passed,
                )
            )
    return reports


def _unasked(interview: Interview) -> list[str]:
    """What a reader would not see: that an interview was over before all had been asked."""
    asked, planned = len(session.asked(interview)), len(interview.plan)
    if interview.closed is None or asked == planned:
        return []
    why = "time ran out" if interview.closed.why == "time" else "you ended it"
    return [f"{asked} of {planned} questions were asked: {why}."]


def _verdicts(points: Sequence[Point], grade: Grade | None) -> dict[str, VerdictLine]:
    if grade is None:
        return {}
    by_id = {v.point: v for v in grade.verdicts}
    return {
        p.id: VerdictLine(
            claim=p.claim,
            weight=p.weight,
            verdict=v.status,
            evidence=v.evidence.quote if v.evidence else None,
            help=v.help,
            confidence=v.confidence,
            reason=v.reason,
            judge=v.judge,
        )
        for p in points
        if (v := by_id.get(p.id)) is not None
    }


def joint(scored: Sequence[tuple[float | None, Band | None]]) -> Band | None:
    """The band of the mean of independent scores: their distances to it add in quadrature.

    Upwards and downwards apart, since bands end at 0 and 1; so the mean always lies within.
    """
    known = [(s, b) for s, b in scored if s is not None and b is not None]
    if not known:
        return None
    mean = sum(s for s, _ in known) / len(known)
    below = math.hypot(*(s - b.low for s, b in known)) / len(known)
    above = math.hypot(*(b.high - s for s, b in known)) / len(known)
    return Band(low=max(0.0, mean - below), high=min(1.0, mean + above))


def _because(questions: Sequence[QuestionReport]) -> str:
    lost = sum(
        v.verdict in (Status.MISSED, Status.CONTRADICTED)
        for q in questions
        for v in q.verdicts.values()
    )
    return f"nearest to the {lost} points that were missed or denied"
