"""The language model's verdicts on an answer: one call, quotes checked, doubts looked at again.

A normal answer takes one call. One more asks again for quotes that do not stand in the answer;
one more looks again at the few points in doubt, without showing the first verdict.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from random import Random

from interviewer.domain import Communication, Evidence, Status, Verdict
from interviewer.errors import ModelUnavailable, ReplyUnusable
from interviewer.grading.judge import (
    NO_WORDS,
    SPEAKS_TO_GRADER,
    UNPROVEN_CONFIDENCE,
    Answer,
    Judge,
    Judgement,
    nothing_claimed,
)
from interviewer.grading.llm_judge import doubts, replies
from interviewer.grading.llm_judge.case import messages, one_line, part
from interviewer.grading.llm_judge.doubts import Decision, doubtful, settle
from interviewer.grading.llm_judge.reading import NEAR, Readable, read
from interviewer.grading.rubric import Rubric
from interviewer.grading.scoring import MIN_ASSESSABLE
from interviewer.llm import LanguageModel
from interviewer.llm.model import Schema
from interviewer.prompts import Prompts

RULES = 2
"""Raise it when the code decides otherwise on the same replies."""
PROMPTS = ("judge", "second-look", "requote", "case")
ASSERTED_FROM = 0.5
"""From which confidence a misconception counts as asserted."""


class LlmJudge:
    """Decides per point by asking a language model; never takes a number for the whole from it.

    `witness` judges the same answer and may call for a second look, no more. `random` makes the
    delimiters around the answer. Safe to share between threads if these are.
    """

    def __init__(
        self,
        model: LanguageModel,
        prompts: Prompts,
        witness: Judge | None,
        random: Random,
    ) -> None:
        self._model = model
        self._prompts = prompts
        self._witness = witness
        self._random = random

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @cached_property
    def version(self) -> str:
        """A hash of the prompts, the model's name, the rules and the witness, 16 hex digits."""
        rules = [RULES, doubts.MAX_SHARE, doubts.LOW_CONFIDENCE, doubts.STRONG, doubts.DECISIVE]
        parts = [
            self.name,
            [self._prompts[p].hash for p in PROMPTS],
            [*rules, NEAR, ASSERTED_FROM],
            self._witness.version if self._witness else "",
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def judge(self, rubric: Rubric, answer: Answer) -> Judgement:
        """The verdicts on one answer.

        Raises `ModelUnavailable` if the model gives no reply and `ReplyUnusable` if what it
        gives has usable verdicts on less than 70% of the weight.
        """
        text = read(answer, rubric)
        if not text.said:
            missed = tuple(nothing_claimed(rubric, self.name, "nothing was claimed"))
            return Judgement(missed, flags=_flags(text))
        reply = self._ask("judge", rubric, text, replies.FirstLook)
        text = text.without(reply.a)
        points = [p.id for p in rubric.points]
        misconceptions = [m.id for m in rubric.misconceptions]
        decided = self._borne_out(rubric, text, _decisions(reply, points, misconceptions))
        again = doubtful(
            rubric.points, decided, self._testimony(rubric, answer), addressed=text.addressed
        )
        decided |= self._second_look(rubric, text, decided, again)
        if (missing := doubts.lacks(decided, rubric.points)) > 1 - MIN_ASSESSABLE:
            raise ReplyUnusable(
                f"{self.name} gave no usable verdict on {missing:.0%} of the points: try again, "
                "or choose another model"
            )
        return Judgement(
            tuple(self._verdict(p, decided[p]) for p in points if p in decided),
            tuple(
                self._verdict(m, decided[m])
                for m in misconceptions
                if m in decided and decided[m].status is Status.MET
            ),
            _flags(text),
            _communication(reply.com),
        )

    def _borne_out(
        self, rubric: Rubric, text: Readable, said: Mapping[str, tuple[Decision, str]]
    ) -> dict[str, Decision]:
        """The decisions with evidence that stands; asks once more for the quotes that do not."""
        decided: dict[str, Decision] = {}
        failed: dict[str, tuple[Decision, str]] = {}
        for claim_id, (decision, quote) in said.items():
            evidence = text.bears_out(quote)
            if evidence or decision.status is Status.MISSED:
                decided[claim_id] = _with(decision, evidence)
            else:
                failed[claim_id] = (decision, quote)
        if not failed:
            return decided
        verdicts = {i: decision.status for i, (decision, _) in failed.items()}
        try:
            reply = self._ask("requote", part(rubric, failed), text, replies.Requote, verdicts)
        except (ModelUnavailable, ReplyUnusable):
            return decided
        quotes = {replies.meant(q.id, failed): q.q for q in reply.q}
        for claim_id, (decision, quote) in failed.items():
            evidence = text.bears_out(quotes.get(claim_id, ""))
            near = text.is_near(quote) and not text.addressed
            decided[claim_id] = _requoted(decision, evidence, near)
        return decided

    def _second_look(
        self,
        rubric: Rubric,
        text: Readable,
        decided: Mapping[str, Decision],
        again: Sequence[str],
    ) -> dict[str, Decision]:
        """What the points in doubt come to; none changes if there is no second reply."""
        if not again:
            return {}
        try:
            reply = self._ask("second-look", part(rubric, again), text, replies.SecondLook)
        except (ModelUnavailable, ReplyUnusable):
            return {}
        settled = {}
        for claim_id, (second, quote) in _decisions(reply, again).items():
            first, evidence = decided[claim_id], text.bears_out(quote)
            if evidence is None and second.status is not Status.MISSED:
                if second.status is first.status:
                    continue
                looked = _requoted(second, None, near=False)
            else:
                looked = _with(second, evidence)
            settled[claim_id] = settle(first, looked, addressed=text.addressed)
        return settled

    def _testimony(self, rubric: Rubric, answer: Answer) -> dict[str, Verdict]:
        if self._witness is None:
            return {}
        return {v.point: v for v in self._witness.judge(rubric, answer).verdicts}

    def _ask(
        self,
        rules: str,
        rubric: Rubric,
        text: Readable,
        schema: type[Schema],
        verdicts: Mapping[str, Status] | None = None,
    ) -> Schema:
        asked = messages(self._prompts, rules, rubric, text, self._random, verdicts)
        return self._model.decide(asked, schema).value

    def _verdict(self, claim_id: str, decision: Decision) -> Verdict:
        return Verdict(
            point=claim_id,
            status=decision.status,
            evidence=decision.evidence,
            reason=decision.reason,
            confidence=decision.confidence,
            judge=self.name,
        )


def _decisions(
    reply: replies.FirstLook | replies.SecondLook,
    points: Collection[str],
    misconceptions: Collection[str] = (),
) -> dict[str, tuple[Decision, str]]:
    """By id, with the quote yet to be checked; what was not asked for is left out."""
    found: dict[str, tuple[Decision, str]] = {}
    for p in reply.p:
        point = replies.meant(p.id, points)
        if point is not None and point not in found:
            found[point] = _decision(p), p.q
    for m in reply.m if isinstance(reply, replies.FirstLook) else ():
        held = replies.meant(m.id, misconceptions)
        if held is not None and m.v == "met" and m.c >= ASSERTED_FROM:
            found[held] = _decision(m), m.q
    return found


def _decision(said: replies.PointReply) -> Decision:
    return Decision(Status(said.v), None, one_line(said.why)[: replies.MAX_REASON], said.c)


def _with(decision: Decision, evidence: Evidence | None) -> Decision:
    return replace(decision, evidence=None if decision.status is Status.MISSED else evidence)


def _requoted(decision: Decision, evidence: Evidence | None, near: bool) -> Decision:
    """The decision once its quote was asked for again: without words it falls."""
    if evidence is not None:
        return replace(decision, evidence=evidence, requoted=True)
    return Decision(
        Status.UNCLEAR if near and decision.status is not Status.CONTRADICTED else Status.MISSED,
        None,
        NO_WORDS,
        min(decision.confidence, UNPROVEN_CONFIDENCE),
    )


def _flags(text: Readable) -> tuple[str, ...]:
    return (SPEAKS_TO_GRADER,) if text.addressed else ()


def _communication(marks: Sequence[int]) -> Communication | None:
    if not marks:
        return None
    structure, clarity, depth = marks
    return Communication(structure=structure, clarity=clarity, depth=depth)
