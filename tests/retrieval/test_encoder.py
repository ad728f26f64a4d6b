import hashlib
import importlib
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.errors import ModelFilesError, UsageError
from interviewer.retrieval import OnnxEncoder, SentenceTransformerEncoder
from tests.retrieval.conftest import ENCODER_FOLDER

TEXTS = [
    "Dropout sets random activations to zero during training.",
    "While training, dropout zeroes units at random.",
    "The p-value is a probability.",
    "A cat",
]
# What sentence-transformers gives for the first text with the original, fp32 weights.
ORIGINAL = [-0.0026, -0.0301, 0.0399, 0.0765, 0.0232, 0.0253]
_SHARED = OnnxEncoder(ENCODER_FOLDER)


def test_rows_have_unit_length_and_the_stated_size(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_text_gives_no_row(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_paraphrase_is_nearer_than_another_subject(encoder: OnnxEncoder) -> None:
    original, paraphrase, other, _ = encoder.encode(TEXTS)
    assert original @ paraphrase > 0.8
    assert original @ other < 0.3


def test_vectors_are_those_of_the_original_model(encoder: OnnxEncoder) -> None:
    vector = encoder.encode([TEXTS[0]])[0]
    assert np.allclose(vector[:6], ORIGINAL, atol=0.005)


@settings(max_examples=20)
@given(st.lists(st.sampled_from([*TEXTS, "", "…", "ReLU " * 40]), min_size=1, max_size=4))
def test_a_vector_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    together = _SHARED.encode(texts)
    alone = np.vstack([_SHARED.encode([text]) for text in texts])
    assert np.array_equal(together, alone)


def test_threads_do_not_change_a_vector(encoder: OnnxEncoder) -> None:
    assert np.array_equal(
        OnnxEncoder(ENCODER_FOLDER, threads=2).encode(TEXTS), encoder.encode(TEXTS)
    )


def test_what_follows_256_tokens_is_not_read(encoder: OnnxEncoder) -> None:
    # [CLS] and [SEP] take two of the 256.
    head = "word " * 254
    one, other, shorter = encoder.encode(
        [head + "cat", head + "dog " * 1000, "word " * 253 + "dog"]
    )
    assert np.array_equal(one, other)
    assert not np.array_equal(one, shorter)


def test_the_name_follows_the_weights(encoder: OnnxEncoder) -> None:
    digest = hashlib.sha256((ENCODER_FOLDER / "model.onnx").read_bytes()).hexdigest()
    assert encoder.name == f"all-MiniLM-L6-v2-int8-{digest[:12]}"


def test_the_model_card_states_the_files_as_they_are() -> None:
    card = (ENCODER_FOLDER / "README.md").read_text(encoding="utf-8")
    sums = (ENCODER_FOLDER / "SHA256SUMS").read_text(encoding="utf-8")
    assert sums.strip() in card


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "SHA256SUMS"])
@pytest.mark.parametrize("damage", ["missing", "cut short"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(ENCODER_FOLDER, folder)
    if damage == "missing":
        (folder / name).unlink()
    else:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 3])
    with pytest.raises(ModelFilesError, match="install the package again") as caught:
        OnnxEncoder(folder).encode(["x"])
    assert str(folder / name) in str(caught.value)


def test_nothing_is_read_before_the_first_use(tmp_path: Path) -> None:
    OnnxEncoder(tmp_path / "nowhere")


def test_without_the_extra_another_model_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)

    def absent(_: str) -> str:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr("importlib.metadata.version", absent)
    encoder = SentenceTransformerEncoder("BAAI/bge-small-en-v1.5")
    with pytest.raises(UsageError, match=r"pip install 'interviewer\[sentence-transformers\]'"):
        encoder.encode(["x"])
    with pytest.raises(UsageError, match="pip install"):
        _ = encoder.name


class _Library:
    """What is used of sentence-transformers, counting characters instead of embedding."""

    class SentenceTransformer:
        def __init__(self, name: str) -> None:
            if name == "no/such":
                raise OSError("no/such is not a local folder and the hub cannot be reached")

        def encode(self, texts: list[str], **_: object) -> np.ndarray:
            return np.array([[1.0, 0.0, 0.0] for _ in texts], dtype=np.float64)


def test_a_sentence_transformers_model_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", _Library())
    encoder = SentenceTransformerEncoder("some/model")
    assert encoder.dimensions == 3
    assert encoder.encode(["a", "b"]).shape == (2, 3)
    assert encoder.encode(["a"]).dtype == np.float32
    assert encoder.encode([]).shape == (0, 3)
    with pytest.raises(UsageError, match="'no/such' cannot be loaded"):
        SentenceTransformerEncoder("no/such").encode(["a"])


def test_a_folder_trained_again_in_place_has_another_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "5.0")
    weights = tmp_path / "1_Dense" / "model.safetensors"
    weights.parent.mkdir()
    weights.write_bytes(b"before")

    def name() -> str:
        return SentenceTransformerEncoder(str(tmp_path)).name

    before = name()
    (tmp_path / "README.md").write_text("a card")
    assert name() == before
    weights.write_bytes(b"beyond")
    assert name() != before
    assert SentenceTransformerEncoder("some/model").name == "some/model-sentence-transformers-5.0"
