"""Sales signals in contacts: how many hint at demand, what is noted of them, what is taken up and what is left lying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.decisions.opportunities._log import currency_of, days, lives, logged, per_contact, purchases
from cxlib.estimates import UNKNOWN, Sampling

__all__ = ["TOLD_BY", "marked", "signals", "taken_up"]

TOLD_BY = ("reason", "second_concern", "flag")  # who tells of a signal; the first of them that does
SALE = "sale"


def signals(
    contacts: IntoFrame,
    reasons: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    customers: pd.DataFrame | None = None,
    by: Sequence[str] = (),
    window_days: float = 14,
    currency: str | None = None,
    min_n: int = 7,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many contacts hold a sales signal, and what becomes of it.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log; ``reason_id``, ``unassigned`` and ``concern_2_id`` of contact_reasons where they are known.
    reasons : DataFrame
        The contract table *reasons*; its ``sales_signal`` marks reasons that are a signal.
    orders : DataFrame
        With ``customer_id`` and ``order_ts``.
    customers : DataFrame, optional
        ``start_date`` and ``churn_date``: when each could have ordered.
    by : sequence of str
        Group columns of contacts; ``told_by`` tells who told of the signal.
    window_days : float
        Days after the contact within which an order of the customer takes the signal up.
    currency : str, optional
        Three letters; no amount is told without, nor when orders are in another one.
    min_n : int
        Contacts, or signals, below which a figure has no number.
    direction, period
        Which contacts count, see :func:`cxlib.contacts.counted`.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, unit ``share``: ``signal_share`` of contacts of which something tells; of signals: ``noted_share`` (staff had
        set the flag; of those that the reason or second concern tells), ``captured_share`` (it ended in a sale, or an order followed
        within the window), ``noted_only_share`` and ``left_share`` (neither, with and without the flag: these three make up a whole),
        ``captured_otherwise`` (an order follows on a random moment of the same customers) and ``captured_extra`` (captured less that).
        With a currency ``revenue_after``, ``revenue_otherwise`` and ``revenue_extra``, the mean value ordered within the window of a
        signal. ``n`` counts contacts.

    Notes
    -----
    A contact holds a signal when staff flagged it (``sales_signal``), or its reason or second concern is marked as one in the taxonomy.
    A signal can be judged when its contact ended in a sale, or its customer is known and the window lies before the last order.
    Customers who order often will order after a contact too: ``captured_otherwise`` is the part of the customer's watched time on which
    an order follows within the window, so that ``captured_extra`` is 0 on average where contacts and orders have nothing to do with each
    other. The watched time is measured in contacts, everybody's, so that a season in which all order and ask more is none of it. What
    follows on a signal need not follow from it. Reasons count as they were assigned.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": list("xy"), "contact_ts": [at("2025-01-02"), at("2025-01-03")], "customer_id": ["a", "b"],
    ...     "sales_signal": [True, True], "outcome": "resolved", "local_date": pd.to_datetime(["2025-01-02", "2025-01-03"])})
    >>> orders = pd.DataFrame({"order_ts": [at("2025-01-05"), at("2025-06-01")], "customer_id": ["a", "c"]})
    >>> told = signals(log, pd.DataFrame({"reason_id": []}), orders, min_n=1)
    >>> told[["metric", "value"]].to_dict("split")["data"]  # doctest: +NORMALIZE_WHITESPACE
    [['signal_share', 1.0], ['noted_share', nan], ['captured_share', 0.5], ['noted_only_share', 0.5], ['left_share', 0.0],
     ['captured_otherwise', 0.5], ['captured_extra', 0.0]]
    """
    needs = lacking(contacts, ["contact_ts"]) + lacking(contacts, [name for name in by if name != "told_by"])
    told = None if needs else marked(contacts, reasons, columns=by, direction=direction, period=period)
    if told is None or not told["tells"].any():
        return estimates.unanswerable("signal_share", "share", needs or ["contacts.sales_signal"], by=by)
    told = told[told["tells"]]
    for name in by:
        told = told.assign(**{name: told[name].fillna(UNKNOWN)}) if name != "told_by" else told
    chance = per_contact(options)
    found = told[told["signal"]]
    parts = [_thin(part, min_n) for part in (_shares(told, found, by, chance), _noted(found, by, chance))]
    judged = taken_up(found, orders, customers, clock=told["at"].to_numpy(), window_days=window_days)
    if judged is None:
        parts.append(estimates.unanswerable("captured_share", "share", ["contacts.outcome", "orders.order_ts"], by=by))
    else:
        parts += [_thin(part, min_n) for part in _captured(judged, by, chance, currency_of(orders, currency))]
    return estimates.stack(*parts)


def marked(
    contacts: IntoFrame, reasons: pd.DataFrame, *, columns: Sequence[str], direction: str | None, period: Span | None
) -> pd.DataFrame:
    """Return contacts with ``tells`` (something says whether there is a signal), ``signal``, ``flagged`` and ``told_by``."""
    wanted = [name for name in columns if name != "told_by"]
    names = ["customer_id", "outcome", "sales_signal", "reason_id", "concern_2_id", *wanted]
    told = logged(contacts, list(dict.fromkeys(names)), direction=direction, period=period)
    hints = reasons.loc[reasons["sales_signal"].fillna(False).astype(bool), "reason_id"] if "sales_signal" in reasons else []
    says = {"reason": told["reason_id"].isin(list(hints)), "second_concern": told["concern_2_id"].isin(list(hints))}
    says["flag"] = told["sales_signal"].fillna(False).astype(bool)
    who = pd.Series(None, index=told.index, dtype="object")
    for name in reversed(TOLD_BY):
        who = who.mask(says[name], name)
    known = told["sales_signal"].notna() | (told["reason_id"].notna() & bool(len(hints)))
    return told.assign(tells=known, signal=who.notna() & known, flagged=told["sales_signal"], told_by=who.astype("str"))


