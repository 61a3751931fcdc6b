"""Draws that align: Poisson(1) bootstrap weights from a hash of (seed, cluster id, draw number)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib.tables import group_columns

__all__ = ["draw_ratios", "draw_weights", "drawn", "with_draws"]

_CUMULATIVE = np.cumsum(np.exp(-1.0) / np.array([1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800], dtype=float))
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BLOCK = 32_768  # numbers mixed at a time: they stay in the processor's cache
_OPEN = 255  # stands for two weights in the table below


def _weight(numbers: np.ndarray) -> np.ndarray:
    """Return the Poisson(1) weight that 53 random bits stand for."""
    return np.searchsorted(_CUMULATIVE, numbers.astype(np.float64) * 2.0**-53, side="right")


def _by_leading_bits() -> np.ndarray:
    """Return the weight that the first 16 of 53 random bits decide alone, which is that of all numbers but one in 8,000."""
    first = np.arange(2**16, dtype=np.uint64) << np.uint64(37)
    low, high = _weight(first), _weight(first + np.uint64(2**37 - 1))
    return np.where(low == high, low, _OPEN).astype(np.uint8)


_LEADING = _by_leading_bits()


def draw_weights(cluster_ids: Sequence[str] | np.ndarray, *, draws: int, seed: int, first: int = 0) -> np.ndarray:
    """Return Poisson(1) weights, one row a cluster and one column a draw.

    The weight of a cluster in a draw depends on nothing but `seed`, the cluster's id and the draw's number, so the same
    account weighs the same in draw 17 of every table and every notebook.

    Parameters
    ----------
    cluster_ids : sequence of str
    draws : int
        Number of columns.
    seed : int
    first : int
        Number of the first draw.

    Returns
    -------
    array of uint8, shape (clusters, draws)

    >>> both = draw_weights(["a", "b"], draws=4, seed=1)
    >>> bool((draw_weights(["b"], draws=4, seed=1) == both[1]).all())
    True
    """
    key = str(seed).encode()
    hashes = np.array(
        [int.from_bytes(hashlib.blake2b(str(name).encode(), digest_size=8, key=key).digest(), "little") for name in cluster_ids],
        dtype=np.uint64,
    )
    steps = np.arange(first + 1, first + draws + 1, dtype=np.uint64) * _GOLDEN
    weights = np.empty((len(hashes), draws), dtype=np.uint8)
    rows = max(1, _BLOCK // max(1, draws))
    for start in range(0, len(hashes), rows):
        mixed = hashes[start : start + rows, None] + steps
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        found = _LEADING[(mixed >> np.uint64(48)).astype(np.intp)]
        undecided = found == _OPEN
        found[undecided] = _weight(mixed[undecided] >> np.uint64(11))
        weights[start : start + rows] = found
    return weights


def draw_ratios(
    group: np.ndarray, size: int, cluster: np.ndarray, ids: np.ndarray, top: np.ndarray, bottom: np.ndarray, *, draws: int, seed: int
) -> np.ndarray:
    """Return Σ top / Σ bottom of each group in each draw, as a matrix of groups × draws.

    `top` and `bottom` carry the rows' sampling weights already. A draw in which a group has no row is missing.
    """
    from scipy.sparse import csr_matrix

    shape = (size, len(ids))
    sums = csr_matrix((top, (group, cluster)), shape=shape), csr_matrix((bottom, (group, cluster)), shape=shape)
    result = np.empty((size, draws))
    step = max(1, min(draws, 20_000_000 // max(1, len(ids))))
    for start in range(0, draws, step):
        weights = draw_weights(ids, draws=min(step, draws - start), seed=seed, first=start).astype(np.float64)
        above, below = sums[0] @ weights, sums[1] @ weights
        result[:, start : start + step] = np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)
    return result


def drawn(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the DRAWS of an ESTIMATES table: one row a draw, group columns, metric and value.

    Rows without draws (too thin, not answerable) are left out; the result is empty where no row has any.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    >>> from cxlib.estimates.rows import rows
    >>> table = rows(pd.DataFrame({"region": ["A"]}), {"metric": "nps", "value": [2.0], "draws": np.array([[1.0, 3.0]])})
    >>> drawn(table)
       draw region metric  value
    0     0      A    nps    1.0
    1     1      A    nps    3.0
    """
    groups = group_columns(estimates)
    columns = ["draw", *groups, "metric", "value"]
    if "draws" not in estimates.columns:
        return pd.DataFrame(columns=columns)
    carried = estimates[estimates["draws"].map(lambda values: isinstance(values, np.ndarray))]
    if carried.empty:
        return pd.DataFrame(columns=columns)
    lengths = carried["draws"].map(len).to_numpy()
    long = carried.loc[carried.index.repeat(lengths), [*groups, "metric"]].reset_index(drop=True)
    long["value"] = np.concatenate(carried["draws"].to_list())
    long.insert(0, "draw", np.concatenate([np.arange(length) for length in lengths]))
    return long[columns]


def with_draws(estimates: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """Return ESTIMATES with their DRAWS in the column ``draws`` again, as they were before :func:`drawn` took them apart.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    >>> from cxlib.estimates.rows import rows
    >>> table = rows(pd.DataFrame({"region": ["A", "B"]}), {"metric": "nps", "value": [1.0, 2.0], "draws": np.array([[1.0, 3.0], [2.0,
    ...     5.0]])})
    >>> again = with_draws(table.drop(columns="draws"), drawn(table))
    >>> [values.tolist() for values in again["draws"]]
    [[1.0, 3.0], [2.0, 5.0]]
    """
    keys = [*group_columns(estimates), "metric"]
    bare = estimates.drop(columns="draws", errors="ignore")
    if draws.empty:
        return bare
    code, names = pd.factorize(_named(draws[keys]))
    order = np.lexsort((draws["draw"].to_numpy(), code))
    ends = np.cumsum(np.bincount(code, minlength=len(names)))[:-1]
    held = dict(zip(names, np.split(draws["value"].to_numpy()[order], ends), strict=True))
    return bare.assign(draws=_named(bare[keys]).map(held))


def _named(keys: pd.DataFrame) -> pd.Series:
    """Join the key columns of each row to one string, column by column: row by row takes minutes for a million draws."""
    first, *rest = (keys[name].astype("str").fillna("") for name in keys.columns)
    return first.str.cat(rest, sep="\x1f") if rest else first
