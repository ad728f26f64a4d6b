"""The one place that chooses adapters. Heavy libraries load when what needs them is asked for."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from interviewer import resources
from interviewer.domain import Interview, Kind, Question
from interviewer.settings import Configuration

if TYPE_CHECKING:
    from interviewer.bank import Bank
    from interviewer.bank.check import Complaint
    from interviewer.grading.grader import Grader
    from interviewer.grading.judge import Judge
    from interviewer.interview.interviewer import Interviewer
    from interviewer.report import Report
    from interviewer.retrieval import Encoder, ReferenceIndex
    from interviewer.store import SqlStore

Progress = Callable[[int, int], None]

THREADS = 2
"""Threads a model may use; what it says does not depend on them."""


class Services:
    """The program's parts, each made once, when first used."""

    def __init__(self, configuration: Configuration, progress: Progress | None = None) -> None:
        self.configuration = configuration
        self._progress = progress

    @classmethod
    def from_environment(cls, progress: Progress | None = None) -> Self:
        """The parts as the environment configures them. Raises `UsageError`."""
        return cls(Configuration.read(), progress)

    @cached_property
    def bank(self) -> "Bank":
        """The question bank: the shipped one, the user's own, or both."""
        from interviewer.bank import load_bank

        return load_bank([f or resources.folder("knowledge") for f in self.configuration.banks])

    @cached_property
    def encoder(self) -> "Encoder":
        """The sentence encoder: the shipped one, or a sentence-transformers model by name."""
        from interviewer.retrieval import OnnxEncoder, SentenceTransformerEncoder

        if self.configuration.encoder:
            return SentenceTransformerEncoder(self.configuration.encoder)
        return OnnxEncoder(resources.folder("models") / "encoder", THREADS)

    @cached_property
    def index(self) -> "ReferenceIndex":
        """The vector store over the bank, built if bank or encoder changed."""
        from interviewer.retrieval import open_index

        return open_index(
            self.bank,
            self.encoder,
            self.configuration.home,
            self.configuration.chroma_url or None,
            self._progress,
        )

    @cached_property
    def judge(self) -> "Judge":
        """Who decides."""
        from interviewer.grading.embedded import EmbeddedJudge, EntailmentModel
        from interviewer.retrieval import OnnxEncoder

        shipped = resources.folder("models")
        encoder = OnnxEncoder(shipped / "encoder") if self.configuration.encoder else self.encoder
        entailment = EntailmentModel(shipped / "entailment")
        return EmbeddedJudge(encoder, entailment, shipped / "entailment" / "verdict.json")

    @cached_property
    def grader(self) -> "Grader":
        """The grader alone: needs neither the index nor the database."""
        from interviewer.grading.grader import Grader

        return Grader(self.judge)

    @cached_property
    def store(self) -> "SqlStore":
        """Where interviews are kept."""
        from interviewer.store import SqlStore, database_url

        return SqlStore(
            database_url(self.configuration.database_url or None, self.configuration.home)
        )

    @cached_property
    def interviewer(self) -> "Interviewer":
        """Who drives interviews."""
        from interviewer.grading.asides import Asides
        from interviewer.grading.grader import Grader
        from interviewer.interview.interviewer import Interviewer
        from interviewer.retrieval import find_questions, related

        def topical(topic: str, limit: int, kind: Kind | None) -> list[str]:
            return find_questions(self.index, topic, limit, kind)

        def neighbours(question: Question, passages: list[str]) -> list[tuple[str, str]]:
            hits = related(self.index, passages, question, limit=5)
            return [(h.question_id, h.part_id) for h in hits if h.part_id]

        asides = Asides(self.judge, self.bank.get, neighbours)
        return Interviewer(
            self.store,
            Grader(self.judge, asides),
            self.bank.questions,
            topical,
            lambda: datetime.now(UTC),
        )

    def ready(self) -> Self:
        """Make every part now: sessions in several threads may then share them."""
        _ = self.interviewer, self.index
        return self

    def interview(self, interview_id: str) -> Interview:
        """An interview as saved, for reading. Raises `SessionError`."""
        from interviewer.interview import session

        return session.replay(interview_id, self.store.events(interview_id))

    def report(self, interview: Interview) -> "Report":
        """An interview's report, with what to practise next."""
        from interviewer.report import build
        from interviewer.report.build import missed_claims

        done = {question.id for question in interview.plan}
        return build(interview, self.study_next(missed_claims(interview), done))

    def study_next(self, missed: list[str], exclude: set[str], limit: int = 3) -> list[Question]:
        """Questions to practise next, from the claims that were missed."""
        from interviewer.retrieval import study_next

        return [self.bank.get(i) for i in study_next(self.index, missed, exclude, limit)]

    def close(self) -> None:
        """Give back what is open: the index's lock, the database's connections."""
        for name in ("index", "store"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()


def check_meaning(bank: "Bank", progress: Progress | None = None) -> "list[Complaint]":
    """What only meaning can tell about a bank, by the shipped encoder.

    The index is a passing one, so that no process's own is disturbed.
    """
    from interviewer.retrieval import OnnxEncoder, hard_to_find, open_index, said_twice

    encoder = OnnxEncoder(resources.folder("models") / "encoder", THREADS)
    with (
        TemporaryDirectory() as home,
        open_index(bank, encoder, Path(home), progress=progress) as index,
    ):
        return [*said_twice(bank, encoder), *hard_to_find(bank, index)]
