"""Samples whose truth is exact, drawn again and again, and how often a figure's interval holds it.

The population of each figure is one standard normal number z a row, of which the figure's columns are made. Weighted: rows with a low z
are drawn up to several times as often as rows with a high one, and the weights mend that. Clustered: about 40 clusters of unequal size,
intraclass correlation of z 0.1.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import CLUSTERS, DESIGNS, ICC, KNOWN, NOMINAL, SEED, SIZES, TILT, UNEVEN, Cell, alarmed, covered, name_of
from scipy import stats

from cxlib import estimates

ROWS_AT_ONCE = 200_000
ALL_SIZES = (*SIZES, 5000)
AGREEMENT = 0.05

Columns = Mapping[str, np.ndarray]
Estimate = Callable[..., pd.DataFrame]


@dataclass(frozen=True)
class Figure:
    """A figure under study.

    Attributes
    ----------
    name, room : str
    truth : float
    columns : callable
        Makes a sample's columns from z and a random generator.
    estimate : callable
        Takes a table, `by` and the options of Sampling; returns ESTIMATES.
    rows_at_once : int
        Rows of one call; as many repetitions as fit are its groups.
    fixed : mapping
        Columns that are the same in every row.
    survey : bool
        Whether rows are respondents, with their weight and the column respondent_id.
    """

    name: str
    room: str
    truth: float
    columns: Callable[[np.ndarray, np.random.Generator], Columns]
    estimate: Estimate
    rows_at_once: int = ROWS_AT_ONCE
    fixed: Mapping[str, object] = field(default_factory=dict)
    survey: bool = False


@dataclass(frozen=True)
class Study:
    """One question to a figure under one design at one size."""

    figure: Figure
    design: str
    n: int
    repetitions: int
    question: str = "coverage"

    @property
    def name(self) -> str:
        return name_of(self.question, self.figure.name, self.design, self.n)

    @property
    def cell(self) -> Cell:
        answer = QUESTIONS[self.question]
        return Cell(self.figure.room, self.name, self.repetitions, lambda repetitions: [answer(replace(self, repetitions=repetitions))])


def cells_of(figures: Iterable[Figure], sizes: Sequence[int], repetitions: int, question: str = "coverage") -> list[Cell]:
    """Return a cell for each figure, design and size; beyond a thousand rows, where all intervals are as good as normal, half as many."""
    times = {n: repetitions if n <= 1000 else repetitions // 2 for n in sizes}
    return [Study(figure, design, n, times[n], question).cell for figure in figures for design in DESIGNS for n in sizes]


def table_of(figure: Figure, design: str, n: int, repetitions: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return `repetitions` samples of `n` rows under one another, named by the column repetition."""
    rows = n * repetitions
    trait, rest = rng.normal(size=rows), rng.normal(size=rows)
    columns: dict[str, object] = {}
    if design == "weighted":
        trait -= TILT  # drawn with probability in proportion to exp(−TILT·trait)
        columns["weight"] = np.exp(TILT * trait + TILT**2 / 2)
    z = KNOWN * trait + np.sqrt(1 - KNOWN**2) * rest
    if design == "clustered":
        sizes = rng.lognormal(0, UNEVEN, (repetitions, CLUSTERS)).cumsum(axis=1)
        uniform = rng.random((repetitions, n)) * sizes[:, -1:]
        cluster = np.concatenate([np.searchsorted(*pair) for pair in zip(sizes, uniform, strict=True)])
        cluster += CLUSTERS * np.repeat(np.arange(repetitions), n)
        shared = rng.normal(size=repetitions * CLUSTERS)
        z = np.sqrt(ICC) * shared[cluster] + np.sqrt(1 - ICC) * z
        columns["cluster"] = pd.array([f"c{number}" for number in range(repetitions * CLUSTERS)], dtype="str").take(cluster)
    repetition = pd.array([str(number) for number in range(repetitions)], dtype="str").take(np.repeat(np.arange(repetitions), n))
    table = pd.DataFrame({"repetition": repetition, **figure.columns(z, rng), **columns, **figure.fixed})
    return table if not figure.survey or design == "weighted" else table.assign(weight=1.0)


def options_of(study: Study) -> dict[str, str]:
    return {"plain": {}, "weighted": {"weight": "weight"}, "clustered": {"cluster": "cluster"}}[study.design]


def samples(study: Study) -> Iterator[pd.DataFrame]:
    """Yield the study's samples, as many to a table as are estimated in one call."""
    at_once = max(1, study.figure.rows_at_once // study.n)
    starts = [*range(0, study.repetitions, at_once), study.repetitions]
    for start, end in pairwise(starts):
        rng = np.random.default_rng([SEED, zlib.crc32(study.name.encode()), start])
        yield table_of(study.figure, study.design, study.n, end - start, rng)


def coverage(study: Study) -> Result:
    """Share of intervals that hold the truth; no interval is a miss."""
    found = pd.concat([study.figure.estimate(table, by=["repetition"], **options_of(study)) for table in samples(study)])
    above, below = found["low"] > study.figure.truth, found["high"] < study.figure.truth
    none = found["low"].isna() | found["high"].isna()
    note = f"; too high {above.mean():.3f}, too low {below.mean():.3f}" + (f"; no interval {none.mean():.3f}" if none.any() else "")
    return covered(study.name, (~above & ~below & ~none).to_numpy(), note=note)


def false_alarm(study: Study) -> Result:
    """Share of differences whose interval leaves out zero though there is none."""
    found = pd.concat([study.figure.estimate(table, by=["repetition"], **options_of(study)) for table in samples(study)])
    alarms = ((found["low"] > 0) | (found["high"] < 0)).to_numpy()
    return alarmed(study.name, alarms, unit="share of comparisons")


def agreement(study: Study) -> Result:
    """Standard deviation of 500 bootstrap draws over the linearised standard error, on average."""
    figure, options = study.figure, options_of(study)
    own = "respondent_id" if figure.survey else "row"
    ratios = []
    for number, table in enumerate(samples(study)):
        named = table.assign(row=[f"r{row}" for row in range(len(table))])
        if figure.name.startswith("share"):  # Wilson's interval is no standard error
            estimate: Estimate = partial(estimates.mean, value="y")
        else:
            estimate = figure.estimate
        found = estimate(named, by=["repetition"], **{"cluster": own, **options}, draws=500, seed=number)
        units = named.groupby("repetition")[options.get("cluster", own)].nunique()
        t = stats.t.ppf((1 + NOMINAL) / 2, found["repetition"].map(units) - 1)
        if figure.name.startswith("rate"):
            se = np.log(found["high"] / found["value"]) * found["value"] / t
        else:
            se = (found["high"] - found["low"]) / 2 / t
        ratios.append(found["draws"].map(lambda values: np.nanstd(values, ddof=1)) / se)
    spread = pd.concat(ratios)
    value, error = float(spread.mean()), 2.576 * float(spread.std()) / np.sqrt(len(spread))
    holds = abs(value - 1) <= AGREEMENT + error
    note = f"99 % {value - error:.3f}–{value + error:.3f}; {len(spread)} repetitions of 500 draws"
    return Result(study.name, value, "ratio of standard errors", "0.95–1.05", bool(holds), note)


QUESTIONS: Mapping[str, Callable[[Study], Result]] = {"coverage": coverage, "false alarms": false_alarm, "draws": agreement}
