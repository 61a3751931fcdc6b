"""What customers do after a good experience, and what after a bad one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent
from cxlib.survey.loyalty.after import after
from cxlib.survey.loyalty.experience import EXPERIENCES, balanced, experience, followed_by, lacking_of

__all__ = ["reaction"]


def reaction(
    responses: pd.DataFrame,
    *,
    items: Sequence[str],
    outcomes: Sequence[str] | None = None,
    disappointed: float = 0.4,
    delighted: float = 0.8,
    reference: str = "disappointed",
    adjust: Sequence[str] = (),
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What customers did after a questionnaire, by the experience it tells.

    Parameters
    ----------
    responses : DataFrame
        As :func:`behaviour` returns it.
    items : sequence of str
        item_ids of the ratings that make the experience; see :func:`experience`.
    outcomes : sequence of str, optional
        Columns of behaviour, or item_ids; every column of behaviour when left out.
    disappointed, delighted, reference
        As in :func:`retention`.
    adjust : sequence of str
        Columns in which the classes are made alike (:func:`balanced`); the metrics then begin with ``adjusted_``.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out, the respondent where answers name no customer.

    Returns
    -------
    DataFrame
        ESTIMATES with the group columns ``outcome_id`` and ``experience``. ``reaction``: share, mean or amount a questionnaire, over all
        (where `adjust` is empty) and by class; ``reaction_difference``: each class minus the reference. ``n`` counts respondents.
        Needs "responses[actual]" and "orders.order_ts" or "customers.churn_date".

    Raises
    ------
    DataError
        As in :func:`experience` and :func:`dose_response`; and for a reference that is no class.

    >>> answers = pd.DataFrame({"response_id": list("abcd"), "respondent_id": list("abcd"), "customer_id": list("abcd"), "item_id": "q",
    ...     "item_type": "actual", "state": "answered", "value": [1.0, 1.0, 5.0, 5.0], "scale_low": 1.0, "scale_high": 5.0,
    ...     "weight": 1.0, "left": [1.0, 0.0, 0.0, 0.0]})
    >>> reaction(answers, items=["q"])[["experience", "metric", "value"]]
         experience               metric  value
    0           NaN             reaction   0.25
    1     delighted             reaction   0.00
    2  disappointed             reaction   0.50
    3     delighted  reaction_difference  -0.50
    """
    if reference not in EXPERIENCES:
        raise DataError(worded("reference", "there is no class of experience", reference, EXPERIENCES, label="Classes"))
    estimates.check(items=items, outcomes=outcomes, adjust=adjust)
    lead, groups = "adjusted_" if adjust else "", ["outcome_id", "experience"]
    outcomes = after(responses) if outcomes is None else tuple(outcomes)
    needs = [] if len(items) and len(responses) else ["responses[actual]"]
    needs += [] if outcomes else ["orders.order_ts", "customers.churn_date"]
    needs = needs or lacking_of(responses, items)
    if needs:
        return estimates.unanswerable(f"{lead}reaction", "share", needs, by=groups)
    rated = experience(responses, items=items, disappointed=disappointed, delighted=delighted)
    parts = []
    for outcome in outcomes:
        found, unit, bounds = followed_by(responses, rated, outcome)
        table = rated.assign(followed_by=found.value, outcome_id=outcome)
        table = table[table["followed_by"].notna()].reset_index(drop=True)
        if table.empty:
            parts.append(estimates.unanswerable(f"{lead}reaction", unit, [outcome], by=groups))
            continue
        own = "respondent_id" if found.is_item and "customer_id" not in table.columns else "customer_id"
        chosen = by_respondent({**options, "cluster": options.get("cluster") or own})
        if adjust:
            table = balanced(table, "experience", adjust, weight=chosen["weight"])
            chosen["weight"] = "balanced"
        parts += [_told(table, by, f"{lead}reaction", unit, bounds, chosen) for by in ([groups] if adjust else [groups[:1], groups])]
        if reference in set(table["experience"]):
            told: dict[str, Any] = {"between": "experience", "reference": reference, "by": ["outcome_id"], **chosen}
            parts.append(_compared(table, f"{lead}reaction_difference", unit, bounds, told))
    stacked = estimates.stack(*parts)
    return stacked[[*groups, *(name for name in stacked.columns if name not in groups)]]


def _told(
    table: pd.DataFrame, by: Sequence[str], metric: str, unit: str, bounds: tuple[float, float] | None, chosen: Sampling
) -> pd.DataFrame:
    if unit == "share":
        return estimates.share(table, "followed_by", by=by, metric=metric, **chosen)
    return estimates.mean(table, "followed_by", by=by, metric=metric, unit=unit, bounds=bounds, **chosen)


def _compared(table: pd.DataFrame, metric: str, unit: str, bounds: tuple[float, float] | None, told: dict[str, Any]) -> pd.DataFrame:
    if unit == "share":
        return estimates.share_difference(table, "followed_by", metric=metric, **told)
    if bounds == (0.0, np.inf):
        return estimates.amount_difference(table, "followed_by", metric=metric, unit=unit, **told)
    return estimates.difference(table, "followed_by", metric=metric, unit=unit, **told)
