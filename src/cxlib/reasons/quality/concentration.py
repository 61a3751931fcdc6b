"""Where a reason is named more often than elsewhere."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["concentration", "standing_out"]

LEAST_DRAWS = 200


def concentration(
    predicted: pd.DataFrame, *, by: str = "touchpoint_id", outside: tuple[str, ...] = (), min_n: int = 30, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Share of each reason at each touchpoint, against its share at all of them.

    Parameters
    ----------
    predicted : DataFrame
        One row a contact: ``reason_id``, ``unassigned``, the column `by`. Unassigned contacts and those without a level are left out.
    by : str
        Touchpoint, channel, segment or any other column.
    outside : sequence of str
        Reasons that are out of every denominator.
    min_n : int
        Contacts below which a level has no numbers.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``reason_id``, only pairs that occur: ``reason_at`` (share of the level's contacts) and ``lift`` (that share
        over the reason's share among all; 2: twice as common here as overall).

    Raises
    ------
    DataError
        When a column is lacking.

    Notes
    -----
    As predicted, not corrected: what the model confuses, it confuses at every touchpoint, so a lift is drawn towards 1. The span of a lift
    holds the middle part of its bootstrap draws, by cluster.

    >>> predicted = pd.DataFrame({"touchpoint_id": ["T1"] * 4 + ["T2"] * 4, "reason_id": ["a"] * 3 + ["b"] * 5, "unassigned": False})
    >>> found = concentration(predicted, min_n=1)
    >>> found.loc[found["metric"] == "lift", ["touchpoint_id", "reason_id", "value"]].round(2).values.tolist()
    [['T1', 'a', 2.0], ['T1', 'b', 0.4], ['T2', 'b', 1.6]]
    """
    if predicted.empty:
        return estimates.unanswerable("reason_at", "share", ["contact_reasons.reason_id", f"contacts.{by}"], by=(by, "reason_id"))
    for name in (by, "reason_id", "unassigned"):
        if name not in predicted:
            raise DataError(worded("concentration", "there is no column", name, predicted.columns, label="It has"))
    named = predicted[predicted["reason_id"].notna() & ~predicted["unassigned"].astype(bool) & ~predicted["reason_id"].isin(outside)]
    named = named[named[by].notna()].astype({by: "str", "reason_id": "str"}).reset_index(drop=True)
    if named.empty:
        return estimates.unanswerable("reason_at", "share", ["contact_reasons.reason_id", f"contacts.{by}"], by=(by, "reason_id"))
    named["alone"] = "only " + named.index.astype("str")
    wanted: Sampling = {**options, "draws": max(int(options.get("draws") or 0), LEAST_DRAWS)}
    wanted["cluster"] = options.get("cluster") or "alone"
    wanted["count"] = options.get("count") or "alone"
    at = estimates.shares(named, "reason_id", by=[by], metric="reason_at", **wanted)
    overall = estimates.shares(named, "reason_id", **wanted)
    told = _lifted(at[at["value"] > 0].reset_index(drop=True), overall.set_index("reason_id"), by, options.get("level", 0.95))
    told = estimates.withhold(told, told["n"] < min_n, f"n < {min_n}").sort_values([by, "reason_id", "metric"], ignore_index=True)
    return told if options.get("draws") else told.drop(columns="draws")


def standing_out(concentrated: pd.DataFrame, *, count: int = 12) -> pd.DataFrame:
    """Return the pairs whose lift lies above 1 with its whole span, those with most contacts first.

    Parameters
    ----------
    concentrated : DataFrame
        What :func:`concentration` returned, or what was saved of it.
    count : int
        How many pairs.

    Returns
    -------
    DataFrame
        Both metrics of these pairs; the row that says what is missing where there are no numbers.

    >>> predicted = pd.DataFrame({"touchpoint_id": ["T1"] * 40 + ["T2"] * 40, "reason_id": ["a"] * 30 + ["b"] * 50, "unassigned": False})
    >>> standing_out(concentration(predicted))[["touchpoint_id", "reason_id", "metric"]].values.tolist()
    [['T2', 'b', 'lift'], ['T2', 'b', 'reason_at'], ['T1', 'a', 'lift'], ['T1', 'a', 'reason_at']]
    """
    pair = list(concentrated.columns[: list(concentrated.columns).index("metric")])
    lift, at = (concentrated[concentrated["metric"].eq(metric)].set_index(pair) for metric in ("lift", "reason_at"))
    contacts = (at["value"] * at["n"].astype("float64"))[lift.index[lift["low"] > 1]] if len(lift) else pd.Series(dtype="float64")
    if contacts.empty:
        return concentrated.head(1)
    first = contacts.sort_values(ascending=False, kind="stable").index[:count]
    place = {each: number for number, each in enumerate(first)}
    number = pd.Series([place.get(each) for each in concentrated[pair].itertuples(index=False, name=None)], index=concentrated.index)
    return concentrated.loc[number.dropna().sort_values(kind="stable").index]


def _lifted(at: pd.DataFrame, overall: pd.DataFrame, by: str, level: float) -> pd.DataFrame:
    """Put the lift of each reason at each level under its share there."""
    everywhere = overall.loc[at["reason_id"]]
    held, beside = np.stack(at["draws"].to_list()), np.stack(everywhere["draws"].to_list())
    drawn = np.divide(held, beside, out=np.full(held.shape, np.nan), where=beside > 0)
    tail = (1 - level) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail], axis=1)
    columns = {"metric": "lift", "value": at["value"] / everywhere["value"].to_numpy(), "low": low, "high": high, "unit": "factor"}
    columns |= {"n": at["n"], "n_eff": at["n_eff"], "method": "bootstrap", "draws": drawn}
    return pd.concat([at, rows(at[[by, "reason_id"]], columns)], ignore_index=True)
