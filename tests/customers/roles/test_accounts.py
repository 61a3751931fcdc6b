"""Accounts counted by hand, what chance alone does, and what stays in the folder."""

import numpy as np
import pytest

from cxlib.customers import roles
from cxlib.errors import DataError
from cxlib.report import disclosure
from cxlib.tables import MEASURED, contract, group_columns

from .conftest import PERSONS, RATED, SAID, one, simulated


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


def test_no_account_is_named_and_roles_of_few_people_are_hidden():
    persons, said = simulated(30, within=1.0, between=0.5, gap=0.0, seed=3)
    persons.loc[:4, "role"] = "information_gatherer"
    found = roles.accounts(said, persons, item="q", draws=0)
    who = [name for name in group_columns(found.estimates) if name not in MEASURED]
    shown = disclosure.protect(found.estimates, min_n=7, register=disclosure.Register(), name="account_sides", who=who)
    thin = shown[shown["role"].eq("information_gatherer")]
    assert thin.empty or thin["value"].isna().all()
    assert shown.loc[shown["role"].eq("user"), "value"].notna().all()
    texts = shown.select_dtypes(include=["object", "str"]).astype("str")
    assert not texts.isin(set(persons["account_id"]) | set(persons["person_id"])).any(axis=None)
    assert set(found.row_level) == {"account_scores"}, "accounts one by one are in the private part alone"
