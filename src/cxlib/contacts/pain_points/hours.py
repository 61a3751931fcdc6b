"""P08: service hours that do not fit the customers' day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, filled, lacking, named, picked, wanting
from cxlib.contacts.pain_points._figures import HOUR, clock, flagged, timed
from cxlib.estimates import Sampling

__all__ = ["Opening", "closed", "opening_hours"]

Opening = Mapping[int, Sequence[tuple[float, float]]]
STRETCH = re.compile(r"\s*(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?\s*")
WORKING = range(1, 6)  # Monday to Friday: what a customer's business hours are said for


def opening_hours(
    contacts: IntoFrame,
    opening: Opening,
    customers: IntoFrame | None = None,
    *,
    channels: Sequence[str] = ("phone",),
    holidays: Sequence[date] = (),
    by: Sequence[str] = (),
    of_customers: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of call attempts that meet a closed house, and how much of their business hours we are there.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with the calendar columns that intake adds.
    opening : mapping of int to sequence of (from, to)
        Service hours by ISO weekday (``params.opening``).
    customers : DataFrame, optional
        ``business_hours`` of each customer, as in "06:30-16:30" or "7-12, 13-16"; they hold from Monday to Friday.
    channels : sequence of str
        In which one has to be there at the same time.
    holidays : sequence of date
        Days without service.
    by : sequence of str
        Group columns of the contacts.
    of_customers : sequence of str
        Group columns of the customers, for instance ``segment``: attempts and overlap are told by these as well.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES: ``outside_hours`` (``share`` of the attempts with a known hour); ``hours_covered`` (``share`` of the customers' business
        hours within the service hours, mean over customers), ``fully_covered`` (``share`` of customers) and ``hours_unreadable``
        (``share`` of the customers with business hours that are not to be read).

    Notes
    -----
    Who meets a closed house is known less often than who gets through. By features of the customers, the attempts of known customers
    are therefore weighted to all attempts, inside and outside the hours apart.

    >>> log = pd.DataFrame({"contact_ts": pd.to_datetime(["2025-01-06 07:15", "2025-01-06 07:45", "2025-01-11 09:00"], utc=True),
    ...     "local_date": pd.Timestamp("2025-01-06"), "local_hour": [7, 7, 9], "local_weekday": [1, 1, 6], "channel": "phone",
    ...     "customer_id": list("abc")})
    >>> who = pd.DataFrame({"customer_id": ["a"], "business_hours": "06:30-16:30"})
    >>> opening_hours(log, dict.fromkeys(range(1, 6), ((7.5, 16.5),)), who)[["metric", "value"]].round(2).head(2)
              metric  value
    0  outside_hours   0.67
    1  hours_covered   0.90
    """
    needs = lacking(contacts, ["contact_ts", "local_date", "local_hour", "local_weekday", "channel"])
    if not any(opening.values()):
        return estimates.stack(estimates.unanswerable("outside_hours", "share", [*needs, "params.service_hours"], by=by))
    lack = wanting("outside_hours", "share", needs, lacking(contacts, by), by)
    parts = [] if lack is None else [lack]
    if lack is None:
        frame = timed(contacts, ["contact_ts"], direction, period).filter(nw.col("channel").is_in(list(channels)))
        columns = {"cx_closed": nw.when(~nw.col("local_hour").is_null()).then(nw.when(closed(opening, holidays)).then(1).otherwise(0))}
        whose = ["customer_id"] if of_customers and filled(contacts, ["customer_id"])["customer_id"] else []
        cluster = options.get("cluster") or "customer_id"
        table = counted(frame.to_native(), [*by, *whose, *columns], cluster=cluster, direction=None, columns=columns)
        table = named(table[table["cx_closed"].notna()], by)
        parts.append(flagged(table, table["cx_closed"].eq(1), by, "outside_hours", options))
        parts += _by_customer(table, customers, of_customers, options) if whose else []
    parts += _overlap(customers, opening, of_customers, options)
    return estimates.stack(*parts)


def closed(opening: Opening, holidays: Sequence[date] = ()) -> Any:
    """Return whether a contact, timed with :func:`timed`, falls outside the service hours: an expression over its calendar columns."""
    open_ = nw.lit(False)
    for weekday, stretches in opening.items():
        for begins, ends in stretches:
            inside = (clock() >= round(begins * HOUR)) & (clock() < round(ends * HOUR))
            open_ = open_ | ((nw.col("local_weekday") == weekday) & inside)
    if holidays:
        open_ = open_ & ~nw.col("local_date").is_in([datetime(day.year, day.month, day.day) for day in holidays])
    return ~open_


def _by_customer(table: pd.DataFrame, customers: IntoFrame | None, groups: Sequence[str], options: Sampling) -> list[pd.DataFrame]:
    """Attempts outside the hours by features of the customers.

    Whoever meets a closed house is known less often than who gets through: known attempts stand for all of their kind.
    """
    if customers is None:
        return []
    features = picked(customers, ["customer_id", *groups]).drop_duplicates("customer_id")
    every = table.groupby("cx_closed")["weight"].sum()
    both = table.merge(features, on="customer_id")
    stands_for = both["cx_closed"].map(every / both.groupby("cx_closed")["weight"].sum())
    both = both.assign(weight=both["weight"] * stands_for, squares=both["squares"] * stands_for**2)
    return [flagged(named(both, [name]), both["cx_closed"].eq(1), [name], "outside_hours", options) for name in groups if len(both)]


def _overlap(customers: IntoFrame | None, opening: Opening, groups: Sequence[str], options: Sampling) -> list[pd.DataFrame]:
    needs = ["customers.business_hours"] if customers is None else lacking(customers, ["customer_id", "business_hours"], "customers")
    if needs or customers is None:
        return [estimates.unanswerable("hours_covered", "share", needs)]
    table = picked(customers, ["customer_id", "business_hours", *groups]).dropna(subset="business_hours").reset_index(drop=True)
    shares = {text: _covered(text, opening) for text in table["business_hours"].unique()}
    covered = table["business_hours"].map(shares).astype("float64")
    table = table.assign(covered=covered, unread=covered.isna().astype("float64"))
    known = table[covered.notna()].assign(full=(covered[covered.notna()] > 1 - 1e-9).astype("float64"))
    chance: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    parts = []
    for by in ([], *([name] for name in groups)):
        if len(known):
            rows = named(known, by)
            parts.append(estimates.mean(rows, "covered", by=by, metric="hours_covered", unit="share", bounds=(0.0, 1.0), **chance))
            parts.append(estimates.share(rows, "full", by=by, metric="fully_covered", **chance))
    return [*parts, estimates.share(table, "unread", metric="hours_unreadable", **chance)]


def _covered(text: str, opening: Opening) -> float:
    """The share of business hours, Monday to Friday, in which we are there; NaN for what is not to be read."""
    spans = []
    for part in re.split(r"[,;]", str(text)):
        found = STRETCH.fullmatch(part)
        if not found:
            return float("nan")
        begins, ends = (float(found[at]) + float(found[at + 1] or 0) / 60 for at in (1, 3))
        if not 0 <= begins < ends <= 24:
            return float("nan")
        spans.append((begins, ends))
    there = sum(
        max(0.0, min(ends, until) - max(begins, since))
        for begins, ends in spans
        for day in WORKING
        for since, until in opening.get(day, ())
    )
    return there / (len(WORKING) * sum(ends - begins for begins, ends in spans))
