"""Importance against performance: how sure it is that an item lies in its quadrant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import rated, scores
from cxlib.survey.drivers.result import Drivers
from cxlib.tables import group_columns

__all__ = ["QUADRANTS", "performance", "quadrants", "targets"]

QUADRANTS = ("act_first", "keep_up", "leave", "enough")  # important and poor, important and good, neither, good and not important


GOOD = 0.75  # part of the scale from which a mean rating is good, where no target is declared
INDEX = (0.0, 100.0)
NO_LINE = "needs drivers.performance_target"  # the scale is not known, and no line is declared


def performance(
    responses: pd.DataFrame,
    *,
    items: Sequence[str],
    item_type: str = "actual",
    performance_target: float | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How well each item is rated, in one unit: what :func:`quadrants` sets against importance.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    items : sequence of str
        item_ids.
    item_type : str
    performance_target : float, optional
        A line between poor and good; where one is declared, ratings stay on the scale it stands on.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``item_id``, metric ``mean_rating``: on the items' own scale where they share one, else as an index from 0 to 100
        (unit ``index``), 100·(value − low)/(high − low) on each item's own scale.

    >>> marks = pd.DataFrame({"respondent_id": list("ab") * 2, "item_id": list("xxyy"), "item_type": "actual", "state": "answered",
    ...     "value": [4.0, 5.0, 7.0, 7.0], "weight": 1.0, "scale_low": 1.0, "scale_high": [5.0, 5.0, 10.0, 10.0]})
    >>> performance(marks, items=["x", "y"])[["item_id", "value", "unit"]].round(1)
      item_id  value   unit
    0       x   87.5  index
    1       y   66.7  index
    """
    estimates.check(items=items)
    inside = responses[responses["item_id"].isin(items)] if len(responses) else responses
    given = rated(inside, (item_type,))
    mixed = performance_target is None and len(given) and given[["scale_low", "scale_high"]].nunique().gt(1).any()
    measure = scores.csat if mixed else scores.mean_rating
    return measure(inside, by=["item_id"], item_type=item_type, **options).assign(metric="mean_rating")


def targets(
    drivers: Drivers, performance: pd.DataFrame, *, performance_target: float | None = None, importance_target: float | None = None
) -> tuple[float, float]:
    """Return where the lines of the importance–performance map stand: performance, importance.

    What is not declared is three quarters up the scale of the ratings, and an even share (1/p). Neither moves when a point does.
    Where nothing was rated, or items stand on several scales, there is no one line, and the first is NaN.

    Parameters and errors as in :func:`quadrants`.

    Parameters
    ----------
    drivers : Drivers
        What :func:`fit` returns.
    performance_target : float, optional
        Where the line between good and bad stands, in the unit of performance; the mean of the items when left out.
    importance_target : float, optional
        The same of importance, a share; the mean of the items when left out.

    >>> ratings = pd.DataFrame({"item_id": ["speed"], "unit": ["scale 1–5"]})
    >>> nothing = Drivers("nps", pd.DataFrame({"share": [0.7, 0.3]}), pd.DataFrame(), pd.DataFrame())
    >>> targets(nothing, ratings)
    (4.0, 0.5)
    """
    lines = {_good(str(unit)) for unit in performance["unit"]} if performance_target is None else {performance_target}
    known = {line for line in lines if not np.isnan(line)}
    return known.pop() if len(known) == 1 else float("nan"), _even(drivers) if importance_target is None else importance_target


def _good(unit: str) -> float:
    """Return three quarters up a unit's scale; NaN where it names none."""
    scale = re.fullmatch(r"scale (-?[\d.]+)–(-?[\d.]+)", unit)
    low, high = INDEX if unit == "index" else (float(scale[1]), float(scale[2])) if scale else (np.nan, np.nan)
    return float(low + GOOD * (high - low))


def _even(drivers: Drivers) -> float:
    known = drivers.table["share"] if "share" in drivers.table else pd.Series(dtype="float64")
    return 1 / max(1, int(known.notna().sum()))


