"""What people have to agree on: who takes part, whose goals an action crosses, where goals stand, what was decided and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.actions.ranking import NEEDS
from cxlib.decisions.actions.worth import Worth
from cxlib.estimates.rows import rows

__all__ = ["conflicts", "decision_log", "goals", "responsibilities"]

MOVES = {"contacts": {"contacts": "down"}, "actual": {"experience": "up"}, "sales": {"sales": "up"}}  # what an effect moves by itself
NOBODY = "nobody"


def responsibilities(worth: Worth) -> pd.DataFrame:
    """Who leads which action, which departments and channels take part, and of which type the actions are.

    Parameters
    ----------
    worth : Worth
        What :func:`weigh` returned.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``count``: ``part`` (1) by ``action_id``, ``task`` {leads, takes_part, channel} and ``participant``;
        ``actions_led`` and ``actions_joined`` by ``participant``; by ``action_type`` ``actions`` and, with a currency, ``net_benefit``
        of those that could be next, summed in each draw. Needs "actions.action_id".

    >>> facts = pd.DataFrame({"type": ["process"], "owner": ["KC"], "departments": ["KC, IT"], "channels": ["email"]}, index=["a"])
    >>> responsibilities(Worth(facts, {}, None, None, 3, 0.9, 4))[["action_id", "task", "participant", "metric", "value"]].head(3)
      action_id        task participant metric  value
    0         a       leads          KC   part    1.0
    1         a  takes_part          IT   part    1.0
    2         a     channel       email   part    1.0
    """
    groups = ["action_id", "task", "participant", "action_type"]
    if worth.actions.empty:
        return estimates.unanswerable("part", "count", NEEDS, by=groups)
    listed = [
        (name, task, participant)
        for name, action in worth.actions.iterrows()
        for task, participants in _parts(action).items()
        for participant in participants
    ]
    table = pd.DataFrame(listed, columns=groups[:3])
    counted = {"unit": "count", "n": pd.NA, "method": "count"}
    parts = [rows(table, {"metric": "part", "value": 1.0, **counted})]
    for metric, task in (("actions_led", "leads"), ("actions_joined", "takes_part")):
        sizes = table.loc[table["task"].eq(task), "participant"].value_counts()
        parts.append(rows(pd.DataFrame({"participant": sizes.index}), {"metric": metric, "value": sizes.to_numpy(), **counted}))
    kinds = worth.actions.groupby("type", sort=False).groups if "type" in worth.actions else {}
    told = pd.DataFrame({"action_type": list(kinds)})
    parts.append(rows(told, {"metric": "actions", "value": [len(names) for names in kinds.values()], **counted}))
    if worth.currency:
        parts += [_summed(worth, str(kind), list(names)) for kind, names in kinds.items()]
    stacked = estimates.stack(*[part for part in parts if len(part)])
    return stacked.reindex(columns=[*groups, *[name for name in stacked if name not in groups]])


def conflicts(
    worth: Worth,
    goals: pd.DataFrame,
    *,
    goal_effects: Mapping[str, Mapping[str, str]],
    moves: Mapping[str, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
    """Which action moves something the way that a department's goal moves it, and which one pulls against it.

    Parameters
    ----------
    worth : Worth
        What :func:`weigh` returned.
    goals : DataFrame
        The contract table.
    goal_effects : mapping of str to mapping
        kpi → {what reaching it moves: ``up`` or ``down``}; judged by people.
    moves : mapping of str to mapping, optional
        action_id → {what the action moves: ``up`` or ``down``}, beside what its effect moves by itself: contacts down, experience or
        sales up. Judged by people.

    Returns
    -------
    DataFrame
        ESTIMATES by ``action_id``, ``department``, ``kpi``, ``moved`` and ``pull`` {with, against}: ``goal_pull`` (1); over all
        ``actions_in_conflict``, the actions that pull against at least one goal. Needs "actions.action_id", "goals.kpi".

    >>> facts = pd.DataFrame({"state": ["next"], "effect_on": ["contacts"]}, index=["a"])
    >>> kpis = pd.DataFrame({"department": ["KC", "AD"], "kpi": ["talk", "new"]})
    >>> worth = Worth(facts, {}, None, None, 3, 0.9, 4)
    >>> found = conflicts(worth, kpis, goal_effects={"talk": {"contacts": "down"}, "new": {"contacts": "up"}})
    >>> found[["metric", "department", "pull", "value"]]
                    metric department     pull  value
    0  actions_in_conflict        NaN      NaN    1.0
    1            goal_pull         AD  against    1.0
    2            goal_pull         KC     with    1.0
    """
    groups = ["action_id", "department", "kpi", "moved", "pull"]
    needs = [*(NEEDS if worth.actions.empty else ()), *(("goals.kpi",) if goals.empty else ())]
    if needs:
        return estimates.unanswerable("goal_pull", "count", needs, by=groups)
    found = []
    for name, action in worth.actions.iterrows():
        does = MOVES.get(str(action["effect_on"]), {}) | dict((moves or {}).get(str(name), {}))
        for goal in goals.to_dict("records"):
            wants = goal_effects.get(str(goal["kpi"]), {})
            pulls = [(thing, "with" if way == does[thing] else "against") for thing, way in wants.items() if thing in does]
            found += [(name, goal["department"], goal["kpi"], thing, pull) for thing, pull in pulls]
    table = pd.DataFrame(found, columns=groups)
    hurt = table.loc[table["pull"].eq("against"), "action_id"].nunique()
    counted = {"unit": "count", "n": pd.NA, "method": "judgement"}
    whole = rows(pd.DataFrame({name: [None] for name in groups}), {"metric": "actions_in_conflict", "value": float(hurt), **counted})
    if table.empty:
        return whole
    order = table["pull"].map({"against": 0, "with": 1})
    return estimates.stack(whole, rows(table.loc[order.sort_values(kind="stable").index], {"metric": "goal_pull", "value": 1.0, **counted}))


def goals(goals: pd.DataFrame) -> pd.DataFrame:
    """Where each department's goals stand.

    Returns
    -------
    DataFrame
        ESTIMATES by ``department``, ``kpi`` and ``way`` (the direction it should go, up or down): ``goal_value``, ``goal_target``, and
        ``goal_missing``, the ``share`` of the target by which the value still has to move (0: reached). Needs "goals.kpi".

    >>> told = goals(pd.DataFrame({"department": ["KC"], "kpi": ["talk"], "target": [200.0], "value": [220.0], "direction": ["down"]}))
    >>> told[["metric", "value"]].values.tolist()
    [['goal_value', 220.0], ['goal_target', 200.0], ['goal_missing', 0.1]]
    """
    groups = ["department", "kpi", "way"]
    if goals.empty:
        return estimates.unanswerable("goal_target", "", ["goals.kpi"], by=groups)
    table = goals.rename(columns={"direction": "way"})[groups]
    value = goals["value"].astype("float64") if "value" in goals else pd.Series(np.nan, index=goals.index)
    target = goals["target"].astype("float64")
    away = np.where(goals["direction"].eq("down"), value - target, target - value)
    missing = np.where(target != 0, np.maximum(away, 0.0) / target.abs(), np.nan)
    note = np.where(value.isna(), "needs goals.value", "")
    shared = {"n": pd.NA, "method": "as told"}
    return estimates.stack(
        rows(table, {"metric": "goal_value", "value": value, "note": note, **shared}),
        rows(table, {"metric": "goal_target", "value": target, **shared}),
        rows(table, {"metric": "goal_missing", "value": missing, "unit": "share", "note": note, **shared}),
    )


def decision_log(worth: Worth) -> pd.DataFrame:
    """What was decided or is proposed, on which finding, by whom and from when.

    Parameters
    ----------
    worth : Worth
        What :func:`weigh` returned.

    Returns
    -------
    DataFrame
        ESTIMATES by ``action_id``, ``action_type``, ``action_state``, ``owner`` ("nobody"), ``start_date`` ("open") and ``finding``
        ("none"): ``rests_on_finding`` (1 or 0, unit ``count``). By ``action_type`` alone ``without_finding``, the number of actions that
        rest on none. Needs "actions.action_id".

    >>> facts = pd.DataFrame({"type": "process", "state": ["next", "running"], "owner": ["KC", None], "start_date": [None, "2026-01-12"],
    ...     "finding": ["P11", None]}, index=["a", "b"])
    >>> found = decision_log(Worth(facts, {}, None, None, 3, 0.9, 4))
    >>> found[["action_id", "metric", "owner", "start_date", "finding", "value"]]
      action_id            metric   owner  start_date finding  value
    0         a  rests_on_finding      KC        open     P11    1.0
    1         b  rests_on_finding  nobody  2026-01-12    none    0.0
    2       NaN   without_finding     NaN         NaN     NaN    1.0
    """
    groups = ["action_id", "action_type", "action_state", "owner", "start_date", "finding"]
    if worth.actions.empty:
        return estimates.unanswerable("rests_on_finding", "count", NEEDS, by=groups)
    facts = worth.actions
    begun = pd.to_datetime(_told(facts, "start_date"), errors="coerce").dt.strftime("%Y-%m-%d").fillna("open")
    table = pd.DataFrame({"action_id": facts.index.astype("str"), "action_type": _told(facts, "type").to_numpy()})
    table["action_state"], table["owner"] = facts["state"].to_numpy(), _told(facts, "owner").fillna(NOBODY).to_numpy()
    table["start_date"], table["finding"] = begun.to_numpy(), _told(facts, "finding").fillna("none").to_numpy()
    rests = table["finding"].ne("none")
    counted: dict[str, Any] = {"unit": "count", "n": pd.NA, "method": "count"}
    lacking = (~rests).groupby(table["action_type"], sort=False).sum()
    return estimates.stack(
        rows(table, {"metric": "rests_on_finding", "value": rests.astype("float64"), **counted}),
        rows(pd.DataFrame({"action_type": lacking.index}), {"metric": "without_finding", "value": lacking.to_numpy(float), **counted}),
    ).reindex(columns=[*groups, *rows(pd.DataFrame(index=[0]), {}).columns])


def _parts(action: pd.Series) -> dict[str, list[str]]:
    owner = action.get("owner")
    leads = [] if owner is None or pd.isna(owner) else [str(owner)]
    joins = [name for name in _split(action.get("departments")) if name not in leads]
    return {"leads": leads, "takes_part": joins, "channel": _split(action.get("channels"))}


def _split(told: object) -> list[str]:
    return [] if told is None or pd.isna(told) else [part.strip() for part in str(told).split(",") if part.strip()]


def _summed(worth: Worth, kind: str, names: Sequence[str]) -> pd.DataFrame:
    known = [name for name in names if name in worth.ids("next")]
    place = pd.DataFrame({"action_type": [kind]})
    if not known:
        return rows(place, {"metric": "net_benefit", "unit": str(worth.currency), "n": pd.NA, "note": "no action to rank"})
    drawn = worth.net(known)
    low, middle, high = np.quantile(drawn, [(1 - worth.level) / 2, 0.5, (1 + worth.level) / 2])
    told = {"metric": "net_benefit", "value": middle, "low": low, "high": high, "unit": str(worth.currency), "n": pd.NA}
    return rows(place, {**told, "method": "joint draws", "draws": drawn[None]})


def _told(facts: pd.DataFrame, name: str) -> pd.Series:
    return facts[name] if name in facts else pd.Series(None, index=facts.index, dtype="object")
