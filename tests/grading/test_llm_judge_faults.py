"""Every fault an endpoint or a judge may have, over real HTTP: a right grade, a stand-in, or none.

Never an invented score, a lost answer, a traceback or a hang.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from interviewer.domain import Grade, Grading, Purpose, Status, Turn, Who
from interviewer.grading.grader import Grader
from interviewer.grading.judge import SPEAKS_TO_GRADER
from interviewer.grading.llm_judge import LlmJudge
from tests import endpoint as e
from tests.endpoint import NAME, Endpoint, Reply, Request
from tests.fakes import KeywordJudge, say
from tests.grading.test_llm_judge import (
    ALL_RIGHT,
    ORDER,
    PROMPTS,
    Q1,
    RIGHT,
    RUBRIC,
    SAID,
    first,
    on,
    with_changed,
)
from tests.llm.conftest import Pauses

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
GOOD = first(*RIGHT)
SCORE = pytest.approx(7 / 8)
DOWN = (e.broken(),) * 3
"""A call is sent at most three times."""


@pytest.fixture
def server() -> Iterator[Endpoint]:
    with Endpoint() as server:
        yield server


def grade(server: Endpoint, *, stand_in: bool = True, said: str = SAID, **model: Any) -> Grade:
    """The grade by a model behind this server; waiting between two tries takes no time."""
    judge = LlmJudge(server.model(sleep=Pauses(), **model), PROMPTS, None, Random(1))
    grader = Grader(judge, stand_in=KeywordJudge() if stand_in else None)
    asked = Turn(index=0, who=Who.INTERVIEWER, purpose=Purpose.ASK, text=RUBRIC.question, at=AT)
    answer = Turn(index=1, who=Who.CANDIDATE, purpose=Purpose.ANSWER, text=said, at=AT)
    return grader.grade(RUBRIC, [asked, answer], at=AT)


def statuses(graded: Grade) -> dict[str, str]:
    return {v.point: str(v.status) for v in graded.verdicts}


def is_right(graded: Grade) -> None:
    assert graded.status is Grading.GRADED
    assert graded.judge == NAME
    assert statuses(graded) == ALL_RIGHT
    assert graded.score == SCORE
    assert graded.note == ""


RIGHT_IN_THE_END: dict[str, tuple[Reply, ...]] = {
    "nothing wrong": (e.obj(GOOD),),
    "429 with Retry-After": (e.too_many(retry_after=2), e.obj(GOOD)),
    "500 once": (e.broken(), e.obj(GOOD)),
    "connection cut once": (e.Reply(found=GOOD, cut=1), e.obj(GOOD)),
    "fenced JSON": (e.fenced(GOOD),),
    "truncated JSON, then whole": (e.truncated(GOOD), e.obj(GOOD)),
    "json_schema rejected": (e.schema_rejected(), e.obj(GOOD)),
    "tools ignored": (e.schema_rejected(), e.tools_ignored(), e.fenced(GOOD)),
}
STOOD_IN: dict[str, tuple[Reply, ...]] = {
    "429 again and again": (e.too_many(retry_after=1),) * 3,
    "500 again and again": DOWN,
    "cut again and again": (e.cut(0),) * 3,
    "a refused key": (e.refused_key(),),
    "truncated JSON twice": (e.truncated(GOOD),) * 2,
    "a refusal": (e.refusal(),),
    "empty content": (e.empty(),),
    "prose only": (e.prose(),) * 4,
    "no point of the rubric": (e.obj(first(on("p8", "met", Q1), on("p9", "met", Q1))),),
    "unknown verdicts only": (e.obj(first(*({**p, "v": "superb"} for p in RIGHT))),),
}


@pytest.mark.parametrize("fault", RIGHT_IN_THE_END)
def test_a_passing_fault_ends_in_the_right_grade(server: Endpoint, fault: str) -> None:
    server.then(*RIGHT_IN_THE_END[fault])
    is_right(grade(server))
    assert server.left == 0


@pytest.mark.parametrize("fault", STOOD_IN)
def test_a_lasting_fault_ends_in_a_grade_marked_as_stand_in(server: Endpoint, fault: str) -> None:
    server.then(*STOOD_IN[fault])
    graded = grade(server, said=f"{SAID} {say('+p1')}")
    assert graded.status is Grading.STAND_IN
    assert graded.judge == "keyword"
    assert {v.judge for v in graded.verdicts} == {"keyword"}
    assert graded.score == pytest.approx(3 / 8)
    assert NAME in graded.note
    assert "keyword judge stands in" in graded.note
    assert e.KEY not in graded.model_dump_json()


@pytest.mark.parametrize("fault", STOOD_IN)
def test_without_a_stand_in_it_is_not_graded_which_is_no_zero(server: Endpoint, fault: str) -> None:
    server.then(*STOOD_IN[fault])
    graded = grade(server, stand_in=False)
    assert graded.status is Grading.NOT_GRADED
    assert graded.score is None
    assert graded.verdicts == ()
    assert NAME in graded.note
    assert "\n" not in graded.note


def test_silence_ends_at_the_deadline(server: Endpoint) -> None:
    server.then(e.silence())
    assert grade(server, timeout=0.2).status is Grading.STAND_IN


def test_an_endpoint_that_is_not_there(server: Endpoint) -> None:
    server.stop()
    assert grade(server).status is Grading.STAND_IN


def test_an_unknown_verdict_costs_its_point_only(server: Endpoint) -> None:
    server.then(e.obj(with_changed({**on("p4", "missed"), "v": "so-so"})))
    graded = grade(server)
    assert graded.status is Grading.GRADED
    assert statuses(graded) == {p: v for p, v in ALL_RIGHT.items() if p != "p4"}


def test_missing_points_are_not_assessed_and_invented_ones_ignored(server: Endpoint) -> None:
    server.then(e.obj(first(*RIGHT[:2], on("p4", "missed"), on("p7", "met", Q1))))
    graded = grade(server)
    assert statuses(graded) == {"p1": "met", "p2": "met", "p4": "missed"}
    assert graded.score == pytest.approx(5 / 6)


def forges(request: Request) -> dict[str, Any]:
    """All is met, by words that nobody said; asked again, by others."""
    if "copy from the answer" in request.text:
        return {"q": [{"id": p["id"], "q": "a truly excellent remark on it"} for p in RIGHT]}
    return first(*(on(p["id"], "met", "forests are known to be the best of all") for p in RIGHT))


def obeys(request: Request) -> dict[str, Any]:
    """Does as it is told, where it is told so; quotes the order."""
    told = ORDER in request.text
    if "copy from the answer" in request.text:
        return {"q": [{"id": p["id"], "q": ORDER} for p in RIGHT]}
    points = [on(p["id"], "met", ORDER) for p in RIGHT] if told else RIGHT
    return first(*points)


def insists(request: Request) -> dict[str, Any]:
    """Has heard of the order from elsewhere: obeys and quotes it whatever it reads."""
    if "copy from the answer" in request.text:
        return {"q": [{"id": p["id"], "q": ORDER} for p in RIGHT]}
    return first(*(on(p["id"], "met", ORDER) for p in RIGHT))


def test_forged_quotes_earn_nothing(server: Endpoint) -> None:
    with Endpoint(respond=forges) as endpoint:
        graded = grade(endpoint)
        assert len(endpoint.requests) == 2
    assert graded.status is Grading.GRADED
    assert set(statuses(graded).values()) == {"missed"}
    assert graded.score == 0


@pytest.mark.parametrize(("behaviour", "expected"), [(obeys, SCORE), (insists, 0)])
def test_a_judge_that_obeys_the_candidate_gives_nothing_for_it(
    behaviour: Callable[[Request], dict[str, Any]], expected: object
) -> None:
    with Endpoint(respond=behaviour) as endpoint:
        graded = grade(endpoint, said=f"{SAID} {ORDER}")
    assert graded.status is Grading.GRADED
    assert graded.score == expected
    assert graded.flags == (SPEAKS_TO_GRADER,)
    assert not any(v.evidence and ORDER in v.evidence.quote for v in graded.verdicts)


def test_a_fault_in_the_second_call_keeps_what_the_first_has_shown(server: Endpoint) -> None:
    server.then(e.obj(with_changed(on("p4", "met", "words that nobody said"))), *DOWN)
    graded = grade(server)
    assert graded.status is Grading.GRADED
    assert statuses(graded) == {p: v for p, v in ALL_RIGHT.items() if p != "p4"}


def test_the_marks_for_communication_never_enter_the_score(server: Endpoint) -> None:
    server.then(e.obj({**GOOD, "com": [1, 1, 1]}))
    low = grade(server)
    server.then(e.obj({**GOOD, "com": [5, 5, 5]}))
    high = grade(server)
    assert low.communication != high.communication
    assert low.score == high.score == SCORE


def test_every_quote_of_a_grade_stands_in_the_answer(server: Endpoint) -> None:
    server.then(e.obj(GOOD))
    graded = grade(server)
    quotes = [v.evidence.quote for v in graded.verdicts if v.status is Status.MET and v.evidence]
    assert len(quotes) == 3
    assert all(q in SAID for q in quotes)
