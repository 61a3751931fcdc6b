"""What the most frequent reasons make up together."""

from __future__ import annotations

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
    Sum of the largest shares. Wilson's interval, with as many contacts as the variance of the same reasons' sum over the draws is worth;
    that others might be the largest ones is not in it.

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
    return estimates.sum_of_shares(first, together, metric="leading_share", level=level)
