"""Contacts with a reason one can count on, answers beside the reason they were given for, and orders that follow on a contact."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.reasons import read
from cxlib.reasons.value.shares import NEEDS

__all__ = ["assigned", "bought_after", "log_of", "told_of"]

# what the value of contacts is told from: never their texts
TOLD: tuple[str, ...] = (
    "contact_id",
    "contact_ts",
    "local_date",
    "local_hour",
    "local_weekday",
    "channel",
    "direction",
    "source",
    "weight",
    "customer_id",
)
TOLD += ("account_id", "person_id", "case_id", "thread_id", "order_id", "document_id", "touchpoint_id", "received_by", "handled_by_type")
TOLD += ("reached", "transfers", "handle_s", "cost", "outcome", "reason_id", "unassigned", "root_cause", "root_cause_department")


def log_of(contacts: IntoFrame) -> pd.DataFrame:
    """Return the log in the columns that the value of contacts is told from: a large one stays in its files with its texts.

    >>> import duckdb
    >>> list(log_of(duckdb.sql("SELECT '1' AS contact_id, 'q' AS reason_id, 'Dear all …' AS text")))
    ['contact_id', 'reason_id']
    """
    return read(contacts, TOLD)


def assigned(contacts: pd.DataFrame) -> pd.DataFrame:
    """Return contacts with the reason they were assigned, and none where they were left unassigned.

    >>> assigned(pd.DataFrame({"reason_id": ["a", "b"], "unassigned": [False, True]}))["reason_id"].to_list()
    ['a', nan]
    """
    if "reason_id" not in contacts or "unassigned" not in contacts:
        return contacts
    return contacts.assign(reason_id=contacts["reason_id"].where(~contacts["unassigned"].fillna(True).astype(bool)).astype("str"))


def told_of(responses: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Return survey answers about a contact with ``reason_id``: by the contact they name, else by the case, if that has one reason only.

    Answers whose reason is not known are left out, and none is left where nothing links the two tables.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    contacts : table
        The contact log, one row a contact: a pandas frame, a DuckDB relation or a PySpark frame.

    >>> log = pd.DataFrame({"contact_id": ["x"], "case_id": ["7"], "reason_id": ["a"]})
    >>> told_of(pd.DataFrame({"response_id": ["1", "2"], "contact_id": ["x", None]}), log)["reason_id"].to_list()
    ['a']
    """
    sure = assigned(contacts)
    reason = pd.Series(None, index=responses.index, dtype="str")
    if "reason_id" in sure and len(responses):
        known = sure[sure["reason_id"].notna()]
        for key in ("contact_id", "case_id"):
            if key not in responses or key not in known:
                continue
            found = known[known[key].notna()].drop_duplicates([key, "reason_id"])
            single = found[~found[key].duplicated(keep=False)].set_index(key)["reason_id"]
            reason = reason.where(reason.notna(), responses[key].map(single))
    return responses.assign(reason_id=reason.astype("str"))[reason.notna()]


def bought_after(contacts: pd.DataFrame, orders: pd.DataFrame, *, window_days: float = 14, **options: Unpack[Sampling]) -> pd.DataFrame:
    """Share of contacts after which the customer ordered within a window, over all and by reason.

    Parameters
    ----------
    contacts : DataFrame
        The log with ``customer_id`` and ``reason_id`` (and ``unassigned``).
    orders : DataFrame
        With ``customer_id`` and ``order_ts``.
    window_days : float
        Days after the contact; contacts of the last window before the last order are dropped.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``: ``bought_after``; and ``revenue_after``, the mean value ordered within the window (in the
        orders' currency), where orders have one. Both over all contacts of known customers with a known reason, and by
        ``reason_id``.

    Notes
    -----
    Orders placed in the contact count. What follows on a contact need not follow from it: buyers with an order on its way ask about
    deliveries, and buy again.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": list("xy"), "contact_ts": [at("2025-01-02"), at("2025-01-03")], "customer_id": ["a", "b"],
    ...     "reason_id": "q"})
    >>> orders = pd.DataFrame({"order_ts": [at("2025-01-05"), at("2025-06-01")], "customer_id": ["a", "c"], "value": [10.0, 1.0],
    ...     "currency": "EUR"})
    >>> bought_after(log, orders)[["reason_id", "metric", "value", "unit"]].to_dict("split")["data"]  # doctest: +NORMALIZE_WHITESPACE
    [[nan, 'bought_after', 0.5, 'share'], ['q', 'bought_after', 0.5, 'share'], [nan, 'revenue_after', 5.0, 'EUR'],
     ['q', 'revenue_after', 5.0, 'EUR']]
    """
    sure = assigned(contacts)
    needs = [] if "reason_id" in sure and sure["reason_id"].notna().any() else list(NEEDS)
    needs += [] if "customer_id" in sure and sure["customer_id"].notna().any() else ["contacts.customer_id"]
    needs += [f"orders.{name}" for name in ("customer_id", "order_ts") if name not in orders or orders[name].isna().all()]
    if needs:
        return estimates.unanswerable("bought_after", "share", needs, by=("reason_id",))
    placed = orders[orders["customer_id"].notna() & orders["order_ts"].notna()].sort_values(["customer_id", "order_ts"], kind="stable")
    ends = _moments(placed["order_ts"]).max() - round(window_days * 86_400) * np.timedelta64(1_000_000, "us")
    held = sure[sure["customer_id"].notna() & sure["reason_id"].notna() & (_moments(sure["contact_ts"]) <= ends)]
    if held.empty:
        return estimates.unanswerable("bought_after", "share", ["contacts.contact_ts"], by=("reason_id",))
    number, value = _following(held, placed, window_days)
    held = held.assign(bought=(number > 0).astype(float), revenue=value)
    parts = [estimates.share(held, "bought", by=by, metric="bought_after", **options) for by in ((), ("reason_id",))]
    currency = _currency(orders)
    if currency:
        parts += [estimates.mean(held, "revenue", by=by, metric="revenue_after", unit=currency, **options) for by in ((), ("reason_id",))]
    told = estimates.stack(*parts)
    return told[["reason_id", *[name for name in told if name != "reason_id"]]]


def _currency(orders: pd.DataFrame) -> str:
    """Return the currency of all orders, "" where they have none or several."""
    known = orders["currency"].dropna().unique() if "currency" in orders and "value" in orders else []
    return str(known[0]) if len(known) == 1 else ""


def _moments(times: pd.Series) -> np.ndarray:
    return times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")


def _following(contacts: pd.DataFrame, orders: pd.DataFrame, window_days: float) -> tuple[np.ndarray, np.ndarray]:
    """Return number and value of the orders that each contact's customer placed within the window after it."""
    codes, _ = pd.factorize(pd.concat([orders["customer_id"], contacts["customer_id"]]).astype("str"))
    moments = np.concatenate([_moments(orders["order_ts"]), _moments(contacts["contact_ts"])])
    clock = (moments - moments.min()).astype(np.int64)
    window = round(window_days * 86_400) * 1_000_000
    span = int(clock.max()) + window + 1  # each customer has a stretch of the line of their own
    line = codes.astype(np.int64) * span + clock
    order = np.argsort(line[: len(orders)], kind="stable")
    placed, ours = line[: len(orders)][order], line[len(orders) :]
    values = orders["value"].to_numpy(float)[order] if "value" in orders else np.zeros(len(orders))
    sums = np.r_[0.0, np.nancumsum(values)]
    low, high = np.searchsorted(placed, ours, "left"), np.searchsorted(placed, ours + window, "right")
    return (high - low).astype(float), sums[high] - sums[low]
