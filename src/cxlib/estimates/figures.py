"""Means, shares, ratios and rates: each takes a table and returns ESTIMATES."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from scipy import special

from cxlib.errors import CxError, worded
from cxlib.estimates.intervals import wilson
from cxlib.estimates.linear import linear, numbers, spread_of
from cxlib.estimates.sampling import Sample, Sampling, sample

__all__ = ["mean", "rate", "ratio", "share", "share_of"]


def mean(
    table: pd.DataFrame,
    value: str,
    *,
    by: Sequence[str] = (),
    metric: str = "mean",
    unit: str = "",
    bounds: tuple[float, float] | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Weighted mean by group, with a t interval from clustered linearisation.

    Parameters
    ----------
    table : DataFrame
        One row an answer, contact or order.
    value : str
        Numeric column; rows in which it is missing are left out.
    by : sequence of str
        Group columns.
    metric, unit : str
        How the rows name themselves.
    bounds : (low, high), optional
        The interval is cut where the figure cannot lie. With ``(0, math.inf)``, for times, amounts and counts, it is made on the
        log scale instead, with degrees of freedom that allow for a few rows making most of the sum.
    **options
        See :class:`Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES, one row a group. A single row or cluster gives a value without an interval and the note "n < 2"; a group
        without spread gives a value with the note "no spread".

    Raises
    ------
    DataError
        For unknown columns and impossible weights.

    Notes
    -----
    ȳ = Σwy/Σw; variance C/(C−1)·Σ_c (Σ_{i∈c} w_i (y_i − ȳ)/Σw)² over the C clusters of the group, within strata where there
    are any (Lumley 2010, *Complex Surveys*, ch. 2). Same as R: ``svymean(~y, svydesign(ids, strata, weights, fpc))``.

    >>> mean(pd.DataFrame({"y": [1.0, 2.0, 4.0, 5.0]}), "y")[["value", "low", "high", "n"]].round(3)
       value    low   high  n
    0    3.0  0.095  5.905  4
    """
    chosen = sample(table, [value], by, options)
    top = numbers(table, value, chosen)
    if bounds is not None and (top < bounds[0]).any():
        raise CxError(worded(value, f"a value lies below {bounds[0]:g}, where the figure is said to begin:", top.min()))
    return linear(chosen, top, np.ones_like(top), metric, unit, options, bounds)


