"""The judge's training data: what is written holds together, and what is made of it is right."""

from pathlib import Path
from random import Random

import pytest

from training import answers, written
from training.answers import Labelled, Point
from training.pairs import (
    CONTRADICTS,
    DENIALS,
    ENTAILS,
    HALF,
    NEITHER,
    denied,
    from_answer,
    main_clause,
    pairs,
)
from training.written import Written

FOLDER = Path(written.__file__).parent
TRAINED = sorted(p for f in ("answers", "short_answers") for p in (FOLDER / f).glob("*.jsonl"))
CALIBRATED = sorted((FOLDER / "calibration").glob("*.jsonl"))


@pytest.mark.parametrize("path", TRAINED + CALIBRATED, ids=lambda path: path.stem)
def test_every_label_is_known_and_its_evidence_stands_in_the_answer(path: Path) -> None:
    seen = set()
    for answer in answers.read([path]):
        assert answer.id not in seen
        seen.add(answer.id)
        assert 0 <= answer.overall <= 10
        for point in answer.points:
            assert point.label in {"met", "partial", "missed", "contradicted"}
            assert point.evidence in answer.answer
            assert not (point.evidence and point.label == "missed")
            if path in TRAINED:
                assert bool(point.evidence) == (point.label != "missed")


def test_no_question_is_both_trained_on_and_calibrated_with() -> None:
    trained = {answer.question_id for answer in answers.read(TRAINED)}
    assert not trained & {answer.question_id for answer in answers.read(CALIBRATED)}


def labelled(*points: Point) -> Labelled:
    said = "Bagging lowers the variance. Boosting raises the bias. I like trees. They are fast."
    return Labelled("a", "q", "What do ensembles do?", "", said, points, 5)


@pytest.mark.parametrize(
    ("label", "target"), [("met", ENTAILS), ("partial", HALF), ("contradicted", CONTRADICTS)]
)
def test_what_decides_a_point_is_paired_with_it_alone_and_in_a_window(
    label: str, target: tuple[float, float, float]
) -> None:
    evidence = "Boosting raises the bias."
    made = list(from_answer(labelled(Point("p", "a claim", 1, label, evidence)), Random(0)))
    decided = [pair.passage for pair in made if pair.target == target]
    assert evidence in decided
    assert all(evidence in passage for passage in decided)
    where_it_stands = labelled().answer
    assert len([passage for passage in decided if passage != where_it_stands]) == 2
    assert all(evidence not in pair.passage for pair in made if pair.target == NEITHER)


def test_some_points_are_also_read_where_they_stand() -> None:
    said = "Bagging lowers the variance. Boosting raises the bias. I like trees. They are fast."
    evidence = "Boosting raises the bias."
    for label, target in (("met", ENTAILS), ("missed", NEITHER)):
        point = Point("p", evidence, 1, label, evidence if label == "met" else "")
        seeds = [list(from_answer(labelled(point), Random(seed))) for seed in range(40)]
        whole = [p.target for made in seeds for p in made if p.passage == said]
        assert set(whole) == {target}
        assert len(whole) < len(seeds) / 2


def test_what_does_not_decide_a_point_begins_with_the_likeliest_to_be_mistaken() -> None:
    claim = "Bagging averages models, which lowers the variance."
    made = list(from_answer(labelled(Point("p", claim, 1, "missed", "")), Random(0)))
    assert {pair.target for pair in made} == {NEITHER}
    assert made[0].passage == "Bagging lowers the variance."


def test_two_alternatives_offered_without_deciding_claim_neither() -> None:
    passages = [
        Written("q", "p", "Dropout is off at inference.", "entails", "", "It's off when serving."),
        Written("q", "p", "Dropout is off at inference.", "contradicts", "", "It stays on."),
    ]
    made = [p for p in pairs(passages, [], {}, Random(1)) if "serving" in p.passage]
    both = [p for p in made if "stays on" in p.passage]
    assert [p.target for p in both] == [NEITHER]
    assert [p.target for p in made if p not in both] == [ENTAILS]


