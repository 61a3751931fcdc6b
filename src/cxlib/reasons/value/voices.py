"""What the evidence says of a reason's two ratings: each kind of evidence has one voice, and so has who rated it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.tables import group_columns

__all__ = ["COMPANY", "CUSTOMER", "FALLING", "SPEAKING", "voices"]

# figures of one kind stand together and have one voice: they tell of the same thing
CUSTOMER = (("contact_value",), ("ces", "csat"), ("first_contact_resolution",))
COMPANY = (("bought_after", "revenue_after"), ("repeat_share",))
SPEAKING = tuple(metric for kinds in (CUSTOMER, COMPANY) for kind in kinds for metric in kind)
FALLING = ("repeat_share",)  # figures of which less is better


def voices(
    evidence: pd.DataFrame,
    reason_ids: Sequence[str],
    kinds: Sequence[Sequence[str]],
    *,
    neutral: Mapping[str, float],
    falling: Sequence[str],
) -> np.ndarray:
    """Return what each kind of evidence says of each reason: 1 valuable, −1 irritating, 0 nothing.

    Parameters
    ----------
    evidence : DataFrame
        ESTIMATES by ``reason_id``; the row of a metric without a reason is its figure over all contacts.
    reason_ids : sequence of str
    kinds : sequence of sequences of str
        Metrics of one kind, one sequence a voice.
    neutral : mapping of str to float
        Metric → value that speaks neither for nor against; its figure over all contacts where it is not named.
    falling : sequence of str
        Metrics of which less is better.

    Returns
    -------
    array of int, shape (reasons, kinds)
        A figure speaks when its whole interval lies on one side of what is neutral. A kind whose figures contradict each other says
        nothing.

    Raises
    ------
    DataError
        When a metric of the evidence has several rows for a reason.

    >>> from cxlib.estimates.rows import rows
    >>> place = pd.DataFrame({"reason_id": ["a", "b"]})
    >>> told = rows(place, {"metric": "contact_value", "value": [4.0, 2.9], "low": [3.5, 2.0], "high": [4.5, 3.8]})
    >>> voices(told, ["a", "b"], [["contact_value"]], neutral={"contact_value": 3.0}, falling=()).tolist()
    [[1], [0]]
    """
    if "reason_id" not in group_columns(evidence):
        return np.zeros((len(reason_ids), len(kinds)), dtype=int)
    said = np.zeros((len(reason_ids), len(kinds)), dtype=int)
    for column, kind in enumerate(kinds):
        signs = np.array([_signs(evidence, reason_ids, metric, neutral, falling) for metric in kind])
        said[:, column] = np.where((signs >= 0).all(axis=0), signs.max(axis=0), np.where((signs <= 0).all(axis=0), signs.min(axis=0), 0))
    return said


def _signs(
    evidence: pd.DataFrame, reason_ids: Sequence[str], metric: str, neutral: Mapping[str, float], falling: Sequence[str]
) -> np.ndarray:
    told = evidence[evidence["metric"].eq(metric)]
    by_reason = told[told["reason_id"].notna()]
    if by_reason["reason_id"].duplicated().any():
        twice = str(by_reason.loc[by_reason["reason_id"].duplicated(), "reason_id"].iloc[0])
        raise DataError(worded(f"evidence: {metric}", "a reason stands twice:", twice, do="Hand over one definition of the figure."))
    overall = told.loc[told["reason_id"].isna(), "value"]
    middle = neutral.get(metric, float(overall.iloc[0]) if len(overall) else np.nan)
    found = by_reason.set_index("reason_id")[["low", "high"]].reindex(list(reason_ids))
    signs = np.where(found["low"] > middle, 1, np.where(found["high"] < middle, -1, 0))
    return -signs if metric in falling else signs
