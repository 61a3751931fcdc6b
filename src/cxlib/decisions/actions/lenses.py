"""Three ways to look at an action that need no price: what customers experience, sales chances, contacts that no longer come."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.actions.figures import Floats
from cxlib.decisions.actions.levers import LENSES
from cxlib.decisions.actions.ranking import NEEDS, order
from cxlib.decisions.actions.worth import Worth
from cxlib.estimates.rows import rows

__all__ = ["front", "lenses"]

GROUPS = ("action_id", "action_state")
UNITS = {"experience_points": "scale points", "chances_gained": "per year", "contacts_saved": "per year"}
TELLS = {"experience_points": "responses[actual]", "chances_gained": "contacts.sales_signal", "contacts_saved": "contact_reasons.reason_id"}


def lenses(worth: Worth) -> pd.DataFrame:
    """How each action scores on experience, sales chances and contacts, and whether another one beats it on all of them.

    Parameters
    ----------
    worth : Worth
        What :func:`weigh` returned.

    Returns
    -------
    DataFrame
        ESTIMATES with draws by ``action_id`` and ``action_state``: ``experience_points`` (of the leading outcome, mean over all customers),
        ``chances_gained`` and ``contacts_saved`` (a year; below zero: lost, more), medians with spans of ``worth.level``; a lens that
        nothing tells says what it needs. ``front_probability``: ``share`` of the draws in which no other action is at least as good in
        every lens and better in one. Actions that could be next, and those that trip a guard rail.

    Notes
    -----
    A lens that no action moves divides nobody and is left out of the front. What is unknown counts as nothing moved.

    >>> from cxlib.decisions.actions.levers import Lever
    >>> facts = pd.DataFrame({"state": "next", "floor": False, "delight": False, "depends_on": None, "cost_once": 0.0, "cost_year": 0.0,
    ...     "needs": [(), ()], "effect_on": "contacts"}, index=["a", "b"])
    >>> levers = {name: Lever(("contacts", name), np.full(4, 0.5), {"contacts_saved": np.full(4, size)}) for name, size in
    ...     {"a": 1000.0, "b": 200.0}.items()}
    >>> told = lenses(Worth(facts, levers, None, None, 3, 0.9, 4))
    >>> told.loc[told["metric"].isin(["contacts_saved", "front_probability"]), ["action_id", "metric", "value"]]
      action_id             metric  value
    4         a     contacts_saved  500.0
    5         b     contacts_saved  100.0
    6         a  front_probability    1.0
    7         b  front_probability    0.0
    """
    if worth.actions.empty:
        return estimates.unanswerable("front_probability", "share", NEEDS, by=GROUPS)
    names = [*order(worth), *worth.ids("guard_rail")]
    if not names:
        lacking = sorted({need for needs in worth.actions["needs"] for need in needs}) or list(NEEDS)
        return estimates.unanswerable("front_probability", "share", lacking, by=GROUPS)
    groups = pd.DataFrame({"action_id": names, "action_state": worth.actions.loc[names, "state"].to_numpy()})
    moved = [worth.together([name]) for name in names]
    parts, told = [], []
    for lens in ("experience_points", "chances_gained", "contacts_saved"):
        drawn = np.stack([each[lens] for each in moved])
        known = np.array([lens in worth.levers[name].sizes or not _tells(worth, name, lens) for name in names])
        parts.append(_spans(groups, lens, drawn, known, worth.level))
        told += [drawn] if np.abs(drawn).max() > 0 else []
    often = front(np.stack(told)).mean(axis=1) if told else np.full(len(names), np.nan)
    share = {"metric": "front_probability", "value": often, "unit": "share", "n": pd.NA, "method": "share of draws"}
    return estimates.stack(*parts, rows(groups, share))


def front(lenses: Floats) -> np.ndarray:
    """Tell which actions no other one beats: at least as good in every lens, and better in one.

    Parameters
    ----------
    lenses : array (lenses, actions, draws)

    Returns
    -------
    array of bool (actions, draws)

    >>> front(np.array([[[1.0], [2.0], [1.0]], [[3.0], [1.0], [2.0]]])).ravel().tolist()
    [True, True, False]
    """
    as_good = (lenses[:, :, None, :] >= lenses[:, None, :, :]).all(axis=0)  # [one, other, draw]: one at least as good as the other
    better = (lenses[:, :, None, :] > lenses[:, None, :, :]).any(axis=0)
    return np.asarray(~(as_good & better).any(axis=0))


def _tells(worth: Worth, name: str, lens: str) -> bool:
    """Tell whether a lens could be moved by this action and is merely unknown."""
    kind = str(worth.actions.loc[name, "effect_on"])
    possible = {"contacts": LENSES, "actual": ("experience_points",), "sales": ("chances_gained",)}[kind]
    return lens in possible


def _spans(groups: pd.DataFrame, lens: str, drawn: Floats, known: np.ndarray, level: float) -> pd.DataFrame:
    low, middle, high = (np.where(known, part, np.nan) for part in np.quantile(drawn, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=1))
    alike = np.ptp(drawn, axis=1) == 0
    told = {"value": middle, "low": np.where(alike, np.nan, low), "high": np.where(alike, np.nan, high)}
    note = np.where(known, "", f"needs {TELLS[lens]}")
    held = pd.Series([row if there else None for row, there in zip(drawn, known, strict=True)], dtype="object")
    return rows(groups, {"metric": lens, "unit": UNITS[lens], "n": pd.NA, "method": "joint draws", "note": note, **told}).assign(draws=held)
