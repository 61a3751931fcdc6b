"""Which answers lie below and above the zero line, and how often each is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent, needs_of, rated, unscaled

__all__ = ["Threshold", "thresholds", "zero_line"]

Threshold = float | Mapping[str, float] | None


def thresholds(
    items: Sequence[str], scale_low: Sequence[float], scale_high: Sequence[float], *, low: Threshold = None, high: Threshold = None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return up to which answer each item disappoints, and from which on it delights; high is good.

    Parameters
    ----------
    items : sequence of str
    scale_low, scale_high : sequence of float
        Ends of each item's scale.
    low, high : float, mapping of item_id to float, or None
        Where they are not given: below the middle of the scale disappoints, its best answer delights.

    Raises
    ------
    DataError
        Where an answer could disappoint and delight, where the scale is not known, and where no answer lies between the two.

    >>> [end.tolist() for end in thresholds(["a", "b"], [1, 1], [6, 5])]
    [[3.0, 2.0], [6.0, 5.0]]
    """
    begin, end = np.asarray(scale_low, dtype="float64"), np.asarray(scale_high, dtype="float64")
    below = _given(items, low, np.ceil((begin + end) / 2) - 1)
    above = _given(items, high, end)
    unknown = [name for name, known in zip(items, ~np.isnan(below + above), strict=True) if not known]
    if unknown:
        do = "Give low and high, or declare the item's scale."
        raise DataError(*(worded("low, high", "the scale is not known of the item", name, do=do) for name in unknown))
    problems = [
        worded(name, f"answers up to {a:g} disappoint and answers from {b:g} on delight", do="Leave an answer between the two.")
        for name, a, b in zip(items, below, above, strict=True)
        if b - a < 2 and (a >= b or float(a).is_integer())
    ]
    if problems:
        raise DataError(*problems)
    return below, above


def _given(items: Sequence[str], threshold: Threshold, default: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if threshold is None:
        return default
    if isinstance(threshold, Mapping):
        return np.array([threshold.get(name, other) for name, other in zip(items, default, strict=True)], dtype="float64")
    return np.full(len(items), float(threshold))


def zero_line(
    responses: pd.DataFrame,
    *,
    by: Sequence[str] = ("touchpoint_id",),
    low: Threshold = None,
    high: Threshold = None,
    item_type: str = "actual",
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Shares of answers that tell of a disappointment, of things as they should be, and of delight; they add up to one.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    by : sequence of str
        Group columns.
    low, high : float, mapping of item_id to float, or None
        See :func:`thresholds`.
    item_type : str
    min_n : int, optional
        Levels of respondents' groups with fewer respondents are pooled as "other" first.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES, metrics ``disappointed_share``, ``fine_share``, ``delighted_share``, unit ``share``; ``n`` counts respondents.
        A survey without such items keeps one row with the note "needs responses[…]".

    Notes
    -----
    Wilson intervals on the effective sample size; see :func:`cxlib.estimates.share`.

    >>> marks = pd.DataFrame({"respondent_id": list("abcd"), "touchpoint_id": "hotline", "item_id": "q", "item_type": "actual",
    ...     "state": "answered", "value": [2.0, 4.0, 5.0, 6.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 6.0})
    >>> zero_line(marks).set_index("metric")["value"].to_dict()
    {'disappointed_share': 0.25, 'fine_share': 0.5, 'delighted_share': 0.25}
    """
    answers = rated(responses, (item_type,), by=by, min_n=min_n)
    needs = needs_of(responses, [item_type], by=by) if answers.empty else unscaled(answers) if low is None or high is None else []
    if needs:
        return estimates.unanswerable("disappointed_share", "share", needs, by=by)
    ends = answers.groupby("item_id", sort=False)[["scale_low", "scale_high"]].first()
    items = [str(name) for name in ends.index]
    below, above = thresholds(items, ends["scale_low"].to_list(), ends["scale_high"].to_list(), low=low, high=high)
    value = answers["value"]
    down = value <= answers["item_id"].map(dict(zip(items, below, strict=True))).astype("float64")
    up = value >= answers["item_id"].map(dict(zip(items, above, strict=True))).astype("float64")
    flags = {"disappointed_share": down, "fine_share": ~down & ~up, "delighted_share": up}
    return estimates.stack(
        *[
            estimates.share(answers.assign(flag=flag.astype("float64")), "flag", by=by, metric=metric, **by_respondent(options))
            for metric, flag in flags.items()
        ]
    )
