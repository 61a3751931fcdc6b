"""How soon, how often and by what customers are disappointed after an order, by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, headed, named
from cxlib.contacts.promises._following import following, watched_until
from cxlib.contacts.promises.groups import clear, needed
from cxlib.estimates import Sampling

__all__ = ["disappointment"]

PER = "per 100 orders"


def disappointment(
    contacts: IntoFrame,
    orders: pd.DataFrame,
    *,
    causes: Mapping[str, Sequence[str]],
    broken: Sequence[str] = (),
    by: Sequence[str] = (),
    days: int = 60,
    at: Sequence[int] = (7, 14, 30, 60),
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts of disappointment after orders, by their named cause.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log with ``reason_id``.
    orders : DataFrame
        From :func:`cxlib.contacts.promises.grouped`.
    causes : mapping of str to sequence of str
        Cause (delay, missing_feature, unseen_surcharge, unmentioned_term, other) → reasons of contacts.
    broken : sequence of str
        Reasons that name a broken promise.
    by : sequence of str
        Columns of the orders: sales_group, campaign_id, product_id.
    days : int
        Days after the order in which contacts count; the rates are those of orders watched that long.
    at : sequence of int
        Days after the order by which the share disappointed for the first time is told.
    min_n : int
        Orders below which a group's figures are not told.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, ``cause`` and ``days``: ``disappointed_contacts`` (per 100 orders, by cause and over all), ``broken_promises``
        (per 100 orders) and ``disappointed_by`` (share of orders with a first disappointment by that day, Kaplan–Meier). ``n`` counts
        orders.

    >>> sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "b"], "ordered": pd.Timestamp("2025-01-01")})
    >>> log = pd.DataFrame({"order_id": ["1"], "reason_id": "late", "local_date": pd.Timestamp("2025-01-09"),
    ...     "contact_ts": pd.Timestamp("2025-01-09", tz="UTC")})
    >>> end = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-06-30").date())
    >>> told = disappointment(log, sold, causes={"delay": ["late"]}, at=[7, 14], min_n=1, period=end)
    >>> told[["cause", "days", "metric", "value"]].astype("object").fillna("-").values.tolist()[2:]
    [['-', '7', 'disappointed_by', 0.0], ['-', '14', 'disappointed_by', 0.5]]
    """
    groups = [*by, "cause", "days"]
    needs = needed(contacts, orders, by[0] if by else "")
    if needs:
        return estimates.unanswerable("disappointed_contacts", PER, needs, by=groups)
    last = watched_until(contacts, period)
    reasons = [reason for each in causes.values() for reason in each]
    sold = orders[clear(orders, by="campaign_id" if "campaign_id" in by else "", days=days)]
    sold = (named(sold, by) if by else sold).reset_index(drop=True)
    customer = sold["customer_id"].astype("str").fillna("order " + sold["order_id"].astype("str"))
    wanted = list(dict.fromkeys([*reasons, *broken]))
    found = following(contacts, sold, reasons=wanted, days=days, keys=["reason_id"], direction=direction, period=period)
    left = (pd.Timestamp(last) - sold["ordered"]).dt.days if last is not None else pd.Series(-1, sold.index)
    whole = (left >= days).to_numpy()
    chance: dict[str, Any] = {
        **{name: value for name, value in options.items() if name in ("level", "draws", "seed")},
        "cluster": "customer",
    }
    parts = []
    table = sold[list(by)].assign(customer=customer, exposure=1.0)
    for cause, names in ((None, reasons), *causes.items()):
        own = found[found["reason_id"].isin(list(names))]
        counted = table.assign(events=np.bincount(own["order"], own["weight"], minlength=len(sold)))[whole]
        parts.append(headed(_rate(counted, by, "disappointed_contacts", chance), {"cause": cause} if cause else {}))
    if broken:
        own = found[found["reason_id"].isin(list(broken))]
        counted = table.assign(events=np.bincount(own["order"], own["weight"], minlength=len(sold)))[whole]
        parts.append(_rate(counted, by, "broken_promises", chance))
    first = found[found["reason_id"].isin(reasons)].groupby("order")["since"].min().reindex(range(len(sold)))
    parts.append(_curve(table, first, left, days, at, by, chance))
    told = estimates.stack(*[part for part in parts if len(part)])
    told = told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]]).astype(dict.fromkeys(groups, "str"))
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def _rate(table: pd.DataFrame, by: Sequence[str], metric: str, chance: dict[str, Any]) -> pd.DataFrame:
    if table.empty:
        return estimates.unanswerable(metric, PER, [], by=by).assign(note="no events", n=pd.array([0], dtype="Int64"))
    return estimates.rate(table, "events", "exposure", per=100, by=by, metric=metric, unit=PER, **chance)


def _curve(
    table: pd.DataFrame, first: pd.Series, left: pd.Series, days: int, at: Sequence[int], by: Sequence[str], chance: dict[str, Any]
) -> pd.DataFrame:
    """Share of orders with a first disappointment by some days: one minus the share still without."""
    watched = np.minimum(left.to_numpy(dtype="float64"), days)
    event = first.to_numpy(dtype="float64")
    came = ~np.isnan(event) & (event <= watched)
    times = table.assign(time=np.where(came, event, watched) + 0.5, came=came.astype(float))[watched >= 0]
    if times.empty:
        return estimates.unanswerable("disappointed_by", "share", [], by=by).assign(note="no events", n=pd.array([0], dtype="Int64"))
    told = estimates.survival(times, "time", "came", at=[day + 0.5 for day in at], by=by, metric="disappointed_by", **chance)
    told = told.assign(days=told["days"].astype(float).sub(0.5).astype(int).astype("str"), value=1 - told["value"])
    ends = {"low": 1 - told["high"], "high": 1 - told["low"]}
    if "draws" in told:
        ends["draws"] = told["draws"].map(lambda drawn: 1 - drawn if isinstance(drawn, np.ndarray) else drawn)
    return told.assign(**ends)
