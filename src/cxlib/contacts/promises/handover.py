"""From marketing to sales to service: who of the three knows the customer, and where the customer waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, filled, headed, picked
from cxlib.contacts.promises._following import watched_until
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling

__all__ = ["handover"]

STEPS = ("lead_to_touch", "touch_to_order", "order_to_information", "order_to_use", "order_to_service")


def handover(
    contacts: IntoFrame,
    orders: pd.DataFrame,
    leads: IntoFrame | None = None,
    messages: IntoFrame | None = None,
    events: IntoFrame | None = None,
    *,
    useful: Sequence[str] = ("delivery_status", "product_information", "payment_terms", "next_steps"),
    use_events: Sequence[str] = ("login", "selfservice"),
    days: int = 90,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Who knows the customer, and how long each step takes.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log.
    orders : DataFrame
        From :func:`cxlib.contacts.promises.grouped`.
    leads, messages, events : frames, optional
        What marketing and shop know.
    useful : sequence of str
        Types of messages that are the first useful information.
    use_events : sequence of str
        Digital events that are a first use.
    days : int
        Days that a step may take; what has not come by then is not part of it.
    min_n : int
        Customers below which a step is not told.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by ``side`` and ``handover``: ``known_to`` (share of customers with an order whom marketing, sales, service, or all
        three have a record of under the same number); and by step (lead_to_touch, touch_to_order, order_to_information, order_to_use,
        order_to_service) ``step_done`` (share for whom it came within `days`, Kaplan–Meier) and ``step_days`` (days until half of all have
        come that far). Steps whose tables are missing say what they need.

    Notes
    -----
    A step counts from the customer's first record on its left to the first one after it on its right, first orders only. That customers
    stay without a record on one side says nothing of what was said to them.

    >>> from cxlib.contacts.promises import grouped
    >>> at = lambda day: pd.Timestamp("2025-01-01", tz="UTC") + pd.Timedelta(days=day)
    >>> sold = grouped(pd.DataFrame({"order_id": list("12"), "customer_id": list("ab"), "seller_id": "V1", "order_ts": [at(10), at(20)]}))
    >>> leads = pd.DataFrame({"customer_id": ["a", "b"], "created_ts": [at(0), at(1)], "campaign_id": None})
    >>> log = pd.DataFrame({"customer_id": ["a"], "contact_ts": [at(90)], "local_date": [at(90).tz_localize(None)]})
    >>> told = handover(log, sold, leads, min_n=1)
    >>> told.loc[told["metric"].eq("known_to"), ["side", "value"]]
            side  value
    0  marketing    0.0
    1      sales    1.0
    2    service    0.5
    3  all_three    0.0
    """
    groups = ["side", "handover"]
    if orders.empty or not orders["customer_id"].notna().any():
        return estimates.unanswerable("known_to", "share", ["orders.customer_id"], by=groups)
    first = orders.dropna(subset="customer_id").drop_duplicates("customer_id").set_index("customer_id")
    first.index = first.index.astype("str")
    last = _last(contacts, period)
    chance: dict[str, Any] = {name: value for name, value in options.items() if name in ("level", "draws", "seed")}
    served = _service(contacts, first.index, direction, period)
    lead = _leads(leads)
    parts = _known(orders, first, served, lead, chance)
    steps = _steps(first, served, lead, leads, messages, events, useful, use_events)
    for name in STEPS:
        begun, came, needs = steps[name]
        told = _step(begun, came, last, days, min_n, chance) if not needs else estimates.unanswerable("step_days", "days", needs)
        parts.append(headed(told, {"handover": name}))
    told = estimates.stack(*parts)
    return told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]]).astype(dict.fromkeys(groups, "str"))


Step = tuple[pd.Series, pd.Series, list[str]]


def _last(contacts: IntoFrame, period: Span | None) -> date | None:
    there = filled(contacts, ["local_date"])["local_date"]
    return watched_until(contacts, period) if there or period is not None else None


def _service(contacts: IntoFrame, ids: pd.Index, direction: str | None, period: Span | None) -> pd.DataFrame:
    """Days on which customers with an order got in touch; empty where the log does not name them."""
    if not all(filled(contacts, ["customer_id", "local_date"]).values()):
        return pd.DataFrame({"customer_id": pd.Series(dtype="str"), "local_date": pd.Series(dtype="datetime64[us]")})
    frame = nw.from_native(contacts).lazy().filter(nw.col("customer_id").is_in(ids.to_list()))
    return counted(frame.to_native(), ["customer_id", "local_date"], cluster="", direction=direction, period=period)


def _leads(leads: IntoFrame | None) -> pd.DataFrame:
    """Each customer's first lead: created, touched, campaign."""
    blank = pd.DataFrame(columns=["created", "touched", "campaign_id"])
    if leads is None or not all(filled(leads, ["customer_id", "created_ts"]).values()):
        return blank
    have = nw.from_native(leads).lazy().collect_schema().names()
    table = picked(leads, [name for name in ("customer_id", "created_ts", "first_touch_ts", "campaign_id") if name in have])
    table = table.dropna(subset=["customer_id", "created_ts"]).sort_values("created_ts").drop_duplicates("customer_id")
    touched = local_day(table["first_touch_ts"]) if "first_touch_ts" in table else pd.Series(pd.NaT, table.index)
    table = table.assign(created=local_day(table["created_ts"]), touched=touched).set_index(table["customer_id"].astype("str"))
    return table.reindex(columns=blank.columns)