def share(
    table: pd.DataFrame, flag: str, *, by: Sequence[str] = (), metric: str = "share", unit: str = "share", **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Weighted share (0–1) of rows in which `flag` holds, with a Wilson interval on the effective sample size.

    Parameters, columns and errors as in :func:`mean`; `flag` is boolean or 0/1, and rows in which it is missing are left out.

    Parameters
    ----------
    table : DataFrame
        One row an observation.
    by : sequence of str
        Group columns; all rows together when empty.
    metric : str
        The name that the number gets in the column ``metric``.
    unit : str
        The unit of the number, as ``unit`` says it: "share", "points", "s".
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Notes
    -----
    p = Σwf/Σw; n* = p(1−p)/SE² with the linearised clustered SE (Kish's n where p is 0 or 1, which says nothing of
    clusters), then Wilson's interval with t in place of z (Korn & Graubard 1998; Dean & Pagano 2015).

    >>> share(pd.DataFrame({"f": [True] * 8 + [False] * 2}), "f")[["value", "low", "high"]].round(2)
       value   low  high
    0    0.8  0.43  0.96
    """
    chosen = sample(table, [flag], by, options)
    top = numbers(table, flag, chosen)
    if not np.isin(top, (0.0, 1.0)).all():
        raise CxError(
            worded(flag, "a share needs a column of yes and no, this one holds", top[~np.isin(top, (0.0, 1.0))][0], do="Use mean().")
        )
    return share_of(chosen, top, metric, unit, options)


def share_of(chosen: Sample, top: np.ndarray, metric: str, unit: str, options: Sampling) -> pd.DataFrame:
    """Share of the rows chosen in which `top` is 1, by group: what :func:`share` says once it has read its columns."""
    result = linear(chosen, top, np.ones_like(top), metric, unit, options, None)
    p = result["value"].to_numpy()
    spread = spread_of(chosen, top, np.ones_like(top))
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where((p > 0) & (p < 1), p * (1 - p) / spread.se**2, chosen.kish())
    result["low"], result["high"] = wilson(p, effective, spread.reach(options.get("level", 0.95)))
    result["method"], result["note"] = "Wilson, linearised", np.where(np.isnan(spread.df), "n < 2", "")
    return result


def ratio(
    table: pd.DataFrame,
    numerator: str,
    denominator: str,
    *,
    by: Sequence[str] = (),
    metric: str = "ratio",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Ratio of two weighted totals by group, linearised, with a t interval.

    Parameters, columns and errors as in :func:`mean`; a group whose denominator is zero has no value and the note "no exposure".

    Parameters
    ----------
    table : DataFrame
        One row an observation.
    numerator : str
        Column of what is divided.
    metric : str
        The name that the number gets in the column ``metric``.
    unit : str
        The unit of the number, as ``unit`` says it: "share", "points", "s".
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> orders = pd.DataFrame({"contacts": [2.0, 0.0, 4.0], "orders": [10.0, 5.0, 5.0]})
    >>> float(ratio(orders, "contacts", "orders")["value"].item())
    0.3
    """
    chosen = sample(table, [numerator, denominator], by, options)
    return linear(chosen, numbers(table, numerator, chosen), numbers(table, denominator, chosen), metric, unit, options, None)


def rate(
    table: pd.DataFrame,
    events: str,
    exposure: str,
    *,
    per: float = 1.0,
    by: Sequence[str] = (),
    metric: str = "rate",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Events per `per` units of exposure by group, with an interval that stays above zero.

    Parameters
    ----------
    table : DataFrame
        One row a unit at risk (customer, order, day) with its events and its exposure.
    events, exposure : str
        Numeric columns, not negative.
    per : float
        100 for "per 100 orders".
    by, metric, unit, **options
        As in :func:`mean`.

    Returns
    -------
    DataFrame
        ESTIMATES. Groups of several units: log-transformed t interval from clustered linearisation, which allows for units that
        contact us more than chance. Groups of one unit, or without an event: exact Poisson interval (Garwood 1936); ``method`` says which.

    >>> rate(pd.DataFrame({"contacts": [5.0], "orders": [100.0]}), "contacts", "orders", per=100)[["value", "low", "high"]].round(2)
       value   low   high
    0    5.0  1.62  11.67
    """
    chosen = sample(table, [events, exposure], by, options)
    top, bottom = numbers(table, events, chosen), numbers(table, exposure, chosen)
    if (top < 0).any() or (bottom < 0).any():
        raise CxError(f"{events} per {exposure}: a negative count or exposure. Both are counted from zero.")
    result = linear(chosen, top, bottom, metric, unit, options, None)
    spread, tail = spread_of(chosen, top, bottom), (1 - options.get("level", 0.95)) / 2
    value, total, at_risk = result["value"].to_numpy(), chosen.total(top), chosen.total(bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.exp(spread.reach(1 - 2 * tail) * spread.se / value)
        exact = np.isnan(spread.df) | (total == 0) | (spread.se == 0)
        low = np.where(exact, np.where(total > 0, special.chdtri(2 * total, 1 - tail), 0.0) / (2 * at_risk), value / factor)
        high = np.where(exact, special.chdtri(2 * (total + 1), tail) / (2 * at_risk), value * factor)
    result["value"], result["low"], result["high"] = value * per, low * per, high * per
    result["method"] = np.where(exact, "Poisson, exact", "log, linearised")
    result["note"] = np.where(at_risk > 0, "", "no exposure")
    if "draws" in result:
        result["draws"] = result["draws"].map(lambda values: values * per)
    return result
