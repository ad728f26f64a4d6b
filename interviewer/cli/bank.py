"""`interviewer bank`: list, show, check and search the questions."""

from pathlib import Path
from typing import Annotated

import typer

from interviewer.cli.console import print_json, progress, services
from interviewer.domain import Kind, Level, Question, Role
from interviewer.errors import BankError
from interviewer.wiring import Services, check_meaning

app = typer.Typer(help="The question bank.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list")
def list_(
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.")] = None,
    level: Annotated[Level | None, typer.Option(help="Only this level.")] = None,
    role: Annotated[Role | None, typer.Option(help="Only for this job.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="Only this area; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the questions."""
    with services() as parts:
        questions = parts.bank.select(kind, level, role, area or ())
    if as_json:
        print_json([_line(q) for q in questions])
        return
    for q in questions:
        typer.echo(f"{q.id:34} {q.kind:14} {q.level:7} {q.question}")
    typer.echo(f"{len(questions)} questions", err=True)


@app.command()
def show(question_id: str, as_json: AsJson = False) -> None:
    """Show one question with its points, misconceptions and follow-ups."""
    with services() as parts:
        question = parts.bank.get(question_id)
    if as_json:
        print_json(question.model_dump(mode="json"))
        return
    typer.echo(f"{question.id} · {question.kind} · {question.area} · {question.level}\n")
    typer.echo(f"{question.question}\n")
    for p in question.points:
        typer.echo(f"  [{p.weight}] {p.claim}")
    for m in question.misconceptions:
        typer.echo(f"  ✗ {m.claim}\n    {m.correction}")
    for f in question.follow_ups:
        typer.echo(f"\n{f.purpose}: {f.question}")
        for p in f.points:
            typer.echo(f"  [{p.weight}] {p.claim}")
    typer.echo(f"\n{question.model_answer}\n\nSources: {'; '.join(question.sources)}")


@app.command()
def check(
    bank: Annotated[
        Path | None, typer.Option(help="A folder of question files, instead of the bank in use.")
    ] = None,
    meaning: Annotated[
        bool,
        typer.Option("--meaning", help="Also by meaning: points said twice, questions not found."),
    ] = False,
) -> None:
    """Check that the questions keep the rules of knowledge/README.md."""
    from interviewer.bank import load_bank
    from interviewer.bank.check import check_bank, read_syllabus

    folders = [bank] if bank else Services.from_environment().bank_folders
    unusable: list[BankError] = []
    with progress("Reading the question bank") as report:
        loaded = load_bank(folders, report, unusable.append)
    syllabus = next((s for f in folders if (s := f / "syllabus.tsv").exists()), None)
    covered = read_syllabus(syllabus) if syllabus else None
    complaints: list[object] = [*unusable, *check_bank(loaded, covered)]
    if meaning and len(loaded):
        with progress("Indexing") as report:
            complaints += check_meaning(loaded, report)
    for complaint in complaints:
        typer.echo(str(complaint), err=True)
    points = sum(len(q.points) + sum(len(f.points) for f in q.follow_ups) for q in loaded)
    where = ", ".join(map(str, folders))
    typer.echo(f"{len(loaded)} questions, {points} points, {len(complaints)} complaints: {where}")
    if complaints:
        raise typer.Exit(1)


@app.command()
def keep(interview_id: str, question_id: str) -> None:
    """Keep a question that a model drafted in a bank of your own; it stays marked until edited."""
    with services() as parts:
        path = parts.keep_question(parts.interview(interview_id), question_id)
    typer.echo(f"kept in {path}: read it, mend it, then remove its line `drafted`", err=True)


@app.command()
def search(
    text: str,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many hits.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Find questions and points by meaning."""
    with services() as parts:
        hits = parts.index.search(text, limit)
    if as_json:
        print_json(
            [
                {
                    "question_id": h.question_id,
                    "point_id": h.part_id if h.part == "point" else None,
                    "text": h.text,
                    "score": round(h.score, 4),
                }
                for h in hits
            ]
        )
        return
    for h in hits:
        typer.echo(f"{h.score:5.2f}  {h.question_id}  {h.text}")


def _line(question: Question) -> dict[str, object]:
    keys = {"id", "claim", "weight", "probe", "hint"}
    return {
        "id": question.id,
        "covers": list(question.covers),
        "kind": question.kind.value,
        "area": question.area,
        "level": question.level.value,
        "question": question.question,
        "points": [p.model_dump(mode="json", include=keys) for p in question.points],
        "misconceptions": len(question.misconceptions),
        "follow_ups": len(question.follow_ups),
    }
