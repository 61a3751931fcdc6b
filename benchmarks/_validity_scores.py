"""The slice of the survey scores of the validity study: coverage, and bootstrap draws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from _validity import QUICK_SIZES, Cell
from _validity_estimates import levels_of, mean_of
from _validity_samples import ALL_SIZES, Columns, Estimate, Figure, cells_of

from cxlib.survey import scores

ROOM = "scores"
RECOMMEND = {3.0: 1 / 6, 8.0: 1 / 3, 9.0: 1 / 2}
SATISFIED = {1.0: 0.05, 2.0: 0.1, 3.0: 0.2, 4.0: 0.35, 5.0: 0.3}


def answers(z: np.ndarray, _: np.random.Generator, *, shares: Mapping[float, float]) -> Columns:
    return {"value": levels_of(z, shares), "respondent_id": np.arange(len(z)).astype(str).astype(object)}


def of_scores(name: str, score: Estimate, item_type: str, shares: Mapping[float, float], truth: float) -> Figure:
    fixed = {"item_id": item_type, "item_type": item_type, "state": "answered", "scale_low": min(shares), "scale_high": max(shares)}
    return Figure(name, ROOM, truth, partial(answers, shares=shares), score, fixed=fixed, survey=True)


FIGURES = (
    of_scores("nps", scores.nps, "nps", RECOMMEND, 100 * (1 / 2 - 1 / 6)),
    of_scores("csat", scores.csat, "csat", SATISFIED, 25 * (mean_of(SATISFIED) - 1)),
    of_scores("top_box", partial(scores.top_box, item_type="csat"), "csat", SATISFIED, 0.65),
)


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions, drawn = (QUICK_SIZES, 100, 10) if quick else (ALL_SIZES, 2000, 100)
    return cells_of(FIGURES, sizes, repetitions) + cells_of(FIGURES[:1], sizes[:2][-1:], drawn, "draws")
