"""One linear machine per reason over the features of a text, and over the vectors of an encoder where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from cxlib.reasons.classify.features import Features

__all__ = ["Recipe", "Scorer"]

TOLERANCE = 0.1  # liblinear's own; a tenth of it changes no accuracy and takes twice as long
ABSENT = -1.5  # the margin of a reason that a fold has not seen
BATCH = 4096
DRAWN = 0.1  # how far the spread of vectors within reasons is drawn to one that is the same in all directions


@dataclass(frozen=True)
class Recipe:
    """What a machine is made of.

    Attributes
    ----------
    rarest : int
        Texts a piece must occur in.
    penalty : float
    encoder_weight : float
        Length of an encoder's vectors; 0: they are not used.
    evened : float
        How far directions in which texts of one reason differ from one another are shortened: by their spread to the power of minus twice
        this (0: not at all, 0.5: all are equally spread then).
    """

    rarest: int = 2
    penalty: float = 0.4
    encoder_weight: float = 0.0
    evened: float = 0.0


@dataclass(frozen=True, eq=False)
class Scorer:
    """A trained machine.

    Attributes
    ----------
    recipe : Recipe
    features : Features
    slopes : array (features + dimensions of the encoder, reasons), float32
    intercept : array (reasons,)
    centre : array (dimensions of the encoder,), float32
        The mean of the training texts' vectors, which is taken off every vector; empty without an encoder.
    turn : array (dimensions, dimensions), float32
        What vectors are multiplied by then; empty where they are taken as they are.
    """

    recipe: Recipe
    features: Features
    slopes: np.ndarray
    intercept: np.ndarray
    centre: np.ndarray
    turn: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))

    @classmethod
    def train(
        cls, texts: Sequence[str], code: np.ndarray, size: int, recipe: Recipe, *, vectors: np.ndarray | None, weight: np.ndarray,
        seed: int, tolerance: float = TOLERANCE,
    ) -> Scorer:  # fmt: skip
        """Train on texts whose reasons are `code` in 0 … size − 1; Crammer & Singer 2001, all reasons at once."""
        features, matrix = Features.learn(texts, rarest=recipe.rarest)
        centre, turn = np.zeros(0, dtype=np.float32), np.zeros((0, 0), dtype=np.float32)
        if recipe.encoder_weight and vectors is not None:
            centre = vectors.mean(axis=0)
            turn = _evened(vectors - centre, code, recipe.evened) if recipe.evened else turn
            dense = sparse.csr_matrix(recipe.encoder_weight * _placed(vectors, centre, turn))
            matrix = sparse.hstack([matrix, dense], format="csr", dtype=np.float32)
        intercept = np.full(size, ABSENT)
        seen = np.unique(code)
        if len(seen) == 1:
            intercept[seen] = 1.0
            return cls(recipe, features, np.zeros((matrix.shape[1], size), dtype=np.float32), intercept, centre, turn)
        found, intercept[seen] = _machine(matrix, code, recipe.penalty, weight, tolerance, seed)
        slopes = np.zeros((matrix.shape[1], size), dtype=np.float32)  # not before: the learner holds the same in double
        slopes[:, seen] = found.T
        return cls(recipe, features, slopes, intercept, centre, turn)

    @property
    def learned(self) -> bool:
        """Whether it was trained; one that was not tells no reasons apart."""
        return bool(self.intercept.any() or self.slopes.any())

    def margins(self, texts: Sequence[str], vectors: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return each text's margin for each reason, and the share of its words that training knew."""
        margins, known = np.empty((len(texts), len(self.intercept))), np.empty(len(texts))
        for start in range(0, len(texts), BATCH):
            part = slice(start, start + BATCH)
            matrix, known[part] = self.features.matrix_and_known(texts[part])
            margins[part] = matrix @ self.slopes[: matrix.shape[1]] + self.intercept
            if vectors is not None and len(self.centre):
                margins[part] += self.recipe.encoder_weight * (
                    _placed(vectors[part], self.centre, self.turn) @ self.slopes[matrix.shape[1] :]
                )
        return margins, known


def _placed(vectors: np.ndarray, centre: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Vectors around their centre, turned, each of length 1: what all texts share tells no reasons apart."""
    apart = vectors - centre
    apart = apart @ turn if len(turn) else apart
    length = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.divide(apart, length, out=np.zeros_like(apart), where=length > 0)


def _evened(apart: np.ndarray, code: np.ndarray, power: float) -> np.ndarray:
    """Return W^−power, W the covariance of vectors within their reasons, a tenth of it drawn to equal spread.

    What texts of one reason differ in tells no reasons apart (Hatch, Kajarekar & Stolcke 2006, there with power ½).
    """
    size = np.bincount(code)[:, None]
    means = np.zeros((len(size), apart.shape[1]))
    np.add.at(means, code, apart)
    within = apart - np.divide(means, size, out=np.zeros_like(means), where=size > 0)[code]
    spread, axes = np.linalg.eigh(within.T @ within / len(within))
    spread = np.maximum((1 - DRAWN) * spread + DRAWN * spread.mean(), np.finfo(np.float32).tiny)
    return np.asarray((axes * (spread / spread.mean()) ** -power) @ axes.T, dtype=np.float32)


def _machine(
    matrix: sparse.csr_matrix, code: np.ndarray, penalty: float, weight: np.ndarray, tolerance: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Slopes (reasons seen × features) and intercepts."""
    from sklearn.svm import LinearSVC

    matrix.data = matrix.data.astype(np.float64)  # else the learner copies all of it
    machine = LinearSVC(C=penalty, tol=tolerance, multi_class="crammer_singer", random_state=seed, max_iter=10_000)
    machine.fit(matrix, code, sample_weight=weight)
    slopes, intercept = machine.coef_, machine.intercept_
    if len(slopes) == 1:  # one machine tells two reasons apart
        return np.vstack([-slopes, slopes]), np.r_[-intercept, intercept]
    return slopes, intercept
