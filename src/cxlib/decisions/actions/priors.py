"""What people think an effect may be: three numbers become a distribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from cxlib.decisions.actions.figures import Floats, stream
from cxlib.errors import DataError, worded

__all__ = ["combined", "pert", "three_points"]

PEAK = 4.0  # weight of the likeliest value against the ends: mean = (low + 4 mode + high) / 6


def pert(three: Sequence[float], *, draws: int, key: Sequence[object]) -> Floats:
    """Draw from the PERT distribution of three points.

    Parameters
    ----------
    three : sequence of float
        Lowest, likeliest and highest value; all three alike give that value.
    draws : int
    key : sequence
        What the random numbers depend on.

    Returns
    -------
    array (draws,)

    Raises
    ------
    DataError
        When the three are not in order.

    Notes
    -----
    low + (high − low) · Beta(1 + 4 (mode − low) / (high − low), 1 + 4 (high − mode) / (high − low)); Malcolm et al. (1959), with
    Vose's peak of 4. The ends are taken as ends: nothing lies beyond them.

    >>> drawn = pert((0.2, 0.35, 0.5), draws=4000, key=(1, "M1"))
    >>> round(float(drawn.mean()), 2), bool(drawn.min() >= 0.2), bool(drawn.max() <= 0.5)
    (0.35, True, True)
    """
    low, mode, high = (float(part) for part in three)
    if not low <= mode <= high:
        said = f"{low:g}, {mode:g}, {high:g}"
        raise DataError(
            worded(" ".join(map(str, key[-1:])), "three points are not in order:", said, do="Write lowest, likeliest, highest.")
        )
    if high == low:
        return np.full(draws, mode)
    shape = 1 + PEAK * (mode - low) / (high - low), 1 + PEAK * (high - mode) / (high - low)
    return np.asarray(low + (high - low) * special.betaincinv(*shape, stream(*key).random(draws)))


def three_points(action: pd.Series) -> tuple[float, float, float] | None:
    """Return an action's lowest, likeliest and highest effect; where only the likeliest is told, that one; None without it."""
    mode = action.get("effect_mode")
    if mode is None or pd.isna(mode):
        return None
    ends = [action.get(name) for name in ("effect_low", "effect_high")]
    low, high = (float(mode) if end is None or pd.isna(end) else float(end) for end in ends)
    return low, float(mode), high


def combined(data: Floats | None, judged: Floats | None) -> Floats | None:
    """Combine draws of an estimate with draws of what is believed beforehand, each by its precision.

    Notes
    -----
    w · data + (1 − w) · judged in each draw, w = Var(judged) / (Var(judged) + Var(data)): mean and variance of the normal posterior, and
    draws that stay aligned with the data's.

    >>> wide, narrow = np.array([-4.0, 0.0, 4.0]), np.array([0.9, 1.0, 1.1])
    >>> combined(wide, narrow).round(2).tolist()
    [0.9, 1.0, 1.1]
    """
    if data is None or judged is None:
        return data if judged is None else judged
    spread = float(np.var(judged)), float(np.var(data))
    if sum(spread) == 0:
        return data
    share = spread[0] / sum(spread)
    return share * data + (1 - share) * judged
