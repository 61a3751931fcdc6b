"""What would have to be otherwise for an action to pay no longer, or to pay after all: one assumption at a time."""

from __future__ import annotations

import pandas as pd

from cxlib import estimates
from cxlib.decisions.actions.figures import Floats
from cxlib.decisions.actions.ranking import NEEDS, order
from cxlib.decisions.actions.worth import Worth
from cxlib.estimates.rows import rows

__all__ = ["ASSUMPTIONS", "decisive", "flips"]

ASSUMPTIONS = ("effect", "carry", "experience", "point_value", "contact_cost", "chance_value", "cost")
GROUPS = ("action_id", "assumption", "crossing")
TELLS = {"saved_cost": "contacts.cost", "loyalty_value": "responses[actual]", "sales_value": "contacts.sales_signal"}


def flips(worth: Worth) -> pd.DataFrame:
    """At which value of each assumption, the others as they are, an action's net benefit crosses zero.

    Parameters
    ----------
    worth : Worth
        What :func:`weigh` returned.

    Returns
    -------
    DataFrame
        ESTIMATES by ``action_id``, ``assumption`` and ``crossing`` (it flips ``below`` or ``above``): ``flip_at``, the value, in parts of
        what is assumed (unit ``share``; 0.8: a fifth less); and ``flip_probability``, the ``share`` of the assumption's draws beyond it.
        Of each action the assumption that flips it most easily comes first; one whose worth is known in part
        only has no sign to flip and is left out. Assumptions: ``effect``; ``carry`` (what customers feel of it); ``experience`` (points of
        the rating that hang on the reason, as measured); ``point_value`` (what a better rating is worth);
        ``contact_cost``; ``chance_value``; ``cost`` (of the action). One that no value could flip is left out. Needs "params.costs" where
        nothing is told in money.

    Notes
    -----
    Means: net = B − C, B = Σ of the parts. A part P flips the sign at 1 − net / P of its mean, the effect (on which all parts hang) at
    C / B, the cost at B / C.

    >>> import numpy as np
    >>> from cxlib.decisions.actions.levers import Lever
    >>> facts = pd.DataFrame({"state": "next", "floor": False, "delight": False, "depends_on": None, "cost_once": 0.0,
    ...     "cost_year": 4000.0}, index=["a"])
    >>> sizes = {name: np.full(4, 10_000.0) for name in ("contacts_saved", "saved_cost")}
    >>> half = Lever(("contacts", "invoice"), np.array([0.25, 0.5, 0.5, 0.75]), sizes)
    >>> told = flips(Worth(facts, {"a": half}, None, "EUR", 3, 0.9, 4))
    >>> told.loc[told["metric"].eq("flip_at"), ["assumption", "crossing", "value"]]
         assumption crossing  value
    0        effect    below   0.80
    1  contact_cost    below   0.80
    2          cost    above   1.25
    """
    if worth.actions.empty:
        return estimates.unanswerable("flip_at", "share", NEEDS, by=GROUPS)
    if not worth.currency:
        return estimates.unanswerable("flip_at", "share", ["params.costs"], by=GROUPS)
    names = order(worth)
    found = [row for name in names if not worth.blank([name]) for row in _of_action(worth, name)]
    if not found:
        lacking = sorted({TELLS[part] for part in worth.blank(names)}) or NEEDS
        return estimates.unanswerable("flip_at", "share", lacking, by=GROUPS)
    table = pd.DataFrame(found)
    groups, shared = table[list(GROUPS)], {"unit": "share", "n": pd.NA, "method": "means"}
    at = rows(groups, {"metric": "flip_at", "value": table["at"], **shared})
    often = rows(groups, {"metric": "flip_probability", "value": table["often"], **shared, "method": "share of draws"})
    return estimates.stack(at, often)


def decisive(flipped: pd.DataFrame, ranking: pd.DataFrame, *, among: int = 3) -> pd.DataFrame:
    """Return the one row of ``flip_at`` that most easily flips one of the first actions; of those told in part, the first's worth.

    Parameters
    ----------
    flipped : DataFrame
        What :func:`flips` returns.
    ranking : DataFrame
        What :func:`rank` returns.
    among : int
        How many of the first actions are looked at.

    >>> groups = pd.DataFrame({"action_id": "a", "assumption": ["effect", "cost"], "crossing": ["below", "above"]})
    >>> flipped = estimates.stack(rows(groups, {"metric": "flip_at", "value": [0.8, 1.3]}),
    ...     rows(groups, {"metric": "flip_probability", "value": [0.4, 0.1]}))
    >>> ranking = rows(pd.DataFrame({"action_id": ["a"]}), {"metric": "action_rank", "value": 1.0})
    >>> decisive(flipped, ranking)[["assumption", "metric", "value"]]
      assumption   metric  value
    0     effect  flip_at    0.8
    """
    in_part = ranking[ranking["metric"].eq("net_benefit_in_part") & ranking["value"].notna()]
    listed = ranking[ranking["metric"].eq("action_rank") & ranking["value"].le(among)]["action_id"]
    often = flipped[flipped["metric"].eq("flip_probability") & flipped["action_id"].isin(listed)]
    if often.empty:
        return flipped.head(1) if in_part.empty else in_part.head(1)
    worst = often.sort_values("value", ascending=False, kind="stable").iloc[0]
    same = flipped[list(GROUPS)].eq(worst[list(GROUPS)]).all(axis=1)
    return flipped[same & flipped["metric"].eq("flip_at")]


def _of_action(worth: Worth, name: str) -> list[dict[str, object]]:
    money, cost, lever = worth.money([name]), worth.cost(name), worth.levers[name]
    brought = {source: float(drawn.mean()) for source, drawn in money.items()}
    whole = sum(brought.values())
    net = whole - cost
    drawn: dict[str, Floats | None] = {"effect": lever.effect, "point_value": worth.point_value, **lever.parts}
    parts = {"effect": whole, **dict.fromkeys(("carry", "experience", "point_value"), brought["loyalty_value"])}
    parts |= {"contact_cost": brought["saved_cost"], "chance_value": brought["sales_value"]}
    found: list[dict[str, object]] = []
    for assumption, part in parts.items():
        if not part or (assumption in ("carry", "experience") and assumption not in lever.parts):
            continue
        at = 1 - net / part
        if at < 0:  # even with nothing of it the sign stays
            continue
        rises = part > 0
        crossing = "below" if (net > 0) == rises else "above"
        often = _beyond(drawn.get(assumption), at, crossing)
        found.append({"action_id": name, "assumption": assumption, "crossing": crossing, "at": at, "often": often})
    if cost > 0 and whole > 0:
        found.append(
            {"action_id": name, "assumption": "cost", "crossing": "above" if net > 0 else "below", "at": whole / cost, "often": 0.0}
        )
    return sorted(found, key=lambda row: (-float(str(row["often"])), abs(float(str(row["at"])) - 1)))


def _beyond(drawn: Floats | None, at: float, crossing: str) -> float:
    if drawn is None or not drawn.mean():
        return 0.0
    relative = drawn / drawn.mean()
    return float((relative < at).mean() if crossing == "below" else (relative > at).mean())
