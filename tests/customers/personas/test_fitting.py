"""Personas found in data: the truth of simulated people, verdicts, figures and their draws, new people, too few and too bad data."""

import numpy as np
import pandas as pd
import pytest

from cxlib.customers import personas
from cxlib.customers.personas.evidence import adjusted_rand
from cxlib.errors import DataError
from cxlib.estimates import drawn

from .conftest import FEATURES, mixed, one_crowd

QUICK = {"starts": 6, "rounds": 8, "draws": 60}


@pytest.fixture(scope="module")
def found(two_kinds):
    return personas.fit(two_kinds, features=FEATURES, cluster="account_id", **QUICK)


def test_two_kinds_are_found_and_said_to_exist(two_kinds, found):
    assert (found.state, found.names) == ("classes", ["p1", "p2"])
    assert adjusted_rand(two_kinds["kind"].to_numpy(), found.members["persona"].to_numpy()) > 0.9
    share = found.estimates[found.estimates["metric"].eq("persona_share")]
    assert share["value"].sum() == pytest.approx(1.0)
    true = two_kinds["kind"].value_counts(normalize=True)
    assert (share["low"].to_numpy() < true.to_numpy()).all()
    assert (share["high"].to_numpy() > true.to_numpy()).all()


def test_a_crowd_is_said_to_be_one():
    found = personas.fit(one_crowd(500, seed=2), features=FEATURES, **QUICK)
    assert found.state in ("continuum",)
    verdict = found.evidence[found.evidence["metric"].eq("class_verdict")]
    assert verdict["verdict"].item() == "continuum"


def test_tables_have_the_columns_they_promise(found, two_kinds):
    assert {"persona", "feature", "answer", "value", "low", "high", "overall", "lift", "lift_low", "lift_high"} <= set(found.table.columns)
    assert found.members.columns.to_list() == ["customer_id", "persona", "probability", "p1", "p2"]
    np.testing.assert_allclose(found.members[["p1", "p2"]].sum(axis=1), 1.0)
    metrics = set(found.evidence["metric"])
    assert metrics == {"class_verdict", "class_stability", "bivariate_residual", "bic", "class_reproduction"}
    draws = drawn(found.estimates)
    assert set(draws["metric"]) == {"persona_share", "persona_value", "persona_lift", "persona_distance"}
    assert draws["draw"].max() == 59
    sums = draws[draws["metric"].eq("persona_share")].groupby("draw")["value"].sum()
    np.testing.assert_allclose(sums, 1.0)


def test_the_same_seed_gives_the_same_figures(two_kinds, found):
    again = personas.fit(two_kinds, features=FEATURES, cluster="account_id", **QUICK)
    pd.testing.assert_frame_equal(again.members, found.members)
    pd.testing.assert_frame_equal(again.estimates.drop(columns="draws"), found.estimates.drop(columns="draws"))


def test_new_people_are_assigned(found, two_kinds):
    again = found.assign(two_kinds)
    pd.testing.assert_frame_equal(again, found.members)
    only = found.assign(two_kinds[["customer_id", "channel", "contacts"]])
    assert (only["persona"] == found.members["persona"]).mean() > 0.8
    assert only["probability"].mean() < found.members["probability"].mean()


def test_clusters_make_spans_wider():
    table = mixed(200, seed=3).assign(team="")
    five = pd.concat([table] * 5, ignore_index=True).assign(team=np.tile([f"t{row}" for row in range(200)], 5))
    width = {}
    for name in ("team", None):
        told = personas.fit(five, features=FEATURES, k=2, cluster=name, starts=4, rounds=2, draws=100).estimates
        share = told[told["metric"].eq("persona_share")].iloc[0]
        width[name] = share["high"] - share["low"]
    assert width["team"] == pytest.approx(np.sqrt(5) * width[None], rel=0.35)


def test_weights_move_shares():
    table = mixed(500, seed=6)
    heavy = table.assign(weight=np.where(table["kind"].eq("writer"), 9.0, 1.0))
    told = personas.fit(heavy, features=FEATURES, k=2, weight="weight", starts=5, rounds=2, draws=20).estimates
    largest = told[told["metric"].eq("persona_share")].iloc[0]
    writers = (heavy["weight"] * heavy["kind"].eq("writer")).sum() / heavy["weight"].sum()
    assert largest["value"] == pytest.approx(writers, abs=0.04)


def test_too_few_accounts_are_described_and_not_clustered(two_kinds):
    few = personas.fit(two_kinds.head(240), features=FEATURES, cluster="account_id", **QUICK)
    assert few.state == "too_few"
    assert few.members.empty
    assert few.names == []
    assert set(few.table["persona"]) == {"all"}
    verdict = few.evidence.iloc[0]
    assert (verdict["verdict"], verdict["note"]) == ("too_few", "n < 100")
    assert few.typing(3)["note"].item() == "no classes"
    assert few.assign(two_kinds).empty
    email = few.estimates[few.estimates["answer"].eq("email")].iloc[0]
    assert email["value"] == pytest.approx((two_kinds.head(240)["channel"].dropna() == "email").mean())


@pytest.mark.parametrize(
    ("table", "features", "needs"),
    [
        (pd.DataFrame({"segment": []}), {"segment": "nominal"}, "needs customers.customer_id, persons.person_id"),
        (pd.DataFrame({"segment": ["a", "b"]}), {}, "needs customers.segment, persons.role"),
        (pd.DataFrame({"segment": ["a", "a"]}), {"segment": "nominal"}, "needs customers.segment"),
        (pd.DataFrame({"segment": pd.Series([None, None], dtype="str")}), {"segment": "nominal"}, "needs customers.segment"),
    ],
)
def test_what_cannot_be_looked_at_says_what_it_needs(table, features, needs):
    found = personas.fit(table, features=features)
    assert set(found.estimates["note"]) == {needs}
    assert found.state == ""
    assert found.members.empty
    assert found.typing(2)["note"].item() == "needs customers.customer_id, persons.person_id"


def test_refusals(two_kinds):
    with pytest.raises(DataError, match=r"fit: classes and starts are counted from 1, not '0'"):
        personas.fit(two_kinds, features=FEATURES, k=0)
    with pytest.raises(DataError, match=r"level: a confidence level lies between 0 and 1, not at '95'"):
        personas.fit(two_kinds, features=FEATURES, level=95)
    with pytest.raises(DataError, match=r"weight: 'w' is negative or missing in 600 rows"):
        personas.fit(two_kinds.assign(w=-1.0), features=FEATURES, weight="w")


def test_one_class_asked_for_is_one_class(two_kinds):
    found = personas.fit(two_kinds, features=FEATURES, k=1, **QUICK)
    assert found.names == ["p1"]
    assert found.state == "continuum"
