"""Which of the five pieces of information new customers get, when, and how often those ask who have it and those who do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from cxlib import estimates
from cxlib.contacts import Span, headed, lacking, picked
from cxlib.contacts.volume.per_unit import local_day
from cxlib.contacts.welcome._journey import Journey, happened, journey, watched
from cxlib.contacts.welcome.cumulative import sampling
from cxlib.contacts.welcome.intensity import _nothing
from cxlib.contacts.welcome.zero import needed, time_zero
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["INFORMATION", "coverage"]

INFORMATION = ("purchase_confirmation", "delivery_status", "product_information", "payment_terms", "next_steps")
RATE = "per 100 customers and week"
NEVER = 10**6


def coverage(
    messages: IntoFrame,
    contacts: IntoFrame,
    customers: IntoFrame,
    orders: IntoFrame | None = None,
    *,
    answers: Mapping[str, Sequence[str]] | None = None,
    days: int = 30,
    bands: Sequence[int] = (0, 2, 4, 7, 14, 21, 30, 60, 90),
    min_n: int = 1,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Who gets the five pieces of information, when, and who asks.

    Parameters
    ----------
    messages : pandas, DuckDB or PySpark frame
        ``customer_id``, ``type``, ``sent_ts``; where an order is named, those of the first order count.
    contacts, customers, orders : frames
        As in :func:`cxlib.contacts.welcome.intensity`.
    answers : mapping of str to sequence of str, optional
        Type of message → reasons of contacts that it is meant to spare.
    days : int
        Days since the first order in which a message counts, and in which it is looked who asks.
    bands : sequence of int
        First days of the bands within which those who have it and those who do not are compared.
    min_n : int
        Customers below which figures are not told.
    direction, period
        As in :func:`cxlib.contacts.welcome.intensity`.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by ``information`` (missing: all five): ``informed_share`` (of the customers watched for all of the days; over all: who
        got all five), ``informed_day`` (median day since the order among them); and for types with `answers`
        ``contacts_informed`` and ``contacts_uninformed`` (per 100 customers and week) and ``informed_ratio``, the one over the other at
        equal days since the order. A type nobody got has ``informed_share`` 0 and no ratio.

    Notes
    -----
    A customer is uninformed up to the day of the message and informed from the next day on, so that nobody counts as informed before. The
    ratio is Σ contacts informed / Σ_bands days informed × rate uninformed (indirect standardisation), log interval from influences by
    customer. Whom one writes to may differ in other things: the ratio is an association.

    >>> people = pd.DataFrame({"customer_id": ["a", "b"], "start_date": pd.to_datetime(["2025-02-03", "2025-02-10"])})
    >>> log = pd.DataFrame({"customer_id": ["a", "b"], "reason_id": "how", "contact_ts": pd.Timestamp("2025-02-03", tz="UTC"),
    ...     "local_date": pd.to_datetime(["2025-02-05", "2025-06-30"])})
    >>> sent = pd.DataFrame({"customer_id": ["a"], "type": "next_steps", "sent_ts": pd.to_datetime(["2025-02-06"], utc=True)})
    >>> told = coverage(sent, log, people, period=(pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-06-30").date()))
    >>> told.loc[told["metric"].isin(["informed_share", "informed_day"]) & told["value"].gt(0), ["information", "metric", "value", "n"]]
      information          metric  value  n
    5  next_steps  informed_share    0.5  2
    6  next_steps    informed_day    3.0  1
    """
    groups = ["information"]
    answers = dict(answers or {})
    needs = lacking(messages, ["sent_ts", "type", "customer_id"], "messages") + needed(customers, orders, contacts)
    if needs:
        return estimates.unanswerable("informed_share", "share", needs, by=groups)
    observed = watched(contacts, period)
    starts = time_zero(customers, orders, period=observed)
    if observed is None or starts.empty:
        return _nothing("informed_share", "share", groups)
    has_reasons = not lacking(contacts, ["reason_id"])
    events = happened(contacts, starts, ["reason_id"] if has_reasons else [], direction=direction, period=period)
    whole = journey(events, starts, "order", span=(0, days), observed=observed)
    got = _got(messages, whole, days)
    chance: dict[str, Any] = {**sampling(options), "cluster": "customer_id"}
    parts = _shares(got, whole, days, chance)
    for name, reasons in answers.items():
        if not has_reasons:
            parts.append(estimates.unanswerable("informed_ratio", "ratio", ["contact_reasons.reason_id"], by=groups))
            continue
        asked = whole.subset(whole.keys["reason_id"].isin(list(reasons)).to_numpy())
        day = got[name] if name in got else np.full(len(whole.units), NEVER)
        parts.append(headed(_compared(asked, np.asarray(day), days, np.asarray(bands), chance), {"information": name}))
    told = estimates.stack(*parts)
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def _got(messages: IntoFrame, whole: Journey, days: int) -> dict[str, np.ndarray]:
    """Day since zero on which each unit first got each type; NEVER where it did not."""
    have = nw.from_native(messages).lazy().collect_schema().names()
    units = whole.units
    frame = nw.from_native(messages).lazy().filter(nw.col("customer_id").is_in(units["customer_id"].unique().tolist()))
    sent = picked(frame.to_native(), [name for name in ("customer_id", "order_id", "type", "sent_ts") if name in have]).dropna(
        subset=["customer_id", "type", "sent_ts"]
    )
    sent = sent.assign(day=local_day(sent["sent_ts"]), order_id=sent.get("order_id"))
    own = units[["customer_id", "order_id", "order"]].rename(columns={"order_id": "own_order"}).assign(unit=np.arange(len(units)))
    both = sent.merge(own, on="customer_id")
    other = both["order_id"].notna() & both["own_order"].notna() & both["order_id"].ne(both["own_order"])
    both = both[~other].assign(since=lambda table: (table["day"] - table["order"]).dt.days)
    both = both[both["since"].between(0, days)]
    found = {}
    for name in INFORMATION:
        first = both[both["type"].eq(name)].groupby("unit")["since"].min()
        found[name] = first.reindex(range(len(units))).fillna(NEVER).to_numpy(dtype="int64")
    return found


