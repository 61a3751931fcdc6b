"""Rows of ESTIMATES: how they are laid out, stacked, and how a number that cannot be given keeps its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.estimates.arguments import check
from cxlib.tables import ESTIMATE_COLUMNS, group_columns

__all__ = [
    "OTHER",
    "UNKNOWN",
    "across",
    "arrange",
    "coarsen",
    "highest",
    "lowest",
    "of_metric",
    "only",
    "rows",
    "stack",
    "unanswerable",
    "withhold",
]

OTHER = "__other__"  # a level that pools levels too thin to be shown
UNKNOWN = "__unknown__"  # a level for rows whose group is not known; missing itself means "all of them"


def rows(groups: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Lay out ESTIMATES: one row a group, with every column typed and in its place.

    Parameters
    ----------
    groups : DataFrame
        One row a group, one column a group column.
    columns : mapping
        Scalars or arrays for the columns of ESTIMATES; those left out are missing ("" for text). ``draws`` may be a matrix
        of one row a group.
    """
    size = len(groups)
    told: dict[str, Any] = {}
    for name in ESTIMATE_COLUMNS:
        if name in ("metric", "unit", "method", "note"):
            told[name] = pd.array(np.broadcast_to(np.asarray(columns.get(name, ""), dtype=object), size), dtype="str")
        elif name == "n":
            told[name] = pd.array(np.broadcast_to(columns.get(name, 0), size), dtype="Int64")
        else:
            told[name] = np.broadcast_to(np.asarray(columns.get(name, np.nan), dtype="float64"), size).copy()
    if columns.get("draws") is not None:
        told["draws"] = pd.Series(list(columns["draws"]), dtype="object")
    frame = pd.DataFrame(told, index=range(size))
    return pd.concat([groups.reset_index(drop=True).astype("str"), frame], axis=1) if groups.shape[1] else frame


def stack(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put ESTIMATES under one another; a group column that one of them lacks is missing there, which means "all".

    Rows that only say what they need are kept once.

    Parameters
    ----------
    *tables : DataFrame
        ESTIMATES; their group columns may differ.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"region": ["A", "B"], "y": [1.0, 2.0]})
    >>> from cxlib.estimates import mean
    >>> stack(mean(table, "y"), mean(table, "y", by=["region"]))[["region", "value", "n"]]
      region  value  n
    0    NaN    1.5  2
    1      A    1.0  1
    2      B    2.0  1
    """
    groups = list(dict.fromkeys(name for table in tables for name in group_columns(table)))
    columns = [*groups, *ESTIMATE_COLUMNS, *(["draws"] if any("draws" in table for table in tables) else [])]
    stacked = pd.concat([_aligned(table, columns, groups) for table in tables], ignore_index=True)
    needs = stacked["note"].str.startswith("needs ")
    if not needs.any():
        return stacked
    return stacked[~(needs & stacked.duplicated([*groups, "metric", "note"]))].reset_index(drop=True)


def _aligned(table: pd.DataFrame, columns: list[str], groups: list[str]) -> pd.DataFrame:
    """Give a table these columns; what already is as it should be is not copied, because most tables are."""
    table = table if list(table.columns) == columns else table.reindex(columns=columns)
    other = [name for name in groups if table[name].dtype != "str"]
    return table.astype(dict.fromkeys(other, "str")) if other else table


def unanswerable(metric: str, unit: str, needs: Sequence[str], *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the one row that says which columns would answer the question.

    Parameters
    ----------
    metric : str
        The name that the number gets in the column ``metric``.
    unit : str
        The unit of the number, as ``unit`` says it: "share", "points", "s".
    needs : sequence of str
        What would answer: ``table.column``, ``responses[item type]``, or a table's name.
    by : sequence of str
        Group columns; all rows together when empty.

    >>> unanswerable("nps", "points", ["responses[nps]"])["note"].item()
    'needs responses[nps]'
    """
    groups = pd.DataFrame({name: pd.Series([pd.NA], dtype="str") for name in by}, index=[0])
    return rows(groups, {"metric": metric, "unit": unit, "note": "needs " + ", ".join(needs)})


def withhold(estimates: pd.DataFrame, thin: Sequence[bool] | pd.Series | np.ndarray, note: str) -> pd.DataFrame:
    """Take back the numbers of rows that rest on too little; the rows stay and say why.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.
    thin : array of bool
        For each row, whether it rests on too little.

    >>> table = rows(pd.DataFrame({"region": ["A", "B"]}), {"metric": "mean", "value": [2.0, 1.0], "n": [40, 4]})
    >>> withhold(table, table["n"] < 30, "n < 30")[["region", "value", "note"]]
      region  value    note
    0      A    2.0
    1      B    NaN  n < 30
    """
    hidden = np.asarray(thin, dtype=bool)
    bare = estimates.assign(note=estimates["note"].where(~hidden, note))
    bare.loc[hidden, ["value", "low", "high"]] = np.nan
    if "draws" in bare:
        bare["draws"] = bare["draws"].where(~hidden, np.nan)
    return bare


