"""What an answer touched beyond its own question: shown and steering, never scored."""

from collections.abc import Callable, Iterator, Sequence

from interviewer.domain import Aside, Question, Status
from interviewer.grading.evidence import verify
from interviewer.grading.judge import Answer, Judge
from interviewer.grading.rubric import Rubric
from interviewer.grading.text import sentences

MAX_PASSAGES = 12
MIN_CONFIDENCE = 0.7


class Asides:
    """Retrieval proposes points and misconceptions of other questions; the judge decides.

    `neighbours(question, passages)` gives the (question id, part id) of what is near.
    """

    def __init__(
        self,
        judge: Judge,
        question_by_id: Callable[[str], Question],
        neighbours: Callable[[Question, list[str]], Sequence[tuple[str, str]]],
    ) -> None:
        self._judge = judge
        self._question_by_id = question_by_id
        self._neighbours = neighbours

    def __call__(self, question: Question, answer: Answer) -> list[Aside]:
        """The asides of an answer, with the candidate's words; empty if there are none."""
        passages = [text[s:e] for _, text in answer.said for s, e in sentences(text)]
        return [
            aside
            for question_id, part_id in self._neighbours(question, passages[:MAX_PASSAGES])
            for aside in self._judged(self._question_by_id(question_id), part_id, answer)
        ]

    def _judged(self, other: Question, part_id: str, answer: Answer) -> Iterator[Aside]:
        rubric = Rubric.part(other, part_id)
        judgement = self._judge.judge(rubric, answer)
        claims = {p.id: p.claim for p in rubric.points} | {
            m.id: m.claim for m in rubric.misconceptions
        }
        for verdict in (*judgement.verdicts, *judgement.misconceptions):
            if verdict.status is not Status.MET or verdict.confidence < MIN_CONFIDENCE:
                continue
            quote = verdict.evidence.quote if verdict.evidence else ""
            evidence = verify(quote, answer.said, answer.heard)
            if evidence:
                yield Aside(
                    question=other.id,
                    claim=claims[verdict.point],
                    misconception=bool(rubric.misconceptions),
                    verdict=verdict.model_copy(update={"evidence": evidence}),
                )
