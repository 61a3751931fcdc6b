"""Do the intervals of raked means and of scales' reliability hold what they promise?

FIGURES are the keywords of :class:`validity.Figure`, a row each. Raked: respondents of two margins answer unequally often, the weights
mend that by what is known of the population; z is what is left of the answer within the margins. Scales: items follow one factor, z.

    python benchmarks/weights_validity.py [--quick] [--json]
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from cxlib import estimates
from cxlib.survey import reliability, weights

AGE = {"young": 0.5, "middle": 0.3, "old": 0.2}  # shares of the population
PLACE = {"town": 0.6, "country": 0.4}
ANSWER = {"young": 0.3, "middle": 0.3, "old": 0.4}, {"town": 0.4, "country": 0.6}  # shares of those who answer
SHIFT = {"young": 0.0, "middle": 0.5, "old": 1.2, "town": 0.0, "country": 0.6}
EQUAL, FACETS = (0.7, 0.7, 0.7, 0.7), (0.8, 0.7, 0.6, 0.5, 0.4)  # loadings
STEPS = (0.05, 0.1, 0.2, 0.35, 0.3)  # shares of the answers 1 to 5
GAPS = 0.3


def drawn_from(shares: Mapping[str, float], size: int, rng: np.random.Generator) -> np.ndarray:
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), size, p=list(shares.values()))]


def unlike_respondents(z: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
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


def scale(z: np.ndarray, rng: np.random.Generator, *, loadings: tuple[float, ...], steps: bool, gaps: float = 0.0) -> dict[str, np.ndarray]:
    """Answers to a scale's items, item_1 and so on."""
    columns = {}
    for number, loading in enumerate(loadings):
        value = loading * z + np.sqrt(1 - loading**2) * rng.normal(size=len(z))
        value = 1.0 + np.searchsorted(stats.norm.ppf(np.cumsum(STEPS)[:-1]), value) if steps else value
        columns[f"item_{number}"] = np.where(rng.random(len(z)) < gaps, np.nan, value)
    return columns


def of_scale(table: pd.DataFrame, *, by: list[str], figure: object, **options: object) -> pd.DataFrame:
    """Lay the answers out as responses and compute the figure; of several rows a repetition the first."""
    items = [name for name in table.columns if name.startswith("item_")]
    named = table.assign(response_id=np.arange(len(table)).astype(str).astype(object))
    long = named.melt([name for name in named.columns if name not in items], items, var_name="item_id")
    long = long.assign(respondent_id=long["response_id"], state=np.where(long["value"].notna(), "answered", "no_answer"))
    long = long if "weight" in long else long.assign(weight=1.0)
    found = figure(long, items=items, by=by, **options)  # type: ignore[operator]
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
MEAN = sum(AGE[level] * SHIFT[level] for level in AGE) + sum(PLACE[level] * SHIFT[level] for level in PLACE)
stepped = partial(scale, loadings=EQUAL, steps=True)
smooth = partial(scale, loadings=FACETS, steps=False)
FIGURES = (
    {"name": "raked mean", "truth": MEAN, "columns": unlike_respondents, "estimate": raked_mean},
    {
        "name": "raked mean, margins left out of the variance",
        "truth": MEAN,
        "columns": unlike_respondents,
        "estimate": partial(raked_mean, calibrated=False),
    },
    {
        "name": "alpha, four items of 1–5",
        "truth": alpha_of(STEPPED),
        "columns": stepped,
        "estimate": partial(of_scale, figure=reliability.alpha),
    },
    {
        "name": "alpha, three in ten answers missing",
        "truth": alpha_of(STEPPED),
        "columns": partial(stepped, gaps=GAPS),
        "estimate": partial(of_scale, figure=reliability.alpha),
    },
    {
        "name": "omega, five uneven items",
        "truth": sum(FACETS) ** 2 / CONGENERIC.sum(),
        "columns": smooth,
        "estimate": partial(of_scale, figure=reliability.omega),
    },
    {
        "name": "omega, four items of 1–5",
        "truth": alpha_of(STEPPED),
        "columns": stepped,
        "estimate": partial(of_scale, figure=reliability.omega),
    },
    {
        "name": "item–rest, five uneven items",
        "truth": rest_of(CONGENERIC),
        "columns": smooth,
        "estimate": partial(of_scale, figure=reliability.item_rest),
    },
)
FIGURES = tuple(
    {"room": "weights" if one["name"].startswith("raked") else "reliability", "rows_at_once": 100_000, **one} for one in FIGURES
)


def main() -> None:
    import validity
    from _measurement import command_line, show

    parser = command_line(__doc__, ("weights", "reliability"))
    chosen = parser.parse_args()
    sizes, repetitions = ((100,), 100) if chosen.quick else ((100, 300, 1000), 1000)
    kept = [validity.Figure(**one) for one in FIGURES if chosen.only in (None, one["room"])]
    cells = [validity.Cell(figure, design, n, repetitions) for figure in kept for design in validity.DESIGNS for n in sizes]
    results = (validity.coverage(cell) for cell in cells)
    if chosen.json:
        show(results, as_json=True)
    else:
        print(validity.across_sizes(results))


if __name__ == "__main__":
    main()
