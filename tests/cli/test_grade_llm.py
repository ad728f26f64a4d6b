"""`interviewer grade --judge llm`: several at once, recorded, replayed, resumed, stood in."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interviewer.cli import app
from interviewer.cli.grade import Line, Record, in_order
from interviewer.wiring import Services
from tests import endpoint as e
from tests.cli.test_commands import record, write
from tests.endpoint import KEY, NAME, Endpoint, Request
from tests.fakes import KeywordJudge

SAID = "Averaging over many different trees calms the wobble of each one +p1 ."
"""Of the same opinion as the witness, which reads the mark."""
Grade = Callable[..., Result]


def says_met(request: Request) -> dict[str, Any]:
    """p1 is met by the whole answer, whatever it is; p2 is missed."""
    _heard, (_, quote) = re.findall(r"<(data-\w+)>\n(.*?)\n</\1>", request.text, re.DOTALL)
    p1 = {"id": "p1", "need": "-", "v": "met", "q": quote, "why": "-", "c": 0.9}
    return {"a": [], "p": [p1, {**p1, "id": "p2", "v": "missed", "q": ""}], "m": [], "com": []}


@pytest.fixture
def grade(home: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """Runs the command in this process, with a quick judge as witness and stand-in."""
    monkeypatch.setattr(Services, "judge", KeywordJudge())

    def run(*arguments: object, endpoint: Endpoint | None = None) -> Result:
        if endpoint:
            monkeypatch.setenv("INTERVIEWER_MODEL", NAME)
            monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
            monkeypatch.setenv("OPENAI_API_KEY", KEY)
        result = CliRunner().invoke(app, ["grade", *map(str, arguments)])
        assert KEY not in result.output
        return result

    for name in ("INTERVIEWER_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY", "INTERVIEWER_JUDGE"):
        monkeypatch.delenv(name, raising=False)
    return run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    records = [record(f"r{i}", f"{SAID} This is remark number {i}.") for i in range(8)]
    return write(tmp_path / "in.jsonl", records)


def read(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_several_at_once_come_out_in_order_and_are_recorded(
    grade: Grade, source: Path, tmp_path: Path
) -> None:
    out, kept = tmp_path / "out.jsonl", tmp_path / "kept.jsonl"
    with Endpoint(respond=says_met) as endpoint:
        done = grade(source, "--output", out, "--judge", "llm", "--concurrency", 4,
                     "--record", kept, endpoint=endpoint)  # fmt: skip
        assert done.exit_code == 0, done.output
        assert len(endpoint.requests) == 8
    lines = read(out)
    assert [line["id"] for line in lines] == [f"r{i}" for i in range(8)]
    assert {(line["status"], line["judge"]) for line in lines} == {("graded", NAME)}
    assert all(line["score"] == pytest.approx(3 / 5) for line in lines)
    assert all("number 3" not in str(line) for line in lines if line["id"] != "r3")
    assert len(read(kept)) == 8
    assert KEY not in kept.read_text() + out.read_text()


def test_a_recording_grades_again_without_a_network_to_the_same_lines(
    grade: Grade, source: Path, tmp_path: Path
) -> None:
    out, kept, again = (tmp_path / n for n in ("out.jsonl", "kept.jsonl", "again.jsonl"))
    with Endpoint(respond=says_met) as endpoint:
        grade(source, "--output", out, "--record", kept, "--concurrency", 3, endpoint=endpoint)
    done = grade(source, "--output", again, "--replay", kept, "--concurrency", 2)
    assert done.exit_code == 0, done.output
    assert again.read_text() == out.read_text()
    assert len(read(again)) == 8


def test_it_goes_on_where_it_was(grade: Grade, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with Endpoint(respond=says_met) as endpoint:
        grade(source, "--output", out, "--judge", "llm", endpoint=endpoint)
        whole = out.read_text()
        lines = whole.splitlines(keepends=True)
        out.write_text("".join(lines[:5]) + lines[5][:20])
        asked = len(endpoint.requests)
        done = grade(source, "--output", out, "--judge", "llm", "--concurrency", 2)
        assert done.exit_code == 0, done.output
        assert len(endpoint.requests) == asked + 3
    assert out.read_text() == whole


def test_where_the_model_fails_the_stand_in_grades_and_the_line_says_so(
    grade: Grade, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"

    def refuses_one(request: Request) -> Any:
        return e.refusal() if "number 2" in request.text else says_met(request)

    with Endpoint(respond=refuses_one) as endpoint:
        done = grade(source, "--output", out, "--judge", "llm", endpoint=endpoint)
    assert done.exit_code == 0, done.output
    assert "1 answers were graded by the stand-in" in done.stderr
    third = read(out)[2]
    assert (third["status"], third["judge"]) == ("stand-in", "keyword")
    assert NAME in third["note"]
    assert [line["status"] for line in read(out)].count("graded") == 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--judge", "llm"), "no language model is set up"),
        (("--judge", "embedded", "--record", "x"), "--judge llm"),
        (("--replay", "x", "--record", "y"), "exclude each other"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    grade: Grade, source: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "out.jsonl"
    done = grade(source, "--output", out, *arguments)
    assert said in str(done.exception)
    assert not out.exists()


def test_only_a_few_are_begun_ahead_and_a_fault_ends_it() -> None:
    begun: list[str] = []

    def work(one: Record) -> Line:
        begun.append(one.id)
        if one.id == "r2":
            raise ValueError(one.id)
        return {"id": one.id}

    records = [Record.model_validate(record(f"r{i}", "words")) for i in range(100)]
    lines = in_order(work, records, 2)
    assert [next(lines), next(lines)] == [{"id": "r0"}, {"id": "r1"}]
    with pytest.raises(ValueError, match="r2"):
        next(lines)
    assert len(begun) <= 8
