"""Survey scores by any groups: recommendation, satisfaction, effort, ratings, top box, and who answered at all.

Every function takes the long table *responses* (one row a respondent and item) and returns ESTIMATES. Only answers with the state
``answered`` enter a score; never used, no answer and not asked are three other facts, counted by :func:`usage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import answered, asked, by_respondent, needs_of, on_scale, rated, scales, unscaled
from cxlib.tables import STATES

__all__ = [
    "ces",
    "contact_value",
    "csat",
    "item_response",
    "mean_rating",
    "nps",
    "respondents",
    "shares",
    "state_counts",
    "top_box",
    "usage",
]

PROMOTER, DETRACTOR = 9, 6


def nps(
    responses: pd.DataFrame, *, by: Sequence[str] = (), item: str | None = None, min_n: int | None = None, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Net Promoter Score by group, in points from −100 to 100.

    Parameters
    ----------
    responses : DataFrame
        The contract table; items of type ``nps`` are used, asked from 0 to 10.
    by : sequence of str
        Group columns.
    item : str, optional
        One item_id where the survey asks for recommendation more than once.
    min_n : int, optional
        Levels of respondents' groups with fewer respondents are pooled as "other" first.
    **options
        See :class:`cxlib.estimates.Sampling`; weights default to the table's own, clusters to the respondent.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``nps``, unit ``points``. A survey that did not ask keeps one row with the note "needs responses[nps]".

    Notes
    -----
    100·(p − d), p the share of 9 and 10, d of 0 to 6; variance 100²·(p + d − (p − d)²)/n where unweighted and unclustered
    (the linearised one, which is printed, has n − 1 in place of n). Reichheld 2003; Rocks 2016.

    >>> answers = pd.DataFrame({"respondent_id": list("abcdef"), "item_id": "recommend", "item_type": "nps", "state": "answered",
    ...     "value": [10.0, 9.0, 9.0, 8.0, 7.0, 3.0], "weight": 1.0})
    >>> nps(answers)[["metric", "value", "unit", "n"]].round(1)
      metric  value    unit  n
    0    nps   33.3  points  6
    """
    answers = rated(responses, ("nps",), by=by, min_n=min_n)
    answers = answers if item is None or answers.empty else answers[answers["item_id"] == item]
    if answers.empty:
        return estimates.unanswerable("nps", "points", needs_of(responses, ["nps"], by=by), by=by)
    points = np.select([answers["value"] >= PROMOTER, answers["value"] <= DETRACTOR], [100.0, -100.0], 0.0)
    return estimates.mean(
        answers.assign(points=points), "points", by=by, metric="nps", unit="points", bounds=(-100, 100), **by_respondent(options)
    )


