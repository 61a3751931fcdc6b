"""Personas: how near the classes come to the best there can be, how fast, and what happens where numbers go together.

    python benchmarks/personas.py [--only PART] [--quick] [--json]

Parts: bayes (share of the adjusted Rand index that the true parameters reach, over 3, 4 and 6 classes and 5 to 30 % missing values),
speed (100,000 people and 14 features, one start: seconds and memory), peers (CPU against StepMix to the same likelihood; where StepMix is
installed beside the suite, it is no part of it), penguins (numbers that go together; where palmerpenguins is installed).
"""

from __future__ import annotations

import importlib.util
import time
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show
from _validity import generator
from scipy import stats

from cxlib.customers import personas
from cxlib.customers.personas.coding import Coded, code
from cxlib.customers.personas.evidence import adjusted_rand
from cxlib.customers.personas.mixture import Mixture, Setting, maximise, posterior, started

PARTS = ("bayes", "speed", "peers", "penguins")
LEVELS, THRESHOLDS, SIZE = (3, 4, 5, 3), np.array([-1.5, -0.6, 0.0, 0.6, 1.5]), 1.5
CLEAR = 1.2  # how far classes lie apart


def sample(n: int, classes: int, missing: float, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, str], np.ndarray, np.ndarray]:
    """Return 14 mixed features, their kinds, the true classes, and those that the true parameters give."""
    shares = rng.dirichlet(np.ones(classes) * 8)
    kind = rng.choice(classes, n, p=shares)
    table, kinds, known = {}, {}, []
    for number, levels in enumerate(LEVELS):
        chance = rng.dirichlet(np.ones(levels) * (1.2 / CLEAR), classes) * 0.98 + 0.02 / levels
        codes = (chance.cumsum(axis=1)[kind] < rng.random((n, 1))).sum(axis=1).clip(0, levels - 1)
        table[f"nominal_{number}"], kinds[f"nominal_{number}"] = codes.astype(float), "nominal"
        known.append(np.log(chance[:, codes].T))
    for number in range(3):
        middle = rng.normal(0, CLEAR, classes)
        ends = np.column_stack([np.zeros(classes), stats.norm.cdf(THRESHOLDS - middle[:, None]), np.ones(classes)])
        chance = np.diff(ends, axis=1)
        codes = (chance.cumsum(axis=1)[kind] < rng.random((n, 1))).sum(axis=1).clip(0, 5)
        table[f"ordinal_{number}"], kinds[f"ordinal_{number}"] = codes.astype(float), "ordinal"
        known.append(np.log(chance[:, codes].T + 1e-300))
    for number in range(3):
        mean = np.exp(rng.normal(0.8, 0.8 * CLEAR, classes))
        counts = rng.negative_binomial(SIZE, SIZE / (SIZE + mean[kind]))
        table[f"count_{number}"], kinds[f"count_{number}"] = counts.astype(float), "count"
        known.append(np.column_stack([stats.nbinom.logpmf(counts, SIZE, SIZE / (SIZE + one)) for one in mean]))
    centre, numbers, spreads = rng.normal(0, CLEAR, (classes, 4)), np.empty((n, 4)), []
    for one in range(classes):
        slant = 0.5 * rng.normal(size=(4, 4))
        cov = np.eye(4) + slant @ slant.T
        spreads.append(cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov))))
        numbers[kind == one] = rng.multivariate_normal(centre[one], spreads[one], int((kind == one).sum()))
    table |= {f"number_{place}": numbers[:, place] for place in range(4)}
    kinds |= {f"number_{place}": "numeric" for place in range(4)}
    hidden = rng.random((n, 14)) < missing
    joint = np.log(shares) + sum(np.where(hidden[:, [place]], 0.0, part) for place, part in enumerate(known))
    joint = joint + _of_numbers(numbers, hidden[:, 10:], centre, spreads)
    return pd.DataFrame(table).mask(hidden), kinds, kind, joint.argmax(axis=1)


def _of_numbers(numbers: np.ndarray, hidden: np.ndarray, centre: np.ndarray, spreads: list[np.ndarray]) -> np.ndarray:
    found = np.zeros((len(numbers), len(centre)))
    for pattern in np.unique(hidden, axis=0):
        rows, seen = np.flatnonzero((hidden == pattern).all(axis=1)), np.flatnonzero(~pattern)
        if len(seen):
            for one, (middle, cov) in enumerate(zip(centre, spreads, strict=True)):
                normal = stats.multivariate_normal(middle[seen], cov[np.ix_(seen, seen)])
                found[rows, one] = normal.logpdf(numbers[np.ix_(rows, seen)])
    return found


def fitted(table: pd.DataFrame, kinds: dict[str, str], classes: int, starts: int, rng: np.random.Generator) -> tuple[Coded, Mixture]:
    coded, weight = code(table, kinds), np.ones(len(table))
    return coded, maximise(coded, started(coded, classes, starts, weight, rng), weight, Setting()).best


