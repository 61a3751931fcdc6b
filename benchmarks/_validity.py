"""What every slice of the validity study shares: a cell, the designs samples are drawn by, and how hits and alarms are judged.

A slice is the module ``_validity_ROOM``; its function ``cells(quick)`` returns the room's cells.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from _measurement import Result
from scipy import stats

SEED = 20260101
DESIGNS = ("plain", "weighted", "clustered")
SIZES, QUICK_SIZES = (100, 300, 1000), (100,)
CLUSTERS, UNEVEN, ICC = 40, 0.7, 0.1  # cluster sizes are lognormal with this sigma before rows are dealt out
TILT, KNOWN = 0.5, 0.6  # how strongly selection follows a trait, and the trait's correlation with the outcome: design effect 1.28
NOMINAL = 0.95
GOAL = (0.92, 0.97)


@dataclass(frozen=True)
class Cell:
    """One part of the study, computed as a whole.

    Attributes
    ----------
    room : str
    name : str
        question · figure · design · n=…; every result is named so, too.
    repetitions : int
    measure : callable
        Takes the number of repetitions and returns the results.
    """

    room: str
    name: str
    repetitions: int
    measure: Callable[[int], Sequence[Result]]

    @property
    def results(self) -> list[Result]:
        return list(self.measure(self.repetitions))


def name_of(question: str, figure: str, design: str, n: int) -> str:
    return f"{question} · {figure} · {design} · n={n}"


def generator(*parts: object, seed: int = SEED) -> np.random.Generator:
    """Return a random generator that depends on what is simulated and on nothing else."""
    return np.random.default_rng([seed, zlib.crc32(" · ".join(map(str, parts)).encode())])


def accounts(n: int, rng: np.random.Generator) -> np.ndarray:
    """Deal n respondents out to accounts of unequal size; return each one's account."""
    sizes = rng.lognormal(0, UNEVEN, CLUSTERS)
    return rng.choice(CLUSTERS, n, p=sizes / sizes.sum())


def by_account(design: str) -> dict[str, str]:
    """Return the option of the figures under study that clustered samples need."""
    return {"cluster": "account_id"} if design == "clustered" else {}


def sure_of(hits: np.ndarray) -> tuple[float, float, float]:
    """Return the share of hits and the ends of its 99 % interval (Wilson's); hits of one sample, a row, hang together.

    NaN where there was nothing to hit.
    """
    table = np.asarray(hits, dtype=float).reshape(len(hits), -1)
    count, share = int((~np.isnan(table)).sum()), float(np.nanmean(table))
    alone = share * (1 - share) * count
    together = float((np.nansum(table - share, axis=1) ** 2).sum())
    n = count / max(1.0, together / alone) if alone > 0 else float(len(table))
    z = float(stats.norm.ppf(0.995))
    middle, reach = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return share, float((middle - reach) / (1 + z**2 / n)), float((middle + reach) / (1 + z**2 / n))


def covered(name: str, hits: np.ndarray, *, note: str = "", conservative: bool = False) -> Result:
    """Judge a share of intervals that hold the truth: does its own 99 % interval meet 92–97 %?

    `conservative`: more than 97 % is no fault.
    """
    share, low, high = sure_of(hits)
    told = f"99 % {low:.3f}–{high:.3f}; {_counted(hits)}{note}" + ("; conservative" if low > GOAL[1] else "")
    holds = high >= GOAL[0] and (conservative or low <= GOAL[1])
    return Result(name, share, "share of intervals", "≥ 0.92" if conservative else "0.92–0.97", bool(holds), told)


def alarmed(name: str, alarms: np.ndarray, *, unit: str = "share of samples", note: str = "") -> Result:
    """Judge a share of false alarms: is it, as far as its own 99 % interval tells, at most 5 %?"""
    share, low, high = sure_of(alarms)
    told = f"99 % {low:.3f}–{high:.3f}; {_counted(alarms)}{note}"
    return Result(name, share, unit, "≤ 0.05", bool(low <= 1 - NOMINAL), told)


def reached(name: str, hits: list[float], goal: float) -> Result:
    """Judge a share that is to reach a goal, as far as its own 99 % interval tells."""
    value, low, high = sure_of(np.array(hits, dtype=float))
    return Result(name, value, "share of samples", f"≥ {goal:g}", bool(high >= goal), f"99 % {low:.3f}–{high:.3f}; {len(hits)} repetitions")


def _counted(hits: np.ndarray) -> str:
    table = np.asarray(hits, dtype=float)
    figures = f" of {table.shape[1]} figures" if table.ndim > 1 and table.shape[1] > 1 else ""
    missing = f"; not told {np.isnan(table).mean():.3f}" if np.isnan(table).any() else ""
    return f"{len(table)} repetitions{figures}{missing}"
