"""Weighted least squares whose standard errors hold with clusters, few or uneven ones too, and whose draws align."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from cxlib.estimates.bootstrap import draw_weights

__all__ = ["Contrasts", "Regression", "regress"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NEGLIGIBLE = 1e-9  # of the largest eigenvalue, below which columns of equal length are linearly dependent


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Linear combinations of coefficients: value, standard error and degrees of freedom, one of each a combination.

    Attributes
    ----------
    value, se, df : array (k,)
        Missing where the data do not tell the combination; ``se`` and ``df`` also where there is a single cluster.
    influence : array (clusters, k)
        What each cluster adds to the deviation from the truth; the squares add up to ``se²``.
    """

    value: Floats
    se: Floats
    df: Floats
    influence: Floats

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the ends of the t intervals of this level."""
        half = special.stdtrit(self.df, (1 + level) / 2) * self.se
        return self.value - half, self.value + half

    def p(self) -> Floats:
        """Return the two-sided p of each combination being zero."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(2 * special.stdtr(self.df, -np.abs(self.value / self.se)), dtype="float64")

    def draws(self, cluster_ids: npt.NDArray[np.object_], *, draws: int, seed: int) -> Floats:
        """Return linearised bootstrap draws that align with those of every other table: combinations × draws.

        Draw b is value + Σ_c (m_cb − 1)·influence_c with the Poisson(1) multiplicity m of cluster c in draw b, so that the draws spread as
        widely as the interval says and never fail where a draw leaves a thin cell empty.
        """
        weights = draw_weights(cluster_ids, draws=draws, seed=seed).astype("float64")
        return np.asarray(self.value[:, None] + self.influence.T @ (weights - 1.0))


@dataclass(frozen=True, eq=False)
class Regression:
    """A fitted weighted regression.

    Attributes
    ----------
    coefficients : array (p,)
        Of columns that depend on others, the shortest solution; ask :meth:`contrasts`, which knows what the data tell.
    residuals : array (n,)
    """

    coefficients: Floats
    residuals: Floats
    _null: Floats
    _bread: Floats
    _meat: Floats
    _x: Floats
    _weight: Floats
    _cluster: npt.NDArray[np.intp]
    _adjusted: Floats

    def contrasts(self, combinations: Floats) -> Contrasts:
        """Return linear combinations of the coefficients with bias-reduced clustered standard errors.

        Parameters
        ----------
        combinations : array (k, p)

        Notes
        -----
        CR2 with working independence (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018) and Satterthwaite's degrees of freedom. Same as R:
        ``clubSandwich::coef_test(lm(…, weights), vcov = "CR2", cluster)``.
        """
        told = np.asarray((np.abs(self._null @ combinations.T) < 1e-6).all(axis=0))
        value = np.where(told, combinations @ self.coefficients, np.nan)
        clusters = int(self._cluster.max(initial=-1)) + 1
        factors = self._adjusted @ combinations.T
        influence = _by_cluster(factors * self.residuals[:, None], self._cluster, clusters)
        influence[:, ~told] = 0.0
        if clusters < 2:
            missing = np.full(len(combinations), np.nan)
            return Contrasts(value, missing, missing, influence)
        df = np.array([self._df(factors[:, k], clusters) if told[k] else np.nan for k in range(len(combinations))])
        return Contrasts(value, np.where(told, np.sqrt((influence**2).sum(axis=0)), np.nan), df, influence)

    def _df(self, factor: Floats, clusters: int) -> float:
        """Satterthwaite's 2V²/Var(V) of the variance estimate when errors are independent and alike."""
        own = np.bincount(self._cluster, factor**2, minlength=clusters)
        weighted = _by_cluster(self._x * (self._weight * factor)[:, None], self._cluster, clusters)
        spread = _by_cluster(self._x * factor[:, None], self._cluster, clusters) @ self._bread
        shared = -2 * (weighted * spread).sum(axis=1) + ((spread @ self._meat) * spread).sum(axis=1)
        zero, one = np.zeros_like(self._bread), np.eye(len(self._bread))
        middle = np.block([[zero, -one], [-one, self._meat]])
        both = np.hstack([weighted, spread])
        crossed = middle @ (both.T @ both)
        squared = (own**2).sum() + 2 * (own * shared).sum() + (crossed * crossed.T).sum()
        return float((own + shared).sum() ** 2 / squared) if squared > 0 else float("nan")


