"""Customers, accounts and persons: counts, shares and relations as planted."""

import numpy as np
import pandas as pd
import pytest

from cxlib import tables
from cxlib.simulate.people import PERSONAS, REVENUE, ROLES, SEGMENTS, STATES, people, truth
from cxlib.simulate.plan import Plan


@pytest.fixture(scope="module")
def demo():
    return people(Plan())


def public(frame):
    return frame[[name for name in frame if not name.startswith("_")]].reset_index(drop=True)


def near(share, planted, n):
    return abs(share - planted) <= 4 * np.sqrt(planted * (1 - planted) / n)


@pytest.mark.parametrize("plan", [Plan(), Plan(size=0.05, seed=3), Plan(market="b2c", size=0.2)], ids=["demo", "small", "b2c"])
def test_public_columns_keep_their_contracts(plan):
    made = people(plan)
    tables.contract("customers").validate(public(made.customers), "customers")
    tables.contract("accounts").validate(public(made.accounts), "accounts")
    tables.contract("persons").validate(public(made.persons.dropna(subset="account_id")), "persons")


def test_there_are_as_many_as_described(demo):
    ways = demo.customers["_way"].value_counts().to_dict()
    assert ways == {"existing": 1820, "sales": 410, "shop": 370, "prospect": 240}
    assert demo.customers["status"].value_counts().to_dict() == {"active": 2436, "prospect": 240, "lost": 164}
    assert len(demo.accounts) == 620
    assert demo.persons["account_id"].notna().sum() == 1540
    assert len(demo.persons) == 1540 + 2840 - 620


def test_segments_states_and_sizes_have_their_shares(demo):
    customers, n = demo.customers, 2840
    for segment, share in SEGMENTS.items():
        assert (customers["segment"] == segment).mean() == pytest.approx(share, abs=1 / n)
    total = sum(STATES.values())
    assert (customers["region"] == "abroad").mean() == pytest.approx(0.22, abs=0.001)
    for state in ("AT", "CH", "HE"):
        assert (customers["_state"] == state).mean() == pytest.approx(STATES[state] / total, abs=1 / n)
    assert customers["_size_class"].value_counts(normalize=True).round(2).to_dict() == {"A": 0.07, "B": 0.28, "C": 0.65}
    assert customers["_language"].value_counts(normalize=True).round(3).to_dict() == {"de": 0.84, "en": 0.15, "nl": 0.005, "pl": 0.005}


def test_revenue_is_skewed_and_divides_by_segment_as_described(demo):
    revenue = demo.customers.groupby("segment")["revenue_12m"].sum()
    assert revenue.sum() == pytest.approx(96e6, rel=0.001)
    for segment, share in REVENUE.items():
        assert revenue[segment] / revenue.sum() == pytest.approx(share, abs=0.001)
    by_class = demo.customers.groupby("_size_class")["revenue_12m"].sum() / revenue.sum()
    assert by_class["A"] > 0.4
    assert demo.customers["_activity"].mean() == pytest.approx(1)
    assert demo.customers["_activity"].quantile(0.99) > 3.5  # a long tail


def test_personas_and_roles_are_given_to_persons_in_their_shares(demo):
    persons = demo.persons
    for looked_after in (True, False):
        group = persons[persons["account_id"].notna() == looked_after]
        for persona, share in PERSONAS.items():
            assert near((group["_persona"] == persona).mean(), share, len(group))
        for role, share in ROLES.items():
            assert near((group["role"] == role).mean(), share, len(group))


def test_personas_differ_by_segment_and_role(demo):
    segment = demo.persons["_customer_id"].map(demo.customers.set_index("customer_id")["segment"])
    by_segment = pd.crosstab(segment, demo.persons["_persona"], normalize="index")
    assert by_segment.loc["farming", "Werner"] > 5 * by_segment.loc["oem", "Werner"]
    assert by_segment.loc["oem", "Ralf"] > 2 * by_segment.loc["farming", "Ralf"]
    by_persona = pd.crosstab(demo.persons["_persona"], demo.persons["role"], normalize="index")
    assert by_persona["decision_maker"].idxmax() == "Ralf"
    assert by_persona["influencer"].idxmax() == "Kira"
    assert by_persona["user"].idxmax() == "Werner"


