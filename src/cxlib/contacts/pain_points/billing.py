"""P11: invoices that raise questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, lacking, named, picked, within
from cxlib.contacts.pain_points._figures import none
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling

__all__ = ["invoices"]

UNIT = "per 1,000 invoices"


def invoices(
    contacts: IntoFrame,
    billed: IntoFrame,
    orders: IntoFrame | None = None,
    *,
    reasons: Sequence[str] = (),
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts about invoices per 1,000 invoices.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log; ``document_id`` names the invoice that a contact is about, ``order_id`` leads to it where no invoice is named.
    billed : DataFrame
        The invoices of the period.
    orders : DataFrame, optional
        ``order_id`` and ``customer_id``: invoices of a customer were drawn together. Without it, those of an order.
    reasons : sequence of str
        Reasons of contacts about invoices.
    by : sequence of str
        Columns of the invoices, for instance ``format`` and ``layout_version``.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`; the period is also that of an invoice's date.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, ``per 1,000 invoices``: ``contacts_naming_invoice``, contacts for whatever reason that name an invoice, and,
        with `reasons`, ``invoice_contacts``: contacts for these; those that name neither an invoice nor its order are shared out over
        the invoices as the others are. Without groups also
        ``invoice_linked_share`` (``share``), the part of the contacts for `reasons` that could be linked. ``n`` counts invoices.

    Notes
    -----
    An order's contact counts for its last invoice before the contact, else for its first one.

    >>> sent = pd.DataFrame({"invoice_id": ["r1", "r2"], "order_id": ["o1", "o2"], "format": ["pdf", "paper"],
    ...     "issued_ts": pd.Timestamp("2025-01-06", tz="UTC")})
    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-08"), "customer_id": list("ab"), "document_id": ["r1", "r1"]})
    >>> invoices(log, sent, by=["format"])[["format", "metric", "value"]]
      format                   metric   value
    0  paper  contacts_naming_invoice     0.0
    1    pdf  contacts_naming_invoice  2000.0
    """
    needs = lacking(billed, ["invoice_id", "issued_ts", *by], "invoices")
    if needs:
        return estimates.stack(estimates.unanswerable("invoice_contacts", UNIT, needs, by=by))
    base = _billed(billed, orders, by, period)
    kinds: dict[str, Sequence[str]] = {"contacts_naming_invoice": ()} | ({"invoice_contacts": reasons} if reasons else {})
    parts = []
    for metric, chosen in kinds.items():
        lack = lacking(contacts, ["local_date", *(["reason_id"] if chosen else ["document_id"])])
        if lack or base.empty:
            parts.append(estimates.unanswerable(metric, UNIT, lack, by=by) if lack else none(metric, UNIT, by))
            continue
        parts += _per_thousand(contacts, base, metric, chosen, by, direction, period, options)
    return estimates.stack(*parts)


def _billed(billed: IntoFrame, orders: IntoFrame | None, by: Sequence[str], period: Span | None) -> pd.DataFrame:
    """Invoices of the period with their day and whose they are."""
    have = nw.from_native(billed).lazy().columns
    extra = [name for name in ("order_id",) if name in have]
    table = picked(billed, ["invoice_id", "issued_ts", *extra, *by]).dropna(subset=["invoice_id", "issued_ts"])
    table = table.assign(day=local_day(table["issued_ts"]), exposure=1.0)
    if period is not None:
        table = table[table["day"].between(*(pd.Timestamp(at) for at in period))]
    table = table.drop_duplicates("invoice_id").sort_values(["day", "invoice_id"], kind="stable", ignore_index=True)
    whose = ("invoice " + table["invoice_id"]).astype("str")
    if "order_id" in table:
        whose = ("order " + table["order_id"]).astype("str").fillna(whose)
        if orders is not None and not lacking(orders, ["order_id", "customer_id"], "orders"):
            known = picked(orders, ["order_id", "customer_id"]).dropna().drop_duplicates("order_id").set_index("order_id")["customer_id"]
            whose = table["order_id"].map(known).astype("str").fillna(whose)
    return named(table.assign(cluster=whose), by)


def _per_thousand(
    contacts: IntoFrame,
    base: pd.DataFrame,
    metric: str,
    reasons: Sequence[str],
    by: Sequence[str],
    direction: str | None,
    period: Span | None,
    options: Sampling,
) -> list[pd.DataFrame]:
    frame = within(contacts, direction, period)
    names = frame.columns
    frame = frame.filter(nw.col("reason_id").is_in(list(reasons))) if reasons else frame.filter(~nw.col("document_id").is_null())
    links = [name for name in ("document_id", "order_id") if name in names and (reasons or name == "document_id")]
    log = counted(frame.to_native(), [*links, "local_date"], cluster="", direction=None)
    linked = log["document_id"].where(log["document_id"].isin(base["invoice_id"])) if "document_id" in log else _nowhere(log)
    if reasons and "order_id" in log and "order_id" in base:
        linked = linked.fillna(_by_order(log, base))
    events = log["weight"].groupby(linked).sum()
    shared_out = log["weight"].sum() / events.sum() if reasons and events.sum() > 0 else 1.0
    table = base.assign(events=shared_out * base["invoice_id"].map(events).fillna(0.0).to_numpy())
    chance: Sampling = {**options, "weight": None, "cluster": "cluster"}
    parts = [estimates.rate(table, "events", "exposure", per=1000, by=by, metric=metric, unit=UNIT, **chance)]
    if reasons and not by and log["weight"].sum() > 0:
        whole = log.assign(flag=linked.notna().astype("float64"))
        share = estimates.share(whole, "flag", metric="invoice_linked_share", weight="weight", level=options.get("level", 0.95))
        parts.append(share.assign(n=pd.array([int(log["n"].sum())], dtype="Int64"), low=np.nan, high=np.nan, method="count", note=""))
    return parts


def _nowhere(log: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.NA, index=log.index, dtype="str")


def _by_order(log: pd.DataFrame, base: pd.DataFrame) -> pd.Series:
    """The invoice of the contact's order: the last one before the contact, else the first one."""
    asked = log[["order_id", "local_date"]].reset_index(names="row").dropna(subset="order_id")
    both = asked.merge(base[["order_id", "invoice_id", "day"]], on="order_id")
    both["later"] = both["day"] > both["local_date"]
    both["distance"] = (both["local_date"] - both["day"]).abs()
    chosen = (
        both.sort_values(["row", "later", "distance", "invoice_id"], kind="stable").drop_duplicates("row").set_index("row")["invoice_id"]
    )
    return chosen.reindex(log.index).astype("str")
