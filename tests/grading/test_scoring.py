"""Golden numbers: each is worked out by hand from the formula in scoring.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import Criterion, Evidence, Help, Misconception, Status, Verdict
from interviewer.grading.scoring import mean_score, score


def point(id_: str, weight: float) -> Criterion:
    return Criterion(id=id_, claim=f"the claim {id_}", weight=weight)


def verdict(
    id_: str, status: Status, help_: Help = Help.UNAIDED, confidence: float = 1.0
) -> Verdict:
    evidence = None if status is Status.MISSED else Evidence(turn=1, quote="some words said")
    return Verdict(
        point=id_, status=status, evidence=evidence, confidence=confidence, judge="t", help=help_
    )


def misconception(id_: str, critical: bool = False, denies: str | None = None) -> Misconception:
    return Misconception(
        id=id_, claim="false", challenge="a case?", correction="true", critical=critical,
        denies=denies,
    )  # fmt: skip


POINTS = [point("a", 3), point("b", 3), point("c", 2), point("d", 2)]


def scored(*statuses: Status, asserted: list[Misconception] | None = None) -> float | None:
    verdicts = {p.id: verdict(p.id, s) for p, s in zip(POINTS, statuses, strict=True)}
    return score(POINTS, verdicts, asserted or []).value


MET, UNCLEAR, MISSED, DENIED = Status.MET, Status.UNCLEAR, Status.MISSED, Status.CONTRADICTED


def test_all_met_is_one_and_all_missed_is_zero() -> None:
    assert scored(MET, MET, MET, MET) == 1.0
    assert scored(MISSED, MISSED, MISSED, MISSED) == 0.0


def test_weights_and_half_credit_for_unclear() -> None:
    assert scored(MET, UNCLEAR, MISSED, MET) == pytest.approx((3 + 1.5 + 2) / 10)


def test_a_wrong_claim_costs_a_quarter_of_its_weight() -> None:
    assert scored(MET, DENIED, MET, MET) == pytest.approx(7 / 10 - 0.25 * 3 / 10)


def test_a_misconception_costs_and_a_critical_one_caps() -> None:
    all_met = (MET, MET, MET, MET)
    assert scored(*all_met, asserted=[misconception("m")]) == pytest.approx(1 - 0.25 * 2 / 10)
    assert scored(*all_met, asserted=[misconception("m", critical=True)]) == 0.6


def test_a_misconception_that_denies_a_contradicted_point_costs_once() -> None:
    alone = scored(MET, DENIED, MET, MET)
    assert scored(MET, DENIED, MET, MET, asserted=[misconception("m", denies="b")]) == alone


def test_the_penalty_is_at_most_four_tenths_and_the_score_never_negative() -> None:
    false = [misconception(f"m{i}") for i in range(20)]
    assert scored(MET, MET, MET, MET, asserted=false) == pytest.approx(0.6)
    assert scored(DENIED, DENIED, DENIED, DENIED) == 0.0


@pytest.mark.parametrize(
    ("help_", "factor"),
    [
        (Help.UNAIDED, 1.0),
        (Help.PROBED, 1.0),
        (Help.HINTED, 0.6),
        (Help.PROMPTED, 0.3),
        (Help.TOLD, 0.0),
    ],
)
def test_help_discounts_and_may_be_left_out_of_account(help_: Help, factor: float) -> None:
    points = [point("a", 2)]
    verdicts = {"a": verdict("a", MET, help_)}
    assert score(points, verdicts).value == pytest.approx(factor)
    assert score(points, verdicts, count_help=False).value == 1.0


def test_less_than_seventy_percent_assessable_is_no_score_not_zero() -> None:
    some = {"a": verdict("a", MET), "b": verdict("b", MET)}
    assert score(POINTS, some).value is None
    most = {**some, "c": verdict("c", MISSED)}
    assert score(POINTS, most).value == pytest.approx(6 / 8)
    assert score(POINTS, {}).value is None


def test_the_band_follows_the_confidence() -> None:
    sure = score([point("a", 1)], {"a": verdict("a", MET, confidence=1.0)})
    assert sure.band is not None
    assert (sure.band.low, sure.band.high) == (1.0, 1.0)
    points = [point("a", 1), point("b", 1)]
    unsure = score(
        points, {"a": verdict("a", MET, confidence=0.8), "b": verdict("b", MISSED, confidence=0.8)}
    )
    assert unsure.band is not None
    # sqrt(2 · (1/2)² · 0.8 · 0.2) · 1.2816 = 0.3625
    assert unsure.band.low == pytest.approx(0.5 - 0.3625, abs=1e-4)
    assert unsure.band.high == pytest.approx(0.5 + 0.3625, abs=1e-4)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 2, 3]),
            st.sampled_from(Status),
            st.sampled_from(Help),
            st.floats(0, 1),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_score_lies_between_zero_and_one_and_in_its_band(
    rows: list[tuple[int, Status, Help, float]],
) -> None:
    points = [point(f"p{i}", w) for i, (w, *_) in enumerate(rows)]
    verdicts = {f"p{i}": verdict(f"p{i}", s, h, c) for i, (_, s, h, c) in enumerate(rows)}
    result = score(points, verdicts)
    assert result.value is not None
    assert result.band is not None
    assert 0 <= result.band.low <= result.value <= result.band.high <= 1


@given(st.lists(st.sampled_from(Status), min_size=4, max_size=4), st.integers(0, 3))
def test_meeting_a_point_never_lowers_a_score(statuses: list[Status], i: int) -> None:
    before = scored(*statuses)
    after = scored(*(MET if j == i else s for j, s in enumerate(statuses)))
    assert before is not None
    assert after is not None
    assert after >= before


def test_the_mean_leaves_out_what_has_no_score() -> None:
    assert mean_score([0.5, None, 1.0]) == 0.75
    assert mean_score([None]) is None
    assert mean_score([]) is None
