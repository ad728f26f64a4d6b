"""The conversation on the page beside other tabs and in trouble: nothing typed is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from interviewer.domain import Grade, Interview, Who
from interviewer.errors import StoreError
from interviewer.grading.grader import Grader
from interviewer.interview.interviewer import Interviewer
from interviewer.store import SqlStore, database_url
from interviewer.wiring import Services
from tests.banks import ONE_OF_EACH, home_with_bank
from tests.fakes import KeywordJudge
from tests.ui.hands import answer, click

APP = Path(__file__).resolve().parents[2] / "app.py"
FIRST = "A first answer that says a few words."
SECOND = "A second one, typed before the page knew better."


@pytest.fixture
def page(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """A page on which an interview of two questions has just begun."""
    import streamlit

    home_with_bank(home, ONE_OF_EACH[:2])
    monkeypatch.setattr(Services, "judge", KeywordJudge())
    streamlit.cache_resource.clear()
    yield started(AppTest.from_file(str(APP), default_timeout=60).run())
    streamlit.cache_resource.clear()


@pytest.fixture
def other(page: AppTest, home: Path) -> Iterator[Interviewer]:
    """Another tab, on the same interviews."""
    with SqlStore(database_url(None, home)) as store:
        yield Interviewer(
            store, Grader(KeywordJudge()), [], lambda *_: [], lambda: datetime.now(UTC)
        )


def started(page: AppTest) -> AppTest:
    page.radio(key="mode").set_value("exam")
    page.slider(key="questions").set_value(2)
    return click(page, "Start the interview")


def saved(page: AppTest, other: Interviewer) -> Interview:
    return other.load("".join(page.query_params["interview"]))


def heard(page: AppTest, other: Interviewer) -> list[str]:
    return [t.text for t in saved(page, other).turns if t.who is Who.CANDIDATE]


@pytest.mark.parametrize("graded", [False, True])
def test_an_answer_to_what_the_page_no_longer_showed_is_kept_to_be_sent_again(
    page: AppTest, other: Interviewer, graded: bool
) -> None:
    before = other.hear(saved(page, other), FIRST)
    if graded:
        other.proceed(before)
    answer(page, SECOND)
    assert heard(page, other) == [FIRST]
    assert page.text_area[0].value == SECOND
    assert "went on before this was sent" in page.error[0].value
    assert [m.name for m in page.chat_message] == ["assistant", "user", "assistant"]
    click(page, "Send again")
    assert heard(page, other) == [FIRST, SECOND]
    assert not page.text_area
    assert not page.error


def test_a_pass_on_what_the_page_no_longer_showed_is_ignored(
    page: AppTest, other: Interviewer
) -> None:
    other.proceed(other.hear(saved(page, other), FIRST))
    click(page, "Pass on this question")
    assert heard(page, other) == [FIRST]
    assert not page.error
    click(page, "Pass on this question")
    assert heard(page, other) == [FIRST, "(skipped)"]


def test_what_is_sent_before_the_interviewer_has_spoken_is_kept(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(*_: object) -> None:
        raise StoreError("no room left: make some")

    monkeypatch.setattr(Interviewer, "proceed", stuck)
    answer(page, FIRST)
    answer(page, SECOND)
    assert page.text_area[0].value == SECOND
    assert next(b for b in page.button if b.label.startswith("Pass")).disabled


def test_an_answer_that_cannot_be_stored_stays_in_a_box(
    page: AppTest, other: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("no room left: make some")

    with monkeypatch.context() as trouble:
        trouble.setattr(SqlStore, "append", full)
        answer(page, FIRST)
    assert "no room left" in page.error[0].value
    assert page.text_area[0].value == FIRST
    click(page, "Send again")
    assert heard(page, other) == [FIRST]


def test_a_draft_stays_with_its_question_and_its_interview(page: AppTest) -> None:
    answer(page, "x" * 9_000)
    assert page.text_area
    first = page.query_params["interview"]
    page.query_params.clear()
    started(page.run())
    assert page.query_params["interview"] != first
    assert not page.text_area
    page.query_params["interview"] = first
    assert page.run().text_area[0].value == "x" * 9_000
    click(page, "Pass on this question")
    assert not page.text_area


@pytest.fixture
def overtaken(page: AppTest, other: Interviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the page grades its next answer, the other tab grades it and goes on."""
    grade = Grader.grade

    def slow(self: Grader, *arguments: Any, **more: Any) -> Grade:
        monkeypatch.setattr(Grader, "grade", grade)
        other.proceed(saved(page, other))
        return grade(self, *arguments, **more)

    monkeypatch.setattr(Grader, "grade", slow)


def test_two_pages_that_grade_one_answer_both_go_on(page: AppTest, overtaken: None) -> None:
    answer(page, FIRST)
    assert not page.error
    assert [m.name for m in page.chat_message] == ["assistant", "user", "assistant"]


def test_the_end_may_come_while_an_answer_is_being_graded(
    page: AppTest, other: Interviewer, overtaken: None
) -> None:
    other.hear(saved(page, other), FIRST)
    click(page, "End and see the report")
    assert page.title[0].value == "Your report"


def test_what_is_sent_after_another_tab_ended_the_interview_is_shown_to_be_copied(
    page: AppTest, other: Interviewer
) -> None:
    other.end(saved(page, other))
    answer(page, FIRST)
    assert FIRST in [code.value for code in page.code]


def test_a_changed_draft_sent_while_nothing_can_be_read_is_shown_to_be_copied(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(page, "x" * 9_000)
    page.text_area[0].set_value(SECOND)

    def away(*_: object) -> None:
        raise StoreError("the database is away: start it")

    with monkeypatch.context() as trouble:
        trouble.setattr(SqlStore, "events", away)
        click(page, "Send again")
    assert SECOND in [code.value for code in page.code]


def test_an_interview_answered_to_its_end_leaves_nothing_to_be_copied(page: AppTest) -> None:
    while not page.metric:
        answer(page, "I don't know")
    assert not page.code
