"""Day zero: from what the days of a new customer, or of a new installation, are counted; and what does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, filled, lacking, picked
from cxlib.contacts.volume.per_unit import local_day
from cxlib.errors import DataError, worded
from cxlib.estimates.rows import rows

__all__ = ["UNITS", "ZEROS", "faults", "features", "needed", "newcomers", "time_zero"]

ZEROS = ("order", "promised", "delivery", "invoice")
UNITS = ("customers", "installations")
DATES = ["order", "promised", "delivery", "invoice", "left"]
QUIET_DAYS = 180  # without start dates: who first orders sooner after the first order of all may be an old customer


def time_zero(
    customers: IntoFrame,
    orders: IntoFrame | None = None,
    invoices: IntoFrame | None = None,
    *,
    units: str = "customers",
    installations: Mapping[str, Sequence[str]] | None = None,
    by: Sequence[str] = (),
    period: Span | None = None,
    late: int = 0,
) -> pd.DataFrame:
    """Return who is new, and each one's days zero: order, promised date, delivery, first invoice.

    Parameters
    ----------
    customers : pandas, DuckDB or PySpark frame
        ``start_date``; without it, a customer is new whose first order comes half a year or more after the first order of all.
    orders, invoices : frames, optional
        Orders; invoices of orders.
    units : {"customers", "installations"}
        New customers with their first order; or further orders, by customers who had bought before, of what `installations` names.
        The two are never mixed: who sets up the third unit knows the house.
    installations : mapping of str to sequence of str, optional
        Column of the orders: values that make an order an installation.
    by : sequence of str
        Columns of customers that are kept.
    period : (first day, last day), optional
        Days in which who is new started.
    late : int
        Who started up to so many days before them is new as well, and watched from their first day on.

    Returns
    -------
    DataFrame
        One row a new customer or installation: ``unit_id``, ``customer_id``, ``order_id``, the days ``order``, ``promised`` (the first
        promise; where none is recorded, the last), ``delivery``, ``invoice``, ``left`` (churned; an installation cancelled or
        returned as well),
        and the columns of `by`.

    Raises
    ------
    DataError
        For unknown units.

    >>> people = pd.DataFrame({"customer_id": ["a"], "start_date": [pd.Timestamp("2025-02-03")]})
    >>> bought = pd.DataFrame({"order_id": ["1", "2"], "customer_id": "a", "delivered_date": pd.to_datetime(["2025-02-10", None]),
    ...     "order_ts": pd.to_datetime(["2025-02-03 09:00", "2025-03-01 09:00"]).tz_localize("UTC")})
    >>> time_zero(people, bought)[["unit_id", "order_id", "order", "delivery"]].to_dict("records")[0]["delivery"]
    Timestamp('2025-02-10 00:00:00')
    """
    if units not in UNITS:
        raise DataError(worded("units", "is not known:", units, UNITS))
    people = _people(customers, by)
    sold = _sold(orders, invoices, tuple(installations or {}))
    new = _installed(people, sold, installations or {}) if units == "installations" else _first(people, sold)
    if period is not None:
        first, last = (pd.Timestamp(day) for day in period)
        new = new[new["order"].between(first - pd.Timedelta(days=late), last)]
    kept = ["unit_id", "customer_id", "order_id", *DATES, *by]
    return new.reindex(columns=kept).sort_values("unit_id", ignore_index=True)


def needed(customers: IntoFrame, orders: IntoFrame | None, contacts: IntoFrame, columns: Sequence[str] = ()) -> list[str]:
    """Return what the tables lack for anybody's first days to be told."""
    needs = lacking(contacts, ["local_date", "customer_id", *columns])
    needs += lacking(customers, ["customer_id"], "customers")
    if not filled(customers, ["start_date"])["start_date"] and (orders is None or not filled(orders, ["order_ts"])["order_ts"]):
        needs.append("customers.start_date / orders.order_ts")
    return needs


def features(contacts: IntoFrame, customers: IntoFrame, by: Sequence[str]) -> list[str]:
    """Return the columns of `by` that neither contacts nor customers fill, as notes name them; a persona comes from its own table."""
    there = {**filled(customers, by), **{name: count for name, count in filled(contacts, by).items() if count}}
    names = {"persona": "personas.persona", "reason_id": "contacts.reason_id"}
    return [names.get(name, f"customers.{name}") for name in by if not there[name]]


