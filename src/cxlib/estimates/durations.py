"""How long it takes until a part of all has had the event, where some are watched no longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib.errors import CxError, worded
from cxlib.estimates.bootstrap import draw_weights
from cxlib.estimates.linear import draw_ids
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, Sampling
from cxlib.estimates.survival import Curves, observed

__all__ = ["survival_quantile"]


def survival_quantile(
    table: pd.DataFrame,
    time: str,
    event: str,
    q: float,
    *,
    by: Sequence[str] = (),
    metric: str = "quantile",
    unit: str = "",
    min_n: int = 1,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Time by which a share `q` has had the event, by Kaplan and Meier: who is watched for a shorter time counts for as long as it is.

    Parameters
    ----------
    table, time, event, by, **options
        As in :func:`cxlib.estimates.survival`.
    q : float
        Between 0 and 1: 0.5 for the median.
    metric, unit : str
        How the rows name themselves, and the unit of `time`.
    min_n : int
        Units that have to be watched still at that time for it to be told.

    Returns
    -------
    DataFrame
        ESTIMATES. Where fewer than `q` have had the event when the last one is watched no longer, the value is missing and the note says
        "beyond follow-up"; an end of the interval that is not reached either is missing.

    Notes
    -----
    The first time t with S(t) ≤ 1 − q. Interval after Woodruff (1952): the times at which S passes the ends of the log-log interval of S
    at t. The half-way rule of medians is not used: a share that is hit exactly gives the first of the two times.

    >>> waits = pd.DataFrame({"t": [1.0, 2.0, 3.0, 4.0], "e": [1, 1, 0, 1]})
    >>> survival_quantile(waits, "t", "e", 0.5)["value"].item()
    2.0
    """
    if not 0 < q < 1:
        raise CxError(worded("q", "a quantile lies between 0 and 1, not at", q))
    chosen, times, ended = observed(table, time, event, by, options)
    told = []
    for group in range(chosen.size):
        own = table.iloc[chosen.rows[chosen.group == group]]
        told.append(_of_group(*observed(own, time, event, [], options), q, min_n, options))
    value, low, high, note = (list(column) for column in zip(*told, strict=True)) if told else ([], [], [], [])
    columns = {"metric": metric, "value": value, "low": low, "high": high, "unit": unit, "n": chosen.n, "n_eff": chosen.kish()}
    columns |= {"method": "Kaplan–Meier, Woodruff", "note": np.array(note, dtype=object)}
    if options.get("draws"):
        columns["draws"] = [_draws(chosen, times, ended, group, q, options) for group in range(chosen.size)]
    result = rows(chosen.groups, columns)
    if "draws" in result:
        result["draws"] = result["draws"].where(result["value"].notna(), None)
    return result


def _of_group(
    chosen: Sample, times: np.ndarray, ended: np.ndarray, q: float, min_n: int, options: Sampling
) -> tuple[float, float, float, str]:
    nan = float("nan")
    moments, share = _line(times, ended, chosen.weight)
    at = _reached(moments, share, 1 - q)
    if np.isnan(at):
        return nan, nan, nan, "beyond follow-up"
    curve = Curves(chosen, times, ended, np.array([at]))
    low, high = (float(ends[0, 0]) for ends in curve.interval(options.get("level", 0.95)))
    if curve.watched[0, 0] < min_n and share.min() > 0:
        return nan, nan, nan, f"n < {min_n}"
    note = str(curve.note(1)[0, 0])
    if np.isnan(low) and share[moments <= at].min() == 0.0:  # the last one of all: nothing is left to tell the spread from
        return at, nan, nan, note
    return at, _reached(moments, share, high), _reached(moments, share, low), note


def _line(times: np.ndarray, ended: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times of events, and the share without one after each."""
    moments, place = np.unique(times, return_inverse=True)
    risk = np.bincount(place, weight)[::-1].cumsum()[::-1]
    events = np.bincount(place, weight * ended)
    kept = np.where(events > 0, np.maximum(1 - events / risk, 0.0), 1.0)
    kept[kept < 1e-12] = 0.0
    there = events > 0
    return moments[there], np.cumprod(kept)[there]


def _reached(moments: np.ndarray, share: np.ndarray, level: float) -> float:
    """The first time at which no more than this share is without the event."""
    if np.isnan(level):
        return float("nan")
    found = np.flatnonzero(share <= level + 1e-12)
    return float(moments[found[0]]) if len(found) else float("nan")


def _draws(chosen: Sample, times: np.ndarray, ended: np.ndarray, group: int, q: float, options: Sampling) -> np.ndarray:
    members = np.flatnonzero(chosen.group == group)
    weights = draw_weights(draw_ids(chosen, options), draws=options["draws"], seed=options.get("seed", 1))[chosen.cluster[members]]
    found = []
    for draw in range(options["draws"]):
        own = chosen.weight[members] * weights[:, draw]
        kept = own > 0
        found.append(_reached(*_line(times[members][kept], ended[members][kept], own[kept]), 1 - q) if kept.any() else float("nan"))
    return np.array(found)
