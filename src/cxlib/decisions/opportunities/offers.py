"""Add-on services: what they earn, in which groups of customers they are bought, and where they have hardly reached anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.opportunities._log import currency_of
from cxlib.estimates import UNKNOWN, Sampling
from cxlib.estimates.rows import rows

__all__ = ["offer_margin", "offer_reach"]

COUNTED = ("active", "lost")  # customers among whom an offer may have spread; prospects have bought nothing yet


def offer_margin(
    orders: pd.DataFrame,
    offers: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    currency: str | None = None,
    min_n: int = 7,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What orders of each offer earn.

    Parameters
    ----------
    orders : DataFrame
        ``order_id``, ``customer_id``, ``offer_id``, ``value``; ``margin`` (an amount) and ``cancelled_ts`` where they are known.
    offers : DataFrame
        The contract table *offers*: ``margin_share`` stands for orders without a margin of their own.
    customers : DataFrame
        Group columns.
    by : sequence of str
        Group columns of customers (``segment``).
    currency : str, optional
        Three letters; no amount is told without, nor when orders are in another one.
    min_n : int
        Orders below which a figure has no number.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``offer_id`` and `by`, and over all offers by `by`: ``offer_orders`` (``count``), ``margin_share`` (``share`` of what
        was ordered; only where orders have a margin of their own, since what the offer's list says needs no estimate),
        ``margin_share_listed`` (``share``, as the list has it) and with a currency ``revenue_per_order`` and ``margin_per_order``. ``n``
        counts orders; cancelled ones are left out.

    Notes
    -----
    Σmargin / Σvalue as a ratio of totals; amounts are means with intervals on the log scale. A few large orders make most of a sum:
    the spans say how much.

    >>> orders = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "b"], "offer_id": ["x", "x"], "value": [100.0, 300.0],
    ...     "margin": [10.0, 50.0]})
    >>> told = offer_margin(orders, pd.DataFrame({"offer_id": ["x"]}), pd.DataFrame(), min_n=1)
    >>> told[["offer_id", "metric", "value"]].to_dict("split")["data"]
    [[nan, 'offer_orders', 2.0], ['x', 'offer_orders', 2.0], [nan, 'margin_share', 0.15], ['x', 'margin_share', 0.15]]
    """
    groups = ["offer_id", *by]
    needs = [f"orders.{name}" for name in ("offer_id", "value") if name not in orders or orders[name].isna().all()]
    needs += [f"customers.{name}" for name in by if name not in customers or customers[name].isna().all()]
    if needs:
        return estimates.unanswerable("margin_share", "share", needs, by=groups)
    sold = _sold(orders, customers, by)
    listed = _listed(offers)
    own = sold["margin"].astype("float64") if "margin" in sold else pd.Series(np.nan, index=sold.index)
    told = sold.assign(margin=own.fillna(sold["value"] * sold["offer_id"].map(listed).astype("float64")))
    chance: Sampling = {**options, "count": "order_id"}
    parts = [_counts(told, list(by)), _counts(told, groups)]
    if own.notna().any():
        parts += [
            estimates.ratio(told.dropna(subset=["margin"]), "margin", "value", by=each, metric="margin_share", unit="share", **chance)
            for each in (list(by), groups)
        ]
    if listed.notna().any() and not by:
        place = pd.DataFrame({"offer_id": listed.dropna().index.to_numpy()})
        parts.append(rows(place, {"metric": "margin_share_listed", "value": listed.dropna().to_numpy(), "unit": "share", "method": "list"}))
    unit = currency_of(orders, currency)
    for metric, column in (("revenue_per_order", "value"), ("margin_per_order", "margin")) if unit else ():
        known = told.dropna(subset=[column])
        if len(known) and (known[column] >= 0).all():
            parts.append(estimates.mean(known, column, by=groups, metric=metric, unit=str(unit), bounds=(0.0, np.inf), **chance))
    if own.isna().all() and listed.isna().all():
        parts.append(estimates.unanswerable("margin_share", "share", ["orders.margin", "offers.margin_share"], by=groups))
    stacked = estimates.stack(*parts)
    for name in groups:
        stacked[name] = stacked[name] if name in stacked else pd.Series(None, index=stacked.index, dtype="str")
    stacked = stacked[[*groups, *[name for name in stacked if name not in groups]]]
    thin = (stacked["n"] < min_n) & ~stacked["metric"].isin(["offer_orders", "margin_share_listed"]) & stacked["value"].notna()
    return estimates.withhold(stacked, thin, f"n < {min_n}")


