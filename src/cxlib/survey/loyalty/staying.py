"""How many customers stay, by what they experienced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent
from cxlib.survey.loyalty.after import standing
from cxlib.survey.loyalty.experience import EXPERIENCES, balanced, experience, lacking_of

__all__ = ["retention"]


def retention(
    responses: pd.DataFrame,
    *,
    customers: pd.DataFrame,
    items: Sequence[str],
    days: Sequence[float],
    as_of: date,
    by: Sequence[str] = (),
    disappointed: float = 0.4,
    delighted: float = 0.8,
    reference: str = "disappointed",
    adjust: Sequence[str] = (),
    min_n: int = 1,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of customers who are still there some days after a questionnaire, by the experience it tells (Kaplan–Meier).

    Parameters
    ----------
    responses : DataFrame
        The contract table, with ``customer_id``.
    customers : DataFrame
        The contract table, with ``churn_date``.
    items : sequence of str
        item_ids of the ratings that make the experience; see :func:`experience`.
    days : sequence of float
        Days after the questionnaire.
    as_of : date
        The last day up to which ``churn_date`` is complete; who is there then is watched no longer.
    by : sequence of str
        Group columns; with ``touchpoint_id`` or ``item_id`` each rating is an experience of its own.
    disappointed, delighted : float
        See :func:`experience`.
    reference : str
        The class that the others are compared with.
    adjust : sequence of str
        Columns of *responses* or *customers* in which the classes are made alike (:func:`balanced`), for instance segment; the
        metrics then begin with ``adjusted_``.
    min_n : int
        Respondents whose customers have to be watched still for a day's share to be told.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out, since the relation is the customer's.

    Returns
    -------
    DataFrame
        ESTIMATES with the group columns of `by`, ``experience`` and ``days``. ``retained_share``, unit ``share``: by class, and over all
        classes where `adjust` is empty; ``retained_difference``: each class minus the reference. ``n`` counts respondents. Needs
        "customers.churn_date", "responses.customer_id" and "responses[actual]".

    Raises
    ------
    DataError
        As in :func:`experience`; and for a reference that is no class.

    Notes
    -----
    Time runs from the day of the questionnaire. Left out are prospects, customers lost by that day, those lost nobody knows when, and
    answers without a customer. A customer for whom two persons answer is in the class of each of them; the cluster holds them together.

    >>> answers = pd.DataFrame({"response_id": list("abcd"), "respondent_id": list("abcd"), "customer_id": list("abcd"), "item_id": "q",
    ...     "item_type": "actual", "state": "answered", "value": [1.0, 1.0, 5.0, 5.0], "scale_low": 1.0, "scale_high": 5.0,
    ...     "weight": 1.0, "survey_ts": pd.Timestamp("2025-01-01", tz="UTC")})
    >>> who = pd.DataFrame({"customer_id": list("abcd"), "status": ["lost", "active", "active", "active"],
    ...     "churn_date": pd.to_datetime(["2025-02-01", None, None, None])})
    >>> told = retention(answers, customers=who, items=["q"], days=[90], as_of=date(2025, 12, 31))
    >>> told[["experience", "metric", "value"]]
         experience               metric  value
    0           NaN       retained_share   0.75
    1     delighted       retained_share   1.00
    2  disappointed       retained_share   0.50
    3     delighted  retained_difference   0.50
    """
    if reference not in EXPERIENCES:
        raise DataError(worded("reference", "there is no class of experience", reference, EXPERIENCES, label="Classes"))
    estimates.check(by=by, items=items, adjust=adjust, min_n=min_n)
    lead = "adjusted_" if adjust else ""
    groups = [*by, "experience", "days"]
    spells = _spells(responses, customers, items, as_of, by, adjust, (disappointed, delighted))
    if isinstance(spells, list):
        return estimates.unanswerable(f"{lead}retained_share", "share", spells, by=groups)
    chosen = by_respondent({**options, "cluster": options.get("cluster") or "customer_id"})
    if adjust:
        spells = balanced(spells, "experience", adjust, by=by, weight=chosen["weight"])
        chosen["weight"] = "balanced"
    read: dict[str, Any] = {"at": days, "min_n": min_n, **chosen}
    parts = [] if adjust else [estimates.survival(spells, "time", "ended", by=by, metric="retained_share", **read)]
    parts.append(estimates.survival(spells, "time", "ended", by=[*by, "experience"], metric=f"{lead}retained_share", **read))
    if reference in set(spells["experience"]):
        told: dict[str, Any] = {"between": "experience", "reference": reference, "by": by, "metric": f"{lead}retained_difference"}
        parts.append(estimates.survival_difference(spells, "time", "ended", **told, **read))
    stacked = estimates.stack(*parts)
    return stacked[[*groups, *(name for name in stacked.columns if name not in groups)]]


def _spells(
    responses: pd.DataFrame,
    customers: pd.DataFrame,
    items: Sequence[str],
    as_of: date,
    by: Sequence[str],
    adjust: Sequence[str],
    ends: tuple[float, float],
) -> pd.DataFrame | list[str]:
    """Return one row an experience: class, days watched, whether the customer left then; or what is lacking."""
    needs = [] if "churn_date" in customers.columns and len(customers) else ["customers.churn_date"]
    needs += [] if "customer_id" in responses.columns and responses["customer_id"].notna().any() else ["responses.customer_id"]
    needs += [] if len(items) and len(responses) else ["responses[actual]"]
    needs = needs or lacking_of(responses, items)
    if needs:
        return needs
    rated = experience(responses, items=items, disappointed=ends[0], delighted=ends[1], by=by)
    people = standing(responses, customers, as_of=as_of)
    people = people[people["followed"].eq("followed")]
    until = people["churn_date"].fillna(pd.Timestamp(as_of))
    known = pd.DataFrame(
        {
            "response_id": people["response_id"],
            "time": (until - people["day"]).dt.days.astype("float64"),
            "ended": people["churn_date"].notna().astype("float64"),
        }
    )
    spells = rated.merge(known, on="response_id")
    more = [name for name in adjust if name not in spells.columns and name in customers.columns]
    spells = spells.merge(customers[["customer_id", *more]], on="customer_id", how="left") if more else spells
    if "touchpoint_id" in by:
        spells = spells[spells["touchpoint_id"].notna()]
    return spells if len(spells) else ["customers.churn_date", "responses.customer_id"]