def newcomers(customers: IntoFrame, orders: IntoFrame | None = None, *, period: Span) -> pd.DataFrame:
    """Count new customers, in the period and in a year like it.

    Parameters
    ----------
    orders : DataFrame, optional
        The contract table *orders*; day of the first order where ``start_date`` is missing.

    Returns
    -------
    DataFrame
        ESTIMATES, counts without intervals: ``new_customers`` and ``new_customers_year``.

    >>> people = pd.DataFrame({"customer_id": ["a"], "start_date": [pd.Timestamp("2025-02-03")]})
    >>> newcomers(people, period=(pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-06-30").date()))["value"].round(2).tolist()
    [1.0, 2.02]
    """
    if not filled(customers, ["start_date"])["start_date"] and (orders is None or not filled(orders, ["order_ts"])["order_ts"]):
        return estimates.unanswerable("new_customers", "count", ["customers.start_date / orders.order_ts"])
    n = len(time_zero(customers, orders, period=period))
    years = ((period[1] - period[0]).days + 1) / 365.25
    told = {
        "metric": ["new_customers", "new_customers_year"],
        "value": [n, n / years],
        "unit": "count",
        "n": n,
        "n_eff": n,
        "method": "count",
    }
    return rows(pd.DataFrame(index=range(2)), told)


def faults(
    contacts: IntoFrame, customers: IntoFrame, orders: IntoFrame, *, direction: str | None = "inbound", period: Span | None = None
) -> pd.DataFrame:
    """Count what does not fit: it is named here, and averaged in nowhere.

    Parameters
    ----------
    contacts, customers, orders : pandas, DuckDB or PySpark frames
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.

    Returns
    -------
    DataFrame
        ESTIMATES, counts without intervals: ``orders_without_customer`` (no id, or one the customers' table does not know),
        ``returned_before_delivery``, ``ordered_before_start`` (first order before the customer's start date),
        ``contacts_before_first_order`` (of new customers: prospects, in no count of first days), ``contacts_after_leaving``. ``n``: rows
        looked at.

    >>> people = pd.DataFrame({"customer_id": ["a"], "start_date": [pd.Timestamp("2025-02-03")]})
    >>> sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "x"], "delivered_date": pd.Timestamp("2025-02-10"),
    ...     "order_ts": pd.Timestamp("2025-02-05 09:00", tz="UTC")})
    >>> log = pd.DataFrame({"customer_id": ["a"], "local_date": [pd.Timestamp("2025-02-04")]})
    >>> faults(log, people, sold)[["metric", "value", "n"]]
                            metric  value  n
    0      orders_without_customer    1.0  2
    1     returned_before_delivery    0.0  2
    2         ordered_before_start    0.0  1
    3  contacts_before_first_order    0.0  1
    4       contacts_after_leaving    0.0  1
    """
    needs = needed(customers, orders, contacts)
    if needs:
        return estimates.unanswerable("orders_without_customer", "count", needs)
    people, sold = _people(customers, ()), _sold(orders, None, ())
    strange = ~sold["customer_id"].isin(people["customer_id"])
    early = (sold["returned"] < sold["delivery"]).fillna(False)
    first = _first(people, sold)
    before = first["order"] < first["start_date"]
    log = counted(
        _of(contacts, first["customer_id"]).to_native(), ["customer_id", "local_date"], cluster="", direction=direction, period=period
    )
    log = log.merge(first[["customer_id", "order", "left"]], on="customer_id")
    counts = {
        "orders_without_customer": (int(strange.sum()), len(sold)),
        "returned_before_delivery": (int(early.sum()), len(sold)),
        "ordered_before_start": (int(before.sum()), len(first)),
        "contacts_before_first_order": (int(log.loc[log["local_date"] < log["order"], "n"].sum()), int(log["n"].sum())),
        "contacts_after_leaving": (int(log.loc[log["local_date"] > log["left"], "n"].sum()), int(log["n"].sum())),
    }
    value, n = zip(*counts.values(), strict=True)
    told: dict[str, Any] = {"metric": list(counts), "value": value, "unit": "count", "n": n, "n_eff": n, "method": "count"}
    return rows(pd.DataFrame(index=range(len(counts))), told)


def _of(contacts: IntoFrame, ids: pd.Series) -> nw.LazyFrame:
    return nw.from_native(contacts).lazy().filter(nw.col("customer_id").is_in(ids.unique().tolist()))