def csat(
    responses: pd.DataFrame, *, by: Sequence[str] = (), item_type: str = "csat", min_n: int | None = None, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Mean satisfaction by group as an index from 0 (the scale's bad end) to 100 (its good end).

    Parameters and columns as in :func:`nps`; `item_type` may be ``overall`` or ``actual`` as well. Metric ``csat``, unit ``index``.
    The rescaling is linear between the declared ends of each item's own scale: 100·(value − low)/(high − low).

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "item_id": "sat", "item_type": "csat", "state": "answered",
    ...     "value": [5.0, 4.0, 3.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 5.0})
    >>> float(csat(answers)["value"].item())
    75.0
    """
    answers = rated(responses, (item_type,), by=by, min_n=min_n)
    needs = needs_of(responses, [item_type], by=by) if answers.empty else unscaled(answers)
    if needs:
        return estimates.unanswerable("csat", "index", needs, by=by)
    index = 100 * (answers["value"] - answers["scale_low"]) / (answers["scale_high"] - answers["scale_low"])
    return estimates.mean(
        answers.assign(index=index), "index", by=by, metric="csat", unit="index", bounds=(0, 100), **by_respondent(options)
    )


def ces(responses: pd.DataFrame, *, by: Sequence[str] = (), min_n: int | None = None, **options: Unpack[Sampling]) -> pd.DataFrame:
    """Mean Customer Effort Score by group ("made it easy", agreement; high is easy), on the scale it was asked on.

    Parameters and columns as in :func:`nps`; items of type ``ces``. Metric ``ces``, unit ``scale low–high``.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "touchpoint_id": "T1",
    ...     "item_id": "q", "item_type": "ces", "state": "answered",
    ...     "value": [5.0, 4.0, 3.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 5.0})
    >>> float(ces(answers)["value"].item())
    4.0
    """
    return _on_scale(responses, "ces", ("ces",), by, min_n, options)


def contact_value(
    responses: pd.DataFrame, *, by: Sequence[str] = (), min_n: int | None = None, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Mean answer to how much a contact was worth to the customer, by group, on the scale it was asked on.

    Parameters and columns as in :func:`nps`; items of type ``contact_value``. Metric ``contact_value``, unit ``scale low–high``.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "touchpoint_id": "T1",
    ...     "item_id": "q", "item_type": "contact_value",
    ...     "state": "answered",
    ...     "value": [5.0, 4.0, 3.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 5.0})
    >>> float(contact_value(answers)["value"].item())
    4.0
    """
    return _on_scale(responses, "contact_value", ("contact_value",), by, min_n, options)


def mean_rating(
    responses: pd.DataFrame,
    *,
    by: Sequence[str] = ("touchpoint_id",),
    item_type: str = "actual",
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Mean rating by group on the scale it was asked on, high is good (school marks have been turned at intake).

    Parameters and columns as in :func:`nps`. Metric ``mean_rating``, unit ``scale low–high``; ``n`` counts respondents.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    item_type : str
        Which answers count: one of the types of *responses*, such as "actual" or "csat".
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Raises
    ------
    DataError
        When items on different scales would be averaged.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "touchpoint_id": "T1",
    ...     "item_id": "q", "item_type": "actual", "state": "answered",
    ...     "value": [5.0, 4.0, 3.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 5.0})
    >>> mean_rating(answers)[["touchpoint_id", "value", "unit", "n"]].to_dict("list")
    {'touchpoint_id': ['T1'], 'value': [4.0], 'unit': ['scale 1–5'], 'n': [3]}
    """
    return _on_scale(responses, "mean_rating", (item_type,), by, min_n, options)


def top_box(
    responses: pd.DataFrame,
    *,
    by: Sequence[str] = ("touchpoint_id",),
    item_type: str = "actual",
    top: int = 2,
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of answers among the `top` best of the scale, by group.

    Parameters and columns as in :func:`nps`. Metric ``top_box``, unit ``share``; ``n`` counts respondents.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    item_type : str
        Which answers count: one of the types of *responses*, such as "actual" or "csat".
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "touchpoint_id": "T1",
    ...     "item_id": "q", "item_type": "actual", "state": "answered",
    ...     "value": [5.0, 4.0, 3.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 5.0})
    >>> round(float(top_box(answers)["value"].item()), 4)
    0.6667
    """
    estimates.check(top=top)
    answers = rated(responses, (item_type,), by=by, min_n=min_n)
    needs = needs_of(responses, [item_type], by=by) if answers.empty else [name for name in unscaled(answers) if name.endswith("high")]
    if needs:
        return estimates.unanswerable("top_box", "share", needs, by=by)
    answers = answers[answers["scale_high"].notna()]
    flagged = answers.assign(flag=(answers["value"] > answers["scale_high"] - top).astype("float64"))
    return estimates.share(flagged, "flag", by=by, metric="top_box", **by_respondent(options))


