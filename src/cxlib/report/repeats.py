"""Numbers that a page already shows: a figure's data are not printed again where a table on the page holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["holders", "rows_of"]


def rows_of(shown: pd.DataFrame) -> dict[str, Any]:
    """Return which rows of which saved table are shown, and the columns that say whose they are.

    Parameters
    ----------
    shown : DataFrame
        Rows of what ``study.save`` returned.
    """
    if "saved" not in shown.attrs or "metric" not in shown.columns:
        return {}
    groups = [name for name in group_columns(shown) if not shown[name].isna().all()]
    return {"saved": shown.attrs["saved"], "columns": groups, "index": [int(place) for place in shown.index]}


def holders(figure: Mapping[str, Any], tables: Sequence[tuple[int, Mapping[str, Any]]]) -> list[int]:
    """Return the numbers of the tables that together hold every row of a figure, as few as will do; none where they do not.

    Parameters
    ----------
    figure : mapping
        :func:`rows_of` of a figure's data.
    tables : sequence of (int, mapping)
        Number and :func:`rows_of` of the page's tables.

    >>> holders({"saved": "a", "columns": ["x"], "index": [1, 2]}, [(4, {"saved": "a", "columns": ["x"], "index": [0, 1, 2]})])
    [4]
    """
    if not figure:
        return []
    wanted, found = set(figure["index"]), []
    fit = [
        (number, set(rows["index"]))
        for number, rows in tables
        if rows and rows["saved"] == figure["saved"] and set(figure["columns"]) <= set(rows["columns"])
    ]
    for number, rows in sorted(fit, key=lambda table: len(table[1] & wanted), reverse=True):
        if rows & wanted:
            found.append(number)
            wanted -= rows
    return [] if wanted else sorted(found)
