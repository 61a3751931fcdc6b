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
    moments, share = _line(times, ended, chosen.weight, np.zeros(len(times), dtype=int), np.ones((1, 1)))
    at = _reached(moments, share, 1 - q).item()
    if np.isnan(at):
        return nan, nan, nan, "beyond follow-up"
    curve = Curves(chosen, times, ended, np.array([at]))
    low, high = (float(ends[0, 0]) for ends in curve.interval(options.get("level", 0.95)))
    if curve.watched[0, 0] < min_n and share.min() > 0:
        return nan, nan, nan, f"n < {min_n}"
    note = str(curve.note(1)[0, 0])
    if np.isnan(low) and share[moments <= at].min() == 0.0:  # the last one of all: nothing is left to tell the spread from
        return at, nan, nan, note
    return at, _reached(moments, share, high).item(), _reached(moments, share, low).item(), note


def _line(
    times: np.ndarray, ended: np.ndarray, weight: np.ndarray, cluster: np.ndarray, drawn: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Times of events, and the share without one after each in each draw; `drawn` says how often a cluster is in: (clusters, draws)."""
    from scipy.sparse import csr_matrix

    moments = np.unique(times[ended > 0])
    place = np.searchsorted(moments, times, side="right") - 1  # the last event that the row is there to see
    sees = place >= 0
    cells, shape = (place[sees], cluster[sees]), (len(moments), len(drawn))
    events = csr_matrix(((weight * ended)[sees], cells), shape=shape) @ drawn
    risk = (csr_matrix((weight[sees], cells), shape=shape) @ drawn)[::-1].cumsum(axis=0)[::-1]
    kept = np.maximum(1 - np.divide(events, risk, out=np.zeros_like(risk), where=events > 0), 0.0)
    kept[kept < 1e-12] = 0.0
    return moments, np.cumprod(kept, axis=0)


def _reached(moments: np.ndarray, share: np.ndarray, level: float) -> np.ndarray:
    """The first time at which no more than this share is without the event, one a draw; missing where that never is."""
    low_enough = np.vstack([share <= level + 1e-12, np.ones((1, share.shape[1]), dtype=bool)])
    return np.append(moments, np.nan)[low_enough.argmax(axis=0)]


def _draws(chosen: Sample, times: np.ndarray, ended: np.ndarray, group: int, q: float, options: Sampling) -> np.ndarray:
    members = np.flatnonzero(chosen.group == group)
    here, cluster = np.unique(chosen.cluster[members], return_inverse=True)
    ids, number, seed = draw_ids(chosen, options)[here], options["draws"], options.get("seed", 1)
    step = max(1, min(number, 20_000_000 // max(1, len(members))))
    found = []
    for first in range(0, number, step):
        drawn = draw_weights(ids, draws=min(step, number - first), seed=seed, first=first).astype("float64")
        moments, shares = _line(times[members], ended[members], chosen.weight[members], cluster, drawn)
        found.append(_reached(moments, shares, 1 - q))
    return np.concatenate(found)
