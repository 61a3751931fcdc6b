"""What has changed since the last wave, by question and by department."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.decisions.monitoring import change


def answers(rng, people=200, both=100, shift=0.0, item="T1_actual", touchpoint="T1", kind="actual", low=1.0, high=6.0):
    """Two waves; `both` people are in both of them and answer alike."""
    own = rng.normal(0, 1, 2 * people)
    rows = [
        (str(number), wave, 3 + own[number] + rng.normal(0, 0.5) + (shift if wave == "2" else 0.0))
        for wave, first in (("1", 0), ("2", people - both))
        for number in range(first, first + people)
    ]
    table = pd.DataFrame(rows, columns=["respondent_id", "wave", "value"]).assign(survey_id="s", item_id=item, item_type=kind)
    table = table.assign(response_id=table["respondent_id"] + table["wave"], touchpoint_id=touchpoint, state="answered", weight=1.0)
    when = pd.to_datetime(table["wave"].map({"1": "2025-05-01", "2": "2026-05-01"}))
    return table.assign(scale_low=low, scale_high=high, survey_ts=when).astype({"touchpoint_id": "str"})


def of(table, metric):
    return table[table["metric"].eq(metric)]


def test_it_is_the_difference_of_estimates():
    table = answers(np.random.default_rng(1), shift=0.4)
    found = change(table)
    own = estimates.difference(
        table, "value", between="wave", reference="1", weight="weight", cluster="respondent_id", count="respondent_id"
    )
    row = of(found, "change").iloc[0]
    assert row["value"] == pytest.approx(own["value"].item())
    assert row["high"] - row["value"] == pytest.approx(own["high"].item() - own["value"].item(), rel=0.01)
    assert of(found, "score_now")["value"].item() - of(found, "score_before")["value"].item() == pytest.approx(row["value"])
    assert row["unit"] == "scale points"
    assert of(found, "score_now")["unit"].item() == "scale 1–6"
    assert row["note"] == ""


def test_people_asked_twice_make_a_change_surer():
    table = answers(np.random.default_rng(2), shift=0.2)
    together = of(change(table), "change").iloc[0]
    apart = of(change(table.assign(respondent_id=table["response_id"])), "change").iloc[0]
    assert together["value"] == pytest.approx(apart["value"])
    assert together["high"] - together["low"] < 0.9 * (apart["high"] - apart["low"])


def test_recommendation_is_told_in_points():
    table = answers(np.random.default_rng(3), item="recommend", kind="nps", touchpoint=None, low=0.0, high=10.0)
    table = table.assign(value=np.where(table["wave"].eq("1"), 6.0, 9.0))
    row = of(change(table), "change").iloc[0]
    assert (row["value"], row["unit"]) == (200.0, "points")


def test_departments_take_the_mean_of_their_touchpoints():
    rng = np.random.default_rng(4)
    table = pd.concat([answers(rng, shift=1.0), answers(rng, shift=0.0, item="T2_actual", touchpoint="T2")], ignore_index=True)
    owners = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "department": ["DI", "DI"]}).astype("str")
    found = change(table, owners)
    each = of(found, "change")["value"]
    row = of(found, "department_change").iloc[0]
    assert row["value"] == pytest.approx(each.mean())
    assert row["owner"] == "DI"
    assert row["n"] == 300
    assert of(change(table), "department_change").empty


def test_what_was_asked_otherwise_is_not_compared():
    table = answers(np.random.default_rng(5))
    table["scale_high"] = table["scale_high"].where(table["wave"].eq("1"), 5.0)
    row = of(change(table), "change").iloc[0]
    assert np.isnan(row["value"])
    assert row["note"] == "scale differs"
    assert of(change(table), "score_now")["value"].notna().all()


def test_chance_and_thin_answers_are_noted():
    table = answers(np.random.default_rng(6), people=60, both=0)
    assert of(change(table), "change")["note"].item() == "difference open"
    assert of(change(table, min_n=61), "change")["note"].item() == "n < 61"


def test_a_question_of_one_wave_keeps_its_score():
    rng = np.random.default_rng(7)
    new = answers(rng, item="T2_actual", touchpoint="T2")
    table = pd.concat([answers(rng), new[new["wave"].eq("2")]], ignore_index=True)
    found = change(table).set_index(["item_id", "metric"])
    assert found.loc[("T2_actual", "change"), "note"] == "not asked before"
    assert found.loc[("T2_actual", "score_before"), "note"] == "not asked"
    assert found.loc[("T2_actual", "score_now"), "value"] > 0


def test_one_wave_and_none():
    table = answers(np.random.default_rng(8))
    assert change(table[table["wave"].eq("1")])["note"].item() == "one wave"
    assert change(table.iloc[:0])["note"].item() == "needs responses.wave"


def test_draws_are_those_of_the_change():
    row = of(change(answers(np.random.default_rng(9), shift=0.5), draws=100, seed=2), "change").iloc[0]
    assert np.std(row["draws"]) == pytest.approx((row["high"] - row["low"]) / 3.94, rel=0.25)


def test_the_demo_s_delivery_information_rose_and_demands_did(golden_update, demo):
    from cxlib import intake
    from cxlib.params import load

    params = load(demo, "demo")
    table = intake.prepare(demo, params).table
    found = change(table("responses"), table("touchpoints"), wordings=params.wordings, **params.sampling | {"draws": 0})
    changed = of(found, "change").set_index("item_id")
    assert changed.loc["T22_actual", "low"] > 0
    assert changed.loc[["T11_actual", "T36_actual", "T39_actual"], "note"].eq("difference open").all()
    owners = of(found, "department_change").set_index("owner")
    assert owners.index[owners["note"].eq("")].to_list() == ["DI"]
