"""P09: departments that are hard to get hold of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, filled, lacking, named
from cxlib.contacts.pain_points._figures import HOUR, flagged, missing, named_for, timed
from cxlib.estimates import Sampling

__all__ = ["reachability"]


def reachability(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = ("received_by",),
    again_hours: float = 24,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of calls that reach the one they are for, by the unit called.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``reached`` and ``received_by``. Calls that no unit received (outside the hours) are left out.
    by : sequence of str
        Group columns; the share over all of them is told first.
    again_hours : float
        A call within so many hours of one by the same customer to the same unit is no first attempt.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` (missing: all): ``reached_share`` of all calls, and ``reached_first_time`` of first attempts by known customers,
        both ``share``. A call that was given up has not reached anybody.

    >>> at = pd.to_datetime(["2025-01-06 08:00", "2025-01-06 09:00", "2025-01-06 10:00", "2025-01-06 11:00"], utc=True)
    >>> log = pd.DataFrame({"contact_id": list("1234"), "contact_ts": at, "local_date": pd.Timestamp("2025-01-06"),
    ...     "customer_id": list("aabc"), "received_by": "desk", "reached": [False, True, True, True]})
    >>> reachability(log)[["received_by", "metric", "value"]].round(2)
      received_by              metric  value
    0         NaN       reached_share   0.75
    1        desk       reached_share   0.75
    2         NaN  reached_first_time   0.67
    3        desk  reached_first_time   0.67
    """
    needs = lacking(contacts, ["local_date", "reached", "received_by"])
    lack = missing("P09", "reached_share", "share", needs, lacking(contacts, by), by)
    if lack is not None:
        return lack
    frame = timed(contacts, ["contact_ts"], direction, period)
    names = frame.collect_schema().names()
    frame = frame.filter(~nw.col("reached").is_null() & ~nw.col("received_by").is_null())
    columns = {"cx_reached": nw.when(nw.col("reached")).then(1).otherwise(0)}
    first = bool(filled(contacts, ["customer_id", "contact_ts"])["customer_id"])
    if first:
        order = ["cx_us_contact_ts", *(["contact_id"] if "contact_id" in names else [])]
        before = nw.col("cx_us_contact_ts").shift(1).over("customer_id", "received_by", order_by=order)
        frame = frame.with_columns(cx_before=before)
        soon = ~nw.col("cx_before").is_null() & (nw.col("cx_us_contact_ts") - nw.col("cx_before") < round(again_hours * HOUR))
        own = nw.when(soon).then(nw.lit("again")).otherwise(nw.lit("first"))
        frame = frame.with_columns(cx_attempt=nw.when(nw.col("customer_id").is_null()).then(nw.lit("unknown")).otherwise(own))
    keys = list(dict.fromkeys([*by, "cx_reached", *(["cx_attempt"] if first else [])]))
    cluster = options.get("cluster") or "customer_id"
    table = named(counted(frame.to_native(), keys, cluster=cluster, direction=None, columns=columns), by)
    parts = [flagged(table, table["cx_reached"].eq(1), over, "reached_share", options) for over in dict.fromkeys(((), tuple(by)))]
    if not first:
        return named_for("P09", *parts, estimates.unanswerable("reached_first_time", "share", ["contacts.customer_id"], by=by))
    fresh = table[table["cx_attempt"] == "first"]
    parts += [flagged(fresh, fresh["cx_reached"].eq(1), over, "reached_first_time", options) for over in dict.fromkeys(((), tuple(by)))]
    return named_for("P09", *parts)
