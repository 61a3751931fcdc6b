"""The workshop's tables keep their contracts, say what was planted, and repeat nothing."""

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.plan import Plan
from cxlib.simulate.workshop import PORTALS, SINCE, truth, workshop
from cxlib.tables import CONTRACTS

SIZES = {
    "touchpoints": 42,
    "service_levels": 18,
    "offers": 10,
    "principles": 5,
    "principle_ratings": 420,
    "goals": 8,
    "actions": 11,
    "employee_notes": 140,
    "incidents": 260,
    "documents": 24,
    "reviews": 90,
}
PLAN = Plan()


@pytest.fixture(scope="module")
def tables():
    return workshop(PLAN)


def public(frame):
    return frame[[name for name in frame if not name.startswith("_")]]


def kappa(one, other):
    levels = np.union1d(one, other)
    by_chance = sum((one == level).mean() * (other == level).mean() for level in levels)
    return ((one == other).mean() - by_chance) / (1 - by_chance)


def test_every_table_keeps_its_contract(tables):
    assert {name: len(frame) for name, frame in tables.items() if not name.startswith("_")} == SIZES
    for name in SIZES:
        CONTRACTS[name].validate(public(tables[name]), name)


def test_the_same_plan_gives_the_same_tables_and_another_seed_others(tables):
    again, other = workshop(PLAN), workshop(Plan(seed=2))
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, again[name])
    assert not tables["incidents"]["incident_ts"].equals(other["incidents"]["incident_ts"])
    assert not tables["principle_ratings"]["fit"].equals(other["principle_ratings"]["fit"])
    pd.testing.assert_frame_equal(tables["touchpoints"], other["touchpoints"])


def test_a_small_plan_keeps_the_lists_and_some_of_the_voices():
    small = workshop(Plan(size=0.1))
    assert len(small["touchpoints"]) == 42
    assert (len(small["incidents"]), len(small["employee_notes"]), len(small["reviews"])) == (26, 14, 9)
    for name in SIZES:
        CONTRACTS[name].validate(public(small[name]), name)
    assert len(workshop(Plan(size=20))["incidents"]) == 260


def test_the_list_has_the_gaps_that_it_should_have(tables):
    touchpoints = tables["touchpoints"]
    assert touchpoints["seq"].to_list() == list(range(1, 43))
    assert set(touchpoints.loc[touchpoints["department"].isna(), "touchpoint_id"]) == {"T01", "T02", "T13", "T42"}
    assert set(touchpoints.loc[touchpoints["stage"].eq("Willkommen"), "department"]) == {"EC", "KD"}
    assert set(touchpoints.loc[touchpoints["status"].eq("obsolete"), "touchpoint_id"]) == {"T07", "T18"}
    assert touchpoints.loc[touchpoints["status"].eq("planned"), "touchpoint_id"].to_list() == ["T23"]
    assert touchpoints["observable_in"].value_counts().to_dict() == {"both": 24, "survey": 10, "log": 8}
    agreed = touchpoints.set_index("touchpoint_id").loc["T29", "stage"]
    assert agreed == "Willkommen"
    assert not tables["_conflicts"]["stage"].eq(agreed).any()


def test_ids_point_at_what_exists(tables):
    known = set(tables["touchpoints"]["touchpoint_id"])
    for name in ("principle_ratings", "actions", "employee_notes", "incidents", "reviews", "_conflicts"):
        assert set(tables[name]["touchpoint_id"].dropna()) <= known, name
    departments = set(tables["touchpoints"]["department"].dropna())
    assert set(tables["service_levels"]["owner"]) <= departments
    assert set(tables["actions"]["owner"]) <= departments
    assert set(tables["actions"]["depends_on"].dropna()) <= set(tables["actions"]["action_id"])
    assert set(tables["offers"]["stage"]) <= set(tables["touchpoints"]["stage"])


def test_two_raters_agree_moderately_and_see_the_breaches(tables):
    ratings = tables["principle_ratings"]
    one, other = (group.sort_values(["touchpoint_id", "principle_id"])["fit"].to_numpy() for _, group in ratings.groupby("rater"))
    assert kappa(one, other) == pytest.approx(0.6, abs=4 * 0.045)
    worst = ratings.groupby("touchpoint_id")["fit"].mean().nsmallest(2).index
    assert set(worst) <= {"T22", "T39", "T37"}
    assert ratings["fit"].isin(range(5)).all()


def test_bad_incidents_pile_up_where_the_pain_points_are(tables):
    incidents = tables["incidents"]
    bad = incidents.loc[incidents["sign"].eq("negative"), "touchpoint_id"].value_counts()
    assert list(bad.index[:3]) == ["T22", "T39", "T31"]
    assert bad[["T22", "T39", "T31", "T36", "T38"]].sum() / bad.sum() > 0.6
    good = incidents.loc[incidents["sign"].eq("positive"), "touchpoint_id"].value_counts()
    assert good.index[0] == "T11"
    planted = truth(PLAN)["incidents"].set_index(["touchpoint_id", "sign"])["share"]
    pd.testing.assert_series_equal(incidents.groupby(["touchpoint_id", "sign"]).size() / len(incidents), planted, check_names=False)


