"""What the product asks of the reference index: what an answer touches, what to ask or study.

The numbers here were calibrated on this bank's texts with the encoder that ships.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from interviewer.domain import Kind, Question
from interviewer.retrieval.index import Hit, Part, ReferenceIndex

RELATED_FLOOR = 0.6
"""Least similarity of a passage to a point it touches: of the sentences of 60 model answers every
fourth has a point of another question that near. It proposes; the judge decides."""

TOPIC_FLOOR = 0.35
"""Least similarity of a topic to something in a question about it; nonsense stays below."""

KNOWN_TOPIC = 0.55
"""From this similarity to a question's text or phrase the bank holds a topic: of 40 topics it
holds 38 reach it; of 40 that it does not, the 10 that do have a near neighbour in it."""

_WEIGHTS: Mapping[Part, float] = {"question": 0.5, "point": 0.35, "misconception": 0.15}
"""What each part's best similarity adds to a question's score for a topic. The first question
found is right more often than with the greatest similarity or reciprocal ranks: mean
reciprocal rank 0.90, against 0.87 and 0.84, over 145 topics of the syllabus."""

_DEPTH = 40
"""Hits of each part that are looked at."""


def related(
    index: ReferenceIndex, passages: Sequence[str], question: Question, limit: int
) -> list[Hit]:
    """Points and misconceptions of other questions that the passages touch, likest first.

    Each comes once, with the score of the passage nearest to it, at least `RELATED_FLOOR`.
    """
    answers = index.search_many(
        passages,
        max(limit, 1),
        parts=("point", "misconception"),
        exclude_question=question.id,
    )
    best: dict[tuple[str, str | None], Hit] = {}
    for hit in (hit for hits in answers for hit in hits if hit.score >= RELATED_FLOOR):
        key = (hit.question_id, hit.part_id)
        if key not in best or hit.score > best[key].score:
            best[key] = hit
    ordered = sorted(best.values(), key=lambda hit: (-hit.score, hit.question_id, hit.part_id))
    return ordered[:limit]


def find_questions(
    index: ReferenceIndex, topic: str, limit: int, kind: Kind | None = None
) -> list[str]:
    """Ids of the questions about a topic in anybody's words, best first; none where none is."""
    return _rank(index, [topic], kind)[:limit]


def nearest(index: ReferenceIndex, topic: str, limit: int) -> list[Hit]:
    """The questions whose text or phrases are most like a topic, best first, each once."""
    return index.search(topic, limit, parts=("question",))


def study_next(
    index: ReferenceIndex, missed: Sequence[str], exclude: Collection[str], limit: int
) -> list[str]:
    """Ids of the questions that practise most of the missed claims, best first.

    `exclude` holds the ids of questions not to come again, such as those just asked.
    """
    return [question for question in _rank(index, missed) if question not in exclude][:limit]


def _rank(index: ReferenceIndex, texts: Sequence[str], kind: Kind | None = None) -> list[str]:
    """Questions by their summed scores for the texts; equal ones by id."""
    totals: dict[str, float] = defaultdict(float)
    near: set[str] = set()
    for part, weight in _WEIGHTS.items():
        for hits in index.search_many(texts, _DEPTH, parts=(part,), kind=kind):
            # Best first, so that the first hit of a question is the one that counts.
            best = {hit.question_id: hit.score for hit in reversed(hits)}
            for question, score in best.items():
                totals[question] += weight * score
            near |= {question for question, score in best.items() if score >= TOPIC_FLOOR}
    return sorted(near, key=lambda question: (-totals[question], question))
