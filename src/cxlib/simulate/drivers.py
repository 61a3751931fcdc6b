"""What customers experience and what they make of it: marks that share a mood, and the recommendation that follows from them.

A mark is a mood and an experience of its own, cut into German school marks (1 best to 6 worst). A mark of 4 or worse at a used
touchpoint costs its penalty, a 1 gives its reward, a single 5 or 6 anywhere costs a further 0.8 points. The mood has no path of its own
to the recommendation: packaging and website go along with it (they share the mood) without contributing to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import factorial
from statistics import NormalDist

import numpy as np
import pandas as pd

from cxlib.simulate.plan import Effects, Plan

__all__ = [
    "ANSWERS",
    "BEST",
    "NOISE",
    "RATED",
    "SPREAD",
    "WORST",
    "Rated",
    "cut",
    "latent",
    "marked",
    "points",
    "scored",
    "shapley",
    "truth",
]

BEST, WORST = 1, 6
DELIGHTED, DISAPPOINTED, FAILED = 1, 4, 5  # marks that earn the reward, cost the penalty, and break the chain
WEAKEST_LINK = -0.8
SPREAD = 1.1  # of marks before they are cut
BASE = 8.45  # points of who is neither delighted nor disappointed anywhere
NOISE = 2.31  # standard deviation of what the ratings do not tell; gives R² = .52
ANSWERS = 1_000_000
CHUNK = 100_000


@dataclass(frozen=True)
class Rated:
    """Something customers rate, and its truth.

    Attributes
    ----------
    name : str
        The touchpoint's id, or ``product`` and ``price``.
    group : {"product", "price", "service", "relationship"}
    mark, gap : float
        Mean school mark of its users in the first wave, and how far it falls short of the mark they expect.
    never_used : float
        Share that never met it.
    penalty, reward : float
        Points of recommendation (0–10) that a mark of 4 or worse costs and a 1 gives.
    halo : float
        Share of the variance of experiences that is the mood.
    """

    name: str
    group: str
    mark: float
    gap: float
    never_used: float
    penalty: float
    reward: float
    halo: float = 0.354

    @property
    def touchpoint_id(self) -> str | None:
        """The touchpoint; None for product and price."""
        return self.name if self.name.startswith("T") else None


RATED = (
    Rated("T22", "service", 3.3, 1.7, 0.03, 1.9, 0.2),
    Rated("T11", "relationship", 1.8, 0.3, 0.38, 0.3, 1.3),
    Rated("T39", "service", 3.6, 1.9, 0.61, 1.6, 0.4),
    Rated("product", "product", 1.9, 0.2, 0.0, 0.9, 0.7),
    Rated("T31", "service", 2.9, 1.2, 0.06, 0.8, 0.6),
    Rated("price", "price", 2.6, 0.6, 0.0, 0.55, 0.55),
    Rated("T10", "relationship", 2.1, 0.3, 0.29, 0.4, 0.6),
    Rated("T36", "service", 3.1, 1.4, 0.12, 1.0, 0.0),
    Rated("T14", "service", 2.5, 0.9, 0.09, 0.4, 0.4),
    Rated("T41", "relationship", 1.4, -0.1, 0.83, 0.0, 0.9),
    Rated("T19", "service", 2.7, 0.7, 0.46, 0.25, 0.25),
    Rated("T25", "service", 2.8, 0.8, 0.07, 0.5, 0.0),
    Rated("T30", "service", 2.4, 0.5, 0.15, 0.15, 0.15),
    Rated("T26", "product", 2.2, 0.1, 0.01, 0.0, 0.0, halo=0.55),
    Rated("T05", "service", 2.5, 0.3, 0.22, 0.0, 0.0, halo=0.55),
)


def latent(mood: np.ndarray, own: np.ndarray, effects: Effects) -> np.ndarray:
    """Return experiences (standard deviation 1, high is good) made of a shared mood and what is each one's own.

    Parameters
    ----------
    mood : array (n,)
    own : array (n, items)
        Both with standard deviation 1.
    effects : Effects
        Of which ``halo`` counts.
    """
    loading = np.minimum(effects.halo * np.sqrt([rated.halo for rated in RATED]), 1.0)
    return loading * mood[:, None] + np.sqrt(1 - loading**2) * own


def marked(experience: np.ndarray, shift: np.ndarray | float = 0.0) -> np.ndarray:
    """Return school marks of experiences (standard deviation 1, high is good); `shift` adds marks, worse is more.

    >>> marked(np.zeros((1, 15)))[0][:4]
    array([3., 2., 4., 2.])
    """
    return cut(shift - SPREAD * experience, tuple(rated.mark for rated in RATED), SPREAD)


def cut(deviation: np.ndarray, means: tuple[float, ...], spread: float, low: int = BEST, high: int = WORST) -> np.ndarray:
    """Return whole answers from `low` to `high` that average `means`, column by column, where deviations have mean 0 and sd `spread`.

    >>> draws = np.random.default_rng(1).normal(0, 1.1, (100_000, 1))
    >>> bool(abs(cut(draws, (1.4,), 1.1).mean() - 1.4) < 0.01)
    True
    """
    return np.clip(np.rint(_centres(means, spread, low, high) + deviation), low, high)


def points(marks: np.ndarray, used: np.ndarray, effects: Effects) -> np.ndarray:
    """Return the points that used touchpoints add to the recommendation.

    >>> best, used = np.full((1, 15), 1.0), np.ones((1, 15), dtype=bool)
    >>> float(points(best, used, Effects())[0].round(2)), float(points(best, ~used, Effects())[0])
    (6.05, 0.0)
    """
    penalty, reward = np.array([(rated.penalty, rated.reward) for rated in RATED]).T
    each = (reward * (marks <= DELIGHTED) - penalty * (marks >= DISAPPOINTED)) * used
    return effects.drivers * (each.sum(axis=1) + WEAKEST_LINK * ((marks >= FAILED) & used).any(axis=1))


def scored(total: np.ndarray) -> np.ndarray:
    """Return answers 0–10 to the question of recommendation; good ones pile up at the top."""
    return np.clip(np.rint(BASE + total), 0, 10) + 0.0  # no negative zero


def truth(plan: Plan) -> dict[str, pd.DataFrame]:
    """Compute from a million simulated answers what a perfect analysis would find.

    Returns
    -------
    dict
        ``drivers``: one row a rated item: item, touchpoint_id, never_used, penalty, reward (planted), coefficient (points a mark, among
        users, all others held), se, std_coefficient, share (Shapley/LMG share of R², exact over all subsets; the player is the pair of
        use and rating), correlation (with the recommendation, among users), penalty_seen, reward_seen (contrasts of 4–6 and of 1 with
        2–3 in the answers 0–10, which the top of the scale dampens). ``driver_model``: metric, value: r2, noise, weakest_link, halo.
    """
    drivers, model = _computed(plan.seed, plan.effects.drivers, plan.effects.halo)
    return {"drivers": drivers.copy(), "driver_model": model.copy()}


@lru_cache(maxsize=8)
def _computed(seed: int, drivers: float, halo: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    effects, items = Effects(drivers=drivers, halo=halo), len(RATED)
    moments = np.sum([_moments(np.random.default_rng([seed, chunk, 11]), CHUNK, effects) for chunk in range(ANSWERS // CHUNK)], axis=0)
    use, rating, low, high = (1 + items * block + np.arange(items) for block in range(4))
    linear, contrasts = np.r_[0, use, rating], np.r_[0, use, low, high]
    slopes, errors, r2 = _regressed(moments, linear)
    seen, _, _ = _regressed(moments, contrasts)
    covariance = _covariance(moments)
    users, sums, squares = moments[0, use], moments[0, rating], np.diag(moments)[rating]
    spread, outcome = np.sqrt(squares / users - (sums / users) ** 2), covariance[-1, -1] ** 0.5
    table = pd.DataFrame(
        {
            "item": [rated.name for rated in RATED],
            "touchpoint_id": pd.array([rated.touchpoint_id for rated in RATED], dtype="str"),
            "never_used": [rated.never_used for rated in RATED],
            "penalty": [-rated.penalty * drivers for rated in RATED],
            "reward": [rated.reward * drivers for rated in RATED],
            "coefficient": slopes[1 + items :],
            "se": errors[1 + items :],
            "std_coefficient": slopes[1 + items :] * spread / outcome,
            "share": shapley(covariance, [[int(a), int(b)] for a, b in zip(use, rating, strict=True)]) / r2,
            "correlation": _correlations(moments, use, rating),
            "penalty_seen": seen[1 + items : 1 + 2 * items],
            "reward_seen": seen[1 + 2 * items :],
        }
    )
    shared = float(np.mean([rated.halo for rated in RATED])) * halo**2
    facts = {"r2": r2, "noise": NOISE, "weakest_link": WEAKEST_LINK * drivers, "halo": shared}
    return table, pd.DataFrame({"metric": list(facts), "value": list(facts.values())})


def _moments(rng: np.random.Generator, size: int, effects: Effects) -> np.ndarray:
    """Return the cross products of [1, used, used × rating (high is good), used × low, used × high, outcome², outcome]."""
    items = len(RATED)
    marks = marked(latent(rng.normal(size=size), rng.normal(size=(size, items)), effects))
    used = rng.random((size, items)) >= [rated.never_used for rated in RATED]
    recommend = scored(points(marks, used, effects) + rng.normal(0, NOISE, size))
    turned = BEST + WORST - marks - [BEST + WORST - rated.mark for rated in RATED]
    blocks = (np.ones((size, 1)), used, turned * used, (marks >= DISAPPOINTED) & used, (marks <= DELIGHTED) & used)
    columns = np.column_stack([np.asarray(block, dtype="float64") for block in (*blocks, recommend**2, recommend)])
    return columns.T @ columns


def _regressed(moments: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Least squares from cross products; items that everybody uses are constant and drop out."""
    varied = np.r_[True, np.diag(_covariance(moments))[columns[1:]] > 1e-9]
    kept = columns[varied]
    gram, cross = moments[np.ix_(kept, kept)], moments[kept, -1]
    slopes = np.linalg.solve(gram, cross)
    residual = (moments[-1, -1] - slopes @ cross) / moments[0, 0]
    full, errors = np.zeros(len(columns)), np.zeros(len(columns))
    full[varied], errors[varied] = slopes, np.sqrt(residual * np.diag(np.linalg.inv(gram)))
    return full, errors, float(1 - residual / _covariance(moments)[-1, -1])


