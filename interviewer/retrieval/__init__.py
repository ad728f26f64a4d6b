"""The vector store: encode texts, index a bank, find what is like a text in it."""

from interviewer.retrieval.audit import hard_to_find, said_twice
from interviewer.retrieval.encoder import Encoder, OnnxEncoder, SentenceTransformerEncoder
from interviewer.retrieval.index import Hit, Part, ReferenceIndex, open_index, texts_of
from interviewer.retrieval.known import KnownVectors
from interviewer.retrieval.neighbours import (
    KNOWN_TOPIC,
    find_questions,
    nearest,
    related,
    study_next,
)

__all__ = [
    "KNOWN_TOPIC",
    "Encoder",
    "Hit",
    "KnownVectors",
    "OnnxEncoder",
    "Part",
    "ReferenceIndex",
    "SentenceTransformerEncoder",
    "find_questions",
    "hard_to_find",
    "nearest",
    "open_index",
    "related",
    "said_twice",
    "study_next",
    "texts_of",
]
