"""Expectation and maximisation where cells are unknown: rows that lack the same cells at once, and only these cells are solved for.

With the precision K = Σ⁻¹, the unknown cells m of a row are filled with −K_mm⁻¹(K(x − μ))_m, where x − μ is zero in them, and what is left
open of them is K_mm⁻¹: matrices as large as the unknown part, one for all rows that lack the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Ahead", "Gaps", "gaps", "maximised", "precision_of", "singular", "start_of"]

LOOK_BACK = 6  # steps
REPEATED = 1e-7  # of the variance, added where columns repeat one another


@dataclass(frozen=True, eq=False)
class _Alike:
    """Rows that lack equally many cells.

    Attributes
    ----------
    rows : array (r,)
    pattern : array (r,)
        Position of each row's pattern in the arrays below.
    number : array (p,)
        Number of the pattern.
    open : array (p, m)
        Its unknown cells.
    """

    rows: np.ndarray
    pattern: np.ndarray
    number: np.ndarray
    open: np.ndarray

    def inverse(self, precision: np.ndarray) -> np.ndarray:
        """Return what is left open of the unknown cells, array (p, m, m)."""
        return np.asarray(np.linalg.inv(precision[self.open[:, :, None], self.open[:, None, :]]))


@dataclass(frozen=True, eq=False)
class Gaps:
    """Rows sorted by which of their cells are unknown.

    Attributes
    ----------
    rows : array (n, q)
        Zero where unknown.
    there : array (n, q) of bool
    pattern : array (n,)
        Number of each row's pattern.
    known : array (patterns, q) of bool
    alike : list
    """

    rows: np.ndarray
    there: np.ndarray
    pattern: np.ndarray
    known: np.ndarray
    alike: list[_Alike]

    @property
    def complete(self) -> bool:
        """Whether every cell is known."""
        return not self.alike

    def filled(self, mean: np.ndarray, precision: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the rows less the mean, unknown cells filled, array (n, q); and for each of `alike` what is left open of them."""
        centred = np.where(self.there, self.rows - mean, 0.0)
        if self.complete:
            return centred, []
        pulled = centred @ precision
        left = [alike.inverse(precision) for alike in self.alike]
        for alike, inverse in zip(self.alike, left, strict=True):
            cells = alike.rows[:, None], alike.open[alike.pattern]
            centred[cells] = -(inverse[alike.pattern] @ pulled[cells][:, :, None])[:, :, 0]
        return centred, left

    def left_open(self, share: np.ndarray, left: list[np.ndarray]) -> np.ndarray:
        """Return the sum over patterns of `share` times what is left open of their unknown cells, array (q, q)."""
        size = self.rows.shape[1]
        total = np.zeros(size * size)
        for alike, inverse in zip(self.alike, left, strict=True):
            place = alike.open[:, :, None] * size + alike.open[:, None, :]
            total += np.bincount(place.ravel(), (share[alike.number, None, None] * inverse).ravel(), minlength=size * size)
        return total.reshape(size, size)

    def carried(self, spread: np.ndarray, precision: np.ndarray, left: list[np.ndarray]) -> np.ndarray:
        """Return the sum over patterns of the covariances `spread` of their known cells, carried over to the unknown ones, array (q, q)."""
        total = spread.sum(axis=0)
        for alike, inverse in zip(self.alike, left, strict=True):
            onto = inverse @ precision[alike.open]
            across = onto @ spread[alike.number]
            within = across @ onto.transpose(0, 2, 1)
            for cells, both, inner in zip(alike.open, across, within, strict=True):
                total[cells] -= both
                total[:, cells] -= both.T
                total[np.ix_(cells, cells)] += inner
        return np.asarray(total)

    def inverses(self, precision: np.ndarray, left: list[np.ndarray]) -> np.ndarray:
        """Return the inverse of the known part of the covariance, zero elsewhere, array (patterns, q, q)."""
        found = np.tile(precision, (len(self.known), 1, 1))
        for alike, inverse in zip(self.alike, left, strict=True):
            across = precision[:, alike.open].transpose(1, 0, 2)
            found[alike.number] -= across @ inverse @ across.transpose(0, 2, 1)
        return np.asarray(found * (self.known[:, :, None] & self.known[:, None, :]))


