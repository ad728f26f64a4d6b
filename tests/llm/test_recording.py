import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from interviewer.errors import FileError, ModelUnavailable, ReplyUnusable
from interviewer.llm import Message, Role, Usage
from interviewer.llm.fakes import QueuedModel
from interviewer.llm.recording import Recorded, Replayed, request_hash


class Finding(BaseModel):
    verdict: str


class Other(BaseModel):
    verdict: int


def ask(text: str) -> list[Message]:
    return [Message(Role.SYSTEM, "You judge."), Message(Role.USER, text)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def test_what_was_recorded_is_replayed_in_any_order(file: Path) -> None:
    model = QueuedModel({"verdict": "met"}, "Well.", ["Why", " so?"], name="m", usage=Usage(7, 3))
    recorded = Recorded(model, file)
    assert recorded.name == "m"
    recorded.decide(ask("a"), Finding)
    recorded.write(ask("b"))
    list(recorded.stream(ask("c")))
    replayed = Replayed(file)
    assert replayed.name == "m"
    assert list(replayed.stream(ask("c"))) == ["Why", " so?"]
    assert replayed.write(ask("b")).text == "Well."
    reply = replayed.decide(ask("a"), Finding)
    assert (reply.value, reply.usage) == (Finding(verdict="met"), Usage(7, 3))


def test_a_request_never_recorded_is_said_in_one_line(file: Path) -> None:
    Recorded(QueuedModel({"verdict": "met"}), file).decide(ask("a"), Finding)
    replayed = Replayed(file)
    for request in (
        lambda: replayed.decide(ask("b"), Finding),
        lambda: replayed.decide(ask("a"), Other),
        lambda: replayed.write(ask("a")),
    ):
        with pytest.raises(FileError, match="record again") as caught:
            request()
        assert "\n" not in str(caught.value)


def test_the_same_request_gets_its_replies_in_turn(file: Path) -> None:
    recorded = Recorded(QueuedModel("one", "two"), file)
    for _ in range(2):
        recorded.write(ask("a"))
    replayed = Replayed(file)
    assert [replayed.write(ask("a")).text for _ in range(3)] == ["one", "two", "two"]


def test_a_run_that_was_cut_off_is_replayed_as_the_next_one_went(file: Path) -> None:
    cut_off = Recorded(QueuedModel("done", "came to no grade"), file)
    for text in "ab":
        cut_off.write(ask(text))
    went_on = Recorded(QueuedModel("graded", "asked again"), file)
    for text in "bc":
        went_on.write(ask(text))
    replayed = Replayed(file)
    said = [replayed.write(ask(text)).text for text in "abcb"]
    assert said == ["done", "graded", "asked again", "graded"]


def test_a_file_whose_lines_name_no_run_is_replayed_in_turn(file: Path) -> None:
    for said in ("one", "two"):
        Recorded(QueuedModel(said), file).write(ask("a"))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps({**line, "run": ""}) + "\n" for line in lines))
    replayed = Replayed(file)
    assert [replayed.write(ask("a")).text for _ in range(2)] == ["one", "two"]


def test_failures_are_replayed_unless_made_good_later(file: Path) -> None:
    model = QueuedModel(ModelUnavailable("away"), ReplyUnusable("odd"), ModelUnavailable("off"))
    recorded = Recorded(model, file)
    for text, error in (("a", ModelUnavailable), ("b", ReplyUnusable), ("c", ModelUnavailable)):
        with pytest.raises(error):
            recorded.write(ask(text))
    Recorded(QueuedModel("back"), file).write(ask("a"))
    replayed = Replayed(file)
    assert replayed.write(ask("a")).text == "back"
    with pytest.raises(ReplyUnusable, match="odd"):
        replayed.write(ask("b"))
    with pytest.raises(ModelUnavailable, match="off"):
        replayed.write(ask("c"))


def test_random_delimiters_do_not_make_another_request() -> None:
    def fenced(delimiter: str, text: str) -> list[Message]:
        return ask(f"Up to {delimiter}:\n<{delimiter}>\n{text}\n</{delimiter}>")

    first = request_hash(fenced("data-0123456789ab", "It drops units."))
    assert request_hash(fenced("data-cafebabefeed", "It drops units.")) == first
    assert request_hash(fenced("data-cafebabefeed", "It adds units.")) != first
    assert request_hash(fenced("data-cafebabefeed", "It drops units."), Finding) != first


def test_a_stream_given_up_is_not_recorded(file: Path) -> None:
    stream = Recorded(QueuedModel(["a", "b"]), file).stream(ask("a"))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert file.read_text() == ""


def test_a_line_cut_by_a_crash_costs_that_line_only(file: Path) -> None:
    Recorded(QueuedModel("one\u2028two"), file).write(ask("a"))
    with file.open("a") as lines:
        lines.write('{"key":"abc","mod')
    Recorded(QueuedModel("three"), file).write(ask("b"))
    replayed = Replayed(file)
    assert replayed.write(ask("a")).text == "one\u2028two"
    assert replayed.write(ask("b")).text == "three"


def test_files_that_will_not_do_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="missing"):
        Replayed(tmp_path / "missing")
    with pytest.raises(FileError, match="nowhere"):
        Recorded(QueuedModel(), tmp_path / "nowhere" / "calls.jsonl")
    (tmp_path / "answers.jsonl").write_text('{"answer": "x"}\n')
    with pytest.raises(FileError, match=r"answers\.jsonl:1"):
        Replayed(tmp_path / "answers.jsonl")
