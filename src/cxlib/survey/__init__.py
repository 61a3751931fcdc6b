"""What survey answers say: scores, and how sure they are.

Here stands what all of the room shares: which rows of the long table *responses* a figure rests on.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.tables import MEASURED

__all__ = ["answered", "asked", "by_respondent"]


def asked(responses: pd.DataFrame, types: Sequence[str], *, by: Sequence[str] = (), min_n: int | None = None) -> pd.DataFrame:
    """Return the rows of some item types, whatever their state; by touchpoint, those that belong to one.

    Levels of respondents' groups with fewer than `min_n` respondents are pooled as "other"; what is measured is never pooled.
    """
    if responses.empty:
        return responses
    rows = responses[responses["item_type"].isin(types)]
    if "touchpoint_id" in by:
        rows = rows[rows["touchpoint_id"].notna()]
    people = [name for name in by if name in rows.columns and name not in MEASURED]
    if not min_n or rows.empty:
        return rows
    return rows.assign(**{name: estimates.coarsen(rows[name], min_n=min_n, count=rows["respondent_id"]) for name in people})


def answered(responses: pd.DataFrame, types: Sequence[str], *, by: Sequence[str] = (), min_n: int | None = None) -> pd.DataFrame:
    """Return the answered rows of some item types; see :func:`asked`."""
    rows = asked(responses, types, by=by, min_n=min_n)
    return rows[rows["state"] == "answered"] if len(rows) else rows


def by_respondent(options: Sampling) -> Sampling:
    """Fill in what holds for every survey: the table's weights, one respondent's answers belong together, n counts respondents."""
    filled: Sampling = {"weight": "weight", "count": "respondent_id", **options}
    filled["cluster"] = options.get("cluster") or "respondent_id"
    return filled
