"""What contacts say besides their reason, and how people coded them: second concerns, old keys, labels and their second coder."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.exposure import choose
from cxlib.simulate.reasons import HARD_PAIRS, NO_CONCERN, code, reasons

__all__ = ["GOLD", "KAPPA", "KINDS", "LEGACY", "gold", "legacy", "second_concerns"]

# kinds of second concerns and their share of all contacts
KINDS = {"accessibility": 0.07, "additional_demand": 0.04, "praise": 0.03, "other": 0.08}
_ACCESS = {"waiting_queue": 25, "opening_hours": 10, "department_unreachable": 35, "passed_around": 20, "contact_person_unknown": 10}
FIRST_NAMED = 0.40  # of all second concerns
RECORDED = 0.31  # of additional demand, as a sales signal
LEGACY = {"Service": 0.41, "Information": 0.33, "Auftrag": 0.19, "": 0.07}
AVOIDABLE_IN_INFORMATION = 0.58  # of Information: avoidable questions on delivery and invoice
GOLD, DOUBLE_CODED, KAPPA = 420, 120, 0.78


def second_concerns(rng: np.random.Generator, log: pd.DataFrame) -> pd.DataFrame:
    """Draw the second concerns: 22 % of contacts have one, and in four of ten of these it is named first.

    Parameters
    ----------
    rng : Generator
    log : DataFrame
        reason (codes) and transfers (−1 where nobody dealt with it).

    Returns
    -------
    DataFrame
        kind (position in KINDS, −1 for none), concern (code, −1 for none), named_first, recorded (additional demand kept as a signal).
    """
    table, n = reasons(), len(log)
    reason = log["reason"].to_numpy()
    real = reason != code(NO_CONCERN)
    status = table["status_question"].to_numpy()[reason]
    trouble = (table["group"].eq("complaint") | table["failure"] & table["group"].isin(("delivery", "usage_service", "billing"))).to_numpy()
    count = real.sum()
    kind, free, uniform = np.full(n, -1), real.copy(), rng.random(n)
    for number, (name, where) in enumerate(
        (
            ("accessibility", real & (table["group"] != "accessibility").to_numpy()[reason]),
            ("additional_demand", status),
            ("praise", trouble[reason] & ~status),
            ("other", real),
        )
    ):
        eligible = where & free
        chosen = eligible & (uniform < KINDS[name] * count / max(eligible.sum(), 1))
        kind[chosen], free = number, free & ~chosen
        uniform = rng.random(n)
    concern = np.full(n, -1)
    weights = {
        0: _weights(
            {"waiting_queue": 25, "opening_hours": 10, "department_unreachable": 35, "passed_around": 20, "contact_person_unknown": 10}
        ),
        1: np.where(table["sales_reason"], table["weight"], 0) * np.where(table["group"] == "growth_feedback", 4, 1),
        2: _weights({"praise_referral": 1}),
        3: np.where(table["group"].isin(("accessibility", "follow_up")) | (table["reason"] == NO_CONCERN), 0, table["weight"]),
    }
    for number, weight in weights.items():
        rows = np.flatnonzero(kind == number)
        concern[rows] = choose(rng, weight.astype(float), len(rows))
        for _ in range(8):  # a second concern is another one
            rows = rows[concern[rows] == reason[rows]]
            concern[rows] = choose(rng, weight.astype(float), len(rows))
    kind = np.where(concern == reason, -1, kind)
    concern = np.where(kind < 0, -1, concern)
    others = max((kind >= 0).sum() - (kind == 2).sum(), 1)
    first = (FIRST_NAMED * (kind >= 0).sum() - (kind == 2).sum()) / others  # praise always comes first
    named_first = (kind == 2) | ((kind >= 0) & (rng.random(n) < first))
    heard = (kind == 1) & (log["transfers"] >= 0).to_numpy()  # whoever never got through told nobody
    recorded = heard & (rng.random(n) < RECORDED * (kind == 1).sum() / max(heard.sum(), 1))
    return pd.DataFrame({"kind": kind, "concern": concern, "named_first": named_first, "recorded": recorded}, index=log.index)


def legacy(rng: np.random.Generator, reason: np.ndarray) -> np.ndarray:
    """Draw the key that the ticket system's users chose: coarse, and often the one on top.

    Returns
    -------
    ndarray of int
        Position in LEGACY.
    """
    table = reasons()
    money = table["group"].isin(("delivery", "billing")).to_numpy() & table["avoidable"].to_numpy()
    deal = table["group"].isin(("order", "quote")).to_numpy()
    a, o = money[reason], deal[reason] & ~money[reason]
    share_a, share_o = max(a.mean(), 1e-9), max(o.mean(), 1e-9)
    information, order = LEGACY["Information"], LEGACY["Auftrag"]
    in_a = min(information * AVOIDABLE_IN_INFORMATION / share_a, 0.9)
    elsewhere = information * (1 - AVOIDABLE_IN_INFORMATION) / max(1 - share_a, 1e-9)
    order_rest = 0.065
    order_o = np.clip((order - order_rest * (1 - share_o)) / share_o, 0.0, 0.93 - elsewhere)
    chance_information = np.where(a, in_a, elsewhere)
    chance_order = np.where(o, order_o, order_rest)
    uniform = rng.random(len(reason))
    steps = np.cumsum([chance_information, chance_order, np.full(len(reason), LEGACY[""])], axis=0)
    keys = list(LEGACY)
    position = np.array([keys.index(name) for name in ("Information", "Auftrag", "", "Service")])
    return position[(uniform > steps).sum(axis=0)]


def gold(rng: np.random.Generator, reason: np.ndarray, eligible: np.ndarray, labels: int, double: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose the contacts that were delivered with a label, and what a second coder said of some.

    Returns
    -------
    tuple of ndarray of int
        The reason by the first coder (code, −1 without label) and by the second (−1 where there was none). Coders disagree as often as
        a kappa of .78 needs, mostly on the pairs that are hard to tell apart.
    """
    first, second = np.full(len(reason), -1), np.full(len(reason), -1)
    pool = np.flatnonzero(eligible)
    chosen = rng.permutation(pool)[:labels]
    first[chosen] = reason[chosen]
    twice = chosen[:double]
    shares = np.bincount(reason[chosen], minlength=len(reasons())) / max(len(chosen), 1)
    agreement = KAPPA + (1 - KAPPA) * float((shares**2).sum())
    hard = np.array([row in _neighbours() for row in reason[twice]])
    order = np.argsort(rng.random(len(twice)) + np.where(hard, 0.0, 0.7), kind="stable")
    apart = twice[order][: round(len(twice) * (1 - agreement))]
    second[twice] = reason[twice]
    second[apart] = [_neighbour(rng, row) for row in reason[apart]]
    return first, second


def _weights(leaves: dict[str, int]) -> np.ndarray:
    return reasons()["reason"].str.split(".").str[-1].map(leaves).fillna(0.0).to_numpy()


def _neighbours() -> dict[int, int]:
    pairs = [(code(one), code(other)) for one, other in HARD_PAIRS]
    return {other: one for one, other in reversed(pairs)} | dict(pairs)


def _neighbour(rng: np.random.Generator, reason: int) -> int:
    """What a second coder takes a contact for: the hard neighbour, or another reason of the group."""
    if reason in _neighbours():
        return _neighbours()[reason]
    table = reasons()
    group = np.flatnonzero((table["group"] == table["group"][reason]) & (table.index != reason))
    return int(rng.choice(group)) if len(group) else code("presales_information.service_information")
