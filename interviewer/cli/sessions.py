"""`interviewer sessions`: the interviews kept so far."""

from pathlib import Path
from typing import Annotated

import typer

from interviewer.cli.console import print_json, services, write_text
from interviewer.errors import ModelUnavailable, ReplyUnusable
from interviewer.report import Report, build, render
from interviewer.report.render import out_of_ten, to_markdown
from interviewer.wiring import Services

app = typer.Typer(help="Past and unfinished interviews.", no_args_is_help=True)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List the interviews, newest first."""
    with services() as parts:
        summaries = parts.store.summaries()
    if as_json:
        print_json([s.model_dump(mode="json") for s in summaries])
        return
    for s in summaries:
        kind = s.settings.kind or "mixed"
        state = "finished" if s.closed else f"{s.answered} of {s.questions} answered"
        typer.echo(
            f"{s.id}  {s.started:%Y-%m-%d %H:%M}  {kind:14} {out_of_ten(s.score):12} {state}"
        )
    typer.echo(f"{len(summaries)} interviews", err=True)


@app.command()
def show(interview_id: str) -> None:
    """Print an interview's report."""
    with services() as parts:
        typer.echo(to_markdown(_report(parts, interview_id)))


@app.command()
def export(
    interview_id: str,
    output: Annotated[Path, typer.Option(help="The file: .json, .md or .html.")],
) -> None:
    """Write an interview's report to a file."""
    with services() as parts:
        report = _report(parts, interview_id)
    write_text(output, render(report, output.name))
    typer.echo(f"written to {output}", err=True)


@app.command()
def regrade(interview_id: str) -> None:
    """Ask the language model for the grades it owes: a stand-in's, and missing ones."""
    with services() as parts:
        before = parts.interview(interview_id)
        after = parts.interviewer.regrade(before)
        score = build(after).score
    count = len(after.grades) - len(before.grades)
    typer.echo(f"{count} grades were asked for anew; the score is {out_of_ten(score)}", err=True)


@app.command()
def delete(interview_id: str) -> None:
    """Delete an interview for good."""
    with services() as parts:
        parts.store.delete(interview_id)
    typer.echo(f"interview {interview_id} is deleted", err=True)


def _report(parts: Services, interview_id: str) -> Report:
    """The report, in words too where a language model is there to write them."""
    interview = parts.interview(interview_id)
    try:
        interview = parts.debriefed(interview)
    except (ModelUnavailable, ReplyUnusable) as error:
        typer.echo(f"No debrief in words: {error}", err=True)
    return parts.report(interview)