def gaps(rows: np.ndarray) -> Gaps:
    """Sort rows by which of their cells are NaN.

    >>> found = gaps(np.array([[1.0, 2.0], [np.nan, 2.0], [3.0, 4.0]]))
    >>> found.pattern.tolist(), found.known.tolist()
    ([1, 0, 1], [[False, True], [True, True]])
    """
    there = ~np.isnan(rows)
    _, first, pattern = np.unique(np.packbits(there, axis=1), axis=0, return_index=True, return_inverse=True)
    pattern, known = pattern.reshape(-1), there[first]
    lacking = (~known).sum(axis=1)
    alike = []
    for count in np.unique(lacking[lacking > 0]):
        number = np.flatnonzero(lacking == count)
        place = np.full(len(known), -1)
        place[number] = np.arange(len(number))
        here = np.flatnonzero(place[pattern] >= 0)
        alike.append(_Alike(here, place[pattern[here]], number, np.nonzero(~known[number])[1].reshape(len(number), count)))
    return Gaps(np.where(there, rows, 0.0), there, pattern, known, alike)


def start_of(cells: Gaps, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance to begin with: of each column by itself."""
    weights = share[:, None] * cells.there
    mean = (weights * cells.rows).sum(axis=0) / weights.sum(axis=0)
    return mean, np.diag((weights * np.where(cells.there, cells.rows - mean, 0.0) ** 2).sum(axis=0) / weights.sum(axis=0))


def singular(sigma: np.ndarray) -> bool:
    """Tell whether columns repeat one another."""
    scale = np.sqrt(np.diag(sigma))
    return bool(np.linalg.eigvalsh(sigma / np.outer(scale, scale))[0] < 1e-10)


def precision_of(sigma: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return the inverse of a covariance, and whether columns that repeat one another had to be told apart for it."""
    repeated = singular(sigma)
    inverse = np.linalg.inv(sigma + REPEATED * np.diag(np.diag(sigma)) if repeated else sigma)
    return (inverse + inverse.T) / 2, repeated


def maximised(
    cells: Gaps, share: np.ndarray, spread: np.ndarray | None, mean: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the next mean less this one, and the next covariance.

    Parameters
    ----------
    cells : Gaps
    share : array (n,)
        Weights that add up to one.
    spread : array (patterns, q, q), optional
        Weighted sum over each pattern's rows of the covariances of known cells that are estimates themselves.
    mean, sigma : arrays (q,), (q, q)
    """
    precision, repeated = precision_of(sigma)
    centred, left = cells.filled(mean, precision)
    moved = share @ centred
    total = (centred * share[:, None]).T @ centred
    total += cells.left_open(np.bincount(cells.pattern, share, minlength=len(cells.known)), left)
    if spread is not None:
        total += cells.carried(spread, precision, left)
    if repeated:  # the step of the covariance itself, not of the one that was made regular
        back = sigma @ precision
        moved, total = back @ moved, back @ total @ back.T + sigma - back @ sigma
    return moved, total - np.outer(moved, moved)


class Ahead:
    """Looks ahead of EM's next step by the last few ones (Anderson 1965; Walker & Ni 2011); EM's own step where that leads astray."""

    def __init__(self, scale: np.ndarray) -> None:
        self.rows, self.columns = np.triu_indices(len(scale))
        self.unit = np.concatenate([scale, (np.outer(scale, scale))[self.rows, self.columns]])
        self.steps: list[np.ndarray] = []
        self.ends: list[np.ndarray] = []

    def of(self, mean: np.ndarray, sigma: np.ndarray, next_mean: np.ndarray, next_sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where to go on from, given where EM's step begins and ends."""
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
