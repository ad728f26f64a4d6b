"""The project's entailment model: does a passage make a claim, deny it, or neither?"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviewer import onnx

LABELS = ("entails", "contradicts", "neither")

Probabilities = NDArray[np.float64]

MAX_TOKENS = 256
"""Of a claim and a passage together; the longer of the two is cut off."""


class EntailmentModel:
    """The judge's own network: it reads a claim and a passage together, without torch.

    Every pair is a run of its own, so that a result depends neither on its neighbours nor on the
    number of threads, of which each takes a pair at a time. `tokenizer` is the encoder's file: both
    descend from one model. Files are opened at the first use. One model may serve several threads.
    """

    def __init__(self, folder: Path, tokenizer: Path, threads: int = 2) -> None:
        self._path = folder / "model.onnx"
        self._vocabulary = tokenizer
        self._threads = threads

    @cached_property
    def version(self) -> str:
        """A hash of the weights, 12 hex digits. Raises `ModelFilesError`."""
        return hashlib.sha256(onnx.read(self._path)).hexdigest()[:12]

    def read(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """(n, 3): P(entails), P(contradicts), P(neither) for each claim and passage.

        Raises `ModelFilesError`.
        """
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
        feed = {"ids": [encoded.ids], "types": [encoded.type_ids]}
        found = self._session.run(None, {n: np.array(v, np.int64) for n, v in feed.items()})
        return np.asarray(found[0], dtype=np.float32)

    @cached_property
    def _tokenizer(self) -> Any:
        return onnx.tokenizer(self._vocabulary, onnx.read(self._vocabulary), MAX_TOKENS)

    @cached_property
    def _session(self) -> Any:
        return onnx.session(self._path, onnx.read(self._path))
