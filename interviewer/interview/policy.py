"""What to say next: pure policy over an interview's state, in the bank's own words.

After each answer, in this order: challenge a critical misconception or clarify an unclear core
point, probe an open core point, deepen or change a requirement, probe a supporting point, move
on, at the latest when the question has had its share of the time. Coach mode climbs a ladder on a
point (probe, hint, a sentence with a gap, tell and ask to restate); exam mode never helps, praises
or sums up.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from interviewer.bank.words import STOP_WORDS, content_stems, stem, words
from interviewer.domain import (
    STAGES,
    Grade,
    Interview,
    Kind,
    Mode,
    Point,
    Purpose,
    Question,
    Status,
    Turn,
    Verdict,
    Who,
)
from interviewer.grading import guard, scoring
from interviewer.grading.text import sentences
from interviewer.interview import inquiry, session

WRAP_UP_SHARE = 0.85
PAUSE = timedelta(minutes=15)
"""Of a longer silence no more counts: nobody thinks for so long, the candidate was away."""
QUOTE_WORDS = 12
DEEPEN_FROM = 0.5
LADDER = {
    Mode.EXAM: (Purpose.PROBE,),
    Mode.COACH: (Purpose.PROBE, Purpose.HINT, Purpose.PROMPT, Purpose.TELL),
}


@dataclass(frozen=True)
class Limits:
    """When to leave a question."""

    follow_ups: int
    moves_per_point: int
    turns_without_gain: int = 2
    dont_knows: int = 2
    deepenings: int = 1


LIMITS = {Mode.EXAM: Limits(3, 2), Mode.COACH: Limits(6, 4, turns_without_gain=6, dont_knows=5)}
DESIGN_LIMITS = {
    Mode.EXAM: Limits(10, 2, turns_without_gain=4, deepenings=2),
    Mode.COACH: Limits(14, 4, turns_without_gain=6, dont_knows=5, deepenings=2),
}
"""Coach mode's ladder has four rungs, and who needs them all is told and asked for another point; a
design round has eight stages: both need more room."""


@dataclass(frozen=True)
class Move:
    """What the interviewer says next, what for, and about which item, point or misconception."""

    purpose: Purpose
    text: str
    item: str | None = None
    point: str | None = None


def limits(question: Question, mode: Mode) -> Limits:
    """The limits that hold for a question."""
    return (DESIGN_LIMITS if question.kind is Kind.SYSTEM_DESIGN else LIMITS)[mode]


def next_move(interview: Interview, now: datetime) -> Move:
    """What to say now that the candidate's last turn is graded. Never needed after CLOSE."""
    item = session.current_item(interview)
    if item is None:
        return _ask(interview.plan[0])
    question, _ = session.question_of(interview, item)
    if interview.turns[-1].purpose is Purpose.ADVANCE:
        return _ask(_next_question(interview))
    if _time_is_up(interview, interview.plan, now):
        return _close("We are nearly out of time, so let's stop here.")
    if interview.turns[-1].purpose is Purpose.INQUIRE:
        *talk, asked_back = interview.turns
        text = inquiry.reply(asked_back, question, _put(interview, item), talk)
        return Move(Purpose.INFORM, text, item)
    if _time_is_up(interview, session.asked(interview), now):
        return Move(
            Purpose.ADVANCE, "Let's go on, so that there is time for the rest.", question.id
        )
    return _stay(interview, question, item) or _leave(interview, question)


def _stay(interview: Interview, question: Question, item: str) -> Move | None:
    """The next move on this question; None if it is time to leave it."""
    mode = interview.settings.mode
    bounds = limits(question, mode)
    talk = _talk(interview, question)
    if interview.turns[-1].purpose is Purpose.SKIP or _exhausted(interview, question, bounds):
        return None
    grade = session.latest_grade(interview, item)
    if grade is None:
        return None
    rungs = LADDER[mode]
    main = session.latest_grade(interview, question.id)
    if item != question.id:
        return _open_point(_points(question, item), grade, talk, rungs[:2], 3, item, bounds) or (
            (
                _deepen(question, main, talk, bounds)
                or _supporting(question, main, talk, rungs, bounds)
            )
            if main
            else None
        )
    return (
        _challenge(question, grade, talk)
        or _clarify(question, grade, talk, bounds)
        or _skipped_stage(question, grade, talk)
        or _open_point(question.points, grade, talk, rungs, 3, item, bounds)
        or _deepen(question, grade, talk, bounds)
        or _supporting(question, grade, talk, rungs, bounds)
    )


def _talk(interview: Interview, question: Question) -> tuple[Turn, ...]:
    """Every turn on a question and its follow-ups."""
    return tuple(
        t for t in interview.turns if t.item is not None and t.item.split("/")[0] == question.id
    )


