"""The weights' slice of the validity study: do the intervals of raked means hold what they promise?

Respondents of two margins answer unequally often, the weights mend that by what is known of the population; z is what is left of the
answer within the margins.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from _validity import QUICK_SIZES, Cell
from _validity_samples import ALL_SIZES, Columns, Figure, cells_of

from cxlib import estimates
from cxlib.survey import weights

ROOM = "weights"
AGE = {"young": 0.5, "middle": 0.3, "old": 0.2}  # shares of the population
PLACE = {"town": 0.6, "country": 0.4}
ANSWER = {"young": 0.3, "middle": 0.3, "old": 0.4}, {"town": 0.4, "country": 0.6}  # shares of those who answer
SHIFT = {"young": 0.0, "middle": 0.5, "old": 1.2, "town": 0.0, "country": 0.6}
MEAN = sum(AGE[level] * SHIFT[level] for level in AGE) + sum(PLACE[level] * SHIFT[level] for level in PLACE)


def drawn_from(shares: Mapping[str, float], size: int, rng: np.random.Generator) -> np.ndarray:
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), size, p=list(shares.values()))]


def unlike_respondents(z: np.ndarray, rng: np.random.Generator) -> Columns:
    age, place = drawn_from(ANSWER[0], len(z), rng), drawn_from(ANSWER[1], len(z), rng)
    shift = np.array([SHIFT[one] + SHIFT[other] for one, other in zip(age, place, strict=True)])
    ids = np.arange(len(z)).astype(str).astype(object)
    return {"y": shift + z, "age": age, "place": place, "respondent_id": ids}


def raked_mean(table: pd.DataFrame, *, by: list[str], calibrated: bool = True, **options: object) -> pd.DataFrame:
    """Rake each repetition by itself and take the mean."""
    found = []
    for _, part in table.groupby(by, sort=False):
        weight = "weight" if options.get("weight") else None
        raked = weights.rake(part, targets={"age": AGE, "place": PLACE}, weight=weight, key="respondent_id")
        chosen = {**options, "weight": "weight", "calibration": raked.calibration if calibrated else None}
        found.append(estimates.mean(raked.assign(part), "y", by=by, **chosen))
    return pd.concat(found)


FIGURES = (
    Figure("raked mean", ROOM, MEAN, unlike_respondents, raked_mean),
    Figure("raked mean, margins left out of the variance", ROOM, MEAN, unlike_respondents, partial(raked_mean, calibrated=False)),
)


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    return cells_of(FIGURES, *((QUICK_SIZES, 60) if quick else (ALL_SIZES, 1000)))
