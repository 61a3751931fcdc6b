import numpy as np
import pytest

from cxlib.decisions import actions
from cxlib.decisions.actions.ranking import keys, order
from tests.decisions.actions.conftest import action

CLAIM = {"touchpoint_id": "T2", "reason_id": "status"}  # a floor item with a gap


def of(ranked, metric):
    found = ranked[ranked["metric"].eq(metric) & ranked["value"].notna()]
    return dict(zip(found["action_id"], found["value"], strict=True))


def test_the_largest_net_benefit_comes_first(weighed):
    worth = weighed(action("small", effect_low=0.1, effect_mode=0.1, effect_high=0.1), action("large"))
    ranked = actions.rank(worth)
    assert of(ranked, "action_rank") == {"large": 1.0, "small": 2.0}
    assert of(ranked, "net_benefit") == pytest.approx({name: np.median(worth.net([name])) for name in ("large", "small")})
    assert of(ranked, "first_three_probability") == {"large": 1.0, "small": 1.0}
    assert ranked["action_id"].iloc[0] == "large"


def test_spans_and_probabilities_are_those_of_the_draws(weighed):
    worth = weighed(action("a", effect_low=0.0, effect_mode=0.02, effect_high=0.5, cost_year=900.0), draws=8, level=0.9)
    row = actions.rank(worth).query("metric == 'net_benefit'").iloc[0]
    net = worth.net(["a"])
    assert [row["low"], row["value"], row["high"]] == pytest.approx(np.quantile(net, [0.05, 0.5, 0.95]))
    assert of(actions.rank(worth), "pays_probability")["a"] == (net > 0).mean()


def test_delight_never_stands_before_a_floor_item_that_pays(weighed):
    delight = action("delight", aim="exceed")
    worth = weighed(delight, action("floor", **CLAIM))
    assert np.median(worth.net(["delight"])) > np.median(worth.net(["floor"])) > 0
    assert order(worth) == ["floor", "delight"]
    assert (keys(worth, ["floor", "delight"])[0] > keys(worth, ["floor", "delight"])[1]).all()
    loses = weighed(delight, action("floor", **CLAIM, cost_year=90_000.0))
    assert order(loses) == ["delight", "floor"]  # one that does not pay holds nobody back


def test_delight_stands_before_what_is_no_floor_item(weighed):
    worth = weighed(action("delight", aim="exceed"), action("plain", effect_low=0.1, effect_mode=0.1, effect_high=0.1))
    assert order(worth) == ["delight", "plain"]


def test_nothing_stands_before_what_it_depends_on(weighed):
    base = action("base", effect_low=0.05, effect_mode=0.05, effect_high=0.05)
    worth = weighed(action("top", depends_on="middle"), action("middle", depends_on="base"), base)
    assert order(worth) == ["base", "middle", "top"]
    assert of(actions.rank(worth), "action_rank") == {"base": 1.0, "middle": 2.0, "top": 3.0}
    running = weighed(
        action("top", depends_on="base"),
        action("other", effect_mode=0.1, effect_low=0.1, effect_high=0.1),
        base | {"start_date": "2026-01-01"},
    )
    assert order(running) == ["top", "other"]


def test_what_is_not_ranked_says_why(weighed):
    rows = [action("run", start_date="2026-01-01"), action("watch", touchpoint_id="T4"), action("rail", name_de="verstecken")]
    ranked = actions.rank(weighed(action("a"), *rows, action("blind", reason_id="unheard"), harder_words=["verstecken"]))
    notes = ranked[ranked["metric"].eq("net_benefit")].set_index("action_id")["note"].to_dict()
    assert notes == {
        "a": "",
        "run": "running",
        "watch": "watched",
        "rail": "guard rail",
        "blind": "needs contact_reasons.reason_id",
    }
    assert set(of(ranked, "action_rank")) == {"a"}
    assert set(of(ranked, "net_benefit")) == {"a", "rail"}  # what it would save is told, its rank is not