def shares(
    responses: pd.DataFrame, *, item_type: str, by: Sequence[str] = (), min_n: int | None = None, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Shares of the answers to a closed question, by group; they add up to one.

    Parameters and columns as in :func:`nps`; `item_type` for instance ``purchase_reason``, ``first_source`` or ``before_contact``. The
    answer is its code in ``text``, else its value. Group column ``answer`` after those of `by`, each group with every answer that
    anybody gave; metric ``answer_share``, unit ``share``; ``n`` counts the respondents of the group, whatever they answered.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> answers = pd.DataFrame({"respondent_id": list("abcd"), "item_id": "why", "item_type": "purchase_reason", "state": "answered",
    ...     "text": ["price", "price", "advice", "price"], "value": np.nan, "weight": 1.0})
    >>> shares(answers, item_type="purchase_reason")[["answer", "value", "n"]]
       answer  value  n
    0   price   0.75  4
    1  advice   0.25  4
    """
    answers = answered(responses, (item_type,), by=by, min_n=min_n)
    coded = _codes(answers) if len(answers) else pd.Series(dtype="str")
    answers = answers[coded.notna()] if len(answers) else answers
    if answers.empty:
        return estimates.unanswerable("answer_share", "share", [f"responses[{item_type}]"], by=[*by, "answer"])
    options = by_respondent(options)
    coded = coded[coded.notna()]
    weight = answers[options["weight"]] if options["weight"] else pd.Series(1.0, index=answers.index)
    order = list(weight.groupby(coded).sum().sort_values(ascending=False, kind="stable").index)
    return estimates.shares(answers.assign(answer=coded), "answer", by=by, levels=order, metric="answer_share", **options)


def usage(
    responses: pd.DataFrame,
    *,
    by: Sequence[str] = ("touchpoint_id",),
    item_type: str = "actual",
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Shares of the four states by group: answered, never used, no answer, not asked; they add up to one.

    Parameters and columns as in :func:`nps`. Metrics ``answered_share``, ``not_used_share``, ``no_answer_share``,
    ``not_asked_share``, unit ``share``; ``n`` counts the respondents of the survey.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    item_type : str
        Which answers count: one of the types of *responses*, such as "actual" or "csat".
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> answers = pd.DataFrame({"respondent_id": list("abcd"), "touchpoint_id": "hotline", "item_id": "q", "item_type": "actual",
    ...     "state": ["answered", "answered", "not_used", "no_answer"], "value": [4.0, 5.0, None, None], "weight": 1.0})
    >>> usage(answers)[["metric", "value", "n"]]
                metric  value  n
    0   answered_share   0.50  4
    1   not_used_share   0.25  4
    2  no_answer_share   0.25  4
    3  not_asked_share   0.00  4
    """
    rows = asked(responses, (item_type,), by=by, min_n=min_n)
    if rows.empty:
        return estimates.unanswerable("answered_share", "share", needs_of(responses, [item_type], by=by), by=by)
    parts = [
        estimates.share(
            rows.assign(flag=(rows["state"] == state).astype("float64")), "flag", by=by, metric=f"{state}_share", **by_respondent(options)
        )
        for state in STATES
    ]
    return estimates.stack(*parts)


def state_counts(
    responses: pd.DataFrame, *, by: Sequence[str] = ("touchpoint_id",), item_type: str = "actual", min_n: int | None = None
) -> pd.DataFrame:
    """Count the ratings in each of the four states by group, unweighted; a count of what came back, so without an interval.

    Parameters and columns as in :func:`nps`. Metrics ``answered_count``, ``not_used_count``, ``no_answer_count``,
    ``not_asked_count``, unit ``count``; ``n`` counts the respondents of the survey.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    item_type : str
        Which answers count: one of the types of *responses*, such as "actual" or "csat".
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.

    >>> states = pd.DataFrame({"respondent_id": list("abc"), "touchpoint_id": "hotline", "item_id": "q", "item_type": "actual",
    ...     "state": ["answered", "answered", "not_used"], "value": [4.0, 5.0, None], "weight": 1.0})
    >>> state_counts(states).set_index("metric")["value"].to_dict()
    {'answered_count': 2.0, 'not_used_count': 1.0, 'no_answer_count': 0.0, 'not_asked_count': 0.0}
    """
    rows = asked(responses, (item_type,), by=by, min_n=min_n)
    if rows.empty:
        return estimates.unanswerable("answered_count", "count", needs_of(responses, [item_type], by=by), by=by)
    parts = []
    for state in STATES:
        flagged = rows.assign(flag=(rows["state"] == state).astype("float64"))
        counted = estimates.mean(flagged, "flag", by=by, metric=f"{state}_count", unit="count", count="respondent_id")
        total = flagged.groupby(list(by))["flag"].sum() if by else pd.Series([flagged["flag"].sum()])
        parts.append(counted.assign(value=total.to_numpy(), low=np.nan, high=np.nan, method="count", note=""))
    return estimates.stack(*parts)


def item_response(
    responses: pd.DataFrame, *, by: Sequence[str] = (), item_type: str = "actual", min_n: int | None = None, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Share of ratings given among those that could have been: asked, and the touchpoint met.

    Parameters and columns as in :func:`nps`. Metric ``item_response``, unit ``share``; ``n`` counts respondents.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    by : sequence of str
        Group columns; a row of the result for each combination of their levels that occurs.
    item_type : str
        Which answers count: one of the types of *responses*, such as "actual" or "csat".
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "touchpoint_id": "T1",
    ...     "item_id": "q", "item_type": "actual", "state": "answered",
    ...     "value": [5.0, 4.0, 3.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 5.0})
    >>> float(item_response(answers)["value"].item())
    1.0
    """
    rows = asked(responses, (item_type,), by=by, min_n=min_n)
    could = rows[rows["state"].isin(("answered", "no_answer"))] if len(rows) else rows
    if could.empty:
        return estimates.unanswerable("item_response", "share", needs_of(responses, [item_type], by=by), by=by)
    flagged = could.assign(flag=(could["state"] == "answered").astype("float64"))
    return estimates.share(flagged, "flag", by=by, metric="item_response", **by_respondent(options))


def respondents(responses: pd.DataFrame, *, by: Sequence[str] = (), min_n: int | None = None) -> pd.DataFrame:
    """Count the respondents by group; a count of those who took part, so without an interval.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    min_n : int, optional
        Observations below which a group keeps its row, without a number and with a note that says so.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``respondents``, unit ``count``.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "touchpoint_id": "T1",
    ...     "item_id": "q", "item_type": "actual", "state": "answered",
    ...     "value": [5.0, 4.0, 3.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 5.0})
    >>> float(respondents(answers)["value"].item())
    3.0
    """
    if responses.empty:
        return estimates.unanswerable("respondents", "count", ["responses.respondent_id"], by=by)
    people = asked(responses, responses["item_type"].unique(), by=by, min_n=min_n).drop_duplicates([*by, "respondent_id"])
    counted = estimates.mean(people.assign(one=1.0), "one", by=by, metric="respondents", unit="count", count="respondent_id")
    return counted.assign(value=counted["n"].astype("float64"), low=np.nan, high=np.nan, method="count", note="")


def _codes(answers: pd.DataFrame) -> pd.Series:
    """Return the code of each answer: its word, or its number written plainly."""
    numbers = answers["value"].map(lambda value: f"{value:g}", na_action="ignore").astype("str")
    return answers["text"].fillna(numbers) if "text" in answers.columns else numbers


def _on_scale(
    responses: pd.DataFrame, metric: str, types: Sequence[str], by: Sequence[str], min_n: int | None, options: Sampling
) -> pd.DataFrame:
    answers = rated(responses, types, by=by, min_n=min_n)
    if answers.empty:
        return estimates.unanswerable(metric, "", needs_of(responses, types, by=by), by=by)
    scale = scales(answers, by)
    if scale["mixed"].any():
        place, group = ", ".join(by) or "all answers", scale.index[scale["mixed"]][0]
        raise DataError(worded(place, "items on different scales cannot be averaged:", group, do="Group by item_id, or use csat()."))
    return on_scale(estimates.mean(answers, "value", by=by, metric=metric, **by_respondent(options)), scale)
