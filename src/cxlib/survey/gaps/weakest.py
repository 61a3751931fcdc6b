"""Which link of the chain is the weakest, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.tables import group_columns

__all__ = ["beside", "links", "weakest_link"]


def links(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by which links of a chain are told apart: gaps where expectations were asked, the ratings where not.

    Parameters
    ----------
    found : DataFrame
        What :func:`cxlib.survey.gaps.gap` returned, or saved.

    >>> table = pd.DataFrame({"touchpoint_id": ["a", "b"] * 2, "metric": ["gap"] * 2 + ["actual"] * 2, "value": [-1.0, -0.4, 3.0, 4.0]})
    >>> links(table)["metric"].to_list(), links(table.assign(value=[np.nan, np.nan, 3.0, 4.0]))["metric"].to_list()
    (['gap', 'gap'], ['actual', 'actual'])
    """
    gaps = found[found["metric"].eq("gap")]
    return gaps if gaps["value"].notna().any() or not found["metric"].eq("actual").any() else found[found["metric"].eq("actual")]


def beside(found: pd.DataFrame, link: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the row of another metric for the same link; where there is none, the row that says what is missing.

    Parameters
    ----------
    found : DataFrame
        ESTIMATES with that metric.
    link : DataFrame of one row
        As :func:`cxlib.estimates.lowest` returns it.
    metric : str

    >>> table = pd.DataFrame({"touchpoint_id": ["a", "b"] * 2, "metric": ["gap"] * 2 + ["actual"] * 2, "value": [-1.0, -0.4, 3.0, 4.0]})
    >>> beside(table, estimates.lowest(table[table["metric"].eq("gap")]), "actual")[["touchpoint_id", "metric", "value"]]
      touchpoint_id  metric  value
    2             a  actual    3.0
    """
    rows = found[found["metric"].eq(metric)]
    same = rows[(rows[group_columns(found)].astype("str") == link.iloc[0][group_columns(found)].astype("str")).all(axis=1)]
    return same.iloc[:1] if len(same) else rows.iloc[:1]


def weakest_link(found: pd.DataFrame, *, by: str = "touchpoint_id", level: float = 0.95) -> pd.DataFrame:
    """How often each link is the weakest, and between which ranks it lies, over draws that align.

    Parameters
    ----------
    found : DataFrame
        What :func:`cxlib.survey.gaps.gap` returned, with draws; by gap where there are gaps, else by rating (see :func:`links`).
    by : str
        The group column whose levels are the links.
    level : float
        Of the rank interval.

    Returns
    -------
    DataFrame
        ESTIMATES, the weakest link first. Metrics ``weakest_probability`` (unit ``share``: share of draws in which no other link lies
        lower; ties are shared) and ``weakest_rank`` (unit ``rank``, 1 the weakest, with its interval).

    Raises
    ------
    DataError
        When rows carry no draws, or several stand for one link.

    Notes
    -----
    In each draw every account weighs the same at all links, so what lifts or lowers all of an account's answers at once cancels out.
    A share of draws, no test: with links that are equally weak it says which of them this sample happens to favour.

    >>> table = pd.DataFrame({"touchpoint_id": ["a", "b"], "metric": "gap", "value": [-1.0, -0.9], "low": 0.0, "high": 0.0,
    ...     "unit": "scale points", "n": 9, "n_eff": 9.0, "method": "", "note": "",
    ...     "draws": [np.array([-1.0, -1.2, -0.8, -1.1]), np.full(4, -0.9)]})
    >>> weakest_link(table)[["touchpoint_id", "metric", "value"]]
      touchpoint_id               metric  value
    0             a  weakest_probability   0.75
    1             b  weakest_probability   0.25
    2             a         weakest_rank   1.00
    3             b         weakest_rank   2.00
    """
    estimates.check(level=level)
    needs = [str(note) for note in found["note"] if str(note).startswith("needs ")]
    rows = links(found)
    rows = rows[rows["value"].notna()]
    if by not in group_columns(found):
        raise DataError(worded("weakest_link", "there is no group column", by, group_columns(found), label="Group columns"))
    if rows.empty:
        said = needs[0].removeprefix("needs ").split(", ") if needs else ["responses[actual]"]
        return estimates.unanswerable("weakest_probability", "share", said, by=[by])
    if rows[by].duplicated().any():
        twice = rows[by][rows[by].duplicated()].iloc[0]
        raise DataError(worded("weakest_link", "several rows stand for the link", twice, do="Choose one."))
    if "draws" not in rows or not rows["draws"].map(lambda draws: isinstance(draws, np.ndarray)).all():
        raise DataError("weakest_link: rows carry no draws. Compute the gaps with draws=500, and hand them over before they are saved.")
    rows = rows.sort_values("value", kind="stable", ignore_index=True)
    drawn = np.where(np.isnan(matrix := np.vstack(rows["draws"].to_list())), np.inf, matrix)
    lowest = drawn == drawn.min(axis=0)
    common = {"n_eff": rows["n_eff"], "unit": "share", "method": "aligned draws", "note": "", "low": np.nan, "high": np.nan}
    told = rows[[by, "n"]].assign(**common)
    low, high = estimates.rank_span(-drawn, level)
    sure = told.assign(metric="weakest_probability", value=(lowest / lowest.sum(axis=0)).mean(axis=1))
    placed = told.assign(metric="weakest_rank", unit="rank", value=rows["value"].rank(method="min"), low=low, high=high)
    both = pd.concat([sure, placed], ignore_index=True)
    return both[[by, "metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note"]].astype(
        {"metric": "str", "unit": "str", "method": "str", "note": "str", "low": "float64", "high": "float64"}
    )
