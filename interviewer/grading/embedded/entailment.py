"""The project's entailment model: does a passage make a claim, deny it, or neither?"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelFilesError

LABELS = ("entails", "contradicts", "neither")
MAX_TOKENS = 128
"""What the model was trained to read of claim and passage together."""

Probabilities = NDArray[np.float64]


class EntailmentModel:
    """A cross-encoder over (claim, passage), run by onnxruntime without torch.

    Every pair is a run of its own, so that a result depends neither on its neighbours nor on
    the number of threads, of which each takes a pair at a time. Files are opened at the first
    use. One model may serve several threads.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self._folder = folder
        self._threads = threads

    @cached_property
    def version(self) -> str:
        """A hash of the weights, 12 hex digits. Raises `ModelFilesError`."""
        return hashlib.sha256(self._bytes("model.onnx")).hexdigest()[:12]

    def read(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """(n, 3): P(entails), P(contradicts), P(neither) for each (claim, passage)."""
        if not pairs:
            return np.empty((0, len(LABELS)))
        first = self._logits(pairs[0])  # opens the files, once and in this thread
        with ThreadPoolExecutor(self._threads) as pool:
            rest = list(pool.map(self._logits, pairs[1:]))
        logits = np.vstack([first, *rest]).astype(np.float64)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def _logits(self, pair: tuple[str, str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode(*pair)
        feed = {
            "input_ids": np.array([encoded.ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(encoded.ids)), dtype=np.int64),
            "token_type_ids": np.array([encoded.type_ids], dtype=np.int64),
        }
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float32)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_buffer(self._bytes("tokenizer.json"))
        except ValueError as error:
            raise ModelFilesError(
                f"{self._folder / 'tokenizer.json'} is damaged: install the package again"
            ) from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            return onnxruntime.InferenceSession(
                self._bytes("model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except ModelFilesError:
            raise
        except Exception as error:  # onnxruntime's own errors share no public base
            raise ModelFilesError(
                f"{self._folder / 'model.onnx'} is damaged: install the package again"
            ) from error

    def _bytes(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise ModelFilesError(
                f"{self._folder / name} is missing: install the package again"
            ) from error
