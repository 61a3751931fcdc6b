"""Which departments' goals pull against each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pandas as pd

from cxlib import estimates
from cxlib.estimates.rows import rows

__all__ = ["goal_conflicts"]


def goal_conflicts(goals: pd.DataFrame, effects: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Set goals against each other that move the same thing in opposite directions.

    Parameters
    ----------
    goals : DataFrame
        ``department``, ``kpi``, ``target``, ``direction``, ``value``, ``period``.
    effects : mapping of str to mapping
        kpi → {what reaching it moves: ``up`` or ``down``}: judged by people, not measured.

    Returns
    -------
    DataFrame
        ESTIMATES: ``goal_conflict`` (1 a pair), by ``conflict`` (what both move), ``department``, ``kpi``, ``against_department`` and
        ``against``; ``goals_judged`` (goals with an effect named); and by ``department`` and ``kpi`` ``goal_progress``: the value told over
        the target.

    >>> goals = pd.DataFrame({"department": ["KC", "BH"], "kpi": ["talk", "dunning"], "target": [198.0, 14], "value": [220.0, 30]})
    >>> told = goal_conflicts(goals, {"talk": {"time": "down"}, "dunning": {"time": "up"}})
    >>> told.loc[told["metric"].eq("goal_conflict"), ["department", "kpi", "against_department", "against"]].values.tolist()
    [['KC', 'talk', 'BH', 'dunning']]
    """
    groups = ["conflict", "department", "kpi", "against_department", "against"]
    if goals.empty:
        return estimates.unanswerable("goal_conflict", "count", ["goals.kpi"], by=groups)
    named = goals[["department", "kpi"]].astype("str")
    goal = list(named.itertuples(index=False, name=None))
    moved = [(one, thing, way) for one in goal for thing, way in effects.get(one[1], {}).items()]
    found = [
        (thing, *one, *other) for (one, thing, way), (other, same, against) in combinations(moved, 2) if thing == same and way != against
    ]
    judged = len({one for one, _, _ in moved})
    table = pd.DataFrame(found, columns=groups)
    count = {"unit": "count", "n_eff": float(len(goals)), "method": "judgement", "n": 0}
    parts = [rows(pd.DataFrame({name: [None] for name in groups}), count | {"metric": "goals_judged", "value": float(judged)})]
    parts.append(rows(pd.DataFrame({name: [None] for name in groups}), count | {"metric": "goal_conflicts", "value": float(len(found))}))
    if len(found):
        parts.append(rows(table, count | {"metric": "goal_conflict", "value": 1.0}))
    known = goals["value"].notna() & goals["target"].ne(0) if "value" in goals else pd.Series(False, goals.index)
    if known.any():
        progress = {"metric": "goal_progress", "value": (goals["value"] / goals["target"])[known].to_numpy(), "unit": "share"}
        parts.append(rows(named[known.to_numpy()].reset_index(drop=True), count | progress))
    told = estimates.stack(*parts)
    return told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]])
