"""The points of one answer, judged together: who is wrong on some is likelier wrong on others.

Whether a sentence makes a point or denies it is the hardest thing to read, and read point by point
it is read as if the other points were unknown. But answers come in kinds: most are right in nearly
all they say, some are wrong in nearly all of it, some mixed. Judged so, the verdicts on 160 fresh
interview answers agree with people by macro-F1 0.84 instead of 0.81, and of 152 points denied in
attacks none is called met instead of three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

DEPENDENCE = 0.5
"""How much another point counts as evidence of the answer's kind: half, for points are often read
in the same sentences, and one misreading would count several times. (0.3 and 0.7 did no better.)"""


@dataclass(frozen=True)
class Kinds:
    """A mixture of kinds of answers.

    `share` (k,): how frequent each kind is, summing to 1. `wrong` (k,): of the points that an
    answer of this kind speaks of, the share it denies. `denied`: this share over all answers that
    the classifier was fitted on.
    """

    share: Matrix
    wrong: Matrix
    denied: float

    def __post_init__(self) -> None:
        """Raise `ValueError` unless it is a mixture."""
        if self.share.ndim != 1 or self.share.shape != self.wrong.shape or not 0 < self.denied < 1:
            raise ValueError("not a mixture of kinds")

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """From what training wrote; raises `KeyError`, `TypeError` or `ValueError`."""
        share, wrong = (np.array(data[k], dtype=np.float64) for k in ("share", "wrong"))
        return cls(share, wrong, float(data["denied"]))

    def together(self, odds: Matrix) -> Matrix:
        """(n, 3) P(met, missed, contradicted) of one answer's points → the same, knowing the rest.

        What is missed stays as likely; what is spoken of is divided anew between made and denied.
        For point i, P(denied | all) ∝ P(i is read so | denied) · Σ_k P(kind k | other points) ·
        wrong_k, and likewise for made: Bayes' rule, with the kind summed out.
        """
        spoken = odds[:, 0] + odds[:, 2]
        likelihood = np.stack([odds[:, 0] / (1 - self.denied), odds[:, 2] / self.denied], axis=1)
        by_kind = np.stack([1 - self.wrong, self.wrong])
        evidence = DEPENDENCE * np.log(odds[:, 1:2] + likelihood @ by_kind + 1e-12)
        belief = np.log(self.share) + evidence.sum(axis=0) - evidence
        belief = np.exp(belief - belief.max(axis=1, keepdims=True))
        prior = (belief / belief.sum(axis=1, keepdims=True)) @ by_kind.T
        divided = likelihood * prior
        divided *= (spoken / np.maximum(divided.sum(axis=1), 1e-12))[:, np.newaxis]
        return np.stack([divided[:, 0], odds[:, 1], divided[:, 1]], axis=1)
