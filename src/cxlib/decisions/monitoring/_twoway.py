"""Effect of an action: rates or means of several groups over several steps of time, in some of which it was at work in some groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cxlib import estimates

__all__ = ["Effect", "Panel", "fitted"]

ROUNDS, CLOSE = 50, 1e-10
FEW_FREE = 8  # cells beyond the parameters below which nothing is learned from them about what befalls a whole group at once

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """What happened in each group and step, by the units that are independent of each other.

    Attributes
    ----------
    table : DataFrame
        ``cluster``, ``level`` (group), ``treated`` (bool: the group has the action), ``step`` (whole number; 0 is the first with it),
        ``top`` (events, or weighted sum of answers) and ``bottom`` (exposure, or sum of weights); one row a cluster, group and step.
    log : bool
        Whether effects multiply (rates) or add (means).
    """

    table: pd.DataFrame
    log: bool

    def where(self, chosen: pd.Series) -> Panel:
        """Return the panel of some of its rows."""
        return Panel(self.table[chosen].reset_index(drop=True), self.log)


@dataclass(frozen=True, eq=False)
class Effect:
    """An effect on the scale on which it adds (logs of ratios for rates), with what its interval needs.

    Attributes
    ----------
    value, se, df : float
        NaN where it cannot be told.
    shocks : bool
        Whether the spread allows for what befalls a whole group in one step.
    draws : ndarray or None
    note : str
        Why there is no value, or "".
    clusters : float
        How many units that are independent of each other stand behind it.
    """

    value: float
    se: float
    df: float
    shocks: bool = False
    draws: Array | None = None
    note: str = ""
    clusters: float = float("nan")

    def ends(self, level: float) -> tuple[float, float]:
        """Return the interval at a level."""
        reach = float(special.stdtrit(self.df, (1 + level) / 2)) * self.se
        return self.value - reach, self.value + reach


def fitted(panel: Panel, *, slope: bool = False, draws: int = 0, seed: int = 1) -> Effect:
    """Estimate how groups with the action differ since its start from what groups without it lead one to expect.

    Parameters
    ----------
    panel : Panel
    slope : bool
        Whether the trend by which the two sides part, per step, is wanted in place of the effect.
    draws, seed
        See :class:`cxlib.estimates.Sampling`.

    Notes
    -----
    E(top) = bottom · g(α_level + γ_step + δ·D), g = exp for rates (Poisson pseudo-likelihood) and the identity for means; D = 1 in groups
    with the action from step 0 on, or step · treated for the slope. Groups may differ in level, and a season that befalls all of them drops
    out. With h the row of δ in (X'WX)⁻¹X' and r = top − bottom·g, the influence of cluster c in cell k is u_ck = h_k·r_ck. Variance:
    C/(C−1)·Σ_c(Σ_k u_ck)² (customers over time), plus what cells (group × step) spread beyond their customers,
    max(0, Σ_k(Σ_c u_ck)²/(1 − leverage_k) − Σ_ck u_ck²) (Cameron, Gelbach & Miller 2011, without letting the second part be negative;
    HC2), where at least eight cells are left over. t with Satterthwaite's degrees of freedom, those of the cells where they count.
    """
    table = _usable(panel)
    sides = table.groupby("treated")["step"].agg([lambda step: bool((step < 0).any()), lambda step: bool((step >= 0).any())])
    if len(sides) < 2 or (not slope and not sides.to_numpy().all()):
        return Effect(np.nan, np.nan, np.nan, note="no comparison" if len(sides) < 2 else "no steps on both sides")
    cells = table.groupby(["level", "step"], sort=True).agg(treated=("treated", "first")).reset_index()
    cell = pd.MultiIndex.from_frame(cells[["level", "step"]]).get_indexer(pd.MultiIndex.from_frame(table[["level", "step"]]))
    effect = cells["treated"].to_numpy() * (cells["step"].to_numpy() if slope else (cells["step"] >= 0).to_numpy())
    design = _design(cells, effect.astype("float64"))
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return Effect(np.nan, np.nan, np.nan, note="no comparison")
    codes, ids = pd.factorize(table["cluster"].astype("str"))
    tops, bottoms = table["top"].to_numpy(dtype="float64"), table["bottom"].to_numpy(dtype="float64")
    sums = [np.bincount(cell, weights=part, minlength=len(cells)).astype("float64")[:, None] for part in (tops, bottoms)]
    beta, bread, level = _solve(design, sums[0], sums[1], panel.log)
    if not np.isfinite(beta[-1, 0]):
        return Effect(np.nan, np.nan, np.nan, note="no events")
    inverse = np.linalg.inv(bread[0])
    influence = (design @ inverse[-1])[cell] * (tops - level[cell, 0] * bottoms)
    weight = sums[1][:, 0] * (level[:, 0] if panel.log else 1.0)
    kept = 1 - weight * np.einsum("kp,pq,kq->k", design, inverse, design)
    se, df, shocks = _spread(influence, codes, cell, kept)
    drawn = None
    if draws:
        weights = estimates.draw_weights(np.asarray(ids, dtype=object), draws=draws, seed=seed)
        parts = [_summed(cell, part, weights[codes], len(cells)) for part in (tops, bottoms)]
        drawn = _solve(design, parts[0], parts[1], panel.log)[0][-1]
    return Effect(float(beta[-1, 0]), se, df, shocks, drawn, "" if len(ids) > 1 else "n < 2", float(len(ids)))


def _usable(panel: Panel) -> pd.DataFrame:
    """Leave out cells without exposure and, for rates, groups and steps without an event, of which a ratio knows nothing."""
    table = panel.table
    table = table[table.groupby(["level", "step"])["bottom"].transform("sum") > 0]
    if panel.log and len(table):
        for name in ("step", "level"):
            table = table[table.groupby(name)["top"].transform("sum") > 0]
    return table


def _design(cells: pd.DataFrame, effect: Array) -> Array:
    """Return columns for every group, every step but the first, and the effect."""
    level, step = (pd.get_dummies(cells[name], dtype="float64").to_numpy() for name in ("level", "step"))
    return np.column_stack([level, step[:, 1:], effect])


def _solve(design: Array, top: Array, bottom: Array, log: bool) -> tuple[Array, Array, Array]:
    """Return coefficients (a column a draw), the bread of each draw and the fitted level of each cell."""
    if not log:
        bread = _bread(design, bottom)
        beta = _solved(bread, design.T @ top)
        return beta, bread, design @ beta
    rough = np.log((top + 0.5) / np.maximum(bottom, 1e-12))
    beta = _solved(_bread(design, top + 0.5), design.T @ ((top + 0.5) * rough))
    bread = np.empty(0)
    for _ in range(ROUNDS):
        expected = bottom * np.exp(np.clip(design @ beta, -40, 40))
        bread = _bread(design, expected)
        change = _solved(bread, design.T @ (top - expected))
        beta = beta + np.clip(change, -2, 2)
        if not np.abs(change).max() > CLOSE:
            break
    return np.where(np.abs(beta) > 30, np.nan, beta), bread, np.exp(np.clip(design @ beta, -40, 40))


def _bread(design: Array, weight: Array) -> Array:
    """Return X'WX for every column of weights."""
    size = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), size * size)
    return np.asarray((weight.T @ products).reshape(-1, size, size))


