"""What the most frequent reasons make up together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates.intervals import wilson
from cxlib.estimates.rows import rows

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
    again = np.sum(np.stack(first["draws"].to_list()), axis=0)
    value, spread = float(first["value"].sum()), float(np.nanvar(again, ddof=1))
    worth = value * (1 - value) / spread if spread > 0 else float(first["n_eff"].max())
    low, high = wilson(np.array([value]), np.array([worth]), np.array([special.ndtri((1 + level) / 2)]))
    columns = {"metric": "leading_share", "value": value, "low": low, "high": high, "unit": "share", "method": "Wilson, bootstrap"}
    columns |= {"n": first["n"].max(), "n_eff": first["n_eff"].max(), "draws": again[None]}
    columns["note"] = "not corrected" if first["note"].eq("not corrected").any() else ""
    return rows(pd.DataFrame(index=[0]), columns)
