"""Promises kept, dates kept and notice given: by hand, and the planted rates of a simulated house."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards
from cxlib.simulate.exposure import ACTIONS
from cxlib.simulate.service import KEPT


def at(hour):
    return pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)


def log_of(rows, **columns):
    due, done = zip(*rows, strict=True)
    table = pd.DataFrame({"contact_ts": at(0), "promise_due_ts": list(due), "promise_done_ts": list(done)})
    table = table.astype(dict.fromkeys(table.columns, "datetime64[us, UTC]"))
    return table.assign(local_date=pd.Timestamp("2025-01-06"), weight=1.0, customer_id=table.index.astype("str"), **columns)


def values(table):
    return dict(zip(table["metric"], table["value"], strict=True))


def test_what_was_not_done_is_broken_and_what_is_not_due_is_left_out():
    log = log_of(
        [(at(5), at(4)), (at(5), at(5)), (at(5), at(6)), (at(5), None), (at(50), None), (at(50), at(3)), (None, None), (at(5), at(-1))]
    )
    found = values(service_standards.promises_kept(log, as_of=at(10).to_pydatetime()))
    assert found == {"promises_kept": 0.5, "promises_open": 1, "promises_ahead": 2, "done_before_contact": 1}


def test_what_was_done_after_the_log_is_known_is_open():
    log = log_of([(at(5), at(20)), (at(5), at(4))])
    assert values(service_standards.promises_kept(log, as_of=at(10).to_pydatetime()))["promises_open"] == 1


def test_the_planted_call_backs(company):
    """54 % of calls back come the same day, at accounts receivable 31 %, at the contact centre 68 %."""
    backs = company["contacts"]
    backs = backs[backs["promise_type"].eq("callback")]
    backs = backs.assign(who=backs["handled_by"].str[:2].fillna(backs["received_by"]))
    until = (backs["promise_due_ts"].max() + pd.Timedelta(days=5)).to_pydatetime()
    every = estimates.only(service_standards.promises_kept(backs, as_of=until), "promises_kept")
    assert every["value"].item() == pytest.approx(0.54, abs=4 * np.sqrt(0.25 / len(backs)))
    table = service_standards.promises_kept(backs, by=["who"], as_of=until)
    for name, planted in KEPT.items():
        row = estimates.only(table, "promises_kept", who=name)
        assert row["value"].item() == pytest.approx(planted, abs=4 * np.sqrt(planted * (1 - planted) / row["n"].item()))


def orders_of(rows):
    table = pd.DataFrame(rows, columns=["promised_first", "promised_last", "delivered_date"]).astype("datetime64[us]")
    table["order_ts"] = pd.Series(pd.Timestamp("2025-01-01", tz="UTC"), index=table.index).astype("datetime64[us, UTC]")
    return table.assign(order_id=table.index.astype("str"), customer_id=table.index.astype("str"))


def day(number):
    return pd.Timestamp(f"2025-01-{number:02d}")


ORDERS = orders_of(
    [
        (day(10), day(12), day(12)),  # late against the first promise, on the day against the last
        (day(10), day(10), day(9)),
        (day(10), day(20), day(19)),
        (day(10), day(10), None),  # never came
        (day(30), day(30), None),  # not due yet
        (None, day(10), day(8)),
    ]
)


def test_against_the_last_promise_everybody_is_punctual():
    table = service_standards.dates_kept(ORDERS, as_of=day(25))
    first, last = (estimates.only(table, "dates_kept", promise=which) for which in ("first", "last"))
    assert (first["value"].item(), first["n"].item()) == (0.25, 4)
    assert (last["value"].item(), last["n"].item()) == (0.8, 5)
    assert estimates.only(table, "days_late", promise="first")["value"].item() == 2


def test_what_came_before_it_was_ordered_and_what_was_cancelled():
    orders = ORDERS.assign(cancelled_ts=pd.Series([None] * 6, dtype="datetime64[us, UTC]"))
    orders.loc[1, "delivered_date"] = pd.Timestamp("2024-12-01")
    orders.loc[3, "cancelled_ts"] = pd.Timestamp("2025-01-02", tz="UTC")
    table = service_standards.dates_kept(orders, as_of=day(25))
    assert estimates.only(table, "delivered_before_order", promise="first")["value"].item() == 1
    assert estimates.only(table, "dates_kept", promise="first")["n"].item() == 2


def test_notice_counts_from_the_day_promised():
    messages = pd.DataFrame({"order_id": ["0", "0", "2", "1"], "type": ["delay_notice", "delay_notice", "delay_notice", "delivery_status"]})
    messages["sent_ts"] = pd.to_datetime(["2025-01-06", "2025-01-09", "2025-01-15", "2025-01-02"]).tz_localize("UTC").as_unit("us")
    table = service_standards.change_notice(ORDERS, messages)
    assert estimates.only(table, "noticed")[["value", "n"]].to_numpy().tolist() == [[1.0, 2]]
    assert [estimates.only(table, "noticed_ahead", ahead_days=days)["value"].item() for days in ("0", "3")] == [0.5, 0.5]
    assert estimates.only(table, "notice_days")["value"].item() == -0.5  # four days before, five after


def test_the_planted_notices(company):
    """12 % of delays are announced beforehand, 81 % where and when the action was in effect."""
    orders, messages, customers = company["orders"], company["messages"], company["customers"]
    delayed = orders[orders["_delayed"] & orders["delivered_date"].notna() & orders["cancelled_ts"].isna()]
    start, where = ACTIONS["M1"]
    region = delayed["customer_id"].map(customers.drop_duplicates("customer_id").set_index("customer_id")["region"])
    acted = region.isin(where) & (delayed["promised_first"] >= pd.Timestamp(start))
    table = service_standards.change_notice(delayed.assign(acted=np.where(acted, "yes", "no")), messages, by=["acted"])
    for name, planted in (("no", 0.12), ("yes", 0.81)):
        row = estimates.only(table, "noticed_ahead", acted=name, ahead_days="0")
        assert row["value"].item() == pytest.approx(planted, abs=4 * np.sqrt(planted * (1 - planted) / row["n"].item()) + 0.02)


def test_missing_columns_keep_a_row(log, orders):
    assert service_standards.promises_kept(log)["note"].item() == "needs contacts.promise_due_ts, contacts.promise_done_ts"
    notes = service_standards.dates_kept(orders)["note"].to_list()
    assert notes == [f"needs orders.promised_{which}, orders.delivered_date" for which in ("first", "last")]
    messages = pd.DataFrame({"order_id": ["1"], "sent_ts": [at(0)]})
    note = "needs messages.type, orders.delivered_date, orders.promised_first"
    assert service_standards.change_notice(orders, messages)["note"].item() == note
