"""How sure classes are: criteria by their number, whether starts and samples find them again, what they leave unexplained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.customers.personas.coding import Coded
from cxlib.customers.personas.mixture import Mixture, Setting, free_parameters, maximise, posterior, started
from cxlib.estimates.bootstrap import draw_weights
from cxlib.estimates.steps import steps

__all__ = ["Tried", "adjusted_rand", "bic", "residuals", "stability", "tried"]

ROUGH = 0.3  # log-likelihood that a start may still lack when the best are chosen
SAME = 1.0  # log-likelihood within which two starts found the same


@dataclass(frozen=True, eq=False)
class Tried:
    """One number of classes: the best mixture, BIC, and the share of starts that found it again."""

    classes: int
    model: Mixture
    bic: float
    reproduction: float


def bic(coded: Coded, model: Mixture, people: float, *, diagonal: bool = False) -> float:
    """Return the Bayesian information criterion of a single mixture; lower is better."""
    return float(-2 * model.loglik[0] + free_parameters(coded, model.classes, diagonal=diagonal) * np.log(people))


def tried(coded: Coded, weight: np.ndarray, classes: int, setting: Setting, *, starts: int, rng: np.random.Generator) -> Tried:
    """Fit one number of classes from many starts: all of them roughly, the best of them to the end."""
    rough = Setting(setting.prior, setting.diagonal, max(ROUGH, setting.tolerance), setting.steps)
    begun = [started(coded, classes, count, weight, rng) for count in _portions(coded, classes, starts)]
    found = [maximise(coded, each, weight, rough) for each in begun]
    logliks = np.concatenate([each.loglik for each in found])
    leading = max(found, key=lambda each: float(each.loglik.max())).best
    best = maximise(coded, leading, weight, setting).ordered()
    top = max(float(logliks.max()), float(best.loglik[0]) - ROUGH)
    again = float((logliks >= top - SAME).mean()) if classes > 1 else 1.0
    return Tried(classes, best, bic(coded, best, float(weight.sum()), diagonal=setting.diagonal), again)


def _portions(coded: Coded, classes: int, starts: int) -> list[int]:
    """Starts side by side, as many as memory likes."""
    side = int(np.clip(4_000_000 // max(1, coded.size * classes), 1, starts))
    return [min(side, starts - first) for first in range(0, starts, side)]


def stability(
    coded: Coded,
    weight: np.ndarray,
    best: Mixture,
    setting: Setting,
    *,
    cluster: np.ndarray,
    ids: np.ndarray,
    rounds: int,
    starts: int,
    seed: int,
) -> np.ndarray:
    """Return how alike people are divided by classes found anew in resamples of the clusters: adjusted Rand indices, one a round."""
    now = posterior(coded, best)[0][:, 0].argmax(axis=1)
    rng, resampled = np.random.default_rng([seed, 2]), draw_weights(ids, draws=rounds, seed=seed + 1)[cluster]
    rough = Setting(setting.prior, setting.diagonal, max(ROUGH, setting.tolerance), setting.steps)
    alike = []
    for number in steps(range(rounds), "personas: resamples"):
        drawn = weight * resampled[:, number]
        again = maximise(coded, started(coded, best.classes, starts, drawn, rng), drawn, rough).best
        alike.append(adjusted_rand(now, posterior(coded, again)[0][:, 0].argmax(axis=1), weight))
    return np.array(alike)


def adjusted_rand(one: np.ndarray, other: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Return the adjusted Rand index of two divisions of the same people: 1 alike, 0 by chance (Hubert & Arabie 1985).

    >>> round(adjusted_rand(np.array([0, 0, 1, 1, 2, 2]), np.array([1, 1, 0, 0, 0, 2])), 4)
    0.4444
    """
    weights = np.ones(len(one)) if weight is None else weight
    _, rows = np.unique(one, return_inverse=True)
    _, columns = np.unique(other, return_inverse=True)
    table = np.zeros((rows.max(initial=0) + 1, columns.max(initial=0) + 1))
    np.add.at(table, (rows, columns), weights)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, first, second = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    chance = first * second / max(pairs(np.array([table.sum()])), 1e-12)
    middle = (first + second) / 2
    return 1.0 if middle == chance else (both - chance) / (middle - chance)


