"""Do the contrasts of asymmetry and the moments of truth hold what they promise? Surveys are simulated where the truth is known.

Coverage of nominal 95 % intervals of penalty, reward, asymmetry and moment; false alarms of classes where disappointment and delight
weigh the same, and where nothing has an effect; classes found in the world of the demo client. Four items on five steps that share a
mood, one of them never used by a fifth, one not asked of a seventh. Weighted: who is displeased answers less often, and the weights mend
that. Clustered: 40 accounts of unequal size, which share a tenth of mood and outcome.

    python benchmarks/asymmetry_validity.py [--only coverage|alarms|recovery] [--quick] [--json]

Seeded: the same numbers each time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show
from scipy import stats

from cxlib.simulate import drivers
from cxlib.simulate.plan import Effects
from cxlib.survey import asymmetry
from cxlib.survey.moments import moments
from cxlib.tables import STATES

SEED = 20260101
DESIGNS = ("plain", "weighted", "clustered")
CLUSTERS, UNEVEN, ICC = 40, 0.7, 0.1
TILT, KNOWN = 0.5, 0.6
GOAL = (0.92, 0.97)
ITEMS = ("a", "b", "c", "d")
PENALTY, REWARD = np.array([-1.5, -0.3, -0.8, 0.0]), np.array([0.2, 1.0, 0.8, 0.0])
SLOPES = np.array([0.9, 0.4, 0.2, 0.0])
NEVER_USED, NOT_ASKED = np.array([0.0, 0.2, 0.0, 0.0]), np.array([0.0, 0.0, 0.15, 0.0])
CUTS = stats.norm.ppf([0.1, 0.3, 0.5, 0.7])  # three in ten low (1, 2), four in ten ordinary (3, 4), three in ten high (5)
MOOD, NOISE = 0.35, 1.5
ANSWERED, NOT_USED, ASKED_NOT = (STATES.index(name) for name in ("answered", "not_used", "not_asked"))


@dataclass(frozen=True)
class World:
    """What is true: penalties and rewards, or, where those are left out, slopes."""

    penalty: np.ndarray | None = None
    reward: np.ndarray | None = None

    def points(self, marks: np.ndarray, used: np.ndarray) -> np.ndarray:
        """Points that the experiences add to the outcome."""
        if self.penalty is None or self.reward is None:
            return ((marks - 3) * SLOPES * used).sum(axis=1)
        return ((self.penalty * (marks <= 2) + self.reward * (marks == 5)) * used).sum(axis=1)


PLANTED, EVEN, NOTHING, LINEAR = World(PENALTY, REWARD), World(-np.ones(4), np.ones(4)), World(np.zeros(4), np.zeros(4)), World()


def survey(world: World, design: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return one simulated survey as the contract table; the outcome is the column ``y``."""
    trait, rest = rng.normal(size=n), rng.normal(size=n)
    weight = np.ones(n)
    if design == "weighted":
        trait -= TILT
        weight = np.exp(TILT * trait + TILT**2 / 2)
    mood, error = rng.normal(size=n), KNOWN * trait + np.sqrt(1 - KNOWN**2) * rest
    account = np.arange(n)
    if design == "clustered":
        sizes = rng.lognormal(0, UNEVEN, CLUSTERS)
        account = rng.choice(CLUSTERS, n, p=sizes / sizes.sum())
        shared = rng.normal(size=(2, CLUSTERS))
        mood = np.sqrt(ICC) * shared[0, account] + np.sqrt(1 - ICC) * mood
        error = np.sqrt(ICC) * shared[1, account] + np.sqrt(1 - ICC) * error
    latent = np.sqrt(MOOD) * mood[:, None] + np.sqrt(1 - MOOD) * rng.normal(size=(n, len(ITEMS)))
    marks = 1.0 + np.searchsorted(CUTS, latent)
    used = rng.random(marks.shape) >= NEVER_USED
    y = 7 + world.points(marks, used) + NOISE * error
    state = np.where(used, ANSWERED, NOT_USED)
    # a question that is left out of a questionnaire is left out by chance, and its touchpoint then adds nothing
    asked = rng.random(marks.shape) >= NOT_ASKED
    y -= world.points(marks, used & ~asked)
    state = np.where(asked, state, ASKED_NOT)
    return _long(marks, state, y, weight, account)


def _long(marks: np.ndarray, state: np.ndarray, y: np.ndarray, weight: np.ndarray, account: np.ndarray) -> pd.DataFrame:
    n, items = marks.shape
    names = np.array([f"r{number}" for number in range(n)], dtype=object)
    return pd.DataFrame(
        {
            "response_id": np.repeat(names, items),
            "respondent_id": np.repeat(names, items),
            "account_id": np.repeat(account, items).astype(str),
            "item_id": np.tile(np.array(ITEMS[:items] if items == len(ITEMS) else [rated.name for rated in drivers.RATED]), n),
            "value": np.where(state == ANSWERED, marks, np.nan).ravel(),
            "state": np.array(STATES, dtype=object)[state.ravel()],
            "weight": np.repeat(weight, items),
            "scale_low": 1.0,
            "scale_high": 5.0 if items == len(ITEMS) else 6.0,
            "y": np.repeat(y, items),
        }
    )


def _generator(*parts: object) -> np.random.Generator:
    return np.random.default_rng([SEED, zlib.crc32(" · ".join(map(str, parts)).encode())])


def _options(design: str) -> dict[str, str]:
    return {"cluster": "account_id"} if design == "clustered" else {}


