"""Goals that move the same thing in opposite directions."""

from __future__ import annotations

import pandas as pd

from cxlib.contacts.promises import goal_conflicts

GOALS = pd.DataFrame({"department": ["KC", "BH", "AD"], "kpi": ["talk", "dunning", "new"], "target": [198.0, 14.0, 624.0]})
GOALS = GOALS.assign(value=[220.0, 30.0, 520.0], direction=["down", "down", "up"], period="2026")


def test_every_pair_that_conflicts_is_named_once():
    told = goal_conflicts(GOALS, {"talk": {"time": "down"}, "dunning": {"time": "up"}, "new": {"time": "up"}})
    pairs = told[told["metric"].eq("goal_conflict")]
    assert pairs[["department", "kpi"]].values.tolist() == [["KC", "talk"]] * 2
    assert pairs[["against_department", "against"]].values.tolist() == [["BH", "dunning"], ["AD", "new"]]
    assert told.loc[told["metric"].eq("goal_conflicts"), "value"].item() == 2
    assert told.loc[told["metric"].eq("goals_judged"), "value"].item() == 3


def test_goals_that_pull_the_same_way_do_not_conflict():
    told = goal_conflicts(GOALS, {"talk": {"time": "up"}, "dunning": {"time": "up", "other": "down"}})
    assert not told["metric"].eq("goal_conflict").any()
    assert told.loc[told["metric"].eq("goal_conflicts"), "value"].item() == 0


def test_progress_stands_beside():
    told = goal_conflicts(GOALS, {})
    assert told.loc[told["kpi"].eq("new"), "value"].item() == 520 / 624


def test_what_is_missing_is_named():
    assert goal_conflicts(GOALS.iloc[:0], {})["note"].item() == "needs goals.kpi"
