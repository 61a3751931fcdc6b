"""How many contacts hold a concern of a customer, and how many failures come on the orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.reasons.value.shares import NEEDS, described

__all__ = ["concerns", "failure_demand"]

PER = 1000  # orders that failures are told by


def concerns(contacts: pd.DataFrame, outside: Sequence[str] = (), *, period: tuple[date, date] | None = None) -> pd.DataFrame:
    """Return the contacts that hold a concern of a customer, with ``reason_id``, ``unassigned`` and ``weight``.

    Outbound contacts are left out, and those outside `period` (local days, both included). A contact is no concern when it was assigned
    to one of `outside`; among contacts without a text or without an assignment there are as many of those as among the others, so each of
    them weighs that much less.

    >>> log = pd.DataFrame({"contact_id": list("abcd"), "reason_id": ["x", "spam", None, None], "unassigned": [False, False, True, True]})
    >>> concerns(log, ["spam"])["weight"].to_list()
    [1.0, 0.5, 0.5]
    """
    empty = {"reason_id": "str", "unassigned": "boolean", "channel": "str"}
    lacking = {name: pd.Series(None, index=contacts.index, dtype=kind) for name, kind in empty.items() if name not in contacts}
    held = contacts.assign(**lacking) if lacking else contacts
    if "direction" in held:
        held = held[held["direction"].fillna("inbound").eq("inbound")]
    if period is not None and "local_date" in held:
        first, last = (pd.Timestamp(day) for day in period)
        held = held[held["local_date"].between(first, last)]
    weight = held["weight"].astype(float) if "weight" in held else pd.Series(1.0, index=held.index)
    named = held["reason_id"].notna() & ~held["unassigned"].fillna(False).astype(bool)
    none = named & held["reason_id"].isin(list(outside))
    share = float(weight[none].sum() / weight[named].sum()) if weight[named].sum() > 0 else 0.0
    return held.assign(weight=weight.where(named, weight * (1 - share)))[~none]


def failure_demand(
    shares: pd.DataFrame,
    reasons: pd.DataFrame,
    contacts: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    by: str = "stage",
    outside: Sequence[str] = (),
    period: tuple[date, date] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Failures per 1,000 orders, and the process in which they arise.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    reasons : DataFrame
        The contract table *reasons*; failures are reasons marked as failure demand.
    contacts, orders : DataFrame
        The log with ``reason_id`` and ``unassigned``, and the orders.
    by : str
        Column of `reasons` that names the process: ``stage``, ``default_owner``, ``root_cause`` …
    outside : sequence of str
        Reasons that are no concern of a customer.
    period : (first day, last day), optional
        Local days, both included, of contacts and orders alike.
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES with draws, unit ``per 1000 orders``: ``failures_per_order``, over all and by `by`, the most first; ``n`` counts orders.

    Notes
    -----
    1000 · π · N / orders, with π the corrected share of failures, N the contacts with a concern. N and the orders count as known. Later
    contacts may tell of orders before the period, as in every figure per order.

    >>> from cxlib.estimates.rows import rows
    >>> table = {"metric": "reason_share", "value": [0.6, 0.4], "n": 90, "n_eff": 90.0, "draws": np.array([[0.6] * 9, [0.4] * 9])}
    >>> shares = rows(pd.DataFrame({"reason_id": ["a", "b"]}), table)
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"], "stage": ["delivery", "quote"], "failure_demand": [True, False]})
    >>> log = pd.DataFrame({"contact_id": list("xyz"), "reason_id": ["a", "b", "a"], "unassigned": False})
    >>> failure_demand(shares, reasons, log, pd.DataFrame({"order_id": range(100)}))[["stage", "value"]].round(1).to_dict("split")["data"]
    [[nan, 18.0], ['delivery', 18.0]]
    """
    metric, unit = "failures_per_order", "per 1000 orders"
    told = described(shares, reasons, [by, "failure_demand"], where="failure_demand")
    if told is None or orders.empty:
        needs = [*(NEEDS if told is None else ()), *(["orders.order_id"] if orders.empty else ())]
        return estimates.unanswerable(metric, unit, needs, by=(by,))
    if period is not None and "order_ts" in orders:
        days = orders["order_ts"].dt.tz_localize(None).dt.normalize()
        orders = orders[days.between(*(pd.Timestamp(day) for day in period))]
    if orders.empty:
        return estimates.unanswerable(metric, unit, ["orders.order_id"], by=(by,))
    factor = PER * float(concerns(contacts, outside, period=period)["weight"].sum()) / len(orders)
    failed = told["failure_demand"].astype("boolean").fillna(False).astype(bool)
    process = told[by].astype("str").fillna(estimates.UNKNOWN).where(failed).rename(by)
    each = estimates.sum_of_shares(told, process, metric=metric, level=level).sort_values("value", ascending=False, kind="stable")
    whole = estimates.sum_of_shares(told, pd.Series("all", index=told.index), metric=metric, of=failed, level=level)
    table = estimates.stack(whole, each)
    for name in ("value", "low", "high"):
        table[name] *= factor
    table["draws"] = [draws * factor if isinstance(draws, np.ndarray) else draws for draws in table["draws"]]
    groups = [by, *[name for name in table if name != by]]
    return table.assign(unit=unit, n=pd.array([len(orders)] * len(table), dtype="Int64"))[groups]
