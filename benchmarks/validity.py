"""Do intervals hold what they promise? Samples are drawn again and again where the truth is known, and hits are counted.

Coverage of nominal 95 % intervals, false alarms of differences where there is none, and agreement of bootstrap draws with the
linearised standard error; for plain, weighted and clustered samples. The population of each figure is one standard normal number z
a row, of which the figure's columns are made, so that every truth is exact. Weighted: rows with a low z are drawn up to several
times as often as rows with a high one, and the weights mend that. Clustered: about 40 clusters of unequal size, intraclass
correlation of z 0.1.

    python benchmarks/validity.py [--only estimates|scores] [--quick] [--json] [--resume FILE]

Seeded: the same numbers each time, whichever rooms are run. With --resume what is done is kept in FILE, a line each, and not
computed again unless the code or the size of the study has changed.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from _measurement import Result, as_markdown, command_line, show
from scipy import stats
from tqdm import tqdm

import cxlib
from cxlib import estimates
from cxlib.survey import scores

SEED = 20260101
DESIGNS = ("plain", "weighted", "clustered")
CLUSTERS, UNEVEN, ICC = 40, 0.7, 0.1  # cluster sizes are lognormal with this sigma before rows are dealt out
TILT, KNOWN = 0.5, 0.6  # how strongly selection follows a trait, and the trait's correlation with z: design effect 1.28
GOAL = (0.92, 0.97)
NOMINAL = 0.95
ROWS_AT_ONCE = 200_000
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
    """

    name: str
    room: str
    truth: float
    columns: Callable[[np.ndarray, np.random.Generator], Columns]
    estimate: Estimate
    rows_at_once: int = ROWS_AT_ONCE
    fixed: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """One figure under one design at one size."""

    figure: Figure
    design: str
    n: int
    repetitions: int
    question: str = "coverage"

    @property
    def name(self) -> str:
        return f"{self.question} · {self.figure.name} · {self.design} · n={self.n}"


def levels_of(z: np.ndarray, shares: Mapping[float, float]) -> np.ndarray:
    """Cut z into values that have these shares in the population, the lowest z first."""
    edges = stats.norm.ppf(np.cumsum(list(shares.values()))[:-1])
    return np.array(list(shares))[np.searchsorted(edges, z)]


def mean_of(shares: Mapping[float, float]) -> float:
    return sum(value * share for value, share in shares.items())


MARKS = {1.0: 0.03, 2.0: 0.03, 3.0: 0.05, 4.0: 0.06, 5.0: 0.1, 6.0: 0.1, 7.0: 0.16, 8.0: 0.22, 9.0: 0.15, 10.0: 0.1}
RECOMMEND = {3.0: 1 / 6, 8.0: 1 / 3, 9.0: 1 / 2}
SATISFIED = {1.0: 0.05, 2.0: 0.1, 3.0: 0.2, 4.0: 0.35, 5.0: 0.3}
PER_ORDER, FRAILTY = 0.2, 0.8
EFFECT = 0.5


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


def two_waves(z: np.ndarray, rng: np.random.Generator, *, effect: float) -> Columns:
    """Marks in two waves; a cluster has rows in both."""
    wave = rng.random(len(z)) < 0.5
    return {"y": levels_of(z, MARKS) + effect * wave, "wave": np.where(wave, "2", "1").astype(object)}


def answers(z: np.ndarray, _: np.random.Generator, *, shares: Mapping[float, float]) -> Columns:
    return {"value": levels_of(z, shares), "respondent_id": np.arange(len(z)).astype(str).astype(object)}


def of_scores(name: str, score: Estimate, item_type: str, shares: Mapping[float, float], truth: float) -> Figure:
    fixed = {"item_id": item_type, "item_type": item_type, "state": "answered", "scale_low": min(shares), "scale_high": max(shares)}
    return Figure(name, "scores", truth, partial(answers, shares=shares), score, fixed=fixed)


def difference(name: str, effect: float) -> Figure:
    compared = partial(estimates.difference, value="y", between="wave", reference="1")
    return Figure(name, "estimates", effect, partial(two_waves, effect=effect), compared, rows_at_once=6000)


