"""How rows were drawn: weights, clusters, strata; and the linearised variance that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import numpy as np
import pandas as pd
from scipy import special  # not scipy.stats, which takes seconds to import

from cxlib.errors import DataError, worded
from cxlib.estimates.arguments import check
from cxlib.estimates.calibration import Calibration, Projection, people_of
from cxlib.estimates.rows import UNKNOWN
from cxlib.tables import ESTIMATE_COLUMNS

__all__ = ["Sample", "Sampling", "Spread", "sample", "weights_of"]


class Sampling(TypedDict, total=False):
    """Keywords that every describing function takes and hands down.

    weight : str
        Column of sampling weights; every row counts 1 when left out.
    cluster : str
        Column whose rows were drawn together (account, customer, run); rows are independent when left out. A row without one (a
        private customer has no account) is drawn together with the rows of its unit alone, the one that ``count`` names.
    stratum : str
        Column of strata; one stratum when left out.
    population : str
        Column with the number of clusters in the row's stratum's population; infinite when left out.
    count : str
        Column whose different values ``n`` counts (respondents, customers); rows are counted when left out.
    calibration : Calibration
        Known margins that the weights were raked to (``survey.weights.Weights.calibration``); they make figures surer that go with
        them. Weights count as fixed when left out.
    level : float
        Confidence level of the intervals, 0.95 when left out.
    draws : int
        Bootstrap draws a row carries in the column ``draws``; none when left out.
    seed : int
        Seeds the draws; 1 when left out.
    """

    weight: str | None
    cluster: str | None
    stratum: str | None
    population: str | None
    count: str | None
    calibration: Calibration | None
    level: float
    draws: int
    seed: int


@dataclass(frozen=True, eq=False)
class Spread:
    """Standard error and degrees of freedom, one value a group; missing where a single cluster says nothing.

    ``steady_df`` are the degrees of freedom that uneven contributions leave: where a few clusters make most of the variance, it is
    known as badly as from a few clusters. 2V²/Var(V) after Satterthwaite (1946), at most ``df``.
    """

    se: np.ndarray
    df: np.ndarray
    steady_df: np.ndarray

    def reach(self, level: float, *, steady: bool = False) -> np.ndarray:
        """Return how many standard errors a t interval of this level reaches to each side."""
        return special.stdtrit(self.steady_df if steady else self.df, (1 + level) / 2)


@dataclass(frozen=True, eq=False)
class Sample:
    """Usable rows of a table as arrays: group, cluster and stratum codes, weights, and what n counts."""

    groups: pd.DataFrame  # one row a group
    group: np.ndarray
    weight: np.ndarray
    cluster: np.ndarray  # codes into cluster_ids
    cluster_ids: np.ndarray
    stratum: np.ndarray | None
    clusters_in_stratum: np.ndarray | None  # population size by stratum
    n: np.ndarray
    unit: np.ndarray  # codes of what n counts
    rows: np.ndarray  # positions in the table
    projection: Projection | None = None  # on the margins that the weights were calibrated to

    @property
    def size(self) -> int:
        """Number of groups."""
        return len(self.groups)

    @cached_property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Every group and cluster that meet, as one number, and which of them a row is."""
        return np.unique(self.group * len(self.cluster_ids) + self.cluster, return_inverse=True)

    def total(self, values: np.ndarray) -> np.ndarray:
        """Weighted total of `values` a group."""
        return np.bincount(self.group, self.weight * values, minlength=self.size)

    def kish(self) -> np.ndarray:
        """Kish's effective sample size a group, (Σw)² / Σw², over what n counts (a unit's rows weigh as their mean)."""
        units = int(self.unit.max(initial=0)) + 1
        weights, group = self.weight, self.group
        if units < len(self.unit):  # else every row is a unit
            pair, position, count = np.unique(group * units + self.unit, return_inverse=True, return_counts=True)
            weights, group = np.bincount(position, weights) / count, pair // units
        sums, squares = (np.bincount(group, values, minlength=self.size) for values in (weights, weights**2))
        return np.divide(sums**2, squares, out=np.zeros(self.size), where=squares > 0)

    def spread(self, influence: np.ndarray, group: np.ndarray | None = None, size: int | None = None) -> Spread:
        """Standard errors from influence values: sums by cluster, variance between clusters within strata.

        Parameters
        ----------
        influence : array of one value a row
            Its sum over a group is zero for ratios and means.
        group, size : optional
            Other groups than the sample's own, as :func:`cxlib.estimates.difference` needs them.
        """
        codes, size = (self.group if group is None else group), (self.size if size is None else size)
        clusters = len(self.cluster_ids)
        pair, position = self._pairs if group is None else np.unique(codes * clusters + self.cluster, return_inverse=True)
        sums = np.bincount(position, influence)
        of_group = pair // clusters
        count = np.bincount(of_group, minlength=size).astype(float)
        if self.projection is not None:  # the margins speak for every cluster, also for those without rows in the group
            table = np.zeros(size * clusters)
            table[pair] = sums
            left = table.reshape(size, clusters) - self.projection.explained(influence, codes, size)
            sums = (left if self.stratum is not None else left - left.mean(axis=1, keepdims=True)).ravel()
            pair = np.arange(size * clusters)
            of_group = pair // clusters
        if self.stratum is None:
            squares = np.bincount(of_group, sums**2, minlength=size)
            df = count - 1
            with np.errstate(invalid="ignore", divide="ignore"):
                se = np.sqrt(np.where(df > 0, squares * count / df, np.nan))
                doubt = np.bincount(of_group, sums**4, minlength=size) - squares**2 / count
            return _spread(se, np.where(df > 0, df, np.nan), squares**2, doubt)
        return self._stratified(sums, of_group, pair % clusters, size)

    def correlation(self, influence: np.ndarray, here: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Correlation of the figures of two groups, from clusters that have rows in both; one value a pair of group codes."""
        clusters = len(self.cluster_ids)
        pair, position = self._pairs
        sums, of_group, of_cluster = np.bincount(position, influence), pair // clusters, pair % clusters
        found = np.zeros(len(here))
        for number, codes in enumerate(zip(here, there, strict=True)):
            one, other = (np.bincount(of_cluster[of_group == code], sums[of_group == code], minlength=clusters) for code in codes)
            size = np.sqrt((one**2).sum() * (other**2).sum())
            found[number] = (one * other).sum() / size if size > 0 else 0.0
        return found

    def _stratified(self, sums: np.ndarray, of_group: np.ndarray, of_cluster: np.ndarray, size: int) -> Spread:
        """Clusters of a stratum without rows in the group count as zeros, as in R's survey package."""
        cluster, drawn_from = self.cluster, self.stratum
        if self.projection is not None:
            cluster, drawn_from = self.projection.cluster, self.projection.stratum
        strata_of_rows = np.asarray(drawn_from)
        stratum_of_cluster = np.zeros(len(self.cluster_ids), dtype=int)
        stratum_of_cluster[cluster] = strata_of_rows
        strata = int(strata_of_rows.max()) + 1
        count = np.bincount(stratum_of_cluster, minlength=strata).astype(float)
        cell = of_group * strata + stratum_of_cluster[of_cluster]
        squares = np.bincount(cell, sums**2, minlength=size * strata).reshape(size, strata)
        totals = np.bincount(cell, sums, minlength=size * strata).reshape(size, strata)
        finite = np.ones(strata) if self.clusters_in_stratum is None else 1 - count / self.clusters_in_stratum
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = np.where(count > 1, finite * count / (count - 1), np.nan)
            middle, centred = totals / count, squares - totals**2 / count
            variance = (scale * centred).sum(axis=1)
            here = np.bincount(cell, minlength=size * strata).reshape(size, strata)
            fourth = np.bincount(cell, (sums - middle.ravel()[cell]) ** 4, minlength=size * strata).reshape(size, strata)
            fourth += (count - here) * middle**4
            doubt = (scale**2 * (fourth - centred**2 / count)).sum(axis=1)
        df = np.full(size, float(count.sum() - strata))
        return _spread(np.sqrt(np.maximum(variance, 0.0)), df, variance**2, doubt)


def _spread(se: np.ndarray, df: np.ndarray, variance_squared: np.ndarray, doubt: np.ndarray) -> Spread:
    with np.errstate(invalid="ignore", divide="ignore"):
        steady = np.where(doubt > 0, 2 * variance_squared / doubt, np.inf)
    return Spread(se, df, np.minimum(df, steady))


def sample(table: pd.DataFrame, values: Sequence[str], by: Sequence[str], options: Sampling) -> Sample:
    """Take the rows of `table` in which all of `values` are known and the weight is positive.

    Raises
    ------
    DataError
        For options that mean nothing (:func:`cxlib.estimates.check`), when a named column is missing, a weight is negative, missing or
        infinite, all weights are 0, or strata share a cluster.
    """
    check(by=by, **{name: options.get(name) for name in ("level", "draws", "seed")})
    clash = [name for name in by if name in (*ESTIMATE_COLUMNS, "draws")]
    if clash:
        raise DataError(
            *(worded("by", "a group column cannot be named like a column of the result:", name, do="Rename it.") for name in clash)
        )
    named = [*values, *by, *(str(options[key]) for key in ("weight", "cluster", "stratum", "population", "count") if options.get(key))]
    lacking = [name for name in named if name not in table.columns]
    if lacking:
        raise DataError(*(worded("table", "there is no column", name, table.columns, label="It has") for name in lacking))
    usable = table[list(values)].notna().all(axis=1).to_numpy()
    weights = weights_of(table, usable, options.get("weight"))
    keep = np.flatnonzero(usable & (weights > 0))
    chosen = table[_read(table, by, options)].iloc[keep]
    groups, group = _codes(chosen, by)
    cluster, cluster_ids, stratum, sizes, projection = _drawn(chosen, weights[keep], options)
    unit, _ = _factor(chosen, options.get("count"))
    units = int(unit.max(initial=0)) + 1
    counted = np.unique(group * units + unit) // units if units < len(unit) else group  # else every row is a unit
    n = np.bincount(counted, minlength=len(groups))
    return Sample(groups, group, weights[keep], cluster, cluster_ids, stratum, sizes, n, unit, keep, projection)


def _read(table: pd.DataFrame, by: Sequence[str], options: Sampling) -> list[str]:
    """The columns that say where a row belongs: taking all of a wide table's takes long."""
    calibration = options.get("calibration")
    named = [*by, *(options.get(key) for key in ("cluster", "stratum", "population", "count")), calibration and calibration.key]
    return [str(name) for name in dict.fromkeys(named) if name in table.columns]


def weights_of(table: pd.DataFrame, usable: np.ndarray, name: str | None) -> np.ndarray:
    """Return the weight of every row; refuse what is none in rows that have an answer."""
    if not name:
        return np.ones(len(table))
    weights = table[name].to_numpy(dtype="float64", na_value=np.nan)
    answered = weights[usable]
    infinite, wrong = int(np.isinf(answered).sum()), int((~(answered >= 0)).sum())
    if infinite:
        raise DataError(f"weight: {name!r} is infinite in {infinite} rows that have an answer. Weights are finite and ≥ 0.")
    if wrong:
        raise DataError(f"weight: {name!r} is negative or missing in {wrong} rows that have an answer. Weights are ≥ 0.")
    if len(answered) and not answered.any():
        raise DataError(f"weight: {name!r} is 0 in all {len(answered)} rows that have an answer. Somebody has to count.")
    return weights


_Drawn = tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None, Projection | None]


