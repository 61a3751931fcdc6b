"""P07: callers in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, lacking, named, wanting, within
from cxlib.contacts.pain_points._figures import flagged
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["queue"]

LEAST = 10  # calls below which an hour of the week is left out


def queue(
    contacts: IntoFrame,
    *,
    quantiles: Sequence[float] = (0.5, 0.9),
    threshold_s: float = 20,
    target_share: float = 0.8,
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
    target_share : float
        Share of the calls that should be taken within it.
    by : sequence of str
        Group columns, for instance ``local_hour``.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES: ``wait_p50_s`` … (``s``, to the whole second, one a quantile), ``given_up_share`` (``share`` of the calls of which it is
        known), ``taken_in_time`` (``share`` of all calls offered that were taken within `threshold_s`: given up means not taken), without
        groups ``hours_in_standard`` (``share`` of the hours of the week in which at least `target_share` of the calls that were taken were
        so in time; hours with fewer than 10 are left out), and counts of what is in none of them: ``negative_waits``.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("abcde"), "wait_s": [5.0, 15.0, 60.0, 90.0, -2.0],
    ...     "abandoned": [False, False, False, True, False]})
    >>> queue(log)[["metric", "value"]]
                metric  value
    0       wait_p50_s  37.50
    1       wait_p90_s  90.00
    2  given_up_share   0.25
    3    taken_in_time   0.50
    4   negative_waits   1.00
    """
    needs = lacking(contacts, ["local_date", "wait_s", "abandoned"])
    features = lacking(contacts, by)
    if "contacts.local_date" in needs or "contacts.contact_ts" in needs or len(needs) == 2 or features:
        units = {f"wait_p{100 * q:g}_s": "s" for q in quantiles} | {"given_up_share": "share"}
        lacks = [wanting(metric, unit, needs, features, by) for metric, unit in units.items()]
        return estimates.stack(*[lack for lack in lacks if lack is not None])
    frame = within(contacts, direction, period)
    have = [name for name in ("wait_s", "abandoned") if f"contacts.{name}" not in needs]
    frame = frame.filter(~nw.all_horizontal(*[nw.col(name).is_null() for name in have], ignore_nulls=False))
    wait, gone = nw.col("wait_s") if "wait_s" in have else nw.lit(None, nw.Float64), nw.lit(None, nw.Float64)
    if "abandoned" in have:
        gone = nw.when(~nw.col("abandoned").is_null()).then(nw.when(nw.col("abandoned")).then(1.0).otherwise(0.0))
    columns = {"cx_wait": nw.when(wait >= 0).then(wait.round(0)).otherwise(wait), "cx_gone": gone}
    columns |= {"cx_in_time": nw.when(~wait.is_null()).then(nw.when(wait <= threshold_s).then(1.0).otherwise(0.0))}
    cluster = options.get("cluster") or "customer_id"
    table = named(counted(frame.to_native(), [*by, *columns], cluster=cluster, direction=None, columns=columns), by)
    waits = table["cx_wait"].astype("float64")
    odd, table = table[waits < 0], table[~(waits < 0)]
    parts = [*_waits(table, quantiles, by, options, "wait_s" in have), *_given_up(table, threshold_s, by, options, have)]
    parts += [] if by else _hours(frame, threshold_s, target_share, have)
    result = estimates.stack(*parts, *([counts(odd, by, "negative_waits")] if len(odd) else []))
    return _in_order(result, by)


def _in_order(result: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Rows by metric, then by group; groups that are numbers, as hours are, in the order of numbers."""
    place = {metric: number for number, metric in enumerate(dict.fromkeys(result["metric"]))}
    keys = {name: pd.to_numeric(result[name], errors="coerce") for name in by}
    keys = {name: key if key.notna().any() else result[name] for name, key in keys.items()}
    order = pd.DataFrame({"metric": result["metric"].map(place), **keys}).sort_values(["metric", *by], kind="stable").index
    return result.loc[order].reset_index(drop=True)


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
    parts = [flagged(known, gone, by, "given_up_share", options)]
    if "abandoned" not in have:
        parts = [estimates.unanswerable("given_up_share", "share", ["contacts.abandoned"], by=by)]
    if needs:
        return [*parts, estimates.unanswerable("taken_in_time", "share", needs, by=by)]
    both = known[known["cx_in_time"].notna()]
    return [*parts, flagged(both, both["cx_in_time"].eq(1) & both["cx_gone"].ne(1), by, "taken_in_time", options)]


def _hours(frame: nw.LazyFrame[Any], threshold_s: float, target_share: float, have: Sequence[str]) -> list[pd.DataFrame]:
    """Hours of the week in which the standard is met, counted; calls given up are left out of it."""
    names = frame.columns
    if "wait_s" not in have or not {"local_weekday", "local_hour"} <= set(names):
        return []
    taken = frame.filter(nw.col("wait_s") >= 0)
    taken = taken.filter(nw.col("abandoned").is_null() | ~nw.col("abandoned")) if "abandoned" in have else taken
    columns = {"cx_in_time": nw.when(nw.col("wait_s") <= threshold_s).then(1.0).otherwise(0.0)}
    keys = ["local_weekday", "local_hour"]
    cells = counted(taken.to_native(), keys, cluster="", direction=None, columns=columns, sums=["cx_in_time"])
    cells = cells[(cells["n"] >= LEAST) & cells[keys].notna().all(axis=1)]
    if cells.empty:
        return []
    met = (cells["cx_in_time"] / cells["weight"] >= target_share).mean()
    told = {"metric": "hours_in_standard", "value": float(met), "unit": "share", "n": len(cells), "n_eff": len(cells), "method": "count"}
    return [rows(pd.DataFrame(index=range(1)), told)]
