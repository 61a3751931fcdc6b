"""Means and covariances of a design's columns, and how every row moves figures that are made of them.

Complete rows give them by themselves. Where cells are unknown they come from :mod:`cxlib.survey.drivers.missing`. An item that some
never used and others met without answering needs one step more: what its users answered is fitted among users first (a rating of
somebody who never used it is unknown there, and is zero in the columns), then filled in with what is left open of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxlib.survey.drivers.missing import Normal, fit_normal

__all__ = ["Moments", "moments"]

PRIOR = 1.0  # rows' worth, for ratings that hardly anybody gave together


@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of a design.

    Attributes
    ----------
    mean : array (q,)
    covariance : array (q, q)
    rows : array (n, q)
        Columns with unknown cells filled by their expectation.
    weight : array (n,)
    normal : Normal or None
        The fit over unknown cells; None where every cell is known.
    first : Normal or None
        The fit among users that came before it.
    open_ratings : array (n, items) of bool
        Cells filled by `first`.
    """

    mean: np.ndarray
    covariance: np.ndarray
    rows: np.ndarray
    weight: np.ndarray
    normal: Normal | None = None
    first: Normal | None = None
    open_ratings: np.ndarray | None = None

    @property
    def method(self) -> str:
        """How unknown cells were dealt with."""
        return "complete" if self.normal is None else "EM"

    def among(self, some: np.ndarray) -> np.ndarray:
        """Return the covariance among some of the rows."""
        weight = np.where(some, self.weight, 0.0) / self.weight[some].sum()
        centred = self.rows - weight @ self.rows
        covariance = (centred * weight[:, None]).T @ centred
        if self.normal is not None:
            of_pattern = np.bincount(self.normal.pattern, weight, minlength=len(self.normal.known))
            covariance = covariance + np.einsum("p,pij->ij", of_pattern, self.normal.left)
        return np.asarray(covariance)

    def imputed(self, rng: np.random.Generator) -> np.ndarray:
        """Return the rows with unknown cells drawn from what the known ones leave open, array (n, q)."""
        if self.normal is None:
            return self.rows
        values, vectors = np.linalg.eigh(self.normal.left)
        root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
        noise = rng.normal(size=self.rows.shape)
        return np.asarray(self.rows + np.einsum("nij,nj->ni", root[self.normal.pattern], noise))

    def influence(self, slope: np.ndarray) -> np.ndarray:
        """Return how every row moves k figures whose derivatives by the covariance are `slope`, array (n, k); it carries the weight."""
        if self.normal is None:
            centred = self.rows - self.mean
            moved = np.einsum("ni,kij,nj->nk", centred, slope, centred, optimize=True)
            return np.asarray(self.weight[:, None] / self.weight.sum() * (moved - np.einsum("kij,ij->k", slope, self.covariance)))
        influence, along_mean, along = self.normal.influence(slope)
        if self.first is not None and self.open_ratings is not None:
            influence = influence + _through_first(self.first, self.normal, self.open_ratings, along_mean, along)
        return influence


def moments(table: np.ndarray, weight: np.ndarray, met: np.ndarray, use: np.ndarray) -> Moments:
    """Estimate mean and covariance of a design's columns.

    Parameters
    ----------
    table, weight, met, use : arrays
        As in :class:`cxlib.survey.drivers.design.Design`.

    Returns
    -------
    Moments
        Independent of the centre that was taken off the ratings.
    """
    items, unknown = met.shape[1], np.isnan(table)
    if not unknown.any():
        mean = np.average(table, axis=0, weights=weight)
        centred = table - mean
        return Moments(mean, (centred * weight[:, None]).T @ centred / weight.sum(), table, weight)
    open_ratings = unknown[:, :items] & (met == 1) & (use >= 0)
    if not open_ratings.any():
        normal = _settled(table, weight, None)
        return Moments(normal.mean, normal.covariance, normal.rows, weight, normal)
    ratings = np.column_stack([np.where(met == 0, np.nan, table[:, :items]), table[:, -1]])
    first = fit_normal(ratings, weight, prior=PRIOR)
    rows = table.copy()
    rows[:, :items] = np.where(open_ratings, first.rows[:, :items], rows[:, :items])
    normal = _settled(rows, weight, _left_open(first, open_ratings, rows.shape[1]))
    return Moments(normal.mean, normal.covariance, normal.rows, weight, normal, first, open_ratings)


def _settled(rows: np.ndarray, weight: np.ndarray, spread: tuple[np.ndarray, np.ndarray] | None) -> Normal:
    """Fit without a prior; where the likelihood has no maximum inside, with one, so that no figure hangs on when a search is stopped."""
    found = fit_normal(rows, weight, spread=spread)
    return found if found.converged else fit_normal(rows, weight, spread=spread, prior=PRIOR)


def _left_open(first: Normal, cells: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which entry each row has, and the covariances of filled cells."""
    items = cells.shape[1]
    unique, entry = np.unique(np.column_stack([first.pattern, cells]), axis=0, return_inverse=True)
    mask = unique[:, 1:].astype(bool)
    covariance = np.zeros((len(unique), size, size))
    covariance[:, :items, :items] = first.left[unique[:, 0]][:, :items, :items] * (mask[:, :, None] & mask[:, None, :])
    return entry.reshape(-1), covariance


def _through_first(first: Normal, normal: Normal, cells: np.ndarray, along_mean: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Return what rows move by way of the fit among users that filled `cells`.

    What a change of the first fit does to a row's filled cells, and these to the second fit's score, is one matrix a pattern; sums over
    rows of its products with the scores serve all figures at once.
    """
    some = np.flatnonzero(cells.any(axis=1))
    there, row, of_row = np.unique(normal.pattern[some], return_index=True, return_inverse=True)
    row, weight, items, size, width = some[row], normal.weight[some], cells.shape[1], len(first.mean), len(normal.mean)
    keep = np.eye(size) - first.covariance @ first.inverse[first.pattern[row]]
    onto = (keep[:, :items] * cells[row][:, :, None]).transpose(0, 2, 1) @ normal.inverse[there][:, :items]  # (patterns, size, width)
    flat, scores = onto.reshape(len(there), -1), np.column_stack([normal.score[some], np.ones(len(some))])
    before = np.column_stack([first.score[some], np.ones(len(some))])
    products = np.zeros((len(there), width + 1, size + 1))
    np.add.at(products, of_row, (weight[:, None] * scores)[:, :, None] * before[:, None, :])
    moved = (flat.T @ products.reshape(len(there), -1)).reshape(size, width, width + 1, size + 1)
    pull = np.concatenate([along, along_mean[:, :, None]], axis=2)  # by the row's score, and by itself
    tilted = np.einsum("jabl,kab->kjl", moved, pull, optimize=True)
    left = ((flat * products[:, -1, -1][:, None]).T @ flat).reshape(size, width, size, width)
    slope = tilted[:, :, :-1] + np.einsum("jalb,kab->kjl", left, along, optimize=True) / 2
    return first.influence((slope + slope.transpose(0, 2, 1)) / 2, tilted[:, :, -1])[0]
