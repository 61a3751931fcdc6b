"""Which set of actions fits the budget: what they bring together, overlaps capped and dependencies kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.actions.figures import Floats
from cxlib.decisions.actions.ranking import NEEDS, order, without
from cxlib.decisions.actions.worth import Worth
from cxlib.estimates.rows import rows

__all__ = ["plan"]

ALL_SETS = 12  # actions up to which every set is tried


def plan(worth: Worth, *, budget: float | None = None) -> pd.DataFrame:
    """Choose the actions that together bring most, within what may be spent in the first year.

    Parameters
    ----------
    worth : Worth
        What :func:`weigh` returned.
    budget : float, optional
        Money for the first year: what is spent once and the first year's running cost; left out, only what pays is chosen.

    Returns
    -------
    DataFrame
        ESTIMATES with draws by ``action_id``: ``in_plan`` (1 or 0, unit ``count``) and ``plan_share`` (``share`` of the draws in which the
        best set holds it). Over all: ``plan_net_benefit`` a year, ``plan_overlap`` (what the sum of the single net benefits counts twice)
        and ``plan_cost`` (first year); where a part of what they bring could not be told, the note names it. Needs
        "params.costs" where nothing is told in money.

    Notes
    -----
    Σ of net benefits with effects on one reason combined as 1 − Π(1 − e). Up to 12 actions every set is tried, in each draw for
    ``plan_share`` and by the mean of the draws for the plan; of more actions, the 12 with the best ranks. An action is in a set only with
    those it depends on, unless they run already.

    >>> from cxlib.decisions.actions.levers import Lever
    >>> facts = pd.DataFrame({"state": "next", "floor": False, "delight": False, "depends_on": None, "cost_once": 0.0,
    ...     "cost_year": [1000.0, 9000.0]}, index=["a", "b"])
    >>> levers = {name: Lever(("contacts", name), np.full(4, 0.5), {"saved_cost": np.full(4, 10_000.0)}) for name in "ab"}
    >>> plan(Worth(facts, levers, None, "EUR", 3, 0.9, 4))[["action_id", "metric", "value"]]
      action_id            metric   value
    0         a           in_plan     1.0
    1         b           in_plan     0.0
    2         a        plan_share     1.0
    3         b        plan_share     0.0
    4       NaN  plan_net_benefit  4000.0
    5       NaN      plan_overlap     0.0
    6       NaN         plan_cost  1000.0
    """
    if worth.actions.empty:
        return estimates.unanswerable("in_plan", "count", NEEDS, by=["action_id"])
    if not worth.currency:
        return estimates.unanswerable("in_plan", "count", ["params.costs"], by=["action_id"])
    names = order(worth)[:ALL_SETS]
    if not names:
        lacking = sorted({need for needs in worth.actions["needs"] for need in needs}) or list(NEEDS)
        return estimates.unanswerable("in_plan", "count", lacking, by=["action_id"])
    sets = [chosen for chosen in _sets(names) if _allowed(worth, chosen, names, budget)]
    nets = np.stack([worth.net(chosen) for chosen in sets])
    best = sets[int(np.argmax(nets.mean(axis=1)))]
    held = np.array([[name in chosen for chosen in sets] for name in names])
    often = held[:, np.argmax(nets, axis=0)].mean(axis=1)
    groups, shared = pd.DataFrame({"action_id": names}), {"n": pd.NA}
    chosen = {"metric": "in_plan", "value": [float(name in best) for name in names], "unit": "count", "method": "largest mean"}
    parts = [rows(groups, chosen | shared)]
    parts.append(rows(groups, {"metric": "plan_share", "value": often, "unit": "share", "method": "share of draws", **shared}))
    return estimates.stack(*parts, *_whole(worth, best))


def _sets(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [chosen for size in range(len(names) + 1) for chosen in combinations(names, size)]


def _allowed(worth: Worth, chosen: tuple[str, ...], names: Sequence[str], budget: float | None) -> bool:
    if budget is not None and sum(worth.cost(name, first_year=True) for name in chosen) > budget:
        return False
    if "depends_on" not in worth.actions:
        return True
    before = worth.actions.loc[list(chosen), "depends_on"].dropna()
    running = set(worth.actions.index[worth.actions["state"].eq("running")])
    return all(str(other) in {*chosen, *running} for other in before)


def _whole(worth: Worth, best: tuple[str, ...]) -> list[pd.DataFrame]:
    everything, unit = pd.DataFrame(index=[0]), str(worth.currency)
    net = worth.net(best)
    alone: Floats = np.sum([worth.net([name]) for name in best], axis=0) if best else np.zeros(worth.draws)
    parts = []
    overlap = np.where(np.isclose(alone, net), 0.0, alone - net)  # no overlap is none, not the last digit of a sum
    for metric, drawn in (("plan_net_benefit", net), ("plan_overlap", overlap)):
        low, middle, high = np.quantile(drawn, [(1 - worth.level) / 2, 0.5, (1 + worth.level) / 2])
        low, high = (np.nan, np.nan) if low == high else (low, high)
        told = {"metric": metric, "value": middle, "low": low, "high": high, "unit": unit, "method": "joint draws", "draws": drawn[None]}
        parts.append(rows(everything, told | {"n": pd.NA, "note": without(worth, best)}))
    spent = float(sum(worth.cost(name, first_year=True) for name in best))
    return [*parts, rows(everything, {"metric": "plan_cost", "value": spent, "unit": unit, "method": "as told", "n": pd.NA})]
