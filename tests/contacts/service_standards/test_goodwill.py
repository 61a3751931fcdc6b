"""Goodwill and outcomes: sums by hand, a planted difference between units, who stays."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards

DAY = pd.Timestamp("2025-01-06")


def log_of(amounts, units=None, **columns):
    table = pd.DataFrame({"goodwill_amount": amounts, "local_date": DAY, "weight": 1.0})
    table["customer_id"] = [str(number) for number in range(len(table))]
    return table.assign(received_by=units if units is not None else "KC", **columns)


def test_share_amount_and_total():
    table = service_standards.goodwill(log_of([50.0, 150.0, None, 0.0, -20.0]), min_n=1)
    assert estimates.only(table, "goodwill_share")[["value", "n"]].to_numpy().tolist() == [[0.5, 4]]
    assert estimates.only(table, "goodwill_amount")["value"].item() == 100
    total = estimates.only(table, "goodwill_total")
    assert (total["value"].item(), total["unit"].item()) == (5000, "EUR")
    assert estimates.only(table, "negative_amounts")["value"].item() == 1


def test_thin_amounts_are_not_told():
    table = service_standards.goodwill(log_of([50.0, 150.0] + [None] * 20))
    assert estimates.only(table, "goodwill_amount")["note"].item() == "n < 7"


def test_one_generous_unit_is_found_and_even_ones_are_left_in_peace():
    rng = np.random.default_rng(5)
    units = np.repeat(["A", "B", "C", "D"], 200)
    uneven = np.where(rng.random(800) < np.where(units == "D", 0.35, 0.1), 80.0, np.nan)
    found = service_standards.goodwill(log_of(uneven, units))
    differs = found[(found["metric"] == "goodwill_difference") & (found["note"] == "")]
    assert "D" in set(differs["received_by"])
    expected = pd.Series(uneven).notna()[units == "D"].mean() - pd.Series(uneven).notna()[units != "D"].mean()
    assert differs.set_index("received_by").loc["D", "value"] == pytest.approx(expected)
    alarms = 0
    for _ in range(60):
        even = service_standards.goodwill(log_of(np.where(rng.random(400) < 0.2, 80.0, np.nan), np.repeat(["A", "B", "C", "D"], 100)))
        alarms += (even.loc[even["metric"] == "goodwill_difference", "note"] == "").any()
    assert alarms <= 7


def test_outcomes_by_unit():
    outcome = ["return"] * 3 + ["resolved"] * 7 + ["credit"] * 2 + ["resolved"] * 8 + [None] * 5
    units = ["A"] * 10 + ["B"] * 10 + ["A"] * 5
    table = service_standards.outcomes(log_of([None] * 25, units, outcome=outcome).drop(columns="goodwill_amount"))
    assert estimates.only(table, "outcome_share", outcome="return")[["value", "n"]].to_numpy().tolist() == [[0.15, 20]]
    assert estimates.only(table, "outcome_share", outcome="return", received_by="A")["value"].item() == 0.3
    assert estimates.only(table, "outcome_share", outcome="credit", received_by="B")["value"].item() == 0.2


def test_who_stays():
    customers = pd.DataFrame({"customer_id": [str(number) for number in range(80)]})
    gone = [DAY + pd.Timedelta(days=60)] * 10 + [pd.NaT] * 30 + [DAY + pd.Timedelta(days=60)] * 20 + [pd.NaT] * 20
    log = log_of([80.0] * 40 + [None] * 40)
    table = service_standards.stayed(log, customers.assign(churn_date=gone), as_of=DAY + pd.Timedelta(days=300), min_n=10)
    sides = table[table["metric"] == "stayed"].set_index("goodwill")["value"].to_dict()
    assert sides == pytest.approx({"shown": 0.75, "not_shown": 0.5})
    assert estimates.only(table, "stayed_difference", days="180")["value"].item() == pytest.approx(0.25)


def test_complaints_are_known_by_any_of_the_columns():
    log = pd.DataFrame({"touchpoint_id": ["T39", "T1", None], "reason_id": [None, "complaint.x", "other"]})
    where = {"touchpoint_id": ["T39"], "reason_id": ["complaint.x"], "absent": ["x"]}
    assert len(service_standards.complaints(log, where)) == 2
    assert len(service_standards.complaints(log, where, chasing=["complaint.x"])) == 1
    assert len(service_standards.complaints(log, {})) == 0


def test_missing_columns_keep_a_row(log, customers):
    assert service_standards.goodwill(log)["note"].item() == "needs contacts.goodwill_amount"
    assert service_standards.outcomes(log)["note"].item() == "needs contacts.outcome"
    assert service_standards.stayed(log, customers)["note"].item() == "needs contacts.goodwill_amount, customers.churn_date"
