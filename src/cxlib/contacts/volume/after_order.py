"""What follows on a first order."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, lacking, picked
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling

__all__ = ["by_order", "life_cycle"]


def life_cycle(
    contacts: IntoFrame,
    orders: IntoFrame,
    *,
    days: int = 30,
    spans: int = 12,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts and further orders develop after a customer's first order.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`by_channel`; the period is that of both tables.
    orders : pandas, DuckDB or PySpark frame
        A customer's first order in it starts the clock; orders from before the table began are not known.
    days, spans : int
        Length of a span in days, and how many are looked at.

    Returns
    -------
    DataFrame
        ESTIMATES by ``span_after_order`` ("1" for the first `days` days): ``contacts_gross`` and ``orders_after_first``, unit
        ``per 100 customers``. Each span counts the days that customers could be watched in it; ``n`` counts customers.

    >>> log = pd.DataFrame({"customer_id": ["a", "a", "b"], "local_date": pd.to_datetime(["2025-01-06", "2025-02-20", "2025-04-30"]),
    ...     "weight": 1.0})
    >>> sold = pd.DataFrame({"order_id": ["1"], "customer_id": ["a"], "order_ts": pd.to_datetime(["2025-01-02"], utc=True)})
    >>> life_cycle(log, sold)[["span_after_order", "metric", "value", "unit"]].head(4)
      span_after_order          metric  value               unit
    0                1  contacts_gross  100.0  per 100 customers
    1                2  contacts_gross  100.0  per 100 customers
    2                3  contacts_gross    0.0  per 100 customers
    3                4  contacts_gross    0.0  per 100 customers
    """
    needs = lacking(orders, ["order_ts", "customer_id"], "orders") + lacking(contacts, ["local_date", "customer_id"])
    groups = ["span_after_order"]
    if needs:
        return estimates.unanswerable("contacts_gross", "per 100 customers", needs, by=groups)
    placed = picked(orders, ["customer_id", "order_ts"]).dropna()
    placed = placed.assign(day=local_day(placed["order_ts"]), weight=1.0)
    log = counted(contacts, ["customer_id", "local_date"], cluster="", direction=direction, period=period)
    log = log.dropna(subset="customer_id").rename(columns={"local_date": "day"})
    first = placed.groupby("customer_id")["day"].min()
    end = pd.Timestamp(period[1]) if period else max(placed["day"].max(), log["day"].max())
    watched = ((end - first).dt.days + 1).clip(lower=0)
    grid = watched.rename("watched").reset_index().merge(pd.DataFrame({"span": range(1, spans + 1)}), how="cross")
    grid["exposure"] = ((grid["watched"] - (grid["span"] - 1) * days).clip(0, days)) / days
    grid = grid[grid["exposure"] > 0]
    later = placed.sort_values("day", kind="stable")
    later = later[later.duplicated("customer_id")]
    parts = []
    for metric, seen in (("contacts_gross", log), ("orders_after_first", later)):
        age = (seen["day"] - seen["customer_id"].map(first)).dt.days
        events = seen[age >= 0].assign(span=(age[age >= 0] // days + 1).astype("int64"))
        sums = events.groupby(["customer_id", "span"])["weight"].sum().rename("events").reset_index()
        table = grid.merge(sums, on=["customer_id", "span"], how="left").fillna({"events": 0.0})
        table = table.assign(span_after_order=table["span"].astype("str"))
        rated: Sampling = {**options, "weight": None, "cluster": "customer_id"}
        rate = estimates.rate(table, "events", "exposure", per=100, by=groups, metric=metric, unit="per 100 customers", **rated)
        parts.append(rate.sort_values("span_after_order", key=lambda level: level.astype(int)))
    return estimates.stack(*parts)


def by_order(
    contacts: IntoFrame,
    orders: IntoFrame,
    *,
    most: int = 5,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts that a customer's first, second, third order brings, and how many customers order once more.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`by_channel`.
    orders : pandas, DuckDB or PySpark frame
        A customer's orders are counted from the first one in this table; orders from before it began are not known.
    most : int
        Orders from this one on are one level: "5+".

    Returns
    -------
    DataFrame
        ESTIMATES by ``order_number``: ``contacts_gross`` (``per 100 orders``), contacts that name the order; ``ordered_again``
        (``share``), customers with this many orders who placed another one in the table. ``n`` counts orders and customers.

    >>> log = pd.DataFrame({"order_id": ["1", "1", "2"], "customer_id": "a", "local_date": pd.Timestamp("2025-01-06"), "weight": 1.0})
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-05"], utc=True)
    >>> placed = pd.DataFrame({"order_id": ["1", "2"], "customer_id": "a", "order_ts": days})
    >>> by_order(log, placed)[["order_number", "metric", "value"]].to_dict("list")["value"]
    [200.0, 100.0, 1.0, 0.0]
    """
    needs = lacking(orders, ["order_id", "order_ts", "customer_id"], "orders") + lacking(contacts, ["local_date", "order_id"])
    groups = ["order_number"]
    if needs:
        return estimates.unanswerable("contacts_gross", "per 100 orders", needs, by=groups)
    placed = picked(orders, ["order_id", "customer_id", "order_ts"]).dropna().sort_values(["order_ts", "order_id"], kind="stable")
    number = placed.groupby("customer_id").cumcount() + 1
    last = placed.groupby("customer_id").cumcount(ascending=False) == 0
    level = number.astype("str").mask(number >= most, f"{most}+")
    if period is not None:
        inside = local_day(placed["order_ts"]).between(*(pd.Timestamp(day) for day in period))
        placed, level, last, number = placed[inside], level[inside], last[inside], number[inside]
    log = counted(contacts, ["order_id"], cluster="", direction=direction, period=period)
    events = placed["order_id"].map(log.dropna(subset="order_id").set_index("order_id")["weight"]).fillna(0.0)
    table = placed.assign(order_number=level, events=events, exposure=1.0, again=(~last).astype("float64"))
    rated: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    rate = estimates.rate(table, "events", "exposure", per=100, by=groups, metric="contacts_gross", unit="per 100 orders", **rated)
    again = estimates.share(table[number < most], "again", by=groups, metric="ordered_again", **rated)
    return estimates.stack(rate, again)
