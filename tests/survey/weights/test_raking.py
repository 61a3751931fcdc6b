"""Raking: R's survey package, margins met, what it costs, the cap, and how respondents get their weights."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.survey import scores, weights

# R 4.2, survey 4.1: data(api); d <- svydesign(~dnum, weights=~pw, data=apiclus1, fpc=~fpc)
#   rake(d, list(~stype, ~sch.wide), list(types, schwide), control=list(epsilon=1))      stops after 4 rounds
#     svymean(~api00) 641.23 SE 23.70364124, svytotal(~enroll) 3647300 SE 400603, range(weights) 29.87046387 67.12578263
#   ..., control=list(epsilon=1e-9)
#     svymean(~api00) SE 23.70361689, svytotal(~enroll) 3647280 SE 400603.2569, range(weights) 29.87067549 67.12552924
#     SE(svyby(~api00, ~stype, ...)) 22.80841219 36.74314488 29.96288096, by comp.imp 27.96506140 23.34521514
#   postStratify(d, ~stype, types): svymean(~api00) 642.31 SE 23.92048645
SCHOOLS = {"stype": {"E": 4421, "H": 755, "M": 1018}, "sch.wide": {"No": 1072, "Yes": 5122}}
DESIGN = {"weight": "weight", "cluster": "dnum", "population": "fpc"}
PEOPLE = pd.DataFrame({"response_id": list("abcdef"), "region": list("nnnnss"), "role": list("uduudu")})


@pytest.fixture(scope="module")
def schools(oracle_data):
    return pd.read_csv(oracle_data / "apiclus1.csv", dtype={"cds": str})


def standard_error(table):
    return ((table["high"] - table["low"]) / 2 / stats.t.ppf(0.975, 14)).to_numpy()


def rows_of(frame):
    return frame[["metric", "value"]].set_index("metric")["value"].to_dict()


def test_raking_agrees_with_r_survey_where_r_stops(schools):
    found = weights.rake(schools, targets=SCHOOLS, weight="pw", key="cds", tolerance=1e-5)
    row = estimates.mean(found.assign(schools), "api00", calibration=found.calibration, **DESIGN)
    total = estimates.mean(found.assign(schools), "enroll", calibration=found.calibration, **DESIGN)
    assert found.iterations == 4
    assert (found.weight.min(), found.weight.max()) == pytest.approx((29.870464, 67.1257826), abs=5e-7)
    assert row["value"].item() == pytest.approx(641.23, abs=5e-4)
    assert standard_error(row).item() == pytest.approx(23.7036, abs=7e-5)
    assert total["value"].item() * found.weight.sum() == pytest.approx(3647300, abs=0.5)


def test_raking_agrees_with_r_survey_in_the_end(schools):
    found = weights.rake(schools, targets=SCHOOLS, weight="pw", key="cds")
    chosen = {**DESIGN, "calibration": found.calibration}
    table = found.assign(schools)
    assert (found.weight.min(), found.weight.max()) == pytest.approx((29.87067549, 67.12552924), abs=2e-8)
    assert standard_error(estimates.mean(table, "api00", **chosen)).item() == pytest.approx(23.70361689, abs=1e-7)
    total = estimates.mean(table, "enroll", **chosen)
    assert total["value"].item() * 6194 == pytest.approx(3647280, abs=0.5)
    assert standard_error(total).item() * 6194 == pytest.approx(400603.2569, abs=1e-3)
    by_type, by_target = (estimates.mean(table, "api00", by=[name], **chosen) for name in ("stype", "comp.imp"))
    assert standard_error(by_type) == pytest.approx([22.80841219, 36.74314488, 29.96288096], abs=1e-6)
    assert standard_error(by_target) == pytest.approx([27.96506140, 23.34521514], abs=1e-6)


def test_one_margin_is_post_stratification(schools):
    found = weights.rake(schools, targets={"stype": SCHOOLS["stype"]}, weight="pw", key="cds")
    row = estimates.mean(found.assign(schools), "api00", calibration=found.calibration, **DESIGN)
    assert row["value"].item() == pytest.approx(642.311, abs=5e-4)
    assert standard_error(row).item() == pytest.approx(23.92048645, abs=1e-7)
    assert found.iterations == 1


def test_base_weights_of_strata_give_the_known_mean(oracle_data):
    """apistrat: svymean(~api00) 662.287 SE 9.40894; post-stratified to the strata's own sizes nothing moves."""
    schools = pd.read_csv(oracle_data / "apistrat.csv", dtype={"cds": str})
    found = weights.rake(schools, targets={"stype": SCHOOLS["stype"]}, weight="pw", key="cds")
    row = estimates.mean(found.assign(schools), "api00", weight="weight", stratum="stype", population="fpc", calibration=found.calibration)
    assert found.weight.to_numpy() == pytest.approx(schools["pw"].to_numpy(), rel=1e-6)
    assert row["value"].item() == pytest.approx(662.287, abs=5e-4)
    assert ((row["high"] - row["low"]) / 2 / stats.t.ppf(0.975, 197)).item() == pytest.approx(9.40894, abs=5e-6)


