"""The gaps' slice of the validity study: do the intervals and probabilities of expectation gaps hold what they promise?

- gap: share of intervals of paired gaps that hold the truth; a person's answers share a trait, half are asked what they expect.
- weakest link: among samples in which one link is called the weakest with probability p, it truly is in a share p. The value is the
  mean probability called less the share that is right, over links drawn anew each time; 0 is calibrated, above 0 overconfident.
- weakest rank: share of rank intervals that hold the link's true rank.
- knowledge gap: share of intervals of staff − customers that hold the truth, with four departments a touchpoint.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import CLUSTERS, DESIGNS, ICC, QUICK_SIZES, SEED, SIZES, TILT, Cell, accounts, by_account, covered, name_of
from scipy import stats

from cxlib.survey import gaps

ROOM = "gaps"
LINKS, SPREAD, SHARED = 8, 0.35, 0.4  # links of a chain, how far their true gaps lie apart, correlation of a person's answers
ACTUAL, EXPECTED = 4.2, 5.1  # means before answers are cut to marks
DEPARTMENTS, STAFF_SPREAD, TOUCHPOINTS = 4, 0.45, 10
CALIBRATED = 0.05


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
        account = accounts(n, rng)
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


def paired(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of gaps that hold the truth."""
    hits, true = [], np.array([-1.5, -0.5, 0.0])
    for rng in samples("gap", design, n, repetitions):
        found = gaps.gap(chain(design, n, true, rng), **by_account(design))
        found = found[found["metric"].eq("gap")]
        hits.append((found["low"].to_numpy() <= true_gaps(true)) & (found["high"].to_numpy() >= true_gaps(true)))
    return [covered(name_of("coverage", "gap", design, n), np.array(hits))]


def weakest(design: str, n: int, repetitions: int) -> list[Result]:
    """Mean probability of the link called the weakest less the share that is right, and rank intervals that hold the true rank."""
    sure, right, held = [], [], []
    for number, rng in enumerate(samples("weakest", design, n, repetitions)):
        true = -0.8 + SPREAD * rng.normal(size=LINKS)
        found = gaps.weakest_link(gaps.gap(chain(design, n, true, rng), draws=200, seed=number, **by_account(design)))
        named = found[found["metric"].eq("weakest_probability")]
        top = named.loc[named["value"].idxmax()]
        sure.append(top["value"])
        right.append(float(top["touchpoint_id"] == f"t{true.argmin()}"))
        ranks = found[found["metric"].eq("weakest_rank")].set_index("touchpoint_id").loc[[f"t{k}" for k in range(LINKS)]]
        place = stats.rankdata(true)
        held.append(((ranks["low"] <= place) & (ranks["high"] >= place)).to_numpy())
    over = np.array(sure) - np.array(right)
    value, error = float(over.mean()), 2.576 * float(over.std()) / np.sqrt(len(over))
    told = f"called {np.mean(sure):.3f}, right {np.mean(right):.3f}"
    note = f"99 % {value - error:.3f} to {value + error:.3f}; {told}; {repetitions} repetitions"
    holds = bool(abs(value) <= CALIBRATED + error)
    link = Result(name_of("calibration", "weakest link", design, n), value, "probability", "−0.05–0.05", holds, note)
    return [link, covered(name_of("coverage", "weakest rank", design, n), np.array(held), conservative=True)]


def staff(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of staff − customers that hold the truth."""
    hits, true = [], EXPECTED - 0.6 - float(mean_mark(EXPECTED, 0.8))
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
        found = gaps.views(pd.concat(rows, ignore_index=True), pd.concat(notes, ignore_index=True), **by_account(design))
        found = found[found["metric"].eq("knowledge_gap")]
        hits.append(((found["low"] <= true) & (found["high"] >= true)).to_numpy())
    return [covered(name_of("coverage", "knowledge gap", design, n), np.array(hits))]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 10) if quick else (SIZES, 400)
    return [
        Cell(ROOM, name_of("coverage", figure, design, n), repetitions, partial(measure, design, n))
        for figure, measure in {"gap": paired, "weakest link": weakest, "knowledge gap": staff}.items()
        for design in DESIGNS
        for n in sizes
    ]
