"""The candidate's own questions: what is one, and what the interviewer says to it. Pure."""

import re
from collections.abc import Sequence

from interviewer.bank.words import content_stems, stem
from interviewer.domain import Kind, Purpose, Question, Turn, Who
from interviewer.grading.evidence import MIN_CONTENT_WORDS
from interviewer.grading.text import QUESTION_WORD, sentences

MAX_WORDS = 30
YOURS = "That is for you to decide: state an assumption and go on."
_PREAMBLE = frozenset(
    content_stems("sure okay sorry let me first need some numbers before design clarify "
                  "requirements ask question start begin anything would like want understand")
)  # fmt: skip
"""What leads up to a question."""
_AGAIN = re.compile(
    r"\b(?:(?:can|could|would|will) you (?:please |perhaps |maybe )*"
    r"(?:repeat|rephrase|reword|explain|clarify|elaborate|say (?:that|it) (?:again|differently))"
    r"|please (?:repeat|rephrase|reword)|(?:repeat|rephrase|reword) (?:the|your) question"
    r"|what (?:do|did) you mean|(?:do|did) you mean|are you asking"
    r"|i (?:do not|don['’]t|did not|didn['’]t) (?:quite |really )?(?:understand|get|follow|catch) "
    r"(?:that|this|it|you|the question|your question|what you))\b",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\b(?:(?:do|did) you mean|are you asking)\b", re.IGNORECASE)
_ASKS = re.compile(
    rf"^(?:(?:and|so|but|also|then|sorry|ok|okay|sure|hm+)[\s,.]+)*{QUESTION_WORD}\b", re.IGNORECASE
)
_UNSURE = re.compile(
    r"\b(?:perhaps|maybe|possibly|probably|i (?:guess|suppose|think|believe|would))\b",
    re.IGNORECASE,
)
_MEANT = {
    stem(word): about
    for about, asked in {
        "latency": "fast quick quickly slow p99 p95 millisecond respond response",
        "traffic": "qps rps throughput load requests second",
        "users": "dau mau audience",
        "goal": "objective aim business kpi",
        "costs": "cost money spend price budget",
    }.items()
    for word in asked.split()
}
"""What a fact is called where a candidate asks for it by another word."""


def inquires(text: str, question: Question) -> bool:
    """Whether the candidate asks something back instead of answering.

    What the question was, in every round; a fact or a rule where the question has facts to give
    and where code is written. An answer that ends in a question ("Does that make sense?"), or
    that is given as one for want of confidence ("the variance?"), is an answer.
    """
    if len(text.split()) > MAX_WORDS:
        return False
    spoken = [text[start:end] for start, end in sentences(text)]
    stated = " ".join(s for s in spoken if not s.endswith("?") and not _AGAIN.search(s))
    if not content_stems(text) or len(set(content_stems(stated)) - _PREAMBLE) >= MIN_CONTENT_WORDS:
        return False
    if _AGAIN.search(text):
        return True
    if not spoken[-1].endswith("?") or _UNSURE.search(text):
        return False
    return bool(question.given) or (
        question.kind is Kind.CODING and _ASKS.search(spoken[-1]) is not None
    )


def reply(inquiry: Turn, question: Question, asked: str, talk: Sequence[Turn]) -> str:
    """What is said to it: the question once more, the facts asked for, or that it is theirs.

    `asked` is the item's own question, `talk` what was said before. Never a point.
    """
    if _AGAIN.search(inquiry.text):
        return _once_more(inquiry, asked, talk)
    return " ".join(_facts(inquiry.text, question)) or YOURS


def _once_more(inquiry: Turn, asked: str, talk: Sequence[Turn]) -> str:
    put = next(
        t.text
        for t in reversed(talk)
        if t.who is Who.INTERVIEWER and t.purpose is not Purpose.INFORM
    )
    about = "" if asked in put else f" It belongs to this: {asked}"
    either = " Choose one reading and say which." if _EITHER.search(inquiry.text) else ""
    return f"Once more: {put}{about}{either}"


def _facts(text: str, question: Question) -> list[str]:
    """What the inquiry's parts name, else the fact that is likest to the whole of it.

    Of several each says what it is about.
    """

    def likeness(part: str, fact: int) -> tuple[int, int]:
        wanted = set(content_stems(part))
        wanted |= {stem(_MEANT[w]) for w in wanted if w in _MEANT}
        given = question.given[fact]
        return (
            len(wanted & set(content_stems(given.about))),
            len(wanted & set(content_stems(given.answer))),
        )

    facts = range(len(question.given))
    named = []
    for part in re.split(r"[?;,.]|\band\b|\bor\b", text):
        best = max(facts, key=lambda f: likeness(part, f), default=None)
        if best is not None and likeness(part, best)[0]:
            named.append(best)
    chosen = named or sorted(facts, key=lambda f: likeness(text, f))[-1:]
    found = [question.given[f] for f in dict.fromkeys(chosen) if any(likeness(text, f))]
    if len(found) == 1:
        return [found[0].answer]
    return [f"{given.about.capitalize()}: {given.answer}" for given in found]
