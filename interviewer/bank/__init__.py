"""The question bank: read the YAML, check it."""

from interviewer.bank.loader import Bank, load_bank, load_question

__all__ = ["Bank", "load_bank", "load_question"]
