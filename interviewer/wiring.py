"""The one place that chooses adapters. Heavy libraries load when what needs them is asked for."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from interviewer import resources
from interviewer.domain import Interview, Kind, Question, Settings
from interviewer.errors import IndexInUse, IndexUnavailable, UsageError
from interviewer.settings import Configuration, keep

if TYPE_CHECKING:
    from interviewer.bank import Bank
    from interviewer.bank.check import Complaint
    from interviewer.grading.grader import Grader
    from interviewer.grading.judge import Judge
    from interviewer.interview.interviewer import Interviewer
    from interviewer.llm import LanguageModel
    from interviewer.llm.langchain_model import LangChainModel
    from interviewer.llm.usage import Ledger
    from interviewer.prompts import Prompts
    from interviewer.report import Report
    from interviewer.report.build import Usage
    from interviewer.retrieval import Encoder, OnnxEncoder, ReferenceIndex
    from interviewer.store import SqlStore

Progress = Callable[[int, int], None]

THREADS = 2
"""Threads a model may use; what it says does not depend on them."""

MODEL_VARIABLES = ("INTERVIEWER_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY")

JudgeName = Literal["embedded", "llm"]


@dataclass(frozen=True)
class Trial:
    """How a test call went: seconds for a few words, and the way the model gives objects."""

    model: str
    seconds: float
    rung: str


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

        return load_bank(self.bank_folders)

    @property
    def bank_folders(self) -> list[Path]:
        """The folders that the bank is read from."""
        folders = [f or resources.folder("knowledge") for f in self.configuration.banks]
        if self.own_bank.is_dir() and self.own_bank.resolve() not in [f.resolve() for f in folders]:
            folders.append(self.own_bank)
        return folders

    @property
    def own_bank(self) -> Path:
        """The folder of the questions the user has kept; part of the bank once it is there."""
        return self.configuration.home / "bank"

    def keep_question(self, interview: Interview, question_id: str) -> Path:
        """Keep a drafted question of an interview in the user's own bank, from the next start on.

        Raises `BankError`, and `UsageError` where the interview has no such question.
        """
        from interviewer.bank.loader import write_question

        for question in interview.plan:
            if question.id == question_id and question.drafted:
                return write_question(question, self.own_bank)
        raise UsageError(f"interview {interview.id} has no drafted question {question_id!r}")

    @cached_property
    def encoder(self) -> "Encoder":
        """The sentence encoder: the shipped one, or a sentence-transformers model by name."""
        from interviewer.retrieval import SentenceTransformerEncoder

        if self.configuration.encoder:
            return SentenceTransformerEncoder(self.configuration.encoder)
        return _knowing(self._shipped_encoder)

    @cached_property
    def _shipped_encoder(self) -> "OnnxEncoder":
        from interviewer.retrieval import OnnxEncoder

        return OnnxEncoder(resources.folder("models") / "encoder", THREADS)

    @cached_property
    def index(self) -> "ReferenceIndex":
        """The vector store over the bank, built if bank or encoder changed."""
        from interviewer.retrieval import open_index

        home, url = self.configuration.home, self.configuration.chroma_url or None
        try:
            return open_index(self.bank, self.encoder, home, url, self._progress)
        except IndexInUse:
            # All that is in it follows from the bank: beside its owner one of our own will do.
            return open_index(self.bank, self.encoder, None, progress=self._progress)

    @cached_property
    def judge(self) -> "Judge":
        """The embedded judge: decides, witnesses, or stands in."""
        from interviewer.grading.embedded import EmbeddedJudge, EntailmentModel

        models = resources.folder("models")
        folder = models / "entailment"
        entailment = EntailmentModel(folder, models / "encoder" / "tokenizer.json", THREADS)
        return EmbeddedJudge(self._shipped_encoder, entailment, folder / "verdict.json")

    @cached_property
    def grader(self) -> "Grader":
        """The grader alone: needs neither the index nor the database."""
        from interviewer.grading.grader import Grader

        return Grader(self.judge)

    @cached_property
    def prompts(self) -> "Prompts":
        """The shipped prompts."""
        from interviewer.prompts import Prompts

        return Prompts.load()

    @cached_property
    def ledger(self) -> "Ledger":
        """What the language model took so far, by interview."""
        from interviewer.llm.usage import Ledger, prices

        home = self.configuration.home
        return Ledger(prices(home / "prices.toml"), home / "usage.jsonl")

    @cached_property
    def language_model(self) -> "LangChainModel | None":
        """The language model that is set up, if one is."""
        return self._model() if self.configuration.has_model else None

    def _model(self) -> "LangChainModel":
        from interviewer.llm.ladder import RungMemory
        from interviewer.llm.langchain_model import LangChainModel

        chosen = self.configuration
        return LangChainModel(
            chosen.model,
            chosen.base_url,
            chosen.api_key,
            timeout=chosen.timeout,
            rungs=RungMemory(chosen.home / "rungs.json"),
            spent=partial(self.ledger.book, chosen.model),
        )

    @cached_property
    def llm_judge(self) -> "Judge | None":
        """The language model that is set up as judge, if one is."""
        return self._judging(self.language_model) if self.language_model else None

    def _judging(self, model: "LanguageModel") -> "Judge":
        """A language model as judge, the embedded one its witness."""
        from interviewer.grading.llm_judge import LlmJudge

        return LlmJudge(model, self.prompts, self.judge, secrets.SystemRandom())

    def llm_grader(self, record: Path | None = None, replay: Path | None = None) -> "Grader":
        """The grader with the language model as judge, the embedded one standing in.

        With `record` every request and its reply is added to a file; with `replay` such a file
        replies instead of the endpoint. Raises `UsageError` where no model is set up.
        """
        from interviewer.grading.grader import Grader
        from interviewer.llm.recording import Recorded, Replayed

        model: LanguageModel
        if replay is not None:
            model = Replayed(replay)
        elif self.language_model is None:
            raise UsageError("no language model is set up: see `interviewer doctor`")
        else:
            live = self.language_model
            model = live if record is None else Recorded(live, record)
        return Grader(self._judging(model), stand_in=self.judge)

    @property
    def default_judge(self) -> JudgeName:
        """Who decides if nobody says: the language model where one is set up."""
        if not self.configuration.has_model:
            return "embedded"
        chosen = "judge" in self.configuration.model_fields_set
        return self.configuration.judge if chosen else "llm"

    @property
    def fixed_variables(self) -> frozenset[str]:
        """The variables of the language model that the environment sets, and so wins with."""
        return frozenset(name for name in MODEL_VARIABLES if os.environ.get(name))

    def set_up_model(
        self, model: str, base_url: str, api_key: str | None, *, remember: bool
    ) -> None:
        """Use another language model from now on, none if all is empty; None keeps the key.

        With `remember` it is written to the settings file, key included; else it holds for this
        process. Raises `UsageError`, `StoreError`.
        """
        changed = self.configuration.with_model(model, base_url, api_key)
        if changed.model and not changed.has_model:
            raise UsageError("a language model needs an endpoint or a key: give one of them")
        if remember:
            key = changed.api_key.get_secret_value()
            values = dict(zip(MODEL_VARIABLES, (changed.model, changed.base_url, key), strict=True))
            if changed.judge == "llm" and not changed.has_model:
                # A judge without its model would keep the program from starting.
                values["INTERVIEWER_JUDGE"] = ""
            keep(
                changed.home,
                {n: v for n, v in values.items() if n not in self.fixed_variables},
            )
        self.configuration = changed
        self._close_model()
        for name in ("llm_judge", "interviewer"):
            self.__dict__.pop(name, None)

    def try_model(self) -> Trial:
        """A test call. Raises `UsageError`, `ModelUnavailable` and `ReplyUnusable`."""
        from pydantic import create_model

        from interviewer.llm import Message, Role

        if not self.configuration.has_model:
            raise UsageError("no language model is set up: set INTERVIEWER_MODEL and an endpoint")
        # One of its own: a circuit that opened earlier must not answer for the endpoint.
        model = self._model()
        try:
            asked = [Message(Role.USER, "Reply with the single word ready.")]
            seconds = model.write(asked).seconds
            asked = [Message(Role.USER, "Are you ready? Reply as JSON with the key ready.")]
            model.decide(asked, create_model("Ready", ready=(bool, ...)))
            return Trial(model.name, seconds, str(model.rung or "unknown"))
        finally:
            model.close()

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
        from interviewer.interview.wording import Wording
        from interviewer.retrieval import find_questions, related

        def topical(topic: str, limit: int, kind: Kind | None) -> list[str]:
            return find_questions(self.index, topic, limit, kind)

        def neighbours(question: Question, passages: list[str]) -> list[tuple[str, str]]:
            try:
                hits = related(self.index, passages, question, limit=5)
            except IndexUnavailable:
                return []  # what lies beyond the question is never scored
            return [(h.question_id, h.part_id) for h in hits if h.part_id]

        asides = Asides(self.judge, self.bank.get, neighbours)
        model, judge = self.language_model, self.llm_judge
        return Interviewer(
            self.store,
            Grader(self.judge, asides),
            self.bank.questions,
            topical,
            lambda: datetime.now(UTC),
            llm_grader=Grader(judge, asides, stand_in=self.judge) if judge else None,
            wording=Wording(model, self.prompts, secrets.SystemRandom()) if model else None,
            draft=self._draft if model else None,
        )

    def _draft(self, topic: str, settings: Settings) -> Question | None:
        """A question on a topic that the bank does not hold; None if it does, or of this kind."""
        from interviewer.interview.drafting import Drafter, draftable
        from interviewer.retrieval import KNOWN_TOPIC, nearest

        hits = nearest(self.index, topic, limit=4)
        known = bool(hits) and hits[0].score >= KNOWN_TOPIC
        if known or self.language_model is None or not draftable(settings):
            return None
        drafter = Drafter(self.language_model, self.prompts, secrets.SystemRandom())
        return drafter.draft(topic, settings, [self.bank.get(h.question_id) for h in hits])

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
        study: list[Question] = []
        with suppress(IndexUnavailable):  # a report without advice is better than none
            study = self.study_next(missed_claims(interview), done)
        return build(interview, study, self.usage(interview))

    def usage(self, interview: Interview) -> "Usage | None":
        """What the language model took for an interview; None if it had no part in it."""
        from interviewer.report.build import Usage

        spent = self.ledger.total(interview.id)
        if not spent.calls:
            return None
        tokens = (spent.usage.input_tokens, spent.usage.output_tokens)
        return Usage(
            calls=spent.calls, input_tokens=tokens[0], output_tokens=tokens[1], cost=spent.cost
        )

    def debriefed(self, interview: Interview) -> Interview:
        """The interview with its report in words, where a language model is set up to write it.

        Raises `ModelUnavailable` and `ReplyUnusable`; the interview then stays without.
        """
        from interviewer.interview import session
        from interviewer.llm.usage import booked_to
        from interviewer.report import build
        from interviewer.report.debrief import Debriefer

        written = session.debrief(interview) is not None
        if self.language_model is None or written or not (interview.closed and interview.grades):
            return interview
        with booked_to(interview.id, "debrief"):
            debrief = Debriefer(self.language_model, self.prompts).write(build(interview))
        return self.interviewer.add_debrief(interview, debrief.text, debrief.by)

    def study_next(self, missed: list[str], exclude: set[str], limit: int = 3) -> list[Question]:
        """Questions to practise next, from the claims that were missed."""
        from interviewer.retrieval import study_next

        return [self.bank.get(i) for i in study_next(self.index, missed, exclude, limit)]

    def close(self) -> None:
        """Give back what is open: the index's lock, the database's connections."""
        for name in ("index", "store"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        self._close_model()

    def _close_model(self) -> None:
        if model := self.__dict__.pop("language_model", None):
            model.close()


def _knowing(encoder: "Encoder") -> "Encoder":
    """The shipped encoder, with the vectors of the shipped bank at hand."""
    from interviewer.retrieval import KnownVectors

    return KnownVectors(encoder, resources.folder("models") / "encoder" / "known.npz")


def check_meaning(bank: "Bank", progress: Progress | None = None) -> "list[Complaint]":
    """What only meaning can tell about a bank, by the shipped encoder and an index of its own."""
    from interviewer.retrieval import OnnxEncoder, hard_to_find, open_index, said_twice

    encoder = _knowing(OnnxEncoder(resources.folder("models") / "encoder", THREADS))
    with open_index(bank, encoder, None, progress=progress) as index:
        return [*said_twice(bank, encoder), *hard_to_find(bank, index)]
