"""Promises with a date: whether they are kept, and how early customers hear that a date moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, headed, lacking, named, picked, wanting
from cxlib.contacts.service_standards.attainment import known_until, timed
from cxlib.estimates import Sampling

__all__ = ["change_notice", "dates_kept", "promises_kept"]


def promises_kept(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    as_of: datetime | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of what was promised in a contact (a call back, information) that was done by the time promised.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log, with ``promise_due_ts`` and ``promise_done_ts``.
    by : sequence of str
        Group columns: ``promise_type``, ``received_by`` …
    as_of, direction, period, **options
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES: ``promises_kept`` (``share`` of promises whose time has come; those not done are broken). Then counts:
        ``promises_open`` (among the broken: not done so far), and left out ``promises_ahead`` (their time is still to come) and
        ``done_before_contact``. Needs contacts.promise_due_ts and contacts.promise_done_ts.

    Notes
    -----
    Wilson interval on the clustered effective size. What is done early although the time is still to come is left out with the open ones,
    as deadlines are in :func:`attainment`.

    >>> at = lambda hour: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)
    >>> log = pd.DataFrame({"contact_ts": at(0), "local_date": pd.Timestamp("2025-01-06"), "weight": 1.0, "customer_id": list("abcd"),
    ...     "promise_due_ts": [at(2), at(2), at(2), at(90)], "promise_done_ts": [at(1), at(5), pd.NaT, pd.NaT]})
    >>> promises_kept(log, as_of=at(24).to_pydatetime())[["metric", "value", "n"]].round(2)
                    metric  value  n
    0        promises_kept   0.33  3
    1        promises_open   1.00  1
    2       promises_ahead   1.00  1
    3  done_before_contact   0.00  0
    """
    needs = lacking(contacts, ["contact_ts", "promise_due_ts", "promise_done_ts"])
    missing = wanting("promises_kept", "share", needs, lacking(contacts, by), by)
    if missing is not None:
        return missing
    frame = timed(contacts, ["contact_ts", "promise_due_ts", "promise_done_ts"], known_until(contacts, as_of))
    came, due, done = (nw.col(f"cx_us_{name}") for name in ("contact_ts", "promise_due_ts", "promise_done_ts"))
    kept = nw.when(done <= due).then(nw.lit("kept")).otherwise(nw.lit("late"))
    state = nw.when(done.is_null() | (done > nw.col("cx_us_until"))).then(nw.lit("open")).otherwise(kept)
    state = nw.when(due <= nw.col("cx_us_until")).then(state).otherwise(nw.lit("ahead"))
    state = nw.when(done < came).then(nw.lit("odd")).otherwise(state)
    columns = {"cx_state": state}
    frame = frame.filter(~due.is_null())
    cluster = options.get("cluster") or "customer_id"
    table = counted(frame.to_native(), [*by, "cx_state"], cluster=cluster, direction=direction, period=period, columns=columns)
    table = named(table, by)
    due_now = table[table["cx_state"].isin(("kept", "late", "open"))]
    parts = []
    if len(due_now):
        flagged = due_now.assign(flag=due_now["cx_state"].eq("kept").astype("float64"))
        parts.append(behind(estimates.share(flagged, "flag", by=by, metric="promises_kept", **clustered(options)), flagged, by))
    everywhere = table[list(by)].drop_duplicates() if by else pd.DataFrame(index=range(1))
    none = everywhere.assign(n=0, weight=0.0, squares=0.0)
    for kind, metric in (("open", "promises_open"), ("ahead", "promises_ahead"), ("odd", "done_before_contact")):
        parts.append(counts(pd.concat([table[table["cx_state"] == kind], none], ignore_index=True), by, metric))
    return estimates.stack(*parts)