def test_many_accounts_have_a_buying_and_a_using_side(demo):
    sides = demo.persons.dropna(subset="account_id").assign(buys=lambda rows: rows["role"].isin(["decision_maker", "information_gatherer"]))
    both = sides.groupby("account_id").agg(buys=("buys", "any"), uses=("role", lambda roles: (roles == "user").any()))
    assert 0.2 < (both["buys"] & both["uses"]).mean() < 0.7


def test_relations_have_their_days_in_order(demo):
    customers = demo.customers
    old = customers["_way"] == "existing"
    assert (customers.loc[old, "start_date"] < "2025-01-01").all()
    assert (customers.loc[customers["_new"], "start_date"] >= "2025-01-01").all()
    assert customers.loc[customers["status"] == "prospect", ["start_date", "churn_date"]].isna().all(axis=None)
    lost = customers[customers["status"] == "lost"]
    assert lost["churn_date"].notna().all()
    assert (lost["churn_date"] - lost["start_date"]).dt.days.min() >= 75
    assert lost["churn_date"].max() <= pd.Timestamp("2026-06-30")


def test_who_has_bad_luck_leaves_more_often(demo):
    customers = demo.customers[demo.customers["status"] != "prospect"]
    lost = customers["status"] == "lost"
    difference = customers.loc[lost, "_quality"].mean() - customers.loc[~lost, "_quality"].mean()
    assert difference < -4 / np.sqrt(lost.sum())
    b = customers["_size_class"] == "B"
    assert near(lost[b].mean(), 0.07, b.sum())  # seven percent of the B customers


def test_identities_hold(demo):
    assert demo.customers["customer_id"].str.fullmatch(r"00\d{5}").all()
    assert demo.customers["customer_id"].is_unique
    assert set(demo.customers["_account_id"].dropna()) == set(demo.accounts["account_id"]) == set(demo.persons["account_id"].dropna())
    assert set(demo.persons["_customer_id"]) == set(demo.customers["customer_id"])
    assert demo.persons["person_id"].is_unique
    assert set(demo.customers["referred_by"].dropna()) <= set(demo.customers["customer_id"])
    size = demo.customers.dropna(subset="_account_id").set_index("_account_id")["_size_class"]
    assert (demo.accounts.set_index("account_id")["size_class"] == size.reindex(demo.accounts["account_id"])).all()


def test_consumers_have_no_accounts_and_fewer_segments():
    made = people(Plan(market="b2c", size=0.3))
    assert made.accounts.empty
    assert made.persons["account_id"].isna().all()
    assert len(made.persons) == len(made.customers) == 852
    assert set(made.customers["segment"]) == {"workshop", "farming", "construction"}
    assert set(made.persons["_persona"]) == {"Werner", "none"}
    assert made.customers["_seller"].isna().all()


def test_the_seed_decides():
    first, again, other = people(Plan(size=0.1)), people(Plan(size=0.1)), people(Plan(size=0.1, seed=2))
    pd.testing.assert_frame_equal(first.customers, again.customers)
    pd.testing.assert_frame_equal(first.persons, again.persons)
    assert not first.customers["_quality"].equals(other.customers["_quality"])


def test_truth_adds_up():
    for market in ("b2b", "b2c"):
        told = truth(Plan(market=market))
        assert told["personas"]["share"].sum() == pytest.approx(1)
        assert told["segments"][["share", "revenue_share"]].sum().tolist() == pytest.approx([1, 1])
        assert told["roles"]["share"].sum() == pytest.approx(1)
