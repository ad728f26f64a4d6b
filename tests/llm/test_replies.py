import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from interviewer.llm.replies import ThoughtFilter, objects, read, without_thought


class Finding(BaseModel):
    verdict: Literal["met", "missed"]
    weight: int = 1


@pytest.mark.parametrize(
    "text",
    [
        '{"verdict": "met"}',
        '```json\n{"verdict": "met"}\n```',
        'With \\frac{1}{2} and {x}, I find {"verdict": "met"}. All {done}.',
        '{"verdict": "met", "weight": 1,\n}',
        '{"verdict":\n "met"}\n{"verdict": "met"}',
        'A draft: {"verdict": "perhaps"}. Final: {"verdict": "met"}',
        '<think>I say {"verdict": "missed"}</think>\n{"verdict": "met"}',
    ],
)
def test_the_object_is_found(text: str) -> None:
    assert read(text, Finding).value == Finding(verdict="met")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Seven of ten.", "no complete JSON object"),
        ('{"verdict": "met"', "no complete JSON object"),
        ('{"verdict": "met", "weight": NaN}', "no complete JSON object"),
        ('["met"]', "no complete JSON object"),
        ('{"verdict": "superb"}', "verdict: Input should be 'met' or 'missed'"),
        ("{}", "verdict: Field required"),
        ('{"verdict": "met"} or {"verdict": "missed"}', "more than one"),
        ("{" * 100_000, "no complete JSON object"),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "no complete JSON object"),
    ],
)
def test_what_cannot_be_used_is_said_why(text: str, complaint: str) -> None:
    result = read(text, Finding)
    assert result.value is None
    assert complaint in result.complaint


def test_commas_and_braces_in_strings_stay() -> None:
    found = {"a": "x,}", "b": "{,]", "c": 'say "hi, }"', "d": ["\\", ", ]"]}
    loose = json.dumps(found)[:-1] + ", }"
    assert list(objects(f"So: {loose}")) == [found]


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()), max_size=5))
def test_any_object_survives_prose_and_fences(found: dict[str, object]) -> None:
    text = f"It is so.\n```json\n{json.dumps(found, ensure_ascii=False)}\n```\nIndeed."
    assert list(objects(text)) == [found]


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["Wh", "y?"], "Why?"),
        (["<think>", "hm", "</think>", "Why?"], "Why?"),
        (["<", "think>hm</thi", "nk>Why?"], "Why?"),
        (["<", "b> is a tag"], "<b> is a tag"),
        (["<think>never closed"], ""),
        (["Use <think>x</think> so"], "Use <think>x</think> so"),
        (["<th"], "<th"),
    ],
)
def test_a_thought_is_kept_out_of_a_stream(pieces: list[str], said: str) -> None:
    thought = ThoughtFilter()
    assert "".join([thought.feed(piece) for piece in pieces] + [thought.rest()]) == said


def test_a_thought_is_taken_off_a_text() -> None:
    assert without_thought("<think>a\nb</think>\nWhy?") == "Why?"
    assert without_thought("Why <think>?") == "Why <think>?"
