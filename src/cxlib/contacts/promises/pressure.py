"""Signs of sales pressure: discounts, deals at the month's end, early cancellations, by group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.contacts import named
from cxlib.contacts.promises.groups import clear
from cxlib.estimates import Sampling

__all__ = ["sales_pressure"]


def sales_pressure(
    orders: pd.DataFrame,
    *,
    by: str = "sales_group",
    month_end_days: int = 3,
    cancelled_days: int = 14,
    last: date | None = None,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Discounts, deals at the month's end and early cancellations.

    Parameters
    ----------
    orders : DataFrame
        From :func:`cxlib.contacts.promises.grouped`.
    by : str
        Column of the groups.
    month_end_days : int
        Last days of a month that are its end.
    cancelled_days : int
        Days after an order within which a cancellation is early.
    last : date, optional
        Until when cancellations are known; the newest order when left out. Younger orders are not in the share.
    min_n : int
        Orders below which a group's figures are not told.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by the group (missing: all): ``discount`` (mean), ``month_end_share`` (the same share of the days would be about a
        tenth), ``early_cancelled``; and ``…_difference`` of each against all other groups. ``n`` counts orders. Each is a sign, none a
        proof: who sells to builders may have to wait for the month's end as well.

    >>> sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "b"], "sales_group": "sales", "discount": [0.1, 0.0],
    ...     "ordered": pd.to_datetime(["2025-01-31", "2025-01-02"]), "cancelled": pd.to_datetime([None, None])})
    >>> told = sales_pressure(sold, min_n=1)
    >>> told.loc[told["metric"].eq("month_end_share") & told["sales_group"].isna(), "value"].item()
    0.5
    """
    groups = [by]
    if orders.empty:
        return estimates.unanswerable("month_end_share", "share", ["orders.order_ts"], by=groups)
    orders = orders[clear(orders, by=by)]
    until = pd.Timestamp(last) if last is not None else orders["ordered"].max()
    table = named(orders.assign(**{by: orders[by].astype("str")}), []).assign(
        month_end=(orders["ordered"].dt.days_in_month - orders["ordered"].dt.day) < month_end_days,
        early=(orders["cancelled"] - orders["ordered"]).dt.days.between(0, cancelled_days),
        seen=(until - orders["ordered"]).dt.days >= cancelled_days,
        unit=orders["customer_id"].astype("str").fillna("order " + orders["order_id"].astype("str")),
    )
    chance: dict[str, Any] = {name: value for name, value in options.items() if name in ("level", "draws", "seed")}
    chance["cluster"] = "unit"
    parts = []
    if orders["discount"].notna().any():
        parts += _figures(table.dropna(subset="discount"), "discount", "discount", by, chance, share=False)
    else:
        parts.append(estimates.unanswerable("discount", "share", ["orders.discount"], by=groups))
    parts += _figures(table, "month_end", "month_end_share", by, chance, share=True)
    if orders["cancelled"].notna().any():
        parts += _figures(table[table["seen"]], "early", "early_cancelled", by, chance, share=True)
    else:
        parts.append(estimates.unanswerable("early_cancelled", "share", ["orders.cancelled_ts"], by=groups))
    told = estimates.stack(*parts)
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def _figures(table: pd.DataFrame, column: str, metric: str, by: str, chance: dict[str, Any], *, share: bool) -> list[pd.DataFrame]:
    """One figure over all, by group, and each group against the others."""
    parts = []
    own = table.dropna(subset=by)
    for levels in _levels(own, by):
        rows = table if not levels else own
        if len(rows) == 0:
            continue
        told = (
            estimates.share(rows, column, by=levels, metric=metric, **chance)
            if share
            else estimates.mean(rows, column, by=levels, metric=metric, unit="share", **chance)
        )
        parts.append(told)
    plain: dict[str, Any] = {**chance, "draws": 0}
    for name in sorted(own[by].unique()):
        side = table.assign(side=np.where(table[by].eq(name).fillna(False), "own", "others"))
        if side["side"].nunique() < 2:
            continue
        compared: dict[str, Any] = {"between": "side", "reference": "others", "metric": f"{metric}_difference"}
        told = (
            estimates.share_difference(side, column, **compared, **plain)
            if share
            else estimates.difference(side, column, unit="share difference", **compared, **plain)
        )
        parts.append(told.drop(columns="side").assign(**{by: name}))
    return parts


def _levels(own: pd.DataFrame, by: str) -> list[Sequence[str]]:
    return [(), (by,)] if len(own) else [()]
