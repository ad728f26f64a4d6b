"""What the interviewer adds to a model's own time: per turn, to the first word, with fifty at once.

    python -m benchmarks.conversation

A scripted server on this machine plays the model. The language-model judge decides (without a
witness, whose time `benchmarks/grader.py` has) and the model words every turn, over real HTTP and
into a real SQLite file. A turn is an answer taken, judged, followed up and saved.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Lock

from interviewer import resources
from interviewer.bank import load_question
from interviewer.domain import Mode, Question, Settings
from interviewer.grading.grader import Grader
from interviewer.grading.llm_judge import LlmJudge
from interviewer.interview.interviewer import Interviewer
from interviewer.interview.policy import Move
from interviewer.interview.wording import Wording
from interviewer.llm.langchain_model import LangChainModel
from interviewer.prompts import Prompts
from interviewer.store import SqlStore, database_url
from tests.endpoint import Endpoint, Reply, Request, slow
from tests.fakes import KeywordJudge
from tests.scripted import plays_along

ALONE = 30
AT_ONCE = 50
REPLY_SECONDS = 1.0
ANSWER = "It switches units off at random while it learns, and so none can lean on others. " * 4


class Model:
    """The server, which notes when it began to reply and for how long it made a turn wait."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self.first_piece = 0.0

    def __call__(self, request: Request) -> Reply:
        """The reply, and when its first piece goes out."""
        reply = plays_along(request)
        if request.streamed:
            with self._lock:
                self.first_piece = time.perf_counter() + self._seconds
        return slow(reply, self._seconds)


def main() -> None:
    """Print the three figures beside what they must hold."""
    question = load_question(resources.folder("knowledge") / "deep-learning" / "dropout.yaml")
    with tempfile.TemporaryDirectory() as home:
        alone(question, Path(home))
        at_once(question, Path(home))


def alone(question: Question, home: Path) -> None:
    """One interview after another, against a server that replies at once."""
    model = Model(0.05)
    with Endpoint(respond=model) as endpoint:
        host = _host(question, endpoint.model(), SqlStore(database_url(None, home / "a")))
        added, first = [], []
        for number in range(ALONE + 2):
            seconds, begun = _turn(host)
            if number > 1:
                added.append(seconds - 2 * model._seconds)
                first.append(begun - model.first_piece)
    print(f"added per turn, median of {ALONE}: {_ms(statistics.median(added))} (at most 150 ms)")
    print(f"first word after the model's: median {_ms(statistics.median(first))}, "
          f"longest {_ms(max(first))} (at most 300 ms)")  # fmt: skip


def at_once(question: Question, home: Path) -> None:
    """Fifty interviews, a thread each, against replies that take a second."""
    with Endpoint(respond=Model(REPLY_SECONDS)) as endpoint:
        host = _host(question, endpoint.model(), SqlStore(database_url(None, home / "b")))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            timed = list(pool.map(lambda _: _turn(host), range(AT_ONCE)))
    added = sorted(seconds - 2 * REPLY_SECONDS for seconds, _ in timed)
    p95 = added[int(0.95 * len(added))]
    print(f"{AT_ONCE} at once: median {_ms(statistics.median(added))}, p95 {_ms(p95)} "
          "(p95 under 1000 ms)")  # fmt: skip


def _turn(host: Interviewer) -> tuple[float, float]:
    """Seconds from an answer to the saved follow-up, and when its first word was shown."""
    settings = Settings(mode=Mode.EXAM, questions=1, judge="llm")
    interview = host.proceed(host.create(settings, vary=False))
    shown: list[float] = []

    def show(_move: Move, _text: str) -> None:
        shown.append(time.perf_counter())

    begun = time.perf_counter()
    after = host.proceed(host.hear(interview, ANSWER), show)
    seconds = time.perf_counter() - begun
    assert after.turns[-1].worded_by, f"not the model's words: {after.turns[-1].notice}"
    assert after.grades[-1].judge != "keyword", "the model did not judge"
    return seconds, shown[0]


def _host(question: Question, model: LangChainModel, store: SqlStore) -> Interviewer:
    prompts, clock = Prompts.load(), _clock()
    judge = LlmJudge(model, prompts, None, Random(1))
    own = KeywordJudge()
    return Interviewer(
        store, Grader(own), [question], lambda *_: [], clock,
        llm_grader=Grader(judge, stand_in=own), wording=Wording(model, prompts, Random(2)),
    )  # fmt: skip


def _clock() -> Callable[[], datetime]:
    return lambda: datetime.now(UTC)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
