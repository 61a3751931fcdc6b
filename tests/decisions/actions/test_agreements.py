import pandas as pd
import pytest

from cxlib.decisions import actions
from tests.decisions.actions.conftest import action

GOALS = pd.DataFrame(
    {"department": ["KC", "AD"], "kpi": ["talk", "new"], "target": [198.0, 624.0], "value": [220.0, 520.0], "direction": ["down", "up"]}
)
EFFECTS = {"talk": {"time": "down"}, "new": {"sales": "up"}}


def test_who_leads_who_joins_and_by_which_channels(weighed):
    parts = actions.responsibilities(weighed(action("a"), action("b", owner=None, departments="BH , KC", channels=None)))
    each = parts[parts["metric"].eq("part")]
    listed = {tuple(row) for row in each[["action_id", "task", "participant"]].itertuples(index=False)}
    assert listed == {
        ("a", "leads", "BH"),
        ("a", "takes_part", "EC"),
        ("a", "channel", "email"),
        ("b", "takes_part", "BH"),
        ("b", "takes_part", "KC"),
    }
    joined = parts[parts["metric"].eq("actions_joined")].set_index("participant")["value"]
    assert joined.to_dict() == {"EC": 1.0, "BH": 1.0, "KC": 1.0}


def test_types_are_counted_and_their_worth_is_joint(weighed):
    worth = weighed(action("a"), action("b"), action("c", type="it", reason_id="status", touchpoint_id="T2"))
    parts = actions.responsibilities(worth)
    number = parts[parts["metric"].eq("actions")].set_index("action_type")["value"]
    assert number.to_dict() == {"process": 2.0, "it": 1.0}
    net = parts[parts["metric"].eq("net_benefit")].set_index("action_type")["value"]
    assert net["process"] == pytest.approx(pd.Series(worth.net(["a", "b"])).median())
    assert "net_benefit" not in set(actions.responsibilities(weighed(action("a"), currency=None))["metric"])


def test_an_action_that_moves_against_a_goal_pulls_against_it(weighed):
    worth = weighed(action("a", effect_on="sales"), action("b"))
    pulls = actions.conflicts(worth, GOALS, goal_effects=EFFECTS, moves={"a": {"time": "up"}})
    each = pulls[pulls["metric"].eq("goal_pull")]
    assert each[["action_id", "department", "pull"]].values.tolist() == [["a", "KC", "against"], ["a", "AD", "with"]]
    assert pulls.loc[pulls["metric"].eq("actions_in_conflict"), "value"].item() == 1
    assert actions.conflicts(worth, GOALS, goal_effects={})["value"].to_list() == [0.0]


def test_goals_say_how_far_they_are(weighed):
    told = actions.goals(GOALS).set_index(["department", "metric"])["value"]
    assert told["KC", "goal_missing"] == pytest.approx((220 - 198) / 198)
    assert told["AD", "goal_missing"] == pytest.approx((624 - 520) / 624)
    reached = actions.goals(GOALS.assign(value=[100.0, 700.0]))
    assert reached.loc[reached["metric"].eq("goal_missing"), "value"].to_list() == [0.0, 0.0]
    unknown = actions.goals(GOALS.assign(value=[None, 520.0]))
    assert unknown.loc[unknown["metric"].eq("goal_value"), "note"].to_list() == ["needs goals.value", ""]


def test_the_log_says_what_rests_on_a_finding(weighed):
    logged = actions.decision_log(weighed(action("a"), action("b", finding=None, type="it", start_date="2026-01-12")))
    each = logged[logged["metric"].eq("rests_on_finding")].set_index("action_id")
    assert each["value"].to_dict() == {"a": 1.0, "b": 0.0}
    assert each.loc["b", ["action_state", "start_date", "finding"]].to_list() == ["running", "2026-01-12", "none"]
    lacking = logged[logged["metric"].eq("without_finding")].set_index("action_type")["value"]
    assert lacking.to_dict() == {"process": 0.0, "it": 1.0}


def test_what_is_lacking_is_named(weighed):
    empty = weighed()
    assert actions.responsibilities(empty)["note"].item() == "needs actions.action_id"
    assert actions.decision_log(empty)["note"].item() == "needs actions.action_id"
    assert actions.conflicts(empty, GOALS.iloc[:0], goal_effects={})["note"].item() == "needs actions.action_id, goals.kpi"
    assert actions.goals(GOALS.iloc[:0])["note"].item() == "needs goals.kpi"
