from datetime import date

import pandas as pd
import pytest

from cxlib.reasons.value import concerns, failure_demand


def test_what_is_no_concern_is_left_out_and_taken_off_the_unassigned(log):
    held = concerns(log, ["spam"])
    assert len(held) == 19
    assert held["weight"].sum() == pytest.approx(17 + 2 * (1 - 1 / 18))


def test_outbound_contacts_and_other_days_do_not_count(log):
    assert concerns(log.assign(direction=["outbound", None] * 10))["weight"].sum() == 10
    assert len(concerns(log, period=(date(2025, 3, 3), date(2025, 3, 4)))) == 4


def test_weights_count(log):
    assert concerns(log.assign(weight=2.0))["weight"].sum() == 40


def test_failures_are_told_per_thousand_orders_and_by_process(shares, reasons, log):
    stages = reasons.assign(stage=["delivery", "billing", "order", "usage", "any", None])
    found = failure_demand(shares, stages, log, pd.DataFrame({"order_id": range(100)}), outside=["spam"])
    contacts = 17 + 2 * (1 - 1 / 18)
    assert found["stage"].isna().to_list() == [True, False, False]
    assert found["value"].to_list() == pytest.approx([5 * contacts, 4 * contacts, 1 * contacts])
    assert (found["low"] < found["value"]).all() & (found["value"] < found["high"]).all()
    assert found["draws"].iloc[0].mean() == pytest.approx(5 * contacts, rel=0.05)
    assert set(found["unit"]) == {"per 1000 orders"}
    assert set(found["n"]) == {100}


def test_orders_of_the_period_count(shares, reasons, log):
    days = pd.to_datetime(["2025-03-01", "2025-03-04", "2025-03-05"]).tz_localize("Europe/Berlin")
    orders = pd.DataFrame({"order_id": list("abc"), "order_ts": days})
    within = failure_demand(shares, reasons.assign(stage="any"), log, orders, period=(date(2025, 3, 3), date(2025, 3, 31)))
    assert set(within["n"]) == {2}


def test_what_is_missing_is_said(shares, reasons, log, nothing):
    none = failure_demand(nothing, reasons, log, pd.DataFrame())
    assert none["note"].item() == "needs contact_reasons.reason_id, orders.order_id"
    assert failure_demand(shares, reasons, log, pd.DataFrame())["note"].item() == "needs orders.order_id"
