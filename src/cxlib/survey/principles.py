"""How well touchpoints live up to the sentences by which a company wants to treat its customers, as raters judge it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates.rows import rows

__all__ = ["agreement", "breaches", "conformity"]

LOWEST, HIGHEST = 0, 4
APART = 2  # steps between raters from which a mean would hide that they disagree
CELL = ["touchpoint_id", "principle_id"]


def conformity(principle_ratings: pd.DataFrame, *, breach: float = 1.0) -> pd.DataFrame:
    """How well each touchpoint fits each principle, in the mean of the raters.

    Parameters
    ----------
    principle_ratings : DataFrame
        The contract table: one row a principle, touchpoint and rater, ``fit`` from 0 (contradicts it) to 4 (lives it).
    breach : float
        Mean fit up to which a touchpoint breaks a principle.

    Returns
    -------
    DataFrame
        ESTIMATES by touchpoint_id and principle_id. Metric ``principle_fit``, unit ``scale 0–4``. A judgement of a few people, no
        sample: no interval, and ``n`` is missing, since it counts respondents. Notes: "raters apart" where two of them lie two
        steps or more from each other, else "breach".

    Raises
    ------
    DataError
        For ratings outside 0 to 4 and for a rater who judges a pair twice.

    >>> rated = pd.DataFrame({"principle_id": "L1", "touchpoint_id": ["T1", "T1", "T2", "T2"], "rater": list("abab"),
    ...     "fit": [1.0, 0.0, 4.0, 2.0]})
    >>> conformity(rated)[["touchpoint_id", "value", "note"]]
      touchpoint_id  value          note
    0            T1    0.5        breach
    1            T2    3.0  raters apart
    """
    if principle_ratings.empty:
        return estimates.unanswerable("principle_fit", "", ["principle_ratings.fit"], by=CELL)
    rated = _checked(principle_ratings)
    cells = rated.groupby(CELL)["fit"].agg(["mean", "min", "max"]).reset_index()
    note = np.select([cells["max"] - cells["min"] >= APART, cells["mean"] <= breach], ["raters apart", "breach"], "")
    columns = {"metric": "principle_fit", "value": cells["mean"], "unit": f"scale {LOWEST}–{HIGHEST}", "method": "mean of raters"}
    return rows(cells[CELL], {**columns, "note": note}).assign(n=pd.array([pd.NA] * len(cells), dtype="Int64"))


def breaches(fits: pd.DataFrame, *, by: Sequence[str] = ("principle_id",)) -> pd.DataFrame:
    """Count the cells in which a principle is broken, by principle or touchpoint; a complete count, so without an interval.

    Parameters
    ----------
    fits : DataFrame
        What :func:`conformity` returned.

    Returns
    -------
    DataFrame
        ESTIMATES. Metric ``breaches``, unit ``count``.

    >>> rated = pd.DataFrame({"principle_id": "L1", "touchpoint_id": ["T1", "T1", "T2", "T2"], "rater": list("abab"),
    ...     "fit": [1.0, 0.0, 4.0, 2.0]})
    >>> breaches(conformity(rated), by=["touchpoint_id"])[["touchpoint_id", "metric", "value"]]
      touchpoint_id    metric  value
    0            T1  breaches    1.0
    1            T2  breaches    0.0
    """
    if fits["value"].isna().all():
        return estimates.unanswerable("breaches", "count", ["principle_ratings.fit"], by=by)
    counted = fits.assign(broken=fits["note"].eq("breach")).groupby(list(by), as_index=False)["broken"].sum()
    found = rows(counted[list(by)], {"metric": "breaches", "value": counted["broken"], "unit": "count", "method": "count"})
    return found.assign(n=pd.array([pd.NA] * len(found), dtype="Int64"))


def agreement(principle_ratings: pd.DataFrame, *, level: float = 0.95, draws: int = 500, seed: int = 1) -> pd.DataFrame:
    """How far raters agree, beyond what their habits alone would bring.

    Parameters
    ----------
    principle_ratings : DataFrame
    level, draws, seed
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES. Metric ``kappa`` (unit ``kappa``), the mean over pairs of raters, with a percentile interval from draws of touchpoints;
        ``same_fit_share``, how often both give the same number. A single rater gives a row with the note "n < 2".

    Notes
    -----
    Cohen's kappa with linear weights: 1 − Σ|a − b| / Σ expected |a − b|, expected from each rater's own frequencies (Cohen 1968;
    Cicchetti & Allison 1971). 0 is what habit alone brings, 1 full agreement. Draws weigh touchpoints.

    >>> rated = pd.DataFrame({"principle_id": "L1", "touchpoint_id": ["T1", "T1", "T2", "T2"], "rater": list("abab"),
    ...     "fit": [1.0, 1.0, 4.0, 4.0]})
    >>> agreement(rated, draws=20)[["metric", "value"]]
               metric  value
    0           kappa    1.0
    1  same_fit_share    1.0
    """
    estimates.check(level=level, draws=draws, seed=seed)
    names = {"kappa": "kappa", "same_fit_share": "share"}
    if principle_ratings.empty:
        return estimates.stack(*(estimates.unanswerable(name, unit, ["principle_ratings.fit"]) for name, unit in names.items()))
    wide = _checked(principle_ratings).set_index([*CELL, "rater"])["fit"].unstack()  # noqa: PD010 - no pair stands twice
    touchpoints, of_touchpoint = np.unique(wide.index.get_level_values("touchpoint_id").to_numpy(dtype=object), return_inverse=True)
    weights = estimates.draw_weights(touchpoints, draws=draws, seed=seed).astype(np.float64)[of_touchpoint]
    weights = np.column_stack([np.ones(len(wide)), weights])
    found = [_pair(wide[one].to_numpy(), wide[other].to_numpy(), weights) for one, other in combinations(wide.columns, 2)]
    if not found:
        return rows(pd.DataFrame(index=range(2)), {"metric": list(names), "unit": list(names.values()), "note": "n < 2"})
    values = np.mean(found, axis=0)  # kappa and share, by draw; the first is the table's own
    known = [each[1:][~np.isnan(each[1:])] for each in values]
    ends = [np.quantile(each, [(1 - level) / 2, (1 + level) / 2]) if len(each) else [np.nan] * 2 for each in known]
    low, high = zip(*ends, strict=True)
    columns = {"metric": list(names), "value": values[:, 0], "low": low, "high": high, "unit": list(names.values())}
    note = ["no spread" if np.isnan(value) else "" for value in values[:, 0]]  # both raters gave one fit throughout
    table = rows(pd.DataFrame(index=range(2)), {**columns, "method": "percentile of draws", "note": note})
    return table.assign(n=pd.array([pd.NA] * 2, dtype="Int64"))


def _pair(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return kappa and the share of equal fits of two raters in each draw."""
    both = ~(np.isnan(one) | np.isnan(other))
    a, b, w = one[both], other[both], weights[both]
    steps = np.unique(np.concatenate([a, b]))
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw without a touchpoint, or all fits alike
        p, q = ((side[:, None] == steps).T.astype(float) @ w / w.sum(axis=0) for side in (a, b))
        seen = np.abs(a - b) @ w / w.sum(axis=0)
        by_habit = np.einsum("id,ij,jd->d", p, np.abs(steps[:, None] - steps), q)
        return np.vstack([1 - seen / by_habit, (a == b).astype(float) @ w / w.sum(axis=0)])


def _checked(principle_ratings: pd.DataFrame) -> pd.DataFrame:
    rated = principle_ratings[principle_ratings["fit"].notna()]
    outside = rated[(rated["fit"] < LOWEST) | (rated["fit"] > HIGHEST)]
    if len(outside):
        do = "0 contradicts the principle, 4 lives it."
        raise DataError(worded("principle_ratings.fit", f"lies outside {LOWEST} to {HIGHEST}:", float(outside["fit"].iloc[0]), do=do))
    twice = rated[rated.duplicated([*CELL, "rater"])]
    if len(twice):
        row = twice.iloc[0]
        place = f"principle_ratings: {row['principle_id']}, {row['touchpoint_id']}"
        raise DataError(worded(place, "is judged twice by the rater", row["rater"], do="Leave one judgement."))
    return rated
