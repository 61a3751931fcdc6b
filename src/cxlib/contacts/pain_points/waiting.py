"""P07: callers in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, lacking, named, within
from cxlib.contacts.pain_points._figures import flagged, missing, named_for
from cxlib.estimates import Sampling

__all__ = ["queue"]


def queue(
    contacts: IntoFrame,
    *,
    quantiles: Sequence[float] = (0.5, 0.9),
    threshold_s: float = 20,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How long callers wait, and how many give up.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``wait_s`` or ``abandoned``.
    quantiles : sequence of float
        Of the wait of all calls that came into the queue, those given up included.
    threshold_s : float
        Seconds within which a call should be taken.
    by : sequence of str
        Group columns, for instance ``local_hour``.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES: ``wait_p50_s`` … (``s``, to the whole second, one a quantile), ``abandoned_share`` (``share`` of the calls of which it is
        known), ``taken_in_time`` (``share`` of all calls offered that were taken within `threshold_s`: given up means not taken), and
        counts of what is in none of them: ``negative_waits``.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("abcde"), "wait_s": [5.0, 15.0, 60.0, 90.0, -2.0],
    ...     "abandoned": [False, False, False, True, False]})
    >>> queue(log)[["metric", "value"]]
                metric  value
    0       wait_p50_s  37.50
    1       wait_p90_s  90.00
    2  abandoned_share   0.25
    3    taken_in_time   0.50
    4   negative_waits   1.00
    """
    needs = lacking(contacts, ["local_date", "wait_s", "abandoned"])
    features = lacking(contacts, by)
    if "contacts.local_date" in needs or "contacts.contact_ts" in needs or len(needs) == 2 or features:
        lack = missing("P07", f"wait_p{100 * quantiles[0]:g}_s", "s", needs, features, by)
        if lack is not None:
            return lack
    frame = within(contacts, direction, period)
    have = [name for name in ("wait_s", "abandoned") if f"contacts.{name}" not in needs]
    frame = frame.filter(~nw.all_horizontal(*[nw.col(name).is_null() for name in have], ignore_nulls=False))
    wait, gone = nw.col("wait_s") if "wait_s" in have else nw.lit(None, nw.Float64), nw.lit(None, nw.Int64)
    if "abandoned" in have:
        gone = nw.when(~nw.col("abandoned").is_null()).then(nw.when(nw.col("abandoned")).then(1).otherwise(0))
    columns = {"cx_wait": nw.when(wait >= 0).then(wait.round(0)).otherwise(wait), "cx_gone": gone}
    columns |= {"cx_in_time": nw.when(~wait.is_null()).then(nw.when(wait <= threshold_s).then(1).otherwise(0))}
    cluster = options.get("cluster") or "customer_id"
    table = named(counted(frame.to_native(), [*by, *columns], cluster=cluster, direction=None, columns=columns), by)
    waits = table["cx_wait"].astype("float64")
    odd, table = table[waits < 0], table[~(waits < 0)]
    parts = [*_waits(table, quantiles, by, options, "wait_s" in have), *_given_up(table, threshold_s, by, options, have)]
    return named_for("P07", *parts, *([counts(odd, by, "negative_waits")] if len(odd) else []))


def _waits(table: pd.DataFrame, quantiles: Sequence[float], by: Sequence[str], options: Sampling, there: bool) -> list[pd.DataFrame]:
    if not there:
        return [estimates.unanswerable(f"wait_p{100 * q:g}_s", "s", ["contacts.wait_s"], by=by) for q in quantiles]
    known = table[table["cx_wait"].notna()]
    known = known.assign(wait=known["cx_wait"].astype("float64"))
    parts = []
    for q in quantiles:
        told = estimates.quantile(known, "wait", q, by=by, metric=f"wait_p{100 * q:g}_s", unit="s", **clustered(options))
        parts.append(behind(told, known, by))
    return parts


def _given_up(table: pd.DataFrame, threshold_s: float, by: Sequence[str], options: Sampling, have: Sequence[str]) -> list[pd.DataFrame]:
    needs = [f"contacts.{name}" for name in ("wait_s", "abandoned") if name not in have]
    known = table[table["cx_gone"].notna()]
    gone: Any = known["cx_gone"].eq(1)
    parts = [flagged(known, gone, by, "abandoned_share", options)]
    if "abandoned" not in have:
        parts = [estimates.unanswerable("abandoned_share", "share", ["contacts.abandoned"], by=by)]
    if needs:
        return [*parts, estimates.unanswerable("taken_in_time", "share", needs, by=by)]
    both = known[known["cx_in_time"].notna()]
    return [*parts, flagged(both, both["cx_in_time"].eq(1) & both["cx_gone"].ne(1), by, "taken_in_time", options)]
