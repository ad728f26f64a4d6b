"""`interviewer doctor`: what is configured, what works, and what to do about what does not."""

import sys
from collections.abc import Callable

import typer

from interviewer import __version__
from interviewer.cli.console import services
from interviewer.errors import InterviewerError
from interviewer.wiring import Services


def doctor() -> None:
    """Say what is configured, reachable and indexed; exit 1 if something does not work."""
    with services() as parts:
        typer.echo(f"interviewer {__version__} on Python {sys.version.split()[0]}")
        well = [_report(name, check, parts) for name, check in CHECKS.items()]
    if not all(well):
        raise typer.Exit(1)


def _report(name: str, check: Callable[[Services], str], parts: Services) -> bool:
    try:
        typer.echo(f"  ok    {name:10} {check(parts)}")
    except InterviewerError as error:
        typer.echo(f"  FAIL  {name:10} {error}")
        return False
    return True


def _home(parts: Services) -> str:
    parts.store.summaries(limit=1)
    return str(parts.configuration.home)


def _bank(parts: Services) -> str:
    return f"{len(parts.bank)} questions ({parts.configuration.bank})"


def _database(parts: Services) -> str:
    count = len(parts.store.summaries())
    return f"{'DATABASE_URL' if parts.configuration.database_url else 'SQLite'}, {count} interviews"


def _encoder(parts: Services) -> str:
    parts.encoder.encode(["a sentence"])
    return parts.encoder.name


def _judge(parts: Services) -> str:
    return f"{parts.judge.name}, version {parts.judge.version}; no key and no network needed"


def _model(parts: Services) -> str:
    chosen = parts.configuration
    if not chosen.has_model:
        return "none set up, none needed (INTERVIEWER_MODEL, OPENAI_BASE_URL, OPENAI_API_KEY)"
    trial = parts.try_model()
    key = "with a key" if chosen.api_key.get_secret_value() else "without a key"
    return f"{trial.model}, {key}: replied in {trial.seconds:.1f} s, objects by {trial.rung}"


def _index(parts: Services) -> str:
    return f"{parts.index.count()} entries {parts.index.place}"


CHECKS: dict[str, Callable[[Services], str]] = {
    "home": _home,
    "bank": _bank,
    "database": _database,
    "encoder": _encoder,
    "judge": _judge,
    "index": _index,
    "model": _model,
}