def bayes(quick: bool) -> Iterator[Result]:
    """Share of the adjusted Rand index that the true parameters reach."""
    found = []
    for classes in (3, 4, 6):
        for missing in (0.05, 0.15, 0.30):
            for number in range(1 if quick else 5):
                rng = generator("bayes", classes, missing, number)
                table, kinds, true, best = sample(1500, classes, missing, rng)
                coded, model = fitted(table, kinds, classes, 10 if quick else 20, rng)
                got = posterior(coded, model)[0][:, 0].argmax(axis=1)
                found.append((adjusted_rand(true, got), adjusted_rand(true, best)))
    ours, limit = np.array(found).T
    note = f"{len(found)} samples of 1,500; limit {limit.min():.2f} to {limit.max():.2f}"
    mean, least = float((ours / limit).mean()), float((ours / limit).min())
    yield Result("share of the Bayes limit · mean", mean, "share of ARI", "≥ 0.97", mean >= 0.97, note)
    yield Result("share of the Bayes limit · least", least, "share of ARI", "≥ 0.93", least >= 0.93, note)


def speed(quick: bool) -> Iterator[Result]:
    """One start on 100,000 people and 14 features."""
    n = 20_500 if quick else 100_000
    rng = generator("speed")
    table, kinds, _, _ = sample(n, 4, 0.1, rng)
    began, clock = time.process_time(), time.perf_counter()
    coded, model = fitted(table, kinds, 4, 1, generator("start"))
    cpu, wall = time.process_time() - began, time.perf_counter() - clock
    tracemalloc.start()
    fitted(table, kinds, 4, 1, generator("start"))
    memory = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    note = f"{n:,} × 14, coding included; {wall:.1f} s of wall time; log-likelihood {model.loglik[0]:.1f}; {coded.offsets[-1]} levels"
    yield Result("one start · CPU", cpu, "s", "≤ 4", cpu <= 4, note)
    yield Result("one start · memory on top", memory, "MB", "≤ 200", memory <= 200, note)


def peers(quick: bool) -> Iterator[Result]:
    """CPU time of one start from random, ours against StepMix, categorical features and numbers that are independent."""
    if importlib.util.find_spec("stepmix") is None:
        yield Result("StepMix ÷ ours · CPU", float("nan"), "times", "≥ 10", None, "StepMix is not installed")
        return
    from stepmix.stepmix import StepMix

    rng = generator("peers")
    table, kinds, _, _ = sample(2000 if quick else 5000, 4, 0.1, rng)
    words = table[[name for name, kind in kinds.items() if kind in ("nominal", "ordinal")]]
    starts, names = (2 if quick else 10), dict.fromkeys(words.columns, "nominal")
    coded, weight = code(words, names), np.ones(len(words))
    began = time.process_time()
    ours = maximise(coded, started(coded, 4, starts, weight, rng), weight, Setting(prior=0.0)).best
    mine = time.process_time() - began
    other = StepMix(n_components=4, measurement="categorical_nan", n_init=starts, random_state=1, verbose=0, progress_bar=0, max_iter=2000,
        abs_tol=1e-3 / len(words), rel_tol=0.0)  # fmt: skip
    began = time.process_time()
    other.fit(words)
    theirs = time.process_time() - began
    apart = float(ours.loglik[0] - other.score(words) * len(words))
    note = f"{starts} starts of {len(words):,} × {words.shape[1]}; {mine:.2f} s against {theirs:.2f} s; our log-likelihood {apart:+.2f}"
    yield Result("StepMix ÷ ours · CPU", theirs / mine, "times", "≥ 10", theirs / mine >= 10 and apart > -0.5, note)


def penguins(quick: bool) -> Iterator[Result]:
    """Four measures of 342 penguins: with the block of numbers three species, without it something else, and a warning."""
    if importlib.util.find_spec("palmerpenguins") is None:
        yield Result("penguins · ARI", float("nan"), "ARI", "≥ 0.9", None, "palmerpenguins is not installed")
        return
    from palmerpenguins import load_penguins

    table = load_penguins()
    features = dict.fromkeys(("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"), "numeric")
    options = {"features": features, "draws": 0, "rounds": 5 if quick else 20}
    for covariance, k, goal in (("full", None, True), ("diagonal", 3, False)):
        found = personas.fit(table, covariance=covariance, k=k, **options)
        value = adjusted_rand(table["species"].loc[found.members.index].to_numpy(), found.members["persona"].to_numpy())
        flagged = int(found.evidence["note"].eq("local dependence").sum())
        note = f"{len(found.names)} classes, verdict {found.state}, {flagged} pairs flagged as dependent"
        yield Result(
            f"penguins · ARI, {covariance} covariance", value, "ARI", "≥ 0.9" if goal else "", value >= 0.9 if goal else None, note
        )
        held = flagged == 0 if goal else flagged > 0
        yield Result(f"penguins · warnings, {covariance} covariance", float(flagged), "pairs", "= 0" if goal else "> 0", held, note)


def main() -> None:
    chosen = command_line(__doc__, PARTS).parse_args()
    parts = {"bayes": bayes, "speed": speed, "peers": peers, "penguins": penguins}
    show((result for name in PARTS if chosen.only in (None, name) for result in parts[name](chosen.quick)), as_json=chosen.json)


if __name__ == "__main__":
    main()