def _shares(got: Mapping[str, np.ndarray], whole: Journey, days: int, chance: dict[str, Any]) -> list[pd.DataFrame]:
    full = whole.last >= days
    ids = whole.units["customer_id"]
    parts, every = [], np.ones(len(ids), dtype=bool)
    for name, day in got.items():
        table = pd.DataFrame({"got": day < NEVER, "day": np.where(day < NEVER, day, np.nan), "customer_id": ids})[full]
        every &= day < NEVER
        told = [estimates.share(table, "got", metric="informed_share", **chance)]
        if table["got"].any():
            plain: dict[str, Any] = {**chance, "draws": 0}
            told.append(estimates.quantile(table, "day", 0.5, metric="informed_day", unit="day", **plain))
        parts.append(headed(estimates.stack(*told), {"information": name}))
    table = pd.DataFrame({"got": every, "customer_id": ids})[full]
    return [estimates.share(table, "got", metric="informed_share", **chance), *parts] if len(table) else parts


def _compared(asked: Journey, got: np.ndarray, days: int, bands: np.ndarray, chance: dict[str, Any]) -> pd.DataFrame:
    """Contacts of those who have the message and of those who do not, and their ratio at equal days since zero."""
    edges = np.unique(np.r_[bands[bands <= days], days + 1])
    size, n = len(edges) - 1, len(asked.units)
    time, count = np.zeros((2, n, size)), np.zeros((2, n, size))
    since = np.where(got < NEVER, got + 1, NEVER)
    for band in range(size):
        low, high = edges[band], edges[band + 1] - 1
        all_days = asked.within(int(low), int(high))
        ends = np.minimum(asked.last, high)
        informed = np.maximum(ends - np.maximum(np.maximum(asked.first, low), since) + 1, 0)
        time[1, :, band], time[0, :, band] = informed, all_days - informed
    at = np.searchsorted(edges, asked.day, side="right") - 1
    np.add.at(count, ((asked.day >= since[asked.unit]).astype(int), asked.unit, at), 1.0)
    table = pd.DataFrame({"customer_id": asked.units["customer_id"]})
    parts = []
    for side, name in ((1, "contacts_informed"), (0, "contacts_uninformed")):
        own = table.assign(events=count[side].sum(axis=1), weeks=time[side].sum(axis=1) / 7)
        own = own[own["weeks"] > 0]
        if len(own):
            told: dict[str, Any] = {"per": 100, "metric": name, "unit": RATE}
            parts.append(estimates.rate(own, "events", "weeks", **told, **{**chance, "draws": 0}))
    return estimates.stack(*parts, _standardised(time, count, chance))


def _standardised(time: np.ndarray, count: np.ndarray, chance: dict[str, Any]) -> pd.DataFrame:
    """Contacts of the informed over those that the rates of the uninformed let expect."""
    told: dict[str, Any] = {"metric": "informed_ratio", "unit": "ratio", "method": "standardised by days, log"}
    events, exposed = count.sum(axis=1), time.sum(axis=1)
    both = (exposed[1] > 0) & (exposed[0] > 0)
    usual = np.divide(events[0], exposed[0], out=np.zeros_like(exposed[0]), where=exposed[0] > 0)
    seen, expected = float(events[1, both].sum()), float((exposed[1] * usual)[both].sum())
    n = int(((time[1][:, both].sum(axis=1) > 0) | (time[0][:, both].sum(axis=1) > 0)).sum())
    told |= {"n": n, "n_eff": float(n)}
    if seen == 0 or expected == 0 or n < 2:
        return rows(pd.DataFrame(index=[0]), told | {"note": "no events"})
    share = np.divide(exposed[1], exposed[0], out=np.zeros_like(usual), where=exposed[0] > 0)
    above = count[1][:, both].sum(axis=1) / seen
    below = (time[1] * usual + share * (count[0] - usual * time[0]))[:, both].sum(axis=1) / expected
    influence = above - below
    se = float(np.sqrt((influence**2).sum() * n / (n - 1)))
    factor = float(np.exp(special.stdtrit(n - 1, (1 + chance.get("level", 0.95)) / 2) * se))
    value = seen / expected
    return rows(pd.DataFrame(index=[0]), told | {"value": value, "low": value / factor, "high": value * factor})
