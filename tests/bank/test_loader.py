"""A bank of one's own: what is read, and what is said of a file or a folder that will not do."""

from pathlib import Path

import pytest

from interviewer.bank import load_bank, load_question
from interviewer.errors import BankError
from tests.banks import KNOWLEDGE


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("question: {{name}}", "line 2, column 12: .*put the value in quotes"),
        ("? [a, b]\n: c", "line 2, column 3: .*put the value in quotes"),
        ("sources: [2023-02-30]", "day is out of range for month.*put it in quotes"),
        ("minutes: 0x_", "put it in quotes"),
        ("minutes: !!bool often", "put it in quotes"),
        ("sources: !!timestamp soon", "put it in quotes"),
        ("id: another", "line 2, column 1: the key 'id' stands twice"),
        ("question: Given a series: what next?", "line 2, column 25: .*put the text in quotes"),
        ("hint: `shift` it", "line 2, column 7: .*put it in quotes"),
        ("points:\n  - id: a\n  -id: b", "line 4, column 3: .*a dash and a space"),
        ("points:\n  - id: a\n - id: b", "line 4, column 2: .*indentation"),
    ],
)
def test_what_yaml_cannot_read_is_one_line_that_names_the_file(
    tmp_path: Path, line: str, said: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"id: mine\n{line}\n")
    with pytest.raises(BankError, match=f"mine.yaml.*{said}") as caught:
        load_question(path)
    assert "\n" not in str(caught.value)


def test_of_one_file_the_first_few_things_to_mend_are_said(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("id: mine\nroles: data-scientist\nminuets: 5\n")
    with pytest.raises(BankError) as caught:
        load_question(path)
    misspelt, unfit, missing = str(caught.value).split("; ")
    assert "minuets: not a key" in misspelt
    assert "roles: a list is expected" in unfit
    assert missing.endswith("missing: add it (and 8 more)")


def test_what_cannot_be_used_may_be_told_of_and_left_out(tmp_path: Path) -> None:
    good = (KNOWLEDGE / "deep-learning" / "dropout.yaml").read_bytes()
    for name, content in (("a", b"id: ["), ("b", good), ("c", good), ("d", b"id: d\n")):
        (tmp_path / f"{name}.yaml").write_bytes(content)
    told: list[BankError] = []
    bank = load_bank([tmp_path], unusable=told.append)
    assert bank.files == {"dropout": tmp_path / "b.yaml"}
    assert [str(e).split(".yaml")[0][-1] for e in told] == ["a", "c", "d"]


def test_hidden_folders_hold_no_questions(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes((KNOWLEDGE / "deep-learning" / "dropout.yaml").read_bytes())
    hidden = tmp_path / ".github" / "workflows" / "check.yml"
    hidden.parent.mkdir(parents=True)
    hidden.write_text("jobs: {}\n", encoding="utf-8")
    assert len(load_bank([tmp_path])) == 1


def test_both_endings_of_yaml_are_read(tmp_path: Path) -> None:
    for name, copy in (("dropout", "dropout.yml"), ("activation-functions", "activations.yaml")):
        source = KNOWLEDGE / "deep-learning" / f"{name}.yaml"
        (tmp_path / copy).write_bytes(source.read_bytes())
    (tmp_path / "notes.md").write_text("no question")
    bank = load_bank([tmp_path])
    assert bank.files["dropout"] == tmp_path / "dropout.yml"
    assert len(bank) == 2


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"no such folder: .*questoins"):
        load_bank([KNOWLEDGE / "deep-learning", tmp_path / "questoins"])
    with pytest.raises(BankError, match="no question files"):
        load_bank([tmp_path])
