"""An interview in the terminal: what is typed, line by line, and what comes of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interviewer.cli import app
from interviewer.domain import Interview, Purpose, Question, Settings, Who
from interviewer.errors import FileError
from interviewer.grading.grader import Grader
from interviewer.interview.interviewer import Interviewer
from interviewer.wiring import Services
from tests.banks import KNOWLEDGE
from tests.fakes import KeywordJudge, MemoryArchive, ticking

Practise = Callable[..., str]


@pytest.fixture
def archive() -> MemoryArchive:
    return MemoryArchive()


@pytest.fixture
def host(archive: MemoryArchive, dropout: Question) -> Interviewer:
    from interviewer.bank import load_question

    forest = load_question(KNOWLEDGE / "algorithms" / "random-forest.yaml")
    grader = Grader(KeywordJudge())
    return Interviewer(archive, grader, [dropout, forest], lambda *_: [], ticking())


@pytest.fixture
def practise(home: object, host: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Practise:
    """Runs the command in this process with all that is typed; gives what it printed."""
    monkeypatch.setattr(Services, "interviewer", host)
    monkeypatch.setattr(Services, "study_next", lambda *_: [])

    def run(typed: str | bytes, *arguments: str) -> str:
        done = CliRunner().invoke(app, ["practice", "--mode", "exam", *arguments], input=typed)
        if done.exception:
            raise done.exception
        return done.output

    return run


def heard(archive: MemoryArchive, host: Interviewer) -> list[tuple[Purpose, str]]:
    """What the candidate said in the one interview there is."""
    (interview_id,) = archive.kept
    turns = host.load(interview_id).turns
    return [(t.purpose, t.text) for t in turns if t.who is Who.CANDIDATE]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("I am not sure\n/skip\n/end\n", [(Purpose.SKIP, "(skipped)")]),
        ("Some words\nof mine\n/end\n", [(Purpose.ANSWER, "Some words\nof mine")]),
        ("Some words\nof mine\n", [(Purpose.ANSWER, "Some words\nof mine")]),
        ("Some words\n\n/end\n", [(Purpose.ANSWER, "Some words")]),
        ("x" * 9_000 + "\n/end\n", []),
        ("/end\n", []),
        ("", []),
    ],
)
def test_a_command_is_no_part_of_the_answer_before_it(
    practise: Practise,
    archive: MemoryArchive,
    host: Interviewer,
    typed: str,
    said: list[tuple[Purpose, str]],
) -> None:
    assert "Score:" in practise(typed)
    assert heard(archive, host) == said


@pytest.fixture
def coding(archive: MemoryArchive) -> Interviewer:
    from interviewer.bank import load_question

    task = next(q for p in (KNOWLEDGE / "coding").iterdir() if (q := load_question(p)).coding)
    return Interviewer(archive, Grader(KeywordJudge()), [task], lambda *_: [], ticking())


def test_code_is_shown_and_may_hold_an_empty_line(
    practise: Practise,
    archive: MemoryArchive,
    coding: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Services, "interviewer", coding)
    shown = practise("def f():\n    return 1\n\ndef g():\n    return 2\n\n\n/end\n")
    assert heard(archive, coding) == [
        (Purpose.ANSWER, "def f():\n    return 1\n\ndef g():\n    return 2")
    ]
    (interview_id,) = archive.kept
    (question,) = coding.load(interview_id).plan
    assert question.coding is not None
    assert question.coding.starter in shown


@pytest.mark.usefixtures("practise")
def test_who_interrupts_is_told_how_to_go_on(
    archive: MemoryArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    done = CliRunner().invoke(app, ["practice"])
    assert done.exit_code == 130
    (interview_id,) = archive.kept
    assert f"interviewer practice --resume {interview_id}" in done.output


def test_a_resumed_interview_numbers_its_questions_as_they_were_asked(
    practise: Practise, host: Interviewer
) -> None:
    interview: Interview = host.start(Settings(questions=2))
    while len([t for t in interview.turns if t.purpose is Purpose.ASK]) < 2:
        interview = host.proceed(host.skip(interview))
    shown = practise("/end\n", "--resume", interview.id)
    first, second = interview.plan
    assert f"[1] {first.question}" in shown
    assert f"[2] {second.question}" in shown


def test_a_file_of_answers_is_read_as_it_was_meant(
    practise: Practise, archive: MemoryArchive, host: Interviewer, tmp_path: Path
) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("\ufeffOne.\n---\n/skip\n", encoding="utf-8")
    practise("", "--questions", "2", "--answers", str(path))
    (interview_id,) = archive.kept
    turns = host.load(interview_id).turns
    replies = [turns[t.index + 1] for t in turns if t.purpose is Purpose.ASK]
    assert [t.text for t in replies] == ["One.", "(skipped)"]


def test_answers_left_over_are_told_of(practise: Practise, tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("\n---\n".join(["I don't know."] * 30))
    assert "before the last 26 of the answers" in practise("", "--answers", str(path))


def test_input_that_is_no_text_is_one_line(practise: Practise) -> None:
    with pytest.raises(FileError, match=r"standard input: .* not utf-8"):
        practise(b"caf\xe9\n\n")
