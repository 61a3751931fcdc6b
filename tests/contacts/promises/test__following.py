"""Contacts are laid on the order they name, else on the customer's latest one before them."""

from __future__ import annotations

import pandas as pd

from cxlib.contacts.promises._following import following, watched_until

DAY = pd.Timestamp("2025-01-01")
ORDERS = pd.DataFrame({"order_id": ["1", "2", "3"], "customer_id": ["a", "a", "b"], "ordered": DAY + pd.to_timedelta([0, 20, 5], unit="D")})


def log(*rows):
    table = pd.DataFrame(rows, columns=["order_id", "customer_id", "day", "channel"])
    return table.astype({"order_id": "str", "customer_id": "str", "channel": "str"}).assign(
        local_date=DAY + pd.to_timedelta(table["day"], unit="D"), reason_id="x"
    )


def test_named_orders_go_before_the_latest_one():
    found = following(log(("1", "a", 25, "phone"), (None, "a", 25, "phone"), (None, "a", 19, "phone"), (None, "b", 4, "phone")),
                      ORDERS, reasons=None, days=60)  # fmt: skip
    assert found[["order", "since"]].values.tolist() == [[0, 19], [0, 25], [1, 5]]


def test_only_contacts_within_the_days_and_for_the_reasons_count():
    contacts = log(("1", "a", -1, "phone"), ("1", "a", 60, "phone"), ("1", "a", 61, "phone"))
    assert following(contacts, ORDERS, reasons=["x"], days=60)["since"].tolist() == [60]
    assert following(contacts, ORDERS, reasons=["y"], days=60).empty


def test_costs_come_from_the_contact_else_from_its_channel():
    contacts = log(("1", "a", 1, "phone"), ("1", "a", 2, "email"), ("1", "a", 3, "fax"))
    found = following(contacts, ORDERS, reasons=None, days=60, costs={"phone": 8.0, "email": 6.0})
    assert found["cost"].tolist() == [8.0, 6.0, 0.0]
    own = following(contacts.assign(cost=[3.0, None, None]), ORDERS, reasons=None, days=60, costs={"phone": 8.0, "email": 6.0})
    assert own["cost"].tolist() == [3.0, 6.0, 0.0]
    assert own["priced"].tolist() == [1.0, 1.0, 0.0]


def test_the_last_day_watched():
    assert str(watched_until(log(("1", "a", 3, "phone")), None)) == "2025-01-04"