def taken_up(
    found: pd.DataFrame, orders: pd.DataFrame, customers: pd.DataFrame | None, *, clock: np.ndarray, window_days: float
) -> pd.DataFrame | None:
    """Return the signals that can be judged with ``captured``, ``otherwise``, ``revenue`` and ``revenue_otherwise``; None where none can.

    `clock` holds the moments of all contacts, which random moments are drawn from.
    """
    sold = found["outcome"].eq(SALE)
    placed = "order_ts" in orders and "customer_id" in orders and orders["order_ts"].notna().any()
    if not placed and found["outcome"].isna().all():
        return None
    if not placed:
        known = found[found["outcome"].notna()]
        return known.assign(captured=sold[known.index].astype("float64"), otherwise=np.nan, revenue=np.nan, revenue_otherwise=np.nan)
    bought, window = purchases(orders), days(window_days)
    first, last = int(min(bought.when.min(), found["at"].min())) if len(found) else int(bought.when.min()), int(bought.when.max()) - window
    number, amount = bought.around(found["customer_id"].fillna(""), found["at"].to_numpy(), 0, window)
    random, worth = bought.at_random(lives(bought.customers, customers, first=first, last=last + 1), window, clock)
    code = bought.codes(found["customer_id"].fillna(""))
    chance, value = (np.where(code >= 0, each[code], 0.0) if len(each) else np.zeros(len(found)) for each in (random, worth))
    seen = found["customer_id"].notna() & (found["at"] <= last)
    judged = found.assign(
        captured=(sold | (number > 0)).astype("float64"),
        otherwise=np.where(seen, chance, np.nan),
        revenue=np.where(seen, amount, np.nan),
        revenue_otherwise=np.where(seen, value, np.nan),
    )
    return judged[seen | sold]


def _shares(told: pd.DataFrame, found: pd.DataFrame, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    if "told_by" not in by:
        return estimates.share(told.assign(flag=told["signal"].astype("float64")), "flag", by=by, metric="signal_share", **options)
    rest = [name for name in by if name != "told_by"]
    parts = []
    for name in [name for name in TOLD_BY if found["told_by"].eq(name).any()]:
        flag = (told["signal"] & told["told_by"].eq(name)).astype("float64")
        part = estimates.share(told.assign(flag=flag), "flag", by=rest, metric="signal_share", **options)
        part.insert(list(by).index("told_by"), "told_by", pd.Series(name, index=part.index, dtype="str"))
        parts.append(part)
    return estimates.stack(*parts) if parts else estimates.unanswerable("signal_share", "share", [], by=by)


def _noted(found: pd.DataFrame, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    told = found[found["told_by"].ne("flag") & found["flagged"].notna()]
    if told.empty:
        row = estimates.unanswerable("noted_share", "share", ["contacts.sales_signal"], by=by)
        return row if found["flagged"].isna().all() else row.assign(note="no case", n=pd.array([0], dtype="Int64"))
    return estimates.share(told.assign(flag=told["flagged"].astype("float64")), "flag", by=by, metric="noted_share", **options)


def _captured(judged: pd.DataFrame, by: Sequence[str], options: Sampling, currency: str | None) -> list[pd.DataFrame]:
    noted, missed = judged["flagged"].fillna(False).astype(bool), judged["captured"].eq(0.0)
    flags = {"captured_share": ~missed, "noted_only_share": missed & noted, "left_share": missed & ~noted}
    parts = [
        estimates.share(judged.assign(flag=flag.astype("float64")), "flag", by=by, metric=metric, **options)
        for metric, flag in flags.items()
    ]
    paired = judged[judged["otherwise"].notna()].assign(extra=judged["captured"] - judged["otherwise"])
    if paired.empty:
        return parts
    for metric, column, low, unit in (
        ("captured_otherwise", "otherwise", 0.0, "share"),
        ("captured_extra", "extra", -1.0, "share difference"),
    ):
        parts.append(estimates.mean(paired, column, by=by, metric=metric, unit=unit, bounds=(low, 1.0), **options))
    if currency:
        paired = paired.assign(more=paired["revenue"] - paired["revenue_otherwise"])
        for metric, column in (("revenue_after", "revenue"), ("revenue_otherwise", "revenue_otherwise"), ("revenue_extra", "more")):
            bounds = None if metric == "revenue_extra" else (0.0, np.inf)
            parts.append(estimates.mean(paired, column, by=by, metric=metric, unit=currency, bounds=bounds, **options))
    return parts


def _thin(part: pd.DataFrame, min_n: int) -> pd.DataFrame:
    counted = ~part["note"].str.startswith("needs ") & part["note"].ne("no case")
    return estimates.withhold(part, (part["n"] < min_n) & counted, f"n < {min_n}")
