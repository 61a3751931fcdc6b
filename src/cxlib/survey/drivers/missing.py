"""Means and covariances where cells are unknown: maximum likelihood under normality (EM, FIML), and what every row adds to it.

Patterns of unknown cells are handled all at once: Λ is the inverse of the known part of the covariance, zero elsewhere, so that
u = Λ(x − μ) gives the filled row μ + Σu, the covariance left Σ − ΣΛΣ, and the score ½(uu' − Λ) of every row alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Normal", "fit_normal", "predicted"]

ITERATIONS, TOLERANCE = 500, 1e-7
LOOK_BACK = 6  # steps
REPEATED = 1e-7  # of the variance, added where columns repeat one another


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

    @property
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
    EM (Dempster, Laird & Rubin 1977): μ ← μ + Σ·mean(u), Σ ← Σ + Σ·mean(uu' − Λ)·Σ, until nothing moves by `tolerance`.

    >>> fitted = fit_normal(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 5.0], [4.0, np.nan]]), np.ones(4))
    >>> fitted.mean.round(2).tolist()
    [2.5, 4.42]
    """
    key = ~np.isnan(rows) if spread is None else np.column_stack([~np.isnan(rows), spread[0]])
    unique, pattern = np.unique(key, axis=0, return_inverse=True)
    known = unique[:, : rows.shape[1]].astype(bool)
    extra = None if spread is None else spread[1][unique[:, -1].astype(int)]
    pattern = pattern.reshape(-1)
    share = weight / weight.sum()
    of_pattern = np.bincount(pattern, share, minlength=len(known))
    mean, sigma = start if start is not None else _start(rows, share)
    scale = np.sqrt(np.diag(_start(rows, share)[1]))
    ridge = prior / len(weight)
    complete = bool(known.all()) and extra is None
    ahead = _Ahead(scale)
    iteration = 0
    while iteration < ITERATIONS:
        iteration += 1
        inverse, score, rest = _scores(rows, mean, sigma, pattern, known, extra)
        moved = sigma @ (share @ score)
        total = (score * share[:, None]).T @ score + np.einsum("p,pij->ij", of_pattern, rest - inverse)
        new = sigma + sigma @ total @ sigma - np.outer(moved, moved)
        new = (new + ridge * np.diag(scale**2)) / (1 + ridge)
        step = max(np.abs(moved / scale).max(), np.abs((new - sigma) / np.outer(scale, scale)).max())
        if complete or step < tolerance:
            mean, sigma = mean + moved, (new + new.T) / 2
            break
        mean, sigma = ahead.of(mean, sigma, mean + moved, (new + new.T) / 2)
    inverse, score, rest = _scores(rows, mean, sigma, pattern, known, extra)
    return Normal(mean, sigma, pattern, known, inverse, score, rest, weight, iteration, bool(complete or step < tolerance))


class _Ahead:
    """Looks ahead of EM's next step by the last few ones (Anderson 1965; Walker & Ni 2011); EM's own step where that leads astray."""

    def __init__(self, scale: np.ndarray) -> None:
        self.rows, self.columns = np.triu_indices(len(scale))
        self.unit = np.concatenate([scale, (np.outer(scale, scale))[self.rows, self.columns]])
        self.steps: list[np.ndarray] = []
        self.ends: list[np.ndarray] = []

    def of(self, mean: np.ndarray, sigma: np.ndarray, next_mean: np.ndarray, next_sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        size = len(mean)
        end = np.concatenate([next_mean, next_sigma[self.rows, self.columns]]) / self.unit
        step = end - np.concatenate([mean, sigma[self.rows, self.columns]]) / self.unit
        if self.steps and np.linalg.norm(step) > 2 * np.linalg.norm(self.steps[-1]):
            self.steps, self.ends = [], []
        self.steps, self.ends = [*self.steps[-LOOK_BACK:], step], [*self.ends[-LOOK_BACK:], end]
        if len(self.steps) < 3:
            return next_mean, next_sigma
        by_step, by_end = np.diff(self.steps, axis=0).T, np.diff(self.ends, axis=0).T
        guess = (end - by_end @ np.linalg.lstsq(by_step, step, rcond=1e-8)[0]) * self.unit
        found = np.zeros((size, size))
        found[self.rows, self.columns] = found[self.columns, self.rows] = guess[size:]
        scale = self.unit[:size]
        before, after = (np.linalg.eigvalsh(one / np.outer(scale, scale))[0] for one in (next_sigma, found))
        return (guess[:size], found) if after > 0.1 * before > 0 else (next_mean, next_sigma)


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
    full = np.column_stack([rows, np.full(len(rows), np.nan)])
    known, pattern = np.unique(~np.isnan(full), axis=0, return_inverse=True)
    _, score, _ = _scores(full, mean, covariance, pattern.reshape(-1), known, None)
    return np.asarray(mean[-1] + score @ covariance[:, -1])


def _start(rows: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    there = ~np.isnan(rows)
    weights = share[:, None] * there
    mean = (weights * np.where(there, rows, 0.0)).sum(axis=0) / weights.sum(axis=0)
    variance = (weights * np.where(there, rows - mean, 0.0) ** 2).sum(axis=0) / weights.sum(axis=0)
    return mean, np.diag(variance)


def _scores(
    rows: np.ndarray, mean: np.ndarray, sigma: np.ndarray, pattern: np.ndarray, known: np.ndarray, extra: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Λ, u and ΛVΛ."""
    both = known[:, :, None] & known[:, None, :]
    inverse = _inverted(sigma + REPEATED * np.diag(np.diag(sigma)) if _singular(sigma) else sigma, known, both)
    order = np.argsort(pattern, kind="stable")
    centred = np.where(known[pattern], rows - mean, 0.0)[order]
    score, ends = np.empty_like(centred), np.searchsorted(pattern[order], np.arange(len(known) + 1)).tolist()
    for number in range(len(known)):
        here = slice(ends[number], ends[number + 1])
        score[order[here]] = centred[here] @ inverse[number]
    rest = np.zeros_like(inverse) if extra is None else inverse @ extra @ inverse
    return inverse, score, rest


def _inverted(sigma: np.ndarray, known: np.ndarray, both: np.ndarray) -> np.ndarray:
    eye = np.eye(len(sigma))
    return np.asarray(np.linalg.inv(np.where(both, sigma, eye * ~known[:, :, None])) * both)


def _singular(sigma: np.ndarray) -> bool:
    scale = np.sqrt(np.diag(sigma))
    return bool(np.linalg.eigvalsh(sigma / np.outer(scale, scale))[0] < 1e-10)


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
    solved = (np.linalg.lstsq(full, right.T)[0] if _singular(normal.covariance) else np.linalg.solve(full, right.T)).T
    along = np.zeros((len(slope), size, size))
    along[:, rows, columns] = along[:, columns, rows] = solved[:, size:]
    return solved[:, :size], along
