"""Leads with their moments as hours and days, whatever engine they come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import lacking, picked
from cxlib.contacts.volume.per_unit import local_day
from cxlib.errors import DataError, worded

__all__ = ["leads_of", "nothing"]


def leads_of(
    leads: IntoFrame, columns: Sequence[str], *, by: Sequence[str] = (), as_of: datetime | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Return leads, one row each, and what is missing.

    Parameters
    ----------
    leads : pandas, DuckDB or PySpark frame
    columns : sequence of str
        Columns that need a value.
    by : sequence of str
        Columns that are kept besides.
    as_of : datetime, optional
        Until when leads are known; the newest moment in the table when left out.

    Returns
    -------
    (DataFrame, list of str)
        ``created`` (day), ``waited_h`` (hours until the first answer; missing without one), ``watched_h`` (hours until `as_of`),
        ``interest`` (day), ``won``, ``lost_reason``, ``customer_id``, ``unit`` (customer, else the lead), and `by`; sorted by id.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise DataError(worded("as_of", "has no time zone:", as_of.isoformat(), do="Give it one; until when leads are known is a moment."))
    needs = lacking(leads, [*columns], "leads")
    if needs:
        return pd.DataFrame(), needs
    have = nw.from_native(leads).lazy().collect_schema().names()
    wanted = ["lead_id", "customer_id", "created_ts", "first_touch_ts", "first_interest_date", "won", "lost_reason", *by]
    table = picked(leads, [name for name in dict.fromkeys(wanted) if name in have]).reindex(columns=list(dict.fromkeys(wanted)))
    table = table.dropna(subset="created_ts").drop_duplicates("lead_id").sort_values("lead_id", ignore_index=True)
    touched = table["first_touch_ts"]
    moment = isinstance(touched.dtype, pd.DatetimeTZDtype)
    end = (
        pd.Timestamp(as_of) if as_of is not None else max(table["created_ts"].max(), touched.max() if moment else table["created_ts"].max())
    )
    hours = (touched - table["created_ts"]).dt.total_seconds() / 3600 if moment else pd.Series(np.nan, table.index)
    unit = table["customer_id"].astype("str").fillna("lead " + table["lead_id"].astype("str"))
    return (
        table.assign(
            created=local_day(table["created_ts"]),
            waited_h=hours,
            watched_h=(end - table["created_ts"]).dt.total_seconds() / 3600,
            interest=table["first_interest_date"].astype("datetime64[us]"),
            unit=unit,
        ),
        [],
    )


def nothing(metric: str, unit: str, by: Sequence[str]) -> pd.DataFrame:
    """Return the row that says that there was nothing to count."""
    return estimates.unanswerable(metric, unit, [], by=by).assign(note="no events", n=pd.array([0], dtype="Int64"))
