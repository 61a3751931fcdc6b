"""How long answers and solutions take, those that have not come yet included.

Who has no answer yet has waited as long as the log is known, and counts for as long as that (Kaplan and Meier). Leaving the open ones out
would let those look fast who never answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, headed, lacking, named, size, wanting, within
from cxlib.contacts.service_standards.attainment import DONE, known_until, never_recorded, timed
from cxlib.contacts.service_standards.clock import HOUR, Clock
from cxlib.estimates import Sampling

__all__ = ["CLOSED", "MANY", "follow_up_replies", "largest", "response_curves", "times", "turned"]

Event = Literal["response", "resolution"]
CLOSED = ("closed", "Closed", "resolved", "geschlossen", "erledigt")  # words of `status` after which nothing is open
MANY = 1_000_000  # contacts beyond which times are told to the quarter of an hour instead of the second
SECOND, QUARTER = 1_000_000, HOUR // 4
LEFT_OUT = {"odd": "settled_before_contact", "lost": "closed_without_time", "dark": "never_recorded", "none": "not_timed"}


def times(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    event: Event = "resolution",
    q: Sequence[float] = (0.5, 0.9),
    clock: Clock | None = None,
    as_of: datetime | None = None,
    closed: Sequence[str] = CLOSED,
    min_n: int = 7,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Hours until the first answer, or the solution: quantiles by Kaplan and Meier, with those still open.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    by : sequence of str
        Group columns.
    event : {"response", "resolution"}
        ``first_response_ts`` or ``resolved_ts``.
    q : sequence of float
        Shares of all by which the time is told: 0.5 for the median.
    clock : Clock, optional
        From :func:`clock`: hours while somebody was there. Left out: hours of the calendar.
    as_of : timezone-aware datetime, optional
        Until when the log is known; left out: its last moment.
    closed : sequence of str
        Words of ``status`` after which a contact is no longer open; one without a time is left out and counted.
    min_n : int
        Contacts that have to be open still at a time for it to be told.
    direction, period, **options
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``event``, ``clock`` ("calendar", "business"), ``quantile`` and `by`: ``response_time`` or ``resolution_time`` (``h``).
        Then counts: ``still_open`` (in the figures, for as long as they have been), and left out of them ``settled_before_contact``,
        ``closed_without_time``, ``never_recorded`` (of a channel or source in which the log holds no such time at all) and ``not_timed``
        (without a time, or from outside of the clock's calendar). Needs contacts.contact_ts, contacts.first_response_ts or resolved_ts.

    Notes
    -----
    The first time t with S(t) ≤ 1 − q. Times are told to the second, in logs of more than a million contacts to the quarter of an hour,
    rounded up. A time of nothing (answered while closed, on the business clock) counts as a second.

    >>> at = lambda hour: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)
    >>> log = pd.DataFrame({"contact_ts": at(0), "resolved_ts": [at(1), at(2), at(5), None], "weight": 1.0, "customer_id": list("abcd"),
    ...     "local_date": pd.Timestamp("2025-01-06")})
    >>> times(log, q=[0.5], min_n=1, as_of=at(8))[["metric", "value", "n"]]
                       metric  value  n
    0         resolution_time    2.0  4
    1              still_open    1.0  1
    2  settled_before_contact    0.0  0
    3     closed_without_time    0.0  0
    4          never_recorded    0.0  0
    5               not_timed    0.0  0
    """
    done, metric = DONE[event], f"{event}_time"
    said = "calendar" if clock is None else "business"
    missing = wanting(metric, "h", lacking(contacts, ["contact_ts", done]), lacking(contacts, by), by)
    if missing is not None:
        return headed(missing, {"event": event, "clock": said})
    table = _lasted(contacts, by, done, clock, as_of, closed, direction, period, options)
    there = table[table["cx_state"].isin(("done", "open"))]
    parts = []
    for share in q:
        if len(there):
            found = estimates.survival_quantile(
                there, "hours", "event", share, by=by, metric=metric, unit="h", min_n=min_n, **clustered(options)
            )
            parts.append(headed(behind(found, there, by), {"event": event, "clock": said, "quantile": f"{share:g}"}))
    counted_by = {"open": "still_open"} | LEFT_OUT
    parts += [headed(_number(table, by, state, name), {"event": event, "clock": said}) for state, name in counted_by.items()]
    return estimates.stack(*parts)


