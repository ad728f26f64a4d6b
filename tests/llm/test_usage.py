from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interviewer.errors import FileError
from interviewer.llm import Usage
from interviewer.llm.usage import Ledger, Price, Spent, booked_to, prices

TABLE = {"small": Price(input=0.15, output=0.60)}


def test_cost_is_tokens_by_price() -> None:
    assert TABLE["small"].of(Usage(2_000_000, 500_000)) == pytest.approx(0.60)
    assert TABLE["small"].of(Usage(100, None)) is None


def test_calls_are_booked_by_interview_and_purpose() -> None:
    ledger = Ledger(TABLE)
    with booked_to("i1", "judge"):
        ledger.book("small", Usage(1_000_000, 0), 1.5, 1)
        with booked_to("i1", "wording"):
            ledger.book("small", Usage(0, 1_000_000), 0.5, 2)
        ledger.book("small", Usage(1_000_000, 0), 1.0, 1)
    with booked_to("i2", "judge"):
        ledger.book("small", Usage(7, 7), 1.0, 1)
    ledger.book("small", Usage(7, 7), 1.0, 1)
    by = ledger.by_purpose("i1")
    assert (by["judge"].usage, by["judge"].requests) == (Usage(2_000_000, 0), 2)
    assert (by["judge"].seconds, by["judge"].calls) == (2.5, 2)
    assert by["judge"].cost == pytest.approx(0.30)
    assert by["wording"].cost == pytest.approx(0.60)
    assert ledger.total("i1").cost == pytest.approx(0.90)
    assert ledger.total().calls == 5
    assert ledger.total("i3") == Spent(cost=0.0)


def test_no_price_and_no_count_are_no_zero_cost() -> None:
    ledger = Ledger(TABLE)
    ledger.book("unknown", Usage(10, 10), 1.0, 1)
    assert ledger.total().cost is None
    assert ledger.total().usage == Usage(10, 10)
    ledger = Ledger(TABLE)
    ledger.book("small", Usage(), 1.0, 1)
    assert ledger.total().cost is None


def test_the_ledger_outlives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "home" / "usage.jsonl"
    with booked_to("i1", "judge"):
        Ledger(TABLE, file).book("small", Usage(10, 5), 1.0, 1)
    with file.open("a") as lines:
        lines.write('{"interview": "i1", "purp\n[]\n')
    again = Ledger(TABLE, file)
    assert again.total("i1").usage == Usage(10, 5)
    nowhere = Ledger(TABLE, file / "below" / "usage.jsonl")
    nowhere.book("small", Usage(1, 1), 1.0, 1)
    assert nowhere.total().calls == 1


def test_threads_book_all(tmp_path: Path) -> None:
    ledger = Ledger(TABLE, tmp_path / "usage.jsonl")

    def work(number: int) -> None:
        with booked_to(f"i{number % 4}", "judge"):
            ledger.book("small", Usage(1, 1), 0.0, 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(200)))
    assert [ledger.total(f"i{n}").calls for n in range(4)] == [50] * 4
    assert Ledger(TABLE, tmp_path / "usage.jsonl").total().calls == 200


def test_one_s_own_prices_win(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    assert prices(own) == prices()
    own.write_text('["gpt-4o"]\ninput = 1\noutput = 2\n["llama-3.1"]\ninput = 0\noutput = 0\n')
    table = prices(own)
    assert table["gpt-4o"] == Price(input=1, output=2)
    assert table["llama-3.1"].of(Usage(10, 10)) == 0.0
    assert table["gpt-4o-mini"] == prices()["gpt-4o-mini"]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[m]\ninput = 1\n", r"m\.output"),
        ("[m]\ninput = -1\noutput = 1\n", r"m\.input"),
        ("[m]\ninput = inf\noutput = 1\n", r"m\.input"),
        ("[m\n", "TOML"),
    ],
)
def test_a_wrong_price_table_is_named(tmp_path: Path, content: str, named: str) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(content)
    with pytest.raises(FileError, match=named):
        prices(own)
