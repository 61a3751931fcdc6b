"""Many comparisons at once: how many of those called different are so by chance."""

from __future__ import annotations

import numpy as np

__all__ = ["false_discovery"]


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
