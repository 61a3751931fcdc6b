"""Ranks of figures that are drawn together."""

from __future__ import annotations

import numpy as np

__all__ = ["rank_span", "ranked"]


def ranked(values: np.ndarray) -> np.ndarray:
    """Return the rank of each figure in each draw, 1 the largest; ties share the better rank.

    Parameters
    ----------
    values : array (figures, draws)

    >>> ranked(np.array([[3.0, 1.0], [2.0, 1.0]])).tolist()
    [[1, 1], [2, 1]]
    """
    return np.asarray(1 + (values[None, :, :] > values[:, None, :]).sum(axis=1))


def rank_span(draws: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the span of ranks (1 is the largest) that each figure takes in the middle `level` of draws; NaN without draws.

    Parameters
    ----------
    draws : array (figures, draws)
        Aligned: column b holds all figures in draw b.
    level : float

    Returns
    -------
    low, high : arrays (figures,)

    >>> low, high = rank_span(np.array([[3.0, 3.0, 1.0], [2.0, 1.0, 2.0]]), 0.5)
    >>> low.tolist(), high.tolist()
    ([1, 1], [2, 2])
    """
    if not draws.size:
        return np.full(len(draws), np.nan), np.full(len(draws), np.nan)
    low, high = np.quantile(ranked(draws), [(1 - level) / 2, (1 + level) / 2], axis=1, method="inverted_cdf")
    return np.asarray(low), np.asarray(high)
