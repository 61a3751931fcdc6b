"""Does the driver analysis hold what it promises? Coverage, recovery and false alarms where the truth is known.

Six ratings from 1 to 5 share a mood (correlation 0.4); the outcome follows the first five with falling coefficients, the sixth only
shares the mood; R² is 0.4. Designs: plain; weighted (selection follows the outcome, weights mend it); 40 accounts of unequal size;
open cells (30 % never used, and of the rest 8 % no answer, 10 % not asked). Worlds of recovery, with ten ratings: ratings never given
because never used, without effect then; ratings not asked; both, and unanswered ones, at once.

    python benchmarks/survey_validity.py [--only coverage|recovery|alarms] [--quick] [--json]

Seeded: the same numbers each time, whichever rooms are run. The functions :func:`study` and :func:`result_of` are meant to be called by
other studies too.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show
from scipy import stats

from cxlib.survey.drivers.figures import Figures, figures
from cxlib.survey.drivers.fitted import HALO_ONLY, Fitted, fitted
from cxlib.survey.drivers.inference import adjusted
from cxlib.tables import STATES

SEED = 20260201
ITEMS, MANY = 6, 10
EFFECTS: Mapping[int, np.ndarray] = {size: np.linspace(1.0, 0.0, size) for size in (ITEMS, MANY)}
MOOD, R2, MIDDLE = 0.4, 0.4, 3.4
CLUSTERS, UNEVEN, ICC = 40, 0.7, 0.1
GOAL, NOMINAL = (0.92, 0.97), 0.95
OPEN = {"never": 0.3, "no_answer": 0.08, "not_asked": 0.1}
WORLDS: Mapping[str, Mapping[str, float]] = {
    "never used, no effect": {"never": 0.25},
    "not asked": {"not_asked": 0.25},
    "both and no answer": {"never": 0.25, "not_asked": 0.15, "no_answer": 0.1},
}
ALLOWED = 1.5  # times the error that the same answers would have without a gap


def names(items: int) -> list[str]:
    return [f"q{number}" for number in range(items)]


@dataclass(frozen=True)
class Cell:
    """One question under one design at one size."""

    question: str
    figure: str
    design: str
    n: int
    repetitions: int
    open_cells: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.question} · {self.figure} · {self.design} · n={self.n}"


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
    accounts: int = 0,
    never: float = 0.0,
    no_answer: float = 0.0,
    not_asked: float = 0.0,
) -> Answers:
    """Draw answers; accounts share a mood and a part of what the ratings do not tell."""
    account, mood, rest = np.arange(n), rng.normal(size=n), rng.normal(size=n)
    if accounts:
        size = np.exp(UNEVEN * rng.normal(size=accounts))
        account = rng.choice(accounts, n, p=size / size.sum())
        mood = np.sqrt(1 - 3 * ICC) * mood + np.sqrt(3 * ICC) * rng.normal(size=accounts)[account]
        rest = np.sqrt(1 - ICC) * rest + np.sqrt(ICC) * rng.normal(size=accounts)[account]
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


def sample_of(cell: Cell, rng: np.random.Generator) -> Answers:
    if cell.design == "weighted":
        return tilted(rng, answers_of(rng, 6 * cell.n, **cell.open_cells), cell.n)
    return answers_of(rng, cell.n, accounts=CLUSTERS if cell.design == "clustered" else 0, **cell.open_cells)


@lru_cache(maxsize=8)
def truth(never: float, items: int = ITEMS) -> Figures:
    """All figures in a population of a million."""
    moments = np.zeros((2 * items + 2,) * 2)
    for chunk in range(20):
        some = answers_of(np.random.default_rng([SEED, chunk]), 50_000, items=items, never=never)
        used = some.state != STATES.index("not_used")
        columns = np.column_stack([np.ones(len(used)), used * (some.rating - MIDDLE), used, some.outcome])
        moments += columns.T @ columns / len(columns) / 20
    covariance = moments[1:, 1:] - np.outer(moments[0, 1:], moments[0, 1:])
    kept = [*range(items), *(range(items, 2 * items) if never else ()), 2 * items]
    groups = [[item, items + item] if never else [item] for item in range(items)]
    return figures(covariance[np.ix_(kept, kept)], groups, [[item] for item in range(items)])


def fits(cell: Cell) -> Iterator[Fitted]:
    cluster = "account_id" if cell.design == "clustered" else None
    rng = np.random.default_rng([SEED, cell.n, zlib.crc32(cell.design.encode())])
    for _ in range(cell.repetitions):
        table = sample_of(cell, rng).long
        yield fitted(
            table, outcome="outcome", items=names(ITEMS), groups=None, options={"weight": "weight", "cluster": cluster, "level": NOMINAL}
        )


def coverage(cell: Cell) -> Iterator[Result]:
    """Share of intervals that hold the truth: of shares, of coefficients, of R²."""
    known = truth(cell.open_cells.get("never", 0.0))
    hits: dict[str, list[np.ndarray]] = {"driver share": [], "driver coefficient": [], "R²": []}
    for fit in fits(cell):
        low, high = fit.span_of_shares()
        hits["driver share"].append((low <= known.share) & (known.share <= high))
        hits["driver coefficient"].append((fit.coefficient.low <= known.coefficient) & (known.coefficient <= fit.coefficient.high))
        low_r2, high_r2 = fit.span_of_r2()
        hits["R²"].append(np.array([low_r2 <= known.r2 <= high_r2]))
    for figure, found in hits.items():
        by_sample = np.mean(found, axis=1)
        value, error = float(by_sample.mean()), 2.576 * float(by_sample.std()) / np.sqrt(len(by_sample))
        worst = f"; single items {np.mean(found, axis=0).min():.3f}–{np.mean(found, axis=0).max():.3f}" if figure != "R²" else ""
        holds = bool(value + error >= GOAL[0] and value - error <= GOAL[1])
        note = f"99 % ±{error:.3f}; {cell.repetitions} samples{worst}"
        yield Result(Cell(cell.question, figure, cell.design, cell.n, 1).name, value, "share of intervals", "0.92–0.97", holds, note)


def recovery(cell: Cell) -> Iterator[Result]:
    """Mean error of shares, beside that without a gap, of dropping every row with one, and of filling gaps with the mean."""
    known = truth(cell.open_cells.get("never", 0.0), MANY).share
    rng = np.random.default_rng([SEED, cell.n, zlib.crc32(cell.design.encode())])
    errors: dict[str, list[float]] = {"four states": [], "without a gap": [], "listwise": [], "mean fill": []}
    for _ in range(cell.repetitions):
        answers = answers_of(rng, cell.n, items=MANY, **cell.open_cells)
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
    yield Result(cell.name, value, "mean error of a share", f"≤ {goal:.3f}", value <= goal, f"{others}; {cell.repetitions} samples")


def _error_of_fit(answers: Answers, known: np.ndarray) -> float:
    fit = fitted(answers.long, outcome="outcome", items=names(MANY), groups=None, options={"weight": None})
    return float(np.abs(fit.share.value - known).mean())


def _error_of(rating: np.ndarray, outcome: np.ndarray, known: np.ndarray) -> float:
    covariance = np.cov(np.column_stack([rating, outcome]).T)
    one_each = [[item] for item in range(len(known))]
    return float(np.abs(figures(covariance, one_each, one_each).share - known).mean())


def alarms(cell: Cell) -> Iterator[Result]:
    """How often the item without effect is called significant, and how often one with an effect is called halo."""
    wrong, called, missed = [], [], []
    for fit in fits(cell):
        q = adjusted(fit.coefficient.p)
        notes = fit.notes(q, thin="")
        wrong.append(q[-1] < 1 - NOMINAL)
        called.append(notes[-1] == HALO_ONLY or fit.share.value[-1] < 0.5 / ITEMS)
        missed.append(np.mean(notes[:3] == HALO_ONLY))
    sure = stats.binomtest(int(np.sum(wrong)), len(wrong)).proportion_ci(0.99, "wilson")
    note = f"99 % {sure.low:.3f}–{sure.high:.3f}; {cell.repetitions} samples"
    yield Result(
        cell.name.replace(cell.figure, "q < 0.05 without effect"),
        float(np.mean(wrong)),
        "share of samples",
        "≤ 0.05",
        bool(sure.low <= 0.05),
        note,
    )
    value = float(np.mean(missed))
    goal = 0.05 if cell.n >= 300 else None
    held = None if goal is None else value <= goal
    told = "" if goal is None else f"≤ {goal}"
    beside = f"the item without effect is flagged or small in {np.mean(called):.2f}"
    yield Result(cell.name.replace(cell.figure, "halo only, three strongest"), value, "share of items", told, held, beside)


QUESTIONS = {"coverage": coverage, "recovery": recovery, "alarms": alarms}


def study(*, quick: bool) -> list[Cell]:
    """Return the cells of the study; quick, one size and few samples."""
    sizes: Sequence[int] = (300,) if quick else (100, 300, 1000)
    many = 60 if quick else 1000
    cells = [Cell("coverage", "drivers", design, n, many) for design in ("plain", "weighted", "clustered") for n in sizes]
    cells += [Cell("coverage", "drivers", "open cells", n, many, OPEN) for n in sizes]
    cells += [Cell("recovery", "driver share", world, 2000, 10 if quick else 100, open_cells) for world, open_cells in WORLDS.items()]
    return cells + [Cell("alarms", "drivers", "plain", n, many) for n in sizes]


def result_of(cell: Cell) -> list[Result]:
    """Return a cell's results, one a figure."""
    return list(QUESTIONS[cell.question](cell))


def main() -> None:
    chosen = command_line(__doc__, tuple(QUESTIONS)).parse_args()
    cells = [cell for cell in study(quick=chosen.quick) if chosen.only in (None, cell.question)]
    show((result for cell in cells for result in result_of(cell)), as_json=chosen.json)


if __name__ == "__main__":
    main()
