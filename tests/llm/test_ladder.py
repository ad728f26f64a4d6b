from pathlib import Path

from pydantic import BaseModel

from interviewer.llm import Message, Role
from interviewer.llm.ladder import Rung, RungMemory, downward, in_words, mending


class Finding(BaseModel):
    verdict: str


def test_one_climbs_down_from_what_is_known() -> None:
    assert downward(None) == [Rung.SCHEMA, Rung.TOOL, Rung.WORDS]
    assert downward(Rung.TOOL) == [Rung.TOOL, Rung.WORDS]


def test_the_schema_in_words_goes_into_the_system_message() -> None:
    user = Message(Role.USER, "Judge {this}.")
    [alone, same] = in_words([user], Finding)
    assert (alone.role, same) == (Role.SYSTEM, user)
    assert '"verdict"' in alone.text
    [joined, _] = in_words([Message(Role.SYSTEM, "You judge."), user], Finding)
    assert joined.text == f"You judge.\n\n{alone.text}"


def test_a_repair_quotes_what_was_wrong() -> None:
    asked = [Message(Role.USER, "Judge.")]
    mended = mending(asked, "x" * 20_000, "verdict: Field required")
    assert [m.role for m in mended] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert "verdict: Field required" in mended[-1].text
    assert len(mended[1].text) < 10_000


def test_the_memory_is_by_endpoint_and_model(tmp_path: Path) -> None:
    memory = RungMemory(tmp_path / "rungs.json")
    memory.keep("http://a", "m", Rung.TOOL)
    memory.keep("http://b", "m", Rung.WORDS)
    again = RungMemory(tmp_path / "rungs.json")
    assert again.known("http://a", "m") is Rung.TOOL
    assert again.known("http://b", "m") is Rung.WORDS
    assert again.known("http://a", "other") is None
    again.keep("http://a", "m", Rung.WORDS)
    assert RungMemory(tmp_path / "rungs.json").known("http://a", "m") is Rung.WORDS


def test_a_damaged_or_locked_memory_is_done_without(tmp_path: Path) -> None:
    file = tmp_path / "rungs.json"
    for content in ("{", "[1]", '{"http://a m": "magic"}', '"x"'):
        file.write_text(content)
        assert RungMemory(file).known("http://a", "m") is None
    nowhere = RungMemory(file / "below-a-file" / "rungs.json")
    nowhere.keep("http://a", "m", Rung.TOOL)
    assert nowhere.known("http://a", "m") is Rung.TOOL
