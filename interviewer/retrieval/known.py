"""Vectors of texts that were encoded before: the shipped bank is indexed in seconds by them."""

import hashlib
import zipfile
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interviewer.retrieval.encoder import Encoder

KEY_BYTES = 8
_DAMAGE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""`RuntimeError`: a flipped bit may name a compression that is unknown, or an encryption."""


class KnownVectors:
    """An encoder that looks a text up first, and asks the other only for what is new.

    The file holds 8-bit vectors (cosine to the encoder's own at least 0.999) made by the encoder
    whose name it carries; one made by another, or none at all, leaves everything to the encoder.
    """

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self._encoder = encoder
        self._path = path

    @property
    def name(self) -> str:
        """The encoder's."""
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        """The encoder's."""
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, (n, dimensions), each of unit length."""
        if not texts:
            return self._encoder.encode(texts)
        rows, vectors = self._known
        at = [rows.get(_key(text), -1) for text in texts]
        new = [text for text, row in zip(texts, at, strict=True) if row < 0]
        fresh = iter(self._encoder.encode(new) if new else ())
        return np.stack([_unit(vectors[row]) if row >= 0 else next(fresh) for row in at])

    @cached_property
    def _known(self) -> tuple[dict[bytes, int], NDArray[np.int8]]:
        try:
            with self._path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                if str(file["encoder"]) == self.name:
                    keys = [key.tobytes() for key in file["keys"]]
                    return {key: row for row, key in enumerate(keys)}, file["vectors"]
        except _DAMAGE:
            pass  # a help that is missing or damaged costs time, nothing else
        return {}, np.empty((0, 0), dtype=np.int8)


def write_known(encoder: Encoder, texts: Sequence[str], path: Path) -> None:
    """Encode every text and keep the vectors where `KnownVectors` finds them."""
    unique = sorted(set(texts))
    vectors = encoder.encode(unique)
    scaled = vectors / np.abs(vectors).max(axis=1, keepdims=True) * 127
    keys = np.array([np.frombuffer(_key(text), dtype=np.uint8) for text in unique])
    np.savez_compressed(
        path, encoder=np.array(encoder.name), keys=keys, vectors=np.rint(scaled).astype(np.int8)
    )


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:KEY_BYTES]


def _unit(row: NDArray[np.int8]) -> NDArray[np.float32]:
    vector = row.astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
