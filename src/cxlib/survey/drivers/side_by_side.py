"""Driver analyses of several outcomes side by side: what customers say, and what they do."""

from __future__ import annotations

import pandas as pd

from cxlib import estimates
from cxlib.survey.drivers.result import Drivers
from cxlib.tables import ESTIMATE_COLUMNS

__all__ = ["beside"]


def beside(*fits: Drivers) -> pd.DataFrame:
    """Lay the shares of several fits under one another, by outcome.

    Parameters
    ----------
    *fits : Drivers
        One an outcome, of the same items.

    Returns
    -------
    DataFrame
        ESTIMATES by ``outcome_id`` and the fits' own group column: metric ``driver_share``; without an item ``r2``, what all of them
        explain, and ``holdout_r2_additive``, what of it holds for answers held out.

    >>> from cxlib.estimates.rows import rows
    >>> shares = rows(pd.DataFrame({"item_id": ["speed"]}), {"metric": "driver_share", "value": 1.0, "n": 90})
    >>> beside(Drivers("nps", shares, shares, shares))[["outcome_id", "item_id", "metric", "value"]]
      outcome_id item_id        metric  value
    0        nps   speed  driver_share    1.0
    """
    told = []
    for fit in fits:
        rows = fit.estimates[fit.estimates["metric"].isin(["driver_share", "r2", "holdout_r2_additive"])]
        groups = [column for column in rows.columns if column not in (*ESTIMATE_COLUMNS, "draws")]
        told.append(rows.assign(outcome_id=fit.outcome)[["outcome_id", *groups, *rows.columns.drop(groups)]])
    return estimates.stack(*told)
