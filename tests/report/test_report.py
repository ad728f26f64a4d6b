"""The report of a real interview, with hostile text in it, in each format."""

import html.parser
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import Band, Interview, Mode, Purpose, Question, Settings, Who
from interviewer.errors import UsageError
from interviewer.grading.grader import Grader
from interviewer.interview.interviewer import Interviewer
from interviewer.report import Report, build, render
from interviewer.report.build import Debrief, ItemReport, TurnLine, joint, missed_claims
from interviewer.report.render import headline
from tests.fakes import KeywordJudge, MemoryArchive, say, ticking

HOSTILE = "<script>alert(1)</script> [link](javascript:alert(1)) </blockquote>"


@pytest.fixture(scope="module")
def interview(dropout: Question) -> Interview:
    host = Interviewer(MemoryArchive(), Grader(KeywordJudge()), [dropout], lambda *_: [], ticking())
    talk = host.start(Settings(mode=Mode.EXAM, questions=1))
    first = f"{say('+random-zeroing', '-off-at-inference', '!prunes-weights')} {HOSTILE}"
    talk = host.proceed(host.hear(talk, first))
    while not talk.closed:
        talk = host.proceed(host.hear(talk, "I don't know"))
    return talk


@pytest.fixture(scope="module")
def report(interview: Interview) -> Report:
    return build(interview)


def test_its_numbers_follow_from_its_verdicts(report: Report) -> None:
    question = report.questions[0]
    # (3 met − ¼·3 denied − ¼·2 misconception) of 14
    assert question.score == pytest.approx((3 - 0.75 - 0.5) / 14)
    assert report.score == question.score
    assert report.areas == {"deep-learning": question.score}
    assert question.verdicts["random-zeroing"].evidence
    assert question.misconceptions[0].correction


def test_the_band_of_several_scores_is_narrower_and_holds_their_mean() -> None:
    half = (0.5, Band(low=0.3, high=0.7))
    band = joint([half, half, (None, None)])
    assert band is not None
    assert (band.low, band.high) == pytest.approx((0.5 - 0.2 / 2**0.5, 0.5 + 0.2 / 2**0.5))
    nothing = (0.0, Band(low=0.0, high=0.1))
    band = joint([nothing, nothing])
    assert band is not None
    assert band.low == 0.0
    assert joint([(None, None)]) is None


def test_json_has_the_agreed_shape(report: Report) -> None:
    data = json.loads(render(report, "out.json"))
    assert {"id", "settings", "score", "band", "questions", "areas", "study"} <= data.keys()
    question = data["questions"][0]
    keys = {"question_id", "question", "kind", "score", "unaided", "verdicts", "turns"}
    assert keys <= question.keys()
    assert all(t.keys() == {"who", "purpose", "point", "text"} for t in question["turns"])


class Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.seen.append(tag)


def test_html_holds_no_markup_of_the_candidate(report: Report) -> None:
    page = render(report, "out.html")
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert "a" not in tags.seen
    assert page.count("<blockquote>") == page.count("</blockquote>")
    assert "&lt;script&gt;" in page


FENCED = re.compile(r"^(`{3,})\n(.*?)\n\1$", re.DOTALL | re.MULTILINE)


def answered(report: Report, text: str) -> Report:
    """The report of an interview in which only this was said."""
    turn = TurnLine(who=Who.CANDIDATE, purpose=Purpose.ANSWER, point=None, text=text)
    question = report.questions[0].model_copy(update={"turns": (turn,)})
    return report.model_copy(update={"questions": (question,)})


def test_markdown_brings_code_as_it_was_typed(report: Report) -> None:
    code = "def mean(xs):\n    # <b>\n    return sum(xs) / len(xs)\n\n\nprint(mean([1_0]))"
    assert f"```\n{code}\n```" in render(answered(report, code), "out.md")


@given(st.text("`~\n <a>", max_size=40).map(str.strip).filter(bool))
def test_nothing_said_breaks_out_of_its_fence_in_markdown(report: Report, text: str) -> None:
    fence, said = next(
        (m[1], m[2]) for m in FENCED.finditer(render(answered(report, text), "out.md"))
    )
    assert said == text
    assert fence not in text


def test_markdown_escapes_what_stands_in_no_fence(report: Report) -> None:
    written = report.model_copy(update={"debrief": Debrief(text=f"{HOSTILE}\n===", by="a model")})
    outside = FENCED.sub("", render(written, "out.md"))
    assert "<script>" not in outside
    assert "\\[link\\]\\(javascript" in outside
    assert "\n===" not in outside
    assert "\n\\=\\=\\=" in outside


def test_a_coding_task_brings_its_solution_and_a_design_no_opening_score(report: Report) -> None:
    question = report.questions[0]
    assert "opening answer alone" in headline(question)
    assert "opening" not in headline(question.model_copy(update={"kind": "system-design"}))
    task = question.model_copy(update={"solution": "def f():\n    return '<b>'"})
    told = report.model_copy(update={"questions": (task,)})
    assert "```\ndef f():\n    return '<b>'\n```" in render(told, "out.md")
    assert "<pre>def f():\n    return &#x27;&lt;b&gt;&#x27;</pre>" in render(told, "out.html")


def test_a_follow_up_that_was_passed_over_has_no_verdicts(dropout: Question) -> None:
    host = Interviewer(MemoryArchive(), Grader(KeywordJudge()), [dropout], lambda *_: [], ticking())
    core = say("+random-zeroing", "+no-co-adaptation", "+off-at-inference")
    talk = host.start(Settings(mode=Mode.EXAM, questions=1))
    talk = host.proceed(host.skip(host.proceed(host.hear(talk, core))))
    (follow_up,) = build(talk).questions[0].follow_ups
    assert (follow_up.note, follow_up.score, follow_up.verdicts) == ("passed over", None, {})


def test_another_format_is_refused(report: Report) -> None:
    with pytest.raises(UsageError, match=r"\.json, \.md, \.html"):
        render(report, "out.pdf")


def test_missed_claims_come_core_first(interview: Interview, dropout: Question) -> None:
    weights = {p.claim: p.weight for p in dropout.points}
    missed = missed_claims(interview)
    assert len(missed) == 5
    assert [weights[c] for c in missed] == sorted((weights[c] for c in missed), reverse=True)


@pytest.mark.parametrize("name", ["out.md", "out.html"])
def test_what_a_reader_should_doubt_is_told(report: Report, name: str) -> None:
    question = report.questions[0]
    follow_up = ItemReport(
        id="dropout/x", purpose="deepen", question="And then?", score=None, verdicts={},
        note="answer in English",
    )  # fmt: skip
    told = question.model_copy(
        update={"follow_ups": (follow_up,), "flags": ("speaks to the grader",)}
    )
    text = render(report.model_copy(update={"questions": (told,)}), name)
    assert "answer in English" in text
    assert "Noted: speaks to the grader" in text
    assert "90% sure" in text


def test_a_draft_brings_no_markup_into_markdown(report: Report) -> None:
    drafted = report.questions[0].model_copy(
        update={"drafted": "big-model", "question": HOSTILE, "model_answer": HOSTILE}
    )
    text = render(report.model_copy(update={"questions": (drafted,)}), "out.md")
    unfenced = FENCED.sub("", text)
    assert "<script>" not in unfenced
    assert "[link](" not in unfenced
