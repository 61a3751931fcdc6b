"""P05: delivery dates that are not met, against the first promise and not against the one that overwrote it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, filled, headed, lacking, picked
from cxlib.contacts.pain_points._figures import none
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling
from cxlib.estimates.rows import UNKNOWN

__all__ = ["PROMISES", "deliveries", "delivery_dates"]

PROMISES = ("promised_first", "promised_last")
EDGES = (-np.inf, -1, 0, 2, 5, 10, np.inf)  # days from the promise: upper ends of the bars, with names below
BARS = ("early", "on_day", "late_1_2", "late_3_5", "late_6_10", "later")


def delivery_dates(
    orders: IntoFrame,
    *,
    off_days: int = 5,
    as_of: date | None = None,
    by: Sequence[str] = (),
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How far deliveries are off the date promised, first and last, and how often the date is moved.

    Parameters
    ----------
    orders : DataFrame
        ``promised_first`` or ``promised_last``, ``delivered_date``; with ``date_changes`` and ``cancelled_ts`` if there are any.
    off_days : int
        Deliveries later than the promise by more than this are told apart.
    as_of : date, optional
        Until when deliveries are known; the last delivery when left out.
    by : sequence of str
        Group columns.
    period : (first day, last day), optional
        Of the orders' placing.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by ``measured_against`` ("promised_first", "promised_last"), `by` and ``deviation``: ``delivered_late`` (``share`` after
        the promised day), ``delivered_far_off`` (``share`` more than `off_days` after it), ``deviation_days`` and ``error_days`` (medians
        of delivered minus promised, with and without its sign, ``days``), ``deviation_share`` (``share`` of each bar: "early", "on_day",
        "late_1_2", "late_3_5", "late_6_10", "later"), ``promise_known`` (``share`` of orders in which this promise is recorded), and over
        both promises ``date_changes_per_order`` (``times``) and ``date_moved`` (``share``). ``n`` counts orders.

    Notes
    -----
    Orders whose promised day lies at least `off_days` before `as_of`, cancelled ones left out. One that is still outstanding has the delay
    that it has already: medians stay right as long as fewer than half are outstanding. Many systems overwrite the promise: against the last
    one nearly everybody is punctual.

    >>> day = lambda number: pd.Timestamp("2026-01-05") + pd.Timedelta(days=number)
    >>> sold = pd.DataFrame({"order_id": list("abc"), "customer_id": list("abc"), "promised_first": day(0),
    ...     "promised_last": [day(0), day(3), day(9)], "delivered_date": [day(0), day(3), day(9)]})
    >>> told = delivery_dates(sold, as_of=day(60))
    >>> told[told["metric"].isin(["delivered_late", "deviation_days"])][["measured_against", "metric", "value"]].round(2)
       measured_against          metric  value
    0    promised_first  delivered_late   0.67
    2    promised_first  deviation_days   3.00
    11    promised_last  delivered_late   0.00
    13    promised_last  deviation_days   0.00
    """
    groups = ["measured_against", *by]
    needs = lacking(orders, ["delivered_date"], "orders")
    there = filled(orders, PROMISES)
    if needs or not any(there.values()):
        needs += [f"orders.{name}" for name in PROMISES if not there[name]]
    needs = needs or lacking(orders, by, "orders")
    if needs:
        shares = [estimates.unanswerable(metric, "share", needs, by=groups) for metric in ("delivered_late", "deviation_share")]
        return estimates.stack(shares[0], headed(shares[1], {"deviation": UNKNOWN}, at=len(groups)))
    table = deliveries(orders, by=by, period=period)
    until = pd.Timestamp(as_of) if as_of is not None else table["delivered_date"].max()
    chance: Sampling = {**options, "weight": None, "cluster": options.get("cluster") or "customer_id"}
    parts = []
    for promise in PROMISES:
        if not there[promise]:
            parts.append(estimates.unanswerable("delivered_late", "share", [f"orders.{promise}"], by=by).assign(measured_against=promise))
            continue
        parts.append(headed(_against(table, promise, off_days, until, by, chance), {"measured_against": promise}))
    return estimates.stack(*parts, *_moved(table, by, chance))


def deliveries(orders: IntoFrame, *, by: Sequence[str] = (), period: Span | None = None) -> pd.DataFrame:
    """Return orders that were not cancelled, with their promises and deliveries; columns that are not there are missing."""
    names = ("order_id", "customer_id", *PROMISES, "delivered_date", "date_changes", "cancelled_ts", "order_ts", *by)
    have = filled(orders, names)
    table = picked(orders, [name for name, count in have.items() if count])
    if "cancelled_ts" in table:
        table = table[table["cancelled_ts"].isna()]
    if period is not None and "order_ts" in table:
        table = table[local_day(table["order_ts"]).between(*(pd.Timestamp(at) for at in period))]
    table = table.reset_index(drop=True)
    blank = {
        name: pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]") for name in (*PROMISES, "delivered_date") if name not in table
    }
    table = table.assign(**blank)
    own = pd.Series("order " + table.index.astype("str"), index=table.index)
    whose = table["customer_id"].astype("str").fillna(own) if "customer_id" in table else own
    return table.assign(customer_id=whose)


def _against(table: pd.DataFrame, promise: str, off_days: int, until: pd.Timestamp, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    due = table[promise]
    here = table.assign(promise_is_known=due.notna().astype("float64"))
    known = estimates.share(here, "promise_is_known", by=by, metric="promise_known", **options)
    judged = table[due.notna() & (due <= until - pd.Timedelta(days=off_days))]
    judged = judged[~(judged["delivered_date"] < pd.Timestamp.min + pd.Timedelta(days=1))]
    if judged.empty:
        return estimates.stack(none("delivered_late", "share", by), known)
    arrived = judged["delivered_date"].where(judged["delivered_date"] <= until, until)
    off = (arrived - judged[promise]).dt.days.astype("float64")
    judged = judged.assign(off=off, error=off.abs(), late=(off > 0).astype("float64"), far=(off > off_days).astype("float64"))
    parts = [
        estimates.share(judged, "late", by=by, metric="delivered_late", **options),
        estimates.share(judged, "far", by=by, metric="delivered_far_off", **options),
        estimates.quantile(judged, "off", 0.5, by=by, metric="deviation_days", unit="days", **options),
        estimates.quantile(judged, "error", 0.5, by=by, metric="error_days", unit="days", **options),
    ]
    bar = pd.cut(off, list(EDGES), labels=list(BARS)).astype("str")
    for name in BARS:
        held = judged.assign(flag=bar.eq(name).astype("float64"))
        share = estimates.share(held, "flag", by=by, metric="deviation_share", **options)
        parts.append(headed(share, {"deviation": name}, at=len(by)))
    return estimates.stack(*parts, known)


def _moved(table: pd.DataFrame, by: Sequence[str], options: Sampling) -> list[pd.DataFrame]:
    if "date_changes" not in table:
        return [estimates.unanswerable("date_changes_per_order", "times", ["orders.date_changes"], by=by)]
    changes = table["date_changes"].astype("float64")
    held = table.assign(changes=changes, moved=(changes > 0).astype("float64").where(changes.notna()))
    return [
        estimates.mean(held, "changes", by=by, metric="date_changes_per_order", unit="times", **options),
        estimates.share(held, "moved", by=by, metric="date_moved", **options),
    ]
