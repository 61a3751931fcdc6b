"""What staff see, beside customers."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import outlook

from .conftest import log_of

LOG = log_of([("a", "2025-03-11 10:00"), ("b", "2025-03-11 10:00"), ("c", "2025-03-11 10:00")]).assign(touchpoint_id=["T1", "T2", "T2"])


def notes(*rows):
    table = pd.DataFrame(rows, columns=["touchpoint_id", "kind", "value"])
    return table.assign(note_id=[str(number) for number in range(len(rows))]).astype({"value": "float64"})


def ratings(values, touchpoint="T1", item_type="actual"):
    table = pd.DataFrame({"value": values, "touchpoint_id": touchpoint, "item_type": item_type})
    return table.assign(respondent_id=[f"{touchpoint}{number}" for number in range(len(table))])


def test_shares_of_notes_and_of_contacts():
    told = outlook.staff_notes(LOG, notes(("T1", "idea", None), ("T1", "observation", None), ("T2", "observation", None)))
    value = told.set_index(["metric", "touchpoint_id"])["value"]
    assert value["note_share", "T1"] == pytest.approx(2 / 3)
    assert value["contact_share", "T2"] == pytest.approx(2 / 3)


def test_staff_less_customers_at_each_touchpoint_and_over_all():
    guesses = notes(*[("T1", "estimate_actual", 5.0), ("T1", "estimate_actual", 4.0), ("T2", "estimate_actual", 2.0)])
    rated = pd.concat([ratings([3.0, 4.0, 3.5]), ratings([1.0, 2.0, 3.0], "T2")])
    told = outlook.staff_notes(LOG, guesses, rated, min_n=1)
    apart = told[told["metric"].eq("estimate_difference")].set_index("touchpoint_id")
    assert apart.loc["T1", "value"] == pytest.approx(1.0)
    assert apart[apart.index.isna()]["value"].item() == pytest.approx((1.5 + 0.5 + 0.0) / 3)
    ours, theirs = estimates.mean(guesses.iloc[:2], "value"), estimates.mean(rated[rated["touchpoint_id"].eq("T1")], "value")
    half = [(side["high"] - side["low"]).item() / 2 for side in (ours, theirs)]
    assert apart.loc["T1", "high"] - apart.loc["T1", "value"] == pytest.approx(np.hypot(*half))


def test_too_few_of_either_side_hide_the_difference_too():
    """With customers' mean and the difference shown, staff's own estimate could be computed back."""
    guesses = notes(*[("T1", "estimate_actual", 5.0)] * 3)
    told = outlook.staff_notes(LOG, guesses, ratings([3.0, 4.0] * 10), min_n=7).set_index(["metric", "touchpoint_id"])
    assert told.loc[("staff_estimate", "T1"), "note"] == told.loc[("estimate_difference", "T1"), "note"] == "n < 7"
    assert told.loc[("customer_rating", "T1"), "value"] == pytest.approx(3.5)


def test_what_is_missing_is_named():
    assert outlook.staff_notes(LOG, notes())["note"].item() == "needs employee_notes.kind, employee_notes.touchpoint_id"
    assert outlook.staff_notes(LOG, notes().drop(columns="kind"))["note"].item() == "needs employee_notes.kind"


def test_the_demo_s_staff_think_too_well_of_what_customers_get(client, client_log):
    tables = client[0]
    told = outlook.staff_notes(client_log, tables["employee_notes"], tables["responses"].assign(weight=1.0))
    assert told[told["metric"].eq("note_share")]["value"].sum() == pytest.approx(1)
    over = told[told["touchpoint_id"].isna() & told["metric"].eq("estimate_difference")].set_index("item_type")
    biased = client[1]["staff"].set_index("touchpoint_id")
    notes = tables["employee_notes"]
    for item_type, bias in {"actual": "bias_actual", "expected": "bias_expected"}.items():
        planted = notes.loc[notes["kind"].eq(f"estimate_{item_type}"), "touchpoint_id"].map(biased[bias]).mean()
        row = over.loc[item_type]
        assert abs(row["value"] - planted) < 4 * (row["high"] - row["low"]) / 3.92, item_type
    assert over.loc["actual", "low"] > 0