def coverage(design: str, n: int, repetitions: int) -> Iterator[Result]:
    """Share of intervals of penalty, reward and asymmetry that hold the truth."""
    rng = _generator("coverage", design, n)
    truth = {"penalty": PENALTY, "reward": REWARD, "asymmetry": PENALTY + REWARD}
    hits = {name: np.zeros((repetitions, len(ITEMS))) for name in truth}
    for number in range(repetitions):
        table = survey(PLANTED, design, n, rng)
        found = asymmetry.fit(table, outcome="y", items=ITEMS, min_cell=5, draws=0, **_options(design)).table
        for name, true in truth.items():
            inside = (found[f"{name}_low"] <= true) & (found[f"{name}_high"] >= true)
            hits[name][number] = np.where(found[name].isna(), np.nan, inside)
    for name, told in hits.items():
        yield _covered(f"coverage · {name} · {design} · n={n}", told)


def coverage_of_moments(design: str, n: int, repetitions: int) -> Iterator[Result]:
    """Share of intervals of the moment that hold effect × reach × spread, all three known."""
    rng = _generator("moments", design, n)
    shares = np.diff(np.r_[0, stats.norm.cdf(CUTS), 1])
    mean = (shares * np.arange(1, 6)).sum()
    spread = np.sqrt((shares * (np.arange(1, 6) - mean) ** 2).sum())
    truth = SLOPES * (1 - NEVER_USED) * spread
    told = np.zeros((repetitions, len(ITEMS)))
    for number in range(repetitions):
        found = moments(survey(LINEAR, design, n, rng), outcome="y", items=ITEMS, draws=0, **_options(design))
        rows = found[found["metric"] == "moment"]
        told[number] = (rows["low"] <= truth) & (rows["high"] >= truth)
    yield _covered(f"coverage · moment · {design} · n={n}", told)


def _covered(name: str, told: np.ndarray) -> Result:
    known = told[~np.isnan(told)]
    sure = stats.binomtest(int(known.sum()), len(known)).proportion_ci(0.99, "wilson")
    note = f"99 % {sure.low:.3f}–{sure.high:.3f}; {len(told)} surveys, {told.shape[1]} items"
    note += f"; not told {np.isnan(told).mean():.3f}" if np.isnan(told).any() else ""
    holds = bool(sure.high >= GOAL[0] and sure.low <= GOAL[1])
    return Result(name, float(known.mean()), "share of intervals", "0.92–0.97", holds, note)


def alarms(design: str, n: int, repetitions: int) -> Iterator[Result]:
    """Share of surveys in which any item is given a class that it has not."""
    rng = _generator("alarms", design, n)
    wrong = {"dominant where both weigh the same": 0, "any class where nothing has an effect": 0}
    for _ in range(repetitions):
        options = {"outcome": "y", "items": ITEMS, "min_cell": 5, "draws": 0, **_options(design)}
        even = asymmetry.fit(survey(EVEN, design, n, rng), **options).table["class"]
        none = asymmetry.fit(survey(NOTHING, design, n, rng), **options).table["class"]
        wrong["dominant where both weigh the same"] += bool(even.str.endswith("_dominant").any())
        wrong["any class where nothing has an effect"] += bool((none != "not_classifiable").any())
    for name, count in wrong.items():
        sure = stats.binomtest(count, repetitions).proportion_ci(0.99, "wilson")
        note = f"99 % {sure.low:.3f}–{sure.high:.3f}; {repetitions} surveys of {len(ITEMS)} items"
        yield Result(
            f"false alarms · {name} · {design} · n={n}", count / repetitions, "share of surveys", "≤ 0.05", bool(sure.low <= 0.05), note
        )


def recovery(n: int, repetitions: int) -> Iterator[Result]:
    """How often three touchpoints of the demo client's world are told for what they are."""
    rng, names = _generator("recovery", n), [rated.name for rated in drivers.RATED]
    found = dict.fromkeys(("T22 disappointment_dominant", "T11 delight_dominant", "T41 not_classifiable"), 0)
    for _ in range(repetitions):
        experience = drivers.latent(rng.normal(size=n), rng.normal(size=(n, len(names))), Effects())
        marks = drivers.marked(experience)
        used = rng.random(marks.shape) >= [rated.never_used for rated in drivers.RATED]
        y = drivers.scored(drivers.points(marks, used, Effects()) + rng.normal(0, drivers.NOISE, n))
        table = _long(7 - marks, np.where(used, ANSWERED, NOT_USED), y, np.ones(n), np.arange(n))
        told = asymmetry.fit(table, outcome="y", items=names, draws=0).table.set_index("item")["class"]
        for key in found:
            found[key] += told[key.split()[0]] == key.split()[1]
    for key, count in found.items():
        yield Result(
            f"recovery · {key} · demo's world · n={n}", count / repetitions, "share of surveys", "", None, f"{repetitions} surveys"
        )


def results(*, only: str | None, quick: bool) -> Iterator[Result]:
    """Yield the slice's results; quick, the smallest size and few repetitions."""
    sizes, repetitions = ((100,), 100) if quick else ((100, 300, 1000), 1000)
    for design in DESIGNS:
        for n in sizes:
            if only in (None, "coverage"):
                yield from coverage(design, n, repetitions)
                yield from coverage_of_moments(design, n, repetitions)
            if only in (None, "alarms"):
                yield from alarms(design, n, repetitions)
    if only in (None, "recovery"):
        for n in (1000,) if quick else (1000, 3000, 10000):
            yield from recovery(n, 5 if quick else 100)


def main() -> None:
    chosen = command_line(__doc__, ("coverage", "alarms", "recovery")).parse_args()
    show(results(only=chosen.only, quick=chosen.quick), as_json=chosen.json)


if __name__ == "__main__":
    main()
