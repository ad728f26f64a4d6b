"""A case put before the model: the rules as the system's message, the data as the user's."""

from collections.abc import Collection, Iterable, Mapping
from random import Random

from interviewer.domain import Criterion, Misconception, Status
from interviewer.grading.llm_judge.reading import Readable
from interviewer.grading.rubric import Rubric
from interviewer.llm import Message, Role
from interviewer.prompts import Prompts, fence


def messages(
    prompts: Prompts,
    rules: str,
    rubric: Rubric,
    text: Readable,
    random: Random,
    verdicts: Mapping[str, Status] | None = None,
) -> list[Message]:
    """What to send: `rules` is a prompt's id; `verdicts` are shown beside the claims.

    The rules come first and never change, then the rubric, then the answer: an endpoint that
    keeps what it has read of a common beginning reads little anew.
    """
    delimiter, fenced = fence(text.text, random)
    # What the interviewer said may quote the candidate.
    heard = _lines(one_line(said) for _, said in text.heard if said != rubric.question)
    heard_delimiter, heard = fence(heard, random)
    case = prompts["case"].render(
        question=rubric.question,
        points=_listed(rubric.points, verdicts),
        misconceptions=_listed(rubric.misconceptions, verdicts),
        heard_delimiter=heard_delimiter,
        heard=heard,
        delimiter=delimiter,
        answer=fenced,
    )
    return [Message(Role.SYSTEM, prompts[rules].render()), Message(Role.USER, case)]


def part(rubric: Rubric, ids: Collection[str]) -> Rubric:
    """The rubric with these points and misconceptions only."""
    return Rubric(
        rubric.item,
        rubric.question,
        tuple(p for p in rubric.points if p.id in ids),
        tuple(m for m in rubric.misconceptions if m.id in ids),
    )


def one_line(text: str) -> str:
    """The text without line breaks or runs of white space."""
    return " ".join(text.split())


def _listed(
    claims: Iterable[Criterion | Misconception], verdicts: Mapping[str, Status] | None
) -> str:
    return _lines(
        f"{c.id}{f' [{verdicts[c.id]}]' if verdicts else ''}: {one_line(c.claim)}" for c in claims
    )


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts) or "none"
