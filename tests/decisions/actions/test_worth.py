"""Net benefit: closed forms. A point is worth 0.01 lost less · 1,000 customers · 1,000 margin · 3 years = 30,000."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.decisions.actions.levers import Lever
from cxlib.decisions.actions.worth import Worth
from tests.decisions.actions.conftest import DRAWS, action

POINT = 0.01 * 1000 * 1000 * 3
FELT = 1.5 * 0.4 * 0.75 * 0.75 * 0.5


def test_a_point_is_worth_customers_kept_times_their_margin(weighed):
    assert weighed(action("a")).point_value.mean() == pytest.approx(POINT)
    assert weighed(action("a"), customer_years=1).point_value.mean() == pytest.approx(POINT / 3)


def test_net_benefit_is_contacts_plus_loyalty_less_cost(weighed):
    worth = weighed(action("a"), variable_share=0.5, years=3)
    money = {name: drawn.mean() for name, drawn in worth.money(["a"]).items()}
    assert money["saved_cost"] == pytest.approx(0.5 * 1000 * 10 * 0.5)
    assert money["loyalty_value"] == pytest.approx(0.5 * FELT * POINT)
    assert worth.cost("a") == 200
    assert worth.cost("a", first_year=True) == 400
    assert worth.net(["a"]).mean() == pytest.approx(0.5 * 1000 * 10 * 0.5 + 0.5 * FELT * POINT - 200)


def test_two_actions_on_one_reason_share_what_there_is(weighed):
    worth = weighed(action("a"), action("b", effect_low=0.8, effect_mode=0.8, effect_high=0.8))
    assert worth.together(["a", "b"])["contacts_saved"].mean() == pytest.approx(1000 * (1 - 0.5 * 0.2))
    assert worth.together(["a"])["contacts_saved"].mean() == pytest.approx(500)


def test_actions_on_different_reasons_add_up(weighed):
    worth = weighed(action("a"), action("b", reason_id="status", touchpoint_id="T2"))
    assert worth.net(["a", "b"]) == pytest.approx(worth.net(["a"]) + worth.net(["b"]))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_effects_on_one_thing_never_exceed_all_of_it(effects):
    names = [str(number) for number in range(len(effects))]
    levers = {
        name: Lever(("contacts", "r"), np.full(3, effect), {"contacts_saved": np.full(3, 100.0)})
        for name, effect in zip(names, effects, strict=True)
    }
    worth = Worth(pd.DataFrame(index=names), levers, None, None, 3, 0.9, 3)
    joint = worth.together(names)["contacts_saved"]
    single = [worth.together([name])["contacts_saved"] for name in names]
    assert (joint <= 100 + 1e-9).all()
    assert (joint <= np.sum(single, axis=0) + 1e-9).all()
    assert (joint >= np.max(single, axis=0) - 1e-9).all()


def test_revenue_needs_a_margin_share(weighed, tables):
    tables["customer_value"]["metric"] = "order_value_per_year"
    assert weighed(action("a")).point_value is None
    assert weighed(action("a"), margin_share=0.2).point_value.mean() == pytest.approx(POINT * 0.2)


def test_belief_stands_in_where_the_data_are_silent(weighed, tables):
    silent = {name: table for name, table in tables.items() if name != "loss_per_point"}
    assert weighed(action("a"), saved=silent).point_value is None
    assert weighed(action("a"), saved=silent, loss_prior=(0.01, 0.01, 0.01)).point_value.mean() == pytest.approx(POINT)


def test_errors_of_the_classification_are_in_the_draws(weighed, tables):
    load = tables["reason_load"]
    mine = load["metric"].eq("contacts_per_year") & load["reason_id"].eq("invoice")
    load.loc[mine, "draws"] = pd.Series([1000 * np.linspace(0.5, 1.5, DRAWS)], index=load.index[mine])
    assert np.ptp(weighed(action("a")).net(["a"])) > 1000


def test_without_a_currency_no_money_is_known(weighed):
    worth = weighed(action("a"), currency=None)
    assert worth.point_value is None
    assert worth.money(["a"])["saved_cost"].max() == 0


def test_an_empty_list_weighs_nothing(weighed, touchpoints, reasons):
    assert weighed().actions.empty


def test_states_and_what_is_lacking(weighed):
    worth = weighed(action("a"), action("b", reason_id="unheard"), action("c", start_date="2026-01-01"), action("d", touchpoint_id="T4"))
    assert worth.actions["state"].to_dict() == {"a": "next", "b": "unvalued", "c": "running", "d": "watch"}
    assert worth.actions.loc["b", "needs"] == ("contact_reasons.reason_id",)
    assert worth.ids("next") == ["a"]


def test_draws_of_an_action_stay_when_others_come(weighed):
    spread = {"effect_low": 0.1, "effect_mode": 0.5, "effect_high": 0.9}
    alone, among = weighed(action("a", **spread)), weighed(action("b", **spread), action("a", **spread))
    assert (alone.net(["a"]) == among.net(["a"])).all()
    assert (among.net(["a"]) != among.net(["b"])).any()
