"""`interviewer grade` in this process, with a quick judge: going on, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interviewer.cli import app
from interviewer.errors import FileError
from interviewer.wiring import Services
from tests.cli.test_commands import record, write
from tests.fakes import KeywordJudge

Grade = Callable[[Path, Path], str]


@pytest.fixture
def grade(home: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    monkeypatch.setattr(Services, "judge", KeywordJudge())

    def run(source: Path, output: Path) -> str:
        done = CliRunner().invoke(app, ["grade", str(source), "--output", str(output)])
        if done.exception:
            raise done.exception
        return done.stderr

    return run


def test_it_goes_on_whatever_the_lines_hold_and_wherever_the_last_was_cut(
    grade: Grade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("one\u2028line", "two\u0085lines", "zwölf")
    source = write(tmp_path / "in.jsonl", [record(name, "Words +p1 .") for name in names])
    out = tmp_path / "out.jsonl"
    grade(source, out)
    whole = out.read_bytes()

    def crash(*_: object, **__: object) -> None:
        raise OSError("what was graded before is written anew")

    monkeypatch.setattr(Path, "write_text", crash)
    out.write_bytes(whole[: whole.index("ö".encode()) + 1])
    assert "2 of 3 were graded before" in grade(source, out)
    assert out.read_bytes() == whole


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ({"id": " "}, "line 2: points.0.id: "),
        ({"text": "\t"}, "line 2: points.0.text: "),
        ({"weight": float("inf")}, "line 2: points.0.weight: "),
        ({"id": "p2"}, "line 2: points: the id 'p2' stands twice: mend it"),
    ],
)
def test_a_point_that_cannot_be_graded_is_named_by_line_and_key(
    grade: Grade, tmp_path: Path, point: dict[str, object], said: str
) -> None:
    broken = record("b", "x")
    first, second = broken["points"]  # type: ignore[misc]
    broken["points"] = [{**first, **point}, second]  # type: ignore[has-type]
    source = write(tmp_path / "in.jsonl", [record("a", "x"), broken])
    with pytest.raises(FileError, match=said):
        grade(source, tmp_path / "out.jsonl")


@pytest.mark.parametrize("key", ["id", "question"])
def test_a_record_of_blanks_is_named_by_line_and_key(
    grade: Grade, tmp_path: Path, key: str
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({**record("a", "x"), key: "  "}))
    with pytest.raises(FileError, match=f"line 1: {key}: "):
        grade(source, tmp_path / "out.jsonl")
