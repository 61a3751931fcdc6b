"""What hangs on a reason: closed forms from the invented tables of conftest."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.actions.figures import Saved
from cxlib.decisions.actions.levers import lever_of
from cxlib.estimates import stack
from tests.decisions.actions.conftest import DRAWS, ITEMS, action, told

HALF = np.full(DRAWS, 0.5)


@pytest.fixture
def lever(tables, reasons):
    def make(effect=HALF, carry=HALF, saved=None, **given):
        prices = {"variable_share": 0.5, "chance_value": None, "margin_share": 0.2, "currency": "EUR"}
        row = pd.Series({**action("a"), "rail": "", **{name: value for name, value in given.items() if name not in prices}})
        prices |= {name: value for name, value in given.items() if name in prices}
        return lever_of(row, effect, Saved(saved or tables, DRAWS), reasons, items=ITEMS, carry=carry, **prices)

    return make


def test_contacts_and_their_cost_hang_on_the_reason(lever):
    found, lacking = lever()
    assert lacking == ()
    assert found.pool == ("contacts", "invoice")
    assert found.sizes["contacts_saved"].mean() == pytest.approx(1000)
    assert found.sizes["saved_cost"].mean() == pytest.approx(1000 * 10 * 0.5)


def test_the_experience_is_the_reasons_part_of_the_touchpoints_gap(lever):
    """Gap 1.5 · slope 0.4 · three quarters use it · 0.6 of the 0.8 failures there · half of it is felt."""
    found, _ = lever()
    assert found.path == "touchpoint"
    assert found.sizes["experience_points"].mean() == pytest.approx(1.5 * 0.4 * 0.75 * 0.75 * 0.5)


def test_where_nothing_is_rated_the_pain_points_damage_tells(lever):
    found, _ = lever(reason_id="callback", touchpoint_id="T3")
    assert found.path == "pain_point"
    assert found.sizes["experience_points"].mean() == pytest.approx(0.05 * 0.5)


def test_what_is_no_failure_costs_no_points(lever):
    found, lacking = lever(reason_id="advice")
    assert set(found.sizes["experience_points"]) == {0.0}
    assert lacking == ()


def test_an_unknown_experience_is_named_and_not_taken_for_nothing(lever):
    found, lacking = lever(reason_id="status", touchpoint_id="T3")
    assert "experience_points" not in found.sizes
    assert lacking == found.lacking == ("responses[actual]",)


def test_contacts_kept_away_make_nobody_feel_better(lever):
    found, lacking = lever(rail="harder")
    assert "experience_points" not in found.sizes
    assert lacking == ("responses[actual]",)


def test_chances_go_with_contacts_as_far_as_somebody_takes_them_up(lever, tables):
    share = [told("signal_share", 0.2, "share", reason_id="invoice"), told("captured_share", 0.25, "share", reason_id="invoice")]
    extra = told("revenue_extra", 400.0, "EUR", reason_id="invoice")
    found, _ = lever(saved=tables | {"signals": stack(*share, extra)})
    assert found.sizes["chances_gained"].mean() == pytest.approx(-1000 * 0.2 * 0.25)
    assert found.sizes["sales_value"].mean() == pytest.approx(-1000 * 0.2 * 0.25 * (0.2 * 400 / 0.25))


def test_no_chance_taken_up_has_a_price_below_nothing(lever, tables):
    share = [told("signal_share", 0.2, "share", reason_id="invoice"), told("captured_share", 0.5, "share", reason_id="invoice")]
    extra = told("revenue_extra", -100.0, "EUR", spread=400.0, reason_id="invoice")
    found, _ = lever(saved=tables | {"signals": stack(*share, extra)}, effect_on="sales")
    assert found.sizes["sales_value"].min() == 0
    assert found.sizes["sales_value"].max() == pytest.approx(200 * 0.2 * 300 / 0.5)


def test_sales_actions_take_up_more_chances(lever, tables):
    signals = {"signals": told("signal_share", 0.2, "share", reason_id="invoice")}
    found, _ = lever(saved=tables | signals, effect_on="sales", chance_value=50)
    assert found.pool == ("chances", "invoice")
    assert found.sizes["chances_gained"].mean() == pytest.approx(200)
    assert found.sizes["sales_value"].mean() == pytest.approx(200 * 50)
    silent = {name: table for name, table in tables.items() if name != "signals"}
    assert lever(saved=silent, effect_on="sales")[1] == ("contacts.sales_signal",)


def test_points_of_a_rating_count_by_slope_and_use_and_stop_at_the_gap(lever):
    found, _ = lever(effect=np.full(DRAWS, 0.3), effect_on="actual")
    assert (found.effect * found.sizes["experience_points"]).mean() == pytest.approx(0.3 * 0.4 * 0.75)
    beyond, _ = lever(effect=np.full(DRAWS, 9.0), effect_on="actual")
    assert set(beyond.effect) == {1.0}
    assert lever(effect_on="actual", touchpoint_id="T3") == (None, ("responses[actual]", "responses[nps]"))


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({"effect": None}, ("actions.effect_mode",)),
        ({"reason_id": None}, ("actions.reason_id",)),
        ({"reason_id": "unheard"}, ("contact_reasons.reason_id",)),
    ],
)
def test_what_cannot_be_weighed_says_what_it_needs(lever, given, needs):
    assert lever(**given) == (None, needs)


def test_without_a_currency_nothing_is_in_money(lever):
    found, _ = lever(currency=None)
    assert set(found.sizes) == {"contacts_saved", "experience_points", "chances_gained"}
