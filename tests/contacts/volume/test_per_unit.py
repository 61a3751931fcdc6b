"""Contacts per order and customer, counted by hand."""

from datetime import date

import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import volume
from cxlib.errors import CxError, DataError


def contacts(days, hours=9, **columns):
    """A log of one contact a row, on these days of January 2025."""
    day = pd.to_datetime([f"2025-01-{number:02d}" for number in days])
    table = pd.DataFrame({"local_date": day, "local_hour": hours, "contact_ts": day.tz_localize("UTC"), "weight": 1.0, "channel": "phone"})
    return table.assign(**columns)


JANUARY = (date(2025, 1, 1), date(2025, 1, 31))


FEW = contacts([2, 3, 4, 5, 6, 7], customer_id=["a", "a", "b", "c", None, "c"], order_id=["1", "1", "2", "9", None, "9"])


ORDERS = pd.DataFrame(
    {
        "order_id": list("12349"),
        "customer_id": list("abbdc"),
        "order_ts": pd.to_datetime(["2025-01-02", "2025-01-10", "2025-01-20", "2025-01-25", "2024-12-30"]).tz_localize("Europe/Berlin"),
        "campaign_id": ["x", "x", "y", "y", "y"],
    }
)


def figures(table, metric, by=None):
    rows = table[table["metric"] == metric]
    return rows.set_index(by)["value"].to_dict() if by else rows["value"].item()


def test_contacts_per_order_gross_and_net_in_one_period():
    # four orders in January (9 is from December); six contacts, three of them name an order of January, two of those order 1
    table = volume.contacts_per(FEW, ORDERS, period=JANUARY)
    assert set(table["unit"]) == {"per 100 orders", "share"}
    assert figures(table, "contacts_gross") == pytest.approx(150)
    assert figures(table, "contacts_net") == pytest.approx(50)
    assert figures(table, "linked_share") == pytest.approx(3 / 6)
    assert dict(zip(table["metric"], table["n"], strict=True)) == {"contacts_gross": 6, "contacts_net": 4, "linked_share": 6}


def test_contacts_per_order_by_what_orders_are():
    table = volume.contacts_per(FEW, ORDERS, by=["campaign_id"], period=JANUARY)
    assert figures(table, "contacts_gross", "campaign_id") == pytest.approx({"x": 150, "y": 0})
    assert figures(table, "contacts_net", "campaign_id") == pytest.approx({"x": 100, "y": 0})


def test_contacts_per_order_month_by_month():
    later = FEW.assign(local_date=FEW["local_date"] + pd.Timedelta(days=31))
    both = pd.concat([FEW, later.iloc[:2]], ignore_index=True)
    orders = pd.concat([ORDERS, ORDERS.iloc[:1].assign(order_id="20", order_ts=pd.Timestamp("2025-02-01", tz="Europe/Berlin"))])
    table = volume.contacts_per(both, orders, by=["month"], period=(date(2025, 1, 1), date(2025, 2, 28)))
    assert figures(table, "contacts_gross", "month") == pytest.approx({"2025-01": 150, "2025-02": 200})


def test_the_span_of_contacts_per_order_rests_on_customers(log, orders):
    table = volume.contacts_per(log, orders)
    kept = log[log["direction"] != "outbound"]
    cluster = kept["customer_id"].fillna("day " + kept["local_date"].dt.strftime("%Y-%m-%d"))
    events, exposure = kept["weight"].groupby(cluster).sum(), orders.groupby("customer_id").size()
    units = pd.DataFrame({"events": events, "exposure": exposure}).fillna(0.0).astype(float)
    expected = estimates.rate(units, "events", "exposure", per=100)
    row = table[table["metric"] == "contacts_gross"]
    for column in ("value", "low", "high"):
        assert row[column].item() == pytest.approx(expected[column].item())


def test_handling_time_per_100_orders():
    table = volume.contacts_per(FEW.assign(handle_s=[600, 1200, None, 1800, 0, 0]), ORDERS, period=JANUARY)
    row = table[table["metric"] == "handle_time"]
    assert (row["value"].item(), row["unit"].item()) == (pytest.approx(25.0), "h per 100 orders")  # one hour on four orders
    assert 0 < row["low"].item() < 25 < row["high"].item()
    alone = volume.contacts_per(FEW.assign(handle_s=60.0, customer_id="a"), ORDERS.assign(customer_id="a"), period=JANUARY)
    one = alone[alone["metric"] == "handle_time"]
    assert (one["value"].item(), one["note"].item()) == (pytest.approx(2.5), "n < 2")  # a single customer says nothing about others
    assert one[["low", "high"]].isna().all().all()


