from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.bank import load_question
from interviewer.domain import Kind, Level, Question, Role, Settings
from interviewer.errors import UsageError
from interviewer.interview.selection import choose
from tests.banks import KNOWLEDGE, ONE_OF_EACH

QUESTIONS = [load_question(KNOWLEDGE / f"{name}.yaml") for name in ONE_OF_EACH]


def ids(questions: tuple[Question, ...]) -> list[str]:
    return [q.id for q in questions]


def test_kind_is_kept_strictly_and_the_nearest_level_comes_first() -> None:
    wanted = Settings(kind=Kind.THEORY, level=Level.JUNIOR, questions=3)
    chosen = choose(QUESTIONS, wanted, Random(1))
    assert {q.kind for q in chosen} == {Kind.THEORY}
    assert chosen[0].level is Level.JUNIOR


def test_without_a_kind_the_kinds_take_turns() -> None:
    chosen = choose(QUESTIONS, Settings(questions=6), Random(1))
    assert len({q.kind for q in chosen}) == 6


def test_topics_bind_the_choice() -> None:
    wanted = Settings(topics=("forests",), questions=5)
    assert ids(choose(QUESTIONS, wanted, Random(1), topical=["random-forest"])) == ["random-forest"]


def test_the_likest_to_a_topic_are_asked_whatever_their_level_and_kind() -> None:
    wanted = Settings(topics=("forests",), level=Level.JUNIOR, questions=2)
    topical = ["random-forest", "code-knn", "dropout", "overfitting", "p-values"]
    for seed in range(5):
        chosen = choose(QUESTIONS, wanted, Random(seed), topical=topical)
        assert set(ids(chosen)) == {"random-forest", "code-knn"}


def test_recent_questions_come_last() -> None:
    wanted = Settings(kind=Kind.THEORY, questions=1)
    recent = {"dropout", "overfitting"}
    assert ids(choose(QUESTIONS, wanted, Random(3), recent=recent)) == ["random-forest"]


@pytest.mark.parametrize(
    "wanted",
    [Settings(topics=("basket weaving",)), Settings(kind=Kind.CODING, role=Role.MLOPS_ENGINEER)],
)
def test_nothing_that_fits_is_said_so(wanted: Settings) -> None:
    with pytest.raises(UsageError, match="no question fits"):
        choose(QUESTIONS, wanted, Random(1))


@given(st.integers(0, 10**6), st.integers(1, 10))
def test_a_choice_repeats_with_its_seed_and_has_no_question_twice(seed: int, count: int) -> None:
    wanted = Settings(questions=count)
    first = ids(choose(QUESTIONS, wanted, Random(seed)))
    assert first == ids(choose(reversed(QUESTIONS), wanted, Random(seed)))
    assert len(first) == len(set(first)) == min(count, len(QUESTIONS))
