"""Ways of drawing that keep planted shares in small samples: exact deals, stratified numbers, weighted choices, fitted tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

__all__ = ["apportioned", "by_affinity", "chosen", "dealt", "each", "evenly", "fitted", "mean_one", "raked"]


def apportioned(weights: np.ndarray | Sequence[float], total: int) -> np.ndarray:
    """Divide `total` by weights into whole numbers (largest remainders).

    >>> apportioned([1, 1, 2], 7).tolist()
    [2, 2, 3]
    """
    share = np.asarray(weights, dtype=float) * total / np.sum(weights)
    whole = np.floor(share).astype(np.int64)
    whole[np.argsort(whole - share, kind="stable")[: total - whole.sum()]] += 1
    return whole


def dealt(rng: np.random.Generator, shares: Mapping[str, float], n: int) -> np.ndarray:
    """Deal n names in exact shares and random order.

    >>> sorted(dealt(np.random.default_rng(1), {"a": 0.25, "b": 0.75}, 4))
    ['a', 'b', 'b', 'b']
    """
    return rng.permutation(np.repeat(np.array(list(shares), dtype=object), apportioned(list(shares.values()), n)))


def chosen(rng: np.random.Generator, weights: np.ndarray | pd.Series, k: int) -> np.ndarray:
    """Choose k rows without replacement, with probability after their weight (Gumbel keys); rows of weight 0 never.

    >>> chosen(np.random.default_rng(1), np.array([0.0, 1.0, 0.0]), 2).tolist()
    [1]
    """
    with np.errstate(divide="ignore"):
        keys = np.log(np.asarray(weights, dtype=float)) + rng.gumbel(size=len(weights))
    return np.argsort(-keys, kind="stable")[: min(k, int(np.isfinite(keys).sum()))]


def evenly(rng: np.random.Generator, groups: np.ndarray | pd.Series) -> np.ndarray:
    """Return a uniform number for each row, stratified within its group: a share of p takes p of each group, give or take one row.

    >>> int((evenly(np.random.default_rng(1), np.repeat([1, 2], 50)) < 0.1).sum())
    10
    """
    n = len(groups)
    mixed = rng.permutation(n)
    code = pd.Series(pd.factorize(np.asarray(groups))[0][mixed])
    place = code.groupby(code).cumcount().to_numpy()
    uniform = np.empty(n)
    uniform[mixed] = (place + rng.random(n)) / code.map(code.value_counts()).to_numpy(dtype=float)
    return uniform


def each(uniform: np.ndarray, shares: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return a name for each row of a table of shares, as its uniform number says.

    >>> each(np.array([0.1, 0.9]), np.array([[0.5, 0.5], [0.5, 0.5]]), ("a", "b")).tolist()
    ['a', 'b']
    """
    below = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    return np.array(names, dtype=object)[(uniform[:, None] >= below[:, :-1]).sum(axis=1)]


def fitted(affinity: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Fit a table of affinities to the shares of its rows and columns (iterative proportional fitting).

    >>> fitted(np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([0.5, 0.5]), np.array([0.5, 0.5])).round(3).tolist()
    [[0.333, 0.167], [0.167, 0.333]]
    """
    table = np.asarray(affinity, dtype=float).copy()
    for _ in range(200):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= columns / table.sum(axis=0)
    return table


def raked(chance: np.ndarray, group: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the factor of each group with which drawing one candidate a row gives the groups their shares.

    Parameters
    ----------
    chance : ndarray, shape (candidates, rows)
        Relative probability of each candidate of a row.
    group : ndarray of int, shape (candidates, rows)
        Group of each candidate; those at or above ``len(shares)`` keep the factor 1.
    shares : ndarray
        Share of each group among the rows drawn into a group; none is 0.

    Returns
    -------
    ndarray, shape (groups + 1,)
        The factors, the last one for all other candidates.

    >>> raked(np.ones((2, 8)), np.tile([[0], [1]], 8), np.array([0.8, 0.2])).round(2).tolist()
    [1.18, 0.29, 1.0]
    """
    n, group = len(shares), np.minimum(group, len(shares))
    factor = np.ones(n + 1)
    for _ in range(40):
        scaled = chance * factor[group]
        scaled /= np.maximum(scaled.sum(axis=0), 1e-300)
        expected = np.bincount(group.ravel(), scaled.ravel(), n + 1)[:n]
        factor[:n] *= shares / shares.sum() / np.maximum(expected / max(expected.sum(), 1e-300), 1e-6)
        factor[:n] /= factor[:n] @ shares / shares.sum()
        np.clip(factor, 0.1, 10.0, out=factor)
    return factor


def by_affinity(
    rng: np.random.Generator, given: np.ndarray, affinity: Mapping[str, Mapping[str, float]], shares: Mapping[str, float]
) -> np.ndarray:
    """Draw a name for each row, more often what the level given likes, in all as often as `shares` says.

    Parameters
    ----------
    rng : Generator
    given : array of str
        Level of each row.
    affinity : mapping
        Level to names to how much more often than by chance.
    shares : mapping
        Names to their shares of all rows.

    Returns
    -------
    array of str
    """
    levels, code = np.unique(given.astype(str), return_inverse=True)
    if not len(given):
        return np.empty(0, dtype=object)
    table = np.array([[affinity[level][name] for name in shares] for level in levels])
    joint = fitted(table, np.bincount(code) / len(given), np.array(list(shares.values())))
    return each(evenly(rng, given), joint[code], list(shares))


def mean_one(values: np.ndarray | pd.Series) -> np.ndarray:
    """Scale values to a mean of 1."""
    return np.asarray(values, dtype=float) / np.mean(values)
