"""The figures themselves: each takes a table and returns ESTIMATES."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from scipy import stats

from cxlib.errors import CxError, worded
from cxlib.estimates.bootstrap import draw_ratios, draw_weights
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, Sampling, Spread, sample

__all__ = ["difference", "mean", "quantile", "rate", "ratio", "share"]


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
        The interval is cut where the figure cannot lie.
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
    top = _numbers(table, value, chosen)
    return _linear(chosen, top, np.ones_like(top), metric, unit, options, bounds)


def share(
    table: pd.DataFrame, flag: str, *, by: Sequence[str] = (), metric: str = "share", unit: str = "share", **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Weighted share (0–1) of rows in which `flag` holds, with a Wilson interval on the effective sample size.

    Parameters, columns and errors as in :func:`mean`; `flag` is boolean or 0/1, and rows in which it is missing are left out.

    Notes
    -----
    p = Σwf/Σw; n* = p(1−p)/SE² with the linearised clustered SE (Kish's n where p is 0 or 1, which says nothing of
    clusters), then Wilson's interval with t in place of z (Korn & Graubard 1998; Dean & Pagano 2015).

    >>> share(pd.DataFrame({"f": [True] * 8 + [False] * 2}), "f")[["value", "low", "high"]].round(2)
       value  low  high
    0    0.8  0.4  0.96
    """
    chosen = sample(table, [flag], by, options)
    top = _numbers(table, flag, chosen)
    if not np.isin(top, (0.0, 1.0)).all():
        raise CxError(worded(flag, "a share needs a column of yes and no, this one holds", top[~np.isin(top, (0.0, 1.0))][0], do="Use mean()."))
    result = _linear(chosen, top, np.ones_like(top), metric, unit, options, None)
    p = result["value"].to_numpy()
    spread = _spread_of(chosen, top, np.ones_like(top))
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where((p > 0) & (p < 1), p * (1 - p) / spread.se**2, chosen.kish())
        t = stats.t.ppf((1 + options.get("level", 0.95)) / 2, spread.df)
        centre = (p + t**2 / (2 * effective)) / (1 + t**2 / effective)
        half = t / (1 + t**2 / effective) * np.sqrt(p * (1 - p) / effective + t**2 / (4 * effective**2))
    result["low"], result["high"] = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
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

    >>> orders = pd.DataFrame({"contacts": [2.0, 0.0, 4.0], "orders": [10.0, 5.0, 5.0]})
    >>> float(ratio(orders, "contacts", "orders")["value"].item())
    0.3
    """
    chosen = sample(table, [numerator, denominator], by, options)
    return _linear(chosen, _numbers(table, numerator, chosen), _numbers(table, denominator, chosen), metric, unit, options, None)


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
    top, bottom = _numbers(table, events, chosen), _numbers(table, exposure, chosen)
    if (top < 0).any() or (bottom < 0).any():
        raise CxError(f"{events} per {exposure}: a negative count or exposure. Both are counted from zero.")
    result = _linear(chosen, top, bottom, metric, unit, options, None)
    spread, tail = _spread_of(chosen, top, bottom), (1 - options.get("level", 0.95)) / 2
    value, total, at_risk = result["value"].to_numpy(), chosen.total(top), chosen.total(bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.exp(stats.t.ppf(1 - tail, spread.df) * spread.se / value)
        exact = np.isnan(spread.df) | (total == 0) | (spread.se == 0)
        low = np.where(exact, np.where(total > 0, stats.chi2.ppf(tail, 2 * total), 0.0) / (2 * at_risk), value / factor)
        high = np.where(exact, stats.chi2.ppf(1 - tail, 2 * (total + 1)) / (2 * at_risk), value * factor)
    result["value"], result["low"], result["high"] = value * per, low * per, high * per
    result["method"] = np.where(exact, "Poisson, exact", "log, linearised")
    result["note"] = np.where(at_risk > 0, "", "no exposure")
    if "draws" in result:
        result["draws"] = result["draws"].map(lambda values: values * per)
    return result


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
    y = _numbers(table, value, chosen)
    order = np.lexsort((y, chosen.group))
    bounds = np.searchsorted(chosen.group[order], np.arange(chosen.size + 1))
    pieces = [(y[part], chosen.weight[part]) for part in (order[a:b] for a, b in zip(bounds[:-1], bounds[1:], strict=True))]
    point = np.array([_at(values, weights, q) for values, weights in pieces])
    spread = _spread_of(chosen, (y <= point[chosen.group]).astype(float), np.ones_like(y))
    half = stats.t.ppf((1 + options.get("level", 0.95)) / 2, spread.df) * spread.se
    low = np.array([_at(*piece, q - reach) for piece, reach in zip(pieces, half, strict=True)])
    high = np.array([_at(*piece, q + reach) for piece, reach in zip(pieces, half, strict=True)])
    columns = {"metric": metric, "value": point, "low": low, "high": high, "unit": unit, "n": chosen.n, "n_eff": chosen.kish()}
    columns |= {"method": "Woodruff", "note": np.where(np.isnan(spread.df), "n < 2", "")}
    if options.get("draws"):
        weights = draw_weights(_ids(chosen, options), draws=options["draws"], seed=options.get("seed", 1))
        columns["draws"] = [
            np.array([_at(y[part], chosen.weight[part] * weights[chosen.cluster[part], b], q) for b in range(options["draws"])])
            for part in (order[a:b] for a, b in zip(bounds[:-1], bounds[1:], strict=True))
        ]
    return rows(chosen.groups, columns)


def difference(
    table: pd.DataFrame,
    value: str,
    *,
    between: str,
    reference: str,
    by: Sequence[str] = (),
    metric: str = "difference",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Difference of weighted means, each level of `between` minus the `reference` level, with a t interval.

    Clusters that have rows on both sides (a customer asked in both waves) make the difference surer, and that is counted.

    Parameters
    ----------
    table, value, by, metric, unit, **options
        As in :func:`mean`.
    between : str
        Column that holds the levels compared.
    reference : str
        The level the others are compared with.

    Returns
    -------
    DataFrame
        ESTIMATES with `between` as last group column (the level compared); ``n`` counts both sides.

    >>> waves = pd.DataFrame({"wave": ["1", "1", "1", "2", "2", "2"], "y": [1.0, 2.0, 3.0, 2.0, 3.0, 4.0]})
    >>> difference(waves, "y", between="wave", reference="1")[["wave", "value", "n"]]
      wave  value  n
    0    2    1.0  6
    """
    chosen = sample(table, [value], [*by, between], options)
    levels = chosen.groups[between].to_numpy()
    if reference not in levels:
        raise CxError(worded(between, "there is no level", reference, dict.fromkeys(levels), label="Levels"))
    y = _numbers(table, value, chosen)
    weights = chosen.total(np.ones_like(y))
    means = chosen.total(y) / weights
    influence = chosen.weight * (y - means[chosen.group]) / weights[chosen.group]
    keys = chosen.groups[list(by)].apply(tuple, axis=1).to_numpy() if by else np.array([()] * chosen.size, dtype=object)
    base = {key: code for code, key in enumerate(keys) if levels[code] == reference}
    pairs = [(code, base[key]) for code, key in enumerate(keys) if levels[code] != reference and key in base]
    se, df, n = np.empty(len(pairs)), np.empty(len(pairs)), np.empty(len(pairs), dtype=int)
    for number, (here, there) in enumerate(pairs):
        signed = np.where(chosen.group == here, influence, np.where(chosen.group == there, -influence, 0.0))
        inside = np.isin(chosen.group, (here, there))
        spread = chosen.spread(signed, np.where(inside, 0, 1), 2)
        se[number], df[number], n[number] = spread.se[0], spread.df[0], chosen.n[here] + chosen.n[there]
    here, there = np.array([pair[0] for pair in pairs], dtype=int), np.array([pair[1] for pair in pairs], dtype=int)
    half, kish = stats.t.ppf((1 + options.get("level", 0.95)) / 2, df) * se, chosen.kish()
    point = means[here] - means[there]
    columns = {"metric": metric, "value": point, "low": point - half, "high": point + half, "unit": unit, "n": n}
    columns |= {"n_eff": kish[here] + kish[there], "method": "t, linearised", "note": np.where(np.isnan(df), "n < 2", "")}
    if options.get("draws"):
        drawn = _draws(chosen, y, np.ones_like(y), options)
        columns["draws"] = drawn[here] - drawn[there]
    return rows(chosen.groups.iloc[here], columns)


