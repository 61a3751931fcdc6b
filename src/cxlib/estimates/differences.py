"""Differences between groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib.errors import CxError, worded
from cxlib.estimates.figures import mean, rate, share
from cxlib.estimates.intervals import mover
from cxlib.estimates.linear import draws_of, numbers
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, Sampling, Spread, sample

__all__ = ["amount_difference", "difference", "rate_difference", "share_difference"]


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
    pairs = _pairs(chosen, by, between, reference)
    y = numbers(table, value, chosen)
    weights = chosen.total(np.ones_like(y))
    means = chosen.total(y) / weights
    influence = chosen.weight * (y - means[chosen.group]) / weights[chosen.group]
    se, df, n = np.empty(len(pairs)), np.empty(len(pairs)), np.empty(len(pairs), dtype=int)
    for number, (level, base_level) in enumerate(pairs):
        signed = np.where(chosen.group == level, influence, np.where(chosen.group == base_level, -influence, 0.0))
        inside = np.isin(chosen.group, (level, base_level))
        spread = chosen.spread(signed, np.where(inside, 0, 1), 2)
        se[number], df[number], n[number] = spread.se[0], spread.df[0], chosen.n[level] + chosen.n[base_level]
    here, there = np.array([pair[0] for pair in pairs], dtype=int), np.array([pair[1] for pair in pairs], dtype=int)
    half, kish = Spread(se, df, df).reach(options.get("level", 0.95)) * se, chosen.kish()
    point = means[here] - means[there]
    columns = {"metric": metric, "value": point, "low": point - half, "high": point + half, "unit": unit, "n": n}
    columns |= {"n_eff": kish[here] + kish[there], "method": "t, linearised", "note": np.where(np.isnan(df), "n < 2", "")}
    if options.get("draws"):
        drawn = draws_of(chosen, y, np.ones_like(y), options)
        columns["draws"] = drawn[here] - drawn[there]
    return rows(chosen.groups.iloc[here], columns)


def share_difference(
    table: pd.DataFrame,
    flag: str,
    *,
    between: str,
    reference: str,
    by: Sequence[str] = (),
    metric: str = "share_difference",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Difference of weighted shares, each level of `between` minus the `reference` level; sound also near 0 and 1.

    Parameters and columns as in :func:`difference`; `flag` as in :func:`share`. The interval is recovered from those of the two shares
    (MOVER; Zou & Donner 2008), so that a level in which nobody answered yes is not taken for one known exactly.

    Parameters
    ----------
    table : DataFrame
        One row an observation.
    by : sequence of str
        Group columns; all rows together when empty.
    metric : str
        The name that the number gets in the column ``metric``.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> waves = pd.DataFrame({"wave": ["1"] * 20 + ["2"] * 20, "f": [0] * 20 + [1] * 5 + [0] * 15})
    >>> share_difference(waves, "f", between="wave", reference="1")[["wave", "value", "low", "high"]].round(2)
      wave  value   low  high
    0    2   0.25  0.02  0.49
    """
    told = share(table, flag, by=[*by, between], **options)
    chosen = sample(table, [flag], [*by, between], options)
    top = numbers(table, flag, chosen)
    return _recovered(told, chosen, (top, np.ones_like(top)), _pairs(chosen, by, between, reference), metric, "share difference")


