import numpy as np
import pytest

from cxlib.decisions import actions
from cxlib.estimates import stack
from tests.decisions.actions.conftest import action, told


def at(flipped, name, assumption):
    row = flipped[flipped["metric"].eq("flip_at") & flipped["action_id"].eq(name) & flipped["assumption"].eq(assumption)]
    return row["value"].item(), row["crossing"].item()


def test_each_assumption_at_its_threshold_makes_the_net_benefit_zero(weighed):
    """The net benefit is put together by hand with one part changed."""
    worth = weighed(action("a", cost_year=3000.0))
    flipped = actions.flips(worth)
    parts = {name: drawn.mean() for name, drawn in worth.money(["a"]).items()}
    cost = worth.cost("a")
    factor, crossing = at(flipped, "a", "effect")
    assert crossing == "below"
    assert factor * sum(parts.values()) == pytest.approx(cost)
    factor, _ = at(flipped, "a", "cost")
    assert sum(parts.values()) == pytest.approx(factor * cost)
    for assumption, part in (("point_value", "loyalty_value"), ("carry", "loyalty_value"), ("experience", "loyalty_value")):
        rest = sum(parts.values()) - parts[part]
        if rest < cost:
            assert at(flipped, "a", assumption)[0] * parts[part] + rest == pytest.approx(cost)
        else:
            assert assumption not in set(flipped["assumption"])  # even with nothing of it the action pays


def test_what_loses_flips_above(weighed):
    flipped = actions.flips(weighed(action("a", cost_year=30_000.0)))
    assert at(flipped, "a", "effect")[1] == "above"
    assert at(flipped, "a", "effect")[0] > 1
    assert at(flipped, "a", "cost")[1] == "below"


def test_the_probability_is_the_share_of_draws_beyond(weighed):
    worth = weighed(action("a", effect_low=0.0, effect_mode=0.3, effect_high=0.9, cost_year=2500.0))
    flipped = actions.flips(worth)
    factor, _ = at(flipped, "a", "effect")
    often = flipped[flipped["metric"].eq("flip_probability") & flipped["assumption"].eq("effect")]["value"].item()
    drawn = worth.levers["a"].effect
    assert often == pytest.approx(np.mean(drawn / drawn.mean() < factor))


def test_the_decisive_one_is_the_likeliest_among_the_first_three(weighed):
    worth = weighed(action("a", effect_low=0.0, effect_mode=0.3, effect_high=0.9, cost_year=2500.0), action("b"))
    ranked, flipped = actions.rank(worth), actions.flips(worth)
    row = actions.decisive(flipped, ranked)
    often = flipped[flipped["metric"].eq("flip_probability")]
    assert row["action_id"].item() == often.loc[often["value"].idxmax(), "action_id"]
    assert row["metric"].item() == "flip_at"


def test_what_is_lacking_is_named(weighed):
    assert actions.flips(weighed(action("a"), currency=None))["note"].item() == "needs params.costs"
    assert actions.flips(weighed())["note"].item() == "needs actions.action_id"
    assert actions.decisive(actions.flips(weighed()), actions.rank(weighed()))["note"].item() == "needs actions.action_id"


def test_a_measured_price_that_may_be_nothing_is_told_to_flip(weighed, tables):
    """What customers order on top of others is hardly known: that, not the effect, decides whether a sales action pays."""
    known = [told(name, value, "share", reason_id="invoice") for name, value in (("signal_share", 0.2), ("captured_share", 0.5))]
    extra = told("revenue_extra", 100.0, "EUR", spread=300.0, reason_id="invoice")
    sells = action("a", effect_on="sales", effect_low=0.4, effect_mode=0.5, effect_high=0.6)
    worth = weighed(sells, saved=tables | {"signals": stack(*known, extra)}, margin_share=0.5)
    flipped = actions.flips(worth)
    often = flipped[flipped["metric"].eq("flip_probability")].set_index("assumption")["value"]
    price = worth.levers["a"].parts["chance_value"]
    assert often["chance_value"] == pytest.approx(np.mean(price / price.mean() < at(flipped, "a", "chance_value")[0]))
    assert often.idxmax() == "chance_value"
    assert flipped["assumption"].iloc[0] == "chance_value"
    pays = actions.rank(worth).query("metric == 'pays_probability'")["value"].item()
    assert pays == pytest.approx(1 - often["chance_value"], abs=0.13)


def test_what_is_told_in_part_has_no_sign_to_flip(weighed):
    part = weighed(action("a", reason_id="status", touchpoint_id="T3"))
    assert actions.flips(part)["note"].item() == "needs responses[actual]"
    row = actions.decisive(actions.flips(part), actions.rank(part))
    assert (row["metric"].item(), row["action_id"].item()) == ("net_benefit_in_part", "a")
    mixed = weighed(action("a", reason_id="status", touchpoint_id="T3"), action("b", cost_year=3000.0))
    assert set(actions.flips(mixed)["action_id"]) == {"b"}
