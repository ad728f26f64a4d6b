"""Which questions to ask: those that fit, near the level, on the topics, not asked lately."""

from collections.abc import Collection, Iterable, Sequence
from random import Random

from interviewer.domain import Kind, Level, Question, Settings
from interviewer.errors import UsageError

_LEVELS = list(Level)


def choose(
    questions: Iterable[Question],
    settings: Settings,
    random: Random,
    *,
    topical: Sequence[str] = (),
    recent: Collection[str] = (),
) -> tuple[Question, ...]:
    """The questions to ask, in order; fewer than wanted if the bank has no more.

    `topical` are ids that fit the topics typed, best first, and bind the choice when there are
    any: the level decides only among as many as are asked. `recent` are ids asked lately, which
    come last. Kind and role are kept strictly, the level as nearly as possible. Without a kind and
    a topic, kinds take turns.
    Raises `UsageError` if nothing fits.
    """
    fitting = [
        q
        for q in questions
        if (settings.kind is None or q.kind is settings.kind)
        and (settings.role is None or settings.role in q.roles)
        and (not settings.topics or q.id in topical)
    ]
    if not fitting:
        raise UsageError(
            "no question fits: choose another kind, role or topic (`interviewer bank list`)"
        )
    shuffled = sorted(fitting, key=lambda q: q.id)
    random.shuffle(shuffled)
    rank = {question_id: i for i, question_id in enumerate(topical)}
    shuffled.sort(
        key=lambda q: (
            q.id in recent,
            rank.get(q.id, 0) // max(1, settings.questions),
            _distance(q.level, settings.level),
        )
    )
    if settings.kind is None and not settings.topics:
        shuffled = _alternate(shuffled)
    return tuple(shuffled[: settings.questions])


def _distance(level: Level, wanted: Level | None) -> int:
    return 0 if wanted is None else abs(_LEVELS.index(level) - _LEVELS.index(wanted))


def _alternate(questions: list[Question]) -> list[Question]:
    """The same questions, the kinds taking turns in the order in which they first come."""
    by_kind: dict[Kind, list[Question]] = {}
    for question in questions:
        by_kind.setdefault(question.kind, []).append(question)
    rounds = max(map(len, by_kind.values()), default=0)
    return [queue[i] for i in range(rounds) for queue in by_kind.values() if i < len(queue)]
