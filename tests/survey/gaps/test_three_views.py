"""Customers, staff and management: R's Welch interval, departments that count alike, and what the demo's staff misjudge."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.simulate.plan import Plan
from cxlib.simulate.workshop import truth
from cxlib.survey import gaps

CUSTOMERS = [5.0, 6, 5, 6, 6, 4, 5, 5]
STAFF = [4.0, 5, 4.5, 3.5]


def notes(values, kind="estimate_expected", touchpoint="hotline", departments=None):
    departments = [f"d{number}" for number in range(len(values))] if departments is None else departments
    return pd.DataFrame({"department": departments, "touchpoint_id": touchpoint, "kind": kind, "value": values})


def of(table, metric):
    return table[table["metric"].eq(metric)].set_index("touchpoint_id")


def test_one_touchpoint_alone_is_welch_s_interval_as_in_r(item):
    # In R 4.2: t.test(c(4,5,4.5,3.5), c(5,6,5,6,6,4,5,5))
    row = of(gaps.views(item(CUSTOMERS, "expected"), notes(STAFF)), "knowledge_gap").loc["hotline"]
    assert [row["value"], row["low"], row["high"]] == pytest.approx([-1.0, -1.9756403663, -0.0243596337], rel=1e-8)
    assert row["method"] == "t, Welch"
    assert row["n"] == 8


def test_a_department_counts_once_however_many_of_it_speak(item):
    told = notes([4.0, 6.0, 5.0, 3.0], departments=["a", "a", "b", "c"])
    found = of(gaps.views(item(CUSTOMERS, "expected"), told), "staff_expected").loc["hotline"]
    assert found["value"] == pytest.approx((5 + 5 + 3) / 3)
    assert found["note"] == "departments = 3"
    assert found["n"] == 0


def test_spread_is_pooled_over_touchpoints(item):
    """Where all departments say the same, the others' spread still stands for what three of them can tell."""
    rated = pd.concat([item(CUSTOMERS, "expected", name) for name in ("hotline", "shop")])
    told = pd.concat([notes([4.0, 4.0, 4.0]), notes([3.0, 4.0, 5.0], touchpoint="shop")])
    found = of(gaps.views(rated, told), "staff_expected")
    width = found["high"] - found["low"]
    assert width["hotline"] == pytest.approx(width["shop"])
    assert width["hotline"] == pytest.approx(2 * 2.776445105 * np.sqrt(2 / 4 / 3))  # t at 4 degrees of freedom


def test_two_departments_are_too_few_to_be_shown(item):
    found = gaps.views(item(CUSTOMERS, "expected"), notes([4.0, 5.0]))
    assert of(found, "staff_expected").loc["hotline", "note"] == "n < 3"
    assert of(found, "knowledge_gap").loc["hotline", "note"] == "n < 3"
    assert found[found["metric"].isin(["staff_expected", "knowledge_gap"])][["value", "low", "high"]].isna().all(axis=None)


def test_estimates_off_the_customers_scale_are_refused(item):
    with pytest.raises(DataError) as error:
        gaps.views(item(CUSTOMERS, "expected"), notes([4.0, 8.0, 5.0]))
    assert str(error.value) == (
        "employee_notes.value: lies outside the customers' scale 1–6: '8.0'. Give it on that scale, high is good; nothing is rescaled."
    )


def test_a_touchpoint_on_two_scales_is_refused(item):
    rated = pd.concat([item(CUSTOMERS, "expected"), item(CUSTOMERS, "actual", low=0, high=10)])
    with pytest.raises(DataError, match="views: a touchpoint is rated on several scales: 'hotline'"):
        gaps.views(rated, notes(STAFF))


def test_without_notes_or_customers_the_rows_say_what_they_need(item):
    nothing = notes([]).astype({"touchpoint_id": "str", "kind": "str", "value": "float64"})
    assert set(gaps.views(item(CUSTOMERS, "expected"), nothing)["note"]) == {
        "needs employee_notes.value",
        "needs responses[actual], employee_notes.value",
    }
    assert "needs responses[expected]" in set(gaps.views(item(CUSTOMERS, "actual"), notes(STAFF))["note"])
    nobody = gaps.views(item([3], "actual").iloc[:0], nothing)
    assert set(nobody["note"]) == {"needs responses[actual], employee_notes.value", "needs responses[expected], employee_notes.value"}


PLACES = pd.DataFrame({"touchpoint_id": ["hotline", "shop"], "phase": ["aftersales", "sales"], "target_perception": [pd.NA, pd.NA]})


def test_targets_of_management_stand_beside_what_customers_say(item):
    rated = pd.concat([item([3, 4], "actual"), item([5, 6], "expected")]).assign(phase="aftersales")
    found = gaps.perception(rated, PLACES, targets={"aftersales": 4.5}).set_index("metric")
    assert found["value"].to_dict() == {"target": 4.5, "expected": 5.5, "actual": 3.5, "target_gap": -1.0}
    assert found.loc["target", "n"] == 0
    assert found.loc["target_gap", "low"] == pytest.approx(found.loc["actual", "low"] - 4.5)


def test_a_target_written_into_the_list_counts_and_words_do_not(item):
    rated = pd.concat([item([3, 4], "actual"), item([5, 6], "expected")]).assign(phase="aftersales")
    found = gaps.perception(rated, PLACES.assign(target_perception=["5", "freundlich"])).set_index("metric")
    assert found.loc["target", "value"] == 5
    words = gaps.perception(rated, PLACES.assign(target_perception="freundlich"))
    assert set(words["note"]) == {"needs touchpoints.target_perception"}


def test_a_target_off_the_scale_is_refused(item):
    rated = item([3, 4], "actual").assign(phase="aftersales")
    with pytest.raises(DataError, match="targets: lies outside the customers' scale 1–6: '7.5'"):
        gaps.perception(rated, PLACES, targets={"aftersales": 7.5})


def test_phases_of_several_scales_have_no_mean(item):
    rated = pd.concat([item([3, 4], "actual"), item([5, 6], "actual", "shop", low=0, high=10)]).assign(phase="sales")
    found = gaps.perception(rated, PLACES, targets={"sales": 4.0})
    assert found.empty or found["value"].isna().all()


def test_what_the_demo_s_staff_misjudge_lies_within_its_intervals(demo_table):
    """Planted: the bias of each estimate; customers' expectations are 0.15 stricter in the second wave."""
    found = gaps.views(demo_table("responses"), demo_table("employee_notes"), cluster="account_id")
    planted = truth(Plan())["staff"].set_index("touchpoint_id")
    known = of(found, "knowledge_gap").join(planted)
    hits = (known["low"] <= known["bias_expected"]) & (known["high"] >= known["bias_expected"] - 0.15)
    assert hits.sum() >= 12
    assert known.loc["T22", "high"] < 0, "staff underrate what customers expect of delivery dates"
    image = of(found, "self_image").join(planted)
    assert image["value"].mean() == pytest.approx(image["bias_actual"].mean(), abs=0.2)
