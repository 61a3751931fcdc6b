"""What we promise about answering, and how often we keep it.

Only deadlines that have passed can be kept or broken. A contact that is settled early although its deadline still lies ahead is left out
like one that is still open: counting the one and not the other would let the newest weeks look better than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clocked, clustered, counted, counts, filled, lacking, named, wanting
from cxlib.contacts.service_standards.clock import HOUR, Clock
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["DONE", "NOT_COUNTED", "attainment", "due_states", "known_until", "microseconds", "never_recorded", "targets", "timed"]

DONE = {"response": "first_response_ts", "resolution": "resolved_ts"}
COUNTS = {
    "open": "overdue_open",
    "ahead": "not_yet_due",
    "early": "settled_early",
    "none": "no_due_date",
    "odd": "settled_before_contact",
    "dark": "never_recorded",
}


NOT_COUNTED = (  # metrics of what enters no figure, since it cannot be or nothing is known of it
    "settled_before_contact",
    "closed_without_time",
    "never_recorded",
    "not_timed",
    "negative_waits",
    "wait_unknown",
    "done_before_contact",
    "delivered_before_order",
    "negative_amounts",
)


def attainment(
    contacts: IntoFrame,
    service_levels: pd.DataFrame | None = None,
    *,
    by: Sequence[str] = (),
    event: Literal["response", "resolution"] = "resolution",
    clock: Clock | None = None,
    as_of: datetime | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of contacts answered or settled by their deadline.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log. The deadline is ``due_ts`` where no standards are given.
    service_levels : DataFrame, optional
        Standards by reason or channel; the deadline is then the contact's time plus ``response_h`` or ``resolution_h``, a reason's
        standard before a channel's.
    by : sequence of str
        Group columns.
    event : {"response", "resolution"}
        What has to happen by then: the first answer (``first_response_ts``) or the solution (``resolved_ts``).
    clock : Clock, optional
        From :func:`clock`: what standards on the business clock are counted by. Left out, only those on the calendar clock count.
    as_of : timezone-aware datetime, optional
        Until when the log is known. Left out: the newest contact, answer or solution in it.
    direction, period
        As in :func:`cxlib.contacts.volume.by_hour`; the period is that of the contacts' arrival.
    **options
        See :class:`cxlib.estimates.Sampling`. ``cluster`` is ``customer_id`` when left out; contacts in which it is missing belong
        together by day.

    Returns
    -------
    DataFrame
        ESTIMATES. ``on_time_share``, unit ``share``: met over all whose deadline has passed; open ones among them are missed. Then six
        counts: ``overdue_open`` (among the missed: still open); not in the share are ``not_yet_due`` (open), ``settled_early`` (settled,
        and the deadline still lies ahead), ``no_due_date``, ``settled_before_contact`` (settled before it came, which cannot be) and
        ``never_recorded`` (has a deadline, and comes from a channel or source in which the log holds no such time at all).
        Needs "contacts.due_ts" and "contacts.resolved_ts" or "contacts.first_response_ts".

    Notes
    -----
    Σw met / Σw due; Wilson interval on the clustered effective size. A reply at the very second of the deadline is on time. On the
    business clock what counts is the time open between the contact and its reply, so a reply after closing time is as good as one at it.

    >>> at = lambda day: pd.Timestamp(f"2025-01-{day}", tz="UTC")
    >>> log = pd.DataFrame({"contact_ts": at("06"), "local_date": pd.Timestamp("2025-01-06"), "weight": 1.0,
    ...     "due_ts": [at("08"), at("08"), at("08"), at("20"), at("20")],
    ...     "resolved_ts": [at("07"), at("09"), None, at("10"), None]})
    >>> attainment(log)[["metric", "value", "n"]].round(2)
              metric  value  n
    0  on_time_share   0.33  3
    1   overdue_open   1.00  1
    2    not_yet_due   1.00  1
    3  settled_early   1.00  1
    4    no_due_date   0.00  0
    5  settled_before_contact   0.00  0
    6  never_recorded   0.00  0
    """
    done = DONE[event]
    hours = f"{event}_h"
    needs = lacking(contacts, ["contact_ts", *(["due_ts"] if service_levels is None else []), done])
    if service_levels is not None:
        needs += lacking(service_levels, [hours, "clock"], "service_levels")
    missing = wanting("on_time_share", "share", needs, lacking(contacts, by), by)
    if missing is not None:
        return missing
    frame = due_states(contacts, service_levels, event, clock, known_until(contacts, as_of))
    cluster = options.get("cluster") or "customer_id"
    table = counted(frame.to_native(), [*by, "due_state"], cluster=cluster, direction=direction, period=period)
    table = named(table, by)
    return _told(table, by, options)


