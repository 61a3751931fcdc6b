"""Sellers are told as teams or, where that is released, one by one; and what does not fit is counted."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cxlib.contacts.promises import disappointment, faults, grouped, sales_pressure
from cxlib.contacts.promises.groups import clear, needed
from cxlib.errors import DataError

SOLD = pd.DataFrame({"order_id": list("1234"), "customer_id": ["a", "a", "b", None], "seller_id": ["V1", "V2", None, "V1"]}).astype("str")
SOLD = SOLD.assign(
    order_ts=pd.to_datetime(["2025-02-03", "2025-03-03", "2025-02-04", "2025-02-05"]).tz_localize("UTC").as_unit("us"),
    campaign_id=["x", "y", None, None],
    delivered_date=pd.to_datetime(["2025-02-10"] * 4),
    returned_ts=pd.to_datetime(["2025-02-08", None, None, None]).tz_localize("UTC"),
)
PEOPLE = pd.DataFrame({"customer_id": ["a", "b"], "segment": ["farm", "oem"], "start_date": pd.to_datetime(["2025-01-20", "2019-01-01"])})


def test_without_release_all_of_sales_is_one_group():
    told = grouped(SOLD)
    assert told["sales_group"].dropna().unique().tolist() == ["sales"]
    assert "seller_id" not in told
    assert not told.astype("str").isin(["V1", "V2"]).any(axis=None)


def test_teams_go_before_single_sellers():
    told = grouped(SOLD, teams={"north": ["V1"], "south": ["V2"]}, staff_level=True)
    assert told.sort_values("order_id")["sales_group"].fillna("-").tolist() == ["north", "south", "-", "north"]
    alone = grouped(SOLD, staff_level=True).sort_values("order_id")["sales_group"]
    assert alone.fillna("-").tolist() == ["V1", "V2", "-", "V1"]


def test_features_of_orders_and_customers_are_kept():
    told = grouped(SOLD, PEOPLE, features=["segment", "new_customer"]).set_index("order_id")
    assert told["segment"].fillna("-").to_dict() == {"1": "farm", "2": "farm", "3": "oem", "4": "-"}
    assert told["new_customer"].fillna("-").to_dict() == {"1": "yes", "2": "yes", "3": "no", "4": "-"}


def test_faults_are_counted():
    told = faults(grouped(SOLD, PEOPLE)).set_index("metric")["value"].to_dict()
    assert told == {
        "orders_without_customer": 1.0,
        "orders_without_seller": 1.0,
        "returned_before_delivery": 1.0,
        "campaigns_overlapping": 1.0,
        "seller_groups": 1.0,
    }


def test_a_customer_nobody_knows_is_none():
    orders = grouped(SOLD, PEOPLE[PEOPLE["customer_id"].eq("a")])
    assert orders["customer_id"].isna().sum() == 2
    assert faults(orders).set_index("metric").loc["orders_without_customer", "value"] == 2


def test_what_cannot_be_told_apart():
    days = pd.to_datetime(["2025-01-01", "2025-03-02", "2025-05-02", "2025-01-01", "2025-01-05"]).tz_localize("UTC").as_unit("us")
    sold = pd.DataFrame({"order_id": list("12345"), "customer_id": ["a", "a", "a", "b", None], "order_ts": days})
    orders = grouped(sold.assign(campaign_id=["x", "y", "x", "x", "x"])).set_index("order_id").loc[list("12345")].reset_index()
    assert clear(orders, by="sales_group").tolist() == [True, True, True, True, False]
    assert clear(orders, by="campaign_id", days=60).tolist() == [False, False, True, True, False], "60 days apart, and 61"
    assert clear(orders.assign(campaign_id="x"), by="campaign_id").tolist() == [True, True, True, True, False]
    assert clear(orders.assign(customer_id=None), by="sales_group").all(), "where no order has a customer, contacts name the order"


def test_what_was_returned_before_its_delivery_is_in_no_average():
    orders = grouped(SOLD, staff_level=True)
    returned = orders["order_id"].eq("1")
    assert not clear(orders, by="sales_group")[returned].any()
    told = sales_pressure(orders, min_n=1)
    counted = told.loc[told["metric"].eq("month_end_share") & told["sales_group"].isna(), "n"].item()
    assert counted == 2, "neither the order returned too early nor the one without a customer"
    log = pd.DataFrame({"order_id": ["1"], "reason_id": "late", "local_date": pd.Timestamp("2025-02-09").as_unit("us")})
    log = log.assign(contact_ts=pd.Timestamp("2025-02-09", tz="UTC"))
    sad = disappointment(log, orders, causes={"delay": ["late"]}, min_n=1, period=(date(2025, 1, 1), date(2025, 12, 31)))
    assert sad.loc[sad["metric"].eq("disappointed_contacts"), ["value", "n"]].drop_duplicates().values.tolist() == [[0.0, 2.0]]


def test_a_seller_in_two_teams_is_refused():
    with pytest.raises(DataError) as refused:
        grouped(SOLD, teams={"north": ["V1"], "south": ["V1"]})
    assert str(refused.value) == "teams: 'V1' is in two teams. A seller belongs to one."


def test_what_is_missing_is_named():
    log = pd.DataFrame({"contact_id": ["1"]})
    assert needed(log, grouped(SOLD.iloc[:0]), "sales_group") == [
        "contacts.contact_ts",
        "contacts.reason_id",
        "contacts.order_id / contacts.customer_id",
        "orders.order_ts",
    ]