def _solved(bread: Array, score: Array) -> Array:
    """Solve one system a draw; a ridge far below every figure keeps draws that miss a group from failing."""
    size = bread.shape[1]
    ridge = 1e-12 * np.trace(bread, axis1=1, axis2=2)[:, None, None] / size * np.eye(size)
    return np.asarray(np.linalg.solve(bread + ridge, score.T[:, :, None])[:, :, 0].T)


def _spread(influence: Array, codes: npt.NDArray[np.intp], cell: npt.NDArray[np.intp], kept: Array) -> tuple[float, float, bool]:
    """Return standard error, degrees of freedom, and whether what befalls whole groups is in it.

    `kept` is what the fit leaves of each cell's own departure, 1 less its leverage.
    """
    by_cluster = np.bincount(codes, weights=influence).astype("float64")
    count = len(by_cluster)
    if count < 2:
        return float("nan"), float("nan"), False
    customers = float((by_cluster**2).sum()) * count / (count - 1)
    df = min(count - 1.0, _effective(by_cluster))
    free = float(kept.sum())
    if free < FEW_FREE - 0.5:
        return float(np.sqrt(customers)), df, False
    by_cell = np.bincount(cell, weights=influence, minlength=len(kept)).astype("float64") / np.sqrt(np.maximum(kept, 1e-6))
    shared = float((by_cell**2).sum()) - float((influence**2).sum())
    if shared > 0:
        df = min(df, _effective(by_cell), free)
    return float(np.sqrt(customers + max(shared, 0.0))), df, True


def _effective(influence: Array) -> float:
    """Degrees of freedom of a sum of squares of which a few make the most (Satterthwaite)."""
    squares, fourth = float((influence**2).sum()), float((influence**4).sum())
    return max(2 * squares**2 / max(fourth - squares**2 / len(influence), 1e-300), 1.0)


def _summed(cell: npt.NDArray[np.intp], part: Array, weights: Array, size: int) -> Array:
    """Sums of a part by cell, one column a draw."""
    from scipy import sparse

    return np.asarray(sparse.csr_array((part, (cell, np.arange(len(cell)))), shape=(size, len(cell))) @ weights)
