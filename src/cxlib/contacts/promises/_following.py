"""Contacts that follow on orders: those that name the order, and those of its customer soon after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, counted, within

__all__ = ["following", "watched_until"]


def following(
    contacts: IntoFrame,
    orders: pd.DataFrame,
    *,
    reasons: Sequence[str] | None,
    days: int,
    keys: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    costs: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the contacts that follow on orders within some days.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
    orders : DataFrame
        From :func:`cxlib.contacts.promises.grouped`.
    reasons : sequence of str, optional
        Reasons that count; all when left out.
    days : int
        Days after the order.
    keys : sequence of str
        Further columns of contacts.
    costs : mapping of str to float, optional
        Channel → cost of a contact; a contact's own ``cost`` goes before it.

    Returns
    -------
    DataFrame
        ``order`` (row of the orders), ``since`` (days after the order), the keys, ``weight`` (contacts) and ``cost``. A contact that names
        an order belongs to it; one that names none, to the customer's latest order before it.
    """
    frame = within(contacts, direction, period)
    have = frame.collect_schema().names()
    blank = {name: nw.lit(None, nw.String) for name in ("order_id", "customer_id") if name not in have}
    frame = frame.with_columns(**blank) if blank else frame
    if reasons is not None:
        frame = frame.filter(nw.col("reason_id").is_in(list(reasons)))
    price = nw.lit(None, nw.Float64)
    if costs and "channel" in have:
        for channel, amount in costs.items():
            price = nw.when(nw.col("channel") == channel).then(nw.lit(float(amount))).otherwise(price)
    if "cost" in have:
        price = nw.when(nw.col("cost").is_null()).then(price).otherwise(nw.col("cost"))
    frame = frame.with_columns(cx_price=price.cast(nw.Float64), cx_priced=nw.when(price.is_null()).then(0.0).otherwise(1.0))
    frame = frame.with_columns(cx_price=nw.when(nw.col("cx_price").is_null()).then(0.0).otherwise(nw.col("cx_price")))
    wanted = ["order_id", "customer_id", "local_date", *keys]
    table = counted(frame.to_native(), wanted, cluster="", direction=None, sums=["cx_price", "cx_priced"])
    table = table.rename(columns={"cx_price": "cost", "cx_priced": "priced"}).dropna(subset="local_date")
    both = pd.concat([_named(table, orders), _latest(table, orders)], ignore_index=True)
    both = both.assign(since=(both["local_date"] - orders["ordered"].to_numpy()[both["order"]]).dt.days)
    return both[both["since"].between(0, days)].sort_values(["order", "since", *keys], ignore_index=True)


def watched_until(contacts: IntoFrame, period: Span | None) -> date | None:
    """The last day of the log."""
    if period is not None:
        return period[1]
    last = nw.from_native(contacts).lazy().select(a=nw.col("local_date").max()).collect().item()
    return None if last is None else pd.Timestamp(last).date()


def _named(table: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    row = pd.Series(np.arange(len(orders)), orders["order_id"].astype("str").to_numpy())
    named = table[table["order_id"].notna()]
    place = named["order_id"].astype("str").map(row)
    return named[place.notna()].assign(order=place.dropna().astype("int64"))


def _latest(table: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Contacts without an order, laid on the customer's latest order before them."""
    own = table[table["order_id"].isna() & table["customer_id"].notna()].sort_values("local_date", kind="stable")
    sold = orders.assign(order=np.arange(len(orders))).dropna(subset="customer_id")[["customer_id", "ordered", "order"]]
    sold = sold.sort_values(["ordered", "order"]).astype({"customer_id": "str"})
    if own.empty or sold.empty:
        return own.iloc[:0].assign(order=pd.Series(dtype="int64"))
    own = own.assign(local_date=own["local_date"].astype("datetime64[us]"), customer_id=own["customer_id"].astype("str"))
    sold = sold.assign(ordered=sold["ordered"].astype("datetime64[us]"))
    found = pd.merge_asof(own, sold, left_on="local_date", right_on="ordered", by="customer_id").dropna(subset="order")
    return found.drop(columns="ordered").astype({"order": "int64"})
