"""P02 and P03: call backs promised for the same day, and information and quotes promised for a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import MANY, Span, counted, counts, lacking, named, picked, size, wanting
from cxlib.contacts.pain_points._figures import DAY, HOUR, clock, curve, flagged, microseconds, none, timed, until
from cxlib.estimates import Sampling

__all__ = ["callbacks", "late_information"]

AT_ONCE = 1  # microsecond: what comes in time comes at once after the promised moment


def callbacks(
    contacts: IntoFrame,
    *,
    promise: str = "callback",
    as_of: datetime | None = None,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of promised call backs that are made on the day they were promised.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``promise_type`` and ``promise_done_ts``.
    promise : str
        The ``promise_type`` of a call back.
    as_of, by, direction, period, **options
        As in :func:`cxlib.contacts.pain_points.unanswered`.

    Returns
    -------
    DataFrame
        ESTIMATES: ``same_day_callback`` and ``no_callback`` (not made at all until now), each ``share`` of the promises whose day is over.
        Counts of what is in neither: ``callbacks_not_due`` and ``callbacks_before_promise`` (made before they were promised).

    Notes
    -----
    The day ends at midnight of the client's own zone, made of intake's ``local_hour``.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_ts": at("2025-01-06 10:30"), "local_date": pd.Timestamp("2025-01-06"), "local_hour": 10,
    ...     "customer_id": list("abc"), "promise_type": "callback",
    ...     "promise_done_ts": [at("2025-01-06 23:59"), at("2025-01-07 00:01"), None]})
    >>> callbacks(log, as_of=at("2025-01-10"))[["metric", "value"]].head(2).round(2)
                  metric  value
    0  same_day_callback   0.33
    1        no_callback   0.33
    """
    needs = lacking(contacts, ["contact_ts", "local_date", "local_hour", "promise_type", "promise_done_ts"])
    lack = wanting("same_day_callback", "share", needs, lacking(contacts, by), by)
    if lack is not None:
        return lack
    end = until(contacts, as_of)
    frame = timed(contacts, ["contact_ts", "promise_done_ts"], direction, period).filter(nw.col("promise_type") == promise)
    asked, done = nw.col("cx_us_contact_ts"), nw.col("cx_us_promise_done_ts")
    midnight = asked - clock() + DAY
    made = ~done.is_null() & (done <= end)
    state = nw.when(made & (done < midnight)).then(nw.lit("kept")).otherwise(nw.when(made).then(nw.lit("late")).otherwise(nw.lit("never")))
    state = nw.when(midnight > end).then(nw.lit("ahead")).otherwise(state)
    state = nw.when(made & (done < asked)).then(nw.lit("before")).otherwise(state)
    columns = {"cx_state": nw.when(nw.col("local_hour").is_null()).then(nw.lit("ahead")).otherwise(state)}
    cluster = options.get("cluster") or "customer_id"
    table = named(counted(frame.to_native(), [*by, "cx_state"], cluster=cluster, direction=None, columns=columns), by)
    due = table[table["cx_state"].isin(("kept", "late", "never"))]
    parts = [flagged(due, due["cx_state"].eq(kind), by, metric, options) for metric, kind in SHARES.items()]
    rest = {metric: table[table["cx_state"].eq(kind)] for metric, kind in ASIDE.items()}
    return estimates.stack(*parts, *[counts(part, by, metric) for metric, part in rest.items() if len(part)])


SHARES = {"same_day_callback": "kept", "no_callback": "never"}
ASIDE = {"callbacks_not_due": "ahead", "callbacks_before_promise": "before"}


