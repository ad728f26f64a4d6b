"""`interviewer practice`: an interview in the terminal, or from a file of answers."""

import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from interviewer.cli.console import read_text, services, write_text
from interviewer.domain import Interview, Kind, Level, Mode, Purpose, Role, Settings, Who
from interviewer.errors import (
    AnswerRefused,
    FileError,
    ModelUnavailable,
    ReplyUnusable,
    UsageError,
)
from interviewer.grading import guard
from interviewer.interview import session
from interviewer.interview.interviewer import Interviewer
from interviewer.report import FORMATS, Report, render
from interviewer.report.render import banded
from interviewer.wiring import JudgeName

SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)
SKIP, END = "/skip", "/end"
HELP = (
    "Finish an answer with an empty line, with two where code is asked for. "
    f"{SKIP} passes, {END} stops."
)


def practice(
    kind: Annotated[Kind | None, typer.Option(help="The kind of round; mixed without.")] = None,
    level: Annotated[Level | None, typer.Option(help="The seniority.")] = None,
    role: Annotated[Role | None, typer.Option(help="The job.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="In your own words; may be repeated.")
    ] = None,
    mode: Annotated[Mode, typer.Option(help="coach helps on the way, exam does not.")] = Mode.COACH,
    minutes: Annotated[int | None, typer.Option(min=5, max=240, help="Time limit.")] = None,
    questions: Annotated[int, typer.Option(min=1, max=20, help="How many questions.")] = 3,
    seed: Annotated[int | None, typer.Option(help="The same seed, the same questions.")] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            help="Answers in order, separated by lines of ---; /skip passes. As many as questions: "
            "one each, follow-ups are passed over; more: one a turn, what is left is passed."
        ),
    ] = None,
    judge: Annotated[
        JudgeName | None,
        typer.Option(help="Who decides; the language model where one is set up."),
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Continue the interview of this id.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write .json, .md or .html here.")] = None,
) -> None:
    """Practise in the terminal."""
    if report is not None and report.suffix.lower() not in FORMATS:
        raise UsageError(f"{report}: a report ends in {', '.join(FORMATS)}: choose one of these")
    if report is not None and not report.parent.is_dir():
        raise UsageError(f"{report}: there is no folder {report.parent}: make it first")
    given = _read_answers(answers) if answers is not None else None
    with services() as parts:
        if judge == "llm" and not parts.configuration.has_model:
            raise UsageError("--judge llm: no language model is set up: see `interviewer doctor`")
        settings = Settings(
            kind=kind,
            level=level,
            role=role,
            topics=tuple(topic or ()),
            mode=mode,
            minutes=minutes,
            questions=questions,
            seed=secrets.randbelow(2**31) if seed is None else seed,
            judge=judge or parts.default_judge,
        )
        host = parts.interviewer
        interview = host.resume(resume) if resume else host.start(settings, vary=seed is None)
        if len(interview.plan) < interview.settings.questions:
            typer.echo(f"No more than {len(interview.plan)} questions fit.", err=True)
        _show(interview, 0)
        if given is not None:
            interview = _from_file(host, interview, given)
        else:
            interview = _from_terminal(host, interview)
        try:
            interview = parts.debriefed(interview)
        except (ModelUnavailable, ReplyUnusable) as error:
            typer.echo(f"No debrief in words: {error}", err=True)
        result = parts.report(interview)
    _conclude(result, report)


def _conclude(result: Report, target: Path | None) -> None:
    """Print the scores, write the report. Raises `FileError`, naming how to have it elsewhere."""
    if result.debrief:
        typer.echo(f"\n{result.debrief.text}")
    typer.echo(f"\nScore: {banded(result.score, result.band)}")
    for q in result.questions:
        typer.echo(f"  {banded(q.score, q.band):28} {q.question}")
    if target is not None:
        try:
            write_text(target, render(result, target.name))
        except FileError as error:
            kept = f"interviewer sessions export {result.id} --output FILE"
            raise FileError(f"{error}; the interview is kept: {kept}") from error
        typer.echo(f"The report is in {target}", err=True)
    else:
        typer.echo(f"The report: interviewer sessions show {result.id}", err=True)


