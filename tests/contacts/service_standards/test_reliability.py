"""Five conditions and complaints: conditions by hand, a planted dose–response, a confounder, and no look into the future."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards

PLANTED = (0.091, 0.060, 0.042, 0.027, 0.016, 0.009)  # share that complains, by conditions met
START = pd.Timestamp("2025-01-06 12:00", tz="UTC")
UNTIL = datetime(2025, 12, 31, tzinfo=UTC)
KINDS = ("unclear", "broken", "slow", "late", "late_unannounced")


def house(n=4000, seed=1, rates=PLANTED, confounded=False):
    """Customers with one order each; what goes wrong is told by the tables, complaints follow after the landmark."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"{number:05d}" for number in range(n)])
    hard = rng.random(n) < 0.5
    chance = np.where(hard, 0.45, 0.15)[:, None] if confounded else 0.3
    wrong = rng.random((n, 5)) < chance
    late = wrong[:, 3] | wrong[:, 4]
    met = 5 - wrong[:, :3].sum(axis=1) - late - (late & wrong[:, 4])
    rate = np.where(hard, 0.12, 0.02) if confounded else np.asarray(rates)[met]
    complains = rng.random(n) < rate
    orders = pd.DataFrame({"order_id": ids, "customer_id": ids, "order_ts": START, "promised_first": pd.Timestamp("2025-01-20")})
    orders["delivered_date"] = orders["promised_first"] + pd.to_timedelta(np.where(late, 4, 0), unit="D")
    told = late & ~wrong[:, 4]
    messages = pd.DataFrame({"order_id": ids[told], "type": "delay_notice", "sent_ts": pd.Timestamp("2025-01-15", tz="UTC")})
    base = {"local_date": pd.Timestamp("2025-01-20"), "contact_ts": pd.Timestamp("2025-01-20", tz="UTC")}
    parts = [pd.DataFrame({"customer_id": ids[wrong[:, 0]], "reason_id": "billing.invoice_error"} | base)]
    parts.append(pd.DataFrame({"customer_id": ids, "reason_id": "order.order_placement"} | base))
    log = pd.concat(parts, ignore_index=True)
    log["due_ts"] = log["contact_ts"] + pd.Timedelta(hours=8)
    slow = log["customer_id"].isin(ids[wrong[:, 2]])
    log["first_response_ts"] = log["contact_ts"] + pd.to_timedelta(np.where(slow, 20, 2), unit="h")
    log["promise_due_ts"] = log["contact_ts"] + pd.Timedelta(hours=24)
    broken = log["customer_id"].isin(ids[wrong[:, 1]])
    log["promise_done_ts"] = log["contact_ts"] + pd.to_timedelta(np.where(broken, 90, 3), unit="h")
    after = pd.DataFrame({"customer_id": ids[complains], "reason_id": "complaint.quality_claim", "local_date": pd.Timestamp("2025-04-15")})
    customers = pd.DataFrame({"customer_id": ids, "segment": np.where(hard, "hard", "easy")})
    log = pd.concat([log, after.assign(contact_ts=pd.Timestamp("2025-04-15", tz="UTC"))], ignore_index=True).assign(weight=1.0)
    return log, orders, messages, customers, met, complains


def table_of(made, **options):
    log, orders, messages, customers, *_ = made
    return service_standards.reliability(log, orders, messages, customers, as_of=UNTIL, **options)


def test_every_rate_is_that_of_its_orders():
    made = house()
    table, met, complains = table_of(made), made[4], made[5]
    for level in range(6):
        row = estimates.only(table, "complaint_rate", met=str(level))
        assert row["n"].item() == (met == level).sum()
        if (met == level).sum() >= 30:
            assert row["value"].item() == pytest.approx(complains[met == level].mean())
        else:
            assert row["note"].item() == "n < 30"
    assert estimates.only(table, "conditions_met")["value"].item() == pytest.approx(met.mean())


def test_a_planted_dose_response_is_recovered():
    table = table_of(house(n=20_000, seed=3))
    for level, planted in enumerate(PLANTED):
        row = estimates.only(table, "complaint_rate", met=str(level))
        if row["n"].item() >= 30:
            assert row["value"].item() == pytest.approx(planted, abs=4 * np.sqrt(planted * (1 - planted) / row["n"].item()))
    slope = estimates.only(table, "complaint_slope")
    assert slope["high"].item() < 0


def test_a_confounder_makes_a_slope_that_adjusting_takes_away():
    table = table_of(house(n=8000, seed=5, confounded=True), adjust=["segment"])
    raw, adjusted = (estimates.only(table, name) for name in ("complaint_slope", "complaint_slope_adjusted"))
    assert raw["high"].item() < 0
    assert adjusted["low"].item() < 0 < adjusted["high"].item()


def test_where_there_is_nothing_slopes_are_rarely_told():
    alarms = 0
    for seed in range(40):
        row = estimates.only(table_of(house(n=500, seed=seed, rates=(0.05,) * 6)), "complaint_slope")
        alarms += not row["low"].item() <= 0 <= row["high"].item()
    assert alarms <= 6


def test_each_condition_by_hand():
    table = table_of(house(n=1500, seed=2))
    share = table[table["metric"] == "condition_met"].set_index("condition")["value"]
    assert share["documents_clear"] == pytest.approx(0.7, abs=0.06)
    assert share["delivery_as_promised"] == pytest.approx(0.49, abs=0.06)
    assert share["change_announced"] == pytest.approx(0.7, abs=0.06)


def test_complaints_before_the_landmark_and_orders_too_young_do_not_count():
    log, orders, messages, customers, *_ = house(n=300)
    early = log.assign(local_date=log["local_date"].where(~log["reason_id"].str.startswith("complaint."), pd.Timestamp("2025-02-01")))
    table = service_standards.reliability(early, orders, messages, customers, as_of=UNTIL)
    assert estimates.only(table, "complaint_rate")["value"].item() == 0
    young = service_standards.reliability(log, orders, messages, customers, as_of=datetime(2025, 5, 1, tzinfo=UTC))
    assert set(young["note"]) == {"needs orders.order_ts"}


def test_a_missing_condition_says_what_it_needs_and_the_others_stay():
    log, orders, messages, customers, *_ = house(n=300)
    table = service_standards.reliability(log.drop(columns="promise_due_ts"), orders, messages, customers, as_of=UNTIL)
    rows = table[table["metric"] == "condition_met"].set_index("condition")
    assert rows.loc["promises_kept", "note"] == "needs contacts.promise_due_ts"
    assert rows["value"].notna().sum() == 4
    without = service_standards.reliability(log.drop(columns="reason_id"), orders, messages, customers, as_of=UNTIL)
    rate = without[without["metric"] == "complaint_rate"]
    assert rate["note"].item() == "needs contacts.reason_id"
    by_place = log.assign(touchpoint_id=np.where(log["reason_id"].str.startswith("complaint."), "T39", "T1")).drop(columns="reason_id")
    known = service_standards.reliability(by_place, orders, messages, customers, about={"touchpoint_id": ["T39"]}, as_of=UNTIL)
    assert estimates.only(known, "complaint_rate")["value"].item() > 0