def response_curves(
    contacts: IntoFrame,
    *,
    hours: Sequence[float],
    by: Sequence[str] = (),
    event: Event = "response",
    clock: Clock | None = None,
    as_of: datetime | None = None,
    closed: Sequence[str] = CLOSED,
    min_n: int = 7,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of contacts answered, or settled, within some hours.

    Parameters as in :func:`times`; `hours` are those at which the share is told.

    Parameters
    ----------
    event : {"response", "resolution"}
        Until what the time runs.
    as_of : datetime, optional
        Until when the log is known; the last moment in it when left out.
    closed : sequence of str
        Words of ``status`` that say that a contact is settled.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``clock``, `by` and ``hours``: ``answered_within`` or ``settled_within``, unit ``share``, 1 − S of Kaplan and Meier.

    >>> at = lambda hour: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)
    >>> log = pd.DataFrame({"contact_ts": at(0), "first_response_ts": [at(1), at(2), at(5), None], "weight": 1.0,
    ...     "customer_id": list("abcd"), "local_date": pd.Timestamp("2025-01-06")})
    >>> response_curves(log, hours=[1, 4], min_n=1, as_of=at(8))[["hours", "metric", "value", "n"]]
      hours           metric  value  n
    0     1  answered_within   0.25  4
    1     4  answered_within   0.50  4
    """
    done, metric = DONE[event], {"response": "answered_within", "resolution": "settled_within"}[event]
    said = "calendar" if clock is None else "business"
    missing = wanting(metric, "share", lacking(contacts, ["contact_ts", done]), lacking(contacts, by), [*by, "hours"])
    if missing is not None:
        return headed(missing, {"clock": said})
    table = _lasted(contacts, by, done, clock, as_of, closed, direction, period, options)
    there = table[table["cx_state"].isin(("done", "open"))]
    if there.empty:
        return headed(estimates.unanswerable(metric, "share", [f"contacts.{done}"], by=[*by, "hours"]), {"clock": said})
    found = turned(estimates.survival(there, "hours", "event", at=hours, by=by, metric=metric, min_n=min_n, **clustered(options)))
    return headed(behind(found.rename(columns={"days": "hours"}), there, by), {"clock": said})


def largest(curves: pd.DataFrame, column: str, most: int) -> pd.DataFrame:
    """Return the rows of those levels of a column that have the most contacts behind them, in the order of the table.

    Parameters
    ----------
    curves : DataFrame
        ESTIMATES by the column: rows of :func:`response_curves`, for one.

    >>> table = pd.DataFrame({"channel": ["a", "b", "c"], "value": [0.1, 0.2, 0.3], "n": [5, 9, 7]})
    >>> largest(table, "channel", 2)["channel"].to_list()
    ['b', 'c']
    """
    if column not in curves or curves[column].isna().all():
        return curves
    sizes = curves[curves["value"].notna()].groupby(column)["n"].max().sort_values(ascending=False, kind="stable")
    return curves[curves[column].isin(sizes.index[:most])] if len(sizes) else curves


def turned(survival: pd.DataFrame) -> pd.DataFrame:
    """Return shares that have had the event in place of those that have not."""
    result = survival.assign(value=1 - survival["value"], low=1 - survival["high"], high=1 - survival["low"])
    if "draws" in result:
        result["draws"] = result["draws"].map(lambda drawn: drawn if drawn is None or np.ndim(drawn) == 0 else 1 - drawn)
    return result


def follow_up_replies(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    thread: str = "thread_id",
    q: Sequence[float] = (0.5, 0.9),
    clock: Clock | None = None,
    as_of: datetime | None = None,
    closed: Sequence[str] = CLOSED,
    min_n: int = 7,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Hours until the answer where customers come back in a thread, beside the first message of the thread.

    Parameters as in :func:`times`; `thread` is the column that says which messages follow on each other.

    Parameters
    ----------
    q : sequence of float
        Quantiles, 0 to 1.
    clock : Clock, optional
        Opening hours that time is counted in; calendar hours when left out.
    as_of : datetime, optional
        Until when the log is known; the last moment in it when left out.
    closed : sequence of str
        Words of ``status`` that say that a contact is settled.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        As :func:`times`, by ``position`` ("first", "follow_up") too; contacts without a thread are left out. Messages at the same moment
        are ordered by their ids.

    >>> at = lambda hour: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)
    >>> log = pd.DataFrame({"contact_id": list("123"), "case_id": "v", "customer_id": "a", "weight": 1.0,
    ...     "contact_ts": [at(0), at(10), at(20)], "first_response_ts": [at(1), at(14), at(24)], "local_date": pd.Timestamp("2025-01-06")})
    >>> told = follow_up_replies(log, thread="case_id", q=[0.5], min_n=1)
    >>> told.loc[told["metric"].eq("response_time"), ["position", "value", "unit", "n"]]
        position  value unit  n
    0      first    1.0    h  1
    1  follow_up    4.0    h  2
    """
    needs = lacking(contacts, ["contact_ts", "first_response_ts", thread])
    if needs:
        return headed(
            estimates.unanswerable("response_time", "h", needs, by=["position", *by]),
            {"event": "response", "clock": "business" if clock else "calendar"},
        )
    frame = within(contacts, direction, None)
    names = frame.columns
    order = ["contact_ts", *(["contact_id"] if "contact_id" in names else [])]
    frame = frame.filter(~nw.col(thread).is_null() & ~nw.col("contact_ts").is_null())
    frame = frame.with_columns(cx_before=nw.col("contact_ts").shift(1).over(thread, order_by=order))
    place = nw.when(nw.col("cx_before").is_null()).then(nw.lit("first")).otherwise(nw.lit("follow_up"))
    frame = frame.with_columns(position=place).drop("cx_before")
    return times(
        frame.to_native(),
        by=["position", *by],
        event="response",
        q=q,
        clock=clock,
        as_of=as_of or known_until(contacts, None),
        closed=closed,
        min_n=min_n,
        direction=None,
        period=period,
        **options,
    )


