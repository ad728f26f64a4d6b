"""Grades that a stand-in gave are asked for again; what is kept of the old ones."""

import pytest

from interviewer.domain import Grading, Interview, Mode, Question, Settings, Status
from interviewer.errors import ModelUnavailable, UsageError
from interviewer.grading.grader import Grader
from interviewer.grading.judge import Answer, Judgement
from interviewer.grading.rubric import Rubric
from interviewer.interview import session
from interviewer.interview.interviewer import AWAY, Interviewer, overall
from tests.fakes import KeywordJudge, MemoryArchive, say, ticking


class Flaky(KeywordJudge):
    """A judge behind an endpoint that can be switched off; it is stricter than others."""

    name = "big-model"

    def __init__(self) -> None:
        self.away = False

    def judge(self, rubric: Rubric, answer: Answer) -> Judgement:
        if self.away:
            raise ModelUnavailable("http://localhost cannot be reached: start it")
        judgement = super().judge(rubric, answer)
        named = tuple(
            v.model_copy(
                update={
                    "judge": self.name,
                    "status": Status.UNCLEAR if v.status is Status.MET else v.status,
                }
            )
            for v in judgement.verdicts
        )
        return Judgement(named, judgement.misconceptions)


def host(dropout: Question, judge: Flaky | None, archive: MemoryArchive) -> Interviewer:
    own = KeywordJudge()
    return Interviewer(
        archive, Grader(own), [dropout], lambda *_: [], ticking(),
        llm_grader=Grader(judge, stand_in=own) if judge else None,
    )  # fmt: skip


@pytest.fixture
def judge() -> Flaky:
    return Flaky()


@pytest.fixture
def archive() -> MemoryArchive:
    return MemoryArchive()


@pytest.fixture
def stood_in(dropout: Question, judge: Flaky, archive: MemoryArchive) -> Interview:
    """An interview that began while the model was away."""
    interviewer = host(dropout, judge, archive)
    interview = interviewer.start(Settings(mode=Mode.EXAM, questions=1, judge="llm"))
    judge.away = True
    interview = interviewer.proceed(interviewer.hear(interview, say("+random-zeroing")))
    interview = interviewer.proceed(interviewer.hear(interview, say("+no-co-adaptation")))
    return interviewer.end(interview)


def test_a_stand_in_is_marked_and_said_once(stood_in: Interview) -> None:
    assert [g.status for g in stood_in.grades] == [Grading.STAND_IN, Grading.STAND_IN]
    assert {g.judge for g in stood_in.grades} == {"keyword"}
    notices = [t.notice for t in stood_in.turns if t.notice]
    assert len(notices) == 1
    assert notices[0].startswith(AWAY)


def test_regrading_asks_for_what_is_owed_and_keeps_the_old(
    dropout: Question, judge: Flaky, archive: MemoryArchive, stood_in: Interview
) -> None:
    before = session.latest_grade(stood_in, "dropout")
    judge.away = False
    interviewer = host(dropout, judge, archive)
    regraded = interviewer.regrade(interviewer.load(stood_in.id))
    after = session.latest_grade(regraded, "dropout")
    assert before is not None
    assert after is not None
    assert (after.status, after.judge, after.turn) == (Grading.GRADED, "big-model", before.turn)
    assert after.score is not None
    assert before.score is not None
    assert after.score == before.score / 2
    assert after.unaided == session.grade_at(regraded, "dropout", 1).unaided  # type: ignore[union-attr]
    assert after.unaided != before.unaided
    assert regraded.grades[:2] == stood_in.grades
    assert archive.lines[stood_in.id].score == overall(regraded) == after.score
    assert interviewer.regrade(regraded) == regraded
    assert interviewer.load(stood_in.id) == regraded


def test_a_model_still_away_changes_nothing(
    dropout: Question, judge: Flaky, archive: MemoryArchive, stood_in: Interview
) -> None:
    interviewer = host(dropout, judge, archive)
    with pytest.raises(ModelUnavailable, match="stay as they are"):
        interviewer.regrade(stood_in)
    assert interviewer.load(stood_in.id) == stood_in
    with pytest.raises(UsageError, match="no language model"):
        host(dropout, None, archive).regrade(stood_in)


def test_a_regraded_first_answer_tells_what_was_made_unaided(
    dropout: Question, judge: Flaky, archive: MemoryArchive
) -> None:
    interviewer = host(dropout, judge, archive)
    interview = interviewer.start(Settings(mode=Mode.EXAM, questions=1, judge="llm"))
    judge.away = True
    interview = interviewer.proceed(interviewer.hear(interview, say("+random-zeroing")))
    judge.away = False
    interview = interviewer.proceed(interviewer.hear(interview, say("+no-co-adaptation")))
    regraded = interviewer.regrade(interview)
    first = session.grade_at(regraded, "dropout", 1)
    latest = session.latest_grade(regraded, "dropout")
    assert first is not None
    assert latest is not None
    assert (latest.judge, latest.turn) == ("big-model", 3)
    assert latest.unaided == first.unaided == first.score
    assert interviewer.regrade(regraded) == regraded
    again = interviewer.proceed(interviewer.hear(regraded, "Quite unrelated words this time"))
    assert not again.closed


def test_an_answer_in_another_language_is_owed_nothing(
    dropout: Question, judge: Flaky, archive: MemoryArchive
) -> None:
    interviewer = host(dropout, judge, archive)
    interview = interviewer.start(Settings(mode=Mode.EXAM, questions=1, judge="llm"))
    german = "Die Varianz sinkt, weil man über viele Bäume mittelt und die Fehler sich ausgleichen."
    interview = interviewer.proceed(interviewer.hear(interview, german))
    assert interview.grades[-1].status is Grading.NOT_GRADED
    assert interviewer.regrade(interview) == interview


def test_what_the_model_graded_is_not_asked_for_again(
    dropout: Question, judge: Flaky, archive: MemoryArchive
) -> None:
    interviewer = host(dropout, judge, archive)
    interview = interviewer.start(Settings(mode=Mode.EXAM, questions=1, judge="llm"))
    interview = interviewer.proceed(interviewer.hear(interview, say("+random-zeroing")))
    judge.away = True
    assert interviewer.regrade(interview) == interview


def test_without_a_model_the_embedded_judge_grades(
    dropout: Question, archive: MemoryArchive
) -> None:
    interviewer = host(dropout, None, archive)
    interview = interviewer.start(Settings(mode=Mode.EXAM, questions=1, judge="llm"))
    interview = interviewer.proceed(interviewer.hear(interview, say("+random-zeroing")))
    assert interview.grades[0].judge == "keyword"
