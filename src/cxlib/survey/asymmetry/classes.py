"""Which side weighs more: the classes of asymmetry, and what has to be shown for each of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from cxlib.estimates.regression import Contrasts

__all__ = ["CLASSES", "certainty", "classified", "sides"]

CLASSES = ("disappointment_dominant", "delight_dominant", "symmetric", "not_classifiable")
DISAPPOINTMENT, DELIGHT, SYMMETRIC, OPEN = CLASSES
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]


def sides(k: float) -> dict[str, tuple[float, float]]:
    """Return each figure as weights of penalty and reward; `k` is how far from even counts as symmetric.

    >>> sides(1 / 3)["asymmetry"]
    (1.0, 1.0)
    """
    own = {"penalty": (1.0, 0.0), "reward": (0.0, 1.0), "asymmetry": (1.0, 1.0), "range": (-1.0, 1.0)}
    return own | {"above": (1 - k, 1 + k), "below": (1 + k, 1 - k)}


def classified(told: Mapping[str, Contrasts], q: Floats, notes: Words, level: float) -> tuple[Words, Words]:
    """Return the class of each item and, where there is none, why.

    Parameters
    ----------
    told : mapping of Contrasts
        Of every figure that :func:`sides` names.
    q : array (items,)
        Adjusted p of the asymmetry being zero.
    notes : array (items,) of str
        Why the asymmetry is not told, "" where it is.
    level : float
    """
    alpha, known = 1 - level, notes == ""
    penalty, reward, span = (told[name].interval(level) for name in ("penalty", "reward", "range"))
    tilt = told["asymmetry"].value
    with np.errstate(invalid="ignore"):
        even = known & (told["above"].interval(1 - 2 * alpha)[0] > 0) & (told["below"].interval(1 - 2 * alpha)[1] < 0)
        sure = known & ~even & (q <= alpha)
        down, up = sure & (tilt < 0) & (penalty[1] < 0), sure & (tilt > 0) & (reward[0] > 0)
        effect = (span[0] > 0) | (penalty[1] < 0) | (reward[0] > 0)
    found = np.select([down, up, even], CLASSES[:3], OPEN).astype(object)
    why = np.where(known, np.where(effect, "asymmetry open", "no effect shown"), notes)
    return found, np.where(found == OPEN, why, "").astype(object)


def certainty(found: Words, penalty: Floats, reward: Floats, k: float) -> Floats:
    """Return the share of draws (items × draws) in which what the class says holds; missing for items without a class.

    >>> certainty(np.array(["delight_dominant"]), np.array([[-1.0, -1.0]]), np.array([[2.0, 0.5]]), 1 / 3)
    array([0.5])
    """
    tilt = penalty + reward
    holds = {DISAPPOINTMENT: tilt < 0, DELIGHT: tilt > 0, SYMMETRIC: np.abs(tilt) <= k * (reward - penalty)}
    return np.array([holds[name][item].mean() if name in holds else np.nan for item, name in enumerate(found)], dtype="float64")
