"""What is new since the analysis before: inputs, rows, the library, and figures that moved further than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates.rows import rows
from cxlib.tables import group_columns

__all__ = ["Analysis", "change_log"]

MOST = 20  # figures that moved furthest, told one by one
KEYS, NUMBERS = ["table", "metric", "detail"], ["value", "low", "high"]


@dataclass(frozen=True, eq=False)
class Analysis:
    """One run of the suite, as far as another is compared with it.

    Attributes
    ----------
    facts : mapping
        ``library`` (version), ``library_hash``, ``params_hash``, ``data_hash``, ``day`` (date of the run) and ``rows`` (table: number).
    tables : mapping of str to DataFrame
        What it published: name → ESTIMATES.
    """

    facts: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def change_log(now: Analysis, before: Analysis | None = None) -> pd.DataFrame:
    """What differs between this analysis and the one before.

    Parameters
    ----------
    now : Analysis
    before : Analysis or None
        None where there is none: a first analysis has nothing to be compared with, and says so.

    Returns
    -------
    DataFrame
        ESTIMATES by ``changed`` ("library", "params", "data"), ``table``, ``figure`` and ``detail`` (the levels of the figure):
        ``input_changed`` (``count``: 1 where it differs, else 0; detail has the day of the analysis before), ``rows_added`` (``count`` by
        table, only where it differs), ``figures_compared``, ``figures_moved``, ``figures_new``, ``figures_gone`` (``count`` over all, and
        by table), and the twenty figures that moved furthest as ``figure_moved`` (``factor``: the distance in half-widths of both intervals
        together). A first analysis gives one row with the note "first analysis".

    Notes
    -----
    A figure counts as moved where |new − old| > √(h_new² + h_old²), h the half-widths of their intervals: for independent samples less than
    one in twenty by chance; for two analyses that share data less still. Figures without an interval (complete counts) are compared
    neither. It compares what was published, so nothing hidden comes to light.

    >>> def figure(value):
    ...     told = {"metric": "nps", "value": value, "low": value - 3, "high": value + 3}
    ...     return {"nps": rows(pd.DataFrame(index=[0]), told)}
    >>> facts = {"library": "1", "library_hash": "a", "params_hash": "b", "data_hash": "c", "rows": {}}
    >>> told = change_log(Analysis(facts, figure(20.0)), Analysis(facts | {"data_hash": "d"}, figure(10.0)))
    >>> told[told["metric"].isin(["figures_moved", "figure_moved"]) & told["table"].isna()][["metric", "value"]].values.tolist()
    [['figures_moved', 1.0]]
    """
    by = ["changed", "table", "figure", "detail"]
    if before is None:
        blank = pd.DataFrame({name: pd.Series([None], dtype="str") for name in by})
        return rows(blank, {"metric": "figures_compared", "unit": "count", "note": "first analysis"})
    inputs = {"library": "library_hash", "params": "params_hash", "data": "data_hash"}
    told = [int(now.facts.get(key) != before.facts.get(key)) for key in inputs.values()]
    day = str(before.facts.get("day", ""))
    head = pd.DataFrame({"changed": list(inputs), "table": None, "figure": None, "detail": day})
    parts = [rows(head, {"metric": "input_changed", "value": told, "unit": "count", "method": "count"})]
    older, newer = before.facts.get("rows", {}), now.facts.get("rows", {})
    grown = {name: newer.get(name, 0) - older.get(name, 0) for name in sorted({*older, *newer})}
    grown = {name: rise for name, rise in grown.items() if rise}
    if grown:
        groups = pd.DataFrame({"changed": "data", "table": list(grown)})
        parts.append(rows(groups, {"metric": "rows_added", "value": list(grown.values()), "unit": "count", "method": "count"}))
    return estimates.stack(*parts, *_figures(now.tables, before.tables))


def _figures(now: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """How many figures are the same ones, moved, new and gone, and which moved furthest."""
    both = _keyed(now).merge(_keyed(before), on=KEYS, how="outer", suffixes=("_now", "_before"), indicator=True)
    reach = np.hypot(both["high_now"] - both["low_now"], both["high_before"] - both["low_before"]) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = (both["value_now"] - both["value_before"]).abs() / reach
    told = {"figures_compared": steps.notna(), "figures_moved": steps > 1}
    told |= {"figures_new": both["_merge"].eq("left_only"), "figures_gone": both["_merge"].eq("right_only")}
    by_table = pd.DataFrame(told).groupby(both["table"]).sum().reset_index()
    whole = {"unit": "count", "method": "count"}
    parts = [rows(pd.DataFrame(index=[0]), whole | {"metric": metric, "value": float(by_table[metric].sum())}) for metric in told]
    for metric in list(told)[1:]:
        some = by_table[by_table[metric] > 0]
        if len(some):
            parts.append(rows(some[["table"]], whole | {"metric": metric, "value": some[metric].to_numpy(dtype="float64")}))
    furthest = both[steps > 1].assign(steps=steps[steps > 1])
    if len(furthest):
        furthest = furthest.sort_values(["steps", *KEYS], ascending=[False, True, True, True]).head(MOST)
        groups = furthest[KEYS].rename(columns={"metric": "figure"})
        moved = {"metric": "figure_moved", "value": furthest["steps"].to_numpy(), "unit": "factor", "method": "both intervals"}
        parts.append(rows(groups, moved))
    return parts


def _keyed(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Figures with a number by table, metric and the levels they stand for; a name that stands twice is left out."""
    kept = {name: table[table["value"].notna()] for name, table in tables.items() if "metric" in table}
    parts = [table[["metric", *NUMBERS]].assign(table=name, detail=_detail(table)) for name, table in kept.items()]
    typed = pd.DataFrame(dict.fromkeys(KEYS, pd.Series(dtype="str")) | dict.fromkeys(NUMBERS, pd.Series(dtype="float64")))
    named = pd.concat([typed, *parts], ignore_index=True).astype(dict.fromkeys(KEYS, "str"))
    return named[~named.duplicated(KEYS, keep=False)]


def _detail(table: pd.DataFrame) -> list[str]:
    """The levels that each row stands for, in words."""
    said = [(f"{name} " + table[name].astype("str")).fillna("") for name in group_columns(table)]
    return [", ".join(filter(None, levels)) for levels in zip(*said, strict=True)] if said else [""] * len(table)
