"""The verdict: when it says classes, weak, continuum or too few."""

import numpy as np
import pandas as pd
import pytest

from cxlib.customers.personas.reported import told, unanswered, verdict

CROWDS = np.array([1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.02, 0.98, 1.03, 0.97])


@pytest.mark.parametrize(("gain", "state"), [(2.0, "classes"), (1.22, "weak"), (1.05, "continuum"), (0.5, "continuum")])
def test_the_verdict_goes_by_how_far_crowds_reach(gain, state):
    found, rows = verdict(100, 3, gain, CROWDS, np.array([0.9, 0.8]), None)
    assert found == state
    row = rows[rows["metric"].eq("class_verdict")].iloc[0]
    assert (row["verdict"], row["classes"]) == (state, "3")
    assert row["value"] == pytest.approx((gain - CROWDS.mean()) / (CROWDS.std(ddof=1) * np.sqrt(1.1)))
    assert rows.loc[rows["metric"].eq("class_stability"), "value"].item() == pytest.approx(0.85)


def test_one_class_is_a_continuum_and_none_is_too_few():
    assert verdict(100, 1, 0.0, np.array([]), np.array([]), None)[0] == "continuum"
    state, rows = verdict(20, 0, np.nan, np.array([]), np.array([]), None, note="n < 100")
    assert state == "too_few"
    assert rows["note"].item() == "n < 100"
    assert rows["value"].isna().all()


def test_local_dependence_is_told_where_it_is_large_and_sure():
    left = pd.DataFrame({"feature": list("abc"), "feature_2": list("xyz"), "size": [0.3, 0.3, 0.05], "p": [1e-9, 0.2, 1e-9], "n": 500.0})
    rows = verdict(500, 2, 2.0, CROWDS, np.array([]), left.assign(statistic=1.0, df=1))[1].set_index("feature")
    assert rows.loc[["a", "b", "c"], "note"].to_list() == ["local dependence", "", ""]


def test_rows_that_say_what_is_missing():
    assert set(unanswered(["customers.customer_id"])["note"]) == {"needs customers.customer_id"}


def test_profiles_as_estimates():
    table = pd.DataFrame(
        {
            "persona": ["a", "a"], "feature": ["w", "h"], "answer": pd.Series(["x", None], dtype="str"), "kind": ["share", "mean"],
            "value": [0.5, 3.0], "low": 0.1, "high": 4.0, "overall": [0.25, 2.0], "lift": [2.0, 1.0], "lift_low": 0.5, "lift_high": 3.0,
            "lift_unit": ["times", "sd"], "n": [10.0, 9.6], "draws": [np.zeros(2)] * 2, "lift_draws": [np.ones(2)] * 2,
        }
    )  # fmt: skip
    rows = told(None, table)
    assert rows["metric"].to_list() == ["persona_value", "persona_value", "persona_lift", "persona_distance"]
    assert rows["unit"].to_list() == ["share", "", "times", "sd"]
    assert rows["n"].to_list() == [10, 10, 10, 10]
    assert told(None, table, lifts=False)["metric"].unique().tolist() == ["persona_value"]
