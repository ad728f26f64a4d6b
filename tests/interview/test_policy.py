import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.bank.words import content_stems
from interviewer.domain import Question
from interviewer.interview.policy import _quoted, cloze


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        (
            "First the goal. At serving time nothing is dropped.",
            "At serving time nothing is dropped",
        ),
        ("First the goal. Then the rest.", "First the goal"),
        ("", ""),
    ],
)
def test_of_a_passage_the_sentence_about_the_point_is_quoted(
    dropout: Question, quote: str, said: str
) -> None:
    (point,) = (p for p in dropout.points if p.id == "off-at-inference")
    assert _quoted(quote, point) == f"“{said}”"


def test_a_cloze_hides_the_telling_words_and_keeps_the_frame() -> None:
    claim = "Dropout sets each activation to zero with a fixed probability."
    shown = cloze(claim, "What does dropout do?")
    assert shown.startswith("Dropout ")
    assert "probability" not in shown
    assert "____" in shown
    assert len(shown.split()) == len(claim.split())
    assert (
        cloze("By users, such as (cold-start) ones.", "users") == "By users, such as (____) ones."
    )


@given(st.text(alphabet="abcdefg ", min_size=1, max_size=120))
def test_a_cloze_never_shows_all_of_a_claim_with_content(claim: str) -> None:
    if content_stems(claim):
        assert "____" in cloze(claim, "")
