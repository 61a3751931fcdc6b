"""What a covariance says of its players: R², shares, coefficients, each with its derivative by the covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxlib.survey.drivers import lattice

__all__ = ["Figures", "coefficients", "figures"]

ESTIMABLE = 1e-6


@dataclass(frozen=True, eq=False)
class Figures:
    """Values and derivatives, one a player; `r2` stands alone.

    Attributes
    ----------
    part : array (p,)
        Part of R²; adds up to R².
    share : array (p,)
        Part of what is explained; adds up to one.
    r2 : float
    coefficient : array (p,)
        Points of the outcome that go with one point more in all of a player's ratings; NaN where columns do not tell them apart.
    slopes : mapping of str to array (…, q, q)
        Derivatives of each by the covariance.
    """

    part: np.ndarray
    share: np.ndarray
    r2: float
    coefficient: np.ndarray
    slopes: dict[str, np.ndarray]


def figures(covariance: np.ndarray, groups: Sequence[Sequence[int]], ratings: Sequence[Sequence[int]]) -> Figures:
    """Return all figures of a covariance.

    Parameters
    ----------
    covariance : array (q, q)
        The outcome last.
    groups : sequence of sequences of int
        All columns of each player.
    ratings : sequence of sequences of int
        Of those, the columns that hold ratings.

    >>> both = figures(np.array([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]]), [[0], [1]], [[0], [1]])
    >>> round(both.r2, 3), both.share.round(3).tolist(), both.coefficient.round(3).tolist()
    (0.413, [0.633, 0.367], [0.467, 0.267])
    """
    value, slope = lattice.gradients(covariance, groups)
    variance, together = covariance[-1, -1], value.sum()
    own = np.zeros_like(covariance)
    own[-1, -1] = 1.0
    part, share = value / variance, value / together
    slopes = {
        "part": (slope - part[:, None, None] * own) / variance,
        "share": (slope - share[:, None, None] * slope.sum(axis=0)) / together,
    }
    slopes["r2"] = slopes["part"].sum(axis=0)[None]
    coefficient, slopes["coefficient"] = coefficients(covariance, ratings)
    return Figures(part, share, float(part.sum()), coefficient, slopes)


def coefficients(covariance: np.ndarray, ratings: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return least-squares coefficients, summed over the columns of each player, and their derivatives by the covariance."""
    inside = covariance[:-1, :-1]
    scale = np.sqrt(np.where(np.diag(inside) > 0, np.diag(inside), 1.0))
    inverse = np.linalg.pinv(inside / np.outer(scale, scale), rcond=1e-9, hermitian=True) / np.outer(scale, scale)
    which = np.zeros((len(ratings), len(inside)))
    for player, columns in enumerate(ratings):
        which[player, list(columns)] = 1.0
    told = np.abs((which @ inverse @ inside - which) * scale).max(axis=1) < ESTIMABLE * (np.abs(which) * scale).max(axis=1)
    solved = inverse @ covariance[:-1, -1]
    along = np.append(-solved, 1.0)
    row = np.column_stack([which @ inverse, np.zeros(len(ratings))])
    slope = row[:, :, None] * along
    return np.where(told, which @ solved, np.nan), (slope + slope.transpose(0, 2, 1)) / 2