def targets(service_levels: pd.DataFrame, *, event: Literal["response", "resolution"] = "response") -> pd.DataFrame:
    """What is promised on each channel, and how often it is meant to be kept.

    Parameters
    ----------
    service_levels : DataFrame
        Standards: ``channel``, ``response_h`` or ``resolution_h``, ``clock``, ``target_share``.
    event : {"response", "resolution"}

    Returns
    -------
    DataFrame
        ESTIMATES by ``channel``: ``target_hours`` (``h``; hours on the business clock where the method says so) and ``target_share``
        (``share``). Needs service_levels.channel and its hours.

    >>> table = pd.DataFrame({"channel": ["email"], "response_h": [8.0], "clock": ["business"], "target_share": [0.9]})
    >>> targets(table)[["channel", "metric", "value", "method"]].values.tolist()
    [['email', 'target_hours', 8.0, 'standard, business clock'], ['email', 'target_share', 0.9, 'standard']]
    """
    hours = f"{event}_h"
    needs = lacking(service_levels, ["channel", hours, "clock", "target_share"], "service_levels")
    if needs:
        return estimates.unanswerable("target_hours", "h", needs, by=["channel"])
    own = service_levels[service_levels["channel"].notna() & service_levels[hours].notna()].drop_duplicates("channel")
    method = "standard, " + own["clock"].astype("str") + " clock"
    channel = own[["channel"]]
    limit = rows(channel, {"metric": "target_hours", "value": own[hours].astype("float64"), "unit": "h", "method": method})
    share = {"metric": "target_share", "value": own["target_share"].astype("float64"), "unit": "share", "method": "standard"}
    return estimates.stack(limit, rows(channel, share))


