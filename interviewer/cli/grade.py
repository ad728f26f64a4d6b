"""`interviewer grade`: grade a file of answers against the points they come with."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interviewer.cli.console import progress, read_text, services
from interviewer.domain import Criterion, Grade, Grading, Purpose, Turn, Who
from interviewer.errors import AnswerRefused, FileError
from interviewer.grading import guard
from interviewer.grading.grader import Grader
from interviewer.grading.rubric import Rubric


class _Point(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    weight: float = Field(default=1, gt=0)


class Record(BaseModel):
    """One answer to grade, as a line of the input file; other keys are ignored."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    points: tuple[_Point, ...] = Field(min_length=1)
    answer: str


def grade(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="One record a line.")],
    output: Annotated[Path, typer.Option(help="Where the grades go, one a line.")],
    judge: Annotated[Literal["embedded"], typer.Option(help="Who decides.")] = "embedded",
) -> None:
    """Grade answers in bulk. Interrupted, it goes on where it was when called again."""
    del judge
    records = list(_read(source))
    with services() as parts:
        grader, version = parts.grader, parts.judge.version
        done = _already_graded(output, records, version)
        if done:
            typer.echo(f"{done} of {len(records)} were graded before; going on", err=True)
        refused = 0
        try:
            with output.open("a", encoding="utf-8") as out, progress("Grading") as report:
                for number, record in enumerate(records[done:], start=done + 1):
                    line = grade_record(grader, record, version)
                    refused += line["status"] == Grading.NOT_GRADED
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")
                    out.flush()
                    report(number, len(records))
        except OSError as error:
            raise FileError(
                f"{output}: cannot be written ({error.strerror}): make room or choose another "
                "file; what it holds already is kept"
            ) from error
    if refused:
        typer.echo(f"{refused} answers got no score: see their note", err=True)


def grade_record(grader: Grader, record: Record, version: str = "") -> dict[str, object]:
    """The output line of one record. Never raises for what the answer holds."""
    rubric = Rubric(
        record.id,
        record.question,
        tuple(Criterion(id=p.id, claim=p.text, weight=p.weight) for p in record.points),
    )
    now = datetime.now(UTC)
    text = guard.clean(record.answer)
    if len(text) > guard.MAX_CHARACTERS:
        try:
            guard.accept(text)
        except AnswerRefused as error:
            return _line(record.id, None, str(error), version)
    turns = [
        Turn(
            index=0,
            who=Who.INTERVIEWER,
            purpose=Purpose.ASK,
            text=record.question,
            item=record.id,
            at=now,
        )
    ]
    if text:
        turns.append(
            Turn(
                index=1,
                who=Who.CANDIDATE,
                purpose=Purpose.ANSWER,
                text=text,
                item=record.id,
                at=now,
            )
        )
    return _line(record.id, grader.grade(rubric, turns, at=now), "", version)


def _line(record_id: str, grade: Grade | None, note: str, version: str) -> dict[str, object]:
    return {
        "id": record_id,
        "status": str(grade.status if grade else Grading.NOT_GRADED),
        "judge": grade.judge if grade else "",
        "score": grade.score if grade else None,
        "verdicts": {
            v.point: {
                "verdict": str(v.status),
                "evidence": v.evidence.quote if v.evidence else "",
                "confidence": round(v.confidence, 4),
            }
            for v in (grade.verdicts if grade else ())
        },
        "note": grade.note if grade else note,
        "version": version,
    }


def _read(path: Path) -> Iterator[Record]:
    """The records of the input. Raises `FileError` naming line and key, and at an id twice."""
    seen: set[str] = set()
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = Record.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"]) or "the line"
            raise FileError(f"{path}, line {number}: {key}: {first['msg']}: mend it") from error
        if record.id in seen:
            raise FileError(f"{path}, line {number}: the id {record.id!r} stands twice: rename one")
        seen.add(record.id)
        yield record


def _already_graded(output: Path, records: Sequence[Record], version: str) -> int:
    """How many records the output holds already, in order; a half-written last line is cut off.

    Raises `FileError` if it holds anything else.
    """
    if not output.is_file():
        return 0
    text = read_text(output)
    whole = text[: text.rfind("\n") + 1]
    lines = whole.splitlines()
    try:
        found = [(line["id"], line.get("version")) for line in map(json.loads, lines)]
    except (ValueError, KeyError, TypeError, AttributeError):
        found = [(None, None)]
    wanted = [(record.id, version) for record in records[: len(found)]]
    if found != wanted:
        raise FileError(
            f"{output}: holds other grades than these (other answers, or another version of the "
            "judge): remove it or choose another file"
        )
    if whole != text:
        output.write_text(whole, encoding="utf-8")
    return len(found)