def coarsen(levels: pd.Series, *, min_n: int, count: pd.Series | None = None) -> pd.Series:
    """Pool the thinnest levels of a group column into :data:`OTHER` until every level holds `min_n` units.

    Parameters
    ----------
    levels : Series of str
        One row a unit and answer; missing becomes :data:`UNKNOWN`.
    min_n : int
        Units below which a level is pooled.
    count : Series, optional
        Ids of the units (respondents, customers); rows are counted when left out.

    Returns
    -------
    Series of str
        The same index. Where the pooled levels together stay below `min_n`, the next thinnest joins them.

    Raises
    ------
    DataError
        For a `min_n` that is negative or no whole number.

    >>> coarsen(pd.Series(["a"] * 9 + ["b"] * 4 + ["c"] * 3), min_n=7).value_counts().to_dict()
    {'a': 9, '__other__': 7}
    """
    check(min_n=min_n)
    filled = levels.astype("str").fillna(UNKNOWN)
    units = pd.DataFrame({"level": filled, "unit": filled.index if count is None else count.to_numpy()})
    sizes = units.groupby("level")["unit"].nunique().sort_values(kind="stable")
    pooled: list[str] = []
    total = 0
    for level, size in sizes.items():
        if size >= min_n and (not pooled or total >= min_n):
            break
        pooled.append(str(level))
        total += int(size)
    return filled.where(~filled.isin(pooled), OTHER) if len(pooled) > 1 else filled


def lowest(estimates: pd.DataFrame, rank: int = 1) -> pd.DataFrame:
    """Return the one row with the lowest value (with `rank` 2 the second lowest).

    Rows without a number come last, so that a table without any number gives a row that says why.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    >>> table = rows(pd.DataFrame({"region": ["A", "B"]}), {"metric": "mean", "value": [2.0, 1.0]})
    >>> lowest(table)["region"].item(), highest(table)["region"].item()
    ('B', 'A')
    """
    return _ranked(estimates, rank, ascending=True)


def highest(estimates: pd.DataFrame, rank: int = 1) -> pd.DataFrame:
    """Return the one row with the highest value (with `rank` 2 the second highest); see :func:`lowest`.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    >>> table = rows(pd.DataFrame({"region": list("ABC")}), {"metric": "mean", "value": [2.0, 1.0, 3.0]})
    >>> highest(table)["region"].item(), highest(table, 2)["region"].item()
    ('C', 'A')
    """
    return _ranked(estimates, rank, ascending=False)


def only(estimates: pd.DataFrame, metric: str | None = None, **levels: str) -> pd.DataFrame:
    """Return the rows of one metric with these levels; group columns not named are taken over all (their margin).

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    Raises
    ------
    DataError
        When no row is left.

    >>> table = stack(
    ...     rows(pd.DataFrame(index=[0]), {"metric": "nps", "value": 30.0}),
    ...     rows(pd.DataFrame({"region": ["A"]}), {"metric": "nps", "value": 10.0}),
    ... )
    >>> only(table, "nps")["value"].item(), only(table, "nps", region="A")["value"].item()
    (30.0, 10.0)
    """
    groups = group_columns(estimates)
    unknown = [name for name in levels if name not in groups]
    if unknown:
        raise DataError(*(worded("only", "there is no group column", name, groups, label="Group columns") for name in unknown))
    keep = estimates["metric"].eq(metric) if metric is not None else pd.Series(True, index=estimates.index)
    for name in groups:
        keep &= estimates[name].eq(levels[name]) if name in levels else estimates[name].isna()
    if not keep.any():
        raise DataError(f"only: no row has metric {metric!r} and levels {levels}. The table has {len(estimates)} rows.")
    return estimates[keep]


def of_metric(estimates: pd.DataFrame, *metrics: str, by: str | None = None, count: int | None = None) -> pd.DataFrame:
    """Return the rows of some metrics, the first `count` of them; where there is none, the rows that say what they need.

    With `by`, only rows that name a level of this group column and have a number are left, if there is one.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    >>> table = stack(rows(pd.DataFrame(index=[0]), {"metric": "nps", "value": 30.0}), unanswerable("csat", "index", ["responses[csat]"]))
    >>> of_metric(table, "nps")["value"].item(), of_metric(table, "ces")["note"].item()
    (30.0, 'needs responses[csat]')
    """
    found = estimates[estimates["metric"].isin(metrics)]
    if by is not None and by in found:
        named = found[found[by].notna() & found["value"].notna()]
        found = named if len(named) else found
    chosen = found if len(found) else estimates[estimates["note"].str.startswith("needs ")]
    return chosen if count is None else chosen.head(count)


def across(estimates: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the rows that name a level of each of these group columns, and of no other.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    >>> table = rows(pd.DataFrame({"region": [None, "A"]}), {"metric": "nps", "value": [1.0, 2.0]})
    >>> across(table, "region")["region"].to_list()
    ['A']
    """
    groups = group_columns(estimates)
    unknown = [name for name in columns if name not in groups]
    if unknown:
        raise DataError(*(worded("across", "there is no group column", name, groups, label="Group columns") for name in unknown))
    named = estimates[groups].notna()
    return estimates[named[list(columns)].all(axis=1) & ~named.drop(columns=list(columns)).any(axis=1)]


def arrange(estimates: pd.DataFrame, column: str, order: Sequence[str]) -> pd.DataFrame:
    """Return the rows in the order of a group column's levels: the margin first, levels that `order` does not name last.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES: one row a number.

    >>> table = rows(pd.DataFrame({"region": ["A", "B", "C"]}), {"metric": "nps", "value": 1.0})
    >>> arrange(table, "region", ["C", "A"])["region"].to_list()
    ['C', 'A', 'B']
    """
    if column not in group_columns(estimates):
        raise DataError(worded("arrange", "there is no group column", column, group_columns(estimates), label="Group columns"))
    place = {level: number for number, level in enumerate(order)}
    return estimates.sort_values(
        column, key=lambda levels: levels.map(lambda level: -1 if pd.isna(level) else place.get(level, len(place))), kind="stable"
    )


def _ranked(estimates: pd.DataFrame, rank: int, *, ascending: bool) -> pd.DataFrame:
    ordered = estimates.sort_values("value", ascending=ascending, na_position="last", kind="stable")
    return ordered.iloc[[min(rank, len(ordered)) - 1]]