def test_a_worth_known_in_part_is_named_as_that_part(weighed):
    """Nobody rates T3 and nobody told a pain point's damage: what customers feel is unknown, not nothing."""
    ranked = actions.rank(weighed(action("a", reason_id="status", touchpoint_id="T3"), action("b")))
    mine = ranked[ranked["action_id"].eq("a")]
    assert "net_benefit" not in set(mine["metric"])
    assert "pays_probability" not in set(mine["metric"])
    assert "loyalty_value" not in set(mine["metric"])
    assert set(mine["note"]) == {"without loyalty_value"}
    assert of(ranked, "net_benefit_in_part") == pytest.approx({"a": 0.5 * 200 * 10 - 300 / 3 - 100})
    assert set(ranked[ranked["action_id"].eq("b")]["note"]) == {""}
    assert set(of(ranked, "action_rank")) == {"a", "b"}
    first = actions.firsts(ranked)
    assert {row["metric"].item() for row in first.values()} == {"net_benefit", "net_benefit_in_part"}


def test_without_a_price_for_loyalty_or_signals_these_parts_are_missing(weighed, tables):
    poor = {name: table for name, table in tables.items() if name != "customer_value"}
    assert set(actions.rank(weighed(action("a"), saved=poor))["note"]) == {"without loyalty_value"}
    silent = {name: table for name, table in poor.items() if name != "signals"}
    ranked = actions.rank(weighed(action("a"), saved=silent))
    assert set(ranked["note"]) == {"without loyalty_value, sales_value"}
    assert actions.plan(weighed(action("a", effect_low=1.0, effect_mode=1.0, effect_high=1.0), saved=silent))["note"].iloc[
        -2:
    ].tolist() == [
        "without loyalty_value, sales_value",
        "",
    ]


def test_what_brings_nothing_that_has_a_price_is_not_ranked(weighed, tables):
    poor = {name: table for name, table in tables.items() if name != "customer_value"}
    ranked = actions.rank(weighed(action("a", effect_on="actual"), saved=poor))
    assert ranked["note"].to_list() == ["needs orders.value, params.actions.margin_share"]


def test_without_money_ranks_are_the_mean_of_the_lenses(weighed):
    worth = weighed(action("more", reason_id="invoice"), action("less", **CLAIM), currency=None)
    ranked = actions.rank(worth)
    assert set(ranked["metric"]) == {"action_rank", "first_three_probability"}
    assert not ranked["unit"].str.fullmatch("[A-Z]{3}").any()
    moved = {name: worth.together([name]) for name in ("more", "less")}
    assert moved["more"]["contacts_saved"].mean() > moved["less"]["contacts_saved"].mean()


def test_owner_and_start_stand_beside_each_action(weighed):
    ranked = actions.rank(weighed(action("a", owner=None), action("b", start_date="2026-09-01")))
    facts = ranked.drop_duplicates("action_id").set_index("action_id")[["owner", "start_date"]]
    assert facts.loc["a"].tolist() == ["nobody", "open"]
    assert facts.loc["b"].tolist() == ["BH", "2026-09-01"]


def test_figures_count_nobody(weighed):
    assert actions.rank(weighed(action("a")))["n"].isna().all()


def test_the_first_three_rows_for_the_answer(weighed):
    many = [
        action(name, effect_low=size, effect_mode=size, effect_high=size) for name, size in zip("abcd", (0.2, 0.5, 0.4, 0.3), strict=True)
    ]
    first = actions.firsts(actions.rank(weighed(*many)))
    assert {place: row["action_id"].item() for place, row in first.items()} == {"first": "b", "second": "c", "third": "d"}
    assert {row["metric"].item() for row in first.values()} == {"net_benefit"}
    assert list(actions.firsts(actions.rank(weighed(action("a"), currency=None)))) == ["first"]
    nothing = actions.firsts(actions.rank(weighed(action("a", reason_id="unheard"))))
    assert nothing["first"]["note"].item() == "needs contact_reasons.reason_id"


def test_an_empty_list_says_what_it_needs(weighed):
    assert actions.rank(weighed())["note"].item() == "needs actions.action_id"
