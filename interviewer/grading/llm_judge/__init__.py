"""A language model as judge: it decides per point and quotes; code checks and computes."""

from interviewer.grading.llm_judge.judge import LlmJudge

__all__ = ["LlmJudge"]
