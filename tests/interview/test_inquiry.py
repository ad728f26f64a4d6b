"""The candidate's own questions: which are taken for one, and what is said to them."""

import pytest

from interviewer.bank import load_question
from interviewer.domain import Purpose, Question, Turn, Who
from interviewer.interview.inquiry import YOURS, inquires, reply
from tests.banks import KNOWLEDGE
from tests.fakes import START

FRAUD = load_question(KNOWLEDGE / "system-design" / "design-fraud-detection.yaml")
THEORY = load_question(KNOWLEDGE / "deep-learning" / "dropout.yaml")
CODING = next(
    q for path in sorted((KNOWLEDGE / "coding").glob("*.yaml")) if (q := load_question(path)).coding
)


def turn(index: int, text: str, purpose: Purpose) -> Turn:
    who = Who.CANDIDATE if purpose in (Purpose.ANSWER, Purpose.INQUIRE) else Who.INTERVIEWER
    return Turn(index=index, who=who, purpose=purpose, text=text, item="a", at=START)


@pytest.mark.parametrize(
    ("question", "said", "asks"),
    [
        (FRAUD, "How many payments are there a second?", True),
        (FRAUD, "Not sure, perhaps a separate one for each?", False),
        (FRAUD, "Is it about cards? Then I would begin with a rule for stolen ones.", False),
        (FRAUD, "Do you mean signals for the model, or for the evaluation?", True),
        (THEORY, "Sorry, could you repeat the question?", True),
        (THEORY, "I don't quite understand the question.", True),
        (THEORY, "What do you mean by a layer?", True),
        (THEORY, "Could you please rephrase that?", True),
        (THEORY, "Repeat until the stopping criterion is met.", False),
        (THEORY, "I would repeat it for every fold.", False),
        (THEORY, "The later layers do not get that signal.", False),
        (THEORY, "The expected activation?", False),
        (THEORY, "Is it that the units cannot rely on each other?", False),
        (CODING, "Do the boxes come as corners or as centre and width?", True),
        (CODING, "A loop over all of them?", False),
        (CODING, "Can you rephrase? I would sort them by score and drop what overlaps.", False),
    ],
)
def test_a_question_is_told_from_an_answer_that_sounds_like_one(
    question: Question, said: str, asks: bool
) -> None:
    assert inquires(said, question) is asks


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("What's the p99 target?", ("latency",)),
        ("How fast must it respond, and what is the fraud rate?", ("latency", "fraud rate")),
        ("Which colour is the logo?", ()),
    ],
)
def test_every_fact_asked_for_is_given(said: str, told: tuple[str, ...]) -> None:
    facts = {g.about: g.answer for g in FRAUD.given}
    several = [f"{about.capitalize()}: {facts[about]}" for about in told]
    expected = " ".join(several if len(told) > 1 else [facts[about] for about in told])
    found = reply(turn(1, said, Purpose.INQUIRE), FRAUD, FRAUD.question, [])
    assert found == (expected or YOURS)


def test_the_question_is_put_once_more_as_it_was_put_last() -> None:
    point = THEORY.points[0]
    talk = [
        turn(0, THEORY.question, Purpose.ASK),
        turn(1, "Something else.", Purpose.ANSWER),
        turn(2, point.probe, Purpose.PROBE),
    ]
    asked = turn(3, "Can you rephrase that?", Purpose.INQUIRE)
    assert f"{point.probe} It belongs to this: {THEORY.question}" in reply(
        asked, THEORY, THEORY.question, talk
    )
    first = reply(asked, THEORY, THEORY.question, talk[:1])
    assert first == f"Once more: {THEORY.question}"
    either = turn(1, "Do you mean in training, or later?", Purpose.INQUIRE)
    assert reply(either, THEORY, THEORY.question, talk[:1]).startswith(f"{first} Choose one")
    later = [*talk, asked, turn(4, first, Purpose.INFORM)]
    assert point.probe in reply(asked, THEORY, THEORY.question, later)