def _people(customers: IntoFrame, by: Sequence[str]) -> pd.DataFrame:
    have = nw.from_native(customers).lazy().collect_schema().names()
    wanted = ["customer_id", *(name for name in ("status", "start_date", "churn_date", *by) if name in have)]
    people = picked(customers, wanted).dropna(subset="customer_id").drop_duplicates("customer_id")
    for name in ("start_date", "churn_date"):
        people[name] = people[name].astype("datetime64[us]") if name in people else pd.NaT
    if "status" in people:
        people = people[people["status"].ne("prospect").fillna(True)]
    return people.astype({"customer_id": "str", "churn_date": "datetime64[us]", "start_date": "datetime64[us]"})


def _sold(orders: IntoFrame | None, invoices: IntoFrame | None, extra: Sequence[str]) -> pd.DataFrame:
    """One row an order: ids and days, in order of time, ties by id."""
    blank = ["order_id", "customer_id", "order", "promised", "delivery", "cancelled", "returned", "invoice", *extra]
    if orders is None or not filled(orders, ["order_ts"])["order_ts"]:
        none = pd.DataFrame({name: pd.Series(dtype="datetime64[us]") for name in blank})
        return none.astype(dict.fromkeys(["order_id", "customer_id", *extra], "str"))
    have = nw.from_native(orders).lazy().collect_schema().names()
    wanted = [
        "order_id",
        "customer_id",
        "order_ts",
        "promised_first",
        "promised_last",
        "delivered_date",
        "cancelled_ts",
        "returned_ts",
        *extra,
    ]
    sold = picked(orders, [name for name in wanted if name in have]).reindex(columns=wanted).dropna(subset="order_ts")
    days = {"order": local_day(sold["order_ts"])}
    for name in ("cancelled", "returned"):
        moments = sold[f"{name}_ts"]
        days[name] = local_day(moments) if isinstance(moments.dtype, pd.DatetimeTZDtype) else pd.Series(pd.NaT, sold.index)
    promise = sold["promised_first"].astype("datetime64[us]")
    days |= {"promised": promise.fillna(sold["promised_last"].astype("datetime64[us]")), "delivery": sold["delivered_date"]}
    sold = sold.assign(**{name: column.astype("datetime64[us]") for name, column in days.items()})
    sold = sold.astype({"order_id": "str", "customer_id": "str"})
    return sold.assign(invoice=_billed(invoices, sold["order_id"])).sort_values(["order", "order_id"], ignore_index=True)[blank]


def _billed(invoices: IntoFrame | None, order: pd.Series) -> pd.Series:
    """The day of each order's first invoice."""
    if invoices is None or not all(filled(invoices, ["order_id", "issued_ts"]).values()):
        return pd.Series(pd.NaT, order.index, dtype="datetime64[us]")
    issued = picked(invoices, ["order_id", "issued_ts"]).dropna()
    first = local_day(issued["issued_ts"]).groupby(issued["order_id"].astype("str")).min()
    return order.map(first).astype("datetime64[us]")


def _first(people: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """New customers with their first order; by their start date where it is known."""
    first = sold.drop_duplicates("customer_id")
    units = people.merge(first, on="customer_id", how="left")
    told = people["start_date"].notna().any()
    if told:
        units = units[units["start_date"].notna()]
        unseen = units["start_date"] < first["order"].min() if len(first) else units["order"].isna()
        units.loc[unseen, ["order_id", "order", "promised", "delivery", "invoice"]] = None  # the first order is not in the table
        units["order"] = units["order"].fillna(units["start_date"])
    elif len(first):
        units = units[units["order"] >= first["order"].min() + pd.Timedelta(days=QUIET_DAYS)]
    return units.assign(unit_id=units["customer_id"], left=units["churn_date"])


def _installed(people: pd.DataFrame, sold: pd.DataFrame, installations: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Orders of installations by customers who had bought before."""
    wanted = pd.Series(False, sold.index)
    for column, values in installations.items():
        wanted |= sold[column].astype("str").isin([str(value) for value in values])
    since = sold["customer_id"].map(people.set_index("customer_id")["start_date"])
    before = since.notna() & (since < sold["order"]) | sold.duplicated("customer_id")
    first = sold.groupby("customer_id")["order"].transform("min").eq(sold["order"]) & ~(since < sold["order"])
    units = sold[wanted & before & ~first].merge(people, on="customer_id")
    ends = units[["churn_date", "cancelled", "returned"]].astype("datetime64[us]")
    return units.assign(unit_id=units["order_id"], left=ends.min(axis=1))
