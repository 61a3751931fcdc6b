"""Numbers that a page already shows: a figure's data are not printed again where a table on the page holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["holders", "rows_of"]

NONE: frozenset[str] = frozenset()


def rows_of(shown: pd.DataFrame) -> dict[str, Any]:
    """Return which rows of which saved table are shown, by the columns that say whose they are.

    Parameters
    ----------
    shown : DataFrame
        Rows of what ``study.save`` returned.
    """
    if "saved" not in shown.attrs or "metric" not in shown.columns:
        return {}
    groups = group_columns(shown)
    filled: dict[tuple[str, ...], list[int]] = {}
    for place, told in zip(shown.index, shown[groups].notna().to_numpy(), strict=True):
        filled.setdefault(tuple(name for name, known in zip(groups, told, strict=True) if known), []).append(int(place))
    return {"saved": shown.attrs["saved"], "rows": [[list(columns), places] for columns, places in filled.items()]}


def holders(figure: Mapping[str, Any], tables: Sequence[tuple[int, Mapping[str, Any]]]) -> list[int]:
    """Return the numbers of the tables that together hold every row of a figure, as few as will do; none where they do not.

    Parameters
    ----------
    figure : mapping
        :func:`rows_of` of a figure's data.
    tables : sequence of (int, mapping)
        Number and :func:`rows_of` of the page's tables.

    >>> holders({"saved": "a", "rows": [[["x"], [1, 2]]]}, [(4, {"saved": "a", "rows": [[["x"], [0, 1, 2]]]})])
    [4]
    """
    wanted = _rows(figure) if figure else {}
    found, fit = [], [(number, _rows(rows)) for number, rows in tables if rows and rows["saved"] == figure.get("saved")]
    held = {number: {place for place, columns in wanted.items() if columns <= rows.get(place, NONE)} for number, rows in fit}
    for number, places in sorted(held.items(), key=lambda table: len(table[1]), reverse=True):
        if places & wanted.keys():
            found.append(number)
            wanted = {place: columns for place, columns in wanted.items() if place not in places}
    return [] if wanted else sorted(found)


def _rows(shown: Mapping[str, Any]) -> dict[int, frozenset[str]]:
    """Return for each row the columns that say whose it is; the row itself is one more."""
    return {place: frozenset(("", *columns)) for columns, places in shown["rows"] for place in places}