@st.composite
def surveys(draw):
    """Respondents who hold every pair of levels, with unequal base weights, and any targets."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    extra = draw(st.integers(0, 40))
    margins = {"a": list("xyz"), "b": list("pq")}
    rows = [(one, other) for one in "xyz" for other in "pq"] + [(rng.choice(list("xyz")), rng.choice(list("pq"))) for _ in range(extra)]
    people = pd.DataFrame(rows, columns=["a", "b"]).assign(response_id=[str(number) for number in range(len(rows))])
    people["w"] = rng.uniform(0.2, 3, len(rows))
    targets = {name: dict(zip(levels, rng.dirichlet([2.0] * len(levels)), strict=True)) for name, levels in margins.items()}
    return people, targets


@given(surveys())
@settings(max_examples=40)
def test_margins_are_met_and_nothing_but_the_margins_matters(survey):
    people, targets = survey
    found = weights.rake(people, targets=targets, weight="w")
    for name, levels in targets.items():
        held = found.weight.groupby(people[name]).sum() / found.weight.sum()
        assert held.to_dict() == pytest.approx(levels, abs=1e-8)
    assert found.weight.mean() == pytest.approx(1.0)
    assert found.table["after"].to_numpy() == pytest.approx(found.table["target"].to_numpy(), abs=1e-8)
    turned = {name: dict(reversed(levels.items())) for name, levels in reversed(targets.items())}
    for other in (
        weights.rake(people, targets=turned, weight="w"),
        weights.rake(people.assign(w=7 * people["w"]), targets=targets, weight="w"),
    ):
        assert other.weight.to_numpy() == pytest.approx(found.weight.to_numpy(), abs=1e-6)
    counts = weights.rake(people, targets={name: {level: 5000 * s for level, s in t.items()} for name, t in targets.items()}, weight="w")
    assert counts.weight.sum() == pytest.approx(5000)
    assert counts.weight.to_numpy() / 5000 * len(people) == pytest.approx(found.weight.to_numpy(), abs=1e-6)


def test_a_weight_of_two_is_the_row_twice():
    targets = {"region": {"n": 0.4, "s": 0.6}, "role": {"u": 0.5, "d": 0.5}}
    base = PEOPLE.assign(w=[2.0, 1, 1, 2, 1, 1])
    twice = pd.concat([PEOPLE, PEOPLE.iloc[[0, 3]].assign(response_id=["a2", "d2"])], ignore_index=True)
    once, doubled = weights.rake(base, targets=targets, weight="w"), weights.rake(twice, targets=targets)
    summed = doubled.weight.groupby(twice["response_id"].str[0]).sum()
    assert (once.weight / once.weight.sum()).to_numpy() == pytest.approx((summed / summed.sum()).to_numpy())


def test_what_it_costs_is_told():
    found = weights.rake(PEOPLE, targets={"region": {"n": 0.5, "s": 0.5}})
    assert found.weight.to_list() == pytest.approx([0.75] * 4 + [1.5] * 2)
    assert found.design_effect == pytest.approx(6 * (4 * 0.75**2 + 2 * 1.5**2) / 36)
    assert found.n_eff == pytest.approx(6 / found.design_effect)
    figures = rows_of(found.estimates[found.estimates["region"].isna()])
    assert figures == pytest.approx({"design_effect": 1.125, "largest_weight": 1.5, "n_effective": 16 / 3, "capped": 0.0})
    shown = found.estimates[found.estimates["region"].notna()].pivot(index="region", columns="metric", values="value")
    assert shown.loc["n"].to_dict() == pytest.approx({"share_after": 0.5, "share_before": 2 / 3, "share_target": 0.5})
    assert found.table["n"].to_list() == [4, 2]
    assert found.table["note"].to_list() == ["n < 20", "n < 20"]
    assert weights.rake(PEOPLE, targets={"region": {"n": 0.5, "s": 0.5}}, min_n=3).table["note"].to_list() == ["", "n < 3"]


def test_a_cap_holds_weights_down_and_says_so():
    people = pd.DataFrame({"response_id": [str(number) for number in range(20)], "region": ["s"] * 2 + ["n"] * 18})
    free = weights.rake(people, targets={"region": {"s": 0.5, "n": 0.5}})
    capped = weights.rake(people, targets={"region": {"s": 0.5, "n": 0.5}}, cap=3)
    assert free.weight.max() == pytest.approx(5)
    assert capped.weight.max() == pytest.approx(3)
    assert capped.weight.mean() == pytest.approx(1)
    assert (capped.capped, capped.converged, capped.off) == (2, False, pytest.approx(0.2))
    assert set(capped.estimates["note"]) == {"margins not met", "n < 20"}
    assert capped.design_effect < free.design_effect


def test_a_cap_within_reach_of_the_margins_moves_weight_to_others():
    rng = np.random.default_rng(3)
    people = pd.DataFrame({"response_id": [str(number) for number in range(400)], "a": rng.choice(["x", "y"], 400, p=[0.9, 0.1])})
    people = people.assign(b=rng.choice(["p", "q"], 400), w=rng.lognormal(0, 0.8, 400))
    targets = {"a": {"x": 0.8, "y": 0.2}, "b": {"p": 0.4, "q": 0.6}}
    free, capped = (weights.rake(people, targets=targets, weight="w", cap=cap) for cap in (None, 4))
    assert free.weight.max() > 4
    assert (capped.converged, capped.weight.max()) == (True, pytest.approx(4))
    assert capped.capped > 0


def test_without_targets_weights_stay():
    found = weights.rake(PEOPLE.assign(w=[1.0, 1, 1, 1, 1, 3]), targets={}, weight="w")
    assert found.weight.to_list() == [1, 1, 1, 1, 1, 3]
    assert (found.calibration, len(found.table), found.converged) == (None, 0, True)
    assert found.design_effect == pytest.approx(6 * 14 / 64)


def test_without_respondents_there_is_a_row_that_says_so():
    found = weights.rake(PEOPLE.iloc[:0], targets={"region": {"n": 1.0}})
    assert found.estimates["note"].to_list() == ["needs responses.respondent_id"]
    assert len(found.weight) == 0


def test_who_weighs_nothing_keeps_a_weight_of_nothing():
    found = weights.rake(PEOPLE.assign(w=[0.0, 1, 1, 1, 1, 1]), targets={"region": {"n": 0.5, "s": 0.5}}, weight="w")
    assert found.weight.iloc[0] == 0
    assert found.weight.sum() == pytest.approx(5)
    assert len(found.calibration.people) == 5


def test_responses_get_their_respondents_weight():
    found = weights.rake(PEOPLE, targets={"region": {"n": 0.5, "s": 0.5}})
    long = pd.DataFrame({"response_id": ["f", "a", "a"], "item_id": ["x", "x", "y"], "weight": 9.0})
    assert found.assign(long)["weight"].to_list() == pytest.approx([1.5, 0.75, 0.75])
    with pytest.raises(DataError) as refused:
        found.assign(long.assign(response_id=["f", "z", "z"]))
    assert str(refused.value) == (
        "responses: 1 values of response_id were not weighted, the first is 'z'. Rake all who answered, or leave the other surveys out."
    )
    with pytest.raises(DataError, match="there is no column 'response_id'"):
        found.assign(long.drop(columns="response_id"))


def test_the_demo_institutes_weights_are_found_again(demo):
    """The institute weighted each wave by how many of a stratum answered: post-stratification to those invited."""
    from cxlib import intake
    from cxlib.params import load

    tables = intake.prepare(demo, load(demo, "demo"))
    invited, answers = tables.table("invitations"), tables.table("responses")
    for wave in ("1", "2"):
        people = answers[(answers["survey_id"] == "customers") & (answers["wave"] == wave)].drop_duplicates("response_id")
        sizes = invited[invited["wave"] == wave].groupby("stratum").size().to_dict()
        found = weights.rake(people, targets={"stratum_id": sizes})
        ratio = found.weight / people["weight"]
        assert ratio.std() / ratio.mean() < 0.02
        answered = scores.nps(found.assign(answers[answers["response_id"].isin(people["response_id"])]), calibration=found.calibration)
        assert answered["n"].item() > 500


def test_other_surveys_keep_their_weights():
    people = pd.DataFrame({"response_id": ["a", "b", "c"], "region": ["north", "north", "south"]})
    raked = weights.rake(people, targets={"region": {"north": 0.5, "south": 0.5}})
    answers = pd.DataFrame({"response_id": ["a", "c", "z"], "weight": [1.0, 1.0, 0.3]})
    assert raked.assign(answers, others="keep")["weight"].to_list() == pytest.approx([0.75, 1.5, 0.3])
    with pytest.raises(DataError, match="were not weighted"):
        raked.assign(answers)
