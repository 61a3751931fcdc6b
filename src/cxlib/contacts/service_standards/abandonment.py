"""Calls that are given up, and calls that are taken in time: three ways to count, and which one it is.

What a caller who hangs up after five seconds says of the service is a matter of convention. *Offered*: every call counts, a call given up
is a call not taken. *Removed*: calls given up before the threshold do not count at all. *Positive*: they count as served.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, headed, lacking, named, wanting
from cxlib.estimates import Sampling

__all__ = ["VARIANTS", "abandonment"]

VARIANTS = ("offered", "removed", "positive")


def abandonment(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    threshold_s: float = 20.0,
    variants: Sequence[str] = VARIANTS,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of calls given up, and share taken within the threshold, in each of the three ways to count.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log; calls in which ``abandoned`` is not known are left out.
    by : sequence of str
        Group columns.
    threshold_s : float
        Seconds within which a call is meant to be taken.
    variants : sequence of {"offered", "removed", "positive"}
        What becomes of calls given up within the threshold: given up like any other, left out, or served.
    direction, period, **options
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``variant``, ``threshold_s`` and `by`: ``abandoned_share`` and ``within_threshold`` (``share``). Then counts:
        ``short_abandoned`` (given up within the threshold: what the ways differ in), ``negative_waits`` and ``wait_unknown`` (both left
        out). Needs contacts.abandoned and contacts.wait_s.

    Notes
    -----
    With N calls, A given up, a of them within the threshold T, and t taken within T: offered A/N and t/N; removed (A − a)/(N − a) and
    t/(N − a); positive (A − a)/N and (t + a)/N. Wilson interval on the clustered effective size.

    >>> calls = pd.DataFrame({"wait_s": [5.0, 30.0, 8.0, 90.0], "abandoned": [False, False, True, True], "weight": 1.0,
    ...     "customer_id": list("abcd"), "local_date": pd.Timestamp("2025-01-06")})
    >>> found = abandonment(calls)
    >>> found[found["metric"].eq("abandoned_share")]["value"].round(2).to_list()
    [0.5, 0.33, 0.25]
    """
    head = {"variant": None, "threshold_s": f"{threshold_s:g}"}
    missing = wanting("abandoned_share", "share", lacking(contacts, ["local_date", "abandoned", "wait_s"]), lacking(contacts, by), by)
    if missing is not None:
        return headed(missing, {"threshold_s": head["threshold_s"] or ""})
    short = nw.col("wait_s") <= threshold_s
    gave_up = nw.when(short).then(nw.lit("short")).otherwise(nw.lit("long"))
    taken = nw.when(short).then(nw.lit("served")).otherwise(nw.lit("late"))
    state: Any = nw.when(nw.col("abandoned")).then(gave_up).otherwise(taken)
    state = nw.when(nw.col("wait_s") < 0).then(nw.lit("odd")).otherwise(state)
    state = nw.when(nw.col("wait_s").is_null()).then(nw.lit("none")).otherwise(state)
    columns = {"cx_state": nw.when(nw.col("abandoned").is_null()).then(nw.lit("other")).otherwise(state)}
    cluster = options.get("cluster") or "customer_id"
    table = counted(contacts, [*by, "cx_state"], cluster=cluster, direction=direction, period=period, columns=columns)
    table = named(table[table["cx_state"] != "other"], by)
    parts = [part for variant in variants for part in _shares(table, variant, by, options, str(head["threshold_s"]))]
    everywhere = table[list(by)].drop_duplicates() if by else pd.DataFrame(index=range(1))
    none = everywhere.assign(n=0, weight=0.0, squares=0.0)
    for kind, metric in (("short", "short_abandoned"), ("odd", "negative_waits"), ("none", "wait_unknown")):
        number = counts(pd.concat([table[table["cx_state"] == kind], none], ignore_index=True), by, metric)
        parts.append(headed(number, {"threshold_s": str(head["threshold_s"])}))
    return estimates.stack(*parts)


def _shares(table: pd.DataFrame, variant: str, by: Sequence[str], options: Sampling, threshold: str) -> list[pd.DataFrame]:
    kept = ("served", "late", "long") if variant == "removed" else ("served", "late", "long", "short")
    calls = table[table["cx_state"].isin(kept)]
    if calls.empty:
        return []
    lost = ("long", "short") if variant == "offered" else ("long",)
    good = ("served", "short") if variant == "positive" else ("served",)
    parts = []
    for metric, states in (("abandoned_share", lost), ("within_threshold", good)):
        flagged = calls.assign(flag=calls["cx_state"].isin(states).astype("float64"))
        found = behind(estimates.share(flagged, "flag", by=by, metric=metric, **clustered(options)), flagged, by)
        parts.append(headed(found, {"variant": variant, "threshold_s": threshold}))
    return parts
