"""One linear machine per reason over the features of a text, and over the vectors of an encoder where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from cxlib.reasons.classify.features import Features

__all__ = ["Recipe", "Scorer"]

TOLERANCE, ABSENT = 0.1, -1.5  # liblinear's own tolerance; the margin of a reason that a fold has not seen
BATCH = 4096


@dataclass(frozen=True)
class Recipe:
    """What a machine is made of: texts a piece must occur in, penalty, length of an encoder's vectors (0: they are not used)."""

    rarest: int = 2
    penalty: float = 0.4
    encoder_weight: float = 0.0


@dataclass(frozen=True, eq=False)
class Scorer:
    """A trained machine.

    Attributes
    ----------
    recipe : Recipe
    features : Features
    slopes : array (features + dimensions of the encoder, reasons), float32
    intercept : array (reasons,)
    """

    recipe: Recipe
    features: Features
    slopes: np.ndarray
    intercept: np.ndarray

    @classmethod
    def train(
        cls, texts: Sequence[str], code: np.ndarray, size: int, recipe: Recipe, *, vectors: np.ndarray | None, weight: np.ndarray, seed: int
    ) -> Scorer:
        """Train on texts whose reasons are `code` in 0 … size − 1; Crammer & Singer 2001, all reasons at once."""
        features, matrix = Features.learn(texts, rarest=recipe.rarest)
        if recipe.encoder_weight and vectors is not None:
            dense = sparse.csr_matrix((recipe.encoder_weight * vectors).astype(np.float32))
            matrix = sparse.hstack([matrix, dense], format="csr", dtype=np.float32)
        slopes = np.zeros((matrix.shape[1], size), dtype=np.float32)
        intercept = np.full(size, ABSENT)
        seen = np.unique(code)
        if len(seen) == 1:
            intercept[seen] = 1.0
        else:
            _fill(slopes, intercept, seen, matrix, code, recipe.penalty, weight, seed)
        return cls(recipe, features, slopes, intercept)

    def margins(self, texts: Sequence[str], vectors: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return each text's margin for each reason, and the share of its words that training knew."""
        margins, known = np.empty((len(texts), len(self.intercept))), np.empty(len(texts))
        width = self.slopes.shape[0]
        for start in range(0, len(texts), BATCH):
            part = slice(start, start + BATCH)
            matrix, known[part] = self.features.matrix_and_known(texts[part])
            margins[part] = matrix @ self.slopes[: matrix.shape[1]] + self.intercept
            if vectors is not None and matrix.shape[1] < width:
                margins[part] += self.recipe.encoder_weight * (vectors[part] @ self.slopes[matrix.shape[1] :])
        return margins, known


def _fill(
    slopes: np.ndarray, intercept: np.ndarray, seen: np.ndarray, matrix: sparse.csr_matrix, code: np.ndarray, penalty: float,
    weight: np.ndarray, seed: int,
) -> None:  # fmt: skip
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=penalty, tol=TOLERANCE, multi_class="crammer_singer", random_state=seed).fit(matrix, code, sample_weight=weight)
    if len(seen) == 2:  # one machine tells two reasons apart
        slopes[:, seen[1]], intercept[seen[1]] = machine.coef_[0], machine.intercept_[0]
        slopes[:, seen[0]], intercept[seen[0]] = -machine.coef_[0], -machine.intercept_[0]
    else:
        slopes[:, seen], intercept[seen] = machine.coef_.T, machine.intercept_