def test_a_question_s_text_and_points_hold_for_its_later_answers(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(
        '{"id": "1", "question_id": "q", "question": "Why?", "style": "a", "answer": "So.", '
        '"points": [{"id": "p", "text": "a claim", "weight": 2}], '
        '"labels": {"p": {"label": "missed"}}, "overall": 0}\n'
        '{"id": "2", "question_id": "q", "answer": "Thus.", '
        '"labels": {"p": {"label": "met", "evidence": "Thus"}}, "overall": 9}\n',
        encoding="utf-8",
    )
    first, second = answers.read([path])
    assert (second.question, second.answer, second.overall) == ("Why?", "Thus.", 9)
    assert second.points == (Point("p", "a claim", 2, "met", "Thus"),)
    assert first.points == (Point("p", "a claim", 2, "missed", ""),)


def test_a_claim_s_main_clause_makes_half_of_it_and_its_opposite_denies_it() -> None:
    claim = "Bagging grows its trees independently, so that they can be grown in parallel."
    clause = "Bagging grows its trees independently."
    assert main_clause(claim) == clause
    points = (Point("p", claim, 3, "missed", ""), Point("o", "Boosting is slow.", 1, "missed", ""))
    made = [p for p in pairs([], [labelled(*points)], {}, Random(0)) if clause[8:-1] in p.passage]
    targets = {p.target for p in made if p.claim == claim and p.passage.startswith(clause)}
    assert targets == {HALF}
    assert {p.target for p in made if p.claim == claim and clause not in p.passage} == {CONTRADICTS}
    assert {p.target for p in made if p.claim != claim} == {NEITHER}


def test_a_reply_that_makes_the_main_clause_only_makes_half_of_the_claim() -> None:
    claim, whole = "Bagging is stable, since it averages.", "It averages, which makes it stable."
    replies = [
        Written("q", "p", claim, "entails", "reply", whole),
        Written("q", "p", claim, "entails", "clause", "Bagging is stable."),
        Written("q", "p", claim, "contradicts", "clause", "Bagging is unstable."),
    ]
    made = {p.passage: p.target for p in pairs(replies, [], {}, Random(0)) if p.claim == claim}
    assert [made[r.text] for r in replies] == [ENTAILS, HALF, CONTRADICTS]


@pytest.mark.parametrize(
    "claim",
    [
        "Boosting adds them one by one.",
        "It overfits, so stop early.",
        "Bagging trains its members on samples of their own, drawn with replacement, so fast.",
    ],
    ids=["one clause", "too short", "nearly all"],
)
def test_a_main_clause_is_neither_a_stub_nor_nearly_the_whole(claim: str) -> None:
    assert main_clause(claim) is None


@pytest.mark.parametrize(
    ("claim", "opposite"),
    [
        ("Trees are grown alone.", "Trees are not grown alone."),
        ("A stump cannot overfit.", "A stump can overfit."),
        ("A stump can't overfit.", "A stump can overfit."),
        ("It is a tree that is not deep.", "It is not a tree that is not deep."),
        ("The bias is not reduced by it.", "The bias is reduced by it."),
    ],
)
def test_a_claim_is_denied_by_its_auxiliary(claim: str, opposite: str) -> None:
    assert denied(claim, Random(0)) == opposite


@pytest.mark.parametrize(
    "claim",
    [
        "adam keeps two averages",
        "features that are correlated share their weight",
        "it doesn't follow that the bias is small",
        "since classes are rare, accuracy says little",
    ],
    ids=["none", "in a relative clause", "after a negation", "in a reason"],
)
def test_a_claim_without_a_main_auxiliary_is_denied_as_a_whole(claim: str) -> None:
    every = {denied(f"{claim}.", Random(seed)) for seed in range(60)}
    assert every == {text.format(claim) for text in DENIALS}
