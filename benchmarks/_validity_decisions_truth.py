"""What actions are truly worth to a simulated client, part by part, from what was planted.

What page 16 estimates is taken from the simulator: contacts by their planted reason, planted gaps, slopes, use and damage, the orders of
its customers. What people believe (effects, the part felt, how many more leave for a point) nobody planted: it is true in distribution,
so a client's own value is drawn from the belief. The worth written into the workshop's list (``_net_benefit_year``) is an author's
estimate that no other part of the simulation rests on; it says which actions were meant as the best, not what a span has to hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from cxlib import intake
from cxlib.decisions.actions.priors import PEAK
from cxlib.params import Params, load
from cxlib.simulate import drivers
from cxlib.simulate.plan import Plan
from cxlib.simulate.reasons import NO_CONCERN

ROOT = Path(__file__).parent.parent
YEAR = 365.25
RATED = {rated.touchpoint_id: rated for rated in drivers.RATED if rated.touchpoint_id}


def pert(three: tuple[float, float, float], rng: np.random.Generator) -> float:
    """One value of what is believed."""
    low, mode, high = three
    return float(low + (high - low) * rng.beta(1 + PEAK * (mode - low) / (high - low), 1 + PEAK * (high - mode) / (high - low)))


def parts(plan: Plan, params: Params, made: Mapping[str, pd.DataFrame], truth: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return by action_id ``saved_cost``, ``loyalty_value`` and ``cost`` a year, of actions that save contacts for failures; no sales."""
    of, rng = params.actions, np.random.default_rng([plan.seed, 16])
    carry, lost = pert(of.carry, rng), pert(of.loss_prior, rng)
    log, kinds = _log(plan, made["contacts"]), truth["reasons"].set_index("reason")
    per_year = YEAR / ((plan.end - plan.start).days + 1)
    point = lost * _margins(plan, params, made)
    found = {}
    for action in made["actions"].sort_values("action_id").to_dict("records"):
        effect = pert(tuple(float(action[f"effect_{end}"]) for end in ("low", "mode", "high")), rng)
        reason, place = str(action["reason_id"]), str(action["touchpoint_id"])
        if action["effect_on"] != "contacts" or reason not in kinds.index:
            continue
        mine = log[log["_reason"].eq(reason)]
        price = mine["channel"].map(dict(params.costs.per_contact)).mean()
        felt = _felt(log, kinds, truth, place, reason, params) if kinds["failure"][reason] else 0.0
        found[str(action["action_id"])] = {
            "saved_cost": effect * len(mine) * per_year * price * params.costs.variable_share,
            "loyalty_value": effect * carry * felt * point,
            "cost": float(action["cost_once"]) / of.years + float(action["cost_year"]),
        }
    return pd.DataFrame(found).T


def _log(plan: Plan, log: pd.DataFrame) -> pd.DataFrame:
    inbound = log["direction"].fillna("inbound").eq("inbound") & ~log["_tally"] & log["_reason"].ne(NO_CONCERN)
    return log[inbound]


def _felt(log: pd.DataFrame, kinds: pd.DataFrame, truth: Mapping[str, pd.DataFrame], place: str, reason: str, params: Params) -> float:
    """Points of recommendation, mean over all customers, that hang on a reason."""
    there = log[log["touchpoint_id"].eq(place) & log["_reason"].map(kinds["failure"]).fillna(False).astype(bool)]
    rated = RATED.get(place)
    if rated is not None and there["_reason"].eq(reason).any():
        slope = truth["drivers"].set_index("item")["coefficient"][rated.name]
        return float(max(rated.gap, 0.0) * slope * (1 - rated.never_used) * there["_reason"].eq(reason).mean())
    points = pain_points()
    pain = points.get(reason)
    if pain is None:
        return np.nan
    family = [name for name, point in points.items() if point == pain]
    damage = -truth["pain_point_damage"].set_index("pain_point")["damage"][pain]
    return float(damage * log["_reason"].eq(reason).sum() / log["_reason"].isin(family).sum())


def _margins(plan: Plan, params: Params, made: Mapping[str, pd.DataFrame]) -> float:
    """Customers who stay · what one of them orders in a year · margin · years."""
    customers, orders = made["customers"], made["orders"]
    kept = customers[customers["status"].eq("active")]
    begun = pd.to_datetime(kept["start_date"]).dt.tz_localize(None)
    days = (pd.Timestamp(plan.end) - begun.clip(lower=pd.Timestamp(plan.start))).dt.days.clip(lower=1) + 1
    counted = orders[orders["customer_id"].isin(kept["customer_id"])]
    counted = counted[counted["cancelled_ts"].isna()] if "cancelled_ts" in counted else counted
    yearly = counted["value"].sum() / days.sum() * YEAR
    return float(yearly * params.actions.margin_share * params.actions.customer_years * len(kept))


@cache
def demo() -> Params:
    """Return the demo's params, whose prices and beliefs all simulated clients have."""
    return load(ROOT, "demo")


@cache
def pain_points() -> dict[str, str]:
    """Return the pain point that each reason tells of, as the taxonomy has it."""
    reasons = intake.prepare(ROOT, demo()).table("reasons")
    return {str(name): str(point) for name, point in zip(reasons["reason_id"], reasons["pain_point"], strict=True) if pd.notna(point)}
