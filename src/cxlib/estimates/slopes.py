"""How much a figure rises with another: weighted, clustered, and within strata where these differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib.estimates.bootstrap import draw_weights
from cxlib.estimates.linear import draw_ids, numbers
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, Sampling, sample

__all__ = ["slope"]


def slope(
    table: pd.DataFrame,
    value: str,
    on: str,
    *,
    within: Sequence[str] = (),
    by: Sequence[str] = (),
    metric: str = "slope",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Weighted least-squares slope of `value` on `on` by group, with a t interval.

    Parameters
    ----------
    table : DataFrame
        One row an answer.
    value, on : str
        Numeric columns; rows in which one is missing are left out.
    within : sequence of str
        Columns whose combinations get a level each: the slope is then that within them.
    by, metric, unit, **options
        As in :func:`cxlib.estimates.mean`.

    Returns
    -------
    DataFrame
        ESTIMATES, one row a group. Where `on` does not vary there is no value, with the note "no spread".

    Notes
    -----
    b = Σw(x − x̄)(y − ȳ)/Σw(x − x̄)², means by stratum of `within`; influence w(x − x̄)(y − ȳ − b(x − x̄))/Σw(x − x̄)², summed by
    cluster. Same as R: ``svyglm(y ~ x + factor(within), svydesign(ids, weights))``.

    >>> slope(pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 3.0, 4.0, 8.0]}), "y", "x")[["value", "n"]]
       value  n
    0    2.2  4
    """
    chosen = sample(table, [value, on, *within], by, options)
    y, x = numbers(table, value, chosen), numbers(table, on, chosen)
    stratum = _strata(table, chosen, within)
    size = int(stratum.max(initial=0)) + 1
    mass = np.bincount(stratum, chosen.weight, minlength=size)[stratum]
    x -= np.bincount(stratum, chosen.weight * x, minlength=size)[stratum] / mass
    y -= np.bincount(stratum, chosen.weight * y, minlength=size)[stratum] / mass
    x[np.abs(x) < 1e-12] = 0.0  # rounding is no spread
    width = chosen.total(x * x)
    with np.errstate(invalid="ignore", divide="ignore"):
        point = np.where(width > 0, chosen.total(x * y) / width, np.nan)
        influence = np.where(width[chosen.group] > 0, chosen.weight * x * (y - point[chosen.group] * x) / width[chosen.group], 0.0)
    spread = chosen.spread(influence)
    half = spread.reach(options.get("level", 0.95)) * spread.se
    note = np.where(np.isnan(point), "no spread", np.where(np.isnan(spread.df), "n < 2", ""))
    columns = {"metric": metric, "value": point, "low": point - half, "high": point + half, "unit": unit, "n": chosen.n}
    columns |= {"n_eff": chosen.kish(), "method": "t, linearised", "note": note}
    if options.get("draws"):
        columns["draws"] = _drawn(chosen, x, y, stratum, options)
    return rows(chosen.groups, columns)


def _strata(table: pd.DataFrame, chosen: Sample, within: Sequence[str]) -> np.ndarray:
    if not within:
        return chosen.group
    keys = table[list(within)].iloc[chosen.rows].astype("str").reset_index(drop=True)
    return keys.assign(_group=chosen.group).groupby([*within, "_group"]).ngroup().to_numpy()


def _drawn(chosen: Sample, x: np.ndarray, y: np.ndarray, stratum: np.ndarray, options: Sampling) -> np.ndarray:
    """Return the slope in each draw; means are taken anew in each stratum and draw."""
    from scipy.sparse import csr_matrix

    ids, number, w = draw_ids(chosen, options), options["draws"], chosen.weight
    size = int(stratum.max(initial=0)) + 1
    weights = draw_weights(ids, draws=number, seed=options.get("seed", 1)).astype("float64")
    place, parts = (stratum, chosen.cluster), (np.ones_like(x), x, y, x * x, x * y)
    moments = [csr_matrix((w * part, place), shape=(size, len(ids))) @ weights for part in parts]
    mass, sum_x, sum_y, sum_xx, sum_xy = moments
    inverse = np.divide(1.0, mass, out=np.zeros_like(mass), where=mass > 0)
    group_of = np.zeros(size, dtype=int)
    group_of[stratum] = chosen.group
    top, width = np.zeros((chosen.size, number)), np.zeros((chosen.size, number))
    np.add.at(top, group_of, sum_xy - sum_x * sum_y * inverse)
    np.add.at(width, group_of, sum_xx - sum_x**2 * inverse)
    return np.divide(top, width, out=np.full_like(top, np.nan), where=width > 1e-12)
