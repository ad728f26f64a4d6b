from pathlib import Path

import pytest

from interviewer.bank import Bank
from interviewer.domain import FollowUp, Kind, Level, Misconception, Point, Question, Role
from interviewer.retrieval import OnnxEncoder

ENCODER_FOLDER = Path(__file__).parents[2] / "models" / "encoder"


def _point(name: str, claim: str) -> Point:
    return Point(id=name, claim=claim, weight=3, stage="claim", probe="What else?", hint="Think.")


def _question(
    name: str,
    kind: Kind,
    text: str,
    points: dict[str, str],
    deeper: str,
    misconception: str,
    phrases: tuple[str, ...] = (),
) -> Question:
    return Question(
        id=name,
        covers=(name,),
        kind=kind,
        area="fundamentals",
        level=Level.MID,
        roles=(Role.ML_ENGINEER,),
        phrases=phrases,
        minutes=5,
        question=text,
        points=tuple(_point(key, claim) for key, claim in points.items()),
        misconceptions=(
            Misconception(id="wrong", claim=misconception, challenge="Why?", correction="No."),
        ),
        follow_ups=(
            FollowUp(
                id="deeper",
                purpose="deepen",
                question="And deeper?",
                points=(_point("deeper-point", deeper),),
            ),
        ),
        model_answer="An answer.",
        sources=("A textbook",),
    )


def make_bank() -> Bank:
    """Three questions of two kinds, 16 texts in all, one of them a phrase."""
    questions = (
        _question(
            "dropout",
            Kind.THEORY,
            "What is dropout, and why does it help a neural network generalise?",
            {
                "zeroing": "During training dropout sets random activations to zero.",
                "inference": "At inference dropout is switched off and all units are active.",
            },
            "Dropout can be seen as an ensemble of networks that share weights.",
            "Dropout permanently removes unimportant neurons from the network.",
            ("switch neurons off at random",),
        ),
        _question(
            "overfitting",
            Kind.THEORY,
            "What is overfitting, and how do you recognise it?",
            {
                "gap": "Overfitting shows as a low training error and a rising validation error.",
                "data": "More training data or a simpler model reduces overfitting.",
            },
            "Early stopping ends training when the validation loss stops falling.",
            "A model with a training error of zero is the best model.",
        ),
        _question(
            "p-values",
            Kind.STATISTICS,
            "What does a p-value tell you?",
            {
                "meaning": "A p-value is the probability of data at least as extreme if the null "
                "hypothesis is true.",
                "threshold": "The significance level is fixed before the experiment.",
            },
            "Testing many hypotheses needs a correction such as Bonferroni's.",
            "A p-value is the probability that the null hypothesis is true.",
        ),
    )
    return Bank(questions, {})


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(ENCODER_FOLDER)


@pytest.fixture(scope="session")
def bank() -> Bank:
    return make_bank()
