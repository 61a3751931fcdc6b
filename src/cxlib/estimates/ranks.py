"""Ranks of figures that are drawn together."""

from __future__ import annotations

import numpy as np

__all__ = ["rank_set", "rank_span", "ranked"]


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


def rank_set(value: np.ndarray, draws: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the ranks (1 is the largest) that each figure can have, all of them right at once in `level` of samples; NaN without draws.

    A figure ranks behind those that are surely larger and ahead of those surely smaller. The draws' own ranks tell less than that where
    figures lie close together: the one that came out largest looks surer than it is.

    Parameters
    ----------
    value : array (figures,)
    draws : array (figures, draws)
        Aligned: column b holds all figures in draw b, scattered as `value` is around the truth.
    level : float

    Returns
    -------
    low, high : arrays (figures,)

    Notes
    -----
    |d*_jk − d_jk|/s_jk over all pairs; its largest in each draw gives one critical value c. j is surely behind k where d_kj > c·s_jk
    (Mogstad, Romano, Shaikh & Wilhelm 2024, in its one-step form).

    >>> rng = np.random.default_rng(1)
    >>> low, high = rank_set(np.array([9.0, 5.1, 5.0]), np.array([[9.0], [5.1], [5.0]]) + rng.normal(0, 0.5, (3, 500)), 0.95)
    >>> low.tolist(), high.tolist()
    ([1.0, 2.0, 2.0], [1.0, 3.0, 3.0])
    """
    if not draws.size:
        return np.full(len(value), np.nan), np.full(len(value), np.nan)
    apart, drawn = value[:, None] - value[None, :], draws[:, None, :] - draws[None, :, :]
    spread = drawn.std(axis=2)
    moved = np.abs(drawn - apart[:, :, None]) / np.where(spread > 0, spread, np.inf)[:, :, None]
    critical = float(np.quantile(moved.max(axis=(0, 1)), level))
    surely = apart > critical * spread
    return 1.0 + surely.sum(axis=0), len(value) - surely.sum(axis=1).astype("float64")
