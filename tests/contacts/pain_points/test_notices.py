"""P06: delays that nobody announced."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import pain_points
from cxlib.simulate.exposure import thin_notice
from cxlib.simulate.plan import Plan

DAY = pd.Timestamp("2026-01-05")


def at(day, hour=12):
    return (DAY + pd.Timedelta(days=day, hours=hour)).tz_localize("Europe/Berlin")


def orders(late, **columns):
    ids = [str(number) for number in range(len(late))]
    table = pd.DataFrame({"order_id": ids, "customer_id": ids, "promised_first": DAY})
    return table.assign(delivered_date=DAY + pd.to_timedelta(pd.Series(late), unit="D"), **columns)


def notices(*pairs):
    return pd.DataFrame({"order_id": [order for order, _ in pairs], "type": "delay_notice", "sent_ts": [moment for _, moment in pairs]})


def test_by_hand():
    """Five orders, four late: told the day before, on the day, the day after, never."""
    sent = notices(("1", at(-1)), ("2", at(0)), ("3", at(1)))
    log = pd.DataFrame({"order_id": ["1", "4", "4", "4", "3"], "local_date": DAY + pd.to_timedelta([1, 0, 2, 60, -30], unit="D")})
    told = pain_points.delay_notice(orders([0, 4, 4, 4, 4]), sent, log.assign(contact_ts=at(0)), as_of=DAY.date().replace(month=6))
    shares = told[told["notice"].isna()].set_index("metric")["value"]
    assert shares.to_dict() == {"delayed_orders": 0.8, "delay_announced": 0.5, "delay_announced_late": 0.25}
    rates = told[told["metric"].eq("contacts_per_delayed")].set_index("notice")["value"]
    assert rates.to_dict() == {"in_time": 50.0, "none": 100.0}  # contacts long before and after the delay do not count
    assert told.loc[told["metric"].eq("notice_contact_ratio"), "value"].item() == 0.5


def test_a_delay_that_the_house_knew_of():
    moved = orders([3, 3, 0], date_changes=pd.array([1, 0, 0], dtype="Int64"))
    told = pain_points.delay_notice(moved, notices(("0", at(-1))), delayed="moved", as_of=DAY.date().replace(month=6)).set_index("metric")[
        "value"
    ]
    assert (told["delayed_orders"], told["delay_announced"]) == (pytest.approx(1 / 3), 1.0)
    bare = pain_points.delay_notice(moved.drop(columns="date_changes"), notices(("0", at(-1))), delayed="moved")
    assert bare["note"].item() == "needs orders.date_changes"


def test_the_overwritten_promise_is_not_enough():
    told = pain_points.delay_notice(orders([3]).rename(columns={"promised_first": "promised_last"}), notices(("0", at(-1))))
    assert told["note"].item() == "needs orders.promised_first"


def test_the_ratio_is_found_on_simulated_orders(near):
    rng = np.random.default_rng(6)
    size = 3000
    held = orders([5] * size, customer_id=[f"c{number}" for number in rng.integers(0, 900, size)])
    told = rng.random(size) < 0.4
    count = rng.poisson(np.where(told, 0.5, 1.0) * rng.gamma(2, 0.5, size))
    log = pd.DataFrame(
        {"order_id": np.repeat(held["order_id"].to_numpy(), count), "local_date": DAY + pd.Timedelta(days=1), "contact_ts": at(0)}
    )
    sent = notices(*[(order, at(-2)) for order in held.loc[told, "order_id"]])
    found = pain_points.delay_notice(held, sent, log, as_of=DAY.date().replace(month=6))
    near(found[found["metric"].eq("notice_contact_ratio")], 0.5, log=True)


def test_the_demo_s_notices_are_as_planted(client, near):
    sold = client.tables["orders"]
    people = client.tables["customers"].set_index("customer_id")["region"]
    region = sold["customer_id"].map(people)
    action = region.isin(["south", "west"]) & (sold["promised_first"] >= pd.Timestamp("2026-01-12"))
    public = client.table("orders").assign(action=action.astype("str"))
    told = pain_points.delay_notice(public, client.table("messages"), by=["action"], as_of=client.last).query("metric == 'delay_announced'")
    near(told[told["action"].eq("False")], client.planted("P06", "delay_announced", "without action"))


def test_the_demo_s_enquiries_are_as_planted(client, near):
    reasons = ["delivery.delivery_status", "delivery.delivery_info_inaccurate", "delivery.delivery_delay_not_notified"]
    log = client.log(order_id="_order_id")
    early = client.table("orders")[client.tables["orders"]["promised_first"] < pd.Timestamp("2025-12-01")]  # before the action
    asked = {"reasons": reasons, "delayed": "moved", "lead_days": 90, "as_of": client.last}
    told = pain_points.delay_notice(early, client.table("messages"), log, **asked)
    rate = told[told["metric"].eq("enquiries_per_delayed")].set_index("notice")["value"]
    share = told.loc[told["metric"].eq("delay_announced"), "value"].item()
    both = (share * rate["in_time"] + (1 - share) * rate["none"]) / 100
    n = told.loc[told["metric"].eq("delay_announced"), "n"].item()
    planted = client.planted("P06", "enquiries_per_delayed_order", "without action")
    assert both == pytest.approx(planted, abs=4 * np.sqrt(2 * planted / n) + 0.03)  # some ask after the delivery
    near(told[told["metric"].eq("notice_enquiry_ratio")], thin_notice(Plan()), log=True)
