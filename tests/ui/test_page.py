"""The page with Streamlit's own test harness: views, errors, what is shown of untrusted text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from interviewer.errors import StoreError
from interviewer.store import SqlStore
from interviewer.ui.text import plain, quoted
from tests.banks import ONE_OF_EACH, home_with_bank
from tests.conftest import CONFIGURED_BY

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    import streamlit

    for name in CONFIGURED_BY:
        monkeypatch.delenv(name, raising=False)
    home = home_with_bank(tmp_path / "home", ONE_OF_EACH[:3])
    monkeypatch.setenv("INTERVIEWER_HOME", str(home))
    streamlit.cache_resource.clear()
    yield AppTest.from_file(str(APP), default_timeout=60).run()
    streamlit.cache_resource.clear()


def start(page: AppTest, mode: str = "coach") -> AppTest:
    page.radio(key="mode").set_value(mode)
    page.slider(key="questions").set_value(1)
    page.button[0].click().run()
    assert not page.exception
    return page


def test_setup_starts_an_interview_whose_id_is_in_the_address(page: AppTest) -> None:
    assert page.title[0].value == "Practise a machine-learning interview"
    start(page)
    assert page.query_params["interview"]
    assert len(page.chat_message) == 1
    assert "Question 1 of 1" in page.sidebar.subheader[0].value


def test_an_answer_is_shown_as_typed_and_followed_up(page: AppTest) -> None:
    start(page)
    typed = "<img src=x onerror=alert(1)> ![x](http://evil.example/x.png) **bold** claims"
    page.chat_input(key="answer").set_value(typed).run()
    assert not page.exception
    assert page.chat_message[1].text[0].value == typed
    assert len(page.chat_message) >= 3


def test_a_reload_shows_the_same_conversation(page: AppTest) -> None:
    start(page)
    page.chat_input(key="answer").set_value("An answer that is kept for good.").run()
    before = [str(m.children[0]) for m in page.chat_message]
    again = AppTest.from_file(str(APP), default_timeout=60)
    again.query_params["interview"] = page.query_params["interview"]
    again.run()
    assert [str(m.children[0]) for m in again.chat_message] == before


def test_a_refused_answer_stays_in_a_box(page: AppTest) -> None:
    start(page)
    page.chat_input(key="answer").set_value("x" * 200_000).run()
    assert "200,000 characters" in page.error[0].value
    assert page.text_area[0].value == "x" * 200_000


def test_ending_early_shows_the_report(page: AppTest) -> None:
    start(page, "exam")
    page.chat_input(key="answer").set_value("Averages of many things vary less.").run()
    next(b for b in page.button if b.label.startswith("End")).click().run()
    assert not page.exception
    assert page.title[0].value == "Your report"
    assert "of 10" in page.metric[0].value


def test_an_unknown_interview_is_one_line_with_a_way_out(page: AppTest) -> None:
    page.query_params["interview"] = "nonsense"
    page.run()
    assert "no interview 'nonsense'" in page.error[0].value
    page.button[0].click().run()
    assert page.title[0].value == "Practise a machine-learning interview"


def test_an_address_brings_no_markup_onto_the_page(page: AppTest) -> None:
    page.query_params["interview"] = "![x](https://evil.example/a.png)"
    page.run()
    assert "![x]" not in page.error[0].value
    assert "![x](https://evil.example/a.png)" in page.error[0].value.replace("\\", "")


def test_an_answer_sent_while_nothing_can_be_read_is_shown_to_be_copied(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StoreError("the database is away: start it")

    start(page)
    monkeypatch.setattr(SqlStore, "events", gone)
    page.chat_input(key="answer").set_value("An answer of *some* length.").run()
    assert "away" in page.error[0].value
    assert page.code[0].value == "An answer of *some* length."


@given(st.text(max_size=200))
def test_no_text_brings_markup_of_its_own(text: str) -> None:
    for shown in (plain(text), quoted(text)):
        bare = shown.replace("\\\\", "")
        for special in ("<", "[", "`", "*", "!", "="):
            unescaped = bare.replace(f"\\{special}", "")
            inside_formula = "$" in bare
            assert special not in unescaped or inside_formula


def test_formulae_stay_formulae() -> None:
    assert plain("the loss $-\\log p_i$ of * x") == "the loss $-\\log p_i$ of \\* x"
    assert plain("it costs $5 and $6") == "it costs \\$5 and \\$6"
