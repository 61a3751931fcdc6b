"""Means and covariances where cells are unknown: maximum likelihood under normality (EM, FIML), and what every row adds to it.

Patterns of unknown cells are handled all at once, see :mod:`cxlib.survey.drivers.em`. Λ is the inverse of the known part of the
covariance, zero elsewhere, so that u = Λ(x − μ) gives the filled row μ + Σu, the covariance left Σ − ΣΛΣ, and the score ½(uu' − Λ).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cxlib.survey.drivers.em import Ahead, Gaps, gaps, maximised, precision_of, singular, start_of

__all__ = ["Normal", "fit_moments", "fit_normal", "predicted", "varying"]

ITERATIONS, TOLERANCE = 500, 1e-7


@dataclass(frozen=True, eq=False)
class Normal:
    """A normal distribution fitted to rows with unknown cells.

    Attributes
    ----------
    mean : array (q,)
    covariance : array (q, q)
    pattern : array (n,)
        Number of each row's pattern.
    known : array (patterns, q) of bool
    inverse : array (patterns, q, q)
        Λ.
    score : array (n, q)
        u = Λ(x − μ).
    rest : array (patterns, q, q)
        ΛVΛ where known cells are themselves estimates with covariance V; else zero.
    weight : array (n,)
    iterations : int
    converged : bool
    """

    mean: np.ndarray
    covariance: np.ndarray
    pattern: np.ndarray
    known: np.ndarray
    inverse: np.ndarray
    score: np.ndarray
    rest: np.ndarray
    weight: np.ndarray
    iterations: int
    converged: bool

    @property
    def rows(self) -> np.ndarray:
        """The rows with unknown cells filled by what the known ones let expect, array (n, q)."""
        return np.asarray(self.mean + self.score @ self.covariance)

    @cached_property
    def left(self) -> np.ndarray:
        """Covariance of a pattern's cells given what is known of them, array (patterns, q, q)."""
        sigma = self.covariance
        return np.asarray(sigma - sigma @ (self.inverse - self.rest) @ sigma)

    def influence(self, slope: np.ndarray, slope_mean: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return how every row moves figures that depend on the covariance.

        Parameters
        ----------
        slope : array (k, q, q)
            Symmetric derivatives of k figures by the covariance.
        slope_mean : array (k, q), optional
            Their derivatives by the mean; zero when left out.

        Returns
        -------
        influence : array (n, k)
            Weighted; a row left out moves figure k by about −influence.
        inner_mean, inner_covariance : arrays (k, q), (k, q, q)
            The slope carried through the inverse of the information; a row's influence is its score along them.

        Notes
        -----
        Scores times the inverse of the observed information, which makes the variance a sandwich: it holds without normality too
        (White 1982; Yuan & Bentler 2000).
        """
        along_mean, along = _solved(self, slope, np.zeros(slope.shape[:2]) if slope_mean is None else slope_mean)
        quadratic = 0.5 * np.einsum("ni,kij,nj->nk", self.score, along, self.score, optimize=True)
        constant = 0.5 * np.einsum("pij,kij->pk", self.rest - self.inverse, along, optimize=True)
        scored = quadratic + constant[self.pattern] + self.score @ along_mean.T
        return self.weight[:, None] * scored, along_mean, along


def fit_normal(
    rows: np.ndarray,
    weight: np.ndarray,
    *,
    spread: tuple[np.ndarray, np.ndarray] | None = None,
    prior: float = 0.0,
    start: tuple[np.ndarray, np.ndarray] | None = None,
    tolerance: float = TOLERANCE,
) -> Normal:
    """Fit mean and covariance to rows with unknown cells by maximum likelihood.

    Parameters
    ----------
    rows : array (n, q)
        NaN where unknown; unknown at random given what is known.
    weight : array (n,)
    spread : (array (n,), array (m, q, q)), optional
        Number of each row's entry, and the covariances of known cells that are estimates themselves.
    prior : float
        Rows' worth of a prior that says the columns are uncorrelated; keeps pairs that nobody answered together from running off.
    start : (mean, covariance), optional
        Where to begin.
    tolerance : float
        Largest last step, in units of the columns' scale.

    Returns
    -------
    Normal

    Notes
    -----
    EM (Dempster, Laird & Rubin 1977): μ ← μ + Σ·mean(u), Σ ← Σ + Σ·mean(uu' − Λ + ΛVΛ)·Σ − (its part from the mean), until nothing moves by
    `tolerance`.

    >>> fitted = fit_normal(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 5.0], [4.0, np.nan]]), np.ones(4))
    >>> fitted.mean.round(2).tolist()
    [2.5, 4.42]
    """
    cells, share = gaps(rows), weight / weight.sum()
    entry = np.zeros(len(rows), dtype=int) if spread is None else spread[0]
    both, pattern = np.unique(np.column_stack([cells.pattern, entry]), axis=0, return_inverse=True)
    pattern, of_cells, extra = pattern.reshape(-1), both[:, 0], None if spread is None else spread[1][both[:, 1]]
    fitted = _iterated(cells, share, _summed(cells, share, pattern, of_cells, extra), prior / len(weight), start, tolerance)
    precision, _ = precision_of(fitted.covariance)
    centred, left = cells.filled(fitted.mean, precision)
    inverse = cells.inverses(precision, left)[of_cells]
    rest = np.zeros_like(inverse) if extra is None else inverse @ extra @ inverse
    found = fitted.mean, fitted.covariance, pattern, cells.known[of_cells], inverse, centred @ precision, rest, weight
    return Normal(*found, fitted.iterations, fitted.converged)


def fit_moments(
    rows: np.ndarray, weight: np.ndarray, *, start: tuple[np.ndarray, np.ndarray] | None = None, tolerance: float = TOLERANCE
) -> tuple[np.ndarray, np.ndarray]:
    """Return nothing but mean and covariance; parameters as in :func:`fit_normal`.

    >>> fit_moments(np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones(2))[0].tolist()
    [2.0, 3.0]
    """
    fitted = _iterated(gaps(rows), weight / weight.sum(), None, 0.0, start, tolerance)
    return fitted.mean, fitted.covariance


@dataclass(frozen=True, eq=False)
class _Iterated:
    """Where the iterations ended."""

    mean: np.ndarray
    covariance: np.ndarray
    iterations: int
    converged: bool


def _iterated(
    cells: Gaps,
    share: np.ndarray,
    spread: np.ndarray | None,
    ridge: float,
    start: tuple[np.ndarray, np.ndarray] | None,
    tolerance: float,
) -> _Iterated:
    alone = start_of(cells, share)
    mean, sigma = start or alone
    scale = np.sqrt(np.diag(alone[1]))
    at_once = cells.complete and spread is None
    ahead = Ahead(scale)
    for iteration in range(1, ITERATIONS + 1):
        moved, new = maximised(cells, share, spread, mean, sigma)
        new = (new + ridge * np.diag(scale**2)) / (1 + ridge)
        step = max(np.abs(moved / scale).max(), np.abs((new - sigma) / np.outer(scale, scale)).max())
        if at_once or step < tolerance:
            return _Iterated(mean + moved, (new + new.T) / 2, iteration, True)
        mean, sigma = ahead.of(mean, sigma, mean + moved, (new + new.T) / 2)
    return _Iterated(mean, sigma, ITERATIONS, False)


def _summed(cells: Gaps, share: np.ndarray, pattern: np.ndarray, of_cells: np.ndarray, extra: np.ndarray | None) -> np.ndarray | None:
    """Return the weighted sum of the covariances of known cells over all rows that lack the same cells, array (patterns of cells, q, q)."""
    if extra is None:
        return None
    total = np.zeros((len(cells.known), *extra.shape[1:]))
    np.add.at(total, of_cells, np.bincount(pattern, share)[:, None, None] * extra)
    return total


def predicted(rows: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return what known cells let expect of the last column, array (n,).

    Parameters
    ----------
    rows : array (n, q − 1)
        NaN where unknown.
    mean, covariance : arrays (q,), (q, q)

    >>> predicted(np.array([[2.0], [np.nan]]), np.array([1.0, 5.0]), np.array([[1.0, 0.5], [0.5, 1.0]])).tolist()
    [5.5, 5.0]
    """
    precision, _ = precision_of(covariance)
    centred, _ = gaps(np.column_stack([rows, np.full(len(rows), np.nan)])).filled(mean, precision)
    return np.asarray(mean[-1] + centred[:, -1])