def test_nothing_is_told_before_it_could_have_happened(tables):
    incidents = tables["incidents"].dropna(subset="incident_ts")
    for (touchpoint, sign), day in SINCE.items():
        when = incidents.loc[incidents["touchpoint_id"].eq(touchpoint) & incidents["sign"].eq(sign), "incident_ts"]
        assert (when.dt.date >= day).all()
    for name, column in (("incidents", "incident_ts"), ("employee_notes", "note_ts"), ("reviews", "review_ts")):
        when = tables[name][column].dropna().dt.date
        assert when.between(PLAN.start, PLAN.end).all(), name
    assert (incidents["incident_ts"].dt.day_of_week < 5).all()


def test_no_sentence_stands_twice(tables):
    said = pd.concat([tables[name]["text"].dropna() for name in ("incidents", "employee_notes", "reviews", "documents")])
    assert said.is_unique
    assert said.str.split().str.len().gt(1).all()
    openings = said.str.split().str[:3].str.join(" ")
    assert openings.value_counts().max() <= 3


def test_staff_think_too_well_of_their_house(tables):
    notes, known = tables["employee_notes"], truth(PLAN)["staff"].set_index("touchpoint_id")
    for kind, column in (("estimate_actual", "actual"), ("estimate_expected", "expected")):
        given = notes[notes["kind"].eq(kind)]
        error = (given["value"] - given["touchpoint_id"].map(known[column])).to_numpy()
        tolerance = 4 * 0.5 / np.sqrt(len(error))
        assert error.mean() == pytest.approx(known[f"bias_{column}"].mean(), abs=tolerance), kind
    weak = notes[notes["kind"].eq("estimate_expected") & notes["touchpoint_id"].isin(["T22", "T39", "T36", "T31"])]
    assert (weak["value"] - weak["touchpoint_id"].map(known["expected"])).mean() < -0.3
    assert notes.loc[notes["kind"].isin(["observation", "idea"]), "text"].notna().all()


def test_reviews_are_skewed_and_bad_ones_follow_incidents(tables):
    reviews, incidents = tables["reviews"], tables["incidents"]
    assert reviews["rating"].value_counts().to_dict() == {5.0: 52, 4.0: 14, 1.0: 13, 2.0: 6, 3.0: 5}
    assert set(reviews["source"]) == set(PORTALS)
    bad = incidents[incidents["sign"].eq("negative")].dropna(subset="incident_ts")
    for row in reviews[reviews["rating"].le(2) & reviews["touchpoint_id"].isin(bad["touchpoint_id"])].itertuples():
        waited = row.review_ts - bad.loc[bad["touchpoint_id"].eq(row.touchpoint_id), "incident_ts"]
        assert waited.between(pd.Timedelta(0), pd.Timedelta(days=21)).any()


def test_goals_and_actions_hold_what_was_planted(tables):
    goals, actions = tables["goals"].set_index("department"), tables["actions"].set_index("action_id")
    assert goals.loc["KC", "target"] / goals.loc["KC", "value"] == pytest.approx(0.9)
    assert goals.loc["AD", "target"] / goals.loc["AD", "value"] == pytest.approx(1.2)
    assert goals.loc["BH", "target"] == 14
    assert actions.loc["M1", ["cost_once", "cost_year"]].to_list() == [24000, 6000]
    assert actions.loc["M2", "cost_once"] == 31000
    assert actions["start_date"].dropna().dt.date.astype(str).to_list() == ["2026-01-12", "2026-02-02"]
    assert (actions["effect_low"] <= actions["effect_mode"]).all()
    assert (actions["effect_mode"] <= actions["effect_high"]).all()
    planted = truth(PLAN)["actions"].set_index("action_id")
    best = planted["net_benefit_year"].nlargest(3)
    assert best.to_dict() == {"M3": 62000, "M4": 48000, "M5": 35000}
    assert set(planted.index[planted["verdict"].eq("tempting but wrong")]) == {"M6", "M7"}


def test_respondents_tell_what_they_rated():
    rng = np.random.default_rng(5)
    asked = [f"R{number}" for number in range(400)]
    answers = pd.DataFrame({"respondent_id": asked, "touchpoint_id": "T22", "item_type": "actual", "value": rng.integers(1, 7, 400) * 1.0})
    told = workshop(PLAN, answers)["incidents"]
    assert set(told["respondent_id"]) <= set(asked)
    marks = told.merge(answers[["respondent_id", "value"]], on="respondent_id")
    low = marks.loc[marks["touchpoint_id"].eq("T22") & marks["sign"].eq("negative"), "value"]
    assert low.mean() < answers["value"].mean() - 1