def residuals(coded: Coded, model: Mixture, weight: np.ndarray) -> pd.DataFrame:
    """What goes together within classes, though it should not: one row a pair of features.

    Returns
    -------
    DataFrame
        ``feature``, ``feature_2``, ``size`` (0 to 1: Cramér's V of what is left, or a correlation within classes), ``statistic``
        (chi-square over its degrees of freedom), ``df``, ``p``, ``n``; largest first.
    """
    counted = posterior(coded, model)[0][:, 0] * weight[:, None]
    left = _standardised(coded, model)
    rows = []
    for one in range(len(coded.features)):
        for other in range(one + 1, len(coded.features)):
            size, chi, df, n = _pair(coded, model, counted, left, one, other)
            p = float(special.chdtrc(df, chi)) if df else np.nan
            rows.append((coded.features[one].name, coded.features[other].name, size, chi / max(df, 1), df, p, n))
    table = pd.DataFrame(rows, columns=["feature", "feature_2", "size", "statistic", "df", "p", "n"])
    return table.sort_values("size", ascending=False, kind="stable", ignore_index=True)


def _standardised(coded: Coded, model: Mixture) -> np.ndarray:
    """Numbers less the mean of a class, over its standard deviation: array (people, classes, numbers)."""
    spread = np.sqrt(np.einsum("kii->ki", model.block.cov))
    return np.asarray((coded.numbers[:, None, :] - model.block.mean) / spread)


def _pair(coded: Coded, model: Mixture, counted: np.ndarray, left: np.ndarray, one: int, other: int) -> tuple[float, float, int, float]:
    """Size, chi-square, its degrees of freedom and the people of one pair; `counted` is (people, classes)."""
    first = coded.codes.shape[1]
    if other < first:
        return _levels(coded, model, counted.sum(axis=1), one, other)
    mine = left[:, :, other - first]
    if one >= first:
        here, cov = left[:, :, one - first], model.block.cov[:, one - first, other - first]
        spread = np.sqrt(model.block.cov[:, one - first, one - first] * model.block.cov[:, other - first, other - first])
        known = ~np.isnan(mine[:, 0]) & ~np.isnan(here[:, 0])
        n = float(counted[known].sum())
        awaited = counted[known].sum(axis=0) @ (cov / spread)
        together = float(((counted * mine * here)[known].sum() - awaited) / max(n, 1e-9))
        return abs(together), n * together**2, 1, n
    codes, average = coded.codes[:, one], (counted * mine).sum(axis=1)
    known = (codes >= 0) & ~np.isnan(average)
    count = np.bincount(codes[known], counted.sum(axis=1)[known], minlength=len(coded.features[one].levels))
    sums = np.bincount(codes[known], average[known], minlength=len(count))
    n, chi = float(count.sum()), float((sums**2 / np.maximum(count, 1e-9)).sum())
    return float(np.sqrt(chi / max(n, 1e-9))), chi, max(int((count > 0).sum()) - 1, 1), n


def _levels(coded: Coded, model: Mixture, weight: np.ndarray, one: int, other: int) -> tuple[float, float, int, float]:
    known = (coded.codes[:, one] >= 0) & (coded.codes[:, other] >= 0)
    wide = [len(coded.features[number].levels) for number in (one, other)]
    found = np.zeros(wide)
    np.add.at(found, (coded.codes[known, one], coded.codes[known, other]), weight[known])
    mine = [np.exp(model.levels[coded.offsets[number] : coded.offsets[number + 1]]) for number in (one, other)]
    n = float(found.sum())
    awaited = n * (mine[0] * model.weight[0]) @ mine[1].T
    chi = float(((found - awaited) ** 2 / np.maximum(awaited, 0.5)).sum())
    small = max(min(wide) - 1, 1)
    return float(np.sqrt(chi / max(n * small, 1e-9))), chi, (wide[0] - 1) * (wide[1] - 1), n


def evidence_rows(tries: list[Tried], people: int) -> pd.DataFrame:
    """Return what is told of each number of classes: ``bic`` and ``class_reproduction``."""
    groups = pd.DataFrame({"classes": [str(each.classes) for each in tries]})
    criteria = estimates.rows.rows(groups, {"metric": "bic", "value": [each.bic for each in tries], "n": people, "method": "EM"})
    again = {"metric": "class_reproduction", "unit": "share", "value": [each.reproduction for each in tries], "n": people, "method": "EM"}
    return estimates.stack(criteria, estimates.rows.rows(groups, again))
