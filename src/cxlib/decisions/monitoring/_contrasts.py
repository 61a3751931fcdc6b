"""Sums and differences of many weighted means at once: from wave to wave, between questions, between touchpoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, special

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent

__all__ = ["Means", "cell_means"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Means:
    """Weighted means of cells, and how each cluster of people moves them.

    Attributes
    ----------
    value : array (cells,)
    influence : sparse array (clusters, cells)
        By how much each cluster moves each mean; sums to zero in every cell.
    people : sparse array (people, cells)
        Who answered in which cell.
    draws : array (cells, draws) or None
    """

    value: Array
    influence: sparse.csr_array
    people: sparse.csr_array
    draws: Array | None

    def contrast(self, signs: Array, level: float) -> dict[str, object]:
        """Return columns of ESTIMATES for Σ sign · mean, one row a row of `signs` (rows, cells)."""
        blank = (np.abs(signs) > 0) @ np.isnan(self.value)
        value = np.where(blank, np.nan, signs @ np.nan_to_num(self.value))  # what has no part in a contrast may be unknown
        own = sparse.csr_array(np.abs(signs).T > 0).astype("float64")
        moved = (self.influence @ sparse.csr_array(signs.T)).toarray()
        inside = (abs(self.influence) @ own).toarray() > 0
        count = inside.sum(axis=0)
        squares, fourth = (moved**2).sum(axis=0), (moved**4).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            se = np.sqrt(squares * count / (count - 1))
            steady = 2 * squares**2 / np.maximum(fourth - squares**2 / count, 1e-300)
            df = np.where(count > 1, np.minimum(count - 1.0, np.maximum(steady, 1.0)), np.nan)
            half = special.stdtrit(df, (1 + level) / 2) * se
        n = ((self.people @ own).toarray() > 0).sum(axis=0)
        told: dict[str, object] = {"value": value, "low": value - half, "high": value + half, "n": n, "n_eff": count.astype("float64")}
        told |= {"method": "t, linearised", "note": np.where(count > 1, "", "n < 2")}
        with np.errstate(invalid="ignore", divide="ignore"):
            told["p"] = 2 * special.stdtr(df, -np.abs(value) / se)
        if self.draws is not None:
            told["draws"] = np.where(blank[:, None], np.nan, signs @ np.nan_to_num(self.draws))
        return told


def cell_means(answers: pd.DataFrame, cell: npt.NDArray[np.intp], size: int, options: Sampling) -> Means:
    """Lay out the means of cells of answers.

    Parameters
    ----------
    answers : DataFrame
        Answered rows of *responses*.
    cell : array of int
        The cell of each row.
    size : int
        How many cells there are.
    options : Sampling
        Weights default to the table's own, clusters to the respondent.

    Notes
    -----
    Influence of cluster c on mean k: Σ_{i∈c,k} w_i(y_i − ȳ_k)/W_k. A contrast's variance is C/(C−1) times the sum of its squared
    influences over the C clusters that have a part in it, so that people who answered in both waves count as what they are.
    """
    chosen = by_respondent(options)
    y = answers["value"].to_numpy(dtype="float64")
    name = chosen.get("weight")
    weight = answers[name].to_numpy(dtype="float64") if name and name in answers else np.ones(len(y))
    own = "only " + answers["respondent_id"].astype("str")
    named = chosen["cluster"] or "respondent_id"
    cluster = answers[named].astype("str").fillna(own) if named in answers else own
    codes, ids = pd.factorize(cluster)
    people, persons = pd.factorize(answers["respondent_id"].astype("str"))
    total = np.bincount(cell, weights=weight, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(cell, weights=weight * y, minlength=size) / total
        part = weight * (y - mean[cell]) / total[cell]
    influence = sparse.csr_array((part, (codes, cell)), shape=(len(ids), size))
    who = sparse.csr_array((np.ones(len(y)), (people, cell)), shape=(len(persons), size))
    draws = None
    if chosen.get("draws"):
        weights = estimates.draw_weights(np.asarray(ids, dtype=object), draws=int(chosen["draws"] or 0), seed=int(chosen.get("seed") or 1))
        tops = sparse.csr_array((weight * y, (cell, codes)), shape=(size, len(ids))) @ weights
        bottoms = sparse.csr_array((weight, (cell, codes)), shape=(size, len(ids))) @ weights
        with np.errstate(invalid="ignore", divide="ignore"):
            draws = tops / bottoms
    return Means(mean, influence, who, draws)
