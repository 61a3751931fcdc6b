"""Contacts that follow on what was not done: who got no answer asks again, who has a claim asks how it stands."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.arrivals import by_the_week
from cxlib.simulate.exposure import Exposure, choose
from cxlib.simulate.reasons import code, reasons
from cxlib.simulate.service import FOLLOW_UPS

__all__ = ["follow_ups"]

_CANDIDATES = 10


def follow_ups(ex: Exposure, rng: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    """Draw the contacts that follow on what was not done: they belong to the case of the contact that they follow.

    Parameters
    ----------
    ex : Exposure
    rng : Generator
    first : DataFrame
        Contacts dealt with, of :func:`cxlib.simulate.service.serve`, with their case and habit.

    Returns
    -------
    DataFrame
        customer, person, order, invoice, quote, habit, case and document of the contact followed, reason and day.
    """
    parent, reason, low, high = _asked(rng, first)
    later = first.iloc[parent][["customer", "person", "order", "invoice", "quote", "habit", "case", "document"]].reset_index(drop=True)
    spread = rng.random((_CANDIDATES, len(parent)))
    day = first["day"].to_numpy()[parent] + np.ceil(low + spread * (high - low)).astype(int)
    last = len(ex.days) - 1
    day = np.where(day <= last, ex.workday[np.minimum(day, last)], day)  # nobody is reminded while the house is shut
    later["reason"], later["day"] = reason, by_the_week(ex, rng, day, np.ones(day.shape))
    return later[later["day"] <= last].reset_index(drop=True)


def _asked(rng: np.random.Generator, first: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Which contacts are followed (rows), for what reason, and between which days after them (above the first, up to the second)."""
    per_weight = (first["habit"] == 0).sum() / reasons()["weight"][reasons()["source"] != "case"].sum()
    parts = []
    for name, weight, low, high in _undone(first):
        count = min(rng.poisson(reasons()["weight"][code(name)] * per_weight), 3 * int(np.count_nonzero(weight)))
        rows = choose(rng, np.asarray(weight, dtype=float), count) if count else np.empty(0, int)
        parts.append((rows, np.full(len(rows), code(name)), np.full(len(rows), low - 1.0), np.full(len(rows), float(high))))
    claim = _dealt_with(first, "complaint.quality_claim")
    asks = np.repeat(np.arange(len(first)), rng.poisson(np.where(claim, np.where(first["interim"], *FOLLOW_UPS[::-1]), 0.0)))
    days = first["solved_h"].to_numpy()[asks] / 24
    parts.append((asks, np.full(len(asks), code("complaint.complaint_status")), 0.15 * days, 0.95 * days))
    rows, reason, lows, highs = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows, reason, lows, highs


def _undone(first: pd.DataFrame) -> tuple[tuple[str, np.ndarray, int, int], ...]:
    """Reasons to follow up, how much each contact calls for it, and the first and last day after it."""
    written, answer = (first["channel"] > 0).to_numpy(), first["answer_h"].to_numpy()
    waiting = np.where(written & np.isnan(answer), 1.0, np.where(written & (answer > 30), 0.27, 0.0))
    back, info = (first["promise"] == 0).to_numpy(), (first["promise"] == 1).to_numpy()
    broken = ~(first["promise_done_h"] <= first["promise_due_h"]).to_numpy()
    return (
        ("follow_up.enquiry_unanswered", waiting, 2, 7),
        ("follow_up.callback_missing", back & broken, 1, 3),
        ("follow_up.promised_info_missing", info & broken, 3, 8),
        ("usage_service.repair_status", _dealt_with(first, "usage_service.product_fault", "complaint.warranty_claim"), 3, 12),
        ("usage_service.appointment_missed", _dealt_with(first, "usage_service.service_appointment"), 4, 18),
    )


def _dealt_with(first: pd.DataFrame, *names: str) -> np.ndarray:
    return first["reason"].isin([code(name) for name in names]).to_numpy() & (first["transfers"] >= 0).to_numpy()