def _linear(
    chosen: Sample, top: np.ndarray, bottom: np.ndarray, metric: str, unit: str, options: Sampling, bounds: tuple[float, float] | None
) -> pd.DataFrame:
    """Σw·top/Σw·bottom by group with its t interval and, where asked for, its draws."""
    above, below = chosen.total(top), chosen.total(bottom)
    value = np.divide(above, below, out=np.full(chosen.size, np.nan), where=below != 0)
    spread = _spread_of(chosen, top, bottom)
    with np.errstate(invalid="ignore"):
        half = stats.t.ppf((1 + options.get("level", 0.95)) / 2, spread.df) * spread.se
    note = np.where(np.isnan(value), "no exposure", np.where(np.isnan(spread.df), "n < 2", np.where(spread.se == 0, "no spread", "")))
    half = np.where(note == "no spread", np.nan, half)
    low, high = value - half, value + half
    if bounds is not None:
        low, high = np.maximum(low, bounds[0]), np.minimum(high, bounds[1])
    columns = {"metric": metric, "value": value, "low": low, "high": high, "unit": unit, "n": chosen.n, "n_eff": chosen.kish()}
    columns |= {"method": "t, linearised", "note": note}
    if options.get("draws"):
        columns["draws"] = _draws(chosen, top, bottom, options)
    return rows(chosen.groups, columns)


def _spread_of(chosen: Sample, top: np.ndarray, bottom: np.ndarray) -> Spread:
    below = chosen.total(bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(below != 0, chosen.total(top) / below, 0.0)
        share_of = np.where(below != 0, 1 / below, 0.0)
    residual = top - value[chosen.group] * bottom
    residual[np.abs(residual) < 1e-12 * np.maximum(np.abs(top), 1.0)] = 0.0  # rounding is no spread
    return chosen.spread(chosen.weight * residual * share_of[chosen.group])


def _draws(chosen: Sample, top: np.ndarray, bottom: np.ndarray, options: Sampling) -> np.ndarray:
    ids = _ids(chosen, options)
    weights = chosen.weight
    return draw_ratios(
        chosen.group, chosen.size, chosen.cluster, ids, weights * top, weights * bottom, draws=options["draws"], seed=options.get("seed", 1)
    )


def _ids(chosen: Sample, options: Sampling) -> np.ndarray:
    if not options.get("cluster"):
        raise CxError("draws: bootstrap draws need `cluster`, the column whose ids make them align between tables (respondent_id at least).")
    return chosen.cluster_ids


def _numbers(table: pd.DataFrame, name: str, chosen: Sample) -> np.ndarray:
    return table[name].iloc[chosen.rows].to_numpy(dtype="float64", copy=True)


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
