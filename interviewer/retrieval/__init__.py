"""The vector store: encode texts, index a bank, find what is like a text in it."""

from interviewer.retrieval.audit import hard_to_find, said_twice
from interviewer.retrieval.encoder import Encoder, OnnxEncoder, SentenceTransformerEncoder
from interviewer.retrieval.index import Hit, Part, ReferenceIndex, open_index
from interviewer.retrieval.neighbours import find_questions, related, study_next

__all__ = [
    "Encoder",
    "Hit",
    "OnnxEncoder",
    "Part",
    "ReferenceIndex",
    "SentenceTransformerEncoder",
    "find_questions",
    "hard_to_find",
    "open_index",
    "related",
    "said_twice",
    "study_next",
]
