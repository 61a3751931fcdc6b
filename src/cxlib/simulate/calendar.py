"""The demo client's days and hours: working days, holidays of house and customers, seasons, two peaks a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from dateutil.easter import easter
from dateutil.relativedelta import MO, relativedelta

from cxlib.simulate.draws import evenly
from cxlib.simulate.plan import Plan

__all__ = ["SEASONS", "TIMEZONE", "at", "clock", "days", "draw_days", "holidays", "on_holiday", "working_day"]

TIMEZONE = "Europe/Berlin"
HOUSE = "HE"
WEEK = np.array([1.25, 1.12, 1.00, 0.97, 0.66, 0.04, 0.0])  # Monday to Sunday
QUIET = 0.03  # what is left of a day on which the house is shut
SUMMER_WEEKS, SUMMER = (31, 32, 33), 0.7
# month: factor of the customers of a segment; March and September are the shoulders of the farming season
SEASONS: dict[str, dict[int, float]] = {
    "farming": {3: 1.3, 4: 1.9, 5: 1.9, 7: 2.2, 8: 2.2, 9: 1.3},
    "construction": dict.fromkeys(range(5, 11), 1.4),
    "maintenance": {11: 1.5, 12: 1.5},
}
HEAT_WAVE = (date(2025, 6, 30), date(2025, 7, 12))
MONTH_END = 3  # days: the stretch in which sales closes its month

_LAENDER = "BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH"
_FIXED = {
    (1, 1): f"{_LAENDER} AT CH NL UK PL DK",
    (1, 2): "CH",
    (1, 6): "BW BY ST AT PL",
    (3, 8): "BE MV",
    (4, 27): "NL",
    (5, 1): f"{_LAENDER} AT PL",
    (5, 3): "PL",
    (6, 5): "DK",
    (8, 1): "CH",
    (8, 15): "SL AT PL",
    (9, 20): "TH",
    (10, 3): _LAENDER,
    (10, 26): "AT",
    (10, 31): "BB HB HH MV NI SN ST SH TH",
    (11, 1): "BW BY NW RP SL AT PL",
    (11, 11): "PL",
    (12, 8): "AT",
    (12, 25): f"{_LAENDER} AT CH NL UK PL DK",
    (12, 26): f"{_LAENDER} AT CH NL UK PL DK",
}
_FROM_EASTER = {
    -3: "DK",
    -2: f"{_LAENDER} CH UK DK",
    1: f"{_LAENDER} AT CH NL UK PL DK",
    39: f"{_LAENDER} AT CH NL DK",
    50: f"{_LAENDER} AT CH NL DK",
    60: "BW BY HE NW RP SL AT PL",
}

# pieces of a day: from, to (minutes), weight
_OPEN, _CLOSE, _FRIDAY = 450, 990, 870
_Pieces = tuple[tuple[int, int, float], ...]
_PEAKS: _Pieces = ((450, 570, 0.36), (780, 840, 0.16), (450, 990, 0.48))
_DAY: dict[str, _Pieces] = {
    "other": _PEAKS,
    "Werner": ((450, 510, 0.45), (780, 840, 0.10), (450, 990, 0.45)),
    "Tanja": ((480, 600, 0.58), (780, 840, 0.12), (450, 990, 0.30)),
}
_AROUND: dict[str, _Pieces] = {"other": ((420, 450, 0.3), (990, 1140, 0.7)), "Werner": ((390, 450, 0.62), (990, 1110, 0.38))}
_EVENING: _Pieces = ((360, 450, 0.35), (990, 1320, 0.65))
# share of attempts outside the service hours; with Werner at a quarter of all calls they make 11.5 % of all
OUTSIDE: Mapping[str, float] = {"Werner": 0.40, "other": 0.02}
_OUTSIDE_WRITTEN = {"written": 0.16, "portal": 0.30}


def days(plan: Plan) -> pd.DataFrame:
    """Return the days of the period with their rhythm.

    Returns
    -------
    DataFrame
        One row a local day: date, weekday (1–7), holiday (of Hesse, the house's state), closed (works holidays 22.12.–6.1.), open
        (somebody works), month_end (one of the last three days), price_round (four weeks before 1.4. and 1.10.), heat_wave, factor
        (week and year for everybody), factor_farming, factor_construction, factor_maintenance (further factor of that segment).

    >>> from datetime import date
    >>> days(Plan(start=date(2025, 6, 18), end=date(2025, 6, 20)))[["weekday", "holiday", "factor"]].round(3).values.tolist()
    [[3, False, 1.0], [4, True, 0.029], [5, False, 0.66]]
    """
    dates = pd.Series(pd.date_range(plan.start, plan.end, freq="D", unit="us"))
    month, day = dates.dt.month, dates.dt.day
    frame = pd.DataFrame({"date": dates, "weekday": dates.dt.day_of_week + 1})
    frame["holiday"] = on_holiday(dates, np.full(len(dates), HOUSE))
    frame["closed"] = ((month == 12) & (day >= 22)) | ((month == 1) & (day <= 6))
    frame["open"] = (frame["weekday"] <= 5) & ~frame["holiday"] & ~frame["closed"]
    frame["month_end"] = day > dates.dt.days_in_month - MONTH_END
    to_round = pd.concat([(pd.to_datetime({"year": dates.dt.year, "month": m, "day": 1}) - dates).dt.days for m in (4, 10)], axis=1)
    frame["price_round"] = ((to_round > 0) & (to_round <= 28)).any(axis=1)
    frame["heat_wave"] = dates.between(pd.Timestamp(HEAT_WAVE[0]), pd.Timestamp(HEAT_WAVE[1]))
    summer = np.where(dates.dt.isocalendar().week.isin(SUMMER_WEEKS), SUMMER, 1.0)
    shut = frame["holiday"] | frame["closed"]
    frame["factor"] = WEEK[dates.dt.day_of_week] * summer * np.where(shut, QUIET, 1.0)
    for segment, season in SEASONS.items():
        frame[f"factor_{segment}"] = month.map(season).fillna(1.0)
    return frame


def holidays(state: str, years: range) -> list[date]:
    """Return the public holidays of a German state (HE, BY, …) or a country (AT, CH, NL, UK, PL, DK).

    >>> date(2025, 11, 1) in holidays("BY", range(2025, 2026)), date(2025, 11, 1) in holidays("HE", range(2025, 2026))
    (True, False)
    """
    found = []
    for year in years:
        found += [date(year, month, day) for (month, day), where in _FIXED.items() if state in where.split()]
        found += [easter(year) + relativedelta(days=offset) for offset, where in _FROM_EASTER.items() if state in where.split()]
        if state == "SN":  # the Wednesday before 23 November
            found.append(date(year, 11, 22) - relativedelta(days=(date(year, 11, 22).weekday() - 2) % 7))
        if state == "UK":
            found += [date(year, month, day) + relativedelta(weekday=MO(n)) for month, day, n in ((5, 1, 1), (5, 31, -1), (8, 31, -1))]
    return sorted(found)


def on_holiday(dates: pd.Series, states: np.ndarray) -> np.ndarray:
    """Tell for each day whether it is a public holiday where the customer sits.

    Parameters
    ----------
    dates : Series of datetime64
    states : array of str
        State or country of each row.

    Returns
    -------
    array of bool
    """
    at_rows, states = pd.DatetimeIndex(dates), np.asarray(states, dtype=object)
    found = np.zeros(len(at_rows), dtype=bool)
    if len(at_rows):
        years = range(at_rows.year.min(), at_rows.year.max() + 1)
        for state in pd.unique(pd.Series(states)):
            rows = states == state
            found[rows] = at_rows[rows].isin(pd.DatetimeIndex(holidays(state, years)))
    return found


def working_day(dates: pd.Series, roll: Literal["forward", "backward"] = "forward") -> pd.Series:
    """Move days on which the house is shut to the next (``forward``) or the last (``backward``) one on which it works.

    >>> list(working_day(pd.Series(pd.to_datetime(["2025-06-19", "2025-12-24"]))).dt.strftime("%d.%m."))
    ['20.06.', '07.01.']
    """
    if dates.dropna().empty:
        return dates
    years = range(int(dates.dt.year.min()) - 1, int(dates.dt.year.max()) + 2)
    rest = [day.date() for year in years for day in pd.date_range(f"{year}-12-22", f"{year + 1}-01-06")]
    shut = np.array(sorted({*holidays(HOUSE, years), *rest}), dtype="datetime64[D]")
    known = dates.notna().to_numpy()
    moved = dates.to_numpy().astype("datetime64[D]")
    moved[known] = np.busday_offset(moved[known], 0, roll=roll, holidays=shut)
    return pd.Series(moved.astype("datetime64[us]"), index=dates.index)


def draw_days(
    rng: np.random.Generator,
    table: pd.DataFrame,
    segments: np.ndarray,
    states: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    month_end: np.ndarray | None = None,
) -> np.ndarray:
    """Draw a day for each row by its segment's rhythm, never on a holiday of the customer.

    Parameters
    ----------
    rng : Generator
    table : DataFrame
        From :func:`days`.
    segments, states : array of str
        Of each row.
    first, last : array of int
        Row of `table` of the first and the last day possible.
    month_end : array of float, optional
        Probability that the day is one of a month's last three; left out, as the rhythm gives it.

    Returns
    -------
    array of int
        Rows of `table`.
    """
    ends = None if month_end is None else evenly(rng, month_end) < month_end
    drawn = _by_rhythm(rng, table, segments, first, last, ends)
    for _ in range(6):  # a few redraws find a day that is no holiday, unless the span has no other
        again = np.flatnonzero(on_holiday(table["date"].iloc[drawn], states))
        if not len(again):
            break
        drawn[again] = _by_rhythm(rng, table, segments[again], first[again], last[again], None if ends is None else ends[again])
    return drawn


def _by_rhythm(
    rng: np.random.Generator, table: pd.DataFrame, segments: np.ndarray, first: np.ndarray, last: np.ndarray, ends: np.ndarray | None
) -> np.ndarray:
    drawn = np.empty(len(segments), dtype=np.int64)
    tail = table["month_end"].to_numpy()
    for segment in pd.unique(pd.Series(segments)):
        weight = table["factor"].to_numpy() * table.get(f"factor_{segment}", pd.Series(1.0, index=table.index)).to_numpy()
        for end in (None,) if ends is None else (True, False):
            rows = np.flatnonzero((segments == segment) & (True if end is None else ends == end))
            some = _between(weight, first[rows], last[rows], rng.random(len(rows)))
            if end is not None:
                wished = _between(weight * (tail == end), first[rows], last[rows], rng.random(len(rows)))
                some = np.where(wished >= 0, wished, some)
            drawn[rows] = np.where(some >= 0, some, first[rows])
    return drawn


def _between(weight: np.ndarray, first: np.ndarray, last: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Return the day at `uniform` of the weight between first and last, −1 where there is no weight."""
    total = np.concatenate([[0.0], np.cumsum(weight)])
    low, high = total[first], total[last + 1]
    found = np.searchsorted(total, low + uniform * (high - low), side="right") - 1
    return np.where(high - low > 1e-9, np.clip(found, first, last), -1)


def clock(
    rng: np.random.Generator,
    n: int,
    persona: np.ndarray | str,
    channel_kind: np.ndarray | str,
    weekday: np.ndarray | int = 1,
    outside: Mapping[str, float] = OUTSIDE,
) -> np.ndarray:
    """Draw the minute of the day of each contact: peaks 7:30–9:30 and 13–14, Werner early or late.

    Parameters
    ----------
    rng : Generator
    n : int
    persona : array of str or str
        Werner calls early and after closing, Tanja writes from 8 to 10.
    channel_kind : array of {"phone", "written", "portal"} or one of them
    weekday : array of int or int
        1–7; on Fridays the service closes at 14:30, and everybody is earlier.
    outside : mapping
        Share of phone attempts outside the service hours, of Werner and of every ``other``.

    Returns
    -------
    array of float
        Minutes since midnight, with fractions.

    >>> minutes = clock(np.random.default_rng(1), 10_000, "Tanja", "phone", outside={})
    >>> bool((minutes >= 450).all() and (minutes < 990).all())
    True
    """
    who = np.broadcast_to(np.asarray(persona), n)
    kind = np.broadcast_to(np.asarray(channel_kind), n)
    friday = np.broadcast_to(np.asarray(weekday), n) == 5
    minutes = np.empty(n)
    uniform = rng.random((3, n))
    for name in ("Werner", "Tanja", "other"):
        for channel in ("phone", "written", "portal"):
            here = (~np.isin(who, ("Werner", "Tanja")) if name == "other" else who == name) & (kind == channel)
            share = outside.get(name, outside.get("other", 0.0)) if channel == "phone" else _OUTSIDE_WRITTEN[channel]
            around = _AROUND.get(name, _AROUND["other"]) if channel == "phone" else _EVENING
            rows = np.flatnonzero(here)
            out = uniform[0, rows] < share
            inside = _pieced(_DAY[name], uniform[1, rows], uniform[2, rows])
            minutes[rows] = np.where(out, _pieced(around, uniform[1, rows], uniform[2, rows]), inside)
    late, within = friday & (minutes >= _CLOSE), friday & (minutes >= _OPEN) & (minutes < _CLOSE)
    minutes[late] -= _CLOSE - _FRIDAY
    minutes[within] = _OPEN + (minutes[within] - _OPEN) * (_FRIDAY - _OPEN) / (_CLOSE - _OPEN)
    return minutes


def _pieced(pieces: _Pieces, which: np.ndarray, where: np.ndarray) -> np.ndarray:
    table = np.array(pieces)
    piece = np.minimum(np.searchsorted(np.cumsum(table[:, 2]), which, side="right"), len(table) - 1)
    return table[piece, 0] + where * (table[piece, 1] - table[piece, 0])


def at(dates: pd.Series, minutes: np.ndarray) -> pd.Series:
    """Return local days and minutes of the day as moments in Berlin, to the second.

    A time that the clock skips in spring becomes the hour's end; one that comes twice in autumn is the first of the two.

    >>> at(pd.Series(pd.to_datetime(["2025-03-30"])), np.array([150.0])).astype(str)[0]
    '2025-03-30 03:00:00+02:00'
    """
    local = dates.astype("datetime64[us]") + pd.to_timedelta(np.round(np.asarray(minutes, dtype=float) * 60), unit="s").as_unit("us")
    return local.dt.tz_localize(TIMEZONE, nonexistent="shift_forward", ambiguous=np.ones(len(local), dtype=bool))
