"""Which faults and wishes about our products keep coming up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, filled, headed, lacking, named, picked, within
from cxlib.contacts.service_standards.clock import joined
from cxlib.estimates import Sampling

__all__ = ["REASONS", "improvements"]

REASONS = ("usage_service.product_fault", "complaint.quality_claim", "complaint.warranty_claim", "growth_feedback.improvement_idea")


def improvements(
    contacts: IntoFrame,
    orders: IntoFrame | None = None,
    *,
    reasons: Sequence[str] = REASONS,
    product: str = "product_id",
    least: int = 10,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often customers get in touch about faults and wishes of each product, for what, and whether it keeps coming.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``reason_id`` and `product`, or with ``order_id`` where `orders` know the product.
    orders : DataFrame, optional
        ``order_id``, `product` and ``customer_id``.
    reasons : sequence of str
        Reasons of contacts about a fault or a wish.
    product : str
        Column that names the product.
    least : int
        Such contacts below which a product's course is not told.
    direction, period
        Of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by `product`: ``fault_share`` (``share`` of the product's contacts that are about a fault or a wish), with orders
        ``faults_per_100_orders`` (``per 100 orders``), ``fault_months`` (``share`` of the months in which it came up) and ``faults_later``
        (``share`` of its faults in the second half of the days: half of them where nothing changes); by `product` and ``reason_id``
        ``fault_share``. Over all ``product_known`` (``share`` of the contacts about faults whose product is known).

    Notes
    -----
    Per order: Σ faults / Σ orders of the product, linearised over customers, on the log scale. Contacts about a fault whose product is not
    known are in no product's figure.

    >>> log = pd.DataFrame({"local_date": pd.to_datetime(["2025-01-06", "2025-03-07"]), "customer_id": list("ab"),
    ...     "reason_id": ["usage_service.product_fault", "order"], "product_id": ["P1", "P1"]})
    >>> told = improvements(log)
    >>> told[told["metric"].eq("fault_share")][["product_id", "reason_id", "value"]]
      product_id                    reason_id  value
    1         P1                          NaN    0.5
    2         P1  usage_service.product_fault    0.5
    """
    needs = lacking(contacts, ["local_date", "reason_id"])
    direct = bool(filled(contacts, [product])[product])
    known = picked(orders, [product]).notna().any(axis=None) if orders is not None and _has(orders, [product, "order_id"]) else False
    if not direct and not (known and filled(contacts, ["order_id"])["order_id"]):
        needs.append(f"contacts.{product}")
    if needs:
        return estimates.unanswerable("fault_share", "share", needs, by=[product, "reason_id"])
    frame = within(contacts, direction, period).filter(~nw.col("reason_id").is_null())
    if not direct and orders is not None:
        sold = picked(orders, ["order_id", product]).dropna().drop_duplicates("order_id").astype("str")
        frame = joined(frame.select([name for name in frame.columns if name != product]), sold, ["order_id"])
    about = nw.when(nw.col("reason_id").is_in(list(reasons))).then(nw.col("reason_id")).otherwise(nw.lit("other"))
    frame = frame.with_columns(cx_about=about)
    cluster = options.get("cluster") or "customer_id"
    table = counted(frame.to_native(), [product, "cx_about", "local_date"], cluster=cluster, direction=None)
    table = table.assign(fault=table["cx_about"].ne("other").astype("float64"))
    faults = table[table["fault"].eq(1)]
    if faults.empty:
        none = estimates.unanswerable("fault_share", "share", [], by=[product, "reason_id"])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    sure = faults.assign(flag=faults[product].notna().astype("float64"))
    parts = [behind(estimates.share(sure, "flag", metric="product_known", **clustered(options)), faults, [])]
    own = named(table[table[product].notna()], [product])
    if len(own):
        parts += _shares(own, product, reasons, options)
        parts += _course(own, product, least, options)
    if orders is not None and len(own) and _has(orders, [product, "customer_id"]):
        parts.append(_per_order(own, orders, product, options))
    return estimates.stack(pd.DataFrame({name: pd.Series(dtype="str") for name in (product, "reason_id")}).join(parts[0].iloc[:0]), *parts)


def _has(table: IntoFrame, columns: Sequence[str]) -> bool:
    return set(columns) <= set(nw.from_native(table).lazy().columns)


def _shares(own: pd.DataFrame, product: str, reasons: Sequence[str], options: Sampling) -> list[pd.DataFrame]:
    """Faults among the product's contacts: of all kinds, and of each."""
    parts = [behind(estimates.share(own, "fault", by=[product], metric="fault_share", **clustered(options)), own, [product])]
    there = [name for name in reasons if own["cx_about"].eq(name).any()]
    if there:
        about = own.assign(reason_id=own["cx_about"].fillna(estimates.UNKNOWN))
        share = estimates.shares(about, "reason_id", by=[product], levels=there, metric="fault_share", **clustered(options))
        parts.append(behind(share, own, [product]))
    return parts


def _course(own: pd.DataFrame, product: str, least: int, options: Sampling) -> list[pd.DataFrame]:
    """In how many months a product's faults came up, and how many of them lie in the second half of the days."""
    first, last = own["local_date"].min(), own["local_date"].max()
    months = pd.period_range(first, last, freq="M")
    faults = own[own["fault"].eq(1)]
    middle = (first + (last - first + pd.Timedelta(days=1)) / 2).normalize()
    parts = []
    for name in sorted(own[product].unique()):
        rows_ = faults[faults[product].eq(name)]
        came = rows_["local_date"].dt.to_period("M").unique()
        flags = pd.DataFrame({"flag": months.isin(came).astype("float64")})
        parts.append(
            headed(estimates.share(flags, "flag", metric="fault_months").assign(low=np.nan, high=np.nan, method="count"), {product: name})
        )
        if rows_.empty:
            continue
        later = rows_.assign(flag=(rows_["local_date"] >= middle).astype("float64"))
        change = behind(estimates.share(later, "flag", metric="faults_later", **clustered(options)), rows_, [])
        parts.append(headed(estimates.withhold(change, change["n"] < least, f"n < {least}"), {product: name}))
    return parts


def _per_order(own: pd.DataFrame, orders: IntoFrame, product: str, options: Sampling) -> pd.DataFrame:
    """Contacts about faults per 100 orders of the product, by customer on both sides."""
    sold = picked(orders, [product, "customer_id"]).dropna(subset=[product]).astype("str")
    sold = sold.assign(cluster=sold["customer_id"].fillna("unknown"), orders=1.0, faults=0.0)
    told = own.assign(orders=0.0, faults=own["fault"] * own["weight"])
    both = pd.concat([told[[product, "cluster", "orders", "faults"]], sold[[product, "cluster", "orders", "faults"]]], ignore_index=True)
    both = both.groupby([product, "cluster"], as_index=False)[["orders", "faults"]].sum()
    rate = estimates.rate(
        both, "faults", "orders", per=100, by=[product], metric="faults_per_100_orders", unit="per 100 orders", **clustered(options, None)
    )
    faults = own[own["fault"].eq(1)]
    count = rate[product].map(faults.groupby(product)["n"].sum()).fillna(0)
    return rate.assign(n=pd.array(count.astype("int64"), dtype="Int64"))
