"""The terminal that the commands share."""

import threading

import pytest

from interviewer.cli.console import progress


def test_a_finished_progress_bar_leaves_the_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    before = threading.enumerate()
    with progress("Indexing") as report:
        report(1, 2)
        print("beside the bar")  # noqa: T201
        report(2, 2)
        for drawing in set(threading.enumerate()) - set(before):
            drawing.join(10)
        assert threading.enumerate() == before
        done = capsys.readouterr()
        assert done.out == "beside the bar\n"
        assert "2/2" in done.err
        report(1, 3)
        assert "/3" in capsys.readouterr().err
