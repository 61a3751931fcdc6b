"""Who of those invited answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling

__all__ = ["response_rate"]


def response_rate(invitations: pd.DataFrame, *, by: Sequence[str] = ("stratum",), **options: Unpack[Sampling]) -> pd.DataFrame:
    """Share of those invited who answered, by group: where it differs, the unweighted sample is not the customers.

    Parameters
    ----------
    invitations : DataFrame
        The contract table, one row an invitation.
    by : sequence of str
        Group columns: stratum, wave, or features joined to the respondents.
    **options
        See :class:`cxlib.estimates.Sampling`; clusters and n default to the respondent, who may have been invited in several waves.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``response_rate``, unit ``share``; ``n`` counts the invited. Without invitations one row,
        "needs invitations.responded".

    >>> sent = pd.DataFrame({"respondent_id": list("abcd"), "stratum": list("AABB"), "responded": [True, False, False, False]})
    >>> response_rate(sent)[["stratum", "value", "n"]]
      stratum  value  n
    0       A    0.5  2
    1       B    0.0  2
    """
    if invitations.empty or "responded" not in invitations.columns or invitations["responded"].isna().all():
        return estimates.unanswerable("response_rate", "share", ["invitations.responded"], by=by)
    flagged = invitations.assign(responded=invitations["responded"].astype("Float64").astype("float64"))
    filled: Sampling = {"count": "respondent_id", **options}
    filled["cluster"] = options.get("cluster") or "respondent_id"
    return estimates.share(flagged, "responded", by=by, metric="response_rate", **filled)
