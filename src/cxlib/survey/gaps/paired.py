"""The difference between two answers of the same customer about the same thing, with both of them beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from scipy import special  # not scipy.stats, which takes seconds to import

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.linear import mean_spread
from cxlib.survey import by_respondent, complete, on_scale, scales, scores
from cxlib.survey.gaps.pairing import of_touchpoints, pairs
from cxlib.tables import MEASURED

__all__ = ["MIXED", "competitor", "gap", "noted", "told_from_zero"]

OPEN = "difference open"  # not told from zero at the level asked for, after allowing for the number of comparisons
NO_PAIRS = "no pairs"
ALONE = ["touchpoint_id"]  # the grouping in which a rating stands for itself, also where nothing is compared with it
MIXED = "several scales"  # answers that cannot be averaged


def gap(
    responses: pd.DataFrame,
    *,
    by: Sequence[str] = ("touchpoint_id",),
    declared: Mapping[str, str] | None = None,
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Actual, expected, and how far the one falls short of the other, by group.

    Parameters
    ----------
    responses : DataFrame
        The contract table; items of type ``actual`` and ``expected``. Features of touchpoints (stage, phase) are joined to it.
    by : sequence of str
        Group columns. Where one is a feature of touchpoints, items without a touchpoint are left out.
    declared : mapping of str to str, optional
        Expected item → actual item, where touchpoints do not pair them (product, price; several items at one touchpoint).
    min_n : int, optional
        Levels of respondents' groups with fewer respondents are pooled as "other" first.
    **options
        See :class:`cxlib.estimates.Sampling`; weights default to the table's own, clusters to the respondent.

    Returns
    -------
    DataFrame
        ESTIMATES. Metrics ``actual`` and ``expected`` (unit ``scale low–high``) and ``gap`` = actual − expected (unit
        ``scale points``), all three of the same people: those who answered both; ``n`` counts them. A gap that is not told from zero
        carries the note "difference open". By touchpoint, those whose expectation was not asked keep the mean of all who rated them as
        ``actual``, the others with the note "not asked".

    Raises
    ------
    DataError
        As :func:`cxlib.survey.gaps.pairs`. A group whose pairs stand on several scales has no value and the note "several scales".

    Notes
    -----
    d_i = actual_i − expected_i within a questionnaire; weighted mean of d with a t interval from clustered linearisation, so that
    what a person's two answers have in common makes the gap surer. Whether it differs from zero: Benjamini–Hochberg over the rows of the
    table. A difference score hides which of its two sides moved (Cronin & Taylor 1992; Peter, Churchill & Brown 1993): hence all three.

    >>> both = pd.DataFrame({"response_id": list("abcabc"), "respondent_id": list("abcabc"), "touchpoint_id": "hotline", "weight": 1.0,
    ...     "item_id": ["is"] * 3 + ["should"] * 3, "item_type": ["actual"] * 3 + ["expected"] * 3, "state": "answered",
    ...     "value": [3.0, 4.0, 2.0, 5.0, 5.0, 5.0], "scale_low": 1.0, "scale_high": 6.0})
    >>> gap(both)[["metric", "value", "n"]]
         metric  value  n
    0    actual    3.0  3
    1  expected    5.0  3
    2       gap   -2.0  3
    """
    return _compared(responses, "expected", "gap", by, declared, min_n, options)