RATE = partial(estimates.rate, events="y", exposure="x")
POSITIVE_MEAN = partial(estimates.mean, value="y", bounds=(0.0, np.inf))
SHARE = partial(estimates.share, flag="y")
FIGURES = (
    Figure("mean, marks 1–10", "estimates", mean_of(MARKS), marks, partial(estimates.mean, value="y")),
    Figure("mean, lognormal hours", "estimates", float(np.exp(0.5)), hours, POSITIVE_MEAN),
    Figure("mean, amount of one in ten", "estimates", 0.1 * float(np.exp(0.5)), amounts, POSITIVE_MEAN),
    Figure("share 0.5", "estimates", 0.5, partial(flag, p=0.5), SHARE),
    Figure("share 0.1", "estimates", 0.1, partial(flag, p=0.1), SHARE),
    Figure("share 0.02", "estimates", 0.02, partial(flag, p=0.02), SHARE),
    Figure("median, lognormal hours", "estimates", 1.0, hours, partial(estimates.quantile, value="y", q=0.5)),
    Figure("rate, Poisson", "estimates", PER_ORDER, by_chance, RATE),
    Figure("rate, overdispersed", "estimates", PER_ORDER, some_more, RATE),
    Figure("ratio", "estimates", 10 + 3 * 0.9 / 4, value_and_orders, partial(estimates.ratio, numerator="y", denominator="x")),
    difference("difference of means", EFFECT),
    of_scores("nps", scores.nps, "nps", RECOMMEND, 100 * (1 / 2 - 1 / 6)),
    of_scores("csat", scores.csat, "csat", SATISFIED, 25 * (mean_of(SATISFIED) - 1)),
    of_scores("top_box", partial(scores.top_box, item_type="csat"), "csat", SATISFIED, 0.65),
)
NO_EFFECT = difference("difference of means, none", 0.0)
DRAWN = ("mean, marks 1–10", "share 0.1", "rate, overdispersed", "ratio", "difference of means", "nps")


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
    return table if figure.room == "estimates" or design == "weighted" else table.assign(weight=1.0)


def options_of(cell: Cell) -> dict[str, str]:
    return {"plain": {}, "weighted": {"weight": "weight"}, "clustered": {"cluster": "cluster"}}[cell.design]


