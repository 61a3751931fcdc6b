"""What the validity study needs of the expectation gaps: do their intervals and probabilities hold what they promise?

``QUESTIONS`` maps a question to a function of (design, n, repetitions) that returns a Result:

- ``gap``: share of intervals of paired gaps that hold the truth; a person's answers share a trait, half are asked what they expect.
- ``weakest_link``: among samples in which one link is called the weakest with probability p, it truly is in a share p. The value is the
  mean probability called less the share that is right, over links drawn anew each time; 0 is calibrated, above 0 overconfident.
- ``rank``: share of rank intervals that hold the link's true rank.
- ``knowledge_gap``: share of intervals of staff − customers that hold the truth, with three or four departments a touchpoint.

    python benchmarks/gaps_validity.py [--quick] [--json]

Seeded: the same numbers each time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show
from scipy import stats

from cxlib.survey import gaps

SEED = 20260101
DESIGNS = ("plain", "weighted", "clustered")
CLUSTERS, ICC, TILT = 40, 0.1, 0.5
LINKS, SPREAD, SHARED = 8, 0.35, 0.4  # links of a chain, how far their true gaps lie apart, correlation of a person's answers
ACTUAL, EXPECTED = 4.2, 5.1  # means before answers are cut to marks
DEPARTMENTS, STAFF_SPREAD, TOUCHPOINTS = 4, 0.45, 10
LEVEL = 0.95
GOAL = (0.92, 0.97)


def marks(latent: np.ndarray) -> np.ndarray:
    """Cut to marks from 1 to 6."""
    return np.clip(np.rint(latent), 1, 6)


def mean_mark(mean: float | np.ndarray, sd: float) -> np.ndarray:
    """Return the exact mean of marks whose latent value is normal."""
    edges = np.arange(1.5, 6.0)
    return 6.0 - stats.norm.cdf((edges - np.asarray(mean)[..., None]) / sd).sum(axis=-1)


def people(design: str, n: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Return who answers (with weight and account) and the trait that all of a person's answers share, standard normal among all."""
    trait = rng.normal(size=n)
    table = pd.DataFrame({"respondent_id": [f"r{number}" for number in range(n)], "weight": 1.0})
    if design == "weighted":  # drawn with probability in proportion to exp(−TILT·trait)
        trait -= TILT
        table["weight"] = np.exp(TILT * trait + TILT**2 / 2)
    if design == "clustered":
        sizes = rng.lognormal(0, 0.7, CLUSTERS)
        account = rng.choice(CLUSTERS, n, p=sizes / sizes.sum())
        trait = np.sqrt(ICC) * rng.normal(size=CLUSTERS)[account] + np.sqrt(1 - ICC) * trait
        table["account_id"] = [f"a{number}" for number in account]
    return table.assign(response_id=table["respondent_id"]), trait


def item(table: pd.DataFrame, touchpoint: str, kind: str, values: np.ndarray) -> pd.DataFrame:
    """Return the rows of one item."""
    said = {"touchpoint_id": touchpoint, "item_id": f"{touchpoint}_{kind}", "item_type": kind, "value": values}
    return table.assign(state="answered", scale_low=1.0, scale_high=6.0, **said)


