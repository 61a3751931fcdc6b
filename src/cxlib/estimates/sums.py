"""Shares that add up: what several shares of one whole make together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from cxlib.errors import DataError, worded
from cxlib.estimates.intervals import wilson
from cxlib.estimates.rows import rows

__all__ = ["sum_of_shares"]


def sum_of_shares(shares: pd.DataFrame, into: pd.Series, *, metric: str, of: pd.Series | None = None, level: float = 0.95) -> pd.DataFrame:
    """Sum shares of one whole, as many together as belong to the same group.

    Parameters
    ----------
    shares : DataFrame
        ESTIMATES whose values are shares of one and the same whole, with aligned ``draws``.
    into : Series of str
        The group of each row of `shares`, by the same index; rows without one are left out. Its name is the result's group column; a Series
        without a name has one group, and the result none.
    metric : str
        What the sums are called.
    of : Series of bool, optional
        Rows that count: the result is then their share of the group's sum, and not of the whole.
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES, one row a group, unit ``share``, with draws. A group of which one share is not known has none, and that share's note.

    Raises
    ------
    DataError
        When there are no draws.

    Notes
    -----
    Σp over the group, or Σp over the rows that count by Σp over the group. Wilson's interval, with as many units as the variance of the
    same
    sum over the draws is worth, v(1 − v)/variance; where all draws agree, the effective number, times the group's sum for a share of it.

    >>> draws = np.array([[0.48, 0.52], [0.32, 0.28], [0.20, 0.20]])
    >>> place = pd.DataFrame({"reason_id": list("abc")})
    >>> shares = rows(place, {"metric": "reason_share", "value": [0.5, 0.3, 0.2], "n": 100, "n_eff": 100.0, "draws": draws})
    >>> sum_of_shares(shares, pd.Series(["x", "x", "y"], name="group"), metric="told")[["group", "value", "low"]].round(2)
      group  value   low
    0     x    0.8  0.71
    1     y    0.2  0.13
    """
    if "draws" not in shares:
        raise DataError(worded("sum_of_shares", "shares come without", "draws", do="Ask for draws where they are computed."))
    chosen = into.notna()
    held, groups = shares[chosen], into[chosen].astype("str")
    parts = [_sum(held[groups.eq(name)], metric, of, level) for name in dict.fromkeys(groups)]
    if not parts:
        return rows(pd.DataFrame({str(into.name): []} if into.name else None), {"metric": metric, "unit": "share"})
    told = pd.concat(parts, ignore_index=True)
    if into.name:
        told.insert(0, str(into.name), pd.Series(list(dict.fromkeys(groups)), dtype="str"))
    return told


def _sum(group: pd.DataFrame, metric: str, of: pd.Series | None, level: float) -> pd.DataFrame:
    unknown = group.loc[group["value"].isna(), "note"]
    most = float(group["n_eff"].max())
    columns = {"metric": metric, "unit": "share", "n": group["n"].max(), "n_eff": most}
    if len(unknown):
        return rows(pd.DataFrame(index=[0]), columns | {"note": unknown.iloc[0]})
    values, drawn = group["value"].to_numpy(), np.stack(group["draws"].to_list())
    counts = np.ones(len(group), dtype=bool) if of is None else of.reindex(group.index).fillna(False).to_numpy(dtype=bool)
    value, again = float(values[counts].sum()), drawn[counts].sum(axis=0)
    if of is not None:
        whole = float(values.sum())
        value, most = (value / whole, most * whole) if whole > 0 else (np.nan, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            again = again / drawn.sum(axis=0)
    low, high = _interval(value, again, most, level)
    notes = "not corrected" if group["note"].eq("not corrected").any() else ""
    told = {"value": value, "low": low, "high": high, "n_eff": most, "method": "Wilson, bootstrap", "note": notes, "draws": again[None]}
    return rows(pd.DataFrame(index=[0]), columns | told)


def _interval(value: float, again: np.ndarray, most: float, level: float) -> tuple[float, float]:
    middle, spread = float(np.nanmean(again)), float(np.nanvar(again, ddof=1))
    if np.isnan(value) or np.isnan(spread):
        return np.nan, np.nan
    worth = middle * (1 - middle) / spread if spread > 0 and 0 < middle < 1 else most
    value = min(max(value, 0.0), 1.0)  # sums of rounded shares may stand a hair outside
    low, high = wilson(np.array([value]), np.array([worth]), np.array([special.ndtri((1 + level) / 2)]))
    return float(low[0]), float(high[0])
