"""Who knows the customer, and how long each step takes."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.promises import grouped, handover


def at(day):
    return pd.Timestamp("2025-01-01", tz="UTC") + pd.Timedelta(days=day)


SOLD = pd.DataFrame(
    {"order_id": list("123"), "customer_id": list("abc"), "seller_id": ["V1", "V1", None], "campaign_id": [None, "x", None]}
).astype("str")
SOLD = SOLD.assign(order_ts=[at(10), at(20), at(30)])
LEADS = pd.DataFrame(
    {
        "lead_id": list("12"),
        "customer_id": ["a", "b"],
        "created_ts": [at(0), at(5)],
        "first_touch_ts": [at(2), pd.NaT],
        "campaign_id": ["x", None],
    }
)
LOG = pd.DataFrame({"customer_id": ["a", "a", "c"], "contact_ts": [at(5), at(16), at(90)], "local_date": [at(5), at(16), at(90)]})
LOG = LOG.assign(local_date=LOG["local_date"].dt.tz_localize(None))
SENT = pd.DataFrame({"customer_id": ["a", "b"], "sent_ts": [at(13), at(19)], "type": ["next_steps", "next_steps"]})


def test_who_knows_the_customer():
    told = handover(LOG, grouped(SOLD), LEADS, min_n=1).set_index("side")
    known = told.loc[["marketing", "sales", "service", "all_three"], "value"]
    assert known.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 1 / 3])


def test_steps_count_from_the_record_before():
    told = handover(LOG, grouped(SOLD), LEADS, SENT, min_n=1).set_index(["handover", "metric"])
    assert told.loc[("lead_to_touch", "step_done"), "value"] == pytest.approx(0.5)
    assert told.loc[("touch_to_order", "step_days"), "value"] == pytest.approx(8)
    assert told.loc[("order_to_information", "step_done"), "value"] == pytest.approx(1 / 3)
    assert told.loc[("order_to_service", "step_done"), "value"] == pytest.approx(2 / 3)
    assert told.loc[("order_to_use", "step_days"), "note"].startswith("needs events.")


def test_without_leads_their_steps_say_so():
    told = handover(LOG, grouped(SOLD), min_n=1).set_index("handover")
    assert told.loc["lead_to_touch", "note"] == "needs leads.customer_id, leads.created_ts"


def test_the_demo_s_leads_are_answered_in_half_a_day(client):
    tables = client.tables
    told = handover(tables["contacts"], client.orders, tables["leads"], tables["messages"], tables["events"], draws=3).set_index(
        ["handover", "metric"]
    )
    assert told.loc[("lead_to_touch", "step_days"), "value"] <= 1
    assert told.loc[("order_to_service", "step_done"), "value"] > 0.5
    assert len(told.loc[("order_to_use", "step_done"), "draws"]) == 3


def test_no_orders_say_what_is_missing():
    assert handover(LOG, grouped(SOLD.iloc[:0]))["note"].item() == "needs orders.customer_id"
