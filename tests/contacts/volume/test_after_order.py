"""What follows on a first order, counted by hand."""

from datetime import date

import pandas as pd
import pytest

from cxlib.contacts import volume


def contacts(days, hours=9, **columns):
    """A log of one contact a row, on these days of January 2025."""
    day = pd.to_datetime([f"2025-01-{number:02d}" for number in days])
    table = pd.DataFrame({"local_date": day, "local_hour": hours, "contact_ts": day.tz_localize("UTC"), "weight": 1.0, "channel": "phone"})
    return table.assign(**columns)


JANUARY = (date(2025, 1, 1), date(2025, 1, 31))


def figures(table, metric, by=None):
    rows = table[table["metric"] == metric]
    return rows.set_index(by)["value"].to_dict() if by else rows["value"].item()


def test_contacts_and_orders_after_the_first_order():
    # a: first order on 1 January, watched for 31 days; b: on 16 January, for 16 days; the period ends on the 31st
    orders = pd.DataFrame(
        {
            "order_id": list("123"),
            "customer_id": list("aab"),
            "order_ts": pd.to_datetime(["2025-01-01", "2025-01-25", "2025-01-16"]).tz_localize("UTC"),
        }
    )
    log = contacts([1, 12, 13, 20, 31], customer_id=["a", "a", "b", "b", "b"])  # b's first contact is before its first order
    table = volume.life_cycle(log, orders, days=10, spans=3, period=JANUARY)
    assert figures(table, "contacts_gross", "span_after_order") == pytest.approx({"1": 100 * 2 / 2, "2": 100 * 2 / 1.6, "3": 0})
    assert figures(table, "orders_after_first", "span_after_order") == pytest.approx({"1": 0, "2": 0, "3": 100})
    assert table[table["metric"] == "contacts_gross"]["n"].to_list() == [2, 2, 1]


def test_contacts_of_the_first_second_and_later_orders():
    placed = pd.to_datetime(["2025-01-01", "2025-01-05", "2025-01-09", "2025-01-02"]).tz_localize("UTC")
    orders = pd.DataFrame({"order_id": list("1234"), "customer_id": list("aaab"), "order_ts": placed})
    log = contacts([6, 6, 7, 8], order_id=["1", "1", "3", None], customer_id="a")
    table = volume.by_order(log, orders, most=3)
    assert figures(table, "contacts_gross", "order_number") == pytest.approx({"1": 100, "2": 0, "3+": 100})
    assert figures(table, "ordered_again", "order_number") == pytest.approx({"1": 1 / 2, "2": 1})
