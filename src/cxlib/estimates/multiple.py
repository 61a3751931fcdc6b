"""Many figures at once: how many of those called different are so by chance, and what the largest of them owes to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

__all__ = ["as_chosen", "false_discovery"]


def false_discovery(p: np.ndarray) -> np.ndarray:
    """Return Benjamini and Hochberg's q of each p: the least rate of false discoveries at which it counts as found.

    Parameters
    ----------
    p : array of float
        Chances, 0 to 1; NaN where there is none, which is no member of the family.

    Returns
    -------
    array of float
        In the same order, NaN where p is.

    Notes
    -----
    q of the k-th smallest of m: the least of m·p_j/j over j ≥ k (Benjamini & Hochberg 1995). Same as R's ``p.adjust(p, "BH")``.

    >>> false_discovery(np.array([0.01, 0.04, 0.03, 0.005])).round(3).tolist()
    [0.02, 0.04, 0.04, 0.02]
    """
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q


def as_chosen(row: pd.DataFrame, among: pd.DataFrame, *, level: float = 0.95) -> tuple[pd.DataFrame, int]:
    """Return a row with a span that holds although the row was chosen for its value, and from how many it could have been.

    What came out largest of many is often so by luck, and a plain span then misses the truth more often than it says.

    Parameters
    ----------
    row : DataFrame of one row
        ESTIMATES.
    among : DataFrame
        ESTIMATES it was chosen from; those whose spans overlap its own could have been chosen in its place.
    level : float
        Of the spans.

    Returns
    -------
    DataFrame, int
        The row, ``low`` and ``high`` moved away from its value (a share stays between 0 and 1); the number of candidates, itself included.

    Notes
    -----
    Each side times z(1 − α/2k) / z(1 − α/2), α = 1 − level, k candidates: Bonferroni over those that compete. Andrews, Kitagawa & McCloskey
    (2024) give the problem its name, the winner's curse.

    >>> from cxlib.estimates.rows import rows
    >>> figures = {"metric": "mean", "value": [3.0, 2.9, 1.0], "low": [2.8, 2.7, 0.8], "high": [3.2, 3.1, 1.2], "unit": "scale 1–5"}
    >>> found = rows(pd.DataFrame({"item": ["a", "b", "c"]}), figures)
    >>> wide, candidates = as_chosen(found.iloc[:1], found)
    >>> candidates, wide[["low", "high"]].round(2).values.tolist()
    (2, [[2.77, 3.23]])
    """
    value, low, high = (row[name].item() for name in ("value", "low", "high"))
    rivals = int(((among["low"] <= high) & (among["high"] >= low)).sum())
    if pd.isna(low) or rivals < 2:
        return row, 1
    tail = (1 - level) / 2
    wider = stats.norm.isf(tail / rivals) / stats.norm.isf(tail)
    least, most = (0.0, 1.0) if row["unit"].item() == "share" else (-np.inf, np.inf)
    moved = {"low": max(value - wider * (value - low), min(least, low)), "high": min(value + wider * (high - value), max(most, high))}
    return row.assign(**moved), rivals
