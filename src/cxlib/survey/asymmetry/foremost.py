"""Which item stands for a class of asymmetry, and what a sentence about that class may rest on."""

from __future__ import annotations

import pandas as pd

from cxlib import estimates
from cxlib.errors import CxError, worded
from cxlib.survey.asymmetry.classes import CLASSES

__all__ = ["beside", "foremost"]

SIDES = {CLASSES[0]: ("penalty", estimates.lowest), CLASSES[1]: ("reward", estimates.highest)}


def foremost(found: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the row that a sentence about a class rests on: its foremost item's asymmetry, or the largest side as a mere hint.

    Parameters
    ----------
    found : DataFrame
        The estimates of :func:`cxlib.survey.asymmetry.fit`, or what was saved of them.
    name : str
        ``disappointment_dominant`` (foremost: the largest penalty) or ``delight_dominant`` (the largest reward).

    Returns
    -------
    DataFrame of one row
        Metric ``asymmetry`` where an item is in that class; else ``penalty`` or ``reward`` of the item that has the largest, which says
        nothing about its class; where there is neither, the row that says what is missing.

    >>> from cxlib.estimates.rows import rows
    >>> items = pd.DataFrame({"item_id": ["speed", "speed", "speed"]})
    >>> found = rows(items, {"metric": ["penalty", "asymmetry", "class_probability"], "value": [-2.0, -1.5, 0.9],
    ...     "note": ["", "", "disappointment_dominant"]})
    >>> foremost(found, "disappointment_dominant")["metric"].item()
    'asymmetry'
    >>> foremost(found.assign(note=""), "disappointment_dominant")["metric"].item()
    'penalty'
    """
    if name not in SIDES:
        raise CxError(worded("asymmetry.foremost", "no sentence is made of the class", name, SIDES))
    metric, furthest = SIDES[name]
    side = found[found["metric"].eq(metric)]
    if side.empty:
        return found.iloc[:1]
    members = found.loc[found["metric"].eq("class_probability") & found["note"].eq(name), "item_id"]
    inside = side[side["item_id"].isin(members) & side["value"].notna()]
    if inside.empty:
        return furthest(side)
    return found[found["metric"].eq("asymmetry") & found["item_id"].eq(furthest(inside)["item_id"].item())]


def beside(found: pd.DataFrame, row: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return another figure of the item that :func:`foremost` returned, as one row; the row itself where there is none.

    Parameters
    ----------
    metric : str
        The name that the number gets in the column ``metric``.

    >>> from cxlib.estimates.rows import rows
    >>> found = rows(pd.DataFrame({"item_id": ["speed", "speed"]}), {"metric": ["asymmetry", "reward"], "value": [-1.5, 0.5]})
    >>> beside(found, found.iloc[:1], "reward")["value"].item(), beside(found, found.iloc[:1], "penalty")["value"].item()
    (0.5, -1.5)
    """
    same = found[found["metric"].eq(metric) & found["item_id"].eq(row["item_id"].item())]
    return same if len(same) else row
