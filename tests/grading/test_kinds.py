"""The points of one answer judged together: golden numbers, and what must hold for any odds."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer import resources
from interviewer.errors import ModelFilesError
from interviewer.grading.embedded import features
from interviewer.grading.embedded.classifier import Classifier
from interviewer.grading.embedded.kinds import Kinds

HONEST_OR_WRONG = Kinds(share=np.array([0.5, 0.5]), wrong=np.array([0.0, 1.0]), denied=0.5)
VERDICT = resources.folder("models") / "entailment" / "verdict.json"
SHIPPED = Classifier.read(VERDICT, features.NAMES).kinds
Odds = np.ndarray[tuple[int, int], np.dtype[np.float64]]
ODDS: st.SearchStrategy[Odds] = st.lists(
    st.tuples(*[st.floats(0.01, 1.0)] * 3).map(lambda row: [x / sum(row) for x in row]),
    min_size=1,
    max_size=8,
).map(np.array)


def test_two_points_that_agree_strengthen_each_other_half_as_much_as_if_independent() -> None:
    # Read alone 4 : 1. The other point says 4 : 1 too, counted half, so √4 = 2 : 1; 8 : 1 in all.
    together = HONEST_OR_WRONG.together(np.array([[0.8, 0.0, 0.2], [0.8, 0.0, 0.2]]))
    assert together == pytest.approx(np.array([[8 / 9, 0.0, 1 / 9]] * 2))


def test_what_is_missed_says_nothing_about_the_other_points() -> None:
    alone = HONEST_OR_WRONG.together(np.array([[0.6, 0.1, 0.3]]))
    beside = HONEST_OR_WRONG.together(np.array([[0.6, 0.1, 0.3], [0.0, 1.0, 0.0]]))
    assert beside[0] == pytest.approx(alone[0])


def test_a_doubtful_denial_weighs_less_among_points_made_and_more_among_points_denied() -> None:
    doubtful, made, wrong = [0.3, 0.1, 0.6], [0.95, 0.04, 0.01], [0.01, 0.04, 0.95]
    among_made = SHIPPED.together(np.array([doubtful, made, made, made]))[0, 2]
    among_wrong = SHIPPED.together(np.array([doubtful, wrong, wrong, wrong]))[0, 2]
    assert among_made < 0.6
    assert among_wrong > 0.6


@given(ODDS)
def test_how_likely_a_point_was_missed_stays_and_the_rest_is_shared_out(odds: Odds) -> None:
    together = SHIPPED.together(odds)
    assert together[:, 1] == pytest.approx(odds[:, 1])
    assert together.sum(axis=1) == pytest.approx(1)
    assert (together >= 0).all()


@given(ODDS)
def test_the_order_of_the_points_does_not_matter(odds: Odds) -> None:
    assert SHIPPED.together(odds[::-1])[::-1] == pytest.approx(SHIPPED.together(odds))


@pytest.mark.parametrize(
    "kinds",
    [
        None,
        [],
        {"share": [1], "wrong": [0.1]},
        {"share": [1], "wrong": [0.1, 0.9], "denied": 0.3},
        {"share": [1], "wrong": [0.1], "denied": 0},
        {"share": 1, "wrong": 0.1, "denied": 0.3},
        {"share": ["all"], "wrong": [0.1], "denied": 0.3},
    ],
)
def test_a_file_without_its_kinds_is_refused_in_one_line(tmp_path: Path, kinds: object) -> None:
    path = tmp_path / "verdict.json"
    path.write_text(json.dumps(json.loads(VERDICT.read_text()) | {"kinds": kinds}))
    with pytest.raises(ModelFilesError, match="install the package again"):
        Classifier.read(path, features.NAMES)