def chain(design: str, n: int, true: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Simulate actual and expected marks at links whose latent gaps are `true`; half of the people are asked each expectation."""
    table, trait = people(design, n, rng)
    rows = []
    for number, gap in enumerate(true):
        own = rng.normal(size=(2, n))
        actual, expected = (np.sqrt(SHARED) * trait + np.sqrt(1 - SHARED) * each for each in own)
        asked = rng.random(n) < 0.5
        rows.append(item(table, f"t{number}", "actual", marks(EXPECTED + gap + actual)))
        rows.append(item(table, f"t{number}", "expected", marks(EXPECTED + 0.8 * expected))[asked])
    return pd.concat(rows, ignore_index=True)


def true_gaps(true: np.ndarray) -> np.ndarray:
    """Return the gaps of marks that latent gaps come to."""
    return mean_mark(EXPECTED + true, 1.0) - mean_mark(EXPECTED, 0.8)


def samples(question: str, design: str, n: int, repetitions: int) -> Iterator[np.random.Generator]:
    """Yield a random generator for each repetition."""
    for number in range(repetitions):
        yield np.random.default_rng([SEED, zlib.crc32(f"{question} {design} {n}".encode()), number])


def options(design: str) -> dict[str, str]:
    return {"cluster": "account_id"} if design == "clustered" else {}


def coverage(design: str, n: int, repetitions: int) -> Result:
    """Share of intervals of gaps that hold the truth."""
    hits = []
    for rng in samples("gap", design, n, repetitions):
        true = np.array([-1.5, -0.5, 0.0])
        found = gaps.gap(chain(design, n, true, rng), **options(design))
        found = found[found["metric"].eq("gap")]
        hits += list((found["low"].to_numpy() <= true_gaps(true)) & (found["high"].to_numpy() >= true_gaps(true)))
    return share("coverage · gap", design, n, hits)


def called(design: str, n: int, repetitions: int) -> tuple[np.ndarray, np.ndarray, list[bool]]:
    """Return the probability of the link called the weakest, whether it is, and which rank intervals hold."""
    sure, right, held = [], [], []
    for number, rng in enumerate(samples("weakest", design, n, repetitions)):
        true = -0.8 + SPREAD * rng.normal(size=LINKS)
        found = gaps.weakest_link(gaps.gap(chain(design, n, true, rng), draws=200, seed=number, **options(design)))
        named = found[found["metric"].eq("weakest_probability")]
        top = named.loc[named["value"].idxmax()]
        sure.append(top["value"])
        right.append(top["touchpoint_id"] == f"t{true.argmin()}")
        ranks = found[found["metric"].eq("weakest_rank")].set_index("touchpoint_id").loc[[f"t{k}" for k in range(LINKS)]]
        place = stats.rankdata(true)
        held += list((ranks["low"] <= place) & (ranks["high"] >= place))
    return np.array(sure), np.array(right, dtype=float), held


def weakest_link(design: str, n: int, repetitions: int) -> Result:
    """Mean probability called less the share that is right."""
    sure, right, _ = called(design, n, repetitions)
    value, error = float((sure - right).mean()), 2.576 * float((sure - right).std()) / np.sqrt(len(sure))
    note = f"99 % {value - error:.3f} to {value + error:.3f}; called {sure.mean():.3f}, right {right.mean():.3f}; {repetitions} repetitions"
    holds = bool(abs(value) <= 0.05 + error)
    return Result(f"calibration · weakest link · {design} · n={n}", value, "probability", "−0.05–0.05", holds, note)


def rank(design: str, n: int, repetitions: int) -> Result:
    """Share of rank intervals that hold the true rank."""
    return share("coverage · weakest rank", design, n, called(design, n, repetitions)[2], conservative=True)


def knowledge_gap(design: str, n: int, repetitions: int) -> Result:
    """Share of intervals of staff − customers that hold the truth."""
    hits = []
    for rng in samples("knowledge", design, n, repetitions):
        table, trait = people(design, n, rng)
        rows, notes = [], []
        for number in range(TOUCHPOINTS):
            latent = EXPECTED + 0.8 * (np.sqrt(SHARED) * trait + np.sqrt(1 - SHARED) * rng.normal(size=n))
            rows.append(item(table, f"t{number}", "expected", marks(latent)))
            said = EXPECTED - 0.6 + rng.normal(0, STAFF_SPREAD, DEPARTMENTS)
            departments = [f"d{one}" for one in range(DEPARTMENTS)]
            told = {"department": departments, "touchpoint_id": f"t{number}", "kind": "estimate_expected"}
            notes.append(pd.DataFrame({**told, "value": said.clip(1, 6)}))
        found = gaps.views(pd.concat(rows, ignore_index=True), pd.concat(notes, ignore_index=True), **options(design))
        found = found[found["metric"].eq("knowledge_gap")]
        true = EXPECTED - 0.6 - float(mean_mark(EXPECTED, 0.8))
        hits += list((found["low"] <= true) & (found["high"] >= true))
    return share("coverage · knowledge gap", design, n, hits)


def share(name: str, design: str, n: int, hits: list[bool], *, conservative: bool = False) -> Result:
    """Return a share of intervals with its own 99 % interval; `conservative`: more than 97 % is no fault."""
    sure = stats.binomtest(int(sum(hits)), len(hits)).proportion_ci(0.99, "wilson")
    holds = bool(sure.high >= GOAL[0] and (conservative or sure.low <= GOAL[1]))
    note, goal = f"99 % {sure.low:.3f}–{sure.high:.3f}; {len(hits)} intervals", "≥ 0.92" if conservative else "0.92–0.97"
    return Result(f"{name} · {design} · n={n}", sum(hits) / len(hits), "share of intervals", goal, holds, note)


QUESTIONS: Mapping[str, Callable[[str, int, int], Result]] = {
    "gap": coverage,
    "weakest_link": weakest_link,
    "rank": rank,
    "knowledge_gap": knowledge_gap,
}


def study(*, quick: bool) -> Iterator[Result]:
    """Yield every result; quick, the smallest size and few repetitions."""
    sizes, repetitions = ((100,), 20) if quick else ((100, 300, 1000), 400)
    for question in QUESTIONS.values():
        for design in DESIGNS:
            for n in sizes:
                yield question(design, n, repetitions)


def main() -> None:
    chosen = command_line(__doc__, ("survey",)).parse_args()
    show(study(quick=chosen.quick), as_json=chosen.json)


if __name__ == "__main__":
    main()
