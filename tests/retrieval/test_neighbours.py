from collections.abc import Iterator

import pytest

from interviewer.bank import Bank
from interviewer.domain import Kind
from interviewer.retrieval import (
    OnnxEncoder,
    ReferenceIndex,
    find_questions,
    open_index,
    related,
    study_next,
)


@pytest.fixture(scope="module")
def index(
    bank: Bank, encoder: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReferenceIndex]:
    with open_index(bank, encoder, tmp_path_factory.mktemp("home")) as opened:
        yield opened


def test_related_finds_what_an_answer_touches_elsewhere(index: ReferenceIndex, bank: Bank) -> None:
    passages = [
        "Dropout zeroes random activations while training.",
        "With a simpler model or more training data there is less overfitting.",
        "A simpler model or more data reduces overfitting.",
        "Could you repeat the question, please?",
    ]
    hits = related(index, passages, bank.get("dropout"), limit=5)
    # Its own points are bound by id elsewhere; twice touched comes once, with the better score.
    assert {h.question_id for h in hits} == {"overfitting"}
    assert hits[0].part_id == "data"
    assert len({h.part_id for h in hits}) == len(hits)
    assert hits[0].score == max(index.search(p, 1)[0].score for p in passages[1:3])


def test_related_includes_misconceptions_but_never_questions(
    index: ReferenceIndex, bank: Bank
) -> None:
    passages = [
        "The p-value is the probability that the null hypothesis is true.",
        "What does a p-value tell you?",
    ]
    hits = related(index, passages, bank.get("dropout"), limit=1)
    assert [(h.part, h.part_id) for h in hits] == [("misconception", "wrong")]


def test_related_without_words_or_room_is_empty(index: ReferenceIndex, bank: Bank) -> None:
    question = bank.get("dropout")
    assert related(index, [], question, limit=3) == []
    assert related(index, ["Thank you very much, it was a pleasure."], question, limit=3) == []
    assert related(index, ["The p-value is a probability."], question, limit=0) == []


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("why is my validation loss going up", "overfitting"),
        ("switching neurons off at random", "dropout"),
        ("statistical significance", "p-values"),
        ("Bonferroni", "p-values"),
    ],
)
def test_find_questions_in_anybodys_words(index: ReferenceIndex, topic: str, expected: str) -> None:
    assert find_questions(index, topic, limit=1) == [expected]


def test_find_questions_of_one_kind(index: ReferenceIndex) -> None:
    assert find_questions(index, "overfitting", 5, kind=Kind.STATISTICS) == []
    assert find_questions(index, "p-values", 5, kind=Kind.STATISTICS) == ["p-values"]


@pytest.mark.parametrize("topic", ["banana bread", "", "  "])
def test_no_question_about_it(index: ReferenceIndex, topic: str) -> None:
    assert find_questions(index, topic, limit=5) == []


def test_study_next_practises_what_was_missed(index: ReferenceIndex) -> None:
    missed = [
        "Validation error rises while training error falls.",
        "A simpler model generalises better with few data.",
    ]
    assert study_next(index, missed, exclude=(), limit=1) == ["overfitting"]
    assert "overfitting" not in study_next(index, missed, exclude={"overfitting"}, limit=5)
    assert study_next(index, [], exclude=(), limit=5) == []
