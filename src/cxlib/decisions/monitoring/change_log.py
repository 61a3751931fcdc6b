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
    counts, moved = [], []
    for name in sorted({*now, *before}):
        both = _paired(now.get(name), before.get(name))
        if both is None:
            continue
        matched = both[both["_merge"].eq("both")]
        reach = np.hypot(matched["high_now"] - matched["low_now"], matched["high_before"] - matched["low_before"]) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            steps = (matched["value_now"] - matched["value_before"]).abs() / reach
        further = steps > 1
        counts.append(
            (
                name,
                int(steps.notna().sum()),
                int(further.sum()),
                *(int(both["_merge"].eq(side).sum()) for side in ("left_only", "right_only")),
            )
        )
        moved.append(matched[further].assign(table=name, steps=steps[further]))
    metrics = ("figures_compared", "figures_moved", "figures_new", "figures_gone")
    table = pd.DataFrame(counts, columns=["table", *metrics])
    whole = {"unit": "count", "method": "count"}
    parts = [rows(pd.DataFrame(index=[0]), whole | {"metric": metric, "value": float(table[metric].sum())}) for metric in metrics]
    for metric in metrics[1:]:
        some = table[table[metric] > 0]
        if len(some):
            parts.append(rows(some[["table"]], whole | {"metric": metric, "value": some[metric].to_numpy(dtype="float64")}))
    furthest = pd.concat(moved, ignore_index=True) if moved else pd.DataFrame()
    if len(furthest):
        furthest = furthest.sort_values(["steps", "table", "metric", "detail"], ascending=[False, True, True, True]).head(MOST)
        groups = furthest[["table", "metric", "detail"]].rename(columns={"metric": "figure"})
        told = {"metric": "figure_moved", "value": furthest["steps"].to_numpy(), "unit": "factor", "method": "both intervals"}
        parts.append(rows(groups, told))
    return parts


def _paired(now: pd.DataFrame | None, before: pd.DataFrame | None) -> pd.DataFrame | None:
    """Rows of one table in both analyses, side by side; None where they are no ESTIMATES."""
    sides = [_keyed(table) for table in (now, before)]
    if all(side is None for side in sides):
        return None
    new, old = (pd.DataFrame({name: pd.Series(dtype="str") for name in ("metric", "detail")}) if side is None else side for side in sides)
    for side in (new, old):
        for name in ("value", "low", "high"):
            if name not in side:
                side[name] = pd.Series(dtype="float64")
    return new.merge(old, on=["metric", "detail"], how="outer", suffixes=("_now", "_before"), indicator=True)


def _keyed(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Figures with a number by metric and the levels they stand for; a name that stands twice is left out."""
    if table is None or "metric" not in table:
        return None
    groups = group_columns(table)
    told = table[groups].apply(lambda row: ", ".join(f"{name} {level}" for name, level in row.items() if pd.notna(level)), axis=1)
    detail = told.astype("str") if groups and len(table) else pd.Series("", index=table.index, dtype="str")
    named = pd.DataFrame({"metric": table["metric"].astype("str"), "detail": detail}).join(table[["value", "low", "high"]])
    named = named[named["value"].notna()]
    return named[~named.duplicated(["metric", "detail"], keep=False)].reset_index(drop=True)