def dates_kept(
    orders: IntoFrame,
    *,
    by: Sequence[str] = (),
    as_of: date | None = None,
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of orders delivered by the day first promised, and by the day last promised.

    Parameters
    ----------
    orders : pandas, DuckDB or PySpark frame
    by : sequence of str
        Columns of orders.
    as_of : date, optional
        Until when deliveries are known; left out: the last one.
    period : (first day, last day), optional
        Of the order.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by ``promise`` ("first", "last") and `by`: ``dates_kept`` (``share`` of orders whose day has passed; those not delivered
        are not kept, cancelled ones are left out) and ``days_late`` (``days``, median of what was delivered, early ones below zero).
        ``delivered_before_order`` (``count``) are left out. Needs orders.promised_first or promised_last, orders.delivered_date.

    Notes
    -----
    Systems overwrite promises: against the last one everybody is punctual. Where the first one is not kept, its row says so.

    >>> day = pd.to_datetime(["2025-01-10", "2025-01-10"])
    >>> sold = pd.DataFrame({"order_id": list("12"), "customer_id": list("ab"), "order_ts": pd.Timestamp("2025-01-02", tz="UTC"),
    ...     "promised_first": day, "promised_last": pd.to_datetime(["2025-01-10", "2025-01-20"]),
    ...     "delivered_date": pd.to_datetime(["2025-01-10", "2025-01-18"])})
    >>> told = dates_kept(sold)
    >>> told.loc[told["metric"].eq("dates_kept"), ["promise", "value", "n"]]
      promise  value  n
    0   first    0.5  2
    3    last    1.0  1
    """
    told = []
    settings: Any
    have = nw.from_native(orders).lazy().columns
    for which in ("first", "last"):
        needs = lacking(orders, ["order_ts", f"promised_{which}", "delivered_date"], "orders")
        if needs:
            told.append(headed(estimates.unanswerable("dates_kept", "share", needs, by=by), {"promise": which}))
            continue
        cluster = options.get("cluster") or "customer_id"
        columns = ["order_ts", f"promised_{which}", "delivered_date", *by, *(name for name in (cluster, "cancelled_ts") if name in have)]
        table = _promised(picked(orders, columns), f"promised_{which}", as_of, period)
        table, settings = _belonging(table, cluster), {**options, "cluster": "cx_cluster"}
        table = named(table, by)
        due = table[table["cx_state"].isin(("kept", "late"))]
        due = due.assign(flag=due["cx_state"].eq("kept").astype("float64"))
        if due.empty:
            told.append(headed(estimates.unanswerable("dates_kept", "share", [f"orders.promised_{which}"], by=by), {"promise": which}))
            continue
        told.append(headed(estimates.share(due, "flag", by=by, metric="dates_kept", **settings), {"promise": which}))
        late = due[due["days"].notna()]
        if len(late):
            middle = estimates.quantile(late, "days", 0.5, by=by, metric="days_late", unit="days", **settings)
            told.append(headed(middle, {"promise": which}))
        odd = table[table["cx_state"] == "odd"]
        number = estimates.rows.rows(pd.DataFrame(index=[0]), _count(len(odd), "delivered_before_order"))
        told.append(headed(number, {"promise": which}))
    return estimates.stack(*told)


def _promised(table: pd.DataFrame, promised: str, as_of: date | None, period: Span | None) -> pd.DataFrame:
    ordered = table["order_ts"].dt.tz_localize(None).dt.normalize()
    until = pd.Timestamp(as_of) if as_of is not None else table["delivered_date"].max()
    keep = table[promised].notna()
    if period is not None:
        keep &= ordered.between(pd.Timestamp(period[0]), pd.Timestamp(period[1]))
    if "cancelled_ts" in table:
        keep &= table["cancelled_ts"].isna()
    days = (table["delivered_date"] - table[promised]).dt.days.astype("float64")
    state = np.where(table[promised] >= until, "ahead", np.where(days <= 0, "kept", "late"))
    state = np.where(table["delivered_date"] < ordered, "odd", state)
    return table.assign(days=days, cx_state=state)[keep].reset_index(drop=True)


def change_notice(
    orders: IntoFrame,
    messages: IntoFrame,
    *,
    by: Sequence[str] = (),
    types: Sequence[str] = ("delay_notice",),
    ahead_days: Sequence[float] = (0, 3),
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How early customers hear that a promised date moves.

    Parameters
    ----------
    orders, messages : pandas, DuckDB or PySpark frame
        Orders that were late, or whose date was changed (``date_changes``), and the messages sent about them.
    by : sequence of str
        Columns of orders.
    types : sequence of str
        Types of messages that give notice.
    ahead_days : sequence of float
        Days before the promised day by which the notice has to be out.
    period, **options
        As in :func:`dates_kept`.

    Returns
    -------
    DataFrame
        ESTIMATES: ``noticed`` (``share`` of late orders with any notice); by ``ahead_days`` ``noticed_ahead`` (``share`` of late orders
        whose customer was told so many days before the day promised); ``notice_days`` (``days``, median among those told; below zero:
        afterwards). Needs orders.promised_first or promised_last, orders.delivered_date, messages.order_id, sent_ts and type.

    Notes
    -----
    An order is late when it came after the day first promised; where that day is not known, when its date was changed and it came after
    the requested day, or after the day last promised. The day promised is the first one known. The earliest notice counts.

    >>> day = pd.to_datetime(["2025-01-10", "2025-01-10", "2025-01-10"])
    >>> sold = pd.DataFrame({"order_id": list("123"), "customer_id": list("abc"), "order_ts": pd.Timestamp("2025-01-02", tz="UTC"),
    ...     "promised_first": day, "delivered_date": day + pd.to_timedelta([5, 5, 0], unit="D")})
    >>> sent = pd.DataFrame({"order_id": ["1"], "type": "delay_notice", "sent_ts": [pd.Timestamp("2025-01-08 09:00", tz="UTC")]})
    >>> change_notice(sold, sent)[["ahead_days", "metric", "value", "n"]]
      ahead_days         metric  value  n
    0        NaN        noticed    0.5  2
    1          0  noticed_ahead    0.5  2
    2          3  noticed_ahead    0.0  2
    3        NaN    notice_days    2.0  1
    """
    needs = lacking(messages, ["order_id", "sent_ts", "type"], "messages") + lacking(orders, ["order_id", "delivered_date"], "orders")
    have = [name for name in ("promised_first", "promised_last") if not lacking(orders, [name], "orders")]
    needs += [] if have else ["orders.promised_first"]
    missing = wanting("noticed", "share", needs, lacking(orders, by, "orders"), by)
    if missing is not None:
        return missing
    late = _late(orders, messages, [*have, "delivered_date"], by, types, period, options)
    cluster = options.get("cluster") or "customer_id"
    settings: Any
    late, settings = _belonging(late, cluster), {**options, "cluster": "cx_cluster"}
    late = named(late, by)
    if late.empty:
        return estimates.unanswerable("noticed", "share", ["orders.promised_first"], by=by)
    late = late.assign(flag=late["lead"].notna().astype("float64"))
    parts = [estimates.share(late, "flag", by=by, metric="noticed", **settings)]
    for days in ahead_days:
        flagged = late.assign(flag=(late["lead"] >= days).astype("float64"))
        parts.append(headed(estimates.share(flagged, "flag", by=by, metric="noticed_ahead", **settings), {"ahead_days": f"{days:g}"}))
    if late["lead"].notna().any():
        told = late[late["lead"].notna()]
        parts.append(estimates.quantile(told, "lead", 0.5, by=by, metric="notice_days", unit="days", **settings))
    return estimates.stack(*parts)


def _late(
    orders: IntoFrame,
    messages: IntoFrame,
    columns: Sequence[str],
    by: Sequence[str],
    types: Sequence[str],
    period: Span | None,
    options: Sampling,
) -> pd.DataFrame:
    """Late orders with the days between the first notice and the day promised (``lead``)."""
    have = nw.from_native(orders).lazy().columns
    cluster = options.get("cluster") or "customer_id"
    more = [name for name in (cluster, "order_ts", "cancelled_ts") if name in have]
    table = picked(orders, ["order_id", *columns, *by, *more])
    due = table["promised_first"] if "promised_first" in table else table["promised_last"]
    if "promised_first" in table and "promised_last" in table:
        due = due.fillna(table["promised_last"])
    keep = due.notna() & table["delivered_date"].notna() & (table["delivered_date"] > due)
    if period is not None and "order_ts" in table:
        keep &= table["order_ts"].dt.tz_localize(None).dt.normalize().between(pd.Timestamp(period[0]), pd.Timestamp(period[1]))
    if "cancelled_ts" in table:
        keep &= table["cancelled_ts"].isna()
    sent = picked(messages, ["order_id", "sent_ts", "type"])
    sent = sent[sent["type"].isin(list(types)) & sent["order_id"].notna()]
    first = sent.groupby("order_id")["sent_ts"].min().dt.tz_localize(None).dt.normalize()
    told = table["order_id"].map(first)
    return table.assign(lead=(due - told).dt.days.astype("float64"))[keep].reset_index(drop=True)


def _belonging(table: pd.DataFrame, cluster: str) -> pd.DataFrame:
    """Name what belongs together; an order without a customer belongs to nobody else's."""
    own = "order " + table.index.astype("str").to_series(index=table.index)
    return table.assign(cx_cluster=table[cluster].astype("str").fillna(own) if cluster in table else own)


def _count(number: int, metric: str) -> dict[str, Any]:
    return {"metric": metric, "value": float(number), "unit": "count", "n": number, "n_eff": float(number), "method": "count"}
