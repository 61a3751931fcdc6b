"""The slice of scales' reliability of the validity study: do the intervals hold what they promise? Items follow one factor, z."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from _validity import QUICK_SIZES, Cell
from _validity_samples import ALL_SIZES, Columns, Estimate, Figure, cells_of
from scipy import stats

from cxlib.survey import reliability

ROOM = "reliability"
EQUAL, FACETS = (0.7, 0.7, 0.7, 0.7), (0.8, 0.7, 0.6, 0.5, 0.4)  # loadings
STEPS = (0.05, 0.1, 0.2, 0.35, 0.3)  # shares of the answers 1 to 5
GAPS = 0.3


def scale(z: np.ndarray, rng: np.random.Generator, *, loadings: tuple[float, ...], steps: bool, gaps: float = 0.0) -> Columns:
    """Answers to a scale's items, item_1 and so on."""
    columns = {}
    for number, loading in enumerate(loadings):
        value = loading * z + np.sqrt(1 - loading**2) * rng.normal(size=len(z))
        value = 1.0 + np.searchsorted(stats.norm.ppf(np.cumsum(STEPS)[:-1]), value) if steps else value
        columns[f"item_{number}"] = np.where(rng.random(len(z)) < gaps, np.nan, value)
    return columns


def of_scale(table: pd.DataFrame, *, by: list[str], figure: Estimate, **options: object) -> pd.DataFrame:
    """Lay the answers out as responses and compute the figure; of several rows a repetition the first."""
    items = [name for name in table.columns if name.startswith("item_")]
    named = table.assign(response_id=np.arange(len(table)).astype(str).astype(object))
    long = named.melt([name for name in named.columns if name not in items], items, var_name="item_id")
    long = long.assign(respondent_id=long["response_id"], state=np.where(long["value"].notna(), "answered", "no_answer"))
    long = long if "weight" in long else long.assign(weight=1.0)
    found = figure(long, items=items, by=by, **options)
    return found[found["item_id"] == items[0]] if "item_id" in found else found


def correlation_of_steps(rho: float) -> float:
    """Correlation of two answers on five steps, cut from normal variates of correlation rho."""
    cuts = np.array([-8.0, *stats.norm.ppf(np.cumsum(STEPS)[:-1]), 8.0])
    below = np.array([[stats.multivariate_normal.cdf([a, b], cov=[[1, rho], [rho, 1]]) for b in cuts] for a in cuts])
    cells = np.diff(np.diff(below, axis=0), axis=1)
    values = np.arange(1.0, 6.0)
    mean = values @ np.array(STEPS)
    return float((values @ cells @ values - mean**2) / (values**2 @ np.array(STEPS) - mean**2))


def alpha_of(correlation: np.ndarray) -> float:
    items = len(correlation)
    return items / (items - 1) * (1 - items / correlation.sum())


def rest_of(correlation: np.ndarray) -> float:
    return float(correlation[0, 1:].sum() / np.sqrt(correlation[1:, 1:].sum()))


def alike(rho: float, items: int) -> np.ndarray:
    return np.where(np.eye(items, dtype=bool), 1.0, rho)


STEPPED = alike(correlation_of_steps(EQUAL[0] ** 2), len(EQUAL))
CONGENERIC = np.where(np.eye(len(FACETS), dtype=bool), 1.0, np.outer(FACETS, FACETS))
stepped = partial(scale, loadings=EQUAL, steps=True)
smooth = partial(scale, loadings=FACETS, steps=False)


def of_figure(name: str, truth: float, columns: Callable[..., Columns], figure: Estimate) -> Figure:
    return Figure(name, ROOM, truth, columns, partial(of_scale, figure=figure), rows_at_once=100_000)


FIGURES = (
    of_figure("alpha, four items of 1–5", alpha_of(STEPPED), stepped, reliability.alpha),
    of_figure("alpha, three in ten answers missing", alpha_of(STEPPED), partial(stepped, gaps=GAPS), reliability.alpha),
    of_figure("omega, five uneven items", sum(FACETS) ** 2 / CONGENERIC.sum(), smooth, reliability.omega),
    of_figure("omega, four items of 1–5", alpha_of(STEPPED), stepped, reliability.omega),
    of_figure("item–rest, five uneven items", rest_of(CONGENERIC), smooth, reliability.item_rest),
)


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    return cells_of(FIGURES, *((QUICK_SIZES, 60) if quick else (ALL_SIZES, 1000)))
