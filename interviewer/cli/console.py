"""What the commands share: the terminal, progress bars, files read and written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from interviewer.errors import FileError
from interviewer.wiring import Services

if TYPE_CHECKING:
    from collections.abc import Callable


def print_json(value: object) -> None:
    """Write a value as JSON to standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def progress(what: str) -> Iterator["Callable[[int, int], None]"]:
    """A progress bar on standard error, from the first `report(done, total)` until all is done.

    Only so long: it draws whenever it likes. A later report begins another.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar: Progress | None = None

    def report(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = Progress(
                *columns,
                console=Console(stderr=True),
                redirect_stdout=False,
                redirect_stderr=False,
            )
            bar.start()
            bar.add_task(what, total=total)
        bar.update(bar.task_ids[0], completed=done, total=total)
        if done >= total:
            bar.stop()
            bar = None

    try:
        yield report
    finally:
        if bar is not None:
            bar.stop()


@contextmanager
def services() -> Iterator[Services]:
    """The program's parts, closed at the end; building the index shows its progress."""
    with progress("Indexing the question bank") as report:
        parts = Services.from_environment(report)
        try:
            yield parts
        finally:
            parts.close()


def read_text(path: Path) -> str:
    """A UTF-8 file's text, without the mark some editors begin it with. Raises `FileError`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror}): check the path") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: byte {error.start} is not UTF-8: save it as UTF-8") from error


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file. Raises `FileError`."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(
            f"{path}: cannot be written ({error.strerror}): choose another file"
        ) from error
