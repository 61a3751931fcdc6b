"""Which touchpoints lay on the way to a purchase, wherever it came about."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.decisions.opportunities._log import DAY, Purchases, days, lives, logged, microseconds, purchases
from cxlib.estimates import Sampling

__all__ = ["multi_touch"]


def multi_touch(
    contacts: IntoFrame,
    orders: pd.DataFrame,
    customers: pd.DataFrame | None = None,
    *,
    window_days: float = 30,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Touchpoints in the weeks before an order, and how often they are met in such weeks anyhow.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log with ``customer_id`` and ``touchpoint_id``.
    orders : DataFrame
        ``order_id``, ``customer_id``, ``order_ts``; ``touchpoint_id``, where the order was placed.
    customers : DataFrame, optional
        ``start_date`` and ``churn_date``.
    window_days : float
        Days before the order that are its way; orders of the log's first window are left out.
    min_n : int
        Orders below which no figure is told.
    direction, period, **options
        As in :func:`cxlib.decisions.opportunities.signals`; ``n`` counts orders.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``. By ``touchpoint_id``: ``on_path_share`` (of orders before which the customer was in touch there),
        ``on_path_otherwise`` (of windows before random moments of the same customers, drawn as orders are spread over the time) and
        ``on_path_extra``, the first less the second; ``closing_share`` (of orders that were placed there) and ``credit_share`` (each order
        shared evenly among the touchpoints of its way, the one where it was placed among them). Over all: ``seen_before_share`` (of
        orders with any contact on their way).

    Notes
    -----
    A contact in the window is on the way; the order's own day is not, since a contact of that day may be the order. Sharing evenly is a
    convention which shows that several touchpoints take part; it measures nobody's effect.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": list("xyz"), "contact_ts": [at("2025-01-02"), at("2025-03-03"), at("2025-04-01")],
    ...     "customer_id": list("abc"), "touchpoint_id": ["T1", "T2", "T2"], "local_date": pd.Timestamp("2025-01-02")})
    >>> orders = pd.DataFrame({"order_id": ["1", "2"], "order_ts": [at("2025-02-05"), at("2025-03-20")], "customer_id": ["a", "b"],
    ...     "touchpoint_id": "T9"})
    >>> told = multi_touch(log, orders, min_n=1)
    >>> told.loc[told["metric"].isin(["on_path_share", "credit_share"]), ["touchpoint_id", "metric", "value"]].to_dict("split")["data"]
    ... # doctest: +NORMALIZE_WHITESPACE
    [['T1', 'on_path_share', 0.0], ['T2', 'on_path_share', 0.5], ['T1', 'credit_share', 0.0], ['T2', 'credit_share', 0.25],
     ['T9', 'credit_share', 0.75]]
    """
    by = ("touchpoint_id",)
    needs = lacking(contacts, ["contact_ts", "customer_id", "touchpoint_id"])
    needs += [f"orders.{name}" for name in ("customer_id", "order_ts") if name not in orders or orders[name].isna().all()]
    if needs:
        return estimates.unanswerable("on_path_share", "share", needs, by=by)
    told = logged(contacts, ["customer_id", "touchpoint_id"], direction=direction, period=period)
    told = told[told["customer_id"].notna() & told["touchpoint_id"].notna()]
    window, first = days(window_days), int(told["at"].min())
    placed = orders[orders["customer_id"].notna() & orders["order_ts"].notna()]
    placed = placed.assign(at=microseconds(placed["order_ts"]) // DAY * DAY)
    placed = placed[(placed["at"] >= first + window) & (placed["at"] <= int(told["at"].max()) + DAY)]
    placed = placed.reset_index(drop=True)
    names = sorted(told["touchpoint_id"].unique())
    if len(placed) < min_n:
        few = estimates.unanswerable("on_path_share", "share", [], by=by)
        return few.assign(note=f"n < {min_n}", n=pd.array([len(placed)], dtype="Int64"))
    chance: Sampling = {**options, "weight": None}
    hit = pd.DataFrame({name: _before(told[told["touchpoint_id"].eq(name)], placed, window) for name in names}, index=placed.index)
    parts = [estimates.share(placed.assign(flag=hit.any(axis=1).astype("float64")), "flag", metric="seen_before_share", **chance)]
    for name in names:
        usual = _otherwise(told[told["touchpoint_id"].eq(name)], placed, customers, window, first)
        parts.append(_of(name, placed.assign(here=hit[name].astype("float64"), otherwise=usual), chance))
    parts += _credit(placed, hit, chance)
    stacked = estimates.stack(*parts)
    order = {metric: place for place, metric in enumerate(dict.fromkeys(stacked["metric"]))}
    stacked = stacked.sort_values("metric", key=lambda column: column.map(order), kind="stable", ignore_index=True)
    return stacked[[*by, *[column for column in stacked if column not in by]]]


def _line(made: pd.DataFrame) -> Purchases:
    at = pd.to_datetime(made["at"].to_numpy(), unit="us", utc=True)
    return purchases(pd.DataFrame({"customer_id": made["customer_id"].to_numpy(), "order_ts": at}))


def _before(made: pd.DataFrame, placed: pd.DataFrame, window: int) -> np.ndarray:
    number, _ = _line(made).around(placed["customer_id"], placed["at"].to_numpy(), -window - 1, -1)
    return np.asarray(number > 0)


def _otherwise(made: pd.DataFrame, placed: pd.DataFrame, customers: pd.DataFrame | None, window: int, first: int) -> np.ndarray:
    """Return how often a random order moment of each order's customer has a contact here in the window before it.

    Seen from the contact: its customer's moments up to a window later; with time turned round, what :meth:`Purchases.at_random` counts.
    """
    line = _line(made)
    turned = Purchases(line.customers, line.who[::-1], -line.when[::-1], line.amount[::-1])
    order = np.lexsort((turned.when, turned.who))
    turned = Purchases(line.customers, turned.who[order], turned.when[order], turned.amount[order])
    life = lives(line.customers, customers, first=first + window, last=int(placed["at"].max()) + 1)
    back = type(life)(-life.end + 1, -life.start + 1)
    chance, _ = turned.at_random(back, window, -placed["at"].to_numpy())
    code = line.codes(placed["customer_id"])
    return np.where(code >= 0, chance[code], 0.0) if len(chance) else np.zeros(len(placed))


def _of(name: str, placed: pd.DataFrame, options: Sampling) -> pd.DataFrame:
    table = placed.assign(extra=placed["here"] - placed["otherwise"])
    parts = [estimates.share(table, "here", metric="on_path_share", **options)]
    parts.append(estimates.mean(table, "otherwise", metric="on_path_otherwise", unit="share", bounds=(0.0, 1.0), **options))
    parts.append(estimates.mean(table, "extra", metric="on_path_extra", unit="share difference", bounds=(-1.0, 1.0), **options))
    told = estimates.stack(*parts)
    told.insert(0, "touchpoint_id", pd.Series(name, index=told.index, dtype="str"))
    return told


def _credit(placed: pd.DataFrame, hit: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    """Return where orders were placed, and every order shared among the touchpoints of its way."""
    if "touchpoint_id" not in placed or placed["touchpoint_id"].isna().all():
        return [estimates.unanswerable("closing_share", "share", ["orders.touchpoint_id"], by=("touchpoint_id",))]
    known = placed[placed["touchpoint_id"].notna()]
    closing = pd.get_dummies(known["touchpoint_id"].astype("str"), dtype=bool)
    names = sorted({*hit.columns, *closing.columns})
    way = hit.loc[known.index].reindex(columns=names, fill_value=False) | closing.reindex(columns=names, fill_value=False)
    credit = way.div(way.sum(axis=1), axis=0)
    parts = []
    for metric, table in (("closing_share", closing.astype("float64")), ("credit_share", credit.astype("float64"))):
        for name in table.columns:
            part = estimates.mean(known.assign(part=table[name]), "part", metric=metric, unit="share", bounds=(0.0, 1.0), **options)
            part.insert(0, "touchpoint_id", pd.Series(name, index=part.index, dtype="str"))
            parts.append(part)
    return parts
