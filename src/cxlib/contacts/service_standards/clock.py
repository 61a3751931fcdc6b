"""The business clock: time that counts only while somebody is there to answer.

A calendar is made once: for every day in UTC how long the unit had been open before it, and from when to when it is open on it. How long
a unit had been open up to a moment is then a sum over these stretches, and time between two moments a difference. Opening hours are local
times of the wall clock, so that a day on which the clock changes has the hours that its wall clock shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib.errors import CxError, worded

__all__ = ["Clock", "Opening", "clock", "joined"]

Opening = Mapping[int, Sequence[tuple[float, float]]]  # ISO weekday: stretches in hours of the day
DAY = 86_400_000_000  # microseconds
HOUR = 3_600_000_000


@dataclass(frozen=True, eq=False)
class Clock:
    """When units are open.

    Attributes
    ----------
    table : DataFrame
        One row a unit and UTC day: ``cx_unit``, ``cx_day`` (days since 1970), ``cx_base`` (microseconds the unit was open before it),
        ``cx_open_1``, ``cx_close_1`` … (microseconds since 1970; two equal ones where there is no stretch).
    unit : str or None
        Column of contacts that says which unit's hours hold; None: one for all.
    named : tuple of str
        Units with hours of their own; all others have the general ones.
    stretches : int
        Stretches a day at most.
    """

    table: pd.DataFrame
    unit: str | None
    named: tuple[str, ...]
    stretches: int

    def counted(self, frame: nw.LazyFrame[Any], moments: Sequence[str]) -> nw.LazyFrame[Any]:
        """Return the frame with ``cx_open_us_COLUMN`` beside each ``cx_us_COLUMN``: how long the unit had been open by then.

        Missing where the moment is, or where it lies outside of the calendar.
        """
        unit = nw.lit("")
        if self.unit is not None and self.unit in frame.columns:
            unit = nw.when(nw.col(self.unit).is_in(list(self.named))).then(nw.col(self.unit)).otherwise(nw.lit(""))
        frame = frame.with_columns(cx_unit=unit)
        kept = [name for name in frame.columns if name not in ("cx_unit", "cx_day")]
        for name in moments:
            moment = nw.col(f"cx_us_{name}")
            frame = frame.with_columns(cx_day=(moment - moment % DAY) // DAY)
            frame = joined(frame, self.table, ["cx_unit", "cx_day"])
            elapsed = nw.col("cx_base")
            for number in range(1, self.stretches + 1):
                opens, closes = nw.col(f"cx_open_{number}"), nw.col(f"cx_close_{number}")
                until = nw.when(moment < closes).then(moment).otherwise(closes)
                elapsed = elapsed + nw.when(moment > opens).then(until - opens).otherwise(nw.lit(0))
            kept.append(f"cx_open_us_{name}")
            frame = frame.with_columns(**{kept[-1]: elapsed}).select(*kept, "cx_unit")
        return frame.select(*kept)

    def open_until(self, moments: npt.NDArray[np.int64], unit: str = "") -> npt.NDArray[np.int64]:
        """Return how long a unit had been open by some moments, in microseconds; for few moments, in numpy."""
        ends, total = self._line(unit)
        return np.rint(np.interp(moments, ends, total)).astype("int64")

    def after(self, moments: npt.NDArray[np.int64], hours: float, unit: str = "") -> npt.NDArray[np.int64]:
        """Return the moment at which a unit has been open for so many hours more, microseconds since 1970.

        Falls a deadline on closing time, it is closing time, not the next opening.
        """
        ends, total = self._line(unit)
        due = self.open_until(moments, unit) + round(hours * HOUR)
        place = np.clip(np.searchsorted(total, due, side="left"), 1, len(total) - 1)
        return np.asarray(ends[place] - (total[place] - due), dtype="int64")

    def _line(self, unit: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Turning points of the time that a unit has been open: moments, and how long by then."""
        own = self.table[self.table["cx_unit"] == (unit if unit in self.named else "")]
        opens = np.column_stack([own[f"cx_open_{number}"] for number in range(1, self.stretches + 1)]).ravel()
        closes = np.column_stack([own[f"cx_close_{number}"] for number in range(1, self.stretches + 1)]).ravel()
        there = closes > opens
        total = np.cumsum(closes[there] - opens[there])
        ends = np.column_stack([opens[there], closes[there]]).ravel()
        return ends, np.column_stack([np.r_[0, total[:-1]], total]).ravel()