def late_information(
    contacts: IntoFrame,
    quotes: IntoFrame | None = None,
    *,
    promise: str = "information",
    late_days: Sequence[float] = (1, 3, 7),
    as_of: datetime | None = None,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of promised information and quotes that comes later than promised, and how much later.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``promise_type``, ``promise_due_ts`` and ``promise_done_ts``.
    quotes : DataFrame, optional
        With ``promised_ts`` and ``sent_ts``; without ``customer_id`` each quote is a unit of its own.
    promise : str
        The ``promise_type`` of information.
    late_days : sequence of float
        Days after the promised moment at which the share still outstanding is told.
    as_of, by, direction, period, **options
        As in :func:`cxlib.contacts.pain_points.unanswered`; a column of `by` that quotes lack is not known there. The period is that of
        the contact, and of a quote's promise.

    Returns
    -------
    DataFrame
        ESTIMATES by ``promised`` ("information", "quote"; missing: both), `by` and ``days``: ``promised_late`` (``share`` of the promises
        due, late or outstanding) and ``promised_outstanding`` (``share`` not there so many days later). ``n`` counts promises.

    Notes
    -----
    Promises that are not due yet are left out, also those kept early. Outstanding ones are watched until now (Kaplan–Meier).

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> offers = pd.DataFrame({"customer_id": list("abcd"), "promised_ts": at("2025-01-06"),
    ...     "sent_ts": [at("2025-01-05"), at("2025-01-06"), at("2025-01-08"), None]})
    >>> told = late_information(pd.DataFrame(), offers, late_days=[1, 3], as_of=at("2025-03-01"))
    >>> told[["promised", "days", "metric", "value"]].query("promised == 'quote'")
      promised days                metric  value
    1   quote  NaN         promised_late   0.50
    2   quote    1  promised_outstanding   0.50
    3   quote    3  promised_outstanding   0.25
    """
    groups = ["promised", *by]
    needs = lacking(contacts, ["contact_ts", "local_date", "promise_type", "promise_due_ts", "promise_done_ts"])
    of_quotes = ["quotes.promised_ts", "quotes.sent_ts"] if quotes is None else lacking(quotes, ["promised_ts", "sent_ts"], "quotes")
    features = lacking(contacts, by) if not needs else []
    lack = wanting("promised_late", "share", [*needs, *of_quotes] if needs and of_quotes else [], features, [*groups, "days"])
    if lack is not None:
        return lack
    end, parts = until(contacts, as_of), []
    if not needs:
        parts.append(_of_contacts(contacts, promise, end, by, direction, period, options))
    if quotes is not None and not of_quotes:
        parts.append(_of_quotes(quotes, end, by, period))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["cx_late"] > 0]
    if table.empty:
        return estimates.stack(none("promised_late", "share", [*groups, "days"]))
    told = [flagged(table, table["cx_late"].gt(AT_ONCE), over, "promised_late", options) for over in (list(by), groups)]
    table = table.assign(lateness=table["cx_late"].astype("float64") / DAY)
    rest = curve(table, "lateness", "cx_event", at=late_days, by=groups, metric="promised_outstanding", options=options)
    result = estimates.stack(*told, rest)
    order = [*groups, "days"]
    return result[[*order, *[name for name in result.columns if name not in order]]]


def _lateness(due: Any, done: Any, end: int, whole_hours: bool) -> dict[str, Any]:
    """Microseconds after the promised moment: :data:`AT_ONCE` when in time, below zero when not due yet."""
    there = ~done.is_null() & (done <= end)
    late = nw.when(there).then(done).otherwise(nw.lit(end)) - due
    if whole_hours:
        late = nw.when(late > 0).then((late + HOUR - 1) // HOUR * HOUR).otherwise(late)
    late = nw.when(late < AT_ONCE).then(nw.lit(AT_ONCE)).otherwise(late)
    return {"cx_late": nw.when(due > end).then(nw.lit(-1)).otherwise(late), "cx_event": nw.when(there).then(1).otherwise(0)}


def _of_contacts(
    contacts: IntoFrame, promise: str, end: int, by: Sequence[str], direction: str | None, period: Span | None, options: Sampling
) -> pd.DataFrame:
    frame = timed(contacts, ["promise_due_ts", "promise_done_ts"], direction, period)
    due, done = nw.col("cx_us_promise_due_ts"), nw.col("cx_us_promise_done_ts")
    frame = frame.filter((nw.col("promise_type") == promise) & ~due.is_null())
    columns = _lateness(due, done, end, size(contacts) > MANY)
    cluster = options.get("cluster") or "customer_id"
    table = counted(frame.to_native(), [*by, *columns], cluster=cluster, direction=None, columns=columns)
    return named(table, by).assign(promised="information")


def _of_quotes(quotes: IntoFrame, end: int, by: Sequence[str], period: Span | None) -> pd.DataFrame:
    have = nw.from_native(quotes).lazy().columns
    wanted = ["promised_ts", "sent_ts", *[name for name in ("customer_id", *by) if name in have]]
    table = picked(quotes, wanted).dropna(subset="promised_ts").reset_index(drop=True)
    if period is not None:
        day = table["promised_ts"].dt.tz_localize(None).dt.normalize()
        table = table[day.between(*(pd.Timestamp(at) for at in period))]
    due, done = microseconds(table["promised_ts"]), microseconds(table["sent_ts"])
    there = done.notna() & (done <= end)
    late = (done.where(there, float(end)) - due).clip(lower=AT_ONCE)
    own = "quote " + table.index.astype("str")
    whose = table["customer_id"].astype("str") if "customer_id" in table else pd.Series(pd.NA, index=table.index, dtype="str")
    shape = {name: table[name] if name in table else pd.Series(pd.NA, index=table.index, dtype="str") for name in by}
    found = pd.DataFrame(shape | {"cx_late": np.where(due > end, -1, late), "cx_event": there.astype("int64")}, index=table.index)
    return named(found.assign(cluster=whose.fillna(pd.Series(own, index=table.index)), n=1, weight=1.0, squares=1.0, promised="quote"), by)
