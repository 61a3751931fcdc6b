"""What each role in an account needs, and what counts in business for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.customers.roles._answers import WANTED, with_roles
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling

__all__ = ["needs", "values"]


def needs(
    responses: pd.DataFrame,
    persons: pd.DataFrame,
    *,
    item_types: Sequence[str] = ("importance", "expected"),
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What each role needs: mean importance and expectation by role and question.

    Parameters
    ----------
    responses, persons : DataFrame
        The contract tables; the role is the person's own.
    item_types : sequence of str
        Types of the questions.
    **options
        See :class:`cxlib.estimates.Sampling`; ``weight`` is the table's own, clusters are accounts, n counts persons.

    Returns
    -------
    DataFrame
        ESTIMATES by ``role``, ``item_type`` and ``item_id``: ``need``, in the scale of the answers; and ``need_difference``, the role's
        mean less everybody's.

    >>> staff = pd.DataFrame({"person_id": list("xyz"), "account_id": list("AAB"), "role": ["user", "user", "decision_maker"]})
    >>> said = pd.DataFrame({"person_id": list("xyz"), "item_id": "price", "item_type": "importance", "state": "answered",
    ...     "value": [3.0, 4.0, 5.0], "weight": 1.0})
    >>> needs(said, staff)[["role", "metric", "value"]].round(2).head(2)
                 role metric  value
    0  decision_maker   need    5.0
    1            user   need    3.5
    """
    estimates.check(items=item_types)
    given = with_roles(responses, persons)
    answers = given[given["item_type"].isin(item_types)] if len(given) else given
    if answers.empty:
        return _unanswered([*WANTED, *(f"responses[{name}]" for name in item_types)], ["item_type", "item_id"])
    return _by_role(answers, ["item_type", "item_id"], options)


def values(
    responses: pd.DataFrame, persons: pd.DataFrame, *, groups: Mapping[str, Sequence[str]], **options: Unpack[Sampling]
) -> pd.DataFrame:
    """What counts in business for each role: price, effort, own success.

    Parameters
    ----------
    responses, persons, **options
        As in :func:`needs`.
    groups : mapping of str to sequence of str
        What counts → the item_ids that ask for it; a person's answers to them are averaged.

    Returns
    -------
    DataFrame
        ESTIMATES by ``role`` and ``value_group``: ``need`` and ``need_difference``.

    Raises
    ------
    DataError
        For an item that stands in two groups.

    >>> staff = pd.DataFrame({"person_id": ["x", "y"], "account_id": ["A", "B"], "role": ["user", "decision_maker"]})
    >>> said = pd.DataFrame({"person_id": list("xyxy"), "item_id": ["price", "price", "hours", "hours"], "item_type": "importance",
    ...     "state": "answered", "value": [3.0, 5.0, 4.0, 2.0], "weight": 1.0})
    >>> told = values(said, staff, groups={"price": ["price"], "own_effort": ["hours"]})
    >>> told.loc[told["metric"].eq("need"), ["role", "value_group", "value"]]
                 role value_group  value
    0  decision_maker  own_effort    2.0
    1  decision_maker       price    5.0
    2            user  own_effort    4.0
    3            user       price    3.0
    """
    of_group: dict[str, str] = {}
    for name, items in groups.items():
        for item in items:
            if of_group.setdefault(item, name) != name:
                raise DataError(worded("groups", "stands in two groups:", item, do="Name each item once."))
    given = with_roles(responses, persons)
    answers = given[given["item_id"].isin(of_group)] if len(given) else given
    if answers.empty:
        return _unanswered([*WANTED, "responses[importance]"], ["value_group"])
    return _by_role(answers.assign(value_group=answers["item_id"].map(of_group)), ["value_group"], options)


def _unanswered(wanted: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    return estimates.stack(*[estimates.unanswerable(metric, "", wanted, by=["role", *by]) for metric in ("need", "need_difference")])


def _by_role(answers: pd.DataFrame, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    """Mean answers by role, and their distance from everybody's; a person's answers to one thing are averaged first."""
    options = {"weight": "weight", "cluster": "account_id", "count": "person_id", **options}
    keys = ["person_id", "account_id", "role", *by]
    one = answers.groupby(keys, as_index=False).agg(value=("value", "mean"), weight=("weight", "mean"))
    scales = answers.groupby(list(by))[["scale_low", "scale_high"]].first() if "scale_low" in answers.columns else None
    found = estimates.mean(one, "value", by=["role", *by], metric="need", **options)
    everybody = one.groupby(list(by))[["value", "weight"]].apply(lambda part: np.average(part["value"], weights=part["weight"]))
    place = pd.MultiIndex.from_frame(one[list(by)]) if len(by) > 1 else pd.Index(one[by[0]])
    apart = one.assign(apart=one["value"].to_numpy() - everybody.reindex(place).to_numpy())
    differing = estimates.mean(apart, "apart", by=["role", *by], metric="need_difference", unit="scale points", **options)
    if scales is not None:
        place = pd.MultiIndex.from_frame(found[list(by)]) if len(by) > 1 else pd.Index(found[by[0]])
        ends = scales.reindex(place).reset_index(drop=True)
        unit = [f"scale {low:g}–{high:g}" if pd.notna(low) else "" for low, high in zip(ends["scale_low"], ends["scale_high"], strict=True)]
        found = found.assign(unit=pd.Series(unit, index=found.index, dtype="str"))
    return estimates.stack(found, differing)