def clock(
    opening: Opening,
    *,
    first: date,
    last: date,
    timezone: str,
    free_days: Collection[date] = (),
    units: Mapping[str, Opening] | None = None,
    unit: str = "received_by",
) -> Clock:
    """Make the calendar of opening hours that the business clock goes by.

    Parameters
    ----------
    opening : mapping of int to sequence of (float, float)
        ISO weekday: stretches from opening to closing, in hours of the local day; other days are closed.
    first, last : date
        Days that the calendar has to cover: from the first contact to the day the log is known until.
    timezone : str
        Of the opening hours.
    free_days : collection of date
        Days on which everybody is closed: public holidays and the house's own.
    units : mapping of str to opening, optional
        Units (departments) with hours of their own; a unit that is never open keeps the general hours.
    unit : str
        Column of contacts that names them.

    Raises
    ------
    CxError
        Nobody is ever open; or `last` lies before `first`.

    Notes
    -----
    Opening hours are told by the wall clock: a stretch over the hour that is skipped in spring is an hour shorter, one over the hour
    that comes twice in autumn an hour longer.

    >>> week = clock({1: [(8, 17)], 2: [(8, 17)]}, first=date(2025, 1, 6), last=date(2025, 1, 12), timezone="Europe/Berlin")
    >>> at = pd.to_datetime(["2025-01-06 16:00", "2025-01-07 10:00"]).tz_localize("Europe/Berlin").as_unit("us").asi8
    >>> int(np.diff(week.open_until(at)).item()) / 3_600_000_000
    3.0
    """
    if last < first:
        raise CxError(worded("clock", "the last day lies before the first one:", f"{first} to {last}"))
    every = {"": opening} | {name: hours for name, hours in (units or {}).items() if any(hours.values())}
    if not any(opening.values()):
        raise CxError(worded("opening", "nobody is ever open:", str(dict(opening)), do="State service hours, or count by the calendar."))
    days = pd.date_range(first - timedelta(days=7), last + timedelta(days=60), freq="D")  # deadlines may end after the log
    parts = [_calendar(name, hours, days, timezone, frozenset(free_days)) for name, hours in every.items()]
    most = max(len(part.columns) for part in parts)
    wanted = max(parts, key=lambda part: len(part.columns)).columns
    parts = [part if len(part.columns) == most else _widened(part, list(wanted)) for part in parts]
    table = pd.concat(parts, ignore_index=True)
    return Clock(table, unit if len(every) > 1 else None, tuple(name for name in every if name), (most - 3) // 2)


def _calendar(name: str, hours: Opening, days: pd.DatetimeIndex, timezone: str, free: frozenset[date]) -> pd.DataFrame:
    """One row a UTC day of a unit."""
    stretches = [
        (_moment(day, opens, timezone), _moment(day, closes, timezone))
        for day in days
        if day.date() not in free
        for opens, closes in sorted(hours.get(day.isoweekday(), ()))
    ]
    by_day: dict[int, list[tuple[int, int]]] = {}
    for opens, closes in stretches:
        for day in range(opens // DAY, (closes - 1) // DAY + 1):
            by_day.setdefault(day, []).append((max(opens, day * DAY), min(closes, (day + 1) * DAY)))
    edge = days[0].tz_localize(timezone).value // 1000 // DAY
    numbers = list(range(edge, days[-1].value // 1000 // DAY + 2))
    most = max((len(of_day) for of_day in by_day.values()), default=1)
    told = [[*by_day.get(day, []), *[(day * DAY, day * DAY)] * (most - len(by_day.get(day, [])))] for day in numbers]
    table = pd.DataFrame({"cx_unit": pd.Series(name, index=range(len(numbers)), dtype="str"), "cx_day": numbers})
    length = np.array([sum(closes - opens for opens, closes in of_day) for of_day in told], dtype="int64")
    table["cx_base"] = np.r_[0, np.cumsum(length)[:-1]].astype("int64")
    for number in range(most):
        table[f"cx_open_{number + 1}"] = [of_day[number][0] for of_day in told]
        table[f"cx_close_{number + 1}"] = [of_day[number][1] for of_day in told]
    return table


def _moment(day: pd.Timestamp, hour: float, timezone: str) -> int:
    """A time of the wall clock in microseconds since 1970; one that the clock skips is the moment it skips to."""
    local = day + pd.Timedelta(microseconds=round(hour * HOUR))
    return int(local.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward").value // 1000)


def _widened(part: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Give a unit with fewer stretches a day empty ones."""
    start = part["cx_day"] * DAY
    return part.assign(**{name: start for name in columns if name not in part.columns})[columns]


def joined(frame: nw.LazyFrame[Any], table: pd.DataFrame, on: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return a frame of any engine with the columns of a small pandas table beside it, not yet read; rows without a partner stay.

    >>> left = nw.from_native(pd.DataFrame({"unit": ["a", "b"]})).lazy()
    >>> joined(left, pd.DataFrame({"unit": ["a"], "hours": [8]}), ["unit"]).collect().to_native()["hours"].to_list()
    [8.0, nan]
    """
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        added = ", ".join(f'cx_right."{name}"' for name in table.columns if name not in on)
        keys = ", ".join(f'"{name}"' for name in on)
        cx_table = table  # noqa: F841  DuckDB finds it by its name
        query = f"SELECT cx_left.*, {added} FROM cx_left LEFT JOIN cx_table AS cx_right USING ({keys})"  # noqa: S608  names of our own
        return nw.from_native(native.query("cx_left", query)).lazy()
    if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
        other = native.sparkSession.createDataFrame(table)
        return nw.from_native(native.join(other, on=list(on), how="left")).lazy()
    return frame.join(nw.from_native(table).lazy(), on=list(on), how="left")