def _read_answers(path: Path) -> list[str | None]:
    """The answers of a file, None where one passes, checked before the interview begins.

    Raises `FileError`.
    """
    answers = [part.strip() for part in SEPARATOR.split(read_text(path))]
    if len(answers) > 1 and not answers[-1]:
        answers.pop()
    for number, answer in enumerate(answers, start=1):
        try:
            guard.accept(answer)
        except AnswerRefused as error:
            raise FileError(f"{path}: answer {number}: {error}") from error
    return [None if answer == SKIP else answer for answer in answers]


def _from_file(host: Interviewer, interview: Interview, answers: list[str | None]) -> Interview:
    """Answer from the list. A lone answer a question keeps follow-ups from eating the next one."""
    one_each = len(answers) == len(interview.plan)
    left = iter(answers)
    while not interview.closed:
        follow_up = interview.turns[-1].purpose is not Purpose.ASK
        answer = None if one_each and follow_up else next(left, None)
        interview = _reply(host, interview, answer)
    unused = len(list(left))
    if unused:
        typer.echo(f"The interview ended before the last {unused} of the answers.", err=True)
    return interview


def _from_terminal(host: Interviewer, interview: Interview) -> Interview:
    with suppress(ImportError):  # which Windows lacks; without it a terminal cuts lines at 4,095
        import readline  # noqa: F401
    typer.echo(f"\n{HELP}", err=True)
    while not interview.closed:
        item = session.current_item(interview)
        code = item is not None and session.question_of(interview, item)[0].kind is Kind.CODING
        try:
            text, command = _typed(empty_lines=2 if code else 1)
        except KeyboardInterrupt:
            typer.echo(f"\nTo go on: interviewer practice --resume {interview.id}", err=True)
            raise
        try:
            if command == SKIP:
                interview = _reply(host, interview, None)
            elif not command:
                interview = _reply(host, interview, text)
            elif text:
                interview = host.hear(interview, text)
        except AnswerRefused as error:
            typer.echo(f"interviewer: {error}", err=True)
        if command == END:
            interview = host.end(interview)
    return interview


def _typed(empty_lines: int) -> tuple[str, str]:
    """What is typed up to so many empty lines, or up to a command, and that command.

    Where nothing is typed yet one will do. The end of input is an `END`. Raises `FileError` where
    the input is no text.
    """
    lines: list[str] = []
    empty = 0
    while True:
        try:
            line = input("> ")
        except EOFError:
            line = END
        except UnicodeDecodeError as error:
            raise FileError(
                f"standard input: it holds a byte that is not {error.encoding}: save it as that"
            ) from error
        command = line.strip() if line.strip() in (SKIP, END) else ""
        empty = 0 if line.strip() else empty + 1
        if command or empty >= (empty_lines if lines else 1):
            return "\n".join(lines).strip(), command
        lines.append(line)


def _reply(host: Interviewer, interview: Interview, answer: str | None) -> Interview:
    seen = len(interview.turns)
    heard = host.skip(interview) if answer is None else host.hear(interview, answer)
    interview = host.proceed(heard)
    _show(interview, seen)
    return interview


def _show(interview: Interview, seen: int) -> None:
    """Print what the interviewer said since."""
    for turn in interview.turns[seen:]:
        if turn.who is Who.INTERVIEWER:
            if turn.notice:
                typer.echo(f"\n{turn.notice}", err=True)
            number = ""
            if turn.purpose is Purpose.ASK:
                asked = [t for t in interview.turns[: turn.index + 1] if t.purpose is Purpose.ASK]
                number = f"[{len(asked)}] "
            typer.echo(f"\n{number}{turn.text}")
            if turn.purpose is Purpose.ASK and turn.item:
                question, _ = session.question_of(interview, turn.item)
                if question.coding:
                    typer.echo(f"\n{question.coding.starter}")
