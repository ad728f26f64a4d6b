"""What the grader makes of a judge's verdict: no quote that stands, no claim; help is counted."""

from dataclasses import dataclass

import pytest

from interviewer.domain import Criterion, Evidence, Help, Purpose, Status, Turn, Verdict, Who
from interviewer.grading.grader import Grader
from interviewer.grading.judge import Answer, Judgement
from interviewer.grading.rubric import Rubric
from tests.fakes import START

RUBRIC = Rubric(
    "q", "Why average trees?", (Criterion(id="p", claim="It lowers the variance.", weight=3),)
)


@dataclass
class Says:
    """A judge that gives one verdict."""

    status: Status
    quote: str | None
    turn: int
    name: str = "says"
    version: str = "1"

    def judge(self, rubric: Rubric, _answer: Answer) -> Judgement:
        evidence = Evidence(turn=self.turn, quote=self.quote) if self.quote else None
        return Judgement(
            tuple(
                Verdict(point=p.id, status=self.status, evidence=evidence, confidence=0.9,
                        judge=self.name)
                for p in rubric.points
            )
        )  # fmt: skip


def turns(*said: tuple[Purpose, str]) -> list[Turn]:
    by_candidate = (Purpose.ANSWER, Purpose.SKIP)
    return [
        Turn(index=i, who=Who.CANDIDATE if purpose in by_candidate else Who.INTERVIEWER,
             purpose=purpose, text=text, item="q", at=START,
             point=None if purpose in (*by_candidate, Purpose.ASK) else "p")
        for i, (purpose, text) in enumerate(said)
    ]  # fmt: skip


HINTED = turns(
    (Purpose.ASK, RUBRIC.question),
    (Purpose.ANSWER, "It makes the whole forest better."),
    (Purpose.HINT, "Think of many noisy thermometers averaged together."),
    (Purpose.ANSWER, "Many noisy thermometers averaged together wobble much less."),
)


@pytest.mark.parametrize("status", [Status.MET, Status.UNCLEAR, Status.CONTRADICTED])
@pytest.mark.parametrize(
    "quote", ["Many noisy thermometers averaged together", "nobody said these words"]
)
def test_a_quote_that_does_not_stand_makes_nothing_of_a_point(status: Status, quote: str) -> None:
    grade = Grader(Says(status, quote, 3)).grade(RUBRIC, HINTED, at=START)
    assert (grade.verdicts[0].status, grade.verdicts[0].evidence) == (Status.MISSED, None)
    assert grade.score == 0.0


@pytest.mark.parametrize("quote", [None, "averaged together wobble much less"])
def test_an_unclear_point_counts_the_help_with_words_and_without(quote: str | None) -> None:
    grade = Grader(Says(Status.UNCLEAR, quote, 3)).grade(RUBRIC, HINTED, at=START)
    assert (grade.verdicts[0].status, grade.verdicts[0].help) == (Status.UNCLEAR, Help.HINTED)
    assert grade.score == pytest.approx(0.5 * 0.6)


def test_words_quoted_back_to_the_candidate_still_count() -> None:
    talk = turns(
        (Purpose.ASK, RUBRIC.question),
        (Purpose.ANSWER, "Averaging raises the variance of trees."),
        (Purpose.CHALLENGE, "You said “Averaging raises the variance of trees”. Does it?"),
        (Purpose.ANSWER, "Yes, I stand by every word of it."),
    )
    judge = Says(Status.CONTRADICTED, "Averaging raises the variance of trees", 1)
    (verdict,) = Grader(judge).grade(RUBRIC, talk, at=START).verdicts
    assert verdict.status is Status.CONTRADICTED
    assert verdict.evidence is not None
    assert verdict.evidence.turn == 1
