"""The main job as a person does it: set up, be asked, answer, be followed up, read the report."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from interviewer import resources
from interviewer.bank import load_bank
from interviewer.domain import Question
from interviewer.grading.text import sentences
from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BANK = load_bank([resources.folder("knowledge")])


def settled(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_test_id("stSelectbox").filter(has_text=label).first
    box.locator("input").click()
    page.get_by_role("option", name=option, exact=True).click()


def start(page: Page, server: Server, mode: str) -> None:
    page.goto(server.url)
    settled(page)
    choose(page, "Kind", "theory")
    choose(page, "Level", "mid")
    page.get_by_text(mode, exact=True).first.click()
    page.get_by_role("button", name="Start the interview").click()
    spoken(page, 1)


def messages(page: Page) -> Locator:
    return page.get_by_test_id("stChatMessage")


def answer(page: Page, text: str) -> None:
    """Send an answer and wait for what the interviewer says to it (or for the report)."""
    before = messages(page).count()
    page.get_by_test_id("stChatInputTextArea").fill(text)
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    spoken(page, before + 2)


def spoken(page: Page, least: int) -> None:
    """Wait until so many messages stand there and the interviewer listens (or for the report).

    A question can be passed on only while the interviewer listens.
    """
    page.wait_for_function(
        "([n]) => document.querySelectorAll('[data-testid=stChatMessage]').length >= n"
        " && [...document.querySelectorAll('button')].some("
        "b => b.innerText.includes('Pass on this question') && !b.disabled)"
        " || [...document.querySelectorAll('h1')].some(h => h.innerText.includes('Your report'))",
        arg=[least],
    )
    settled(page)


def asked(page: Page) -> Question | None:
    """The main question the interviewer has just put, or None if it followed up."""
    last = squash(messages(page).last.inner_text())
    return next((q for q in BANK if squash(q.question) in last), None)


def squash(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def test_three_answers_reach_a_report_that_ranks_them(page: Page, server: Server) -> None:
    start(page, server, "Exam")
    for quality in ("well", "half", "wrong"):
        question = asked(page)
        assert question is not None
        answer(page, opening(question, quality))
        followed_up = 0
        while not page.get_by_role("heading", name="Your report").is_visible():
            if asked(page) is not None:
                break
            followed_up += 1
            answer(page, reply(question, quality, followed_up))
        assert followed_up >= 1, f"no follow-up to the {quality} answer"
    expect(page.get_by_role("heading", name="Your report")).to_be_visible()
    shown = [p.inner_text() for p in page.get_by_test_id("stProgress").all()]
    scores = [float(s) for line in shown for s in re.findall(r"([\d.]+) of 10", line)]
    assert len(scores) == 3
    assert scores[0] > scores[1] > scores[2], scores
    every_claimed_point_shows_words(page)
    if "SCREENSHOTS" in os.environ:
        page.screenshot(path=Path(os.environ["SCREENSHOTS"]) / "report.png", full_page=True)


def opening(question: Question, quality: str) -> str:
    spans = sentences(question.model_answer)
    said = [question.model_answer[s:e] for s, e in spans]
    match quality:
        case "well":
            return " ".join(said)
        case "half":
            return " ".join(said[: len(said) // 2])
        case _:
            return " ".join(m.claim for m in question.misconceptions)


def reply(question: Question, quality: str, number: int) -> str:
    if quality == "well":
        points = [p.claim for f in question.follow_ups for p in f.points]
        return " ".join(points)
    return f"I don't know that one, sorry ({number})."


def every_claimed_point_shows_words(page: Page) -> None:
    blocks = page.get_by_test_id("stMarkdown").all()
    texts = [(b.inner_text(), b.locator("blockquote").count()) for b in blocks]
    claimed = 0
    for (text, _), (_, quotes) in pairwise(texts):
        if text.startswith(("✓ met", "✗ contradicted")):
            claimed += 1
            assert quotes == 1, text
    assert claimed >= 5


def test_reload_kill_and_restart_lose_nothing(page: Page, server: Server) -> None:
    start(page, server, "Coach")
    question = asked(page)
    assert question is not None
    first = opening(question, "half")
    answer(page, first)
    said = [squash(m.inner_text()) for m in messages(page).all()]
    assert "interview=" in page.url

    page.reload()
    settled(page)
    expect(messages(page)).to_have_count(len(said))

    server.kill()
    heard_but_not_graded(server, page.url.split("interview=")[1].split("&")[0])
    server.start()
    page.goto(page.url)
    spoken(page, len(said) + 2)
    whole = [squash(m.inner_text()) for m in messages(page).all()]
    assert whole[: len(said)] == said
    assert "saidjustbeforethecrash" in whole[len(said)]
    assert len(whole) >= len(said) + 2, "the interviewer goes on"

    page.reload()
    settled(page)
    expect(messages(page)).to_have_count(len(whole))
    assert grades_of_last_answer(server) == 1


def heard_but_not_graded(server: Server, interview_id: str) -> None:
    """A server of the same home that dies by SIGKILL between an answer and its grade."""
    script = (
        "import os, signal\n"
        "from interviewer.wiring import Services\n"
        "parts = Services.from_environment()\n"
        f"interview = parts.interview({interview_id!r})\n"
        "parts.interviewer.hear(interview, 'said just before the crash')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=server.environment, check=False)
    assert done.returncode == -9


def grades_of_last_answer(server: Server) -> int:
    script = (
        "from interviewer.wiring import Services\n"
        "parts = Services.from_environment()\n"
        "interview = parts.interview(parts.store.summaries()[0].id)\n"
        "turn = [t for t in interview.turns if t.text == 'said just before the crash'][0]\n"
        "print(sum(g.turn == turn.index for g in interview.grades))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=server.environment, check=True, capture_output=True
    )
    return int(done.stdout)


def test_an_answer_that_is_too_long_stays_on_the_page(page: Page, server: Server) -> None:
    start(page, server, "Coach")
    page.get_by_test_id("stChatInputTextArea").fill("word " * 40_000)
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("at most 8,000 are taken")
    settled(page)
    box = page.get_by_test_id("stTextArea").locator("textarea")
    assert len(box.input_value()) >= 199_999
    box.fill("It sets activations to zero at random during training, and more.")
    page.get_by_role("button", name="Send again").click()
    page.get_by_test_id("stChatInputTextArea").wait_for()
    expect(messages(page).nth(1)).to_contain_text("activations to zero at random")
