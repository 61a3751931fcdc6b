from itertools import combinations

import numpy as np
import pytest

from cxlib.decisions import actions
from tests.decisions.actions.conftest import action


def chosen(planned):
    return set(planned.loc[planned["metric"].eq("in_plan") & planned["value"].eq(1), "action_id"])


def whole(planned, metric):
    return planned.loc[planned["metric"].eq(metric), "value"].item()


@pytest.fixture
def several(weighed):
    sizes = {"a": 0.5, "b": 0.3, "c": 0.2}
    rows = [action(name, effect_low=size, effect_mode=size, effect_high=size, cost_once=1000.0) for name, size in sizes.items()]
    return weighed(*rows, action("d", reason_id="status", touchpoint_id="T2", cost_once=500.0))


def test_the_best_affordable_set_is_chosen(several):
    """Brute force over all sets, the way nobody would write it twice."""
    for budget in (400, 700, 1700, 2800, 9000):
        fits = [
            names
            for size in range(5)
            for names in combinations("abcd", size)
            if sum(several.cost(name, first_year=True) for name in names) <= budget
        ]
        best = max(fits, key=lambda names: several.net(names).mean())
        planned = actions.plan(several, budget=budget)
        assert chosen(planned) == set(best)
        assert whole(planned, "plan_cost") <= budget
        assert whole(planned, "plan_net_benefit") == pytest.approx(np.median(several.net(best)))


def test_overlap_is_what_adding_would_count_twice(several):
    planned = actions.plan(several)
    names = sorted(chosen(planned))
    twice = sum(several.net([name]) for name in names) - several.net(names)
    assert whole(planned, "plan_overlap") == pytest.approx(np.median(twice))
    assert whole(planned, "plan_overlap") > 0


def test_what_depends_on_another_comes_only_with_it(weighed):
    worth = weighed(action("top", depends_on="base"), action("base", reason_id="advice", cost_year=50_000.0))
    assert chosen(actions.plan(worth)) == set()
    running = weighed(action("top", depends_on="base"), action("base", reason_id="advice", cost_year=50_000.0, start_date="2026-01-01"))
    assert chosen(actions.plan(running)) == {"top"}


def test_what_loses_money_is_not_planned(weighed):
    planned = actions.plan(weighed(action("a"), action("b", reason_id="advice", cost_year=1e6)))
    assert chosen(planned) == {"a"}
    share = planned[planned["metric"].eq("plan_share")].set_index("action_id")["value"]
    assert share.to_dict() == {"a": 1.0, "b": 0.0}


def test_what_is_lacking_is_named(weighed):
    assert actions.plan(weighed(action("a"), currency=None))["note"].item() == "needs params.costs"
    assert actions.plan(weighed(action("a", reason_id="unheard")))["note"].item() == "needs contact_reasons.reason_id"
    assert actions.plan(weighed())["note"].item() == "needs actions.action_id"
