"""The rules on what an interviewer says, each broken once, and kept by the whole bank."""

from pathlib import Path

import pytest

from interviewer.bank import load_bank
from interviewer.domain import Purpose, Question
from interviewer.interview.manners import Manners

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
PROBE = "What does the layer do once the model serves predictions?"


def manners(question: Question, purpose: Purpose = Purpose.PROBE, **more: object) -> Manners:
    given: dict[str, object] = {
        "bank": PROBE,
        "asked": question.question,
        "secrets": tuple(p.claim for p in question.points),
        **more,
    }
    return Manners(purpose, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("word " * 41, "more than 40 words"),
        ("What does it do? And why is that?", "more than once"),
        ("Interviewer: what does the layer do?", "label"),
        ("What does the layer do with 512 units?", "a number of its own, 512"),
        ("Is every unit zeroed with a fixed probability under a new mask?", "gives away"),
        ("Is its output deterministic as its units are active?", "gives away"),
    ],
)
def test_each_rule_has_a_breach(dropout: Question, text: str, fault: str) -> None:
    assert fault in manners(dropout).breach(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Great. What does the layer do then?", "praises"),
        ("That's right, and what does the layer do then?", "praises"),
        ("A hint: what does the layer do when it serves?", "helps"),
        ("You missed something: what does the layer do?", "helps"),
        ("You said it drops units. What does the layer do then?", "repeats"),
        ("So averaging over many thinned networks at once, what then?", "repeats"),
    ],
)
def test_an_exam_neither_praises_nor_helps_nor_repeats(
    dropout: Question, text: str, fault: str
) -> None:
    said = "It is like averaging over many thinned networks at once."
    assert fault in manners(dropout, exam=True, answer=said).breach(text)
    assert manners(dropout, answer=said).breach(text) == ""


def test_a_breach_never_heals_by_saying_more(dropout: Question) -> None:
    rules = manners(dropout, exam=True)
    text = "Right. You said much, but is every unit zeroed at random with 3 others? Or not?"
    said = text.split()
    broken = [bool(rules.breach(" ".join(said[:n]))) for n in range(1, len(said) + 1)]
    assert broken == sorted(broken)
    assert broken[0]


@pytest.mark.parametrize(
    ("purpose", "text", "fault"),
    [
        (Purpose.PROBE, "Tell me about the layer in predictions.", "asks nothing"),
        (Purpose.PROBE, "And what is your favourite colour?", "strays"),
        (Purpose.DEEPEN, "What is the layer?", "leaves out part"),
        (Purpose.PROBE, "", "asks nothing"),
        (Purpose.PROBE, "Why does dropout help a network generalise?", "strays"),
    ],
)
def test_a_whole_turn_must_do_its_work(
    dropout: Question, purpose: Purpose, text: str, fault: str
) -> None:
    assert fault in manners(dropout, purpose).shortfall(text)


def test_a_question_keeps_its_numbers() -> None:
    bank = "With 1,000 features and 50 rows, which model would you fit first?"
    rules = Manners(Purpose.ASK, bank)
    assert rules.shortfall("Which model would you fit first with 1,000 features and 50 rows?") == ""
    assert "leaves out" in rules.shortfall("Which model would you fit first on features and rows?")


@pytest.mark.parametrize(
    ("bank", "kept", "lost"),
    [
        ("What breaks on a day with ten times the peak?", "And at ten times the peak, what breaks "
         "on that day?", "What breaks on a day with twice the peak?"),
        ("When would you not use it on such data?", "On such data, when wouldn't you use it?",
         "When would you use it on such data?"),
    ],
)  # fmt: skip
def test_a_question_keeps_what_it_turns_on(bank: str, kept: str, lost: str) -> None:
    rules = Manners(Purpose.PERTURB, bank)
    assert rules.shortfall(kept) == ""
    assert "leaves out" in rules.shortfall(lost)


def test_a_statement_neither_asks_nor_judges() -> None:
    rules = Manners(Purpose.ADVANCE, "Let's leave it there and go on.")
    assert rules.breach("Let us go on.") == ""
    assert "asks a question" in rules.breach("Shall we go on?")
    assert "praises" in rules.breach("Well done, let us go on.")


def test_an_answer_to_the_candidate_states_only_what_is_given() -> None:
    rules = Manners(
        Purpose.INFORM,
        "About 20 million payments a day.",
        asked="Design a system that detects fraud.",
        facts=("traffic: About 20 million payments a day, with peaks of 1,000 a second.",),
        answer="How many payments are there, 5 million?",
    )
    assert rules.breach("About 20 million a day, peaks at 1,000 a second.") == ""
    assert "number" in rules.breach("About 30 million a day.")
    assert rules.shortfall("Around 20 million payments.") == ""
    assert "leaves out" in rules.shortfall("That is for you to decide: go on.")


def test_the_bank_s_own_words_are_no_false_alarm() -> None:
    """Some probes of the bank are two questions; nothing else in them breaks a rule."""
    for question in load_bank([KNOWLEDGE / "evaluation", KNOWLEDGE / "llm"]):
        secrets = tuple(p.claim for p in question.points)
        for point in question.points:
            for purpose, text in ((Purpose.PROBE, point.probe), (Purpose.HINT, point.hint)):
                rules = Manners(purpose, text, question.question, secrets, exam=True)
                assert rules.breach(text) in ("", "it asks more than once"), question.id
                assert rules.shortfall(text) == "", question.id