def test_customers_count_by_the_part_of_the_period_in_which_they_were_customers():
    customers = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "start_date": pd.to_datetime([None, "2020-01-01", "2025-01-16", "2025-02-01", None]),
            "churn_date": pd.to_datetime([None, None, None, None, "2024-06-01"]),
        }
    )
    period = (date(2025, 1, 1), date(2025, 1, 30))
    table = volume.contacts_per(FEW, customers, per="customers", period=period)
    assert figures(table, "contacts_gross") == pytest.approx(100 * 6 / 2.5)  # a and b whole, c half, d not yet, e no longer
    assert figures(table, "contacts_net") == pytest.approx(100)
    new = volume.contacts_per(FEW, customers, per="new_customers", period=period)
    assert figures(new, "contacts_gross") == pytest.approx(600)
    assert new["unit"].iloc[0] == "per 100 new customers"


def test_a_large_group_is_not_taken_for_a_talkative_one():
    customers = pd.DataFrame({"customer_id": [str(number) for number in range(30)], "segment": ["large"] * 25 + ["small"] * 5})
    log = contacts([6] * 35, customer_id=[str(number) for number in range(25)] + ["25", "26"] * 5)
    table = volume.by_group(log, customers, by=["segment"])
    assert figures(table, "contacts_gross", "segment") == pytest.approx({"large": 100, "small": 200})
    assert figures(table, "contacts_net", "segment") == pytest.approx({"large": 100, "small": 40})
    with pytest.raises(CxError, match=r"by: name at least one feature of the customers"):
        volume.by_group(log, customers, by=[])


def test_persons_may_take_the_place_of_customers():
    persons = pd.DataFrame({"person_id": list("pq"), "role": ["user", "decision_maker"]})
    table = volume.by_group(contacts([6, 7, 8], person_id=["p", "p", "q"]), persons, by=["role"], per="persons")
    assert figures(table, "contacts_gross", "role") == pytest.approx({"user": 200, "decision_maker": 100})


def test_what_is_missing_keeps_a_row_and_says_what_would_help(log, orders, customers):
    empty = log.iloc[:0]
    for row in (volume.by_hour(empty), volume.by_day(empty), volume.by_channel(empty, by=["received_by"]), volume.by_touchpoint(empty)):
        assert row["note"].item() == "needs contacts.contact_ts"
        assert row["value"].isna().all()
    assert volume.known(empty)["note"].item() == "needs contacts.contact_ts"
    assert volume.contacts_per(log, orders.iloc[:0])["note"].item() == "needs orders.order_id, orders.order_ts"
    assert volume.contacts_per(log, customers.iloc[:0], per="customers")["note"].item() == "needs customers.customer_id"
    assert volume.by_channel(log.drop(columns="received_by"), route="received_by")["note"].item() == "needs contacts.received_by"
    nobody = log.drop(columns="order_id")
    assert volume.contacts_per(nobody, orders).set_index("metric")["note"]["contacts_net"] == "needs contacts.order_id"
    assert volume.life_cycle(empty, orders)["note"].item() == "needs contacts.contact_ts, contacts.customer_id"


def test_a_period_without_contacts_is_a_zero_and_not_a_gap(log):
    quiet = (date(2024, 1, 1), date(2024, 1, 14))
    assert volume.by_day(log, period=quiet)["value"].item() == 0
    assert volume.by_hour(log, period=quiet)["value"].eq(0).all()
    assert volume.by_channel(log, period=quiet).empty


def test_impossible_questions_are_refused(log, orders, customers):
    with pytest.raises(CxError, match=r"per: contacts cannot be counted on 'order' \(did you mean 'orders'\?\)"):
        volume.contacts_per(log, orders, per="order")
    with pytest.raises(CxError, match=r"by: customers have no month of their own: 'month'. Use orders or new_customers"):
        volume.contacts_per(log, customers, per="customers", by=["month"])
    with pytest.raises(DataError, match=r"there is no column 'segmnt'"):
        volume.by_day(log, by=["segmnt"])
