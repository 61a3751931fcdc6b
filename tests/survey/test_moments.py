"""Moments of truth: R's factors, their product, ranks, and effects handed in."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey.moments import moments

# R 4.2 on the data of tests/survey/asymmetry/test_contrasts.py (a and b rated, b not used where ub, a without an answer where na):
#   d$ra <- ifelse(na, 0, a - weighted.mean(a[!na], w[!na])); d$rb <- ifelse(ub, 0, b - weighted.mean(b[!ub], w[!ub]))
#   coef_test(lm(y ~ ra + rb + ub + na, data = d, weights = w), vcov = "CR2", cluster = d$c)   # clubSandwich 0.5.8
#   weighted.mean(!ub, w); sqrt(weighted.mean((b[!ub] - weighted.mean(b[!ub], w[!ub]))^2, w[!ub]))   # and for a
EFFECT, SE, DF = [0.022306300431, -0.400575445579], [0.328955530477, 0.289715082201], [6.34999593079, 6.65743228625]
REACH, SPREAD = [1.0, 0.930555555556], [1.43556108043, 1.45060499281]


@pytest.fixture(scope="module")
def small():
    i = np.arange(1, 49)
    parts = []
    for name, values, silent, state in (
        ("a", i * 7 % 5 + 1, i % 11 == 0, "no_answer"),
        ("b", (i * 3 + i // 4) % 5 + 1, i % 9 == 0, "not_used"),
    ):
        ids = [f"q{number}" for number in i]
        given = {"value": np.where(silent, np.nan, values), "state": np.where(silent, state, "answered")}
        people = {
            "response_id": ids,
            "respondent_id": ids,
            "account_id": (i % 8).astype(str),
            "weight": 1 + i % 3 / 2,
            "y": (i * i % 11).astype(float),
        }
        parts.append(pd.DataFrame({"item_id": name, **given, **people}))
    return pd.concat(parts, ignore_index=True)


def told(table, **options):
    return moments(table, outcome="y", items=["a", "b"], **{"cluster": "account_id", "min_n": 5, "draws": 200, **options})


def test_factors_of_r_and_their_product(small):
    from scipy import stats

    found = told(small).set_index("metric")
    assert found.loc["moment_effect", "value"].to_numpy() == pytest.approx(EFFECT, rel=1e-8)
    assert found.loc["moment_reach", "value"].to_numpy() == pytest.approx(REACH, rel=1e-10)
    assert found.loc["moment_spread", "value"].to_numpy() == pytest.approx(SPREAD, rel=1e-10)
    half = (found.loc["moment_effect", "high"] - found.loc["moment_effect", "low"]).to_numpy() / 2
    assert half == pytest.approx(stats.t.ppf(0.975, DF) * SE, rel=1e-8)
    assert found.loc["moment", "value"].to_numpy() == pytest.approx(np.prod([EFFECT, REACH, SPREAD], axis=0), rel=1e-8)
    assert found.loc["moment_rank", "value"].to_list() == [1, 2]


def test_draws_spread_as_the_interval_of_the_product_says(small):
    from scipy import stats

    found = told(small, draws=4000)
    rows = found[found["metric"] == "moment"]
    half = (rows["high"] - rows["low"]).to_numpy() / 2 / stats.t.ppf(0.975, DF)
    assert [np.std(values) for values in rows["draws"]] == pytest.approx(half, rel=0.15)


def test_reach_counts_those_who_met_it_and_did_not_rate_it():
    states = ["answered", "answered", "no_answer", "not_used", "not_asked"] * 8
    ids = [f"q{number}" for number in range(40)]
    value = [1.0, 5.0, np.nan, np.nan, np.nan] * 8
    table = pd.DataFrame({"response_id": ids, "respondent_id": ids, "item_id": "a", "state": states, "value": value, "weight": 1.0})
    found = moments(table.assign(y=np.arange(40.0)), outcome="y", items=["a"], min_n=2).set_index("metric")
    assert found.loc["moment_reach", "value"] == 3 / 4


def test_the_interval_of_the_product_knows_that_reach_is_uncertain():
    rng, n = np.random.default_rng(6), 60
    used = rng.random(n) < 0.4
    marks = rng.integers(1, 6, n).astype(float)
    ids = [f"q{number}" for number in range(n)]
    table = pd.DataFrame({"response_id": ids, "respondent_id": ids, "item_id": "a", "weight": 1.0, "y": 2 * marks * used})
    table = table.assign(state=np.where(used, "answered", "not_used"), value=np.where(used, marks, np.nan))
    found = moments(table, outcome="y", items=["a"], min_n=2, draws=4000).set_index("metric")
    reach, spread = found.loc["moment_reach"], found.loc["moment_spread"]
    # the effect is 2 without error, so the relative variances of reach and spread add up
    drawn = [row["draws"].std() / row["value"] for row in (reach, spread)]
    told = found.loc["moment"]
    assert told["draws"].std() / told["value"] == pytest.approx(np.hypot(*drawn), rel=0.1)
    assert (told["high"] - told["value"]) / told["value"] > 1.9 * np.hypot(*drawn)


def test_ranks_lie_within_their_intervals_and_follow_aligned_draws(small):
    found = told(small)
    rank = found[found["metric"] == "moment_rank"]
    assert ((rank["low"] <= rank["value"]) & (rank["value"] <= rank["high"])).all()
    moment, ranks = (np.stack(found.loc[found["metric"] == name, "draws"].to_list()) for name in ("moment", "moment_rank"))
    assert (ranks[0] == np.where(moment[0] >= moment[1], 1, 2)).all()


def test_effects_may_be_handed_in(small):
    own = told(small)
    handed = told(small, effects=own[own["metric"] == "moment_effect"])
    one, other = (table[table["metric"] == "moment"] for table in (own, handed))
    assert other["value"].to_numpy() == pytest.approx(one["value"].to_numpy())
    assert np.stack(other["draws"].to_list()) == pytest.approx(np.stack(one["draws"].to_list()))
    assert other["method"].unique().tolist() == ["percentiles of draws"]


def test_effects_that_do_not_fit_are_refused(small):
    effects = told(small).query("metric == 'moment_effect'")
    with pytest.raises(DataError, match=r"^effects: there is no effect of the item 'b'\. Effects: a\.$"):
        told(small, effects=effects[effects["item_id"] == "a"])
    with pytest.raises(DataError, match=r"^effects: have 200 draws, the other factors 50\. Use one number of draws for both\.$"):
        told(small, effects=effects, draws=50)
    none = r"^effects: there are no draws, or more than one row an item\. Pass one metric by item_id, computed with draws\.$"
    with pytest.raises(DataError, match=none):
        told(small, effects=effects.drop(columns="draws"))


def test_what_is_too_thin_keeps_its_row_and_takes_no_rank(small):
    found = told(small, min_n=44).set_index(["metric", "item_id"])
    assert found.loc[("moment", "b"), "note"] == "n < 44"
    assert np.isnan(found.loc[("moment_rank", "b"), "value"])
    assert found.loc[("moment_rank", "a"), "value"] == 1


def test_a_survey_without_ratings_says_what_is_needed(small):
    assert moments(small.iloc[:0], outcome="y", items=["a"])["note"].to_list() == ["needs responses[actual], responses.y"]
