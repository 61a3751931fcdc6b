"""Where each department stands and where it wants to be: the zero measurement of a first run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates.rows import rows
from cxlib.tables import group_columns

__all__ = ["targets", "zero_measurement"]


def targets(goals: pd.DataFrame) -> pd.DataFrame:
    """What each department aims at, what it has now, and how far that is.

    Parameters
    ----------
    goals : DataFrame
        ``department``, ``kpi``, ``target``, ``direction`` ("up": more is better, "down") and, where it is known, ``value``.

    Returns
    -------
    DataFrame
        ESTIMATES by ``owner`` (the department) and ``kpi``: ``goal_now``, ``goal_target`` and ``goal_distance`` (``share`` of today's value
        by which it has to move; 0 where the target is reached). A goal without a value today keeps its row with the note "not measured".

    Notes
    -----
    distance = (target − value)/|value|, 0 where the target is reached in its direction. Figures are the client's own, as told.

    >>> told = targets(pd.DataFrame({"department": ["KC"], "kpi": ["calls"], "target": [198.0], "direction": ["down"], "value": [220.0]}))
    >>> told[["metric", "value"]].values.tolist()
    [['goal_now', 220.0], ['goal_target', 198.0], ['goal_distance', -0.1]]
    """
    by = ["owner", "kpi"]
    if goals.empty:
        return estimates.unanswerable("goal_now", "count", ["goals.target"], by=by)
    groups = goals.rename(columns={"department": "owner"})[by].reset_index(drop=True)
    now = (goals["value"] if "value" in goals else pd.Series(np.nan, index=goals.index)).to_numpy(dtype="float64")
    aim = goals["target"].to_numpy(dtype="float64")
    reached = np.where(goals["direction"].eq("up"), now >= aim, now <= aim)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.where(reached, 0.0, (aim - now) / np.abs(now))
    distance = np.where(np.isfinite(distance), distance, np.nan)
    note = np.where(np.isnan(now), "not measured", "")
    told = {"method": "as told", "note": note, "unit": ""}
    return estimates.stack(
        rows(groups, told | {"metric": "goal_now", "value": now}),
        rows(groups, told | {"metric": "goal_target", "value": aim, "note": ""}),
        rows(groups, told | {"metric": "goal_distance", "value": distance, "unit": "share"}),
    ).sort_values(by, kind="stable", ignore_index=True)


def zero_measurement(tables: Mapping[str, pd.DataFrame], metrics: Mapping[str, str]) -> pd.DataFrame:
    """The figures of the house as a whole as they are now: what a later run is compared with.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Name → ESTIMATES that other pages saved; empty tables are passed over.
    metrics : mapping of str to str
        Name of a table → the metric of it whose figure over all is taken.

    Returns
    -------
    DataFrame
        ESTIMATES by ``table``: one row a figure, as its page has it.

    >>> nps = rows(pd.DataFrame(index=[0]), {"metric": "nps", "value": -4.0, "unit": "points", "n": 1200})
    >>> zero_measurement({"nps": nps}, {"nps": "nps"})[["table", "metric", "value"]].values.tolist()
    [['nps', 'nps', -4.0]]
    """
    parts = []
    for name, metric in metrics.items():
        table = tables.get(name)
        if table is None or table.empty or "metric" not in table:
            continue
        groups = group_columns(table)
        whole = table[table["metric"].eq(metric) & table[groups].isna().all(axis=1) & table["value"].notna()]
        if len(whole):
            one = whole.head(1).drop(columns=groups)
            one.insert(0, "table", pd.Series(name, index=one.index, dtype="str"))
            parts.append(one)
    if not parts:
        return estimates.unanswerable("nps", "points", ["responses[nps]"], by=["table"])
    return estimates.stack(*parts)
