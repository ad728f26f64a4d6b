"""A multinomial logistic regression over named features, read from a JSON file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelFilesError
from interviewer.grading.embedded.kinds import Kinds

Matrix = NDArray[np.float64]

CLASSES = ("met", "missed", "contradicted")


@dataclass(frozen=True)
class Classifier:
    """P(class | features) = softmax(W z + b) over standardised features z.

    `weights` (3, f), `bias` (3,), `mean` and `scale` (f,); the classes are those of `CLASSES`.
    `kinds`: the kinds of answers that it was fitted on.
    """

    names: tuple[str, ...]
    weights: Matrix
    bias: Matrix
    mean: Matrix
    scale: Matrix
    kinds: Kinds

    @classmethod
    def read(cls, path: Path, names: tuple[str, ...]) -> Self:
        """Read the file that training wrote; raises `ModelFilesError` if it does not fit."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            found = tuple(data["features"])
            parts = [
                np.array(data[k], dtype=np.float64) for k in ("weights", "bias", "mean", "scale")
            ]
            kinds = Kinds.of(data["kinds"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelFilesError(
                f"{path}: not a judge's file: install the package again"
            ) from error
        shapes = [(len(CLASSES), len(names)), (len(CLASSES),), (len(names),), (len(names),)]
        if found != names or [part.shape for part in parts] != shapes:
            raise ModelFilesError(f"{path}: made for other features: install the package again")
        weights, bias, mean, scale = parts
        return cls(names, weights, bias, mean, scale, kinds)

    def probabilities(self, features: Matrix) -> Matrix:
        """(n, f) features → (n, 3) probabilities, rows summing to 1."""
        z = (features - self.mean) / self.scale
        logits = z @ self.weights.T + self.bias
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)
