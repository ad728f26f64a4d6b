from datetime import UTC, datetime

import pytest

from interviewer.llm.failures import cleaned, of_status, pause, retry_after, shown

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Mon, 05 Jan 2026 09:00:20 GMT", 20.0),
        ("Mon, 05 Jan 2026 08:00:00 GMT", 0.0),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_pauses_double_and_spread() -> None:
    assert [pause(n, None, 0.0) for n in (1, 2, 3)] == [0.25, 0.5, 1.0]
    assert [pause(n, None, 1.0) for n in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert pause(20, None, 1.0) == 8.0
    assert pause(1, 4.0, 0.0) == 4.0
    assert 4.0 < pause(1, 4.0, 0.9) < 4.25


@pytest.mark.parametrize(
    ("status", "passing", "refused", "silent"),
    [
        (400, False, True, False),
        (401, False, False, True),
        (404, False, False, True),
        (413, False, False, False),
        (422, False, True, False),
        (408, True, False, True),
        (429, True, False, True),
        (500, True, False, True),
        (529, True, False, True),
    ],
)
def test_what_a_status_means(status: int, passing: bool, refused: bool, silent: bool) -> None:
    failure = of_status(status, {}, "why", "http://h", "m", NOW)
    assert (failure.passing, failure.refused, failure.silent) == (passing, refused, silent)


def test_no_credit_is_not_waited_for() -> None:
    assert not of_status(429, {}, "insufficient_quota", "http://h", "m", NOW).passing


def test_an_address_is_shown_without_what_may_be_secret() -> None:
    assert shown("http://me:hush@host:8000/v1/?key=hush") == "http://host:8000/v1"


def test_a_server_s_words_are_cut_and_cleaned() -> None:
    said = "bad\nkey: abcdef, sk-proj-12***89, or sk-ant-x1y2z3.\n" + "x" * 500
    line = cleaned(said, "abcdef")
    assert line.startswith("bad key: ***, ***, or ***")
    assert "\n" not in line
    assert len(line) < 170
