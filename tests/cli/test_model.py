"""Commands with a language model behind a real endpoint; the key stays out of everything."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interviewer.cli import app
from interviewer.domain import Settings
from interviewer.errors import BankError, ModelUnavailable, UsageError
from interviewer.settings import Configuration, keep
from interviewer.wiring import Services
from tests.banks import ONE_OF_EACH, home_with_bank
from tests.endpoint import KEY, NAME, Endpoint
from tests.fakes import KeywordJudge
from tests.scripted import DEBRIEF, plays_along


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(respond=plays_along) as endpoint:
        yield endpoint


@pytest.fixture
def small(home: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Services, "judge", KeywordJudge())
    monkeypatch.setenv("INTERVIEWER_MODEL", NAME)
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("INTERVIEWER_JUDGE", raising=False)
    return home_with_bank(home, ONE_OF_EACH[:1])


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert KEY not in done.output
    if done.exception:
        assert KEY not in str(done.exception)
        raise done.exception
    return done.output


def test_an_interview_is_judged_debriefed_and_regraded(
    small: Path, endpoint: Endpoint, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("Some words of an answer that miss all the points.\n")
    report = tmp_path / "report.json"
    said = run("practice", "--answers", str(answers), "--questions", "1", "--report", str(report))
    assert DEBRIEF in said
    text = report.read_text()
    assert '"judge": "scripted"' in text
    assert '"calls":' in text
    with closing(Services.from_environment()) as parts:
        interview_id = parts.store.summaries()[0].id
    assert "0 grades were asked for anew" in run("sessions", "regrade", interview_id)

    monkey = small / "usage.jsonl"
    assert interview_id in monkey.read_text()
    for file in [*small.rglob("*"), report]:
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


def test_what_a_stand_in_graded_is_asked_for_again(
    small: Path, endpoint: Endpoint, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("Some words of an answer that miss all the points.\n")
    endpoint.stop()
    said = run("practice", "--answers", str(answers), "--questions", "1")
    assert "The language model is away" in said
    assert "No debrief in words" in said
    with closing(Services.from_environment()) as parts:
        interview_id = parts.store.summaries()[0].id
    with pytest.raises(ModelUnavailable, match="stay as they are"):
        run("sessions", "regrade", interview_id)
    endpoint.start()
    assert "2 grades were asked for anew" in run("sessions", "regrade", interview_id)
    shown = run("sessions", "show", interview_id)
    assert "judge: scripted" in shown
    assert DEBRIEF.split(".", maxsplit=1)[0] in shown


def test_a_topic_beyond_the_bank_is_drafted_marked_and_kept(small: Path, tmp_path: Path) -> None:
    answers, report = tmp_path / "answers.txt", tmp_path / "report.json"
    answers.write_text("Some words of an answer that miss all the points.\n")
    run("practice", "--topic", "speculative decoding", "--questions", "1", "--answers",
        str(answers), "--report", str(report))  # fmt: skip
    question = json.loads(report.read_text())["questions"][0]
    assert question["drafted"] == "scripted"
    assert question["question_id"].startswith("drafted-speculative-decoding-")
    interview_id = json.loads(report.read_text())["id"]
    assert "kept in" in run("bank", "keep", interview_id, question["question_id"])
    assert question["question_id"] in run("bank", "list")
    with pytest.raises(BankError, match="kept already"):
        run("bank", "keep", interview_id, question["question_id"])
    with pytest.raises(UsageError, match="no drafted question"):
        run("bank", "keep", interview_id, "dropout")


def test_a_topic_the_bank_holds_is_not_drafted(small: Path, endpoint: Endpoint) -> None:
    with closing(Services.from_environment()) as parts:
        chosen = parts.interviewer.create(Settings(topics=("dropout",), questions=1))
    assert [q.id for q in chosen.plan] == ["dropout"]
    assert not endpoint.requests


def test_doctor_calls_the_model(small: Path, endpoint: Endpoint) -> None:
    said = run("doctor")
    assert "scripted, with a key: replied in" in said
    assert "objects by json_schema" in said
    endpoint.stop()
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "FAIL  model" in done.output
    assert KEY not in done.output


def test_a_judge_that_is_not_set_up_is_refused(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INTERVIEWER_MODEL")
    with pytest.raises(UsageError, match="no language model is set up"):
        run("practice", "--judge", "llm")


def test_settings_are_kept_for_the_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\nINTERVIEWER_BANK = "shipped"\nOPENAI_API_KEY = "old"\n')
    keep(
        tmp_path, {"OPENAI_API_KEY": KEY, "INTERVIEWER_MODEL": 'a "b" \\ c', "OPENAI_BASE_URL": ""}
    )
    read = Configuration.read({"INTERVIEWER_HOME": str(tmp_path)})
    assert read.api_key.get_secret_value() == KEY
    assert read.model == 'a "b" \\ c'
    assert "# mine" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert KEY not in repr(read)
    keep(tmp_path, {"OPENAI_API_KEY": ""})
    assert KEY not in file.read_text()
    with pytest.raises(UsageError) as error:
        read.with_model("m", "nonsense", KEY + " x")
    assert KEY not in str(error.value)