def _known(
    orders: pd.DataFrame, first: pd.DataFrame, served: pd.DataFrame, lead: pd.DataFrame, chance: dict[str, Any]
) -> list[pd.DataFrame]:
    """Share of customers that marketing, sales, service, and all of them have a record of."""
    ids = first.index.to_series()
    campaigned = orders.loc[orders["campaign_id"].notna(), "customer_id"].astype("str")
    table = pd.DataFrame({"customer_id": ids.to_numpy()}).assign(
        marketing=(ids.isin(lead.index[lead["campaign_id"].notna()]) | ids.isin(campaigned)).to_numpy(),
        sales=ids.isin(orders.loc[orders["seller_known"], "customer_id"].astype("str")).to_numpy(),
        service=ids.isin(served["customer_id"].astype("str")).to_numpy(),
    )
    sides = ["marketing", "sales", "service"]
    table["all_three"] = table[sides].all(axis=1)
    told = [estimates.share(table, name, metric="known_to", **{**chance, "cluster": "customer_id"}) for name in [*sides, "all_three"]]
    return [headed(part, {"side": name}) for part, name in zip(told, [*sides, "all_three"], strict=True)]


def _steps(
    first: pd.DataFrame,
    served: pd.DataFrame,
    lead: pd.DataFrame,
    leads: IntoFrame | None,
    messages: IntoFrame | None,
    events: IntoFrame | None,
    useful: Sequence[str],
    use_events: Sequence[str],
) -> dict[str, Step]:
    """Each step: day on which it begins and day on which it is done, by customer; or what it needs."""
    order = first["ordered"]
    none = pd.Series(dtype="datetime64[us]")
    no_lead = [] if len(lead) else ["leads.customer_id", "leads.created_ts"]
    no_touch = no_lead or ([] if lead["touched"].notna().any() else ["leads.first_touch_ts"])
    touched = lead["touched"].dropna() if not no_touch else none
    sent, no_message = _first_of(messages, "messages", "sent_ts", "type", useful, order)
    used, no_event = _first_of(events, "events", "event_ts", "event", use_events, order)
    asked = served.assign(customer_id=served["customer_id"].astype("str"))
    asked = asked[asked["local_date"] >= asked["customer_id"].map(order)].groupby("customer_id")["local_date"].min()
    no_service = [] if len(served) else ["contacts.customer_id"]
    bought = order.reindex(touched.index)
    return {
        "lead_to_touch": (lead["created"] if not no_touch else none, lead["touched"] if not no_touch else none, no_touch),
        "touch_to_order": (touched, bought.where(bought >= touched), no_touch),
        "order_to_information": (order, sent, no_message),
        "order_to_use": (order, used, no_event),
        "order_to_service": (order, asked, no_service),
    }


def _first_of(
    table: IntoFrame | None, name: str, moment: str, kind: str, wanted: Sequence[str], order: pd.Series
) -> tuple[pd.Series, list[str]]:
    """The first day on or after the first order on which something of the wanted kinds happened."""
    columns = ["customer_id", moment, kind]
    lacks = [f"{name}.{column}" for column in columns] if table is None else [
        f"{name}.{column}" for column, count in filled(table, columns).items() if not count
    ]  # fmt: skip
    if lacks or table is None:
        return pd.Series(dtype="datetime64[us]"), lacks
    frame = nw.from_native(table).lazy().filter(nw.col(kind).is_in(list(wanted)) & ~nw.col("customer_id").is_null())
    found = picked(frame.to_native(), columns).dropna()
    found = found.assign(customer_id=found["customer_id"].astype("str"), day=local_day(found[moment]))
    found = found[found["day"] >= found["customer_id"].map(order)]
    return found.groupby("customer_id")["day"].min(), []


def _step(begun: pd.Series, came: pd.Series, last: date | None, days: int, min_n: int, chance: dict[str, Any]) -> pd.DataFrame:
    """Share done within some days, and the days until half are, of those who have begun."""
    start = begun.dropna()
    done = came.reindex(start.index)
    end = pd.Timestamp(last) if last is not None else max(start.max(), done.max())
    waited = (done - start).dt.days.to_numpy(dtype="float64")
    watched = np.minimum((end - start).dt.days.to_numpy(dtype="float64"), days)
    event = ~np.isnan(waited) & (waited <= watched) & (waited >= 0)
    table = pd.DataFrame(
        {"time": np.where(event, waited, watched) + 0.5, "came": event.astype(float), "customer_id": start.index.astype("str")}
    )
    table = table[watched >= 0]
    if table.empty:
        return estimates.unanswerable("step_days", "days", []).assign(note="no events", n=pd.array([0], dtype="Int64"))
    options: dict[str, Any] = {**chance, "cluster": "customer_id"}
    share = estimates.survival(
        table, "time", "came", at=[table["time"].max() - 0.01 if days > table["time"].max() else days + 0.25], **options
    )
    share = share.drop(columns="days").assign(metric="step_done", value=1 - share["value"], low=1 - share["high"], high=1 - share["low"])
    if "draws" in share:
        share["draws"] = share["draws"].map(lambda drawn: 1 - drawn if isinstance(drawn, np.ndarray) else drawn)
    half = estimates.survival_quantile(table, "time", "came", 0.5, metric="step_days", unit="days", **{**options, "draws": 0})
    half = half.assign(**{name: half[name] - 0.5 for name in ("value", "low", "high")})
    told = estimates.stack(share, half)
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")
