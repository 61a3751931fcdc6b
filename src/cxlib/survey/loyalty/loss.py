"""How many customers more are lost in a year where a rating is a point lower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.survey.loyalty.dose import dose_response

__all__ = ["loss_per_point"]

YEAR = 365.25


def loss_per_point(
    responses: pd.DataFrame, *, item: str | None, horizon_days: float, adjust: Sequence[str] = (), **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Share of customers lost a year that goes along with a rating that is one point lower.

    Parameters
    ----------
    responses : DataFrame
        As :func:`behaviour` returns it, with ``left``.
    item : str or None
        The rating's item_id, high is good.
    horizon_days : float
        Days after a questionnaire that ``left`` looks at.
    adjust : sequence of str
        Columns of *responses* within whose levels customers are compared.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by ``item_id``: ``loss_per_point``, unit ``share difference``. Needs "customers.churn_date" and the item.

    Notes
    -----
    The slope of ``left`` on the rating (:func:`dose_response`) times −365.25 / `horizon_days`. Who rates lower may be more ready to
    leave for other reasons: the loss goes along with the rating.

    >>> answers = pd.DataFrame({"response_id": list("abcd"), "respondent_id": list("abcd"), "customer_id": list("abcd"), "item_id": "nps",
    ...     "item_type": "nps", "state": "answered", "value": [1.0, 1.0, 2.0, 2.0], "scale_low": 0.0, "scale_high": 10.0, "weight": 1.0,
    ...     "left": [1.0, 0.0, 0.0, 0.0]})
    >>> loss_per_point(answers, item="nps", horizon_days=365.25)[["item_id", "value"]].values.tolist()
    [['nps', 0.5]]
    """
    needs = ["customers.churn_date", "responses.customer_id"] if "left" not in responses or responses["left"].isna().all() else []
    needs += [] if item is not None and responses["item_id"].eq(item).any() else [f"responses[{item or 'nps'}]"]
    if needs:
        return estimates.unanswerable("loss_per_point", "share difference", needs, by=("item_id",))
    told = dose_response(responses, outcome="left", item=item, adjust=adjust, **options)
    slope = told[told["metric"].str.endswith("dose_slope")].drop(columns=["outcome_id", "dose"]).reset_index(drop=True)
    times = -YEAR / horizon_days
    ends = {"low": slope["high"] * times, "high": slope["low"] * times}
    turned = slope.assign(metric="loss_per_point", value=slope["value"] * times, **ends)
    if "draws" in turned:
        turned["draws"] = [row * times if isinstance(row, np.ndarray) else row for row in slope["draws"]]
    return turned
