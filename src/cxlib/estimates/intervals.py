"""Intervals from a value and its spread: of a share, and of the difference of two figures."""

from __future__ import annotations

import numpy as np

__all__ = ["mover", "wilson"]


def wilson(p: np.ndarray, effective: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's interval of shares `p` known from `effective` units, `t` standard errors to each side.

    >>> low, high = wilson(np.array([0.8]), np.array([10.0]), np.array([1.96]))
    >>> low.round(3).item(), high.round(3).item()
    (0.49, 0.943)
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (p + t**2 / (2 * effective)) / (1 + t**2 / effective)
        half = t / (1 + t**2 / effective) * np.sqrt(p * (1 - p) / effective + t**2 / (4 * effective**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def mover(
    here: tuple[np.ndarray, np.ndarray, np.ndarray], there: tuple[np.ndarray, np.ndarray, np.ndarray], correlation: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of a difference, recovered from (value, low, high) of both sides (Zou & Donner 2008).

    >>> sides = ((np.array([0.5]), np.array([0.2]), np.array([0.8])), (np.array([0.1]), np.array([-0.3]), np.array([0.5])))
    >>> [end.round(3).item() for end in mover(*sides, np.array([0.0]))]
    [-0.1, 0.9]
    """

    def reach(own: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.sqrt(np.maximum(own**2 + other**2 - 2 * correlation * own * other, 0.0))

    value = here[0] - there[0]
    return value - reach(here[0] - here[1], there[2] - there[0]), value + reach(here[2] - here[0], there[0] - there[1])
