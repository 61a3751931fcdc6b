"""P06: delays that nobody announced, and how much more customers ask then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, lacking, picked, within
from cxlib.contacts.pain_points._figures import none, rate_ratio
from cxlib.contacts.pain_points.deliveries import deliveries
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling

__all__ = ["announced", "delay_notice"]

UNIT = "per 100 orders"
NOTICE = "delay_notice"


def delay_notice(
    orders: IntoFrame,
    messages: IntoFrame,
    contacts: IntoFrame | None = None,
    *,
    delayed: Literal["late", "moved"] = "late",
    reasons: Sequence[str] = (),
    lead_days: int = 7,
    most: int = 20_000,
    as_of: date | None = None,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of delayed orders that were announced by the promised day, and contacts on them with and without a notice.

    Parameters
    ----------
    orders, as_of, by, period
        As in :func:`cxlib.contacts.pain_points.delivery_dates`; needs ``promised_first``: against an overwritten promise nothing is late.
    messages : DataFrame
        ``type``, ``order_id`` and ``sent_ts``; a notice has the type "delay_notice".
    contacts : pandas, DuckDB or PySpark frame, optional
        The contact log with ``order_id``.
    delayed : {"late", "moved"}
        What a delay is: delivered after the day first promised; or that, and the date was moved, so that the house knew of it.
    reasons : sequence of str
        Reasons of enquiries about delivery; contacts for these alone are told as well.
    lead_days : int
        Contacts count from so many days before the promised day until the delivery.
    most : int
        Delayed orders looked at for their contacts; drawn at random where there are more.
    direction
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``notice`` ("in_time", "none"): ``delayed_orders`` (``share`` of the orders due), ``delay_announced`` and
        ``delay_announced_late`` (``share`` of the delayed orders); over all groups ``contacts_per_delayed`` (``per 100 orders``, contacts
        that name the order) and ``notice_contact_ratio`` (``ratio``, with a notice over without one), and both once more for `reasons`:
        ``enquiries_per_delayed``, ``notice_enquiry_ratio``. ``n`` counts orders.

    Notes
    -----
    A notice of the promised day itself still counts as in time. Who gets a notice may differ in other things too: the ratio says what goes
    along with it.

    >>> day = lambda number: pd.Timestamp("2026-01-05") + pd.Timedelta(days=number)
    >>> sold = pd.DataFrame({"order_id": list("abc"), "customer_id": list("abc"), "promised_first": day(0), "delivered_date": day(4)})
    >>> sent = pd.DataFrame({"order_id": ["a"], "type": "delay_notice", "sent_ts": day(-1).tz_localize("UTC")})
    >>> delay_notice(sold, sent, as_of=day(60))[["metric", "value"]].round(2).head(2)
                metric  value
    0   delayed_orders   1.00
    1  delay_announced   0.33
    """
    groups = [*by, "notice"]
    needs = lacking(orders, ["order_id", "promised_first", "delivered_date"], "orders")
    needs += lacking(messages, ["type", "order_id", "sent_ts"], "messages")
    needs = needs or lacking(orders, [*(["date_changes"] if delayed == "moved" else []), *by], "orders")
    if needs:
        return estimates.stack(estimates.unanswerable("delay_announced", "share", needs, by=groups))
    table = announced(orders, messages, delayed=delayed, as_of=as_of, by=by, period=period)
    chance: Sampling = {**options, "weight": None, "cluster": options.get("cluster") or "customer_id"}
    late = table[table["late"] == 1]
    if late.empty:
        return estimates.stack(none("delay_announced", "share", groups))
    parts = [
        estimates.share(table, "late", by=by, metric="delayed_orders", **chance),
        estimates.share(late, "told", by=by, metric="delay_announced", **chance),
        estimates.share(late, "told_late", by=by, metric="delay_announced_late", **chance),
    ]
    parts += _contacts(contacts, late, reasons, lead_days, most, direction, chance)
    return estimates.stack(*parts)


def announced(
    orders: IntoFrame,
    messages: IntoFrame,
    *,
    delayed: Literal["late", "moved"] = "late",
    as_of: date | None = None,
    by: Sequence[str] = (),
    period: Span | None = None,
) -> pd.DataFrame:
    """Return the orders whose first promised day is over: ``late``, told of it by that day (``told``) or after it (``told_late``)."""
    table = deliveries(orders, by=by, period=period)
    until = pd.Timestamp(as_of) if as_of is not None else table["delivered_date"].max()
    table = table[table["promised_first"].notna() & (table["promised_first"] < until)]
    arrived = table["delivered_date"].where(table["delivered_date"] <= until, until)
    notes = picked(messages, ["type", "order_id", "sent_ts"]).dropna()
    notes = notes[notes["type"] == NOTICE]
    first = notes.assign(day=local_day(notes["sent_ts"])).groupby("order_id")["day"].min()
    told = table["order_id"].map(first)
    late = arrived > table["promised_first"]
    if delayed == "moved":
        late &= table["date_changes"].fillna(0) > 0
    in_time, after = told <= table["promised_first"], told > table["promised_first"]
    flags = {"late": late, "told": in_time, "told_late": after}
    return table.assign(end=arrived, **{name: flag.astype("float64") for name, flag in flags.items()})


def _contacts(
    contacts: IntoFrame | None,
    late: pd.DataFrame,
    reasons: Sequence[str],
    lead_days: int,
    most: int,
    direction: str | None,
    options: Sampling,
) -> list[pd.DataFrame]:
    """Contacts per delayed order with and without a notice in time: all that name the order, and those for `reasons`."""
    kinds: dict[str, tuple[str, list[str]]] = {"contacts_per_delayed": ("notice_contact_ratio", [])}
    kinds |= {"enquiries_per_delayed": ("notice_enquiry_ratio", list(reasons))} if reasons else {}
    late = late.sample(min(most, len(late)), random_state=options.get("seed", 1)).sort_index()
    late = late.assign(exposure=1.0, notice=np.where(late["told"] == 1, "in_time", "none"))
    parts = []
    for metric, (ratio, chosen) in kinds.items():
        needs = (
            ["contacts.order_id"] if contacts is None else lacking(contacts, ["local_date", "order_id", *(["reason_id"] if chosen else [])])
        )
        if needs or contacts is None:
            parts.append(estimates.unanswerable(metric, UNIT, needs, by=["notice"]))
            continue
        frame = within(contacts, direction, None).filter(nw.col("order_id").is_in(late["order_id"].to_list()))
        frame = frame.filter(nw.col("reason_id").is_in(chosen)) if chosen else frame
        log = counted(frame.to_native(), ["order_id", "local_date"], cluster="", direction=None)
        both = log.merge(late[["order_id", "promised_first", "end"]], on="order_id")
        near = both["local_date"].between(both["promised_first"] - pd.Timedelta(days=lead_days), both["end"])
        events = both[near].groupby("order_id")["weight"].sum()
        held = late.assign(events=late["order_id"].map(events).fillna(0.0))
        parts.append(estimates.rate(held, "events", "exposure", per=100, by=["notice"], metric=metric, unit=UNIT, **options))
        if held["notice"].nunique() == 2:
            parts.append(rate_ratio(held, "events", "exposure", between="notice", reference="none", metric=ratio, options=options))
    return parts
