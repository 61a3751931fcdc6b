"""Orders with what makes them comparable, and with the group that sold them: teams, or single sellers only where that is released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, filled, lacking, picked
from cxlib.contacts.volume.per_unit import local_day
from cxlib.errors import DataError
from cxlib.estimates.rows import rows

__all__ = ["DEPARTMENT", "clear", "faults", "grouped"]

DEPARTMENT = "sales"  # the one group of orders where single sellers are not released and no teams are named
DAYS = ("ordered", "delivered", "cancelled", "returned")
OVERLAP = 60  # days within which what follows on two orders may belong to either


def grouped(
    orders: IntoFrame,
    customers: IntoFrame | None = None,
    *,
    teams: Mapping[str, Sequence[str]] | None = None,
    staff_level: bool = False,
    features: Sequence[str] = (),
    period: Span | None = None,
) -> pd.DataFrame:
    """Return orders with their ``sales_group``, the day they were placed and features that make them comparable.

    Parameters
    ----------
    orders : pandas, DuckDB or PySpark frame
        ``order_id``, ``order_ts``; seller, campaign, product, days of delivery, cancellation and return as far as known.
    customers : frame, optional
        ``customer_id``, ``start_date`` and columns of `features`.
    teams : mapping of str to sequence of str, optional
        Team → sellers. Named teams are what is told, whether or not single sellers are released.
    staff_level : bool
        Whether single sellers may be told (an agreement says so); otherwise, without teams, all of sales is one group.
    features : sequence of str
        Columns of orders or customers that are kept; ``new_customer`` says whether the order came within 90 days of the customer's start.
    period : (first day, last day), optional
        Days of the orders.

    Returns
    -------
    DataFrame
        One row an order: ``order_id``, ``customer_id`` (missing where the customers' table does not know it), ``ordered`` (day),
        ``sales_group``, ``campaign_id``, ``seller_known``, days ``delivered``, ``cancelled``, ``returned``, ``discount``, and the features.
        Sellers themselves are in no column.

    Raises
    ------
    DataError
        Where a seller is in two teams.

    >>> sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": "a", "seller_id": ["V1", "V2"],
    ...     "order_ts": pd.Timestamp("2025-02-03", tz="UTC")})
    >>> grouped(sold)["sales_group"].tolist(), grouped(sold, teams={"north": ["V1"]})["sales_group"].tolist()
    (['sales', 'sales'], ['north', nan])
    """
    named = dict(teams or {})
    twice = pd.Series([seller for members in named.values() for seller in members], dtype="str")
    if twice.duplicated().any():
        raise DataError(f"teams: {twice[twice.duplicated()].iloc[0]!r} is in two teams. A seller belongs to one.")
    have = nw.from_native(orders).lazy().collect_schema().names()
    wanted = [
        "order_id",
        "customer_id",
        "order_ts",
        "seller_id",
        "campaign_id",
        "delivered_date",
        "cancelled_ts",
        "returned_ts",
        "discount",
    ]
    kept = [name for name in dict.fromkeys([*wanted, "product_id", *features]) if name in have]
    sold = picked(orders, kept).reindex(columns=dict.fromkeys([*wanted, *kept])).dropna(subset=["order_id", "order_ts"])
    sold = sold.drop_duplicates("order_id").assign(ordered=local_day(sold["order_ts"]))
    if period is not None:
        sold = sold[sold["ordered"].between(*(pd.Timestamp(day) for day in period))]
    for name, column in (("delivered", "delivered_date"), ("cancelled", "cancelled_ts"), ("returned", "returned_ts")):
        moments = sold[column]
        sold[name] = local_day(moments) if isinstance(moments.dtype, pd.DatetimeTZDtype) else moments.astype("datetime64[us]")
    seller = sold["seller_id"].astype("str")
    if named:
        sold["sales_group"] = seller.map({member: team for team, members in named.items() for member in members}).astype("str")
    else:
        sold["sales_group"] = seller if staff_level else seller.where(seller.isna(), DEPARTMENT)
    sold["seller_known"] = seller.notna()
    sold = _with_customers(sold, customers, features)
    spare = ["seller_id", "order_ts", "delivered_date", "cancelled_ts", "returned_ts"]
    return sold.drop(columns=spare).sort_values(["ordered", "order_id"], ignore_index=True)


def faults(orders: pd.DataFrame) -> pd.DataFrame:
    """Count what does not fit among the orders of :func:`grouped`.

    Returns
    -------
    DataFrame
        ESTIMATES, counts without intervals: ``orders_without_customer``, ``orders_without_seller``, ``returned_before_delivery``,
        ``campaigns_overlapping`` (customers with orders of two campaigns within 60 days: what follows may belong to either), and
        ``seller_groups``, how many groups there are. ``n``: rows looked at.

    >>> sold = pd.DataFrame({"order_id": ["1"], "customer_id": [None], "order_ts": pd.Timestamp("2025-02-03", tz="UTC")})
    >>> faults(grouped(sold)).set_index("metric").loc["orders_without_customer", "value"].item()
    1.0
    """
    if orders.empty:
        return estimates.unanswerable("orders_without_customer", "count", ["orders.order_ts"])
    counts = {
        "orders_without_customer": int(orders["customer_id"].isna().sum()),
        "orders_without_seller": int((~orders["seller_known"]).sum()),
        "returned_before_delivery": int((orders["returned"] < orders["delivered"]).sum()),
        "campaigns_overlapping": int(orders.loc[_overlapping(orders, OVERLAP), "customer_id"].nunique()),
        "seller_groups": int(orders["sales_group"].nunique()),
    }
    told = {
        "metric": list(counts),
        "value": list(counts.values()),
        "unit": "count",
        "n": len(orders),
        "n_eff": len(orders),
        "method": "count",
    }
    return rows(pd.DataFrame(index=range(len(counts))), told)


def clear(orders: pd.DataFrame, *, by: str, days: int = OVERLAP) -> np.ndarray:
    """Tell of each order whether what follows on it can be told apart: the others are counted by :func:`faults` and in no average.

    Parameters
    ----------
    orders : DataFrame
        From :func:`grouped`.
    by : str
        Column of the groups; only campaigns overlap.
    days : int
        Days in which something follows on an order.

    Returns
    -------
    array of bool
        False for orders without a customer, where others have one (contacts that name no order never reach them), for those returned
        before their delivery (one of the two days is wrong), and by campaign for orders of a customer who has one of another campaign so
        many days or fewer apart.

    >>> sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", None], "order_ts": pd.Timestamp("2025-02-03", tz="UTC")})
    >>> clear(grouped(sold), by="sales_group").tolist()
    [True, False]
    """
    known = orders["customer_id"].notna().to_numpy()
    told = known if known.any() else np.ones(len(orders), dtype=bool)
    if {"returned", "delivered"} <= set(orders):
        told = told & ~(orders["returned"] < orders["delivered"]).to_numpy(dtype=bool)
    return told & ~_overlapping(orders, days).to_numpy() if by == "campaign_id" else told


def _overlapping(orders: pd.DataFrame, days: int) -> pd.Series:
    """Orders under a campaign whose customer has, shortly before or after, one under another."""
    table = orders.dropna(subset=["customer_id", "campaign_id"]).sort_values(["customer_id", "ordered"])
    near = pd.Series(False, index=table.index)
    for step in (1, -1):
        other = table.groupby("customer_id")[["campaign_id", "ordered"]].shift(step)
        apart = (table["ordered"] - other["ordered"]).dt.days.abs()
        near |= other["campaign_id"].notna() & other["campaign_id"].ne(table["campaign_id"]) & (apart <= days)
    return near.reindex(orders.index, fill_value=False)


def _with_customers(sold: pd.DataFrame, customers: IntoFrame | None, features: Sequence[str]) -> pd.DataFrame:
    """Add features of customers; who started within 90 days is a new customer."""
    wanted = [name for name in features if name not in sold and name != "new_customer"]
    people = pd.DataFrame({"customer_id": pd.Series(dtype="str")})
    if customers is not None and filled(customers, ["customer_id"])["customer_id"]:
        have = nw.from_native(customers).lazy().collect_schema().names()
        people = picked(customers, ["customer_id", *(name for name in (*wanted, "start_date") if name in have)])
        people = people.drop_duplicates("customer_id")
        sold["customer_id"] = sold["customer_id"].where(sold["customer_id"].isin(people["customer_id"]))
    sold = sold.merge(people, on="customer_id", how="left", validate="many_to_one")
    if "new_customer" in features and "start_date" in sold and sold["start_date"].notna().any():
        recent = (sold["ordered"] - sold["start_date"].astype("datetime64[us]")).dt.days.between(0, 90)
        sold["new_customer"] = recent.map({True: "yes", False: "no"}).where(sold["start_date"].notna()).astype("str")
    return sold.drop(columns="start_date", errors="ignore").reindex(
        columns=list(dict.fromkeys([*sold.columns.drop("start_date", errors="ignore"), *features]))
    )


def needed(contacts: IntoFrame, orders: pd.DataFrame, by: str, reasons: bool = True) -> list[str]:
    """Return what is missing for contacts to be laid on orders by a group."""
    needs = lacking(contacts, ["local_date", *(["reason_id"] if reasons else [])])
    if not any(filled(contacts, ["order_id", "customer_id"]).values()):
        needs.append("contacts.order_id / contacts.customer_id")
    if orders.empty:
        needs.append("orders.order_ts")
    elif by and not orders[by].notna().any():
        needs.append({"sales_group": "orders.seller_id"}.get(by, f"orders.{by}"))
    return needs
