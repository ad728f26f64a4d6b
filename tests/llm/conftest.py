"""What the tests of the language-model room share."""

from collections.abc import Iterator

import pytest

from interviewer.llm import Message, Role
from tests.endpoint import Endpoint

ASKED = [Message(Role.SYSTEM, "You judge."), Message(Role.USER, "What is dropout?")]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


class Pauses:
    """Stands in for sleep: keeps how long it should have been, and goes on at once."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()
