"""Does the driver analysis hold what it promises? Coverage, recovery and false alarms where the truth is known.

Six ratings from 1 to 5 share a mood (correlation 0.4); the outcome follows the first five with falling coefficients, the sixth only
shares the mood; R² is 0.4. Designs: plain; weighted (selection follows the outcome, weights mend it); 40 accounts of unequal size;
open cells (30 % never used, and of the rest 8 % no answer, 10 % not asked). Worlds of recovery, with ten ratings: ratings never given
because never used, without effect then; ratings not asked; both, and unanswered ones, at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import CLUSTERS, DESIGNS, ICC, NOMINAL, QUICK_SIZES, SIZES, Cell, accounts, alarmed, by_account, covered, name_of

from cxlib.estimates import false_discovery
from cxlib.survey.drivers.figures import Figures, figures
from cxlib.survey.drivers.fitted import HALO_ONLY, Fitted, fitted
from cxlib.tables import STATES

ROOM, SEED = "drivers", 20260201
ITEMS, MANY = 6, 10
EFFECTS: Mapping[int, np.ndarray] = {size: np.linspace(1.0, 0.0, size) for size in (ITEMS, MANY)}
MOOD, R2, MIDDLE = 0.4, 0.4, 3.4
POPULATION, AT_ONCE = 1_000_000, 50_000
OPEN_CELLS = "open cells"
OPEN = {"never": 0.3, "no_answer": 0.08, "not_asked": 0.1}
WORLDS: Mapping[str, Mapping[str, float]] = {
    "never used, no effect": {"never": 0.25},
    "not asked": {"not_asked": 0.25},
    "both and no answer": {"never": 0.25, "not_asked": 0.15, "no_answer": 0.1},
}
ALLOWED = 1.5  # times the error that the same answers would have without a gap


def names(items: int) -> list[str]:
    return [f"q{number}" for number in range(items)]


@dataclass(frozen=True, eq=False)
class Answers:
    """Simulated answers: ratings, who truly used what, what states the survey shows, the outcome, weights and accounts."""

    rating: np.ndarray
    used: np.ndarray
    state: np.ndarray
    outcome: np.ndarray
    weight: np.ndarray
    account: np.ndarray

    def take(self, rows: np.ndarray, weight: np.ndarray) -> Answers:
        return Answers(self.rating[rows], self.used[rows], self.state[rows], self.outcome[rows], weight, self.account[rows])

    @property
    def long(self) -> pd.DataFrame:
        """The answers as the contract table *responses*."""
        size, items = self.rating.shape
        width = items + 1
        ids = np.repeat(np.array([f"r{row}" for row in range(size)], dtype=object), width)
        state = np.column_stack([self.state, np.zeros(size, dtype=int)]).ravel()
        value = np.column_stack([self.rating, self.outcome]).ravel()
        return pd.DataFrame(
            {
                "response_id": ids,
                "respondent_id": ids,
                "account_id": np.repeat(self.account, width),
                "item_id": np.tile([*names(items), "outcome"], size),
                "item_type": np.tile(["actual"] * items + ["overall"], size),
                "value": np.where(state == 0, value, np.nan),
                "state": np.array(STATES, dtype=object)[state],
                "weight": np.repeat(self.weight, width),
            }
        )


def answers_of(
    rng: np.random.Generator,
    n: int,
    *,
    items: int = ITEMS,
    clustered: bool = False,
    never: float = 0.0,
    no_answer: float = 0.0,
    not_asked: float = 0.0,
) -> Answers:
    """Draw answers; clustered, accounts share a mood and a part of what the ratings do not tell."""
    account, mood, rest = np.arange(n), rng.normal(size=n), rng.normal(size=n)
    if clustered:
        account = accounts(n, rng)
        shared = rng.normal(size=(2, CLUSTERS))[:, account]
        mood = np.sqrt(1 - 3 * ICC) * mood + np.sqrt(3 * ICC) * shared[0]
        rest = np.sqrt(1 - ICC) * rest + np.sqrt(ICC) * shared[1]
    felt = np.sqrt(MOOD) * mood[:, None] + np.sqrt(1 - MOOD) * rng.normal(size=(n, items))
    rating = np.clip(np.rint(MIDDLE + 1.1 * felt), 1, 5)
    used = rng.random((n, items)) >= never
    told = (used * (rating - MIDDLE)) @ EFFECTS[items]
    noise = 1.1 * np.sqrt((1 - R2) / R2 * EFFECTS[items] @ (MOOD + (1 - MOOD) * np.eye(items)) @ EFFECTS[items])
    state = np.where(used, STATES.index("answered"), STATES.index("not_used"))
    state = np.where(used & (rng.random((n, items)) < no_answer), STATES.index("no_answer"), state)
    state = np.where(rng.random((n, items)) < not_asked, STATES.index("not_asked"), state)
    return Answers(rating, used, state, told + noise * rest, np.ones(n), np.array([f"a{code}" for code in account], dtype=object))


def tilted(rng: np.random.Generator, many: Answers, n: int) -> Answers:
    """Draw n of many answers, those of the discontented more often, with weights that mend it."""
    trait = 0.6 * (many.outcome - many.outcome.mean()) / many.outcome.std() + 0.8 * rng.normal(size=len(many.outcome))
    chance = np.exp(-0.5 * trait)
    rows = rng.choice(len(trait), n, replace=False, p=chance / chance.sum())
    return many.take(rows, 1 / chance[rows] / np.mean(1 / chance[rows]))


def sample_of(design: str, n: int, rng: np.random.Generator) -> Answers:
    if design == "weighted":
        return tilted(rng, answers_of(rng, 6 * n), n)
    return answers_of(rng, n, clustered=design == "clustered", **(OPEN if design == OPEN_CELLS else {}))


@lru_cache(maxsize=8)
def truth(never: float, items: int = ITEMS) -> Figures:
    """All figures in the population."""
    moments = np.zeros((2 * items + 2,) * 2)
    chunks = POPULATION // AT_ONCE
    for chunk in range(chunks):
        some = answers_of(np.random.default_rng([SEED, chunk]), AT_ONCE, items=items, never=never)
        used = some.state != STATES.index("not_used")
        columns = np.column_stack([np.ones(len(used)), used * (some.rating - MIDDLE), used, some.outcome])
        moments += columns.T @ columns / len(columns) / chunks
    covariance = moments[1:, 1:] - np.outer(moments[0, 1:], moments[0, 1:])
    kept = [*range(items), *(range(items, 2 * items) if never else ()), 2 * items]
    groups = [[item, items + item] if never else [item] for item in range(items)]
    return figures(covariance[np.ix_(kept, kept)], groups, [[item] for item in range(items)])


def fits(design: str, n: int, repetitions: int) -> Iterator[Fitted]:
    options = {"weight": "weight", "cluster": None, "level": NOMINAL, **by_account(design)}
    rng = np.random.default_rng([SEED, n, zlib.crc32(design.encode())])
    for _ in range(repetitions):
        yield fitted(sample_of(design, n, rng).long, outcome="outcome", items=names(ITEMS), groups=None, options=options)


def single(design: str, n: int, repetitions: int) -> list[Result]:
    """Coverage of shares, coefficients and R²; alarms of the item without an effect, and what is said of those with one."""
    known = truth(OPEN["never"] if design == OPEN_CELLS else 0.0)
    hits: dict[str, list[np.ndarray]] = {"driver share": [], "driver coefficient": [], "R²": []}
    wrong, missed = [], []
    for fit in fits(design, n, repetitions):
        low, high = fit.span_of_shares()
        hits["driver share"].append((low <= known.share) & (known.share <= high))
        hits["driver coefficient"].append((fit.coefficient.low <= known.coefficient) & (known.coefficient <= fit.coefficient.high))
        low_r2, high_r2 = fit.span_of_r2()
        hits["R²"].append(np.array([low_r2 <= known.r2 <= high_r2]))
        q = false_discovery(fit.coefficient.p)
        wrong.append(q[-1] < 1 - NOMINAL)
        missed.append(fit.notes(q, thin="")[:3] == HALO_ONLY)
    told = [covered(name_of("coverage", figure, design, n), np.array(found), note=_worst(found)) for figure, found in hits.items()]
    halo = alarmed(name_of("false alarms", "halo only, three strongest", design, n), np.array(missed), unit="share of items")
    return [*told, alarmed(name_of("false alarms", "q < 0.05 without effect", design, n), np.array(wrong)), halo]


def _worst(found: list[np.ndarray]) -> str:
    by_item = np.mean(found, axis=0)
    return f"; single items {by_item.min():.3f}–{by_item.max():.3f}" if len(by_item) > 1 else ""


def recovery(world: str, n: int, repetitions: int) -> list[Result]:
    """Mean error of shares, beside that without a gap, of dropping every row with one, and of filling gaps with the mean."""
    gaps = WORLDS[world]
    known = truth(gaps.get("never", 0.0), MANY).share
    rng = np.random.default_rng([SEED, n, zlib.crc32(world.encode())])
    errors: dict[str, list[float]] = {"four states": [], "without a gap": [], "listwise": [], "mean fill": []}
    for _ in range(repetitions):
        answers = answers_of(rng, n, items=MANY, **gaps)
        errors["four states"].append(_error_of_fit(answers, known))
        complete = replace(answers, state=np.where(answers.used, 0, STATES.index("not_used")))
        errors["without a gap"].append(_error_of_fit(complete, known))
        given = np.where(answers.state == 0, answers.rating, np.nan)
        whole = ~np.isnan(given).any(axis=1)
        filled = np.where(np.isnan(given), np.nanmean(given, axis=0), given)
        errors["listwise"].append(_error_of(given[whole], answers.outcome[whole], known))
        errors["mean fill"].append(_error_of(filled, answers.outcome, known))
    others = ", ".join(f"{name} {np.mean(found):.3f}" for name, found in errors.items() if name != "four states")
    value, goal = float(np.mean(errors["four states"])), ALLOWED * float(np.mean(errors["without a gap"]))
    name, note = name_of("recovery", "driver share", world, n), f"{others}; {repetitions} repetitions"
    return [Result(name, value, "mean error of a share", f"≤ {goal:.3f}", value <= goal, note)]


def _error_of_fit(answers: Answers, known: np.ndarray) -> float:
    fit = fitted(answers.long, outcome="outcome", items=names(MANY), groups=None, options={"weight": None})
    return float(np.abs(fit.share.value - known).mean())


def _error_of(rating: np.ndarray, outcome: np.ndarray, known: np.ndarray) -> float:
    covariance = np.cov(np.column_stack([rating, outcome]).T)
    one_each = [[item] for item in range(len(known))]
    return float(np.abs(figures(covariance, one_each, one_each).share - known).mean())


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions, recovered = (QUICK_SIZES, 40, 5) if quick else (SIZES, 1000, 100)
    study = [
        Cell(ROOM, name_of("coverage", "drivers", design, n), repetitions, partial(single, design, n))
        for design in (*DESIGNS, OPEN_CELLS)
        for n in sizes
    ]
    return study + [Cell(ROOM, name_of("recovery", "drivers", world, 2000), recovered, partial(recovery, world, 2000)) for world in WORLDS]
