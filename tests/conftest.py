"""A tripwire on the network, and what many tests share."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from interviewer.bank import load_question
from interviewer.domain import Question

ROOT = Path(__file__).resolve().parent.parent
CONFIGURED_BY = (
    "DATABASE_URL",
    "CHROMA_URL",
    "INTERVIEWER_BANK",
    "INTERVIEWER_ENCODER",
    "INTERVIEWER_JUDGE",
    "INTERVIEWER_MODEL",
    "INTERVIEWER_TIMEOUT",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
)
_connect = socket.socket.connect

# No test may fail for being slow on a busy machine.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection beyond this machine raises: no test may depend on one or pay for one."""

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            local = host == "localhost" or (
                host.replace(".", "").replace(":", "").isalnum() and _is_loopback(host)
            )
            if not local:
                raise AssertionError(f"a test tried to reach {host}")
        _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _nothing_configured() -> Iterator[None]:
    """What the shell has set up, an endpoint that costs money above all, is not for tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name in CONFIGURED_BY:
            environment.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def dropout() -> Question:
    """A question of the shipped bank, with misconceptions and follow-ups."""
    return load_question(ROOT / "knowledge" / "deep-learning" / "dropout.yaml")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, and nothing else configured."""
    for name in CONFIGURED_BY:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
