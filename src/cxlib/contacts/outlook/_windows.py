"""Windows around moments of customers, and the same windows in other weeks: what event lift and return to the phone are counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, clocked, size, within
from cxlib.errors import CxError, worded

__all__ = ["BLOCK_WEEKS", "MINUTE", "Events", "Matched", "Moments", "events_of", "matched", "moments_of"]

MINUTE = 60_000_000  # microseconds
WEEK = 7 * 24 * 60 * MINUTE
BLOCK_WEEKS = 4
SEED = "outlook"

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Events:
    """Digital events of known customers.

    Attributes
    ----------
    table : DataFrame
        ``customer_id``, ``at`` (microseconds since 1970), and the columns that tell kinds of events; each event once.
    watched : (int, int)
        From the first to the last event, whoever's it is: how long anybody looked.
    counts : mapping of str to int
        ``events``, ``by_session`` (whose customer only the session tells), ``without_customer``, ``doubled``, ``busiest`` (those of the
        one busiest customer), ``left_out`` (of customers who are too busy), ``customers`` and ``drawn`` (of them, where they are too many).
    """

    table: pd.DataFrame
    watched: tuple[int, int]
    counts: Mapping[str, int]


def events_of(events: IntoFrame, columns: Sequence[str], *, busiest: float, at_most: int) -> Events:
    """Return the events whose customer is known, by themselves or by another event of their session.

    Parameters
    ----------
    events : pandas, DuckDB or PySpark frame
    columns : sequence of str
        Columns that tell kinds of events.
    busiest : float
        Customers with more than this share of the known customers' events are left out: robots, accounts that many use.
    at_most : int
        Customers beyond which only so many are looked at, chosen by a hash of their ids.
    """
    frame = nw.from_native(events).lazy()
    have = frame.columns
    frame = frame.filter(~nw.col("event_ts").is_null())
    who = nw.col("customer_id")
    if "session_id" in have:
        first, last = who.min().over("session_id"), who.max().over("session_id")
        frame = frame.with_columns(cx_first=first, cx_last=last)
        told = who.is_null() & ~nw.col("session_id").is_null() & (nw.col("cx_first") == nw.col("cx_last"))
        frame = frame.with_columns(cx_who=nw.when(told).then(nw.col("cx_first")).otherwise(who), cx_told=nw.when(told).then(1).otherwise(0))
    else:
        frame = frame.with_columns(cx_who=who, cx_told=nw.lit(0))
    frame = clocked(frame.select("cx_who", "cx_told", "event_ts", *[name for name in columns if name in have]), ["event_ts"])
    at = nw.col("cx_us_event_ts")
    whole = frame.with_columns(cx_one=nw.lit(1)).group_by("cx_who").agg(
        n=nw.col("cx_one").sum(), told=nw.col("cx_told").sum(), first=at.min(), last=at.max()
    )  # fmt: skip
    sizes = whole.with_columns(n=nw.col("n").cast(nw.Int64), told=nw.col("told").cast(nw.Int64)).collect().to_pandas()
    known = sizes[sizes["cx_who"].notna()].astype({"cx_who": "str"}).sort_values("cx_who", ignore_index=True)
    heavy = known["n"] > busiest * known["n"].sum()
    kept = known.loc[~heavy, "cx_who"]
    drawn = _drawn(kept, at_most)
    table = (
        frame.filter(nw.col("cx_who").is_in(drawn.to_list())).collect().to_pandas() if len(drawn) else frame.head(0).collect().to_pandas()
    )
    table = table.rename(columns={"cx_who": "customer_id", "cx_us_event_ts": "at"}).drop(columns=["event_ts", "cx_told"])
    table = table.astype({name: "str" for name in table if name != "at"} | {"at": "int64"})
    single = table.drop_duplicates().sort_values(["customer_id", "at", *[name for name in columns if name in table]], ignore_index=True)
    total = int(sizes["n"].sum())
    counts = {
        "events": total,
        "by_session": int(sizes["told"].sum()),
        "without_customer": total - int(known["n"].sum()),
        "doubled": len(table) - len(single),
        "busiest": int(known["n"].max()) if len(known) else 0,
        "left_out": int(known.loc[heavy, "n"].sum()),
        "customers": len(kept),
        "drawn": len(drawn),
    }
    watched = (int(sizes["first"].min()), int(sizes["last"].max())) if len(sizes) else (0, 0)
    return Events(single, watched, counts)


def _drawn(customers: pd.Series, at_most: int) -> pd.Series:
    """Return all customers or, of too many, those whose ids have the smallest hashes: the same ones whatever the engine."""
    if len(customers) <= at_most:
        return customers
    hashes = pd.util.hash_array(customers.to_numpy(dtype=object))
    return customers.iloc[np.sort(np.argsort(hashes, kind="stable")[:at_most])]


@dataclass(frozen=True, eq=False)
class Moments:
    """Contacts of customers who left events: ``table`` (``customer_id``, ``at``, and the columns asked for); ``known`` counts the contacts
    whose customer is known, ``every`` all of them, ``doubled`` those whose id another one has."""

    table: pd.DataFrame
    every: int
    known: int
    doubled: int


def moments_of(
    contacts: IntoFrame, customers: Sequence[str], columns: Sequence[str] = (), *, direction: str | None, period: Span | None
) -> Moments:
    """Return the contacts of some customers, each id once, by customer and time."""
    frame = within(contacts, direction, period)
    have = frame.columns
    wanted = ["customer_id", "contact_ts", *[name for name in ("contact_id", *columns) if name in have]]
    every = size(frame.to_native())
    frame = frame.select(*dict.fromkeys(wanted)).filter(~nw.col("customer_id").is_null() & ~nw.col("contact_ts").is_null())
    known = size(frame.to_native())
    frame = clocked(frame.filter(nw.col("customer_id").is_in(list(customers))), ["contact_ts"])
    table = frame.collect().to_pandas().drop(columns="contact_ts").rename(columns={"cx_us_contact_ts": "at"})
    table = table.astype({name: "str" for name in table if name != "at"} | {"at": "int64"})
    table = table.sort_values([name for name in ("customer_id", "at", "contact_id") if name in table], kind="stable", ignore_index=True)
    doubled = table["contact_id"].notna() & table["contact_id"].duplicated() if "contact_id" in table else pd.Series(False, table.index)
    return Moments(table[~doubled.to_numpy(dtype=bool)].reset_index(drop=True), every, known, int(doubled.sum()))


@dataclass(frozen=True, eq=False)
class Matched:
    """Moments with the same clock times of their customers in other weeks.

    Attributes
    ----------
    cases : DataFrame
        Moments that have at least one control, with the number of them in ``controls``.
    of : array of int
        Each control's row in `cases`.
    at : array of int
        Each control's moment in microseconds since 1970.
    """

    cases: pd.DataFrame
    of: Whole
    at: Whole

    def hits(self, table: pd.DataFrame, low: float, high: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        """Tell for each case whether an event lies in its window, and in which share of its control windows one does.

        Parameters
        ----------
        table : DataFrame
            Events: ``customer_id`` and ``at``.
        low, high : float
            Minutes from the moment. What lies at the moment itself is in no window: before it the later end is open, after it the earlier.
        """
        codes, names = pd.factorize(self.cases["customer_id"])
        who = pd.Index(names).get_indexer(pd.Index(table["customer_id"]))
        there = who >= 0
        line = _Line.of(who[there], table["at"].to_numpy()[there])
        ends = round(low * MINUTE), round(high * MINUTE)
        here = line.any(codes, self.cases["at"].to_numpy(), *ends)
        elsewhere = line.any(codes[self.of], self.at, *ends)
        share = np.bincount(self.of, elsewhere, minlength=len(self.cases)) / self.cases["controls"].to_numpy()
        return here, share


@dataclass(frozen=True, eq=False)
class _Line:
    """Events of all customers on one line: a customer's number times the number of moments, plus the moment's place among them."""

    moments: Whole
    keys: Whole

    @classmethod
    def of(cls, who: Whole, at: Whole) -> _Line:
        moments, place = np.unique(at, return_inverse=True)
        return cls(moments, np.sort(who.astype("int64") * (len(moments) + 1) + place))

    def any(self, who: Whole, at: Whole, low: int, high: int) -> npt.NDArray[np.bool_]:
        start = self._before(who, at + low, "right" if low >= 0 else "left")
        end = self._before(who, at + high, "left" if high <= 0 else "right")
        return np.asarray(end > start)

    def _before(self, who: Whole, at: Whole, side: Any) -> Whole:
        place = np.searchsorted(self.moments, at, side=side)
        return np.asarray(np.searchsorted(self.keys, who.astype("int64") * (len(self.moments) + 1) + place), dtype="int64")


def matched(moments: pd.DataFrame, *, watched: tuple[int, int], reach: tuple[float, float], timezone: str) -> Matched:
    """Find the controls: the same weekday and clock time in the other weeks of the same four, where the window was watched as well.

    Parameters
    ----------
    moments : DataFrame
        ``customer_id`` and ``at``.
    watched : (int, int)
        First and last moment at which events were recorded, microseconds.
    reach : (float, float)
        Minutes from a moment to the earliest and the latest end of its windows.
    timezone : str
        Of the clock.

    Raises
    ------
    CxError
        When the windows reach a week or further, so that a control's would meet its own case's.

    Notes
    -----
    Time-stratified case-crossover design (Maclure 1991; Janes, Sheppard & Lumley 2005): weeks are cut into fixed fours from the
    first watched day, so that which weeks are controls does not depend on the contact. A clock time that a control day does not have, or
    has twice, is no control.
    """
    if reach[1] - reach[0] >= WEEK / MINUTE:
        raise CxError(worded("windows", "reach a week or further, in minutes:", f"{reach[0]:g} to {reach[1]:g}", do="Choose shorter ones."))
    at = moments["at"].to_numpy(dtype="int64")
    first, last = watched[0] - min(round(reach[0] * MINUTE), 0), watched[1] - max(round(reach[1] * MINUTE), 0)
    local = _local(at, timezone)
    start = _local(np.array([watched[0]], dtype="int64"), timezone)[0]
    start -= start % (WEEK // 7)
    block = (local - start) // (BLOCK_WEEKS * WEEK)
    inside = (at >= first) & (at <= last)
    of, when = [], []
    for weeks in range(1 - BLOCK_WEEKS, BLOCK_WEEKS):
        there = local + weeks * WEEK
        rows = np.flatnonzero(inside & ((there - start) // (BLOCK_WEEKS * WEEK) == block)) if weeks else np.array([], dtype="int64")
        moment, known = _moment(there[rows], timezone)
        good = known & (moment >= first) & (moment <= last)
        of.append(rows[good])
        when.append(moment[good])
    rows, found = np.concatenate(of), np.concatenate(when)
    order = np.lexsort((found, rows))
    rows, found = rows[order], found[order]
    controls = np.bincount(rows, minlength=len(moments))
    place = np.cumsum(controls > 0) - 1
    cases = moments.assign(controls=controls)[controls > 0].reset_index(drop=True)
    return Matched(cases, place[rows].astype("int64"), found.astype("int64"))


def _local(at: Whole, timezone: str) -> Whole:
    """Moments as readings of the clock, in microseconds."""
    utc = pd.DatetimeIndex(at.astype("datetime64[us]")).tz_localize("UTC")
    return np.asarray(utc.tz_convert(timezone).tz_localize(None).as_unit("us").asi8, dtype="int64")


def _moment(local: Whole, timezone: str) -> tuple[Whole, npt.NDArray[np.bool_]]:
    """Readings of the clock as moments, and whether there is exactly one."""
    index = pd.DatetimeIndex(local.astype("datetime64[us]")).tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    known = np.asarray(index.notna())
    return np.where(known, index.tz_convert("UTC").tz_localize(None).as_unit("us").asi8, 0), known