def _lasted(
    contacts: IntoFrame,
    by: Sequence[str],
    done: str,
    clock: Clock | None,
    as_of: datetime | None,
    closed: Sequence[str],
    direction: str | None,
    period: Span | None,
    options: Sampling,
) -> pd.DataFrame:
    """Contacts by how long they took, or have been open (hours, event), and by what state they are in."""
    frame = timed(contacts, ["contact_ts", done], known_until(contacts, as_of), clock)
    names = frame.columns
    way = "cx_us_" if clock is None else "cx_open_us_"
    began, ended, until = (nw.col(f"{way}{name}") for name in ("contact_ts", done, "until"))
    settled = ~nw.col(f"cx_us_{done}").is_null() & (nw.col(f"cx_us_{done}") <= nw.col("cx_us_until"))
    over = nw.col("status").is_in(list(closed)) if "status" in names and done == "resolved_ts" else nw.lit(False)
    state = nw.when(settled).then(nw.lit("done")).otherwise(nw.when(over).then(nw.lit("lost")).otherwise(nw.lit("open")))
    state = nw.when(nw.col(f"cx_us_{done}") < nw.col("cx_us_contact_ts")).then(nw.lit("odd")).otherwise(state)
    for name, dark in never_recorded(frame, done).items():
        state = nw.when(nw.col(name).is_in(dark)).then(nw.lit("dark")).otherwise(state)
    unknown = began.is_null() | (nw.col("cx_us_contact_ts") >= nw.col("cx_us_until"))
    state = nw.when(unknown).then(nw.lit("none")).otherwise(state)
    step = SECOND if size(contacts) <= MANY else QUARTER
    lasted = nw.when(settled).then(ended).otherwise(until) - began
    lasted = nw.when(lasted > 0).then(lasted).otherwise(nw.lit(0)) + (step - 1)
    columns: dict[str, Any] = {"cx_state": state, "cx_steps": ((lasted - lasted % step) // step).cast(nw.Float64)}
    cluster = options.get("cluster") or "customer_id"
    table = counted(frame.to_native(), [*by, "cx_state", "cx_steps"], cluster=cluster, direction=direction, period=period, columns=columns)
    hours = table["cx_steps"].astype("float64").clip(lower=1) * (step / HOUR)
    return named(table.assign(hours=hours, event=table["cx_state"].eq("done").astype("float64")), by)


def _number(table: pd.DataFrame, by: Sequence[str], state: str, metric: str) -> pd.DataFrame:
    """How many contacts are in a state, with a row for every group."""
    everywhere = table[list(by)].drop_duplicates() if by else pd.DataFrame(index=range(1))
    none = everywhere.assign(n=0, weight=0.0, squares=0.0)
    return counts(pd.concat([table[table["cx_state"] == state], none], ignore_index=True), by, metric)
