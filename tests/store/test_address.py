"""Which addresses are taken, and what is said, never with a secret, of the others."""

import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from interviewer.errors import StoreError
from interviewer.store import SqlStore, database_url
from interviewer.store.address import parse
from interviewer.store.complaints import complaint
from tests.store.samples import started


@pytest.mark.parametrize("given", [None, "", "  "])
def test_without_an_address_it_is_a_file_in_the_home_folder(given: str | None) -> None:
    assert database_url(given, Path("/home/ada/.i")) == "sqlite:////home/ada/.i/interviews.db"


@pytest.mark.parametrize("folder", ["a b", "was?", "100%", "ä#1", "x@y:z"])
def test_any_folder_will_do_and_is_made(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder / "deep"
    with SqlStore(database_url(None, home)) as store:
        store.create("one", started())
    assert (home / "interviews.db").is_file()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_gets_its_driver_and_keeps_the_rest(scheme: str) -> None:
    rest = "://ada:p%40ss%2Fw@db.example:5433/talks?sslmode=require"
    assert database_url(scheme + rest, Path()) == "postgresql+psycopg" + rest


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("mysql://ada:s3cret@host/db", "begins with mysql://"),
        ("postgresql+asyncpg://ada:s3cret@host/db", "begins with postgresql+asyncpg://"),
        ("postgresql://ada:s3cret", "cannot be read as an address"),
        ("postgresql://ada:half@s3cret@host/db", "write an @ in the password as %40"),
        ("ada:s3cret@host/db", "cannot be read as an address"),
        ("s3cret", "cannot be read as an address"),
        ("/var/interviews.db", "cannot be read as an address"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://interviews.db", "names no file"),
        ("sqlite:////x.db?mode=ro", "takes no options"),
    ],
)
def test_another_address_is_refused_without_its_secret(given: str, complaint: str) -> None:
    with pytest.raises(StoreError) as refused:
        database_url(given, Path())
    assert complaint in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("secret", [":s3cret@127.0.0.1:1/db", "@127.0.0.1:1/db?password=s3cret"])
def test_a_server_that_is_not_there(secret: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match=r"on 127\.0\.0\.1:1, database db.*cannot be reached") as e:
        SqlStore(f"postgresql://ada{secret}")
    assert "s3cret" not in str(e.value)


@pytest.mark.parametrize("secret", [":s3cret@host/db", "@host/db?password=s3cret"])
def test_a_secret_that_the_driver_repeats_is_masked(secret: str) -> None:
    error = OperationalError(None, None, Exception("no such option: s3cret\nHINT: s3cret"))
    line = complaint(error, parse(f"postgresql://ada{secret}"))
    assert "no such option: ***: start it" in line
    assert "s3cret" not in line


def test_a_missing_driver_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'interviewer\[postgres\]'"):
        SqlStore("postgresql://ada@host/db")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"file.*cannot be made.*INTERVIEWER_HOME"):
        SqlStore(database_url(None, tmp_path / "file" / "home"))


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "interviews.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened: check that its folder"):
        SqlStore(database_url(None, tmp_path))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "interviews.db").write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match="is not a database: move the file away"):
        SqlStore(database_url(None, tmp_path))
    assert (tmp_path / "interviews.db").read_text().startswith("Dear diary")
