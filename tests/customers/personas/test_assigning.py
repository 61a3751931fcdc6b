"""Rules, prototypes, and who fits none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.customers import personas
from cxlib.errors import DataError
from cxlib.tables import contract

from .conftest import FEATURES, PEOPLE, RULES


def test_fit_is_the_weighted_share_of_known_rules_that_are_met():
    found = personas.assign(PEOPLE, personas=RULES, importance={"channel": 2}, least=0.6, ahead=0.1, known=0.3).set_index("customer_id")
    assert found["persona"].to_list() == ["caller", "writer", "writer", "none", "caller"]
    np.testing.assert_allclose(found["probability"], [1, 1, 1, 0, 1])
    assert found["source"].to_list() == ["assigned", "assigned", "assigned", "none", "assigned"]
    assert found["known"].iloc[4] == pytest.approx(0.75)


def test_too_little_known_too_little_fit_and_too_close_a_second_are_none():
    table = pd.DataFrame({"customer_id": list("abc"), "p": [1.0, None, 1.0], "q": [None, 1.0, 1.0], "r": [None, None, 0.0]})
    rules = {"one": {"p": {"low": 1}, "q": {"low": 1}, "r": {"low": 1}}, "two": {"p": {"low": 1}, "q": {"low": 1}, "r": {"high": 0}}}
    assert personas.assign(table, personas=rules, known=0.5)["persona"].to_list() == ["none", "none", "two"]
    assert personas.assign(table, personas=rules, known=0.5, ahead=0.5)["persona"].to_list() == ["none"] * 3
    only = {"one": rules["one"]}
    assert personas.assign(table, personas=only, least=0.7, known=0.5)["persona"].to_list() == ["none"] * 3
    assert personas.assign(table, personas=only, least=0.6, known=0.5)["persona"].to_list() == ["none", "none", "one"]


def test_a_number_is_a_prototype_and_a_given_persona_stands():
    table = pd.DataFrame({"customer_id": list("abc"), "age": [30.0, 50.0, 70.0], "persona_given": [None, None, "old"]})
    found = personas.assign(table, personas={"young": {"age": 30}, "mid": {"age": 50.0}}, least=0.1, ahead=0.0)
    assert found["persona"].to_list() == ["young", "mid", "old"]
    assert found["source"].to_list() == ["assigned", "assigned", "given"]
    spread = np.std([30.0, 50.0, 70.0])
    second = 1 - 20 / (2 * spread)
    assert found["ahead"].iloc[0] == pytest.approx(1 - second)


@given(st.floats(0.05, 1.0), st.floats(0.0, 0.5))
def test_more_is_asked_fewer_fit(least, ahead):
    strict, loose = (personas.assign(PEOPLE, personas=RULES, least=one, ahead=other) for one, other in ((least, ahead), (least / 2, 0.0)))
    assert strict["persona"].ne("none").sum() <= loose["persona"].ne("none").sum()
    assert strict["probability"].between(0, 1).all()


@pytest.mark.parametrize(
    ("rules", "options", "message"),
    [
        ({"a": {"chanel": ["x"]}}, {}, r"personas: there is no column 'chanel' \(did you mean 'channel'\?\)"),
        ({"a": {}}, {}, r"personas: has no rules: 'a'\. Name at least one column\."),
        ({"none": {"role": ["user"]}}, {}, r"personas: cannot be a persona's name: 'none'\. It says that none fits\."),
        ({"a": {"role": {"low": 1}}}, {}, r"personas: this rule needs a column of numbers: 'role'\. Write a list of values instead\."),
        ({"a": {"hour": {}}}, {}, r"personas: this rule has neither low nor high: 'hour'\. Name at least one end\."),
        (RULES, {"importance": {"size": 2}}, r"importance: no rule is about 'size'\. Rules are about: channel, hour, role"),
        (RULES, {"importance": {"role": 0}}, r"importance: role: counts more than 0, not '0'\."),
    ],
)
def test_refusals(rules, options, message):
    with pytest.raises(DataError, match=message):
        personas.assign(PEOPLE, personas=rules, **options)


def test_the_client_s_own_personas_go_before_classes(two_kinds):
    found = personas.fit(two_kinds, features=FEATURES, draws=0, rounds=10, starts=5, cluster="account_id")
    assert found.state == "classes"
    rules = {"writer": {"channel": ["email"]}}
    assert personas.chosen(personas.assign(two_kinds, personas=rules), found)["source"].ne("clustered").all()
    undefined = personas.assign(two_kinds, personas={})
    clustered = personas.chosen(undefined, found)
    assert set(clustered["persona"]) <= {"p1", "p2", "none"}
    assert clustered["source"].isin(["clustered", "none"]).all()
    table = contract("personas").validate(personas.as_table(clustered), "test")
    assert table["customer_id"].is_unique
    told = personas.agreement(
        personas.assign(two_kinds, personas={"w": {"channel": ["email"]}, "c": {"channel": ["phone"]}}), found.members
    )
    alike = told[told["metric"].eq("division_alike")]["value"].item()
    assert 0.4 < alike < 1
    rows = told[told["metric"].eq("class_share")].groupby("persona")["value"].sum()
    np.testing.assert_allclose(rows, 1.0)


def test_customers_with_persons_are_told_by_these():
    assigned = personas.assign(PEOPLE, personas=RULES)
    table = personas.as_table(assigned)
    assert table["customer_id"].fillna("–").to_list() == ["–", "–", "–", "–", "3"]
