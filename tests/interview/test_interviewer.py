"""Whole interviews with a scripted judge: what is asked, when it stops, what survives."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.bank import load_question
from interviewer.domain import (
    Help,
    Interview,
    Mode,
    Purpose,
    Question,
    Settings,
    Status,
    Who,
)
from interviewer.errors import AnswerRefused, SessionError
from interviewer.grading.grader import Grader
from interviewer.interview import session
from interviewer.interview.interviewer import Interviewer, overall
from interviewer.interview.session import Need
from interviewer.report import build
from tests.banks import KNOWLEDGE
from tests.fakes import KeywordJudge, MemoryArchive, say, ticking, transcript

CORE = ("+random-zeroing", "+no-co-adaptation", "+off-at-inference")


def host(
    question: Question,
    archive: MemoryArchive | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Interviewer:
    return Interviewer(
        archive or MemoryArchive(),
        Grader(KeywordJudge()),
        [question],
        lambda _topic, _limit, _kind: [],
        clock or ticking(),
    )


def settings(mode: Mode = Mode.EXAM, minutes: int | None = None) -> Settings:
    return Settings(mode=mode, questions=1, minutes=minutes)


def answer(interviewer: Interviewer, interview: Interview, text: str) -> Interview:
    return interviewer.proceed(interviewer.hear(interview, text))


def test_it_opens_with_the_question_and_listens(dropout: Question) -> None:
    interview = host(dropout).start(settings())
    assert [t.text for t in interview.turns] == [dropout.question]
    assert session.need(interview) is Need.LISTEN


def test_an_open_core_point_is_probed_with_the_bank_s_probe(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = answer(
        interviewer, interviewer.start(settings()), say("+random-zeroing", "+no-co-adaptation")
    )
    last = interview.turns[-1]
    assert (last.purpose, last.point) == (Purpose.PROBE, "off-at-inference")
    assert last.text == "What does the layer do once the model serves predictions?"


def test_a_critical_misconception_is_challenged_before_anything_else(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = answer(
        interviewer, interviewer.start(settings()), say("!active-at-test", "?random-zeroing")
    )
    assert interview.turns[-1].purpose is Purpose.CHALLENGE
    assert interview.turns[-1].text == dropout.misconceptions[0].challenge


def test_an_unclear_core_point_is_clarified_in_the_candidate_s_words(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = answer(interviewer, interviewer.start(settings()), say("?random-zeroing"))
    last = interview.turns[-1]
    assert (last.purpose, last.point) == (Purpose.CLARIFY, "random-zeroing")
    assert "Alpha beta gamma delta" in last.text


def test_with_the_core_settled_it_deepens_and_grades_the_follow_up_on_its_own(
    dropout: Question,
) -> None:
    interviewer = host(dropout)
    interview = answer(interviewer, interviewer.start(settings()), say(*CORE))
    assert interview.turns[-1].purpose in (Purpose.DEEPEN, Purpose.VARIATION)
    item = interview.turns[-1].item
    assert item is not None
    assert item.startswith("dropout/")
    before = session.latest_grade(interview, "dropout")
    follow_up = session.question_of(interview, item)[1]
    assert follow_up is not None
    interview = answer(interviewer, interview, say(f"+{follow_up.points[0].id}", "-rescaling"))
    grade = session.latest_grade(interview, item)
    assert grade is not None
    assert {v.point for v in grade.verdicts} == {p.id for p in follow_up.points}
    assert session.latest_grade(interview, "dropout") == before


def test_coach_mode_climbs_the_ladder_and_the_help_is_counted(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = interviewer.start(settings(Mode.COACH))
    interview = answer(interviewer, interview, say("+random-zeroing", "+no-co-adaptation"))
    seen = [interview.turns[-1].purpose]
    for text in ("Something else entirely here", "Still some other words here"):
        interview = answer(interviewer, interview, text)
        seen.append(interview.turns[-1].purpose)
    assert seen == [Purpose.PROBE, Purpose.HINT, Purpose.PROMPT]
    assert "____" in interview.turns[-1].text
    interview = answer(interviewer, interview, say("+off-at-inference"))
    grade = session.latest_grade(interview, "dropout")
    assert grade is not None
    helped = {v.point: v.help for v in grade.verdicts}
    assert helped["off-at-inference"] is Help.PROMPTED
    assert helped["random-zeroing"] is Help.UNAIDED
    weights = {p.id: p.weight for p in dropout.points}
    total = sum(weights.values())
    assert grade.score == pytest.approx((3 + 3 + 0.3 * 3) / total)
    assert grade.unaided == pytest.approx((3 + 3) / total)


@pytest.mark.parametrize("reply", ["Something else entirely here", "I don't know"])
def test_coach_mode_tells_in_the_end_whoever_needs_every_rung(
    dropout: Question, reply: str
) -> None:
    interviewer = host(dropout)
    interview = interviewer.start(settings(Mode.COACH))
    seen = []
    for _ in range(4):
        interview = answer(interviewer, interview, reply)
        seen.append(interview.turns[-1].purpose)
    assert seen == [Purpose.PROBE, Purpose.HINT, Purpose.PROMPT, Purpose.TELL]
    interview = answer(interviewer, interview, say("+random-zeroing"))
    grade = session.latest_grade(interview, "dropout")
    assert grade is not None
    assert grade.score == 0.0


def test_exam_mode_never_hints_prompts_or_tells(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = interviewer.start(settings(Mode.EXAM))
    while not interview.closed:
        interview = answer(interviewer, interview, "Quite unrelated words every single time")
    helping = {Purpose.HINT, Purpose.PROMPT, Purpose.TELL}
    assert not helping & {t.purpose for t in interview.turns}


def test_two_turns_without_gain_end_a_question(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = interviewer.start(settings())
    for _ in range(3):
        assert not interview.closed
        interview = answer(interviewer, interview, "Quite unrelated words once more")
    assert interview.closed


def test_a_second_dont_know_ends_a_question(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = answer(interviewer, interviewer.start(settings()), "I don't know")
    assert not interview.closed
    interview = answer(interviewer, interview, "no idea, sorry")
    assert interview.closed
    assert overall(interview) == 0.0


def test_a_retraction_takes_credit_back(dropout: Question) -> None:
    class Revising(KeywordJudge):
        def judge(self, rubric, answer):  # type: ignore[no-untyped-def]
            judgement = super().judge(rubric, answer)
            if "withdraw" in answer.said[-1][1]:
                return super().judge(rubric, type(answer)(answer.said[1:], answer.heard))
            return judgement

    interviewer = Interviewer(
        MemoryArchive(), Grader(Revising()), [dropout], lambda *_: [], ticking()
    )
    interview = answer(interviewer, interviewer.start(settings()), say("+random-zeroing"))
    first = session.latest_grade(interview, "dropout")
    interview = answer(interviewer, interview, "I withdraw all of what I said before")
    second = session.latest_grade(interview, "dropout")
    assert first is not None
    assert second is not None
    assert first.score == pytest.approx(3 / 14)
    assert second.score == 0.0
    assert second.unaided == first.unaided


def test_passing_is_graded_as_nothing_claimed(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = interviewer.start(settings())
    interview = interviewer.proceed(interviewer.skip(interview))
    assert interview.closed
    assert overall(interview) == 0.0


@pytest.fixture(scope="module")
def design() -> Question:
    return load_question(KNOWLEDGE / "system-design" / "design-fraud-detection.yaml")


def every_point(question: Question) -> str:
    return say(*(f"+{p.id}" for p in question.points))


def test_in_coach_mode_what_stays_unclear_gets_a_hint_and_one_told_is_not_the_last(
    dropout: Question,
) -> None:
    interviewer = host(dropout)
    interview = interviewer.start(settings(Mode.COACH))
    talk = [say("+random-zeroing", "?no-co-adaptation"), *["Some other words altogether"] * 4]
    for text in talk:
        interview = answer(interviewer, interview, text)
    asked = [(t.purpose, t.point) for t in interview.turns if t.point]
    assert asked == [
        (Purpose.CLARIFY, "no-co-adaptation"),
        (Purpose.HINT, "no-co-adaptation"),
        (Purpose.PROMPT, "no-co-adaptation"),
        (Purpose.TELL, "no-co-adaptation"),
        (Purpose.PROBE, "off-at-inference"),
    ]


def test_a_question_back_during_a_follow_up_stays_in_it(design: Question) -> None:
    interviewer = host(design)
    interview = answer(interviewer, interviewer.start(settings()), every_point(design))
    follow_up = interview.turns[-1].item
    assert follow_up is not None
    assert follow_up != design.id
    interview = answer(interviewer, interview, "How many payments are there a second?")
    assert (interview.turns[-1].purpose, interview.turns[-1].item) == (Purpose.INFORM, follow_up)
    interview = answer(interviewer, interview, "Then I would serve it from memory")
    assert session.latest_grade(interview, follow_up) is not None


@pytest.mark.parametrize(
    ("said", "purpose"),
    [
        ("How many payments are there a second?", Purpose.INQUIRE),
        ("OK. And how late do chargebacks come in?", Purpose.INQUIRE),
        ("Let me clarify the requirements first. How many cards are there?", Purpose.INQUIRE),
        ("I would rank the transactions by expected loss. Does that make sense?", Purpose.ANSWER),
        ("Is it about cards? Then I would begin with a rule for stolen ones.", Purpose.ANSWER),
    ],
)
def test_only_a_question_is_taken_for_a_question(
    design: Question, said: str, purpose: Purpose
) -> None:
    interviewer = host(design)
    interview = interviewer.hear(interviewer.start(settings()), said)
    assert interview.turns[-1].purpose is purpose


def test_a_strong_candidate_gets_the_second_follow_up_of_a_design_round(design: Question) -> None:
    interviewer = host(design)
    interview = answer(interviewer, interviewer.start(settings()), every_point(design))
    first = interview.turns[-1].item
    _, follow_up = session.question_of(interview, first or "")
    assert follow_up is not None
    marks = say(*(f"+{p.id}" for p in follow_up.points))
    interview = answer(interviewer, interview, marks)
    second = interview.turns[-1].item
    assert second not in (design.id, first, None)


def test_an_old_interview_that_cannot_be_read_keeps_nobody_from_a_new_one(
    dropout: Question,
) -> None:
    archive = MemoryArchive()
    interviewer = host(dropout, archive)
    old = interviewer.start(settings())
    del archive.kept[old.id][0]
    assert interviewer.start(settings(), vary=True).turns


def test_a_row_that_cannot_be_read_keeps_nobody_from_a_new_one(
    dropout: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object, **__: object) -> None:
        raise SessionError("interview one: its row is damaged")

    monkeypatch.setattr(MemoryArchive, "summaries", damaged)
    assert host(dropout).start(settings(), vary=True).turns


def test_only_what_was_asked_counts_as_asked_of_late(dropout: Question, design: Question) -> None:
    archive = MemoryArchive()
    interviewer = Interviewer(
        archive, Grader(KeywordJudge()), [dropout, design], lambda *_: [], ticking()
    )
    both = Settings(mode=Mode.EXAM, questions=2, seed=3)
    first = interviewer.end(interviewer.start(both))
    again = interviewer.start(both.model_copy(update={"questions": 1}))
    assert [q.id for q in again.plan] == [first.plan[1].id]


def test_time_is_kept(dropout: Question) -> None:
    interviewer = host(dropout, clock=ticking(seconds=100))
    interview = interviewer.start(settings(minutes=5))
    interview = answer(interviewer, interview, say("+random-zeroing"))
    assert interview.closed
    assert interview.turns[-1].purpose is Purpose.CLOSE


def test_no_question_takes_the_time_of_the_next(dropout: Question) -> None:
    other = dropout.model_copy(update={"id": "other"})
    interviewer = Interviewer(
        MemoryArchive(), Grader(KeywordJudge()), [dropout, other], lambda *_: [], ticking(60)
    )
    interview = interviewer.start(Settings(mode=Mode.EXAM, questions=2, minutes=10))
    interview = answer(interviewer, interview, say("+random-zeroing"))
    assert [t.purpose for t in interview.turns[-2:]] == [Purpose.ADVANCE, Purpose.ASK]
    report = build(interviewer.end(interview))
    assert report.notices == ()
    report = build(interviewer.end(interviewer.start(Settings(questions=2))))
    assert report.notices == ("1 of 2 questions were asked: you ended it.",)


def test_time_away_is_no_time_of_the_interview(dropout: Question) -> None:
    hours = ticking(seconds=7200)
    interviewer = host(dropout, clock=hours)
    interview = interviewer.start(settings(minutes=60))
    interview = answer(interviewer, interview, say("+random-zeroing"))
    assert interview.turns[-1].purpose is Purpose.PROBE


def test_what_is_cut_off_between_answer_and_grade_is_graded_once(dropout: Question) -> None:
    archive = MemoryArchive()
    interviewer = host(dropout, archive)
    interview = interviewer.hear(interviewer.start(settings()), say("+random-zeroing"))
    resumed = host(dropout, archive).resume(interview.id)
    assert len(resumed.grades) == 1
    assert resumed.turns[1].text == say("+random-zeroing")
    assert host(dropout, archive).resume(interview.id) == resumed


def test_a_second_window_cannot_answer_twice(dropout: Question) -> None:
    interviewer = host(dropout)
    interview = interviewer.start(settings())
    interviewer.hear(interview, "One answer in one window")
    with pytest.raises(SessionError, match="another window"):
        interviewer.hear(interview, "Another answer in another window")


def test_a_refused_answer_changes_nothing(dropout: Question) -> None:
    archive = MemoryArchive()
    interviewer = host(dropout, archive)
    interview = interviewer.start(settings())
    for text in ("", "x" * 200_000):
        with pytest.raises(AnswerRefused):
            interviewer.hear(interview, text)
    assert interviewer.load(interview.id) == interview


MARKS = st.sampled_from(
    [
        *(f"{mark}{p}" for mark in "+-?" for p in ("random-zeroing", "rescaling", "same-mask")),
        "+no-co-adaptation",
        "+off-at-inference",
        "!active-at-test",
    ]
)


@given(
    st.sampled_from(Mode),
    st.lists(st.one_of(st.lists(MARKS, min_size=1, max_size=3), st.just("skip")), max_size=12),
)
def test_any_interview_ends_and_its_events_replay_to_it(
    dropout: Question, mode: Mode, replies: list[list[str] | str]
) -> None:
    archive = MemoryArchive()
    interviewer = host(dropout, archive)
    interview = interviewer.start(settings(mode))
    for reply in [*replies, *["I don't know"] * 8]:
        if interview.closed:
            break
        interview = (
            interviewer.proceed(interviewer.skip(interview))
            if reply == "skip"
            else answer(interviewer, interview, reply if isinstance(reply, str) else say(*reply))
        )
    assert interview.closed
    assert interviewer.load(interview.id) == interview
    answered = [t for t in interview.turns if t.who is Who.CANDIDATE]
    assert len(interview.grades) == len(answered)
    _never_given_away(interview, dropout)


def _never_given_away(interview: Interview, question: Question) -> None:
    """Outside the coach's last two rungs no point's claim is said before it is covered."""
    telling = (Purpose.PROMPT, Purpose.TELL)
    for turn in interview.turns:
        if turn.who is Who.INTERVIEWER and turn.purpose not in telling:
            assert not any(p.claim in turn.text for p in question.points), transcript(interview)
            assert turn.text.count("?") <= 2
    assert all(
        v.status is not Status.MET or v.evidence for g in interview.grades for v in g.verdicts
    )
