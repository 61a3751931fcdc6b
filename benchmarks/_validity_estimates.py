"""The estimates' slice of the validity study: coverage, false alarms of differences where there is none, and bootstrap draws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import DESIGNS, NOMINAL, QUICK_SIZES, Cell, covered, generator, name_of
from _validity_samples import ALL_SIZES, Columns, Figure, Study, cells_of, options_of, table_of
from scipy import stats

from cxlib import estimates

ROOM = "estimates"


def levels_of(z: np.ndarray, shares: Mapping[float, float]) -> np.ndarray:
    """Cut z into values that have these shares in the population, the lowest z first."""
    edges = stats.norm.ppf(np.cumsum(list(shares.values()))[:-1])
    return np.array(list(shares))[np.searchsorted(edges, z)]


def mean_of(shares: Mapping[float, float]) -> float:
    return sum(value * share for value, share in shares.items())


MARKS = {1.0: 0.03, 2.0: 0.03, 3.0: 0.05, 4.0: 0.06, 5.0: 0.1, 6.0: 0.1, 7.0: 0.16, 8.0: 0.22, 9.0: 0.15, 10.0: 0.1}
PER_ORDER, FRAILTY = 0.2, 0.8
EFFECT = 0.5
RANKS = "ranks not excluded, six groups at once"


def marks(z: np.ndarray, _: np.random.Generator) -> Columns:
    return {"y": levels_of(z, MARKS)}


def hours(z: np.ndarray, _: np.random.Generator) -> Columns:
    return {"y": np.exp(z)}


def amounts(z: np.ndarray, rng: np.random.Generator) -> Columns:
    """Nine in ten have none; the others' are lognormal."""
    return {"y": np.where(rng.random(len(z)) < 0.1, np.exp(z), 0.0)}


def flag(z: np.ndarray, _: np.random.Generator, *, p: float) -> Columns:
    return {"y": (z > stats.norm.ppf(1 - p)).astype(float)}


def by_chance(z: np.ndarray, rng: np.random.Generator) -> Columns:
    """Every customer contacts us equally often an order; who is drawn less often orders more."""
    orders = 1.0 + rng.poisson(np.exp(1 + 0.4 * z))
    return {"y": rng.poisson(PER_ORDER * orders).astype(float), "x": orders}


def some_more(z: np.ndarray, rng: np.random.Generator) -> Columns:
    """Some customers contact us far more often an order than others."""
    orders = 1.0 + rng.poisson(3.0, len(z))
    return {"y": rng.poisson(PER_ORDER * orders * np.exp(FRAILTY * z - FRAILTY**2 / 2)).astype(float), "x": orders}


def value_and_orders(z: np.ndarray, rng: np.random.Generator) -> Columns:
    orders = 1.0 + rng.poisson(3 * np.exp(0.3 * z - 0.045))
    return {"y": orders * (10 + 3 * z) + rng.normal(0, 5, len(z)), "x": orders}


def waits(z: np.ndarray, rng: np.random.Generator) -> Columns:
    """Days until an answer, lognormal with a median of ten, each watched for an independent time: three in ten still lack theirs."""
    until, watched = 10 * np.exp(z), rng.uniform(2, 60, len(z))
    return {"t": np.minimum(until, watched), "e": (until <= watched).astype(float)}


def two_waves(z: np.ndarray, rng: np.random.Generator, *, effect: float) -> Columns:
    """Marks in two waves; a cluster has rows in both."""
    wave = rng.random(len(z)) < 0.5
    return {"y": levels_of(z, MARKS) + effect * wave, "wave": np.where(wave, "2", "1").astype(object)}


def difference(name: str, effect: float) -> Figure:
    compared = partial(estimates.difference, value="y", between="wave", reference="1")
    return Figure(name, ROOM, effect, partial(two_waves, effect=effect), compared, rows_at_once=6000)


RATE = partial(estimates.rate, events="y", exposure="x")
POSITIVE_MEAN = partial(estimates.mean, value="y", bounds=(0.0, np.inf))
SHARE = partial(estimates.share, flag="y")
WAIT = partial(estimates.survival_quantile, time="t", event="e", q=0.5)
FIGURES = (
    Figure("mean, marks 1–10", ROOM, mean_of(MARKS), marks, partial(estimates.mean, value="y")),
    Figure("mean, lognormal hours", ROOM, float(np.exp(0.5)), hours, POSITIVE_MEAN),
    Figure("mean, amount of one in ten", ROOM, 0.1 * float(np.exp(0.5)), amounts, POSITIVE_MEAN),
    Figure("share 0.5", ROOM, 0.5, partial(flag, p=0.5), SHARE),
    Figure("share 0.1", ROOM, 0.1, partial(flag, p=0.1), SHARE),
    Figure("share 0.02", ROOM, 0.02, partial(flag, p=0.02), SHARE),
    Figure("median, lognormal hours", ROOM, 1.0, hours, partial(estimates.quantile, value="y", q=0.5)),
    Figure("median wait, Kaplan–Meier", ROOM, 10.0, waits, WAIT, rows_at_once=20_000),
    Figure("rate, Poisson", ROOM, PER_ORDER, by_chance, RATE),
    Figure("rate, overdispersed", ROOM, PER_ORDER, some_more, RATE),
    Figure("ratio", ROOM, 10 + 3 * 0.9 / 4, value_and_orders, partial(estimates.ratio, numerator="y", denominator="x")),
    difference("difference of means", EFFECT),
)
NO_EFFECT = (difference("difference of means, none", 0.0),)
DRAWN = ("mean, marks 1–10", "share 0.1", "rate, overdispersed", "ratio", "difference of means")


def ranks(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of samples in which the ranks that cannot be excluded hold the true rank of every one of six groups, of which two are alike."""
    means, rng = np.array([0.6, 0.4, 0.3, 0.1, 0.1, 0.0]), generator("ranks", design, n)
    best = 1 + (means[None, :] > means[:, None]).sum(axis=1)
    worst = len(means) - (means[None, :] < means[:, None]).sum(axis=1)
    figure = Figure("ranks", ROOM, 0.0, lambda z, rng: {"y": z, "group": rng.choice(list("abcdef"), len(z)).astype(object)}, POSITIVE_MEAN)
    hits = []
    for number in range(repetitions):
        table = table_of(figure, design, n, 1, rng)
        table["y"] += means[pd.factorize(table["group"], sort=True)[0]]
        own = {"cluster": "row", **options_of(Study(figure, design, n, 1))}
        told = estimates.mean(table.assign(row=np.arange(n).astype(str)), "y", by=["group"], draws=500, seed=number, **own)
        low, high = estimates.rank_set(told["value"].to_numpy(), np.stack(told["draws"].to_list()), NOMINAL)
        hits.append(bool(((low <= best) & (high >= worst)).all()))
    return [covered(name_of("coverage", RANKS, design, n), np.array(hits), conservative=True)]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions, drawn = (QUICK_SIZES, 100, 10) if quick else (ALL_SIZES, 2000, 100)
    study = cells_of(FIGURES, sizes, repetitions) + cells_of(NO_EFFECT, sizes, repetitions, "false alarms")
    study += [
        Cell(ROOM, name_of("coverage", RANKS, design, n), repetitions // 4, partial(ranks, design, n)) for design in DESIGNS for n in sizes
    ]
    return study + cells_of([figure for figure in FIGURES if figure.name in DRAWN], sizes[:2][-1:], drawn, "draws")
