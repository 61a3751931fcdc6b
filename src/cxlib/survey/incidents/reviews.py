"""Public reviews after incidents: whether bad ones pile up at a touchpoint in the days after something went wrong there."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.estimates.rows import rows
from cxlib.survey import local_day

__all__ = ["reviews"]


def reviews(
    incidents: pd.DataFrame,
    reviews: pd.DataFrame,
    *,
    period: tuple[date, date],
    window_days: int = 21,
    bad: float = 2.0,
    min_events: int = 5,
    level: float = 0.95,
) -> pd.DataFrame:
    """Whether bad public reviews pile up in the days after bad incidents at the same touchpoint.

    Parameters
    ----------
    incidents, reviews : DataFrame
        The contract tables; reviews without a touchpoint or a rating are left out.
    period : (first, last)
        Days of which both tables know.
    window_days : int
        Days after an incident that count as after it.
    bad : float
        Stars up to which a review is bad.
    min_events : int
        Bad reviews at touchpoints with dated bad incidents below which no ratio is told.
    level : float

    Returns
    -------
    DataFrame
        ESTIMATES: ``review_count`` (bad reviews after an incident, counted), ``review_expected`` (as many as there would be if each
        touchpoint's bad reviews were spread evenly over the period) and ``review_ratio``, observed over expected.

    Notes
    -----
    Each touchpoint is compared with itself. Interval: Garwood's for the observed count over the expected one, which is conservative, as
    the total is given.

    >>> day = lambda text: pd.Timestamp(text, tz="UTC")
    >>> met = pd.DataFrame({"touchpoint_id": ["hotline"], "sign": "negative", "incident_ts": [day("2025-01-10")]})
    >>> public = pd.DataFrame({"touchpoint_id": "hotline", "rating": [1.0, 2.0, 1.0, 5.0],
    ...     "review_ts": [day("2025-01-12"), day("2025-01-15"), day("2025-03-20"), day("2025-01-13")]})
    >>> found = reviews(met, public, period=(date(2025, 1, 1), date(2025, 3, 31)), min_events=1)
    >>> found[["metric", "value"]].round(2)
                metric  value
    0     review_count   2.00
    1  review_expected   0.70
    2     review_ratio   2.86
    """
    estimates.check(level=level, window_days=window_days, min_events=min_events)
    needs = [name for name in ("touchpoint_id", "incident_ts") if incidents.empty or name not in incidents or incidents[name].isna().all()]
    lacking = [f"incidents.{name}" for name in needs]
    lacking += [
        f"reviews.{name}" for name in ("touchpoint_id", "rating") if reviews.empty or name not in reviews or reviews[name].isna().all()
    ]
    if lacking:
        return estimates.unanswerable("review_ratio", "ratio", lacking)
    negative = incidents[incidents["sign"].eq("negative") & incidents["incident_ts"].notna() & incidents["touchpoint_id"].notna()]
    poor = reviews[reviews["rating"].le(bad) & reviews["touchpoint_id"].isin(negative["touchpoint_id"])]
    first, last = (np.datetime64(day, "D") for day in period)
    observed, expected = 0, 0.0
    for touchpoint, days in poor.groupby("touchpoint_id")["review_ts"]:
        covered = _covered(_days(negative.loc[negative["touchpoint_id"] == touchpoint, "incident_ts"]), first, last, window_days)
        place = (_days(days) - first).astype(int)
        inside = (place >= 0) & (place < len(covered))
        observed += int(covered[place[inside]].sum())
        expected += float(inside.sum() * covered.mean())
    tail, few = (1 - level) / 2, len(poor) < min_events or expected == 0
    low = special.chdtri(2 * observed, 1 - tail) / 2 if observed else 0.0
    high = special.chdtri(2 * (observed + 1), tail) / 2
    shared = {"n": len(poor), "n_eff": float(len(poor))}
    ends = [np.nan] * 3 if few else [end / expected for end in (observed, low, high)]
    note = f"events < {min_events}" if few else ""
    figures = {"metric": "review_ratio", "value": ends[0], "low": ends[1], "high": ends[2], "unit": "ratio", "method": "Poisson, exact"}
    return estimates.stack(
        rows(pd.DataFrame(index=[0]), {"metric": "review_count", "value": observed, "unit": "count", "method": "count", **shared}),
        rows(pd.DataFrame(index=[0]), {"metric": "review_expected", "value": expected, "unit": "count", "method": "even spread", **shared}),
        rows(pd.DataFrame(index=[0]), {**figures, "note": note, **shared}),
    )


def _days(moments: pd.Series) -> npt.NDArray[np.datetime64]:
    return local_day(moments).to_numpy().astype("datetime64[D]")


def _covered(days: npt.NDArray[np.datetime64], first: np.datetime64, last: np.datetime64, window: int) -> npt.NDArray[np.bool_]:
    """Tell which days of the period lie up to `window` days after an incident; its own day does not count."""
    covered = np.zeros(int((last - first).astype(int)) + 1, dtype=bool)
    for place in (days - first).astype(int):
        covered[max(place + 1, 0) : max(place + 1 + window, 0)] = True
    return covered
