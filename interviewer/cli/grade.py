"""`interviewer grade`: grade a file of answers against the points they come with."""

import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from interviewer.cli.console import progress, read_text, services
from interviewer.domain import Criterion, Grade, Grading, Purpose, Text, Turn, Who
from interviewer.errors import AnswerRefused, FileError, UsageError
from interviewer.grading import guard
from interviewer.grading.grader import Grader
from interviewer.grading.rubric import Rubric

Line = dict[str, object]


class _Point(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: Text
    text: Text
    weight: float = Field(default=1, gt=0, allow_inf_nan=False)


class Record(BaseModel):
    """One answer to grade, as a line of the input file; other keys are ignored."""

    model_config = ConfigDict(frozen=True)

    id: Text
    question: Text
    points: tuple[_Point, ...] = Field(min_length=1)
    answer: str

    @field_validator("points")
    @classmethod
    def _distinct(cls, points: tuple[_Point, ...]) -> tuple[_Point, ...]:
        for point, times in Counter(p.id for p in points).items():
            if times > 1:
                raise ValueError(f"the id {point!r} stands twice")
        return points


def grade(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="One record a line.")],
    output: Annotated[Path, typer.Option(help="Where the grades go, one a line.")],
    judge: Annotated[
        Literal["embedded", "llm"] | None,
        typer.Option(help="Who decides; by default INTERVIEWER_JUDGE, else the embedded judge."),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="How many answers at once.")] = 1,
    record: Annotated[
        Path | None, typer.Option(help="Add every request to the model and its reply to a file.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Grade from such a file, without the model.")
    ] = None,
) -> None:
    """Grade answers in bulk. Interrupted, it goes on where it was when called again."""
    records = list(_read(source))
    with services() as parts:
        chosen = judge or ("llm" if record or replay else parts.configuration.judge)
        if record and replay:
            raise UsageError("--record and --replay exclude each other: give one of them")
        if chosen == "embedded" and (record or replay):
            raise UsageError("--record and --replay are for the language model: use --judge llm")
        grader = parts.llm_grader(record, replay) if chosen == "llm" else parts.grader
        version = grader.judge_version
        done = _already_graded(output, records, version)
        if done:
            typer.echo(f"{done} of {len(records)} were graded before; going on", err=True)
        count: Counter[object] = Counter()
        lines = in_order(
            lambda one: grade_record(grader, one, version), records[done:], concurrency
        )
        with progress("Grading") as report:
            for number, line in enumerate(_written(output, lines), start=done + 1):
                count[line["status"]] += 1
                report(number, len(records))
    if stood_in := count[Grading.STAND_IN]:
        typer.echo(f"{stood_in} answers were graded by the stand-in: see their note", err=True)
    if refused := count[Grading.NOT_GRADED]:
        typer.echo(f"{refused} answers got no score: see their note", err=True)


def in_order(
    work: Callable[[Record], Line], records: Iterable[Record], concurrency: int
) -> Iterator[Line]:
    """What `work` makes of each record, in their order, so many at once.

    Only a few are begun ahead of the one waited for, so that little is lost on an interruption.
    """
    if concurrency == 1:
        yield from map(work, records)
        return
    begun: deque[Future[Line]] = deque()
    with ThreadPoolExecutor(concurrency) as pool:
        try:
            for record in records:
                begun.append(pool.submit(work, record))
                if len(begun) >= 2 * concurrency:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _written(output: Path, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, each once it stands in the file."""
    try:
        with output.open("a", encoding="utf-8") as out:
            for line in lines:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                out.flush()
                yield line
    except OSError as error:
        raise FileError(
            f"{output}: cannot be written ({error.strerror}): make room or choose another "
            "file; what it holds already is kept"
        ) from error


def grade_record(grader: Grader, record: Record, version: str = "") -> Line:
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


def _line(record_id: str, grade: Grade | None, note: str, version: str) -> Line:
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
            reason = first["msg"].removeprefix("Value error, ")
            raise FileError(f"{path}, line {number}: {key}: {reason}: mend it") from error
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
    try:
        held = output.read_bytes()
    except OSError as error:
        raise FileError(f"{output}: cannot be read ({error.strerror}): check the path") from error
    # In bytes up to here: the cut may have gone through a character.
    whole = held[: held.rfind(b"\n") + 1]
    try:
        lines = whole.decode().split("\n")[:-1]
        found = [(line["id"], line.get("version")) for line in map(json.loads, lines)]
    except (ValueError, KeyError, TypeError, AttributeError):
        found = [(None, None)]
    wanted = [(record.id, version) for record in records[: len(found)]]
    if found != wanted:
        raise FileError(
            f"{output}: holds other grades than these (other answers, or another version of the "
            "judge): remove it or choose another file"
        )
    if whole != held:
        os.truncate(output, len(whole))
    return len(found)
