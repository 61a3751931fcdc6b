"""The asymmetry slice of the validity study: do its contrasts and classes hold what they promise, where the truth is known?

Coverage of nominal 95 % intervals of penalty, reward and asymmetry; false alarms of classes where disappointment and delight
weigh the same, and where nothing has an effect; classes found in the world of the demo client. Four items on five steps that share a
mood, one of them never used by a fifth, one not asked of a seventh. Weighted: who is displeased answers less often, and the weights mend
that. Clustered: 40 accounts of unequal size, which share a tenth of mood and outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import (
    CLUSTERS,
    DESIGNS,
    ICC,
    KNOWN,
    QUICK_SIZES,
    SIZES,
    TILT,
    Cell,
    accounts,
    alarmed,
    by_account,
    covered,
    generator,
    name_of,
)
from scipy import stats

from cxlib.simulate import drivers
from cxlib.simulate.plan import Effects
from cxlib.survey import asymmetry
from cxlib.tables import STATES

ROOM = "asymmetry"
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
        account = accounts(n, rng)
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
    return long_of(marks, state, y, weight, account)


def long_of(marks: np.ndarray, state: np.ndarray, y: np.ndarray, weight: np.ndarray, account: np.ndarray) -> pd.DataFrame:
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


def coverage(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of penalty, reward and asymmetry that hold the truth."""
    rng = generator("coverage", design, n)
    truth = {"penalty": PENALTY, "reward": REWARD, "asymmetry": PENALTY + REWARD}
    hits = {name: np.zeros((repetitions, len(ITEMS))) for name in truth}
    for number in range(repetitions):
        table = survey(PLANTED, design, n, rng)
        found = asymmetry.fit(table, outcome="y", items=ITEMS, min_cell=5, draws=0, **by_account(design)).table
        for name, true in truth.items():
            inside = (found[f"{name}_low"] <= true) & (found[f"{name}_high"] >= true)
            hits[name][number] = np.where(found[name].isna(), np.nan, inside)
    return [covered(name_of("coverage", name, design, n), told) for name, told in hits.items()]


def alarms(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of surveys in which any item is given a class that it has not."""
    rng = generator("alarms", design, n)
    dominant, any_class = np.zeros(repetitions), np.zeros(repetitions)
    for number in range(repetitions):
        options = {"outcome": "y", "items": ITEMS, "min_cell": 5, "draws": 0, **by_account(design)}
        even = asymmetry.fit(survey(EVEN, design, n, rng), **options).table["class"]
        none = asymmetry.fit(survey(NOTHING, design, n, rng), **options).table["class"]
        dominant[number] = even.str.endswith("_dominant").any()
        any_class[number] = (none != "not_classifiable").any()
    wrong = {"dominant where both weigh the same": dominant, "any class where nothing has an effect": any_class}
    return [alarmed(name_of("false alarms", name, design, n), told, unit="share of surveys") for name, told in wrong.items()]


def recovery(n: int, repetitions: int) -> list[Result]:
    """How often three touchpoints of the demo client's world are told for what they are."""
    rng, names = generator("recovery", n), [rated.name for rated in drivers.RATED]
    found = dict.fromkeys(("T22 disappointment_dominant", "T11 delight_dominant", "T41 not_classifiable"), 0)
    for _ in range(repetitions):
        experience = drivers.latent(rng.normal(size=n), rng.normal(size=(n, len(names))), Effects())
        marks = drivers.marked(experience)
        used = rng.random(marks.shape) >= [rated.never_used for rated in drivers.RATED]
        y = drivers.scored(drivers.points(marks, used, Effects()) + rng.normal(0, drivers.NOISE, n))
        table = long_of(7 - marks, np.where(used, ANSWERED, NOT_USED), y, np.ones(n), np.arange(n))
        told = asymmetry.fit(table, outcome="y", items=names, draws=0).table.set_index("item")["class"]
        for key in found:
            found[key] += told[key.split()[0]] == key.split()[1]
    note = f"{repetitions} repetitions"
    return [
        Result(name_of("recovery", key, "the demo's world", n), count / repetitions, "share of surveys", "", None, note)
        for key, count in found.items()
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions, worlds, recovered = (QUICK_SIZES, 20, (1000,), 3) if quick else (SIZES, 1000, (1000, 3000, 10000), 100)
    study = [
        Cell(ROOM, name_of(question, "asymmetry", design, n), repetitions, partial(measure, design, n))
        for question, measure in {"coverage": coverage, "false alarms": alarms}.items()
        for design in DESIGNS
        for n in sizes
    ]
    return study + [Cell(ROOM, name_of("recovery", "asymmetry", "the demo's world", n), recovered, partial(recovery, n)) for n in worlds]