def regress(x: Floats, y: Floats, *, weight: Floats, cluster: npt.NDArray[np.intp]) -> Regression:
    """Fit y on the columns of x by weighted least squares.

    Parameters
    ----------
    x : array (n, p)
        The intercept's column of ones included.
    y, weight : array (n,)
    cluster : array (n,) of int
        Codes from 0; a code of its own for every row where rows are independent.

    >>> fit = regress(np.array([[1.0, 0], [1, 1], [1, 2], [1, 3]]), np.array([1.0, 2, 4, 5]), weight=np.ones(4), cluster=np.arange(4))
    >>> fit.coefficients.round(3)
    array([0.9, 1.4])
    """
    weighted = x * weight[:, None]
    gram = x.T @ weighted
    length = np.sqrt(np.diag(gram))
    scale = np.divide(1.0, length, out=np.ones_like(length), where=length > 0)
    values, vectors = np.linalg.eigh(gram * np.outer(scale, scale))
    kept = values > NEGLIGIBLE * values[-1]
    basis = vectors[:, kept] * scale[:, None]
    bread = (basis / values[kept]) @ basis.T
    coefficients = bread @ (weighted.T @ y)
    meat = weighted.T @ weighted
    adjusted = _adjusted(x, weight, cluster, bread, meat)
    null = (vectors[:, ~kept] * scale[:, None]).T
    null = null / np.maximum(np.abs(null).max(axis=1, keepdims=True), np.finfo(float).tiny)
    return Regression(coefficients, y - x @ coefficients, null, bread, meat, x, weight, cluster, adjusted)


def _by_cluster(values: Floats, cluster: npt.NDArray[np.intp], clusters: int) -> Floats:
    if clusters == len(values) and (cluster == np.arange(clusters)).all():
        return values
    sums = np.zeros((clusters, values.shape[1]))
    np.add.at(sums, cluster, values)
    return sums


def _adjusted(x: Floats, weight: Floats, cluster: npt.NDArray[np.intp], bread: Floats, meat: Floats) -> Floats:
    """Return A_c W_c X_c M under one another: A_c = B_c^(−1/2), B_c the residuals' covariance."""
    made = weight[:, None] * (x @ bread)
    own = ((x @ bread @ meat @ bread) * x).sum(axis=1) - 2 * weight * ((x @ bread) * x).sum(axis=1) + 1.0
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(cluster[order]) != 0]) if len(order) else order
    sizes = np.diff(np.r_[starts, len(order)])
    single = order[starts[sizes == 1]]
    root = np.sqrt(np.maximum(own[single], 0.0))
    made[single] *= np.divide(1.0, root, out=np.zeros_like(root), where=own[single] > NEGLIGIBLE)[:, None]
    inner = np.block([[bread @ meat @ bread, -bread], [-bread, np.zeros_like(bread)]])
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        rows = order[start : start + size]
        both = np.hstack([x[rows], weight[rows, None] * x[rows]])
        made[rows] = _rooted(both, inner) @ made[rows]
    return made


def _rooted(both: Floats, inner: Floats) -> Floats:
    """Return (I + both·inner·both′)^(−1/2); directions of no variance drop out."""
    size, rank = both.shape
    basis = np.eye(size)
    core = both @ inner @ both.T
    if size > rank:  # the rest of the space is left as it is
        basis, triangle = np.linalg.qr(both)
        core = triangle @ inner @ triangle.T
    values, vectors = np.linalg.eigh((core + core.T) / 2 + np.eye(len(core)))
    root = np.divide(1.0, np.sqrt(np.maximum(values, 0.0)), out=np.zeros_like(values), where=values > NEGLIGIBLE)
    turned = basis @ vectors
    return np.asarray(np.eye(size) + (turned * (root - 1.0)) @ turned.T)
