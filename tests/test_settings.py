import os
import traceback
from pathlib import Path

import pytest

from interviewer.errors import UsageError
from interviewer.settings import Configuration
from interviewer.wiring import Services


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


HUSH = "sk-hush-0123456789"


def configured(tmp_path: Path, **env: str) -> Configuration:
    return Configuration.read({"INTERVIEWER_HOME": str(tmp_path), **env})


@pytest.mark.parametrize(
    ("env", "has"),
    [
        ({}, False),
        ({"OPENAI_API_KEY": HUSH}, False),
        ({"INTERVIEWER_MODEL": "m"}, False),
        ({"INTERVIEWER_MODEL": "m", "OPENAI_API_KEY": HUSH}, True),
        ({"INTERVIEWER_MODEL": "m", "OPENAI_BASE_URL": "http://127.0.0.1:11434/v1"}, True),
    ],
)
def test_a_model_is_a_name_and_a_place(tmp_path: Path, env: dict[str, str], has: bool) -> None:
    assert configured(tmp_path, **env).has_model is has
    if has:
        assert configured(tmp_path, INTERVIEWER_JUDGE="llm", **env).judge == "llm"
    else:
        with pytest.raises(UsageError, match="INTERVIEWER_JUDGE: llm needs INTERVIEWER_MODEL"):
            configured(tmp_path, INTERVIEWER_JUDGE="llm", **env)


def test_the_endpoint_is_read_and_tidied(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        f'OPENAI_API_KEY = " {HUSH}\\n"\nOPENAI_BASE_URL = "https://h/v1/"\n'
        "INTERVIEWER_TIMEOUT = 20\n"
    )
    read = configured(tmp_path)
    assert read.api_key.get_secret_value() == HUSH
    assert (read.base_url, read.timeout) == ("https://h/v1", 20.0)
    assert configured(tmp_path, INTERVIEWER_TIMEOUT="90").timeout == 90.0
    assert Configuration.read({"INTERVIEWER_HOME": str(tmp_path / "new")}).timeout == 45.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_BASE_URL", "localhost:11434"),
        ("OPENAI_BASE_URL", "ftp://h/v1"),
        ("OPENAI_BASE_URL", "http://"),
        ("OPENAI_BASE_URL", "http://h:port/v1"),
        ("OPENAI_API_KEY", f"{HUSH} {HUSH}"),
        ("OPENAI_API_KEY", f"{HUSH}…"),
        ("INTERVIEWER_TIMEOUT", "soon"),
        ("INTERVIEWER_TIMEOUT", "0"),
        ("INTERVIEWER_TIMEOUT", "nan"),
    ],
)
def test_a_wrong_endpoint_names_the_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"^{name}: ") as caught:
        configured(tmp_path, **{name: value})
    assert HUSH not in "".join(traceback.format_exception(caught.value))


def test_the_key_is_not_shown(tmp_path: Path) -> None:
    read = configured(tmp_path, OPENAI_API_KEY=HUSH, OPENAI_BASE_URL="http://me:hush@h/v1")
    for text in (repr(read), str(read), read.model_dump_json(), str(read.model_dump())):
        assert HUSH not in text
    assert "hush" not in repr(read)


@pytest.mark.parametrize(("judge", "kept"), [("llm", False), ("embedded", True)])
def test_without_its_model_a_judge_does_not_keep_the_program_from_starting(
    home: Path, judge: str, kept: bool
) -> None:
    home.mkdir()
    (home / "settings.toml").write_text(
        f'INTERVIEWER_MODEL = "m"\nOPENAI_API_KEY = "{HUSH}"\nINTERVIEWER_JUDGE = "{judge}"\n'
    )
    Services(Configuration.read()).set_up_model("", "", "", remember=True)
    read = Configuration.read()
    assert not read.has_model
    assert read.judge == "embedded"
    assert ("INTERVIEWER_JUDGE" in (home / "settings.toml").read_text()) is kept
