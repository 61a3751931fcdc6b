"""P09: departments that are hard to get hold of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, lacking, named, wanting, within
from cxlib.contacts.pain_points._figures import flagged
from cxlib.estimates import Sampling

__all__ = ["reachability"]


def reachability(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = ("received_by",),
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
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` (missing: all): ``reached_share`` (``share``). A call that was given up has not reached anybody.

    Notes
    -----
    First attempts are not told apart: that needs to know who calls, and most logs know it of those who got through only.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("aabc"), "received_by": list("xxxy"),
    ...     "reached": [False, True, True, True]})
    >>> reachability(log)[["received_by", "metric", "value"]].round(2)
      received_by         metric  value
    0         NaN  reached_share   0.75
    1           x  reached_share   0.67
    2           y  reached_share   1.00
    """
    needs = lacking(contacts, ["local_date", "reached", "received_by"])
    lack = wanting("reached_share", "share", needs, lacking(contacts, by), by)
    if lack is not None:
        return lack
    frame = within(contacts, direction, period).filter(~nw.col("reached").is_null() & ~nw.col("received_by").is_null())
    columns = {"cx_reached": nw.when(nw.col("reached")).then(1).otherwise(0)}
    cluster = options.get("cluster") or "customer_id"
    table = named(counted(frame.to_native(), [*by, *columns], cluster=cluster, direction=None, columns=columns), by)
    parts = [flagged(table, table["cx_reached"].eq(1), over, "reached_share", options) for over in dict.fromkeys(((), tuple(by)))]
    return estimates.stack(*parts)
