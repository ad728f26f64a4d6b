"""Stand-ins for what decides, keeps and tells the time; each fails loudly when misused."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from interviewer.domain import Event, Evidence, Interview, Started, Status, Summary, Verdict
from interviewer.errors import SessionError
from interviewer.grading.judge import Answer, Judgement
from interviewer.grading.rubric import Rubric

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class KeywordJudge:
    """Met where the answer says `+POINT`, contradicted at `-POINT`, unclear at `?POINT`.

    `!MISCONCEPTION` asserts one. The quote is the sentence with the mark.
    """

    name = "keyword"
    version = "1"

    def judge(self, rubric: Rubric, answer: Answer) -> Judgement:
        return Judgement(
            tuple(self._decide(p.id, answer) for p in rubric.points),
            tuple(
                v
                for m in rubric.misconceptions
                if (v := self._decide(m.id, answer, {"!": Status.MET})).status is Status.MET
            ),
        )

    @staticmethod
    def _decide(claim_id: str, answer: Answer, marks: dict[str, Status] | None = None) -> Verdict:
        known = marks or {"+": Status.MET, "-": Status.CONTRADICTED, "?": Status.UNCLEAR}
        for turn, text in answer.said:
            for sentence in text.split("."):
                for mark, status in known.items():
                    if f"{mark}{claim_id}" in sentence.split():
                        return Verdict(
                            point=claim_id,
                            status=status,
                            evidence=Evidence(turn=turn, quote=sentence.strip()),
                            confidence=0.9,
                            judge="keyword",
                        )
        return Verdict(point=claim_id, status=Status.MISSED, confidence=0.9, judge="keyword")


def say(*marks: str) -> str:
    """An answer with these marks, each in a sentence that says something."""
    return " ".join(f"Alpha beta gamma delta {mark} ." for mark in marks)


class MemoryArchive:
    """Interviews in memory, with the store's rule that a version is written once."""

    def __init__(self) -> None:
        self.kept: dict[str, list[Event]] = {}
        self.lines: dict[str, Summary] = {}

    def create(self, interview_id: str, started: Started) -> None:
        self.kept[interview_id] = [started]

    def append(self, interview_id: str, version: int, event: Event, summary: Summary) -> None:
        if version != len(self.kept[interview_id]):
            raise SessionError("this interview moved on in another window: reload the page")
        self.kept[interview_id].append(event)
        self.lines[interview_id] = summary

    def events(self, interview_id: str) -> Sequence[Event]:
        return tuple(self.kept[interview_id])

    def summaries(self, *, limit: int | None = None) -> Sequence[Summary]:
        return list(self.lines.values())[:limit]


def ticking(seconds: float = 1.0) -> Callable[[], datetime]:
    """A clock that goes on by so many seconds at each look."""
    now = START

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=seconds)
        return now

    return clock


def transcript(interview: Interview) -> list[tuple[str, str | None]]:
    """Purpose and point of every turn."""
    return [(t.purpose.value, t.point) for t in interview.turns]
