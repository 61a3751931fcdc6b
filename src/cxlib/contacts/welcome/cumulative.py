"""Mean cumulative function: how many contacts a customer has had by a day, where not everybody is watched from the start or to the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from cxlib.contacts.welcome._journey import Journey
from cxlib.estimates import Sampling, draw_weights
from cxlib.estimates.rows import rows

__all__ = ["mean_cumulative"]

METHOD = "mean cumulative function, log"


def mean_cumulative(
    watched: Journey, *, at: Sequence[int], metric: str, per: float = 100.0, unit: str = "per 100 customers", **options: Any
) -> pd.DataFrame:
    """Contacts per `per` units by each day since day zero.

    Parameters
    ----------
    watched : Journey
        Who is watched on which days, and the contacts.
    at : sequence of int
        Days since zero, that day included.
    metric, unit : str
        How the rows name themselves.
    per : float
        100 for "per 100 customers".
    **options
        See :class:`cxlib.estimates.Sampling`: level, draws and seed; drawn are customers.

    Returns
    -------
    DataFrame
        ESTIMATES by ``days``; ``n`` counts units watched at some time. A day on which nobody is watched any more has no value and the
        note "beyond follow-up".

    Notes
    -----
    M(t) = Σ_{s ≤ t} D(s)/Y(s), D contacts and Y units watched on day s (Nelson 1988). Variance from the influence values
    Σ_{s ≤ t} Y_i(s)/Y(s)·(dN_i(s) − D(s)/Y(s)), summed by customer, with C/(C − 1) (Lawless & Nadeau 1995); interval
    M·exp(±t·SE/M). Same as R but for C/(C − 1) and t: ``survfit(Surv(start, stop, event) ~ 1, id = id)``, its ``cumhaz``.
    """
    days = np.asarray(sorted(dict.fromkeys(int(day) for day in at)))
    value, influence, risk = curve(watched, days)
    cluster, ids = pd.factorize(watched.units["customer_id"])
    summed = np.zeros((len(ids), len(days)))
    np.add.at(summed, cluster, influence)
    clusters = len(ids)
    known = (risk > 0) & (clusters > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt((summed**2).sum(axis=0) * clusters / (clusters - 1)) if clusters > 1 else np.full(len(days), np.nan)
        reach = special.stdtrit(max(clusters - 1, 1), (1 + options.get("level", 0.95)) / 2)
        factor = np.exp(reach * se / value)
        low, high = value / factor, value * factor
    none = (value == 0) & known
    high[none] = -np.log((1 - options.get("level", 0.95)) / 2) / np.maximum(risk[none], 1)
    low[none] = 0.0
    shown = {name: np.where(known, per * column, np.nan) for name, column in (("value", value), ("low", low), ("high", high))}
    told: dict[str, Any] = {"metric": metric, "unit": unit, "n": len(watched.units), "n_eff": float(len(watched.units)), "method": METHOD}
    told |= shown | {"note": np.where(known, "", "beyond follow-up" if len(watched.units) else "no events")}
    if options.get("draws") and clusters:
        weights = draw_weights(ids.astype(str), draws=options["draws"], seed=options.get("seed", 1)).astype("float64")
        drawn = per * (value[:, None] + summed.T @ (weights - 1.0))
        told["draws"] = [draw if there else np.full(draw.shape, np.nan) for draw, there in zip(drawn, known, strict=True)]
    return rows(pd.DataFrame({"days": days.astype(str)}), told)


def curve(watched: Journey, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean cumulative function on some days, each unit's influence on it, and how many are watched on them."""
    if not len(watched.units):
        return np.zeros(len(days)), np.zeros((0, len(days))), np.zeros(len(days))
    low, high = int(watched.first.min()), int(max(watched.last.max(), days.max()))
    risk = watched.at_risk(low, high).astype("float64")
    events = np.bincount(watched.day - low, minlength=high - low + 1).astype("float64")
    inverse = np.divide(1.0, risk, out=np.zeros_like(risk), where=risk > 0)
    total = np.cumsum(events * inverse)
    slope = np.r_[0.0, np.cumsum(events * inverse**2)]
    place = np.clip(days - low, -1, high - low)
    influence = np.zeros((len(watched.units), len(days)))
    for column, until in enumerate(place):
        here = watched.day - low <= until
        own = np.bincount(watched.unit[here], inverse[watched.day[here] - low], minlength=len(watched.units))
        expected = slope[np.minimum(watched.last - low, until) + 1] - slope[watched.first - low]
        influence[:, column] = own - np.where(watched.first - low <= until, expected, 0.0)
    value = np.where(place >= 0, total[np.maximum(place, 0)], 0.0)
    return value, influence, np.where(place >= 0, risk[np.maximum(place, 0)], 0.0)


def sampling(options: Sampling) -> dict[str, Any]:
    """Those of the options that figures of first days know: level, draws and seed."""
    return {name: value for name, value in options.items() if name in ("level", "draws", "seed")}
