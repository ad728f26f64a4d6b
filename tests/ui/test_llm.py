"""The page with a language model behind a real endpoint: said, shown, away, back, set up."""

import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from interviewer.grading.grader import Grader
from interviewer.interview.interviewer import AWAY, BACK, Interviewer
from interviewer.llm.breaker import Breaker
from interviewer.llm.langchain_model import LangChainModel
from interviewer.report import Report
from interviewer.report.build import Debrief
from interviewer.report.debrief import Debriefer
from interviewer.store import SqlStore, database_url
from interviewer.wiring import Services
from tests.banks import ONE_OF_EACH, home_with_bank
from tests.conftest import CONFIGURED_BY
from tests.endpoint import KEY, NAME, Endpoint, refused_key
from tests.fakes import KeywordJudge
from tests.scripted import DEBRIEF, plays_along
from tests.ui.hands import answer, click

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(respond=plays_along) as endpoint:
        yield endpoint


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    import streamlit

    for name in CONFIGURED_BY:
        monkeypatch.delenv(name, raising=False)
    home = home_with_bank(tmp_path / "home", ONE_OF_EACH[:1])
    monkeypatch.setenv("INTERVIEWER_HOME", str(home))
    monkeypatch.setattr(Services, "judge", KeywordJudge())
    made: list[LangChainModel] = []
    make = Services._model

    def keep(self: Services) -> LangChainModel:
        made.append(make(self))
        return made[-1]

    monkeypatch.setattr(Services, "_model", keep)
    streamlit.cache_resource.clear()
    yield home
    streamlit.cache_resource.clear()
    for model in made:
        model.close()


@pytest.fixture
def configured(home: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the endpoint set up, whose model neither pauses nor waits to try again."""
    monkeypatch.setenv("INTERVIEWER_MODEL", NAME)
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    async def at_once(_seconds: float) -> None:
        return

    made = LangChainModel.__init__

    def impatient(self: LangChainModel, *args: object, **more: object) -> None:
        more |= {"breaker": Breaker(2, 0.0, time.monotonic), "sleep": at_once}
        made(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(LangChainModel, "__init__", impatient)
    return home


def open_page() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=300).run()


def start(page: AppTest) -> AppTest:
    page.radio(key="mode").set_value("coach")
    page.slider(key="questions").set_value(1)
    return click(page, "Start the interview")


def everything(page: AppTest) -> str:
    return "\n".join(str(element) for element in page.main) + str(page.session_state)


def test_an_interview_worded_and_judged_by_the_model(configured: Path, endpoint: Endpoint) -> None:
    page = start(open_page())
    answer(page, "It switches units off, which helps somehow or other.")
    assert "Judge: scripted" in [c.value for c in page.sidebar.caption]
    assert [m.name for m in page.chat_message] == ["assistant", "user", "assistant"]
    assert not page.info
    click(page, "End and see the report")
    shown = [m.value.replace("\\", "") for m in page.markdown]
    assert DEBRIEF in shown
    assert any("judge: scripted" in m and "structure 3" in m for m in shown)
    assert any("Language model" in c.value and "tokens" in c.value for c in page.caption)
    asked = len(endpoint.requests)
    page.run()
    assert len(endpoint.requests) == asked
    assert KEY not in everything(page)
    assert endpoint.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    for file in configured.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


def test_two_pages_that_have_one_report_debriefed_both_show_it(
    configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Debriefer.write

    def overtaken(self: Debriefer, report: Report) -> Debrief:
        with SqlStore(database_url(None, configured)) as store:
            other = Interviewer(
                store, Grader(KeywordJudge()), [], lambda *_: [], lambda: datetime.now(UTC)
            )
            other.add_debrief(other.load(report.id), DEBRIEF, "the other page")
        return write(self, report)

    page = start(open_page())
    answer(page, "It switches units off, which helps somehow or other.")
    monkeypatch.setattr(Debriefer, "write", overtaken)
    click(page, "End and see the report")
    assert not page.error
    assert "Written by the other page" in " ".join(c.value for c in page.caption)


def test_an_endpoint_stopped_in_mid_interview_and_back(
    configured: Path, endpoint: Endpoint
) -> None:
    page = start(open_page())
    endpoint.stop()
    answer(page, "Some first words about it that miss the point.")
    answer(page, "Some second words about it that miss the point.")
    notices = [i.value.replace("\\", "") for i in page.info]
    assert len(notices) == 1
    assert notices[0].startswith(AWAY)
    assert "Judge: keyword (standing in)" in [c.value for c in page.sidebar.caption]
    assert [m.name for m in page.chat_message] == ["assistant", *["user", "assistant"] * 2]
    endpoint.start()
    answer(page, "Some third words about it that miss the point.")
    assert "Judge: scripted" in [c.value for c in page.sidebar.caption]
    for which in ("fourth", "fifth", "sixth", "seventh"):
        if not page.title:
            answer(page, f"Some {which} words about it that miss the point.")
    assert page.title[0].value == "Your report"
    assert BACK in [c.value.replace("\\", "") for c in page.caption]


def test_a_model_is_set_up_tested_and_given_up_on_the_page(home: Path, endpoint: Endpoint) -> None:
    page = open_page()
    assert [e.label for e in page.expander] == ["Language model: none"]
    page.text_input(key="model-name").set_value(NAME)
    page.text_input(key="model-url").set_value(endpoint.url)
    page.text_input(key="model-key-0").set_value(KEY)
    click(page, "Use and test")
    assert "replied in" in page.success[0].value
    assert "json\\_schema" in page.success[0].value
    assert page.text_input(key="model-key-1").value == ""
    assert KEY not in everything(page)
    kept = home / "settings.toml"
    assert KEY in kept.read_text()
    assert "INTERVIEWER_BANK" in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert page.radio(key="judge").value == "llm"

    endpoint.then(refused_key())
    click(page, "Test it")
    assert "refuses the key" in page.error[0].value
    assert KEY not in everything(page)

    click(page, "Stop using it")
    assert KEY not in kept.read_text()
    assert [e.label for e in page.expander] == ["Language model: none"]


def test_a_key_can_be_used_without_being_kept(home: Path, endpoint: Endpoint) -> None:
    page = open_page()
    page.text_input(key="model-name").set_value(NAME)
    page.text_input(key="model-url").set_value(endpoint.url)
    page.text_input(key="model-key-0").set_value(KEY)
    page.checkbox(key="model-keep").uncheck()
    click(page, "Use and test")
    assert page.success
    assert KEY not in (home / "settings.toml").read_text()


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [(NAME, "nonsense", "OPENAI_BASE_URL"), (NAME, "", "an endpoint or a key")],
)
def test_settings_that_make_no_sense_are_one_line(
    home: Path, name: str, url: str, said: str
) -> None:
    page = open_page()
    page.text_input(key="model-name").set_value(name)
    page.text_input(key="model-url").set_value(url)
    click(page, "Use and test")
    assert said in page.error[0].value.replace("\\", "")
    assert [e.label for e in page.expander] == ["Language model: none"]
