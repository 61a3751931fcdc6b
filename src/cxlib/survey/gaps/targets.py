"""How far a figure lies from the target that the company set itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import rated, scores

__all__ = ["to_target"]


def to_target(
    responses: pd.DataFrame,
    *,
    target: float | None,
    item_type: str = "ces",
    by: Sequence[str] = (),
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Mean answer by group beside its target, and the distance between both.

    Parameters
    ----------
    responses : DataFrame
        The contract table; items of type `item_type`, all on one scale.
    target : float or None
        On that scale, high is good; None where the company set none.
    item_type : str
    by : sequence of str
    min_n, **options
        As in :func:`cxlib.survey.scores.ces`.

    Returns
    -------
    DataFrame
        ESTIMATES. Metric `item_type` (the mean), ``target``, and ``target_gap`` = mean − target with the mean's interval moved; without a
        target the mean alone.

    Raises
    ------
    DataError
        When the target lies outside the scale.

    >>> answers = pd.DataFrame({"respondent_id": list("abc"), "item_id": "ease", "item_type": "ces", "state": "answered",
    ...     "value": [5.0, 6.0, 4.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 7.0})
    >>> to_target(answers, target=5.5)[["metric", "value", "unit"]]
           metric  value          unit
    0         ces    5.0     scale 1–7
    1      target    5.5     scale 1–7
    2  target_gap   -0.5  scale points
    """
    found = scores.mean_rating(responses, by=by, item_type=item_type, min_n=min_n, **options).assign(metric=item_type)
    if target is None or found["value"].isna().all():
        return found
    given = rated(responses, (item_type,))
    low, high = given["scale_low"].min(), given["scale_high"].max()
    if target < low or target > high:
        raise DataError(worded("target", f"lies outside the scale {low:g}–{high:g}:", target, do="Give it on that scale, high is good."))
    plain = found.drop(columns="draws", errors="ignore")
    wanted = plain.assign(metric="target", value=target, low=float("nan"), high=float("nan"), method="set by the company", note="")
    shifted = {name: plain[name] - target for name in ("value", "low", "high")}
    return estimates.stack(found, wanted, plain.assign(metric="target_gap", unit="scale points", **shifted))
