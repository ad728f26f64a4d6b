import pytest
from pydantic import BaseModel

from interviewer.errors import ModelUnavailable, ReplyUnusable
from interviewer.llm import LanguageModel, Message, Role
from interviewer.llm.fakes import Exhausted, QueuedModel

ASKED = [Message(Role.USER, "Why?")]


class Finding(BaseModel):
    verdict: str


def test_it_says_what_it_was_given_and_keeps_what_it_was_asked() -> None:
    model = QueuedModel("So.", ["a", "b"], Finding(verdict="met"), lambda m: m[0].text)
    seam: LanguageModel = model
    assert seam.write(ASKED).text == "So."
    assert list(seam.stream(ASKED)) == ["a", "b"]
    assert seam.decide(ASKED, Finding).value == Finding(verdict="met")
    assert seam.write(ASKED).text == "Why?"
    assert [request.schema for request in model.requests] == [None, None, Finding, None]
    assert model.left == 0


def test_it_raises_what_it_was_given() -> None:
    model = QueuedModel(ModelUnavailable("away"), {"grade": 9})
    with pytest.raises(ModelUnavailable, match="away"):
        model.write(ASKED)
    with pytest.raises(ReplyUnusable):
        model.decide(ASKED, Finding)


def test_it_fails_loudly_when_exhausted() -> None:
    with pytest.raises(Exhausted, match=r"request 1: 'Why\?'"):
        QueuedModel().write(ASKED)
    with pytest.raises(Exhausted, match="words were asked for"):
        QueuedModel({"verdict": "met"}).write(ASKED)