def _drawn(chosen: pd.DataFrame, weight: np.ndarray, options: Sampling) -> _Drawn:
    """Return clusters and strata of the rows; where weights were calibrated, by all people who were weighted."""
    calibration = options.get("calibration")
    if calibration is None:
        cluster, cluster_ids = _factor(_with_own_clusters(chosen, options), options.get("cluster"))
        return cluster, cluster_ids, *_strata(chosen, cluster, options), None
    position = calibration.position(chosen, weight)
    named = [str(options[key]) for key in ("cluster", "stratum", "population") if options.get(key)]
    people = people_of(calibration, named)
    cluster, cluster_ids = _factor(_with_own_clusters(people, options), options.get("cluster"))
    stratum, sizes = _strata(people, cluster, options)
    projection = Projection.of(calibration, position, cluster, stratum)
    return cluster[position], cluster_ids, None if stratum is None else stratum[position], sizes, projection


def _codes(table: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    if not by:
        return pd.DataFrame(index=range(1)), np.zeros(len(table), dtype=int)
    levels = table[list(by)].astype("str").fillna(UNKNOWN)
    grouped = levels.groupby(list(by), sort=True)
    groups = grouped.size().index.to_frame(index=False)
    return groups, grouped.ngroup().to_numpy()


def _with_own_clusters(table: pd.DataFrame, options: Sampling) -> pd.DataFrame:
    """Give rows without a cluster one of their own, named by the unit that is counted."""
    cluster, count = options.get("cluster"), options.get("count")
    if not cluster or not count or cluster == count or not table[cluster].isna().any():
        return table
    return table.assign(**{cluster: table[cluster].astype("str").fillna("only " + table[count].astype("str"))})


def _factor(table: pd.DataFrame, name: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Codes and ids of the units a column names; without a column every row is one."""
    if not name:
        return np.arange(len(table)), np.arange(len(table)).astype(object)
    if table[name].isna().any():
        raise DataError(
            f"{name!r} is missing in {int(table[name].isna().sum())} rows that have an answer. Every row needs one to be counted by."
        )
    codes, ids = pd.factorize(table[name].astype("str"))
    return codes, np.asarray(ids, dtype=object)


def _strata(table: pd.DataFrame, cluster: np.ndarray, options: Sampling) -> tuple[np.ndarray | None, np.ndarray | None]:
    name, population = options.get("stratum"), options.get("population")
    if not name and not population:
        return None, None
    codes, levels = pd.factorize(table[name].astype("str")) if name else (np.zeros(len(table), dtype=int), np.array(["all"]))
    if len(np.unique(cluster * (int(codes.max(initial=0)) + 1) + codes)) > len(np.unique(cluster)):
        raise DataError(f"stratum: a cluster lies in more than one level of {name!r}. Each cluster belongs to one stratum.")
    if not population:
        return codes, None
    return codes, pd.Series(table[population].to_numpy(dtype="float64")).groupby(codes).first().reindex(range(len(levels))).to_numpy()