def _covariance(moments: np.ndarray) -> np.ndarray:
    means = moments[0] / moments[0, 0]
    return moments / moments[0, 0] - np.outer(means, means)


def _correlations(moments: np.ndarray, use: np.ndarray, rating: np.ndarray) -> np.ndarray:
    """Correlation with the recommendation among users."""
    users = moments[0, use]
    mean_rating, mean_outcome = moments[0, rating] / users, moments[use, -1] / users
    variance = np.diag(moments)[rating] / users - mean_rating**2
    outcome = moments[use, -2] / users - mean_outcome**2
    return (moments[rating, -1] / users - mean_rating * mean_outcome) / np.sqrt(variance * outcome)


def shapley(covariance: np.ndarray, groups: list[list[int]]) -> np.ndarray:
    """Return each group's Shapley (LMG) share of R², averaged exactly over all orders in which the groups may enter.

    Parameters
    ----------
    covariance : array
        Of all columns; the last one is the outcome.
    groups : list of list of int
        The columns of each player, at most two; the shares add up to R².

    >>> shapley(np.array([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]]), [[0], [1]]).round(3)
    array([0.262, 0.152])
    """
    players, last = len(groups), len(covariance) - 1
    padded = np.eye(last + 1 + 2 * players)  # a column of no covariance stands in where a player has but one that varies
    padded[: last + 1, : last + 1] = covariance
    varied = [[column for column in group if covariance[column, column] > 1e-9] for group in groups]
    pairs = np.array([[*group, last + 1 + 2 * j, last + 2 + 2 * j][:2] for j, group in enumerate(varied)])
    explained = np.zeros(2**players)
    for size in range(1, players + 1):
        chosen = np.array(list(combinations(range(players), size)))
        columns = pairs[chosen].reshape(len(chosen), 2 * size)
        cross = padded[columns, last]
        solved = np.linalg.solve(padded[columns[:, :, None], columns[:, None, :]], cross[..., None])[..., 0]
        explained[(1 << chosen).sum(axis=1)] = (solved * cross).sum(axis=1) / covariance[last, last]
    masks = np.arange(2**players)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    chances = np.array([factorial(size) * factorial(players - size - 1) / factorial(players) for size in range(players)])
    shares = np.empty(players)
    for player in range(players):
        without = masks[(masks >> player) & 1 == 0]
        shares[player] = chances[sizes[without]] @ (explained[without | 1 << player] - explained[without])
    return shares


@lru_cache(maxsize=64)
def _centres(means: tuple[float, ...], spread: float, lowest: int, highest: int) -> np.ndarray:
    """Where answers have to centre before they are rounded and cut, so that they average `means` after it (bisection)."""
    normal, wanted = NormalDist().cdf, np.array(means)
    low, high = np.full(len(means), lowest - 9.0), np.full(len(means), highest + 9.0)
    for _ in range(50):
        middle = (low + high) / 2
        mean = [lowest + sum(normal((centre - answer - 0.5) / spread) for answer in range(lowest, highest)) for centre in middle]
        low, high = np.where(np.array(mean) < wanted, middle, low), np.where(np.array(mean) < wanted, high, middle)
    return (low + high) / 2
