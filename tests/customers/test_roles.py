"""Roles inside an account: counted by hand, R's intraclass correlation, what chance alone does, and what stays in the folder."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.customers import roles
from cxlib.errors import DataError
from cxlib.report import disclosure
from cxlib.tables import MEASURED, contract, group_columns

PERSONS = pd.DataFrame(
    {
        "person_id": list("abcdefgh"),
        "account_id": ["A", "A", "A", "B", "B", "C", "C", "C"],
        "role": ["decision_maker", "user", "user", "influencer", "user", "user", "unknown", "influencer"],
        "influence_weight": [0.9, 0.3, None, 0.5, 0.5, 0.4, 0.1, 0.6],
    }
)
SAID = pd.DataFrame(
    {
        "person_id": [*list("abcdef"), "a"],
        "item_id": "overall",
        "item_type": "overall",
        "state": "answered",
        "value": [8.0, 5.0, 6.0, 3.0, 7.0, 9.0, 1.0],
        "survey_ts": pd.to_datetime(["2025-06-01"] * 6 + ["2024-06-01"], utc=True),
        "weight": 1.0,
    }
)
RATED = pd.DataFrame({"account_id": ["A", "B", "C"], "supplier_rating": [80.0, None, 90.0]})


def one(table, metric, **levels):
    rows = table[table["metric"].eq(metric)]
    for name, level in levels.items():
        rows = rows[rows[name].eq(level)]
    return rows.iloc[0]


def test_an_account_in_every_variant():
    table = roles.accounts(SAID, PERSONS, RATED, item="overall", draws=0).table.set_index("account_id")
    a = table.loc["A"]
    mean_influence = np.mean([0.9, 0.3, 0.5, 0.5, 0.4])
    assert (a["persons"], a["buyers"], a["users"]) == (3, 1, 2)
    assert a["mean"] == pytest.approx(19 / 3)
    assert a["by_influence"] == pytest.approx((8 * 0.9 + 5 * 0.3 + 6 * mean_influence) / (0.9 + 0.3 + mean_influence))
    assert a["by_role"] == pytest.approx((8 + 5.5) / 2)
    assert (a["decision_maker"], a["lowest"], a["buyer_score"], a["user_score"], a["gap"]) == (8, 5, 8, 5.5, 2.5)
    assert (a["disagree"], a["at_risk"]) == (True, False), "users are unhappier: no risk of those who sign"
    assert (table.loc["B", "gap"], table.loc["B", "at_risk"]) == (-4, True)
    assert np.isnan(table.loc["C", "gap"])
    assert table["supplier_rating"].fillna(0).to_list() == [80, 0, 90]


def test_figures_over_accounts():
    told = roles.accounts(SAID, PERSONS, RATED, item="overall", draws=20).estimates
    assert one(told, "accounts_heard")["value"] == 3
    assert one(told, "both_sides_share")["value"] == pytest.approx(2 / 3)
    assert one(told, "role_heard_share", role="influencer")["value"] == pytest.approx(0.5)
    assert one(told, "role_heard_share", role="unknown")["value"] == 0
    assert one(told, "side_gap")["value"] == pytest.approx((2.5 - 4) / 2)
    assert one(told, "side_score", side="user")["value"] == pytest.approx((5.5 + 7 + 9) / 3)
    assert one(told, "disagreeing_accounts")["value"] == 2
    assert one(told, "disagreeing_share")["value"] == 1
    assert one(told, "accounts_at_risk")["value"] == 1
    assert one(told, "account_score", variant="lowest")["value"] == pytest.approx((5 + 3 + 9) / 3)
    assert one(told, "supplier_rating")["value"] == 85
    assert one(told, "rating_alike")["note"] == "n < 4"


def test_agreement_as_analysis_of_variance_in_r():
    # R 4.2: t <- summary(aov(y ~ a))[[1]]; n0 <- (N - sum(n^2)/N)/(a - 1); (MSB - MSW)/(MSB + (n0 - 1) * MSW)
    values = [9, 8, 7, 3, 4, 6, 7, 5, 10, 9, 2, 8]
    accounts = [1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6]
    persons = pd.DataFrame({"person_id": [f"p{n}" for n in range(12)], "account_id": [f"A{a}" for a in accounts], "role": "user"})
    said = pd.DataFrame({"person_id": persons["person_id"], "item_id": "q", "state": "answered", "value": np.array(values, dtype=float)})
    told = one(roles.accounts(said, persons, item="q").estimates, "account_agreement")
    assert told["value"] == pytest.approx(0.47266681, abs=1e-8)
    assert told["low"] < told["value"] < told["high"]


@settings(max_examples=20)
@given(st.integers(0, 1000), st.floats(-5, 5), st.floats(0.2, 5))
def test_agreement_does_not_depend_on_the_scale(seed, shift, stretch):
    rng = np.random.default_rng(seed)
    persons = pd.DataFrame({"person_id": [f"p{n}" for n in range(40)], "account_id": [f"A{n // 3}" for n in range(40)], "role": "user"})
    said = pd.DataFrame({"person_id": persons["person_id"], "item_id": "q", "state": "answered", "value": rng.normal(size=40)})
    one_way, other = (
        one(roles.accounts(table, persons, item="q", draws=0).estimates, "account_agreement")["value"]
        for table in (said, said.assign(value=shift + stretch * said["value"]))
    )
    assert one_way == pytest.approx(other, abs=1e-9)


def simulated(accounts, *, within, between, gap, seed):
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(accounts), 4)
    role = np.tile(["decision_maker", "influencer", "user", "user"], accounts)
    value = between * rng.normal(size=accounts)[account] + within * rng.normal(size=4 * accounts) + np.where(role == "user", 0.0, gap) + 6
    persons = pd.DataFrame({"person_id": [f"p{n}" for n in range(4 * accounts)], "account_id": [f"A{n}" for n in account], "role": role})
    return persons, pd.DataFrame({"person_id": persons["person_id"], "item_id": "q", "state": "answered", "value": value})


def test_what_was_planted_is_found():
    persons, said = simulated(400, within=1.2, between=0.75, gap=0.6, seed=1)
    told = roles.accounts(said, persons, item="q", gap=2.0).estimates
    gap = one(told, "side_gap")
    assert gap["low"] < 0.6 < gap["high"]
    noise = one(told, "disagreement_by_chance")["value"]
    seen = one(told, "disagreeing_accounts")["value"]
    assert seen == pytest.approx(noise, rel=0.25), "where sides differ by noise alone, as many part as noise says"
    agreement = one(told, "account_agreement")
    true = 0.75**2 / (0.75**2 + 1.2**2 + 0.3**2)  # half of the gap is a spread within accounts, too
    assert agreement["low"] < true < agreement["high"]


def test_real_disagreement_goes_beyond_noise():
    persons, said = simulated(300, within=0.8, between=0.5, gap=0.0, seed=2)
    torn = said.assign(value=said["value"] + np.where(persons["account_id"].str[1:].astype(int) < 60, 1.0, 0.0)
        * np.where(persons["role"].eq("user"), 2.0, -2.0))  # fmt: skip
    told = roles.accounts(torn, persons, item="q", gap=2.0).estimates
    assert one(told, "accounts_at_risk")["value"] == pytest.approx(60, abs=8)
    assert one(told, "disagreeing_accounts")["value"] > 3 * one(told, "disagreement_by_chance")["value"]


def test_one_side_only_and_nobody():
    buyers = PERSONS.assign(role="influencer")
    told = roles.accounts(SAID, buyers, item="overall", draws=0).estimates
    assert one(told, "disagreeing_share")["note"] == "one side only"
    nothing = roles.accounts(SAID.iloc[:0], PERSONS, item="overall")
    assert nothing.estimates["note"].str.startswith("needs persons.role").all()
    assert nothing.row_level == {}
    assert roles.accounts(SAID.drop(columns="person_id"), PERSONS, item="overall").table.empty


def test_accounts_stay_in_the_folder_and_their_table_keeps_its_contract():
    found = roles.accounts(SAID, PERSONS, RATED, item="overall", draws=0)
    assert "account_id" not in group_columns(found.estimates)
    table = contract("account_scores").validate(found.row_level["account_scores"], "test")
    assert len(table) == 3


def test_role_cells_of_few_people_are_not_shown():
    persons, said = simulated(30, within=1.0, between=0.5, gap=0.0, seed=3)
    persons.loc[:4, "role"] = "information_gatherer"
    answers = said.assign(item_type="importance", weight=1.0)
    told = roles.needs(answers, persons, draws=0)
    who = [name for name in group_columns(told) if name not in MEASURED]
    assert who == ["role"]
    shown = disclosure.protect(told, min_n=7, register=disclosure.Register(), name="needs", who=who)
    thin = shown[shown["role"].eq("information_gatherer") & shown["metric"].eq("need")]
    assert thin.empty or thin["value"].isna().all()


def test_needs_and_values_by_role():
    answers = pd.DataFrame(
        {
            "person_id": ["a", "a", "b", "c"],
            "item_id": ["price", "speed", "price", "price"],
            "item_type": "importance",
            "state": "answered",
            "value": [5.0, 3.0, 4.0, 2.0],
            "weight": 1.0,
            "scale_low": 1.0,
            "scale_high": 5.0,
        }
    )
    told = roles.needs(answers, PERSONS, draws=0).set_index(["metric", "role", "item_id"])
    assert told.loc[("need", "user", "price"), "value"] == 3
    assert told.loc[("need", "user", "price"), "unit"] == "scale 1–5"
    assert told.loc[("need_difference", "decision_maker", "price"), "value"] == pytest.approx(5 - 11 / 3)
    valued = roles.values(answers, PERSONS, groups={"money": ["price"], "effort": ["speed"]}, draws=0)
    assert set(valued["value_group"]) == {"money", "effort"}
    both = roles.values(answers, PERSONS, groups={"all": ["price", "speed"]}, draws=0).set_index(["metric", "role"])
    assert both.loc[("need", "decision_maker"), "value"] == 4, "a person's answers are averaged first"
    assert roles.needs(answers.iloc[:0], PERSONS)["note"].str.startswith("needs persons.role").all()
    assert roles.values(answers, PERSONS.iloc[:0], groups={"m": ["price"]})["note"].str.startswith("needs ").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"buyers": ["user"]}, r"roles: stands on both sides: 'user'\. Name it among buyers or among users\."),
        ({"gap": 0}, r"roles\.gap: points from which sides disagree are more than 0, not '0'\."),
        ({"item": "overal"}, r"item: there is no item 'overal' \(did you mean 'overall'\?\)\. Items: overall"),
    ],
)
def test_refusals(options, message):
    with pytest.raises(DataError, match=message):
        roles.accounts(SAID, PERSONS, **{"item": "overall", **options})
    with pytest.raises(DataError, match=r"groups: stands in two groups: 'p'\. Name each item once\."):
        roles.values(SAID, PERSONS, groups={"a": ["p"], "b": ["p"]})
