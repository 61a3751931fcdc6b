"""Weighted quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib.errors import CxError, worded
from cxlib.estimates.bootstrap import draw_weights
from cxlib.estimates.linear import draw_ids, numbers, spread_of
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sampling, sample

__all__ = ["quantile"]


def quantile(
    table: pd.DataFrame,
    value: str,
    q: float,
    *,
    by: Sequence[str] = (),
    metric: str = "quantile",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Weighted quantile by group with Woodruff's interval.

    Parameters, columns and errors as in :func:`mean`; `q` lies between 0 and 1.

    Parameters
    ----------
    table : DataFrame
        One row an observation.
    value : str
        Column of the numbers.
    metric : str
        The name that the number gets in the column ``metric``.
    unit : str
        The unit of the number, as ``unit`` says it: "share", "points", "s".
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Notes
    -----
    The inverse of the weighted distribution function, the mean of both neighbours where it is hit exactly. Interval: the
    quantiles at q ± t·SE of the share of rows below the estimate (Woodruff 1952).

    >>> float(quantile(pd.DataFrame({"y": [1.0, 2.0, 3.0, 10.0]}), "y", 0.5)["value"].item())
    2.5
    """
    if not 0 < q < 1:
        raise CxError(worded("q", "a quantile lies between 0 and 1, not at", q))
    chosen = sample(table, [value], by, options)
    y = numbers(table, value, chosen)
    order = np.lexsort((y, chosen.group))
    bounds = np.searchsorted(chosen.group[order], np.arange(chosen.size + 1))
    parts = [order[a:b] for a, b in pairwise(bounds)]
    pieces = [(y[part], chosen.weight[part]) for part in parts]
    point = np.array([_at(values, weights, q) for values, weights in pieces])
    spread = spread_of(chosen, (y <= point[chosen.group]).astype(float), np.ones_like(y))
    half = spread.reach(options.get("level", 0.95)) * spread.se
    low = np.array([_at(*piece, q - reach) for piece, reach in zip(pieces, half, strict=True)])
    high = np.array([_at(*piece, q + reach) for piece, reach in zip(pieces, half, strict=True)])
    columns = {"metric": metric, "value": point, "low": low, "high": high, "unit": unit, "n": chosen.n, "n_eff": chosen.kish()}
    columns |= {"method": "Woodruff", "note": np.where(np.isnan(spread.df), "n < 2", "")}
    if options.get("draws"):
        weights = draw_weights(draw_ids(chosen, options), draws=options["draws"], seed=options.get("seed", 1))
        columns["draws"] = [
            np.array([_at(y[part], chosen.weight[part] * weights[chosen.cluster[part], b], q) for b in range(options["draws"])])
            for part in parts
        ]
    return rows(chosen.groups, columns)


def _at(values: np.ndarray, weights: np.ndarray, q: float) -> float:
    """Quantile of sorted `values`: the inverse distribution function, the mean of both neighbours where it is hit exactly."""
    total = weights.sum()
    if not total or np.isnan(q):
        return float("nan")
    cumulative = np.cumsum(weights) / total
    q = min(max(q, 0.0), 1.0)
    first = min(int(np.searchsorted(cumulative, q - 1e-12)), len(values) - 1)
    later = min(int(np.searchsorted(cumulative, q + 1e-12)), len(values) - 1)
    return float((values[first] + values[later]) / 2)