def offer_reach(
    orders: pd.DataFrame,
    offers: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    by: str = "segment",
    min_n: int = 7,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How far each offer has spread in each group of customers, and where it has hardly reached anybody.

    Parameters
    ----------
    orders, offers : DataFrame
        As in :func:`offer_margin`; every offer of the list counts, also those that nobody bought.
    customers : DataFrame
        ``customer_id``, `by`, and ``status``, by which prospects are left out.
    by : str
        Group column of customers.
    min_n : int
        Customers below which a figure has no number.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``offer_id`` and `by`, and by ``offer_id``: ``reach_share`` (``share`` of customers with an order of the offer); by
        ``offer_id`` and `by`: ``reach_gap`` (``share``, how far the group lies behind the one in which the offer has spread most) and
        ``unreached_customers`` (``count``, what the gap amounts to in customers). Of a group in which nobody could use an offer nothing
        is known: a gap is a question to those who know the customers.

    Notes
    -----
    Intervals of shares as in :func:`cxlib.estimates.share`, of gaps recovered from those of the two shares (MOVER). The best group is
    chosen by its own figure, which flatters it: gaps are somewhat too wide.

    >>> people = pd.DataFrame({"customer_id": list("abcd"), "segment": ["s", "s", "t", "t"]})
    >>> orders = pd.DataFrame({"order_id": ["1"], "customer_id": ["a"], "offer_id": ["x"], "value": [1.0]})
    >>> told = offer_reach(orders, pd.DataFrame({"offer_id": ["x"]}), people, min_n=1)
    >>> told[["offer_id", "segment", "metric", "value"]].to_dict("split")["data"]  # doctest: +NORMALIZE_WHITESPACE
    [['x', nan, 'reach_share', 0.25], ['x', 's', 'reach_share', 0.5], ['x', 't', 'reach_share', 0.0], ['x', 't', 'reach_gap', 0.5],
     ['x', 't', 'unreached_customers', 1.0]]
    """
    groups = ["offer_id", by]
    needs = [] if "offer_id" in orders and orders["offer_id"].notna().any() else ["orders.offer_id"]
    needs += [] if by in customers and customers[by].notna().any() else [f"customers.{by}"]
    if needs:
        return estimates.unanswerable("reach_share", "share", needs, by=groups)
    people = customers.drop_duplicates("customer_id")
    if "status" in people and people["status"].isin(COUNTED).any():
        people = people[people["status"].isin(COUNTED)]
    people = people.assign(**{by: people[by].astype("str").fillna(UNKNOWN)})
    takers = _sold(orders, pd.DataFrame(), [])[["offer_id", "customer_id"]].drop_duplicates()
    known = [*offers["offer_id"].astype("str")] if "offer_id" in offers else []
    parts = []
    for offer in dict.fromkeys([*known, *takers["offer_id"]]):
        mine = people.assign(flag=people["customer_id"].isin(takers.loc[takers["offer_id"].eq(offer), "customer_id"]).astype("float64"))
        told = [estimates.share(mine, "flag", by=each, metric="reach_share", **options) for each in ([], [by])]
        told += _gaps(mine, by, min_n, options)
        both = estimates.stack(*told)
        both.insert(0, "offer_id", pd.Series(offer, index=both.index, dtype="str"))
        parts.append(both)
    stacked = estimates.stack(*parts)
    return estimates.withhold(stacked, (stacked["n"] < min_n) & stacked["value"].notna(), f"n < {min_n}")


def _sold(orders: pd.DataFrame, customers: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return orders of offers that stood, with features of their customers."""
    kept = orders["offer_id"].notna()
    if "cancelled_ts" in orders:
        kept &= orders["cancelled_ts"].isna()
    sold = orders[kept].astype({"offer_id": "str"})
    if not by:
        return sold
    people = customers.drop_duplicates("customer_id").set_index("customer_id")
    return sold.assign(**{name: sold["customer_id"].map(people[name]).astype("str").fillna(UNKNOWN) for name in by})


def _listed(offers: pd.DataFrame) -> pd.Series:
    if "margin_share" not in offers or "offer_id" not in offers:
        return pd.Series([], dtype="float64")
    return offers.drop_duplicates("offer_id").set_index("offer_id")["margin_share"].astype("float64")


def _counts(sold: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    sizes = sold.groupby(by, as_index=False).size() if by else pd.DataFrame({"size": [len(sold)]})
    told = {"metric": "offer_orders", "value": sizes["size"].astype(float), "unit": "count", "n": sizes["size"], "method": "count"}
    return rows(sizes[by], told)


def _gaps(mine: pd.DataFrame, by: str, min_n: int, options: Sampling) -> list[pd.DataFrame]:
    """Return how far the other groups lie behind the best, and how many customers that would be."""
    sizes = mine.groupby(by).size()
    enough = sizes[sizes >= min_n].index.difference([UNKNOWN])
    shares = mine[mine[by].isin(enough)].groupby(by)["flag"].mean()
    if len(shares) < 2 or shares.max() == 0:
        return []
    best = str(shares.idxmax())
    table = mine[mine[by].isin(enough)]
    behind = estimates.share_difference(table, "flag", between=by, reference=best, metric="reach_gap", **options)
    behind = behind.assign(value=-behind["value"], low=-behind["high"], high=-behind["low"])
    if "draws" in behind:
        behind["draws"] = behind["draws"].map(lambda values: -values)
    each = behind[by].map(sizes).astype(float)
    number = behind.assign(metric="unreached_customers", unit="count", **{name: behind[name] * each for name in ("value", "low", "high")})
    if "draws" in number:
        number["draws"] = [values * times for values, times in zip(number["draws"], each, strict=True)]
    return [behind, number]
