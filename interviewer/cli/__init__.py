"""The command line: `interviewer COMMAND`. Errors are one line on standard error."""

import sys
from typing import Annotated

import typer

from interviewer import __version__
from interviewer.cli import bank, grade, practice, serve, sessions
from interviewer.cli.doctor import doctor
from interviewer.errors import InterviewerError

app = typer.Typer(
    help="A mock interviewer for machine-learning jobs whose score can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("app")(serve.serve)
app.command()(practice.practice)
app.command()(grade.grade)
app.add_typer(bank.app, name="bank")
app.add_typer(sessions.app, name="sessions")
app.command()(doctor)


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; exit 0 on success, 1 on an error, 2 on wrong usage."""
    try:
        app()
    except InterviewerError as error:
        typer.echo(f"interviewer: {error}", err=True)
        sys.exit(error.exit_status)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        typer.echo(f"interviewer: {error.strerror or error}{where}", err=True)
        sys.exit(1)
