"""Alpha, omega and item–rest correlation as functions of the covariances of a scale's items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from cxlib.survey.reliability.factors import Factors, factors
from cxlib.survey.reliability.moments import Moments

__all__ = ["Figure", "alpha_of", "item_rest_of", "omegas_of"]

MISFIT = 0.08  # standardised root mean square residual above which one factor does not describe a scale
ROUGH = 1e-6  # slope at which the fit of a draw is done
NEVER, EVEN, REVERSED = "never rated together", "no spread", "reversed item"
FEW, IMPROPER, NONE, UNFIT = "fewer than 3 items", "improper solution", "no solution", "one factor does not fit"


@dataclass(frozen=True, eq=False)
class Figure:
    """One figure of one group.

    Attributes
    ----------
    value : float
    gradient : array (k, k)
        How it moves with the covariances.
    again : callable
        Reads it off the covariances of that group's draws (draws, k, k).
    note : str
    """

    value: float
    gradient: np.ndarray
    again: Callable[[np.ndarray], np.ndarray]
    note: str = ""


def _nothing(covariance: np.ndarray, note: str) -> Figure:
    return Figure(np.nan, np.zeros_like(covariance), lambda drawn: np.full(len(drawn), np.nan), note)


def _alpha_in(covariance: np.ndarray) -> np.ndarray:
    items = covariance.shape[-1]
    own, total = np.trace(covariance, axis1=-2, axis2=-1), covariance.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, items / (items - 1) * (1 - own / total), np.nan))


def alpha_of(found: Moments) -> Figure:
    """Return alpha: k/(k−1)·(1 − Σc_jj/Σc_jk)."""
    covariance = found.covariance
    if np.isnan(covariance).any():
        return _nothing(covariance, NEVER)
    value, items = float(_alpha_in(covariance)), len(covariance)
    if np.isnan(value):
        return _nothing(covariance, EVEN)
    own, total = np.trace(covariance), covariance.sum()
    gradient = items / (items - 1) * (own / total**2 - np.eye(items) / total)
    against = (covariance.sum(axis=1) - np.diag(covariance) < 0).any()
    return Figure(value, gradient, _alpha_in, REVERSED if against else EVEN if (np.diag(covariance) <= 0).any() else "")


def _item_rest_in(covariance: np.ndarray, item: int) -> np.ndarray:
    own, total = covariance[..., item, item], covariance.sum(axis=(-2, -1))
    with_item = covariance[..., item, :].sum(axis=-1)
    rest = total - 2 * with_item + own
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where((own > 0) & (rest > 0), (with_item - own) / np.sqrt(own * rest), np.nan))


def item_rest_of(found: Moments, item: int) -> Figure:
    """Return the correlation of an item with the sum of the others."""
    covariance = found.covariance
    if np.isnan(covariance).any():
        return _nothing(covariance, NEVER)
    value = float(_item_rest_in(covariance, item))
    if np.isnan(value):
        return _nothing(covariance, EVEN)
    others = np.ones(len(covariance))
    others[item] = 0
    own, rest = covariance[item, item], others @ covariance @ others
    shared = np.zeros_like(covariance)
    shared[item] += others / 2
    shared[:, item] += others / 2
    single = np.zeros_like(covariance)
    single[item, item] = 1
    gradient = shared / np.sqrt(own * rest) - value / 2 * (single / own + np.outer(others, others) / rest)
    return Figure(value, gradient, lambda drawn: _item_rest_in(drawn, item), REVERSED if value < 0 else "")


def omegas_of(found: Moments, factor: np.ndarray) -> list[Figure]:
    """Return omega of each factor of one model."""
    covariance, many = found.covariance, int(factor.max()) + 1
    if np.isnan(covariance).any():
        return [_nothing(covariance, NEVER)] * many
    if many == 1 and len(factor) < 3:
        return [_nothing(covariance, FEW)]
    if (np.diag(covariance) <= 0).any():
        return [_nothing(covariance, EVEN)] * many
    fit = factors(covariance[None], factor)
    if not fit.found[0] or fit.improper[0]:
        return [_nothing(covariance, IMPROPER if fit.found[0] else NONE)] * many

    refits: list[Factors] = []

    def again(drawn: np.ndarray, number: int) -> np.ndarray:
        if not refits:  # all factors are read off one fit
            refits.append(factors(drawn, factor, start=fit, slope=ROUGH))
        return np.where(refits[0].found, refits[0].omega(number), np.nan)

    return [
        Figure(
            float(fit.omega(number)[0]),
            fit.gradient(covariance, number),
            partial(again, number=number),
            UNFIT if fit.misfit(covariance[None], number)[0] > MISFIT else "",
        )
        for number in range(many)
    ]
