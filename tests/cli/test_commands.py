"""The commands as a shell runs them: output, files, exit status, one line an error."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.banks import KNOWLEDGE, ONE_OF_EACH, home_with_bank

DROPOUT = KNOWLEDGE / "deep-learning" / "dropout.yaml"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small bank, shared by this module's tests: the index is built once."""
    return home_with_bank(tmp_path_factory.mktemp("home"), ONE_OF_EACH)


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_URL")}
    return subprocess.run(
        [sys.executable, "-m", "interviewer", *arguments],
        env={**kept, "INTERVIEWER_HOME": str(home)},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def complaint(done: subprocess.CompletedProcess[str], status: int = 1) -> str:
    """The one line that a failed command says."""
    assert done.returncode == status, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("interviewer: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def record(id_: str, answer: str) -> dict[str, object]:
    points = [
        {"id": "p1", "text": "Averaging decorrelated trees lowers the variance.", "weight": 3},
        {"id": "p2", "text": "Each split considers a random subset of features.", "weight": 2},
    ]
    return {"id": id_, "question": "Why do random forests work?", "points": points,
            "answer": answer, "ignored": 1}  # fmt: skip


def write(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


# --- the bank ------------------------------------------------------------------------------


def test_bank_list_gives_the_agreed_keys(small: Path) -> None:
    done = run(small, "bank", "list", "--json", "--kind", "coding")
    questions = json.loads(done.stdout)
    assert done.returncode == 0
    assert {q["kind"] for q in questions} == {"coding"}
    expected = {"id", "covers", "kind", "area", "level", "question", "points", "misconceptions",
                "follow_ups"}  # fmt: skip
    assert all(q.keys() == expected for q in questions)
    assert questions[0]["points"][0].keys() == {"id", "claim", "weight", "probe", "hint"}


def test_the_shipped_bank_passes_its_check(small: Path) -> None:
    done = run(small, "bank", "check", "--bank", str(KNOWLEDGE))
    assert done.returncode == 0, done.stderr
    assert "356 questions" in done.stdout
    assert "0 complaints" in done.stdout


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (("minutes: 6\n", ""), "minutes: missing"),
        (("  - id: rescaling\n", "  - id: random-zeroing\n"), "random-zeroing is used twice"),
        (("    weight: 3\n", "\tweight: 3\n"), "a tab: indent with spaces"),
        (("kind: theory", "kind: theology"), "kind: "),
        (("level: mid", "level: mid\nlevel: mid"), "'level' stands twice"),
        (("minutes: 6", "minuets: 6"), "minuets"),
    ],
)
def test_a_broken_bank_file_is_named_with_key_and_remedy(
    tmp_path: Path, broken: tuple[str, str], said: str
) -> None:
    folder = tmp_path / "bank" / "deep-learning"
    folder.mkdir(parents=True)
    text = DROPOUT.read_text(encoding="utf-8").replace(*broken, 1)
    (folder / "dropout.yaml").write_text(text, encoding="utf-8")
    done = run(tmp_path, "bank", "check", "--bank", str(tmp_path / "bank"))
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if "dropout.yaml" in line)
    assert said in line
    assert "Traceback" not in done.stderr


def test_the_check_goes_on_to_the_end_of_the_bank_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    for name in ("one", "two"):
        (folder / name).mkdir(parents=True)
        (folder / name / "dropout.yaml").write_bytes(DROPOUT.read_bytes())
    (folder / "three.yaml").write_text("id: three\n")
    (tmp_path / "settings.toml").write_text(f'INTERVIEWER_BANK = "{folder}"\n')
    done = run(tmp_path, "bank", "check")
    assert done.returncode == 1
    assert "two/dropout.yaml: id: 'dropout' is already used by" in done.stderr
    assert "one/dropout.yaml: area: 'deep-learning' differs" in done.stderr
    assert "three.yaml: covers: missing" in done.stderr
    assert f"1 questions, 10 points, 3 complaints: {folder}" in done.stdout
    assert "no such folder" in complaint(run(tmp_path, "bank", "check", "--bank", "nowhere"))


def test_search_finds_by_meaning(small: Path) -> None:
    done = run(small, "bank", "search", "neurons switched off at random", "--json")
    hits = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert "dropout" in {h["question_id"] for h in hits[:3]}
    assert hits[0].keys() == {"question_id", "point_id", "text", "score"}
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)


# --- practice ------------------------------------------------------------------------------


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.txt"
    path.write_text("One answer of my own.\n---\nI don't know.\n---\nThe last one.\n")
    return path


@pytest.mark.parametrize("suffix", [".json", ".md", ".html"])
def test_practice_from_a_file_writes_a_report(
    small: Path, tmp_path: Path, answers: Path, suffix: str
) -> None:
    target = tmp_path / f"out{suffix}"
    done = run(small, "practice", "--kind", "theory", "--questions", "3", "--mode", "exam",
               "--seed", "5", "--answers", str(answers), "--report", str(target))  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = target.read_text(encoding="utf-8")
    assert "The last one." in text.replace("\\", "")
    if suffix == ".json":
        report = json.loads(text)
        expected = {"id", "settings", "score", "band", "questions", "areas", "study"}
        assert expected <= report.keys()
        assert len(report["questions"]) == 3
        first = report["questions"][0]
        assert {"question_id", "question", "kind", "score", "unaided", "verdicts", "turns"} <= (
            first.keys()
        )
        assert first["turns"][0].keys() == {"who", "purpose", "point", "text"}


def test_the_same_seed_asks_the_same_questions(small: Path, tmp_path: Path, answers: Path) -> None:
    asked = []
    for name in ("a.json", "b.json"):
        done = run(small, "practice", "--questions", "3", "--seed", "11", "--answers",
                   str(answers), "--report", str(tmp_path / name))  # fmt: skip
        assert done.returncode == 0, done.stderr
        asked.append(
            [q["question_id"] for q in json.loads((tmp_path / name).read_text())["questions"]]
        )
    assert asked[0] == asked[1]