def _exhausted(interview: Interview, question: Question, bounds: Limits) -> bool:
    talk = _talk(interview, question)
    moves = [
        t
        for t in talk
        if t.who is Who.INTERVIEWER
        and t.purpose not in (Purpose.ASK, Purpose.INFORM, Purpose.ADVANCE)
    ]
    if len(moves) >= bounds.follow_ups:
        return True
    answers = [t for t in talk if t.who is Who.CANDIDATE and t.purpose is Purpose.ANSWER]
    if sum(guard.says_dont_know(t.text) for t in answers) >= bounds.dont_knows:
        return True
    return _turns_without_gain(interview, question) >= bounds.turns_without_gain


def _turns_without_gain(interview: Interview, question: Question) -> int:
    """How many of the latest answers, in a row, added no credit to their item.

    The first answer to an item is given the benefit: it sets what later ones are held against.
    """
    credit: dict[str, float] = {}
    run = 0
    newest = {(g.item, g.turn): g for g in interview.grades}
    for grade in sorted(newest.values(), key=lambda g: g.turn):
        if grade.item.split("/")[0] != question.id:
            continue
        earned = sum(scoring.CREDIT[v.status] for v in grade.verdicts)
        run = run + 1 if grade.item in credit and earned <= credit[grade.item] else 0
        credit[grade.item] = max(earned, credit.get(grade.item, 0.0))
    return run


def _challenge(question: Question, grade: Grade, talk: Sequence[Turn]) -> Move | None:
    """A case that a misconception, or a denied core point, gets wrong. Each once."""
    done = {t.point for t in talk if t.purpose is Purpose.CHALLENGE}
    held = {v.point for v in grade.misconceptions}
    denied = {v.point: v for v in grade.verdicts if v.status is Status.CONTRADICTED}
    known = sorted(question.misconceptions, key=lambda m: not m.critical)
    for misconception in known:
        if misconception.id in held or (misconception.critical and misconception.denies in denied):
            about = misconception.denies or misconception.id
            if about not in done:
                return Move(Purpose.CHALLENGE, misconception.challenge, question.id, about)
    for point in _by_weight(question.points):
        verdict = denied.get(point.id)
        if verdict and point.weight == 3 and point.id not in done and verdict.evidence:
            said = _quoted(verdict.evidence.quote, point)
            text = f"You said {said}. Let's test that. {point.probe}"
            return Move(Purpose.CHALLENGE, text, question.id, point.id)
    return None


def _clarify(question: Question, grade: Grade, talk: Sequence[Turn], bounds: Limits) -> Move | None:
    """Ask what an unclear core point meant, with the candidate's own words."""
    for point in _by_weight(question.points):
        verdict = _verdict(grade, point)
        if verdict is None or verdict.status is not Status.UNCLEAR or point.weight < 3:
            continue
        if verdict.evidence and not _moves_on(talk, point) and bounds.moves_per_point:
            text = f"You said {_quoted(verdict.evidence.quote, point)}. {point.probe}"
            return Move(Purpose.CLARIFY, text, question.id, point.id)
    return None


def _skipped_stage(question: Question, grade: Grade, talk: Sequence[Turn]) -> Move | None:
    """In a design round, the first stage nobody has talked about; each is prompted once."""
    if question.kind is not Kind.SYSTEM_DESIGN:
        return None
    touched = {t.point for t in talk if t.who is Who.INTERVIEWER and t.point}
    for stage in STAGES[question.kind]:
        points = [p for p in question.points if p.stage == stage]
        reached = any(
            (v := _verdict(grade, p)) is not None and v.status is not Status.MISSED for p in points
        )
        if points and not reached and not touched & {p.id for p in points}:
            point = max(points, key=lambda p: p.weight)
            return Move(Purpose.PROBE, point.probe, question.id, point.id)
    return None


def _open_point(
    points: Iterable[Point],
    grade: Grade,
    talk: Sequence[Turn],
    rungs: Sequence[Purpose],
    weight: int,
    item: str,
    bounds: Limits,
) -> Move | None:
    """The next rung for an open point of the weight. The point just talked about comes first."""
    last = next((t.point for t in reversed(talk) if t.who is Who.INTERVIEWER and t.point), None)
    still = sorted((p for p in points if p.weight == weight), key=lambda p: p.id != last)
    for point in still:
        verdict = _verdict(grade, point)
        made = _moves_on(talk, point)
        if verdict is None or verdict.status is Status.MET:
            continue
        if verdict.status is Status.UNCLEAR and not made:  # it is asked what was meant, if at all
            continue
        if made >= min(len(rungs), bounds.moves_per_point):
            continue
        return _rung(rungs[made], point, item)
    return None


