"""What the most frequent reasons make up together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded

__all__ = ["leading"]


def leading(shares: pd.DataFrame, *, count: int = 3, level: float = 0.95) -> pd.DataFrame:
    """Share that the most frequent reasons have together.

    Parameters
    ----------
    shares : DataFrame
        What :func:`corrected_shares` returned, over all contacts and with draws.
    count : int
        How many reasons.
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES of one row, ``leading_share``, with draws.

    Raises
    ------
    DataError
        When there are no draws.

    Notes
    -----
    Sum of the largest shares. Wilson's interval, with as many contacts as the variance of the same reasons' sum over the draws is worth.
    The largest of many are partly so by chance; the low end is lower by what choosing them anew in every draw gains on average over the
    shares that the same reasons have in all (a bootstrap of the choice, Efron & Tibshirani 1993, section 10).

    >>> from cxlib.reasons.classify import fit
    >>> from cxlib.reasons.quality import corrected_shares
    >>> said = ["parcel late", "parcel again", "my parcel", "the parcel", "invoice wrong", "wrong invoice", "an invoice", "the invoice"]
    >>> model = fit(said, ["delivery"] * 4 + ["billing"] * 4, promised=0.5)
    >>> said_by = model.predict(said).assign(customer_id=[*"aabbccdd"])
    >>> shares = corrected_shares(said_by, model, cluster="customer_id", draws=50)
    >>> leading(shares, count=2)["value"].round(2).item()
    1.0
    """
    told = shares[shares["metric"].eq("reason_share") & shares["value"].notna()]
    if told.empty:
        return estimates.unanswerable("leading_share", "share", ["contact_reasons.reason_id"])
    if "draws" not in told:
        raise DataError(worded("leading", "shares come without", "draws", do="Ask corrected_shares for draws."))
    first = told.sort_values("value", ascending=False, kind="stable").head(count)
    together = pd.Series("all", index=first.index)
    found = estimates.sum_of_shares(first, together, metric="leading_share", level=level)
    return found.assign(low=(found["low"] - _gained(told, count)).clip(lower=0))


def _gained(told: pd.DataFrame, count: int) -> float:
    """Return how much larger the largest shares of a draw are than the shares that the same reasons have in all, on average over draws."""
    value, drawn = told["value"].to_numpy(), np.stack(told["draws"].to_list())
    first = np.argsort(-drawn, axis=0, kind="stable")[:count]
    return float(np.nanmean(np.take_along_axis(drawn, first, axis=0).sum(axis=0) - value[first].sum(axis=0)))
