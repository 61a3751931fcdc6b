"""Contacts by hour, weekday, month and day, with the days they are counted on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal, Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, lacking, named, wanting
from cxlib.estimates import Sampling

__all__ = ["by_day", "by_hour", "days_of"]


HOURS = 24


def by_hour(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    holidays: Collection[date] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts an hour, for each hour of each weekday.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log, with the calendar columns that intake adds; leave tally weeks out with :func:`logged`.
    by : sequence of str
        Further group columns, put before ``local_weekday`` (1 Monday … 7 Sunday) and ``local_hour`` (0 … 23).
    holidays : collection of dates
        Left out, the days and their contacts: a holiday is no ordinary Monday.
    direction : {"inbound", "outbound"} or None
        Contacts of the other direction are left out; those whose direction is not known are kept.
    period : (first day, last day), optional
        The days the log covers, both included; every one of them counts as exposure, also those without a contact. Left out: from the
        log's first day to its last.
    **options
        ``level``, ``draws`` and ``seed`` of :class:`cxlib.estimates.Sampling`; the unit drawn is the day.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``contacts_per_hour``, unit ``per hour``, one row for each of the 168 hours of a week and group, hours
        without a contact included. A log without times keeps one row: "needs contacts.contact_ts" (no times at all) or
        "needs contacts.local_hour" (days only: all contacts at midnight count as that). Contacts whose hour is not known are left out.

    Notes
    -----
    Σw of the hour's contacts over the number of days of that weekday in the period; interval as :func:`cxlib.estimates.rate`, with days
    as units. Days outside a tally week count as days without such contacts, which keeps the value right and makes the span wide.

    >>> log = pd.DataFrame({"contact_ts": pd.to_datetime(["2025-01-06 09:05", "2025-01-06 09:50", "2025-01-13 09:10"], utc=True),
    ...     "local_date": pd.to_datetime(["2025-01-06", "2025-01-06", "2025-01-13"]), "local_hour": 9, "weight": 1.0})
    >>> estimates.highest(by_hour(log))[["local_weekday", "local_hour", "value", "n"]]
      local_weekday local_hour  value  n
    9             1          9    1.5  3
    """
    needs, features = lacking(contacts, ["local_date", "local_hour"]), lacking(contacts, by)
    groups, table = [*by, "local_weekday", "local_hour"], pd.DataFrame()
    if not needs and not features:
        table = counted(contacts, [*by, "local_date", "local_hour"], cluster="", direction=direction, period=period)
        table = table[table["local_hour"].notna()]
        table = table[~table["local_date"].isin(_moments(holidays))]
        if len(table) and (table["local_hour"] == 0).all():
            needs = ["contacts.local_hour"]
    missing = wanting("contacts_per_hour", "per hour", needs, features, groups)
    if missing is not None:
        return missing
    days = days_of(table, period)
    days = days[~days["local_date"].isin(_moments(holidays))]
    grid = days.merge(pd.DataFrame({"local_hour": range(HOURS)}), how="cross")
    table = table.astype({"local_hour": "int64"})
    result = _per_day(table, grid, by, ["local_weekday", "local_hour"], "contacts_per_hour", "per hour", options)
    place = result[["local_weekday", "local_hour"]].astype(int)
    order = place.assign(**{name: result[name] for name in by}).sort_values([*by, "local_weekday", "local_hour"]).index
    return result.loc[order].reset_index(drop=True)


def by_day(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    calendar: Literal["", "local_weekday", "month", "day_type"] = "",
    holidays: Collection[date] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts a day: over the whole period, by weekday, by month or by type of day.

    Parameters as in :func:`by_hour`; `calendar` adds ``local_weekday``, ``month`` ("2025-01") or ``day_type`` as the last group column:
    holiday (of `holidays`, whatever weekday), eve (the working day before one), saturday, sunday, weekday. Metric
    ``contacts_per_day``, unit ``per day``; days without a contact count.

    Parameters
    ----------
    contacts : table
        The contact log, one row a contact: a pandas frame, a DuckDB relation or a PySpark frame.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> log = pd.DataFrame({"local_date": pd.to_datetime(["2025-01-06", "2025-01-06", "2025-01-09"]), "weight": 1.0})
    >>> float(by_day(log)["value"].item())
    0.75
    """
    groups = [*by, *([calendar] if calendar else [])]
    missing = wanting("contacts_per_day", "per day", lacking(contacts, ["local_date"]), lacking(contacts, by), groups)
    if missing is not None:
        return missing
    table = counted(contacts, [*by, "local_date"], cluster="", direction=direction, period=period)
    days = days_of(table, period)
    days["day_type"] = _day_types(days["local_date"], holidays)
    return _per_day(table, days, by, groups[len(by) :], "contacts_per_day", "per day", options)


def days_of(table: pd.DataFrame, period: Span | None) -> pd.DataFrame:
    """One row a day of the period, with its weekday and month and the day as the unit that intervals rest on."""
    first, last = period or (table["local_date"].min(), table["local_date"].max())
    days = pd.DataFrame({"local_date": pd.date_range(first, last, freq="D").as_unit("us")})
    date = days["local_date"].dt
    names = {"month": date.strftime("%Y-%m"), "cluster": "day " + date.strftime("%Y-%m-%d")}
    return days.assign(local_weekday=date.day_of_week + 1, **{name: text.astype("str") for name, text in names.items()})


def _moments(days: Collection[date]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([pd.Timestamp(day) for day in days]).as_unit("us")


def _day_types(days: pd.Series, holidays: Collection[date]) -> pd.Series:
    """The type of each day; the eve is the last working day before a holiday, also over a weekend."""
    free, weekend = days.isin(_moments(holidays)), days.dt.day_of_week >= 5
    first = days.min() - pd.Timedelta(days=1), days.max() + pd.Timedelta(days=7)
    around = pd.Series(pd.date_range(*first, freq="D").as_unit("us"))
    closed = around.isin(_moments(holidays))
    stops = closed | (around.dt.day_of_week >= 5)
    reaches = [bool(closed[at + 1 : at + 1 + int((~stops[at + 1 :]).to_numpy().argmax())].any()) for at in range(len(around) - 7)]
    eve = days.map(dict(zip(around[: len(reaches)], reaches, strict=True))).fillna(False).astype(bool)
    kind = pd.Series("weekday", index=days.index, dtype="str").mask(eve, "eve").mask(weekend, "saturday")
    return kind.mask(days.dt.day_of_week == 6, "sunday").mask(free, "holiday")


def _per_day(
    table: pd.DataFrame, grid: pd.DataFrame, by: Sequence[str], calendar: list[str], metric: str, unit: str, options: Sampling
) -> pd.DataFrame:
    """Contacts for each row of `grid` (days, or hours of days), by group and calendar column; rows without a contact count as none."""
    table = named(table, by)
    keys = [name for name in ("local_date", "local_hour") if name in grid]
    everywhere = table[list(by)].drop_duplicates().merge(grid, how="cross") if by else grid
    full = everywhere.merge(table[[*by, *keys, "n", "weight", "squares"]], on=[*by, *keys], how="left")
    full = named(full.fillna({"n": 0, "weight": 0.0, "squares": 0.0}).assign(exposure=1.0), calendar)
    groups, rated = [*by, *calendar], clustered(options, weight=None)
    result = estimates.rate(full, "weight", "exposure", by=groups, metric=metric, unit=unit, **rated)
    return behind(result, full, groups)
