import os
from pathlib import Path

import pytest

from interviewer.errors import UsageError
from interviewer.settings import Configuration


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('CHROMA_URL = "http://a:1"\nINTERVIEWER_BANK = "/b"\n')
    read = Configuration.read({"INTERVIEWER_HOME": str(tmp_path), "CHROMA_URL": "http://c:2"})
    assert read.chroma_url == "http://c:2"
    assert read.banks == (Path("/b"),)


def test_the_shipped_bank_and_one_s_own_can_be_joined(tmp_path: Path) -> None:
    joined = os.pathsep.join(["shipped", "/mine"])
    env = {"INTERVIEWER_HOME": str(tmp_path), "INTERVIEWER_BANK": joined}
    assert Configuration.read(env).banks == (None, Path("/mine"))
    assert Configuration.read({"INTERVIEWER_HOME": str(tmp_path)}).banks == (None,)


@pytest.mark.parametrize(
    ("content", "named"),
    [("DATABASE_ULR = 'x'\n", "DATABASE_ULR"), ("CHROMA_URL = \n", "settings.toml")],
)
def test_a_wrong_file_is_named_with_the_key(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "settings.toml").write_text(content)
    with pytest.raises(UsageError, match=named):
        Configuration.read({"INTERVIEWER_HOME": str(tmp_path)})


def test_an_unknown_judge_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="INTERVIEWER_JUDGE"):
        Configuration.read({"INTERVIEWER_HOME": str(tmp_path), "INTERVIEWER_JUDGE": "oracle"})


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    env = {"INTERVIEWER_HOME": str(tmp_path), "DATABASE_URL": "postgresql://u:hush@h/d"}
    assert "hush" not in repr(Configuration.read(env))