def rate_difference(
    table: pd.DataFrame,
    events: str,
    exposure: str,
    *,
    between: str,
    reference: str,
    per: float = 1.0,
    by: Sequence[str] = (),
    metric: str = "rate_difference",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Difference of rates, each level of `between` minus the `reference` level; sound also where a level has no event.

    Parameters and columns as in :func:`difference`; `events`, `exposure` and `per` as in :func:`rate`. Interval as in
    :func:`share_difference`.

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

    >>> shops = pd.DataFrame({"shop": ["a", "b"], "contacts": [0.0, 5.0], "orders": [100.0, 400.0]})
    >>> rate_difference(shops, "contacts", "orders", per=100, between="shop", reference="a")[["value", "low", "high"]].round(2)
       value   low  high
    0   1.25 -2.53  2.92
    """
    told = rate(table, events, exposure, per=per, by=[*by, between], **options)
    chosen = sample(table, [events, exposure], [*by, between], options)
    parts = numbers(table, events, chosen), numbers(table, exposure, chosen)
    return _recovered(told, chosen, parts, _pairs(chosen, by, between, reference), metric, unit)


def amount_difference(
    table: pd.DataFrame,
    value: str,
    *,
    between: str,
    reference: str,
    by: Sequence[str] = (),
    metric: str = "amount_difference",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Difference of means of times or amounts, each level of `between` minus the `reference` level; allows for skewness.

    Parameters and columns as in :func:`difference`; no value is negative. Interval as in :func:`share_difference`, from those of
    :func:`mean` with ``bounds=(0, math.inf)``.

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

    >>> shops = pd.DataFrame({"shop": ["a"] * 4 + ["b"] * 4, "paid": [1.0, 2.0, 3.0, 10.0, 2.0, 4.0, 6.0, 60.0]})
    >>> amount_difference(shops, "paid", between="shop", reference="a")["value"].item()
    14.0
    """
    told = mean(table, value, by=[*by, between], bounds=(0.0, np.inf), **options)
    chosen = sample(table, [value], [*by, between], options)
    top = numbers(table, value, chosen)
    return _recovered(told, chosen, (top, np.ones_like(top)), _pairs(chosen, by, between, reference), metric, unit)


def _pairs(chosen: Sample, by: Sequence[str], between: str, reference: str) -> list[tuple[int, int]]:
    """Pair each level with the reference of its group, as codes of the sample's groups."""
    levels = chosen.groups[between].to_numpy()
    if reference not in levels:
        raise CxError(worded(between, "there is no level", reference, dict.fromkeys(levels), label="Levels"))
    keys = list(chosen.groups[list(by)].itertuples(index=False, name=None)) if by else [()] * chosen.size
    base = {key: code for code, key in enumerate(keys) if levels[code] == reference}
    return [(code, base[key]) for code, key in enumerate(keys) if levels[code] != reference and key in base]


def _recovered(
    told: pd.DataFrame,
    chosen: Sample,
    parts: tuple[np.ndarray, np.ndarray],
    pairs: list[tuple[int, int]],
    metric: str,
    unit: str,
) -> pd.DataFrame:
    """Lay out differences of figures that are a ratio of two weighted totals, from the figures' own intervals."""
    here, there = np.array([pair[0] for pair in pairs], dtype=int), np.array([pair[1] for pair in pairs], dtype=int)
    above, below = (chosen.total(part) for part in parts)
    ratio = np.divide(above, below, out=np.zeros(chosen.size), where=below != 0)
    scale = np.divide(1.0, below, out=np.zeros(chosen.size), where=below != 0)
    influence = chosen.weight * (parts[0] - ratio[chosen.group] * parts[1]) * scale[chosen.group]
    figures = [told[name].to_numpy() for name in ("value", "low", "high")]
    correlation = chosen.correlation(influence, here, there)
    value, least, most = figures
    low, high = mover((value[here], least[here], most[here]), (value[there], least[there], most[there]), correlation)
    notes = told["note"].to_numpy()
    columns = {"metric": metric, "value": value[here] - value[there], "low": low, "high": high, "unit": unit}
    columns |= {name: told[name].to_numpy()[here] + told[name].to_numpy()[there] for name in ("n", "n_eff")}
    columns |= {"method": "MOVER, linearised", "note": np.where(notes[here] != "", notes[here], notes[there])}
    if "draws" in told:
        columns["draws"] = [told["draws"].iloc[code] - told["draws"].iloc[base] for code, base in pairs]
    return rows(chosen.groups.iloc[here], columns)
