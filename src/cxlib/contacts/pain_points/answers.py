"""P01: enquiries that are answered late or never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import MANY, Span, counted, counts, lacking, named, size, wanting
from cxlib.contacts.pain_points._figures import HOUR, curve, none, timed, until
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling

__all__ = ["WRITTEN", "unanswered"]

WRITTEN = ("email", "web_form", "fax", "letter", "social")


def unanswered(
    contacts: IntoFrame,
    *,
    channels: Sequence[str] = WRITTEN,
    at_hours: Sequence[float] = (4, 24, 48, 168),
    given_up_days: float = 30,
    as_of: datetime | None = None,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many enquiries still have no answer after some hours, and how many never get one.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``first_response_ts``.
    channels : sequence of str
        Channels in which an answer is waited for. One in which the log records no answer at all is left out and counted.
    at_hours : sequence of float
        Hours after the enquiry, on the calendar clock, at which the share without an answer is told.
    given_up_days : float
        After so many days without one, an answer never comes.
    as_of : timezone-aware datetime, optional
        Until when the log is known; the newest contact when left out.
    by, direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``after_hours``: ``unanswered_share`` (``share``), and ``never_answered`` (``share``, without them).
        Counts of what is in neither: ``answers_not_recorded`` (contacts of channels without any answer) and ``answered_before_contact``.

    Raises
    ------
    CxError
        When an hour lies beyond `given_up_days`.

    Notes
    -----
    Kaplan–Meier: enquiries without an answer are watched until the log ends, so that young ones count neither as answered nor as never
    answered. Beyond a million contacts answers come at whole hours, rounded up.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"channel": "email", "customer_id": list("abcd"), "contact_ts": at("2025-01-06 08:00"),
    ...     "first_response_ts": [at("2025-01-06 10:00"), at("2025-01-07 10:00"), at("2025-01-06 09:00"), None],
    ...     "local_date": pd.Timestamp("2025-01-06")})
    >>> unanswered(log, at_hours=[4], as_of=at("2025-03-01"))[["after_hours", "metric", "value"]].head(2)
      after_hours            metric  value
    0     4  unanswered_share   0.50
    1   NaN    never_answered   0.25
    """
    limit = round(given_up_days * 24 * HOUR)
    if max(at_hours, default=0) * HOUR >= limit:
        raise CxError(worded("at_hours", f"{max(at_hours):g} hours lie beyond given_up_days:", f"{given_up_days:g}", do="Choose less."))
    groups = [*by, "after_hours"]
    needs = lacking(contacts, ["contact_ts", "local_date", "channel", "first_response_ts"])
    lack = wanting("unanswered_share", "share", needs, lacking(contacts, by), groups)
    if lack is not None:
        return lack
    frame = timed(contacts, ["contact_ts", "first_response_ts"], direction, period)
    frame = frame.filter(nw.col("channel").is_in(list(channels)))
    columns = _waits(until(contacts, as_of), limit, whole_hours=size(contacts) > MANY)
    keys = list(dict.fromkeys([*by, "channel", *columns]))
    table = counted(frame.to_native(), keys, cluster=options.get("cluster") or "customer_id", direction=None, columns=columns)
    known = table.groupby("channel")["cx_event"].transform("max").gt(0)
    odd, silent = table[table["cx_taken"] < 0], table[~known & (table["cx_taken"] >= 0)]
    table, odd, silent = (named(part, by) for part in (table[known & (table["cx_taken"] > 0)], odd, silent))
    parts = [_curve(table, at_hours, given_up_days * 24, by, options)] if len(table) else [none("unanswered_share", "share", groups)]
    aside = {"answers_not_recorded": silent, "answered_before_contact": odd}
    parts += [counts(part, by, metric) for metric, part in aside.items() if len(part)]
    return estimates.stack(*parts)


def _waits(end: int, limit: int, *, whole_hours: bool) -> dict[str, Any]:
    """Microseconds until the answer, or until nobody watched any more; below zero where it came before the contact."""
    asked, first = nw.col("cx_us_contact_ts"), nw.col("cx_us_first_response_ts")
    answered = ~first.is_null() & (first <= end)
    taken = nw.when(answered).then(first).otherwise(nw.lit(end)) - asked
    taken = nw.when(answered & (taken == 0)).then(nw.lit(1)).otherwise(taken)  # at once: an event at no time at all is none
    if whole_hours:
        taken = nw.when(taken > 0).then((taken + HOUR - 1) // HOUR * HOUR).otherwise(taken)
    event = nw.when(answered & (taken <= limit)).then(1).otherwise(0)
    kept = nw.when(taken > limit).then(nw.lit(limit + HOUR)).otherwise(taken)
    before = answered & (first < asked)
    return {"cx_taken": nw.when(before).then(nw.lit(-1)).otherwise(nw.when(kept < 0).then(nw.lit(0)).otherwise(kept)), "cx_event": event}


def _curve(table: pd.DataFrame, at_hours: Sequence[float], never: float, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    table = table.assign(hours=table["cx_taken"].astype("float64") / HOUR)
    at = [*at_hours, never]
    shares = curve(table, "hours", "cx_event", at=at, by=by, metric="unanswered_share", options=options).rename(
        columns={"days": "after_hours"}
    )
    last = shares["after_hours"].eq(f"{never:g}")
    return estimates.stack(shares[~last], shares[last].drop(columns="after_hours").assign(metric="never_answered"))
