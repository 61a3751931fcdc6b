"""Two clocks, and the part of the time that nobody here saw."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.before_purchase import unseen


def bought(**days):
    came = pd.Timestamp("2025-02-03 09:00", tz="UTC")
    return pd.DataFrame({"customer_id": list(days), "order_ts": [came + pd.Timedelta(days=day) for day in days.values()]})


def test_by_hand(make):
    told = unseen(make((1, True, 10, "a"), (1, True, 30, "b"), (1, True, None, "c"), (1, True, -4, "d")), bought(a=10, b=10, c=5), min_n=1)
    rows = told.set_index(["clock_of", "metric"])["value"]
    assert rows[("customer", "before_purchase_days")] == pytest.approx(30)
    assert rows[("company", "before_purchase_days")] == pytest.approx(10)
    values = told[told["clock_of"].isna()].set_index("metric")["value"]
    assert values["unseen_share"] == pytest.approx(40 / 60)
    assert values["before_lead_days"] == pytest.approx(20)
    assert values["interest_known"] == pytest.approx(0.75)
    assert values["interest_after_lead"] == 1


def test_the_customer_s_clock_is_never_shorter(tables):
    rows = unseen(tables["leads"], tables["orders"]).set_index(["clock_of", "metric"])["value"]
    assert rows[("customer", "before_purchase_days")] > rows[("company", "before_purchase_days")]


def test_the_demo_s_interest_begins_as_planted(tables):
    """Exponential with mean 12, cut to whole days: median 8."""
    row = unseen(tables["leads"], draws=3).set_index("metric").loc["before_lead_days"]
    assert row["low"] <= 8 <= row["high"]


def test_without_orders_the_way_to_the_purchase_is_not_told(make):
    told = unseen(make((1, True, 10, "a")), min_n=1)
    assert told["note"].tolist()[-1] == "needs orders.customer_id, orders.order_ts"


def test_what_is_missing_is_named(make):
    assert unseen(make((1, True, None, "a")))["note"].item() == "needs leads.first_interest_date"
