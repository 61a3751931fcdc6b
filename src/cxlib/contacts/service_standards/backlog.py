"""What lies unsettled, how old it is, and where it came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, headed, lacking, named, wanting
from cxlib.contacts.service_standards.attainment import known_until, microseconds, timed
from cxlib.contacts.service_standards.clock import HOUR
from cxlib.contacts.service_standards.times import CLOSED
from cxlib.estimates import Sampling

__all__ = ["AGES", "WRITTEN", "backlog"]

WRITTEN = ("email", "web_form", "letter", "fax", "portal", "social", "chat")
AGES = (2, 7, 30)  # days at which classes of age end
DAY = 24 * HOUR


def backlog(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    channels: Sequence[str] | None = WRITTEN,
    moments: Sequence[datetime] = (),
    ages: Sequence[float] = AGES,
    closed: Sequence[str] = CLOSED,
    as_of: datetime | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many contacts are unsettled, and since when.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log. Unsettled is what has come and has no ``resolved_ts`` until then.
    by : sequence of str
        Where it came in: ``channel``, ``received_by`` …
    channels : sequence of str or None
        Channels that count; None: all. A call is over when it ends, so the written ones make the backlog.
    moments : sequence of timezone-aware datetimes
        Earlier moments at which the backlog was as large as …; `as_of` always is one.
    ages : sequence of float
        Days at which classes of age end.
    closed : sequence of str
        Words of ``status`` after which nothing is open, where no time is known.
    as_of, direction, period, **options
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`. As of `as_of`: ``backlog`` (``count``), ``backlog_age`` (``days``, median), and by ``age`` ("0-2", "2-7", "30+"
        days) ``backlog_share`` (``share``). ``came_in`` (``count``): contacts of the period in these channels. By ``moment`` (a day)
        ``backlog_then`` (``count``). ``settled_before_contact`` (``count``) are left out. Needs contacts.contact_ts, contacts.resolved_ts.

    Notes
    -----
    Age is from the contact to `as_of`. The median's interval is Woodruff's over customers; the backlog itself is a complete count.

    >>> at = lambda day: pd.Timestamp(f"2025-01-{day:02d}", tz="UTC")
    >>> log = pd.DataFrame({"contact_ts": [at(1), at(2), at(9)], "resolved_ts": [None, at(3), None], "channel": "email", "weight": 1.0,
    ...     "customer_id": list("abc"), "local_date": pd.Timestamp("2025-01-01")})
    >>> found = backlog(log, as_of=at(11))
    >>> found[found["metric"].isin(["backlog", "backlog_age"])]["value"].to_list()
    [2.0, 6.0]
    """
    needs = lacking(contacts, ["contact_ts", "resolved_ts", *(["channel"] if channels is not None else [])])
    missing = wanting("backlog", "count", needs, lacking(contacts, by), by)
    if missing is not None:
        return missing
    until = known_until(contacts, as_of)
    frame = timed(contacts, ["contact_ts", "resolved_ts"], until)
    if channels is not None:
        frame = frame.filter(nw.col("channel").is_in(list(channels)))
    came, settled = nw.col("cx_us_contact_ts"), nw.col("cx_us_resolved_ts")
    over = nw.col("status").is_in(list(closed)) if "status" in frame.columns else nw.lit(False)
    still = (settled.is_null() & ~(over & ~over.is_null())) | (settled > nw.col("cx_us_until"))
    state = nw.when(still).then(nw.lit("open")).otherwise(nw.lit("settled"))
    state = nw.when(settled < came).then(nw.lit("odd")).otherwise(state)
    hours = nw.col("cx_us_until") - came
    age = nw.when(still & ~came.is_null()).then(((hours - hours % HOUR) // HOUR).cast(nw.Float64))
    past = {f"cx_then_{number}": _open_at(moment, came, settled, over) for number, moment in enumerate(moments)}
    frame = frame.filter(~came.is_null() & (came <= nw.col("cx_us_until")))
    cluster = options.get("cluster") or "customer_id"
    columns = {"cx_state": state, "cx_age": age, **past}
    table = counted(
        frame.to_native(),
        [*by, "cx_state", "cx_age"],
        cluster=cluster,
        direction=direction,
        period=period,
        columns=columns,
        sums=list(past),
    )
    table = named(table, by)
    parts = _now(table, by, ages, options)
    for number, moment in enumerate(moments):
        then = table[table["cx_state"] != "odd"]
        then = then.assign(weight=then[f"cx_then_{number}"], n=then[f"cx_then_{number}"].round().astype("int64"))
        parts.append(headed(counts(then, by, "backlog_then"), {"moment": f"{moment:%Y-%m-%d}"}))
    return estimates.stack(*parts)


def _open_at(moment: datetime, came: Any, settled: Any, over: Any) -> Any:
    """1 where a contact had come and was not settled; one without a time that is closed now was never seen open."""
    at = microseconds(moment)
    unknown = settled.is_null() & over & ~over.is_null()
    return nw.when((came <= at) & ((settled > at) | settled.is_null()) & ~unknown).then(1.0).otherwise(0.0)


def _now(table: pd.DataFrame, by: Sequence[str], ages: Sequence[float], options: Sampling) -> list[pd.DataFrame]:
    everywhere = table[list(by)].drop_duplicates() if by else pd.DataFrame(index=range(1))
    none = everywhere.assign(n=0, weight=0.0, squares=0.0)
    is_open = table["cx_state"].eq("open")
    kinds = {"backlog": is_open, "came_in": table["cx_state"].ne("odd"), "settled_before_contact": table["cx_state"].eq("odd")}
    parts = [counts(pd.concat([table[kept], none], ignore_index=True), by, metric) for metric, kept in kinds.items()]
    there = table[is_open]
    if len(there):
        days = there.assign(days=there["cx_age"] * (HOUR / DAY))
        middle = estimates.quantile(days, "days", 0.5, by=by, metric="backlog_age", unit="days", **clustered(options))
        parts.insert(1, behind(middle, days, by))
        for low, high in pairwise([0.0, *ages, float("inf")]):
            flagged = days.assign(flag=((days["days"] >= low) & (days["days"] < high)).astype("float64"))
            share = behind(estimates.share(flagged, "flag", by=by, metric="backlog_share", **clustered(options)), flagged, by)
            parts.append(headed(share, {"age": f"{low:g}+" if high == float("inf") else f"{low:g}-{high:g}"}, at=len(by)))
    return parts


def month_ends(first: datetime, last: datetime) -> list[datetime]:
    """Return the first moment of every month after `first`, up to `last`.

    >>> [f"{moment:%m-%d}" for moment in month_ends(datetime(2025, 1, 5), datetime(2025, 3, 1))]
    ['02-01', '03-01']
    """
    found: list[datetime] = []
    moment = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while True:
        moment = (moment + timedelta(days=32)).replace(day=1)
        if moment > last:
            return found
        found.append(moment)
