from pathlib import Path

import pytest

from interviewer.bank import Bank
from interviewer.bank.check import check_bank, giveaway, read_syllabus
from interviewer.bank.words import content_stems, stem
from interviewer.domain import Question
from interviewer.errors import BankError


def complaints(question: Question) -> list[str]:
    path = Path("knowledge") / question.area / f"{question.id}.yaml"
    return [str(c) for c in check_bank(Bank((question,), {question.id: path}))]


def change(question: Question, **update: object) -> Question:
    return question.model_copy(update=update)


def test_a_question_of_the_standard_passes(dropout: Question) -> None:
    assert complaints(dropout) == []


def test_lengths_counts_and_weights_are_checked(dropout: Question) -> None:
    light = tuple(p.model_copy(update={"weight": 2}) for p in dropout.points)
    assert any("none is core" in c for c in complaints(change(dropout, points=light)))
    assert any(
        "model_answer: 2 words" in c for c in complaints(change(dropout, model_answer="Too short"))
    )
    assert any("follow_ups: 0 of them" in c for c in complaints(change(dropout, follow_ups=())))
    short = dropout.points[0].model_copy(update={"claim": "Too short a claim"})
    found = complaints(change(dropout, points=(short, *dropout.points[1:])))
    assert any("points.random-zeroing.claim: 4 words" in c for c in found)
    assert any("phrases: 1 of them" in c for c in complaints(change(dropout, phrases=("a",))))
    assert any("minutes: 9: 3 to 8" in c for c in complaints(change(dropout, minutes=9)))


def test_one_question_must_not_make_a_point_twice(dropout: Question) -> None:
    first, second, *rest = dropout.points
    twice = (first, second.model_copy(update={"claim": first.claim}), *rest)
    told = [c for c in complaints(change(dropout, points=twice)) if "says the same" in c]
    assert len(told) == 1
    assert f"points.{second.id}" in told[0]
    wrong = dropout.misconceptions[0].model_copy(update={"claim": first.claim})
    found = complaints(change(dropout, misconceptions=(wrong,)))
    assert any(f"misconceptions.{wrong.id}: says the same" in c for c in found)


def test_a_probe_that_tells_is_found(dropout: Question) -> None:
    point = dropout.points[3]
    telling = point.model_copy(
        update={"probe": "Are all units active and the output deterministic?"}
    )
    found = complaints(change(dropout, points=(*dropout.points[:3], telling, *dropout.points[4:])))
    assert any("off-at-inference.probe: gives the point away" in c for c in found)


@pytest.mark.parametrize(
    ("probe", "claim", "asked", "told"),
    [
        ("Is the mean zero and the variance one?", "It has mean zero and variance one.", "", True),
        ("What happens to the spread?", "Averaging n values divides the variance by n.", "", False),
        ("How does variance behave?", "Averaging lowers the variance.", "About variance?", False),
    ],
)
def test_giving_away_is_three_key_words_or_most_of_them(
    probe: str, claim: str, asked: str, told: bool
) -> None:
    assert bool(giveaway(probe, claim, asked)) is told


def test_spelling_is_one(dropout: Question) -> None:
    changed = change(dropout, model_answer=dropout.model_answer + " A hyper-parameter.")
    assert any("'hyperparameter'" in c for c in complaints(changed))


def test_two_files_must_not_make_the_same_point(dropout: Question) -> None:
    twin = change(dropout, id="twin")
    files = {q.id: Path("knowledge/deep-learning") / f"{q.id}.yaml" for q in (dropout, twin)}
    found = [str(c) for c in check_bank(Bank((dropout, twin), files))]
    assert any("says the same as a point of dropout" in c for c in found)


def test_the_syllabus_is_covered(dropout: Question) -> None:
    bank = Bank((dropout,), {"dropout": Path("knowledge/deep-learning/dropout.yaml")})
    found = [str(c) for c in check_bank(bank, {"dropout": "d", "other": "o"})]
    assert found == ["syllabus: other: covered by no question"]


@pytest.mark.parametrize(
    "content", [b"id\ttopic\nd\tL\xf6ss\n", b"id\ttopic\nd\t" + b"x" * 200_000, b"one\ttwo\n1\t2\n"]
)
def test_a_file_that_is_no_syllabus_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "syllabus.tsv"
    path.write_bytes(content)
    with pytest.raises(BankError, match=r"syllabus\.tsv: not a syllabus"):
        read_syllabus(path)


def test_a_word_s_forms_share_their_stem() -> None:
    assert len({stem(w) for w in ("regularised", "regularization", "regularising")}) == 1
    assert stem("loss") == stem("losses")
    assert content_stems("It is the mean of the errors") == content_stems("means, error")
