"""Who is new, from what their days count, and what does not fit."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.welcome import faults, time_zero
from cxlib.contacts.welcome.zero import needed
from cxlib.errors import DataError


def days(*texts):
    return pd.Series(pd.to_datetime(list(texts))).dt.as_unit("us")


PEOPLE = pd.DataFrame({"customer_id": ["new", "old", "none"], "status": ["active", "lost", "prospect"]}).astype("str")
PEOPLE = PEOPLE.assign(start_date=days("2025-03-03", "2019-01-01", None), churn_date=days(None, "2025-09-01", None))
SOLD = pd.DataFrame({"order_id": list("1234"), "customer_id": ["new", "new", "old", "stranger"], "product_id": ["P1", "P4", "P4", "P1"]})
SOLD = SOLD.astype("str").assign(
    order_ts=days("2025-03-03", "2025-06-02", "2025-05-01", "2025-05-02").dt.tz_localize("UTC"),
    promised_first=days("2025-03-10", None, None, None),
    promised_last=days("2025-03-20", None, "2025-05-20", None),
    delivered_date=days("2025-03-21", "2025-07-01", "2025-05-22", "2025-05-10"),
    returned_ts=days(None, None, "2025-05-21", None).dt.tz_localize("UTC"),
)
BILLED = pd.DataFrame({"invoice_id": list("ab"), "order_id": ["1", "1"]}).astype("str")
BILLED = BILLED.assign(issued_ts=days("2025-04-10", "2025-04-02").dt.tz_localize("UTC"))
PERIOD = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-12-31").date())


def test_each_kind_of_day_zero_comes_from_the_first_order():
    told = time_zero(PEOPLE, SOLD, BILLED, period=PERIOD)
    assert told["unit_id"].tolist() == ["new"]
    wanted = {"order": "2025-03-03", "promised": "2025-03-10", "delivery": "2025-03-21", "invoice": "2025-04-02"}
    assert {name: str(told[name].item().date()) for name in wanted} == wanted


def test_new_installations_are_kept_apart_from_new_customers():
    told = time_zero(PEOPLE, SOLD, units="installations", installations={"product_id": ["P4"]}, period=PERIOD)
    assert told["unit_id"].tolist() == ["2", "3"]
    assert told["customer_id"].tolist() == ["new", "old"]
    assert told["left"].isna().tolist() == [True, False]
    first = time_zero(PEOPLE, SOLD.assign(product_id="P4"), units="installations", installations={"product_id": ["P4"]}, period=PERIOD)
    assert "1" not in first["unit_id"].tolist()


def test_who_started_before_the_orders_table_has_no_first_order_in_it():
    late = PEOPLE.assign(start_date=days("2025-02-20", "2019-01-01", None))
    told = time_zero(late, SOLD, period=PERIOD)
    assert told["order"].dt.date.astype(str).tolist() == ["2025-02-20"]
    assert told[["order_id", "delivery"]].isna().all(axis=None)


def test_without_start_dates_only_late_first_orders_are_new():
    bare = PEOPLE.drop(columns="start_date")
    sold = SOLD.assign(order_ts=days("2025-11-03", "2025-11-20", "2025-05-01", "2025-05-02").dt.tz_localize("UTC"))
    assert time_zero(bare, sold)["customer_id"].tolist() == ["new"]


def test_late_entries_are_those_who_started_shortly_before(some):
    all_of = time_zero(some.customers, some.orders)
    first = all_of["order"].min().date()
    inside = time_zero(some.customers, some.orders, period=(pd.Timestamp("2025-03-01").date(), PERIOD[1]), late=30)
    assert inside["order"].min() >= pd.Timestamp("2025-01-30")
    assert len(inside) < len(all_of)
    assert str(first) == "2025-01-06"


def test_faults_are_counted():
    log = pd.DataFrame({"customer_id": ["new", "new", "old"], "contact_ts": pd.Timestamp("2025-01-01", tz="UTC")})
    log = log.assign(local_date=days("2025-02-01", "2025-04-01", "2025-10-01"))
    told = faults(log, PEOPLE, SOLD).set_index("metric")
    values = told["value"].to_dict()
    assert values["orders_without_customer"] == 1
    assert values["returned_before_delivery"] == 1
    assert values["contacts_before_first_order"] == 1
    assert values["contacts_after_leaving"] == 1
    assert told["low"].isna().all()


def test_unknown_units_is_refused():
    with pytest.raises(DataError) as refused:
        time_zero(PEOPLE, SOLD, units="customer")
    assert str(refused.value) == "units: is not known: 'customer' (did you mean 'customers'?). Allowed: customers, installations."


def test_what_is_missing_is_named():
    bare = pd.DataFrame({"customer_id": ["a"]})
    assert needed(bare, None, pd.DataFrame({"contact_id": []})) == [
        "contacts.contact_ts",
        "contacts.customer_id",
        "customers.start_date / orders.order_ts",
    ]