def _rung(purpose: Purpose, point: Point, item: str) -> Move:
    match purpose:
        case Purpose.HINT:
            text = f"Here is a direction. {point.hint}"
        case Purpose.PROMPT:
            text = f"Fill in the gaps: {cloze(point.claim, point.probe)}"
        case Purpose.TELL:
            text = f"The point I was after: {point.claim} Say it back in your own words."
        case _:
            text = point.probe
    return Move(purpose, text, item, point.id)


def _deepen(question: Question, grade: Grade, talk: Sequence[Turn], bounds: Limits) -> Move | None:
    """A follow-up question, once the main one stands on its feet."""
    put = {t.item for t in talk}
    open_ = [f for f in question.follow_ups if f"{question.id}/{f.id}" not in put]
    if not open_ or len(question.follow_ups) - len(open_) >= bounds.deepenings:
        return None
    if grade.score is None or grade.score < DEEPEN_FROM:
        return None
    touched = {word for aside in grade.asides for word in content_stems(aside.claim)}
    chosen = max(open_, key=lambda f: len(touched & set(content_stems(f.question))))
    return Move(Purpose(chosen.purpose), chosen.question, f"{question.id}/{chosen.id}")


def _supporting(
    question: Question,
    grade: Grade,
    talk: Sequence[Turn],
    rungs: Sequence[Purpose],
    bounds: Limits,
) -> Move | None:
    move = _open_point(question.points, grade, talk, rungs[:1], 2, question.id, bounds)
    if move is None or talk[-1].item == question.id:
        return move
    return Move(move.purpose, f"Back to the main question. {move.text}", move.item, move.point)


def _leave(interview: Interview, question: Question) -> Move:
    if question.id == interview.plan[-1].id:
        return _close("That was my last question.")
    return Move(Purpose.ADVANCE, "Let's leave it there and go on.", question.id)


def _close(why: str) -> Move:
    return Move(Purpose.CLOSE, f"{why} Thank you. Your report is ready.")


def _ask(question: Question) -> Move:
    return Move(Purpose.ASK, question.question, question.id)


def _next_question(interview: Interview) -> Question:
    opened = {t.item for t in interview.turns if t.purpose is Purpose.ASK}
    return next(q for q in interview.plan if q.id not in opened)


def _time_is_up(interview: Interview, questions: Sequence[Question], now: datetime) -> bool:
    """Whether the time for the questions, their share of the interview's, is nearly over."""
    if interview.settings.minutes is None:
        return False
    share = sum(q.minutes for q in questions) / sum(q.minutes for q in interview.plan)
    limit = WRAP_UP_SHARE * share * timedelta(minutes=interview.settings.minutes)
    times = [interview.started, *(t.at for t in interview.turns), now]
    return sum((min(b - a, PAUSE) for a, b in pairwise(times)), timedelta()) >= limit


def _put(interview: Interview, item: str) -> str:
    """An item's own question."""
    question, follow_up = session.question_of(interview, item)
    return follow_up.question if follow_up else question.question


def _points(question: Question, item: str) -> tuple[Point, ...]:
    for follow_up in question.follow_ups:
        if item == f"{question.id}/{follow_up.id}":
            return follow_up.points
    return question.points


def _by_weight(points: Iterable[Point]) -> list[Point]:
    return sorted(points, key=lambda p: -p.weight)


def _verdict(grade: Grade, point: Point) -> Verdict | None:
    return next((v for v in grade.verdicts if v.point == point.id), None)


def _moves_on(talk: Sequence[Turn], point: Point) -> int:
    return sum(t.who is Who.INTERVIEWER and t.point == point.id for t in talk)


def _quoted(quote: str, point: Point) -> str:
    """The beginning of the sentence that speaks of the point most; the first of equals."""
    about = set(content_stems(f"{point.claim} {point.probe}"))
    spoken = [quote[start:end] for start, end in sentences(quote)]
    meant = max(spoken, key=lambda s: len(about & set(content_stems(s))), default=quote).split()
    cut = " ".join(meant[:QUOTE_WORDS]).rstrip(" .,;:!?")
    return f"“{cut}…”" if len(meant) > QUOTE_WORDS else f"“{cut}”"


_PUNCTUATED = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


def cloze(claim: str, asked: str) -> str:
    """The claim with its telling words as gaps: those the question does not use, longest first.

    At most half of the content words are left out, at least one.
    """
    known = set(content_stems(asked))
    telling = [w for w in words(claim) if w not in STOP_WORDS and stem(w) not in known]
    count = max(1, min(len(telling), len([w for w in words(claim) if w not in STOP_WORDS]) // 2))
    gaps = set(sorted(dict.fromkeys(telling), key=len, reverse=True)[:count])
    return " ".join(
        _PUNCTUATED.sub(r"\1____\3", token) if gaps.intersection(words(token)) else token
        for token in claim.split()
    )