def test_an_interview_in_the_terminal_can_be_ended_listed_exported_and_deleted(
    small: Path, tmp_path: Path
) -> None:
    done = run(small, "practice", "--questions", "2", stdin="An answer\nin two lines\n\n/end\n")
    assert done.returncode == 0, done.stderr
    listed = json.loads(run(small, "sessions", "list", "--json").stdout)
    newest = listed[0]
    assert newest["closed"] is True
    shown = run(small, "sessions", "show", newest["id"]).stdout
    assert "An answer" in shown
    assert "Practise next" in shown
    target = tmp_path / "one.md"
    assert run(small, "sessions", "export", newest["id"], "--output", str(target)).returncode == 0
    assert "in two lines" in target.read_text()
    assert run(small, "sessions", "delete", newest["id"]).returncode == 0
    assert "no interview" in complaint(run(small, "sessions", "show", newest["id"]))


@pytest.mark.parametrize(
    ("content", "said"),
    [("one\n---\n\n---\nthree\n", "answer 2"), ("x" * 200_000, "200,000 characters")],
)
def test_an_answer_that_cannot_be_taken_is_named_before_anything_begins(
    small: Path, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "answers.txt"
    path.write_text(content)
    before = run(small, "sessions", "list", "--json").stdout
    assert said in complaint(run(small, "practice", "--answers", str(path)))
    assert run(small, "sessions", "list", "--json").stdout == before


def test_wrong_usage_exits_with_two(small: Path) -> None:
    complaint(run(small, "practice", "--report", "report.pdf"), status=2)
    assert "no folder" in complaint(run(small, "practice", "--report", "no/out.md"), status=2)
    assert run(small, "practice", "--kind", "astrology").returncode == 2


# --- grade ---------------------------------------------------------------------------------


def test_grade_writes_every_record_in_order_and_goes_on_where_it_was(
    small: Path, tmp_path: Path
) -> None:
    source = write(
        tmp_path / "in.jsonl",
        [
            record("a", "Averaging many decorrelated trees lowers the variance of the forest."),
            record("b", ""),
            record("c", "y" * 9_000),
            record("d", "Die Varianz sinkt, weil man über viele Bäume mittelt und es hilft."),
        ],
    )
    out = tmp_path / "out.jsonl"
    done = run(small, "grade", str(source), "--output", str(out))
    assert done.returncode == 0, done.stderr
    whole = out.read_text()
    lines = [json.loads(line) for line in whole.splitlines()]
    assert [line["id"] for line in lines] == ["a", "b", "c", "d"]
    assert [line["status"] for line in lines] == ["graded", "graded", "not-graded", "not-graded"]
    assert lines[1]["score"] == 0.0
    assert lines[2]["score"] is None
    assert "8,000" in lines[2]["note"]
    assert "English" in lines[3]["note"]
    for line in lines:
        for verdict in line["verdicts"].values():
            assert verdict.keys() == {"verdict", "evidence", "confidence"}

    first, second = whole.splitlines(keepends=True)[:2]
    out.write_text(first + second[: len(second) // 2])
    again = run(small, "grade", str(source), "--output", str(out))
    assert again.returncode == 0, again.stderr
    assert "1 of 4 were graded before" in again.stderr
    assert out.read_text() == whole


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "a"}', "line 2: question"),
        ("not json", "line 2"),
        (json.dumps(record("first", "twice")), "'first' stands twice"),
    ],
)
def test_a_bad_record_is_named_by_line(small: Path, tmp_path: Path, line: str, said: str) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(record("first", "x")) + "\n" + line + "\n")
    done = run(small, "grade", str(source), "--output", str(tmp_path / "out.jsonl"))
    assert said in complaint(done)


def test_an_output_that_holds_something_else_is_not_overwritten(
    small: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "in.jsonl", [record("a", "x")])
    out = tmp_path / "out.jsonl"
    out.write_text("precious\n")
    assert "choose another" in complaint(run(small, "grade", str(source), "--output", str(out)))
    assert out.read_text() == "precious\n"


def test_a_full_disk_is_one_line(small: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    source = write(tmp_path / "in.jsonl", [record("a", "x")])
    out = tmp_path / "full.jsonl"
    out.symlink_to("/dev/full")
    line = complaint(run(small, "grade", str(source), "--output", str(out)))
    assert "No space left" in line


# --- the surroundings ----------------------------------------------------------------------


def test_doctor_says_what_works(small: Path) -> None:
    done = run(small, "doctor")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("  ok  ") == 7
    assert "none needed" in done.stdout


def test_a_home_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    assert str(home) in complaint(run(home, "sessions", "list"))


def test_a_port_in_use_is_one_line(small: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert "--port" in complaint(run(small, "app", "--port", port))


@pytest.fixture
def owner(small: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the index."""
    script = (
        "from interviewer.wiring import Services\n"
        "parts = Services.from_environment()\n"
        "parts.index\nprint('open', flush=True)\ninput()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "INTERVIEWER_HOME": str(small)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    assert process.stdin is not None
    process.stdin.close()


def test_beside_a_process_that_holds_the_index_every_command_works(
    small: Path, owner: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = run(small, "bank", "search", "anything", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    assert owner.poll() is None
    assert not [left for left in tmp_path.iterdir() if left.is_dir()]


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    heavy = (
        "chromadb streamlit onnxruntime sqlalchemy alembic tokenizers langchain torch rich.progress"
    )
    script = (
        f"import sys, interviewer.cli\nprint([m for m in {heavy.split()!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
