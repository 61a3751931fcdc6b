"""Contacts that need never have happened, and contacts that a failure made: two figures, two sets."""

from __future__ import annotations

import pandas as pd

from cxlib import estimates
from cxlib.estimates.rows import rows
from cxlib.reasons.value.shares import NEEDS, described

__all__ = ["avoidable"]


def avoidable(shares: pd.DataFrame, reasons: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Share of contacts that would be avoidable, and share that arises from failures.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    reasons : DataFrame
        The contract table *reasons*, as the taxonomy has it or as the evidence leaves it (:attr:`Matrix.reasons`).
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``, with draws: ``avoidable_share`` (reasons whose treatment is *eliminate*), ``failure_share`` (reasons
        marked as failure demand), ``avoidable_failure_share`` (both at once); by ``reason_id``: ``avoidable_reason_share``, the share of
        each avoidable reason, the largest first (one row without a number where no reason is). Shares that nobody could correct keep the
        note ``not corrected``.

    Raises
    ------
    DataError
        When `shares` have no draws, or name reasons that the taxonomy lacks.

    Notes
    -----
    Σπ over the reasons of the set, with π the corrected shares; the interval is that of :func:`cxlib.estimates.sum_of_shares` and holds the
    errors of the classification, since they are in the draws of π. What the ratings of the taxonomy may have wrong is not in it: see
    :func:`cxlib.reasons.value.flips`.

    >>> import numpy as np
    >>> table = {"metric": "reason_share", "value": [0.5, 0.3, 0.2], "n": 90, "n_eff": 90.0, "draws": np.array([[0.5] * 9, [0.3] * 9,
    ...     [0.2] * 9])}
    >>> shares = rows(pd.DataFrame({"reason_id": list("abc")}), table)
    >>> reasons = pd.DataFrame({"reason_id": list("abc"), "treatment": ["eliminate", "leverage", "automate"], "failure_demand": [True,
    ...     False, True]})
    >>> avoidable(shares, reasons)[["reason_id", "metric", "value"]].round(2).to_dict("split")["data"]  # doctest: +NORMALIZE_WHITESPACE
    [[nan, 'avoidable_share', 0.5], [nan, 'failure_share', 0.7], [nan, 'avoidable_failure_share', 0.5],
     ['a', 'avoidable_reason_share', 0.5]]
    """
    told = described(shares, reasons, ["treatment", "failure_demand"], where="avoidable")
    if told is None:
        names = ("avoidable_share", "failure_share", "avoidable_failure_share", "avoidable_reason_share")
        return estimates.stack(*[estimates.unanswerable(name, "share", NEEDS, by=("reason_id",)) for name in names])
    gone = told["treatment"].eq("eliminate")
    failed = told["failure_demand"].astype("boolean").fillna(False).astype(bool)
    everything = pd.Series("all", index=told.index)
    sets = {"avoidable_share": gone, "failure_share": failed, "avoidable_failure_share": gone & failed}
    whole = [estimates.sum_of_shares(told, everything, metric=name, of=chosen, level=level) for name, chosen in sets.items()]
    each = told.loc[gone, shares.columns].assign(metric="avoidable_reason_share").sort_values("value", ascending=False, kind="stable")
    if each.empty:
        each = rows(pd.DataFrame(index=[0]), {"metric": "avoidable_reason_share", "unit": "share", "note": "no avoidable reason"})
    return estimates.stack(*whole, each).reindex(columns=shares.columns).astype({"reason_id": "str"})
