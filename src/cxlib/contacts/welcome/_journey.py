"""Who is watched on which day since day zero, and what happened on it: staggered entry, late entry, churn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, counted, within
from cxlib.estimates.rows import UNKNOWN

__all__ = ["Journey", "happened", "journey", "rhythm", "watched"]

SMOOTH_DAYS, PRIOR = 29, 5.0  # days of the season's moving mean; contacts that a day's own share is drawn towards
EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True, eq=False)
class Journey:
    """Units with the days on which they are watched, and their contacts.

    Attributes
    ----------
    units : DataFrame
        One row a unit, from :func:`cxlib.contacts.welcome.time_zero`.
    zero, first, last : array of int
        Day zero of each unit (days since 1970), and the first and last day since then on which it is watched, both included.
    unit, day : array of int
        Of each contact: whose (row of the units) and on which day since zero.
    keys : DataFrame
        What else is known of each contact.
    """

    units: pd.DataFrame
    zero: np.ndarray
    first: np.ndarray
    last: np.ndarray
    unit: np.ndarray
    day: np.ndarray
    keys: pd.DataFrame

    def at_risk(self, low: int, high: int) -> np.ndarray:
        """How many are watched on each day from `low` to `high`."""
        days = np.arange(low, high + 1)
        starts = np.searchsorted(np.sort(self.first), days, side="right")
        return starts - np.searchsorted(np.sort(self.last), days, side="left")

    def within(self, low: int, high: int) -> np.ndarray:
        """For how many days from `low` to `high` each unit is watched."""
        return np.maximum(np.minimum(self.last, high) - np.maximum(self.first, low) + 1, 0)

    def subset(self, kept: np.ndarray) -> Journey:
        """The contacts of a part of all; everybody stays watched."""
        return Journey(self.units, self.zero, self.first, self.last, self.unit[kept], self.day[kept], self.keys[kept])

    def people(self, kept: np.ndarray) -> Journey:
        """A part of the units, with their contacts."""
        place = np.cumsum(kept) - 1
        own = kept[self.unit]
        units = self.units[kept].reset_index(drop=True)
        return Journey(units, self.zero[kept], self.first[kept], self.last[kept], place[self.unit[own]], self.day[own], self.keys[own])


def watched(contacts: IntoFrame, period: Span | None) -> Span | None:
    """The days that the log covers: `period`, or its first and last contact; None where there is none."""
    if period is not None:
        return period
    ends = nw.from_native(contacts).lazy().select(a=nw.col("local_date").min(), b=nw.col("local_date").max()).collect().rows()[0]
    if ends[0] is None:
        return None
    first, last = (pd.Timestamp(end).date() for end in ends)
    return first, last


def happened(contacts: IntoFrame, starts: pd.DataFrame, keys: Sequence[str], *, direction: str | None, period: Span | None) -> pd.DataFrame:
    """Return the contacts of the units' customers by customer, order, day and some columns, in order of time."""
    frame = within(contacts, direction, period)
    have = frame.collect_schema().names()
    if "order_id" not in have:
        frame = frame.with_columns(order_id=nw.lit(None, nw.String))
    frame = frame.filter(nw.col("customer_id").is_in(starts["customer_id"].unique().tolist()))
    table = counted(frame.to_native(), ["customer_id", "order_id", *keys, "local_date"], cluster="", direction=None)
    known = table.dropna(subset=["customer_id", "local_date"])
    named = known.assign(**{name: known[name].astype("str").fillna(UNKNOWN) for name in keys})
    return named.sort_values(["customer_id", "local_date"], kind="stable", ignore_index=True)


def journey(
    events: pd.DataFrame,
    starts: pd.DataFrame,
    zero: str,
    *,
    span: tuple[int, int],
    observed: Span,
    own_order: bool = False,
    episode_days: int | None = None,
) -> Journey:
    """Lay contacts out by days since day zero.

    Parameters
    ----------
    events : DataFrame
        From :func:`happened`, of what belongs together in an episode.
    starts : DataFrame
        From :func:`cxlib.contacts.welcome.time_zero`.
    zero : str
        Column of the starts that the days count from; units without it are left out.
    span : (int, int)
        First and last day since zero looked at.
    observed : (first day, last day)
        Calendar days that the log covers.
    own_order : bool
        Whether contacts that name another order than the unit's are left out.
    episode_days : int, optional
        Contacts so many days or fewer after the one before, of the same customer, follow up on it and do not count again.
    """
    units = starts[starts[zero].notna()].reset_index(drop=True)
    at = _number(units[zero])
    first, last = (int(_number(pd.Series([pd.Timestamp(day)]))[0]) for day in observed)
    left = np.where(units["left"].notna(), _number(units["left"].fillna(EPOCH)), last)
    low = np.maximum(span[0], np.maximum(first, _number(units["order"].fillna(units[zero]))) - at)
    high = np.minimum(span[1], np.minimum(last, left) - at)
    seen = high >= low
    units, at, low, high = units[seen].reset_index(drop=True), at[seen], low[seen], high[seen]
    own = units[["customer_id", "order_id"]].rename(columns={"order_id": "own_order"}).assign(unit=np.arange(len(units)))
    found = (_episodes(events, episode_days) if episode_days is not None else events).merge(own, on="customer_id")
    if own_order:
        other = found["order_id"].notna() & found["own_order"].notna() & found["order_id"].ne(found["own_order"])
        found = found[~other]
    unit = found["unit"].to_numpy()
    day = _number(found["local_date"]) - at[unit]
    kept = (day >= low[unit]) & (day <= high[unit])
    repeated = found["n"].to_numpy()[kept] if episode_days is None else 1
    keys = found.drop(columns=["unit", "own_order", "n", "weight", "squares"], errors="ignore")[kept]
    again = np.repeat(np.arange(int(kept.sum())), repeated)
    return Journey(units, at, low, high, unit[kept][again], day[kept][again], keys.iloc[again].reset_index(drop=True))


def rhythm(contacts: IntoFrame, observed: Span, *, direction: str | None = "inbound") -> pd.Series:
    """Return how busy each calendar day is, relative to a mean one, for every customer alike: weekday, season, holidays.

    Notes
    -----
    c_d = m_d/m̄ · (n_d + 5)/(m_d + 5), with n_d the day's contacts and m_d what its weekday and the 29 days around it let expect.
    """
    table = counted(contacts, ["local_date"], cluster="", direction=direction, period=observed)
    days = pd.date_range(*observed)
    n = table.set_index("local_date")["n"].reindex(days).fillna(0.0).astype("float64")
    if n.sum() == 0:
        return pd.Series(1.0, days)
    level = n.rolling(SMOOTH_DAYS, center=True, min_periods=1).mean().clip(lower=1e-9)
    weekday = days.day_of_week.to_numpy()
    share = np.bincount(weekday, n, minlength=7) / np.maximum(np.bincount(weekday, level, minlength=7), 1e-9)
    usual = level * share[weekday]
    told = usual * (n + PRIOR) / (usual + PRIOR)
    return (told / told.mean()).clip(lower=1e-3)


def day_number(day: date) -> int:
    """Days since 1970."""
    return (pd.Timestamp(day) - EPOCH).days


def _number(days: pd.Series) -> np.ndarray:
    return days.to_numpy().astype("datetime64[D]").astype("int64")


def _episodes(events: pd.DataFrame, days: int) -> pd.DataFrame:
    """Keep the first contact of each run in which none is more than `days` after the one before."""
    day = pd.Series(_number(events["local_date"]), events.index)
    gap = day.groupby(events["customer_id"]).diff()
    return events[gap.isna() | (gap > days)]
