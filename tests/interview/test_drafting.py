"""Questions on topics the bank does not hold: held to its rules, marked, kept."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from interviewer.bank import load_bank, load_question
from interviewer.bank.loader import write_question
from interviewer.domain import Kind, Mode, Question, Settings
from interviewer.errors import BankError, ModelUnavailable, ReplyUnusable, UsageError
from interviewer.grading.grader import Grader
from interviewer.interview.drafting import Drafter, draftable
from interviewer.interview.interviewer import Interviewer
from interviewer.llm.fakes import QueuedModel, Reply
from interviewer.prompts import Prompts
from interviewer.report import build, render
from tests.fakes import KeywordJudge, MemoryArchive, say, ticking
from tests.scripted import DRAFT

TOPIC = "Speculative decoding"


GOOD = DRAFT
LEAKY = {
    **GOOD,
    "points": [
        {**p, "probe": "Does a small draft model propose several tokens?"} for p in GOOD["points"]
    ],
}


def draft(*replies: Reply, **settings: Any) -> tuple[Question, QueuedModel]:
    model = QueuedModel(*replies, name="big-model")
    drafter = Drafter(model, Prompts.load(), Random(1))
    return drafter.draft(TOPIC, Settings(**settings), []), model


def test_a_draft_becomes_a_question_that_says_what_it_is() -> None:
    question, model = draft(GOOD)
    assert question.drafted == "big-model"
    assert question.id.startswith("drafted-speculative-decoding-")
    assert len(question.points) == 4
    assert question.sources == ("drafted by big-model, not reviewed",)
    assert model.requests[0].messages[0].text.rstrip().endswith(">")


def test_what_breaks_the_bank_s_rules_is_sent_back_with_the_reasons() -> None:
    question, model = draft(LEAKY, GOOD)
    assert question.drafted
    assert "gives the point away" in model.requests[1].messages[-1].text
    short = {**GOOD, "question": ""}
    _, model = draft(short, GOOD)
    assert "question" in model.requests[1].messages[-1].text
    with pytest.raises(ReplyUnusable, match="keeps to the bank's rules"):
        draft(LEAKY, LEAKY, LEAKY)


def test_a_topic_that_is_none_is_no_question() -> None:
    with pytest.raises(ReplyUnusable):
        draft({**GOOD, "known": False})


def test_kinds_that_need_more_are_not_drafted() -> None:
    assert draftable(Settings())
    assert draftable(Settings(kind=Kind.STATISTICS))
    assert not any(draftable(Settings(kind=k)) for k in (Kind.CODING, Kind.BEHAVIOURAL))


@pytest.fixture
def drafted() -> Question:
    return draft(GOOD)[0]


def host(dropout: Question, drafted: Question | Exception) -> Interviewer:
    def give(_topic: str, _settings: Settings) -> Question | None:
        if isinstance(drafted, Exception):
            raise drafted
        return drafted

    return Interviewer(
        MemoryArchive(), Grader(KeywordJudge()), [dropout], lambda *_: [], ticking(), draft=give
    )  # fmt: skip


def test_it_is_asked_graded_and_marked_in_every_export(
    dropout: Question, drafted: Question
) -> None:
    interviewer = host(dropout, drafted)
    interview = interviewer.start(Settings(mode=Mode.EXAM, questions=2, topics=(TOPIC,)))
    assert interview.plan == (drafted,)
    interview = interviewer.end(interviewer.proceed(interviewer.hear(interview, say("+point-1"))))
    report = build(interview)
    assert report.questions[0].score
    for name in ("a.json", "a.md", "a.html"):
        text = render(report, name).replace("\\", "")
        assert "big-model" in text
        assert name == "a.json" or "not reviewed" in text


@pytest.mark.parametrize("error", [ModelUnavailable("away"), ReplyUnusable("no draft")])
def test_without_a_draft_the_bank_decides(dropout: Question, error: Exception) -> None:
    with pytest.raises(UsageError, match="no question fits"):
        host(dropout, error).start(Settings(topics=(TOPIC,)))
    assert host(dropout, error).start(Settings(questions=1)).plan == (dropout,)


def test_it_can_be_kept_in_a_bank_and_stays_marked(tmp_path: Path, drafted: Question) -> None:
    path = write_question(drafted, tmp_path)
    assert load_question(path) == drafted
    assert load_bank([tmp_path]).get(drafted.id).drafted == "big-model"
    with pytest.raises(BankError, match="kept already"):
        write_question(drafted, tmp_path)