def samples(cell: Cell) -> Iterator[pd.DataFrame]:
    """Yield the cell's samples, as many to a table as are estimated in one call."""
    at_once = max(1, cell.figure.rows_at_once // cell.n)
    starts = [*range(0, cell.repetitions, at_once), cell.repetitions]
    for start, end in pairwise(starts):
        rng = np.random.default_rng([SEED, zlib.crc32(cell.name.encode()), start])
        yield table_of(cell.figure, cell.design, cell.n, end - start, rng)


def coverage(cell: Cell) -> Result:
    """Share of intervals that hold the truth; the goal is met unless the share's own 99 % interval lies outside 92–97 %."""
    found = pd.concat([cell.figure.estimate(table, by=["repetition"], **options_of(cell)) for table in samples(cell)])
    above, below = found["low"] > cell.figure.truth, found["high"] < cell.figure.truth
    none = found["low"].isna() | found["high"].isna()
    hits = int((~above & ~below & ~none).sum())
    sure = stats.binomtest(hits, len(found)).proportion_ci(0.99, "wilson")
    note = f"99 % {sure.low:.3f}–{sure.high:.3f}; {len(found)} repetitions; too high {above.mean():.3f}, too low {below.mean():.3f}"
    if none.any():
        note += f"; no interval {none.mean():.3f}"
    if sure.low > GOAL[1]:
        note += "; conservative"
    holds = bool(sure.high >= GOAL[0] and sure.low <= GOAL[1])
    return Result(cell.name, hits / len(found), "share of intervals", "0.92–0.97", holds, note)


def false_alarm(cell: Cell) -> Result:
    """Share of differences whose interval leaves out zero though there is none."""
    found = pd.concat([cell.figure.estimate(table, by=["repetition"], **options_of(cell)) for table in samples(cell)])
    alarms = int(((found["low"] > 0) | (found["high"] < 0)).sum())
    sure = stats.binomtest(alarms, len(found)).proportion_ci(0.99, "wilson")
    note = f"99 % {sure.low:.3f}–{sure.high:.3f}; {len(found)} repetitions"
    return Result(cell.name, alarms / len(found), "share of comparisons", "≤ 0.05", bool(sure.low <= 1 - NOMINAL), note)


def agreement(cell: Cell) -> Result:
    """Standard deviation of 500 bootstrap draws over the linearised standard error, on average."""
    figure, options = cell.figure, options_of(cell)
    own = "respondent_id" if figure.room == "scores" else "row"
    ratios = []
    for number, table in enumerate(samples(cell)):
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
    return Result(cell.name, value, "ratio of standard errors", "0.95–1.05", bool(holds), note)


QUESTIONS = {"coverage": coverage, "false alarms": false_alarm, "draws": agreement}


def study(*, only: str | None, quick: bool) -> list[Cell]:
    """Return the cells of the study; quick, the smallest size and few repetitions."""
    sizes, repetitions, drawn = ((100,), 100, 10) if quick else ((100, 300, 1000), 2000, 100)
    cells = [Cell(figure, design, n, repetitions) for figure in FIGURES for design in DESIGNS for n in sizes]
    cells += [Cell(NO_EFFECT, design, n, repetitions, "false alarms") for design in DESIGNS for n in sizes]
    middle = sizes[len(sizes) // 2]
    cells += [Cell(figure, design, middle, drawn, "draws") for figure in FIGURES if figure.name in DRAWN for design in DESIGNS]
    return [cell for cell in cells if only in (None, cell.figure.room)]


def fingerprint() -> str:
    """What results depend on besides cell and size: the code of the study and of what it studies."""
    home = Path(cxlib.__file__).parent
    files = [Path(__file__), *sorted((home / "estimates").glob("*.py")), home / "survey" / "scores.py"]
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=8).hexdigest()


def results_of(cells: list[Cell], kept: Path | None) -> Iterator[Result]:
    """Yield each cell's result, from `kept` where it is there already."""
    code, done = fingerprint(), {}
    if kept and kept.exists():
        for line in kept.read_text("utf-8").splitlines():
            with suppress(ValueError):  # a line cut short when the study was stopped
                entry = json.loads(line)
                done[entry["code"], entry["repetitions"], entry["result"]["name"]] = Result(**entry["result"])
    for cell in tqdm(cells, unit="cell", disable=None, file=sys.stderr):
        key = (code, cell.repetitions, cell.name)
        if key not in done:
            done[key] = QUESTIONS[cell.question](cell)
            if kept:
                with kept.open("a", encoding="utf-8") as file:
                    file.write("\n" + json.dumps({"code": code, "repetitions": cell.repetitions, "result": asdict(done[key])}))
        yield done[key]


def across_sizes(results: Iterator[Result]) -> str:
    """Return the table with one column a size; a number in bold misses its goal."""
    lines: dict[tuple[str, str], dict[str, str]] = {}
    sizes: list[str] = []
    for result in results:
        question, figure, design, n = result.name.split(" · ")
        mark = "" if result.holds else "**"
        told = f"{mark}{100 * result.value:.1f} %{mark}" if question != "draws" else f"{mark}{result.value:.3f}{mark}"
        lines.setdefault((f"{question}: {figure}", result.goal), {})[f"{design} {n}"] = told
        sizes = list(dict.fromkeys([*sizes, f"{design} {n}"]))
    sizes.sort(key=lambda size: (DESIGNS.index(size.split()[0]), int(size.rpartition("=")[2])))
    body = [[name, goal, *(cells.get(size, "") for size in sizes)] for (name, goal), cells in lines.items()]
    return as_markdown(["question: figure", "goal", *sizes], body)


def main() -> None:
    parser = command_line(__doc__, ("estimates", "scores"))
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep results in FILE and go on from there")
    chosen = parser.parse_args()
    results = results_of(study(only=chosen.only, quick=chosen.quick), chosen.resume)
    if chosen.json:
        show(results, as_json=True)
    else:
        print(across_sizes(results))


if __name__ == "__main__":
    main()
