"""Do classes exist at all, or is there one crowd without gaps that any number of classes would cut in pieces?

Criteria such as BIC cannot tell: where features go together, classes describe that better than independence does, gaps or not. So the
same mixture is fitted to crowds without gaps that are like the data in everything else: each feature's own distribution, what is missing,
and how features go together two by two, all carried by normal variables (a Gaussian copula). Only if classes describe the data surely
better than those crowds is there more than a continuum.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import special

from cxlib.customers.personas.coding import Coded
from cxlib.customers.personas.mixture import Setting, maximise, started
from cxlib.estimates.steps import steps

__all__ = ["Crowd", "crowd", "gains"]

CALIBRATION, ROUNDS, STRIDE = 6000, 12, 0.8  # people drawn to see what correlations come out, how often, how far to go after them


@dataclass(frozen=True, eq=False)
class Crowd:
    """A crowd without gaps: normal variables, and how features are read off them.

    Attributes
    ----------
    root : array (variables, variables)
        Times independent normal numbers: the variables. A nominal feature of several levels has one for each, every other feature one.
    first : array (features + 1,)
        Where the variables of each feature begin.
    cuts : list of arrays
        Features with an order: at which shares of the variable levels change. Nominal ones: what is added to each variable before the
        highest wins. Numbers: the values themselves, sorted.
    """

    root: np.ndarray
    first: np.ndarray
    cuts: list[np.ndarray]


def crowd(coded: Coded, weight: np.ndarray, *, seed: int) -> Crowd:
    """Find the crowd without gaps that goes together two by two as the data do."""
    rng = np.random.default_rng(seed)
    wide = [_variables(coded, number) for number in range(len(coded.features))]
    first = np.concatenate([[0], np.cumsum(wide)]).astype(int)
    cuts = [_cuts(coded, number, weight) for number in range(len(coded.features))]
    wanted = _together(_scores(coded, first, cuts), weight)
    noise = rng.normal(size=(CALIBRATION, first[-1]))
    within = np.zeros(wanted.shape, dtype=bool)
    for begin, end in pairwise(first):
        within[begin:end, begin:end] = True
    latent = np.where(within, np.eye(len(wanted)), wanted)
    made = Crowd(_root(latent), first, cuts)
    for _ in range(ROUNDS):
        made = Crowd(made.root, first, _levelled(coded, made, weight, noise))
        drawn = _drawn(coded, made, noise)
        found = _together(_scores(drawn, first, cuts), np.ones(CALIBRATION))
        latent = np.clip(np.where(within, np.eye(len(wanted)), latent + STRIDE * (wanted - found)), -0.999, 0.999)
        root = _root(latent)
        made, latent = Crowd(root, first, made.cuts), root @ root.T
    return made


def gains(
    coded: Coded, weight: np.ndarray, classes: int, setting: Setting, *, starts: int, rounds: int, seed: int
) -> tuple[float, np.ndarray]:
    """Return how much better classes describe people than one class does, in the data and in crowds without gaps.

    Returns
    -------
    gain : float
        Twice the difference of the log-likelihoods, a person.
    crowds : array (rounds,)
        The same of each crowd.
    """
    rng = np.random.default_rng([seed, 1])
    made = crowd(coded, weight, seed=seed)
    known = np.column_stack([coded.codes >= 0, ~np.isnan(coded.numbers)])
    of_crowds = []
    for _ in steps(range(rounds), "personas: crowds without classes"):
        drawn = _drawn(coded, made, rng.normal(size=(coded.size, made.first[-1]))).hidden_by(known)
        of_crowds.append(_gain(drawn, weight, classes, setting, starts, rng))
    return _gain(coded, weight, classes, setting, starts, rng), np.array(of_crowds)


def _gain(coded: Coded, weight: np.ndarray, classes: int, setting: Setting, starts: int, rng: np.random.Generator) -> float:
    one = maximise(coded, started(coded, 1, 1, weight, rng), weight, setting)
    several = maximise(coded, started(coded, classes, starts, weight, rng), weight, setting)
    return float(2 * (several.loglik.max() - one.loglik[0]) / weight.sum())


def _variables(coded: Coded, number: int) -> int:
    feature = coded.features[number]
    return len(feature.levels) if feature.kind == "nominal" and len(feature.levels) > 2 else 1


def _cuts(coded: Coded, number: int, weight: np.ndarray) -> np.ndarray:
    """What reads a feature off its variables; offsets of nominal ones begin at nothing."""
    levelled = coded.codes.shape[1]
    if number >= levelled:
        values = coded.numbers[:, number - levelled]
        return np.sort(values[~np.isnan(values)])
    if _variables(coded, number) > 1:
        return np.zeros(len(coded.features[number].levels))
    return np.cumsum(_shares(coded, number, weight))[:-1]


def _shares(coded: Coded, number: int, weight: np.ndarray) -> np.ndarray:
    codes = coded.codes[:, number]
    sums = np.bincount(codes[codes >= 0], weight[codes >= 0], minlength=len(coded.features[number].levels))
    shares: np.ndarray = sums / max(sums.sum(), 1e-12)
    return shares


def _scores(coded: Coded, first: np.ndarray, cuts: list[np.ndarray]) -> np.ndarray:
    """One column a variable: normal scores of what has an order, indicators of levels that have none; NaN where missing."""
    found = np.full((coded.size, first[-1]), np.nan)
    levelled = coded.codes.shape[1]
    for number, begin in enumerate(first[:-1]):
        if number >= levelled:
            values = coded.numbers[:, number - levelled]
            rank = np.searchsorted(cuts[number], values, side="left") + np.searchsorted(cuts[number], values, side="right")
            found[:, begin] = np.where(np.isnan(values), np.nan, special.ndtri((0.5 * rank + 0.25) / (len(cuts[number]) + 0.5)))
            continue
        codes = coded.codes[:, number]
        if first[number + 1] - begin == 1:
            ends = np.concatenate([[0.0], cuts[number], [1.0]])
            middle = special.ndtri(np.clip((ends[:-1] + ends[1:]) / 2, 1e-4, 1 - 1e-4))
            found[:, begin] = np.where(codes >= 0, middle[np.maximum(codes, 0)], np.nan)
        else:
            for level in range(first[number + 1] - begin):
                found[:, begin + level] = np.where(codes >= 0, codes == level, np.nan)
    return found


def _together(scores: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Correlations of all pairs, each over the people of whom both are known."""
    known = (~np.isnan(scores)).astype("float64")
    filled, by = np.nan_to_num(scores), known * weight[:, None]
    n = np.maximum(by.T @ known, 1e-9)
    here, square = (filled * weight[:, None]).T @ known / n, (filled**2 * weight[:, None]).T @ known / n
    covariance = (filled * weight[:, None]).T @ filled / n - here * here.T
    spread = np.sqrt(np.maximum(square - here**2, 1e-12))
    return np.clip(covariance / (spread * spread.T), -0.999, 0.999)


