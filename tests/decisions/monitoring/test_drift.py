"""Expectation and experience, each by its own drift."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.monitoring import drift


def sides(rng, people=300, expected=0.0, actual=0.0):
    rows = []
    for touchpoint, base in (("A", 0.0), ("B", 0.5)):
        for kind, level, more in (("actual", 3.5 + base, actual), ("expected", 5.0, expected)):
            for wave in "12":
                value = level + rng.normal(0, 0.8, people) + (more if wave == "2" else 0.0)
                rows.append(pd.DataFrame({"respondent_id": np.arange(people).astype(str), "wave": wave, "value": value}).assign(
                    touchpoint_id=touchpoint, item_id=f"{touchpoint}_{kind}", item_type=kind))  # fmt: skip
    table = pd.concat(rows, ignore_index=True).assign(survey_id="s", state="answered", weight=1.0, scale_low=1.0, scale_high=9.0)
    return table.assign(survey_ts=pd.to_datetime(table["wave"].map({"1": "2025-05-01", "2": "2026-05-01"})))


def overall(found):
    return found[found["item_id"].isna()].set_index("metric")


def test_rising_demands_are_told_apart_from_worse_service():
    rising = overall(drift(sides(np.random.default_rng(1), expected=0.3)))
    assert rising.loc["expected_drift", "low"] > 0.1
    assert rising.loc["actual_drift", "note"] == "difference open"
    assert rising.loc["gap_drift", "high"] < 0
    worse = overall(drift(sides(np.random.default_rng(2), actual=-0.3)))
    assert worse.loc["actual_drift", "high"] < 0
    assert worse.loc["expected_drift", "note"] == "difference open"


def test_the_gap_moves_by_what_its_sides_move_apart():
    found = drift(sides(np.random.default_rng(3), expected=0.3, actual=0.1))
    wide = found.pivot_table(index="item_id", columns="metric", values="value")
    assert wide["gap_drift"].to_numpy() == pytest.approx((wide["actual_drift"] - wide["expected_drift"]).to_numpy())
    told = overall(found)["value"]
    assert told["gap_drift"] == pytest.approx(wide["gap_drift"].mean())
    assert told["expected_drift"] == pytest.approx(wide["expected_drift"].mean())


def test_declared_pairs_count_too():
    table = sides(np.random.default_rng(4)).assign(touchpoint_id=None)
    assert drift(table)["note"].item() == "needs responses.wave"
    found = drift(table, declared={"A_expected": "A_actual"})
    assert found["item_id"].dropna().unique().tolist() == ["A_actual"]


def test_pairs_of_which_a_side_was_asked_otherwise_are_left_out():
    table = sides(np.random.default_rng(5))
    table.loc[table["item_id"].eq("A_expected") & table["wave"].eq("2"), "scale_high"] = 7.0
    assert drift(table)["item_id"].dropna().unique().tolist() == ["B_actual"]


def test_what_is_missing_is_said():
    table = sides(np.random.default_rng(6))
    assert drift(table[table["item_type"].eq("actual")])["note"].item() == "needs responses[expected]"
    assert drift(table[table["wave"].eq("1")])["note"].item() == "needs responses.wave"
    assert drift(table.iloc[:0])["note"].item() == "needs responses[actual], responses[expected]"
