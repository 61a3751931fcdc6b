"""From margins to probabilities that mean what they say, and the probability from which on a reason is named."""

from __future__ import annotations

import numpy as np

__all__ = ["calibration_error", "softmax", "temperature", "threshold"]

COLDEST, HOTTEST = 0.05, 50.0
LEAST_ACCEPTED = 10  # texts on which an accuracy is promised
BELIEVED, SPARE = 20, 2  # texts that stated probabilities count as much as, and texts that may yet turn out wrong


def softmax(margins: np.ndarray, sharpness: float) -> np.ndarray:
    """Return exp(sharpness·margin) / Σ exp(sharpness·margin), row by row.

    >>> softmax(np.array([[0.0, 0.0]]), 3.0).tolist()
    [[0.5, 0.5]]
    """
    scaled = sharpness * (margins - margins.max(axis=1, keepdims=True))
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=1, keepdims=True)
    return np.asarray(scaled)


def temperature(margins: np.ndarray, code: np.ndarray, weight: np.ndarray) -> float:
    """Return the sharpness (1/temperature) under which the margins of texts outside training make their true reasons likeliest.

    Guo et al. 2017; one parameter, so that it cannot change which reason comes first.
    """
    from scipy.optimize import minimize_scalar

    centred = margins - margins.max(axis=1, keepdims=True)
    own = centred[np.arange(len(code)), code]

    def loss(logarithm: float) -> float:
        sharpness = np.exp(logarithm)
        return float(weight @ (np.log(np.exp(sharpness * centred).sum(axis=1)) - sharpness * own))

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded").x))


def calibration_error(
    probability: np.ndarray, right: np.ndarray, weight: np.ndarray, *, bins: int = 15, beyond_chance: bool = False
) -> float:
    """Return the expected calibration error: mean distance between stated probability and accuracy, over bins of equal width.

    `beyond_chance`: each bin's squared distance less the variance p(1 − p)/n that it has where probabilities are true (Kumar et al. 2019);
    as it is, a bin of 30 texts is expected to miss by 7 points.

    >>> calibration_error(np.array([0.9, 0.9]), np.array([True, False]), np.ones(2))
    0.4
    """
    place = np.clip(np.ceil(np.asarray(probability) * bins).astype(int) - 1, 0, bins - 1)
    apart = np.bincount(place, weight * (probability - right), minlength=bins) ** 2
    if beyond_chance:
        apart -= np.bincount(place, weight**2 * probability * (1 - probability), minlength=bins)
    return float(np.sqrt(np.maximum(apart, 0)).sum() / weight.sum())


def threshold(probability: np.ndarray, right: np.ndarray, weight: np.ndarray, *, promised: float, least: float) -> float:
    """Return the lowest probability, not under `least`, from which on the accepted texts are as accurate as `promised`.

    Of n accepted texts the accuracy is (n·share right + 20·mean probability)/(n + 20) − 2/n: as if two more were wrong, and smoothed by
    what was stated, since the lowest of many cuts has the luck of few texts on its side. Where no cut keeps the promise, the strictest
    one on at least ten texts is returned.
    """
    order = np.argsort(-probability, kind="stable")
    cut, heavy = probability[order], weight[order] / weight.mean()
    n = np.cumsum(heavy)
    stated = np.cumsum(heavy * cut) / n
    share = (np.cumsum(heavy * right[order]) + BELIEVED * stated) / (n + BELIEVED) - SPARE / n
    ends = np.r_[cut[1:] != cut[:-1], True]  # texts of one probability are accepted together
    usable = np.flatnonzero(ends & (cut >= least) & (np.arange(len(cut)) + 1 >= min(LEAST_ACCEPTED, len(cut))))
    if not len(usable):
        return float(least)
    kept = usable[share[usable] >= promised]
    lowest = kept[-1] if len(kept) else usable[0]
    return float(least) if lowest == usable[-1] else float(cut[lowest])
