"""Covariances of answers with gaps: how each respondent moves them, and their bootstrap draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Moments", "moments"]


@dataclass(frozen=True, eq=False)
class Moments:
    """Weighted covariances of k items over the respondents who answered both items of a pair.

    Attributes
    ----------
    covariance : array (k, k)
        Unbiased where weights are equal; NaN for a pair that nobody answered together, or only one.
    pairs : array (k, k)
        Respondents who answered both.
    """

    covariance: np.ndarray
    pairs: np.ndarray
    _filled: np.ndarray  # answers about their means, 0 where there is none
    _known: np.ndarray  # 1 where there is an answer
    _weight: np.ndarray
    _totals: np.ndarray  # weights of the pairs
    _middle: np.ndarray  # mean of the row's item among those who answered the column's item too

    def influence(self, gradient: np.ndarray) -> np.ndarray:
        """Return each respondent's influence on a figure whose derivative by the covariances is `gradient` (k, k), symmetric."""
        part = gradient * _unbiased(self.pairs) / self._totals
        spread = self.covariance / _unbiased(self.pairs)
        middles = self._middle * self._middle.T
        squares = ((self._filled @ part) * self._filled).sum(axis=1)
        crossed = ((self._filled @ (part * self._middle.T)) * self._known).sum(axis=1)
        fixed = ((self._known @ (part * (middles - spread))) * self._known).sum(axis=1)
        return np.asarray(self._weight * (squares - 2 * crossed + fixed))

    def drawn(self, multiplicities: np.ndarray) -> np.ndarray:
        """Return the covariances in each draw: array (draws, k, k); `multiplicities` (respondents, draws)."""
        parts = [_covariance(self._filled, self._known, self._weight * times)[0] for times in multiplicities.T.astype("float64")]
        return np.stack(parts) * _unbiased(self.pairs)


def moments(answers: np.ndarray, weight: np.ndarray) -> Moments:
    """Take the covariances of `answers` (respondents, k), NaN where there is none.

    With n respondents in a pair, Σw(x−x̄)(y−ȳ)/Σw · n/(n−1), the means being those of the pair's respondents: R's
    ``cov(use = "pairwise")`` where weights are equal.
    """
    known = (~np.isnan(answers)).astype("float64")
    counted = known.sum(axis=0)
    centre = np.divide(np.nansum(answers, axis=0), counted, out=np.zeros(len(counted)), where=counted > 0)
    filled = np.where(known > 0, answers - centre, 0.0)
    biased, totals, middle = _covariance(filled, known, weight)
    pairs = known.T @ known
    return Moments(biased * _unbiased(pairs), pairs, filled, known, weight, totals, middle)


def _covariance(filled: np.ndarray, known: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weighted, present = weight[:, None] * filled, weight[:, None] * known
    totals = present.T @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (weighted.T @ known) / totals
        return weighted.T @ filled / totals - middle * middle.T, totals, middle


def _unbiased(pairs: np.ndarray) -> np.ndarray:
    return np.divide(pairs, pairs - 1, out=np.full(pairs.shape, np.nan), where=pairs > 1)
