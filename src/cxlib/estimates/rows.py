"""Rows of ESTIMATES: how they are laid out, stacked, and how a number that cannot be given keeps its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib.tables import ESTIMATE_COLUMNS, group_columns

__all__ = ["OTHER", "UNKNOWN", "coarsen", "rows", "stack", "unanswerable"]

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
    frame = groups.reset_index(drop=True).astype("str") if groups.shape[1] else pd.DataFrame(index=range(size))
    for name in ESTIMATE_COLUMNS:
        if name in ("metric", "unit", "method", "note"):
            frame[name] = pd.Series(np.broadcast_to(np.asarray(columns.get(name, ""), dtype=object), size), dtype="str", index=frame.index)
        elif name == "n":
            frame[name] = pd.array(np.broadcast_to(columns.get(name, 0), size), dtype="Int64")
        else:
            frame[name] = np.broadcast_to(np.asarray(columns.get(name, np.nan), dtype="float64"), size).copy()
    if columns.get("draws") is not None:
        frame["draws"] = pd.Series(list(columns["draws"]), index=frame.index, dtype="object")
    return frame


def stack(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put ESTIMATES under one another; a group column that one of them lacks is missing there, which means "all".

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
    aligned = [table.reindex(columns=columns).astype(dict.fromkeys(groups, "str")) for table in tables]
    return pd.concat(aligned, ignore_index=True)


def unanswerable(metric: str, unit: str, needs: Sequence[str], *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the one row that says which columns would answer the question.

    >>> unanswerable("nps", "points", ["responses[nps]"])["note"].item()
    'needs responses[nps]'
    """
    groups = pd.DataFrame({name: pd.Series([pd.NA], dtype="str") for name in by}, index=[0])
    return rows(groups, {"metric": metric, "unit": unit, "note": "needs " + ", ".join(needs)})


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

    >>> coarsen(pd.Series(["a"] * 9 + ["b"] * 4 + ["c"] * 3), min_n=7).value_counts().to_dict()
    {'a': 9, '__other__': 7}
    """
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
