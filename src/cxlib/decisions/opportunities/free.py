"""Up to where contacts can be saved before more chances are lost than is tolerated: each joint draw finds its own point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["LEAST", "FreePoint", "drawn_to_mean", "free_point"]

LEAST = 0.005  # part of all contacts below which a saving is none
Real = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FreePoint:
    """Where each column (value, then draws) reaches what is tolerated.

    Attributes
    ----------
    step : array of int
        Steps that fall away whole.
    part : array
        Part (0–1) of the next one.
    """

    step: npt.NDArray[np.int64]
    part: Real

    def along(self, parts: Real) -> Real:
        """Return what `parts` (steps, columns) add up to there."""
        columns = np.arange(parts.shape[1])
        sums = np.vstack([np.zeros(parts.shape[1]), parts.cumsum(axis=0)])[self.step, columns]
        following = parts[np.minimum(self.step, len(parts) - 1), columns] if len(parts) else np.zeros(parts.shape[1])
        return np.asarray(sums + self.part * following)


def free_point(lost: Real, tolerated: float) -> FreePoint:
    """Find where the chances lost reach what is tolerated; of the reason at which they do, only a part is saved.

    Parameters
    ----------
    lost : array (steps, columns)
        Part of all chances that each step of the plan costs, in its order; none is negative.
    tolerated : float
        Part (0–1) of all chances.

    Notes
    -----
    Σ lost up to the step ≤ tolerated; (tolerated − Σ) / lost of the next one. Without that part a reason of a tenth of all contacts would
    be in or out by the last digit of a rate.

    >>> there = free_point(np.array([[0.005], [0.010]]), 0.01)
    >>> there.step.tolist(), there.part.tolist(), there.along(np.array([[0.2], [0.3]])).tolist()
    ([1], [0.5], [0.35])
    """
    sums = np.vstack([np.zeros(lost.shape[1]), lost.cumsum(axis=0)])
    within = sums[1:] <= tolerated + 1e-12
    step = within.sum(axis=0)
    columns = np.arange(lost.shape[1])
    following = lost[np.minimum(step, len(lost) - 1), columns] if len(lost) else np.zeros(lost.shape[1])
    beyond = step < len(lost)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        part = np.where(beyond, (tolerated - sums[step, columns]) / following, 0.0)
    return FreePoint(step, np.clip(part, 0.0, 1.0))


def drawn_to_mean(rate: Real, count: Real, pi: Real, groups: Mapping[str, npt.NDArray[np.bool_]], strength: float) -> Real:
    """Return rates (reasons, columns) drawn to their group's mean as if that were known from `strength` contacts.

    Where few contacts hold no signal, bootstrap draws do not vary at all: none seen would be none at all.

    >>> rate, pi = np.array([[0.0], [0.4]]), np.array([[0.5], [0.5]])
    >>> drawn_to_mean(rate, np.array([30.0, 30.0]), pi, {"all": np.array([True, True])}, 30.0).round(3).tolist()
    [[0.1], [0.3]]
    """
    told = rate.copy()
    for here in groups.values():
        weight = pi[here].sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(weight > 0, (pi[here] * rate[here]).sum(axis=0) / weight, 0.0)
        told[here] = (count[here, None] * rate[here] + strength * mean) / (count[here, None] + strength)
    return told