def _told(table: pd.DataFrame, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    everywhere = table[list(by)].drop_duplicates() if by else pd.DataFrame(index=range(1))
    parts = []
    due = table[table["due_state"].isin(("met", "late", "open"))]
    if len(due):
        flagged = due.assign(flag=(due["due_state"] == "met").astype("float64"))
        met = estimates.share(flagged, "flag", by=by, metric="on_time_share", **clustered(options))
        parts.append(behind(met, due, by))
    for state, metric in COUNTS.items():
        seen = everywhere.assign(n=0, weight=0.0, squares=0.0, due_state=state)
        seen = pd.concat([table[table["due_state"] == state], seen], ignore_index=True)
        parts.append(counts(seen, by, metric))
    return estimates.stack(*parts)


def due_states(
    contacts: IntoFrame, service_levels: pd.DataFrame | None, event: str, clock: Clock | None, until: datetime
) -> nw.LazyFrame[Any]:
    """Return the contacts, not yet read, with ``due_state``: met, late, open (and overdue), ahead, early, none, odd (before it came), dark.

    Dark is what comes from a channel or source in which such times are never recorded.
    """
    done, hours = DONE[event], f"{event}_h"
    if service_levels is None:
        frame, state = timed(contacts, ["contact_ts", "due_ts", done], until), _by_due_date(done)
    else:
        frame = timed(contacts, ["contact_ts", done], until, clock)
        state = _by_standard(service_levels, frame.columns, done, hours)
    odd = nw.col(f"cx_us_{done}") < nw.col("cx_us_contact_ts")
    state = nw.when(odd).then(nw.lit("odd")).otherwise(state)
    for name, dark in never_recorded(frame, done).items():
        judged = nw.col(name).is_in(dark) & (state != nw.lit("none"))
        state = nw.when(judged).then(nw.lit("dark")).otherwise(state)
    return frame.with_columns(due_state=state)


def timed(contacts: IntoFrame, columns: Sequence[str], until: datetime, clock: Clock | None = None) -> nw.LazyFrame[Any]:
    """Return the contacts, not yet read, with their moments and `until` as whole microseconds: ``cx_us_COLUMN``, ``cx_us_until``; where a
    clock is given also ``cx_open_us_…``, how long the unit had been open by then.
    """
    frame = clocked(nw.from_native(contacts).lazy(), columns)
    frame = frame.with_columns(cx_us_until=nw.lit(microseconds(until)).cast(nw.Int64))
    return frame if clock is None else clock.counted(frame, [*columns, "until"])


def never_recorded(frame: nw.LazyFrame[Any], done: str) -> dict[str, list[str]]:
    """Return the channels and sources in which not one contact has the time asked for: there nobody writes it down."""
    found: dict[str, list[str]] = {}
    for name in [key for key in ("channel", "source") if key in frame.columns]:
        told = frame.group_by(name).agg(cx_told=nw.col(f"cx_us_{done}").count()).collect().to_pandas()
        dark = sorted(told.loc[(told["cx_told"] == 0) & told[name].notna(), name])
        if dark:
            found[name] = dark
    return found


def _by_due_date(done: str) -> Any:
    """State of a contact by its own deadline: met, late, open (and overdue), ahead or early (deadline still to come), or none."""
    due, settled = nw.col("cx_us_due_ts"), nw.col(f"cx_us_{done}")
    return _state(due.is_null(), due <= nw.col("cx_us_until"), settled.is_null(), settled <= due)


def _by_standard(service_levels: pd.DataFrame, have: Sequence[str], done: str, hours: str) -> Any:
    """State by the standard of the contact's reason or channel, as one chain of conditions."""
    ways = {"calendar": "cx_us_", "business": "cx_open_us_"}
    state: Any = nw.lit("none")
    for key in ("channel", "reason_id"):  # the last one asked wraps the others, so a reason comes before a channel
        if key not in have or key not in service_levels:
            continue
        there = service_levels[key].notna() & service_levels[hours].notna()
        for level, limit, kind in service_levels.loc[there, [key, hours, "clock"]].itertuples(index=False):
            if f"{ways[kind]}until" not in have:
                continue
            began, settled, until = (nw.col(f"{ways[kind]}{name}") for name in ("contact_ts", done, "until"))
            grace = round(float(limit) * HOUR)
            unsettled = nw.col(f"cx_us_{done}").is_null()
            own = _state(began.is_null(), until - began >= grace, unsettled, settled - began <= grace)
            state = nw.when(nw.col(key) == level).then(own).otherwise(state)
    return state


def _state(without: Any, passed: Any, unsettled: Any, in_time: Any) -> Any:
    settled = nw.when(unsettled).then(nw.lit("open")).otherwise(nw.when(in_time).then(nw.lit("met")).otherwise(nw.lit("late")))
    ahead = nw.when(unsettled).then(nw.lit("ahead")).otherwise(nw.lit("early"))
    due = nw.when(passed).then(settled).otherwise(ahead)
    return nw.when(without).then(nw.lit("none")).otherwise(due)


def known_until(contacts: IntoFrame, as_of: datetime | None) -> datetime:
    """Return until when the log is known: as said, or the last moment that it shows, since nothing after it can be known.

    Raises
    ------
    DataError
        When `as_of` has no time zone.
    """
    until = as_of or _newest(contacts)
    if until.tzinfo is None:
        raise DataError(worded("as_of", "has no time zone:", until.isoformat(), do="Give it one; a deadline is a moment, not a day."))
    return until


def microseconds(moment: datetime) -> int:
    """Return a moment as whole microseconds since 1970.

    >>> from datetime import UTC
    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return int(pd.Timestamp(moment).value // 1000)


def _newest(contacts: IntoFrame) -> datetime:
    """The last moment that the log shows: nothing after it can be known."""
    columns = [name for name, count in filled(contacts, ["contact_ts", *DONE.values()]).items() if count]
    frame = nw.from_native(contacts).lazy().select(*[nw.col(name).max().alias(name) for name in columns]).collect()
    return max(pd.Timestamp(moment).to_pydatetime() for moment in frame.rows()[0])
