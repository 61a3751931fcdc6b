"""Importance against performance: how sure it is that an item lies in its quadrant."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates.rows import rows
from cxlib.survey.drivers.result import Drivers
from cxlib.tables import group_columns

__all__ = ["QUADRANTS", "quadrants", "targets"]

QUADRANTS = ("act_first", "keep_up", "leave", "enough")  # important and poor, important and good, neither, good and not important


GOOD = 0.75  # part of the scale from which a mean rating is good, where no target is declared


def targets(
    drivers: Drivers, performance: pd.DataFrame, *, performance_target: float | None = None, importance_target: float | None = None
) -> tuple[float, float]:
    """Return where the lines of the importance–performance map stand: performance, importance.

    What is not declared is three quarters up the scale of the ratings, and an even share (1/p). Neither moves when a point does.
    Where nothing was rated, there is no scale and the first line is NaN.

    Parameters and errors as in :func:`quadrants`.

    >>> ratings = pd.DataFrame({"item_id": ["speed"], "unit": ["scale 1–5"]})
    >>> nothing = Drivers("nps", pd.DataFrame({"share": [0.7, 0.3]}), pd.DataFrame(), pd.DataFrame())
    >>> targets(nothing, ratings)
    (4.0, 0.5)
    """
    if performance_target is None:
        ends = {unit for unit in performance["unit"] if str(unit).startswith("scale")}
        scale = re.fullmatch(r"scale (-?[\d.]+)–(-?[\d.]+)", next(iter(ends))) if len(ends) == 1 else None
        if scale is None and "value" in performance and performance["value"].isna().all():
            return float("nan"), importance_target or _even(drivers)
        if scale is None:
            raise DataError(
                f"performance: is on {len(ends)} scales, so that no line between poor and good follows. Declare performance_target."
            )
        low, high = float(scale[1]), float(scale[2])
        performance_target = low + GOOD * (high - low)
    if importance_target is None:
        importance_target = _even(drivers)
    return performance_target, importance_target


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
        Line between poor and good, in units of `performance`; three quarters up the scale when left out.
    importance_target : float, optional
        Line between unimportant and important; an even share (1/p) when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by item and ``quadrant``: ``act_first`` (important and poor), ``keep_up`` (important and good), ``leave`` (neither),
        ``enough`` (good and not important); metric ``quadrant_probability``, the share of draws. Items without draws on either side
        keep their rows.

    Raises
    ------
    DataError
        When `performance` is not by the same column, or has another number of draws.

    Notes
    -----
    Draw b of both is of the same respondents (:func:`cxlib.estimates.draw_weights`), so their dependence counts.
    """
    importance = drivers.estimates[drivers.estimates["metric"] == "driver_share"]
    column = group_columns(drivers.estimates)[0]
    if importance["note"].str.startswith("needs ").any() or performance["note"].str.startswith("needs ").any():
        needs = [note.removeprefix("needs ") for note in [*importance["note"], *performance["note"]] if note.startswith("needs ")]
        return estimates.unanswerable("quadrant_probability", "share", list(dict.fromkeys(needs)), by=[column, "quadrant"])
    if column not in group_columns(performance):
        raise DataError(f"performance: has no group column {column!r}, by which drivers are given. Compute it by {column!r}.")
    rated = performance.set_index(column)
    items = importance[column].to_list()
    mark, line = targets(drivers, performance, performance_target=performance_target, importance_target=importance_target)
    shares = [_drawn(importance.set_index(column), item) for item in items]
    ratings = [_drawn(rated, item) for item in items]
    _check_lengths(shares, ratings)
    laid = []
    for item, share, rating, note in zip(items, shares, ratings, importance["note"], strict=True):
        if share is None or rating is None:
            value, note = np.full(len(QUADRANTS), np.nan), note or "no draws"
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
