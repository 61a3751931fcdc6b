"""The slice of the moments of truth of the validity study: do their intervals hold effect × reach × spread, all three known?

Surveys are those of the asymmetry slice, with effects that are linear in the rating.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from _measurement import Result
from _validity import DESIGNS, QUICK_SIZES, SIZES, Cell, by_account, covered, generator, name_of
from _validity_asymmetry import CUTS, ITEMS, LINEAR, NEVER_USED, SLOPES, survey
from scipy import stats

from cxlib.survey.moments import moments

ROOM = "moments"


def coverage(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of the moment that hold the truth."""
    rng = generator("moments", design, n)
    shares = np.diff(np.r_[0, stats.norm.cdf(CUTS), 1])
    mean = (shares * np.arange(1, 6)).sum()
    spread = np.sqrt((shares * (np.arange(1, 6) - mean) ** 2).sum())
    truth = SLOPES * (1 - NEVER_USED) * spread
    told = np.zeros((repetitions, len(ITEMS)))
    for number in range(repetitions):
        found = moments(survey(LINEAR, design, n, rng), outcome="y", items=ITEMS, draws=0, **by_account(design))
        rows = found[found["metric"] == "moment"]
        told[number] = (rows["low"] <= truth) & (rows["high"] >= truth)
    return [covered(name_of("coverage", "moment", design, n), told)]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 30) if quick else (SIZES, 1000)
    return [
        Cell(ROOM, name_of("coverage", "moment", design, n), repetitions, partial(coverage, design, n)) for design in DESIGNS for n in sizes
    ]
