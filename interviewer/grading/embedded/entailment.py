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

Probabilities = NDArray[np.float64]
States = NDArray[np.float32]


class EntailmentModel:
    """The judge's own four layers: they read a claim and a passage together, without torch.

    What they read are the states that the encoder's lower layers made of both
    (`OnnxEncoder.see`). Every pair is a run of its own, so that a result depends neither on its
    neighbours nor on the number of threads, of which each takes a pair at a time. The file is
    opened at the first use. One model may serve several threads.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self._path = folder / "model.onnx"
        self._threads = threads

    @cached_property
    def version(self) -> str:
        """A hash of the weights, 12 hex digits. Raises `ModelFilesError`."""
        return hashlib.sha256(self._bytes()).hexdigest()[:12]

    def read(self, pairs: Sequence[tuple[States, States]]) -> Probabilities:
        """(n, 3): P(entails), P(contradicts), P(neither) for each claim and passage.

        Each is given by its states, (tokens, 384); those of a passage of several sentences stand
        one after another.
        """
        if not pairs:
            return np.empty((0, len(LABELS)))
        first = self._logits(pairs[0])  # opens the file, once and in this thread
        with ThreadPoolExecutor(self._threads) as pool:
            rest = list(pool.map(self._logits, pairs[1:]))
        logits = np.vstack([first, *rest]).astype(np.float64)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def _logits(self, pair: tuple[States, States]) -> NDArray[np.float32]:
        claim, passage = pair
        feed = {"claim": claim[np.newaxis], "passage": passage[np.newaxis]}
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float32)

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(
                self._bytes(), options, providers=["CPUExecutionProvider"]
            )
        except ModelFilesError:
            raise
        except Exception as error:  # onnxruntime's own errors share no public base
            raise ModelFilesError(f"{self._path} is damaged: install the package again") from error

    def _bytes(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise ModelFilesError(f"{self._path} is missing: install the package again") from error