def competitor(
    responses: pd.DataFrame,
    *,
    by: Sequence[str] = ("item_id",),
    declared: Mapping[str, str] | None = None,
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Our rating, the competitor's, and the difference, by the people who rated both.

    Parameters and columns as in :func:`gap`, for items of type ``competitor``. Metrics ``actual``, ``competitor`` and ``advantage`` =
    actual − competitor. Only customers who know a competitor rate it: they are not all customers.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    declared : mapping of str to str, optional
        Item of the other type → the item ``actual`` it is compared with; by touchpoint or name when left out.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> both = pd.DataFrame({"response_id": list("abcabc"), "respondent_id": list("abcabc"), "touchpoint_id": "hotline", "weight": 1.0,
    ...     "item_id": ["we"] * 3 + ["they"] * 3, "item_type": ["actual"] * 3 + ["competitor"] * 3, "state": "answered",
    ...     "value": [5.0, 4.0, 6.0, 4.0, 4.0, 4.0], "scale_low": 1.0, "scale_high": 6.0})
    >>> competitor(both, by=["touchpoint_id"])[["metric", "value", "unit", "n"]]
           metric  value          unit  n
    0      actual    5.0     scale 1–6  3
    1  competitor    4.0     scale 1–6  3
    2   advantage    1.0  scale points  3
    """
    return _compared(responses, "competitor", "advantage", by, declared, min_n, options)


def _compared(
    responses: pd.DataFrame,
    other: str,
    metric: str,
    by: Sequence[str],
    declared: Mapping[str, str] | None,
    min_n: int | None,
    options: Sampling,
) -> pd.DataFrame:
    estimates.check(by=by, min_n=min_n)
    responses = complete(responses)
    needs = _lacking(responses, other, by, declared)
    if needs:
        lacking = [estimates.unanswerable(name, "", needs, by=by) for name in ("actual", other, metric)]
        if other != "expected" or "responses[actual]" in needs or list(by) != ALONE:
            return estimates.stack(*lacking)
        return estimates.stack(scores.mean_rating(responses, **options).assign(metric="actual"), *lacking[1:])
    every = of_touchpoints(pairs(responses, declared=declared, other=other, both=False), by)
    table = every[every["difference"].notna()]
    if table.empty:
        nobody = pd.DataFrame({name: pd.Series([pd.NA], dtype="str") for name in by}, index=range(1))
        lacking = [noted(nobody, name, NO_PAIRS) for name in ("actual", other, metric)]
        return estimates.stack(*lacking)
    people = [name for name in by if name not in MEASURED]
    if min_n and people:
        table = table.assign(**{name: estimates.coarsen(table[name], min_n=min_n, count=table["respondent_id"]) for name in people})
    parts = _three(table, by, other, metric, by_respondent(options))
    if other == "expected" and list(by) == ALONE:
        parts += _unpaired(responses, every, options)
    return estimates.stack(*parts)


def _lacking(responses: pd.DataFrame, other: str, by: Sequence[str], declared: Mapping[str, str] | None) -> list[str]:
    """Return what keeps answers from being compared: not asked, no numbers, nothing that says which of them belong together."""
    kinds = set(responses["item_type"]) if len(responses) else set()
    missing = [f"responses[{kind}]" for kind in ("actual", other) if kind not in kinds]
    if missing:
        return missing
    wanted = ["value", *(["touchpoint_id"] if not declared or "touchpoint_id" in by else [])]
    rows = responses[responses["item_type"].isin(("actual", other))]
    return [f"responses.{name}" for name in wanted if rows[name].isna().all()]


def _three(table: pd.DataFrame, by: Sequence[str], other: str, metric: str, options: Sampling) -> list[pd.DataFrame]:
    """Return both means and the mean difference by group; a group of several scales has none."""
    every = scales(table, by)
    where = pd.MultiIndex.from_frame(table[list(by)].astype("str").fillna(estimates.UNKNOWN)) if by else pd.Index(["all"] * len(table))
    mixed = every["mixed"].reindex(where if len(by) > 1 else where.get_level_values(0)).to_numpy()
    none = every.index[every["mixed"]]
    without = none.to_frame(index=False, name=list(by) if len(by) > 1 else by[0]) if by else pd.DataFrame(index=range(len(none)))
    parts = [noted(without, name, MIXED) for name in (other, metric)] if len(without) else []
    table, scale = table[~mixed], every[~every["mixed"]]
    if table.empty:
        return [noted(without, "actual", MIXED), *parts]
    for name, column in (("actual", "actual"), (other, "other")):
        parts.append(on_scale(estimates.mean(table, column, by=by, metric=name, **options), scale))
    found = estimates.mean(table, "difference", by=by, metric=metric, unit="scale points", **options)
    width = (scale["high"] - scale["low"]).to_numpy()
    found["low"], found["high"] = found["low"].clip(lower=-width), found["high"].clip(upper=width)
    value, spread = mean_spread(table, "difference", by=by, options=options)
    return [*parts, told_from_zero(found, value, spread.se, spread.df, options)]


def told_from_zero(found: pd.DataFrame, value: np.ndarray, se: np.ndarray, df: np.ndarray, options: Sampling) -> pd.DataFrame:
    """Note the rows that are not told from zero, after allowing for the number of rows (Benjamini–Hochberg)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(se > 0, 2 * special.stdtr(df, -np.abs(value) / se), np.nan)
    unsure = (estimates.false_discovery(p) > 1 - options.get("level", 0.95)) & found["note"].eq("").to_numpy()
    return found.assign(note=pd.Series(np.where(unsure, OPEN, found["note"]), index=found.index, dtype="str"))


def _unpaired(responses: pd.DataFrame, every: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    """Return the ratings of touchpoints of which nobody was asked what they expect, and rows that say so."""
    rated = of_touchpoints(responses[responses["item_type"].eq("actual") & responses["state"].eq("answered")], ALONE)
    alone = rated[~rated["touchpoint_id"].isin(every["touchpoint_id"])]
    if alone.empty:
        return []
    found = scores.mean_rating(alone, **options).assign(metric="actual")
    return [found, *(noted(found[ALONE], name, "not asked") for name in ("expected", "gap"))]


def noted(groups: pd.DataFrame, metric: str, note: str) -> pd.DataFrame:
    """Return rows without a number that say why."""
    blank = {"metric": metric, "value": np.nan, "low": np.nan, "high": np.nan, "unit": "", "n": pd.NA, "n_eff": np.nan}
    table = groups.reset_index(drop=True).assign(**blank, method="", note=note)
    return table.astype({"n": "Int64", "metric": "str", "unit": "str", "method": "str", "note": "str"})
