"""The judge that needs no key and no network."""

from interviewer.grading.embedded.entailment import EntailmentModel
from interviewer.grading.embedded.judge import EmbeddedJudge

__all__ = ["EmbeddedJudge", "EntailmentModel"]