def _root(latent: np.ndarray) -> np.ndarray:
    """A square root of the nearest correlation matrix that there can be."""
    values, vectors = np.linalg.eigh((latent + latent.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 1e-6))
    found: np.ndarray = root / np.sqrt((root**2).sum(axis=1, keepdims=True))
    return found


def _levelled(coded: Coded, made: Crowd, weight: np.ndarray, noise: np.ndarray) -> list[np.ndarray]:
    """Move the offsets of nominal features until their levels are as common as in the data."""
    variables, cuts = noise @ made.root.T, list(made.cuts)
    for number, (begin, end) in enumerate(zip(made.first[:-1], made.first[1:], strict=True)):
        if end - begin > 1:
            wanted = _shares(coded, number, weight)
            for _ in range(10):
                drawn = np.bincount((variables[:, begin:end] + cuts[number]).argmax(axis=1), minlength=end - begin) / len(noise)
                cuts[number] = np.clip(cuts[number] + 0.5 * np.log((wanted + 1e-3) / (drawn + 1e-3)), -8, 8)
    return cuts


def _drawn(coded: Coded, made: Crowd, noise: np.ndarray) -> Coded:
    """Read features off normal variables."""
    variables, levelled = noise @ made.root.T, coded.codes.shape[1]
    codes = np.zeros((len(noise), levelled), dtype=np.int32)
    numbers = np.zeros((len(noise), coded.numbers.shape[1]))
    for number, (begin, end) in enumerate(zip(made.first[:-1], made.first[1:], strict=True)):
        cuts = made.cuts[number]
        if end - begin > 1:
            codes[:, number] = (variables[:, begin:end] + cuts).argmax(axis=1)
        elif number < levelled:
            codes[:, number] = np.searchsorted(cuts, special.ndtr(variables[:, begin]), side="right")
        else:
            place = special.ndtr(variables[:, begin]) * len(cuts) - 0.5
            numbers[:, number - levelled] = np.interp(place, np.arange(len(cuts)), cuts)
    return Coded(coded.features, codes, numbers, coded.centre, coded.spread, np.full((len(noise), len(coded.features)), np.nan))