def _solved(normal: Normal, slope: np.ndarray, slope_mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Carry derivatives by the covariance through the inverse of the observed information (sum over rows)."""
    size, count = len(normal.mean), len(normal.known)
    rows, columns = np.triu_indices(size)
    half = np.where(rows == columns, 1.0, 2.0)
    of_pattern = np.bincount(normal.pattern, normal.weight, minlength=count)
    weighted = normal.score * normal.weight[:, None]
    squares = np.zeros((count, size, size))
    np.add.at(squares, normal.pattern, weighted[:, :, None] * normal.score[:, None, :])
    squares += of_pattern[:, None, None] * (normal.rest - 0.5 * normal.inverse)
    flat = normal.inverse.reshape(count, -1)
    crossed = (flat.T @ squares.reshape(count, -1)).reshape((size,) * 4)  # Λ_ik · C_lj
    crossed = crossed + crossed.transpose(2, 3, 0, 1)
    information = 0.5 * crossed.transpose(0, 3, 1, 2)  # [i, j, k, l]
    information = 0.5 * (information + information.transpose(0, 1, 3, 2))
    inner = information[rows, columns][:, rows, columns] * np.outer(half, half)
    sums = np.zeros((count, size))
    np.add.at(sums, normal.pattern, weighted)
    mixed = (flat.T @ sums).reshape((size,) * 3)  # Λ_ik · u_l
    mixed = 0.5 * (mixed + mixed.transpose(0, 2, 1))[:, rows, columns] * half
    mean = np.einsum("p,pij->ij", of_pattern, normal.inverse)
    full = np.block([[mean, mixed], [mixed.T, inner]])
    right = np.concatenate([slope_mean, slope[:, rows, columns] * half], axis=1)
    solved = (np.linalg.lstsq(full, right.T)[0] if singular(normal.covariance) else np.linalg.solve(full, right.T)).T
    along = np.zeros((len(slope), size, size))
    along[:, rows, columns] = along[:, columns, rows] = solved[:, size:]
    return solved[:, :size], along


def varying(table: np.ndarray) -> np.ndarray:
    """Tell which columns predict anything: a few answers may all be alike, or missing, in a part of the rows; the last column stays.

    >>> varying(np.array([[1.0, 2.0, 0.0], [1.0, np.nan, 0.0], [1.0, 3.0, 0.0]])).tolist()
    [False, True, True]
    """
    known = ~np.isnan(table)
    low, high = np.where(known, table, np.inf).min(axis=0), np.where(known, table, -np.inf).max(axis=0)
    return np.append((high > low)[:-1], True)
