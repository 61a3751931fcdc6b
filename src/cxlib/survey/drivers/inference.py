"""How sure a driver analysis is: intervals from what every row moves, draws that align with every other figure, ranks.

Draws are linear: a figure in draw b is its value plus what its rows move, each counted as often as its cluster is drawn. The weights
are those of :func:`cxlib.estimates.draw_weights`, so draw 17 of a share is of the same customers as draw 17 of a mean rating.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from cxlib.estimates import draw_weights
from cxlib.estimates.sampling import Sample

__all__ = ["Inferred", "infer", "within"]


@dataclass(frozen=True, eq=False)
class Inferred:
    """Values with their spread, one a figure.

    Attributes
    ----------
    value, se, reach : array (k,)
        `reach` is how many standard errors the interval goes to each side.
    p : array (k,)
        Two-sided, of the figure being zero.
    draws : array (k, draws)
    sums : array (clusters, k)
        What each cluster moves.
    """

    value: np.ndarray
    se: np.ndarray
    reach: np.ndarray
    p: np.ndarray
    draws: np.ndarray
    sums: np.ndarray

    @property
    def low(self) -> np.ndarray:
        """Lower end of the t interval."""
        return np.asarray(self.value - self.reach * self.se)

    @property
    def high(self) -> np.ndarray:
        """Upper end of the t interval."""
        return np.asarray(self.value + self.reach * self.se)

    def between(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of an interval that stays between zero and one (on the logit scale)."""
        inside = np.where((self.value > 0) & (self.value < 1), self.value, np.nan)
        middle, half = special.logit(inside), self.reach * self.se / (inside * (1 - inside))
        return np.asarray(special.expit(middle - half)), np.asarray(special.expit(middle + half))


def infer(value: np.ndarray, influence: np.ndarray, chosen: Sample, *, level: float, draws: int, seed: int, widen: float = 1.0) -> Inferred:
    """Return values with standard errors, t quantiles and draws.

    Parameters
    ----------
    value : array (k,)
    influence : array (n, k)
        What every row moves, weight included; sums to zero over the sample.
    chosen : Sample
        Clusters and strata of the rows.
    level, draws, seed
        As in :class:`cxlib.estimates.Sampling`.
    widen : float
        Factor on standard errors for the columns that were fitted.

    Notes
    -----
    SE² = C/(C−1)·Σ_c (Σ_{i∈c} influence_i)², within strata where there are any; degrees of freedom after Satterthwaite, at most C − 1.
    """
    found = [chosen.spread(np.ascontiguousarray(column)) for column in influence.T]
    se = widen * np.array([spread.se[0] for spread in found])
    df = np.array([spread.steady_df[0] for spread in found])
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * special.stdtr(df, -np.abs(value) / se)
    sums = np.zeros((len(chosen.cluster_ids), len(value)))
    np.add.at(sums, chosen.cluster, influence)
    drawn = np.tile(value[:, None], draws)
    step = max(1, 20_000_000 // max(1, len(sums)))
    for start in range(0, draws, step):
        weights = draw_weights(chosen.cluster_ids, draws=min(step, draws - start), seed=seed, first=start)
        drawn[:, start : start + step] += sums.T @ (weights.astype(float) - 1.0)
    return Inferred(value, se, special.stdtrit(df, (1 + level) / 2), p, drawn, sums)


def within(value: float, se: float, reach: float) -> tuple[float, float]:
    """Ends of an interval for a share of variance that stays below one (on the scale of log(1 − R²)).

    >>> [round(end, 3) for end in within(0.4, 0.05, 2.0)]
    [0.291, 0.492]
    """
    if not value < 1:
        return float("nan"), float("nan")
    half = reach * se / (1 - value)
    return max(0.0, float(1 - (1 - value) * np.exp(half))), float(1 - (1 - value) * np.exp(-half))