def quadrants(
    drivers: Drivers, performance: pd.DataFrame, *, performance_target: float | None = None, importance_target: float | None = None
) -> pd.DataFrame:
    """Return how probable it is that each item lies in each quadrant of the importance–performance map.

    Parameters
    ----------
    drivers : Drivers
        Importance: shares and their draws.
    performance : DataFrame
        ESTIMATES by the same items with as many draws of the same seed (mean ratings, top boxes).
    performance_target : float, optional
        Line between poor and good, in units of `performance`; three quarters up each item's own scale when left out.
    importance_target : float, optional
        Line between unimportant and important; an even share (1/p) when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by item and ``quadrant``: ``act_first`` (important and poor), ``keep_up`` (important and good), ``leave`` (neither),
        ``enough`` (good and not important); metric ``quadrant_probability``, the share of draws. Items without draws on either side
        keep their rows, and so do those whose scale is not known.

    Raises
    ------
    DataError
        When `performance` is not by the same column, or has another number of draws.

    Notes
    -----
    Draw b of both is of the same respondents (:func:`cxlib.estimates.draw_weights`), so their dependence counts.

    >>> shares = rows(pd.DataFrame({"item_id": ["speed", "price"]}), {"metric": "driver_share", "value": [0.7, 0.3], "n": 90,
    ...     "draws": np.array([[0.6, 0.7, 0.8, 0.7], [0.4, 0.3, 0.2, 0.3]])})
    >>> marks = rows(pd.DataFrame({"item_id": ["speed", "price"]}), {"metric": "rating", "value": [3.9, 4.5], "unit": "scale 1–5",
    ...     "draws": np.array([[3.8, 3.9, 4.1, 3.9], [4.5, 4.6, 4.4, 4.5]])})
    >>> found = quadrants(Drivers("nps", pd.DataFrame({"share": [0.7, 0.3]}), shares, shares), marks)
    >>> found.loc[found["value"] > 0, ["item_id", "quadrant", "value"]]
      item_id   quadrant  value
    0   speed  act_first   0.75
    1   speed    keep_up   0.25
    7   price     enough   1.00
    """
    importance = drivers.estimates[drivers.estimates["metric"] == "driver_share"]
    column = group_columns(drivers.estimates)[0]
    if importance["note"].str.startswith("needs ").any() or performance["note"].str.startswith("needs ").any():
        needs = [note.removeprefix("needs ") for note in [*importance["note"], *performance["note"]] if note.startswith("needs ")]
        return estimates.unanswerable("quadrant_probability", "share", list(dict.fromkeys(needs)), by=[column, "quadrant"])
    if column not in group_columns(performance):
        raise DataError(f"performance: has no group column {column!r}, by which drivers are given. Compute it by {column!r}.")
    by_item = performance.set_index(column)
    items = importance[column].to_list()
    _, line = targets(drivers, performance, performance_target=performance_target, importance_target=importance_target)
    own = {item: _good(str(unit)) for item, unit in by_item["unit"].items()} if performance_target is None else {}
    shares = [_drawn(importance.set_index(column), item) for item in items]
    ratings = [_drawn(by_item, item) for item in items]
    _check_lengths(shares, ratings)
    laid = []
    for item, share, rating, note in zip(items, shares, ratings, importance["note"], strict=True):
        mark = own.get(item, performance_target)
        value = np.full(len(QUADRANTS), np.nan)
        if share is None or rating is None:
            note = note or "no draws"
        elif mark is None or np.isnan(mark):
            note = NO_LINE
        else:
            important, good = share >= line, rating >= mark
            value = np.array([(a & b).mean() for a, b in ((important, ~good), (important, good), (~important, ~good), (~important, good))])
            note = ""
        columns = {"metric": "quadrant_probability", "value": value, "unit": "share", "method": "share of draws", "note": note}
        row = importance.loc[importance[column] == item].iloc[0]
        laid.append(rows(pd.DataFrame({column: item, "quadrant": QUADRANTS}), columns | {"n": row["n"], "n_eff": row["n_eff"]}))
    return estimates.stack(*laid)


def _drawn(table: pd.DataFrame, item: str) -> np.ndarray | None:
    if "draws" not in table.columns or item not in table.index:
        return None
    found = table.loc[[item], "draws"].iloc[0]
    return found if isinstance(found, np.ndarray) else None


def _check_lengths(shares: list[np.ndarray | None], ratings: list[np.ndarray | None]) -> None:
    one, other = ({len(values) for values in side if values is not None} for side in (shares, ratings))
    if one and other and one != other:
        raise DataError(f"performance: has {max(other)} draws, drivers have {max(one)}. Compute both with the same draws and seed.")
