from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interviewer.bank import load_bank
from interviewer.retrieval import KnownVectors, OnnxEncoder, texts_of
from interviewer.retrieval.known import write_known
from tests.retrieval.conftest import ENCODER_FOLDER

TEXTS = ["Dropout zeroes activations at random.", "Bagging averages trees."]
ROOT = Path(__file__).resolve().parents[2]


class Counting:
    """An encoder that notes what it is asked for."""

    def __init__(self, encoder: OnnxEncoder, name: str) -> None:
        self.name = name
        self.dimensions = encoder.dimensions
        self.asked: list[str] = []
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self._encoder.encode(texts)


def test_what_is_known_is_not_encoded_again(encoder: OnnxEncoder, tmp_path: Path) -> None:
    write_known(encoder, TEXTS, tmp_path / "known.npz")
    inner = Counting(encoder, encoder.name)
    known = KnownVectors(inner, tmp_path / "known.npz")
    asked = [TEXTS[1], "Something new.", TEXTS[0]]
    vectors = known.encode(asked)
    assert inner.asked == ["Something new."]
    exact = encoder.encode(asked)
    assert np.all(np.sum(vectors * exact, axis=1) > 0.999)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert known.encode([]).shape == (0, encoder.dimensions)


FLIPPED = {
    "content": (b"PK\x03\x04", 61),
    "compression": (b"PK\x01\x02", 10),
    "encryption": (b"PK\x01\x02", 8),
}
"""Bytes of the first array and of its entry in the directory, counted from where these begin."""


@pytest.mark.parametrize("fault", ["missing", "damaged", *FLIPPED, "another encoder"])
def test_without_a_fitting_file_everything_is_encoded(
    encoder: OnnxEncoder, tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "known.npz"
    write_known(encoder, TEXTS, path)
    if fault == "missing":
        path.unlink()
    elif fault == "damaged":
        path.write_bytes(path.read_bytes()[:200])
    elif fault in FLIPPED:
        beginning, at = FLIPPED[fault]
        content = bytearray(path.read_bytes())
        content[content.index(beginning) + at] ^= 0xFF
        path.write_bytes(content)
    inner = Counting(encoder, "another" if fault == "another encoder" else encoder.name)
    assert np.array_equal(KnownVectors(inner, path).encode(TEXTS), encoder.encode(TEXTS))
    assert inner.asked == TEXTS


def test_the_shipped_file_knows_nearly_all_of_the_shipped_bank(encoder: OnnxEncoder) -> None:
    inner = Counting(encoder, encoder.name)
    texts = texts_of(load_bank([ROOT / "knowledge"]))
    KnownVectors(inner, ENCODER_FOLDER / "known.npz").encode(texts)
    assert len(inner.asked) <= 0.02 * len(texts), "run python -m training.export_vectors"
