"""P10: customers who are passed around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, filled, handoffs, lacking, named, repeats, wanting, within
from cxlib.contacts.handoffs import MOST
from cxlib.contacts.pain_points._figures import flagged
from cxlib.estimates import Sampling

__all__ = ["passed_around"]


def passed_around(
    contacts: IntoFrame,
    *,
    case: str = "case_id",
    same: Sequence[str] = ("case_id",),
    window_days: float = 7,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often contacts and cases are handed on twice or more, and how many are settled at the first contact, by hand-offs.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``transfers``; contacts in which it is missing (nobody dealt with them) are left out.
    case : str
        Column that says what belongs together; a contact without a case is a case of its own.
    same, window_days
        What counts as coming back, see :func:`cxlib.contacts.repeats.first_contact_resolution`.
    by, direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``handed_on`` ("0", "1", "2+"): ``passed_around_share`` (``share`` of contacts handed on at least twice),
        ``passed_around_cases`` (``share`` of cases handed on at least twice over all their contacts), ``transfers_per_case`` (``times``),
        ``said_resolved`` and ``resolved_difference`` (:func:`cxlib.contacts.handoffs.by_outcome`) and ``first_contact_resolution``, which
        needs the outcome and no return within `window_days`.

    >>> log = pd.DataFrame({"contact_id": list("1234"), "case_id": ["v", "v", "w", None], "customer_id": list("aabc"), "weight": 1.0,
    ...     "contact_ts": pd.date_range("2025-01-06", periods=4, tz="UTC"), "local_date": pd.date_range("2025-01-06", periods=4),
    ...     "transfers": [1, 1, 0, 3]})
    >>> passed_around(log)[["metric", "value"]].head(3).round(2)
                    metric  value
    0  passed_around_share   0.25
    1  passed_around_cases   0.67
    2   transfers_per_case   1.67
    """
    groups = [*by, "handed_on"]
    needs = lacking(contacts, ["local_date", "transfers"])
    lack = wanting("passed_around_share", "share", needs, lacking(contacts, by), groups)
    if lack is not None:
        return lack
    counting: dict[str, object] = {"direction": direction, "period": period, **options}
    over = handoffs.transfers(contacts, by=by, **counting)  # type: ignore[arg-type]
    parts = [over[over["metric"].eq("passed_around_share")], *_cases(contacts, case, by, direction, period, options)]
    parts.append(handoffs.by_outcome(contacts, by=by, **counting))  # type: ignore[arg-type]
    frame = within(contacts, direction, period).filter(~nw.col("transfers").is_null())
    least = nw.when(nw.col("transfers") >= MOST).then(nw.lit(f"{MOST}+")).otherwise(nw.col("transfers").cast(nw.String))
    log = frame.with_columns(handed_on=least).to_native()
    settled = repeats.first_contact_resolution(log, by=groups, same=same, window_days=window_days, direction=None, **options)
    settled = settled[settled["metric"].eq("first_contact_resolution")].drop(columns=["same", "window_days"])
    return estimates.stack(*parts, settled)


def _cases(
    contacts: IntoFrame, case: str, by: Sequence[str], direction: str | None, period: Span | None, options: Sampling
) -> list[pd.DataFrame]:
    """Hand-offs summed over a case; the case belongs to the smallest of its customers' ids."""
    if not filled(contacts, [case])[case]:
        return [estimates.unanswerable("passed_around_cases", "share", [f"contacts.{case}"], by=by)]
    frame = within(contacts, direction, period).filter(~nw.col("transfers").is_null())
    names = frame.columns
    alone = nw.col("contact_id") if "contact_id" in names else nw.lit(None, nw.String)
    frame = frame.with_columns(
        cx_case=nw.when(nw.col(case).is_null())
        .then(nw.concat_str([nw.lit("contact "), alone]))
        .otherwise(nw.concat_str([nw.lit("case "), nw.col(case)]))
    )
    frame = frame.filter(~nw.col("cx_case").is_null())
    cluster = options.get("cluster") or "customer_id"
    whose = {cluster: nw.col(cluster).min()} if cluster in names else {}
    told = {f"cx_{name}": nw.col(name).min() for name in by}
    cases = frame.group_by("cx_case").agg(local_date=nw.col("local_date").min(), cx_sum=nw.col("transfers").sum(), **told, **whose)
    cases = cases.with_columns(weight=nw.lit(1.0), cx_number=nw.col("cx_sum").cast(nw.Int64), **{name: nw.col(f"cx_{name}") for name in by})
    table = named(counted(cases.to_native(), [*by, "cx_number"], cluster=cluster, direction=None), by)
    number = table["cx_number"].astype("float64")
    mean = estimates.mean(table.assign(number=number), "number", by=by, metric="transfers_per_case", unit="times", **clustered(options))
    return [flagged(table, number >= MOST, by, "passed_around_cases", options), behind(mean, table, by)]
