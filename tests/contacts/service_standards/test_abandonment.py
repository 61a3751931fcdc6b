"""Calls given up: the three ways to count in closed form, what cannot be, and the planted rate."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.contacts import service_standards


def calls_of(waits, gave_up, **columns):
    table = pd.DataFrame({"wait_s": pd.array(waits, dtype="Float64").astype("float64"), "abandoned": pd.array(gave_up, dtype="boolean")})
    return table.assign(local_date=pd.Timestamp("2025-01-06"), weight=1.0, customer_id=table.index.astype("str"), **columns)


def told(table, metric, variant):
    return estimates.only(table, metric, variant=variant, threshold_s="20")["value"].item()


def test_the_three_ways_in_closed_form():
    log = calls_of([5, 15, 30, 300, 4, 20, 90], [False, False, False, False, True, True, True])
    table = service_standards.abandonment(log)
    assert [told(table, "abandoned_share", name) for name in ("offered", "removed", "positive")] == pytest.approx([3 / 7, 1 / 5, 1 / 7])
    assert [told(table, "within_threshold", name) for name in ("offered", "removed", "positive")] == pytest.approx([2 / 7, 2 / 5, 4 / 7])
    assert estimates.only(table, "short_abandoned", threshold_s="20")["value"].item() == 2


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40))
def test_counting_early_hang_ups_in_never_looks_worse_than_leaving_them_out(rows):
    table = service_standards.abandonment(calls_of([wait for wait, _ in rows], [gone for _, gone in rows]))
    found = table[table["metric"] == "abandoned_share"].set_index("variant")["value"]
    assert found["positive"] <= found.get("removed", 1.0) + 1e-12
    assert found.get("removed", 0.0) <= found["offered"] + 1e-12


def test_what_cannot_be_is_counted_and_enters_nothing():
    log = calls_of([-3, None, 10, 40, 10], [True, True, False, True, None])
    table = service_standards.abandonment(log)
    assert told(table, "abandoned_share", "offered") == 0.5
    assert estimates.only(table, "negative_waits", threshold_s="20")["value"].item() == 1
    assert estimates.only(table, "wait_unknown", threshold_s="20")["value"].item() == 1


def test_the_span_rests_on_customers():
    rng = np.random.default_rng(4)
    gone = np.repeat(rng.random(40) < 0.4, 8)
    log = calls_of([60] * 320, gone).assign(customer_id=np.repeat([str(number) for number in range(40)], 8))
    row = estimates.only(service_standards.abandonment(log), "abandoned_share", variant="offered", threshold_s="20")
    flags = log.assign(flag=log["abandoned"].astype("float64"))
    expected = estimates.share(flags, "flag", cluster="customer_id")
    assert (row["low"].item(), row["high"].item()) == pytest.approx((expected["low"].item(), expected["high"].item()))


def test_missing_columns_keep_a_row(log):
    assert service_standards.abandonment(log)["note"].item() == "needs contacts.abandoned, contacts.wait_s"


def test_the_planted_rates(company):
    """9.7 % of calls within the service hours are given up; Mondays from eight to nine 22 %."""
    calls = company["contacts"]
    calls = calls[(calls["channel"] == "phone") & ~calls["_outside"]]
    calls = calls.assign(rush=np.where((calls["local_date"].dt.day_of_week == 0) & (calls["local_hour"] == 8), "rush", "else"))
    table = service_standards.abandonment(calls, by=["rush"])
    for name, planted in (("rush", 0.22),):
        row = estimates.only(table, "abandoned_share", variant="offered", threshold_s="20", rush=name)
        assert row["low"].item() < planted < row["high"].item()
    every = estimates.only(service_standards.abandonment(calls), "abandoned_share", variant="offered", threshold_s="20")
    assert every["value"].item() == pytest.approx(0.097, abs=4 * np.sqrt(0.097 * 0.903 / len(calls)))
