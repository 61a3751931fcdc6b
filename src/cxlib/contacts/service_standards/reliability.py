"""Five things that make communication reliable, order by order, and complaints afterwards.

Conditions are looked at from the order to a landmark some weeks later, complaints from the landmark on. An order that is complained about
early would otherwise have had less time to go wrong, and what is answered late would often be the complaint itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import counted, headed, lacking, named, picked
from cxlib.contacts._complaints import CHASING, CLAIMS, complaining, concerning, undefined
from cxlib.contacts.service_standards._orders_judged import EVENTS, complained_of, day_numbers, judged
from cxlib.contacts.service_standards.attainment import due_states, known_until
from cxlib.contacts.service_standards.clock import Clock
from cxlib.estimates import Sampling

__all__ = ["CONDITIONS", "UNCLEAR", "reliability"]

CONDITIONS = ("delivery_as_promised", "documents_clear", "promises_kept", "change_announced", "reply_in_time")
UNCLEAR = (
    "delivery.delivery_info_inaccurate",
    "billing.invoice_comprehension",
    "billing.invoice_error",
    "billing.invoice_format",
    "quote.quote_comprehension",
    "follow_up.sent_info_unclear",
)


def reliability(
    contacts: IntoFrame,
    orders: IntoFrame,
    messages: IntoFrame | None = None,
    customers: pd.DataFrame | None = None,
    service_levels: pd.DataFrame | None = None,
    *,
    about: Mapping[str, Sequence[str]] = CLAIMS,
    chasing: Sequence[str] = CHASING,
    unclear: Sequence[str] = UNCLEAR,
    reason: str = "reason_id",
    notices: Sequence[str] = ("delay_notice",),
    window_days: int = 60,
    follow_days: int = 90,
    by: Sequence[str] = (),
    adjust: Sequence[str] = (),
    clock: Clock | None = None,
    min_n: int = 30,
    as_of: datetime | None = None,
    direction: str | None = "inbound",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many of five conditions of reliable communication each order met, and how often its customer complained afterwards.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``customer_id`` and, for one of the conditions, `reason`.
    orders : pandas, DuckDB or PySpark frame
        ``customer_id``, ``order_ts``, ``promised_first`` or ``promised_last``, ``delivered_date``.
    messages : pandas, DuckDB or PySpark frame, optional
        Notices that a date moves.
    customers : DataFrame, optional
        ``customer_id`` and the columns of `by` and `adjust`.
    service_levels, clock, as_of, direction
        As in :func:`attainment`, for the first answer; without standards ``due_ts`` counts.
    about : mapping of str to sequence of str
        Column of contacts: values that make a contact a complaint; one of them is enough.
    chasing : sequence of str
        Reasons of contacts that ask how a complaint stands, and are none.
    unclear : sequence of str
        Reasons that say that documents or information were not clear.
    notices : sequence of str
        Types of messages that announce a change.
    window_days, follow_days : int
        Days after the order in which conditions are looked at, and days after those in which complaints count.
    by : sequence of str
        Columns of customers: the index for each of their levels.
    adjust : sequence of str
        Columns of customers within whose levels, and within the number of the customer's orders, the slope is taken as well.
    min_n : int
        Orders below which a rate is not told.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES. By ``condition`` ("delivery_as_promised", "documents_clear", "promises_kept", "change_announced", "reply_in_time"):
        ``condition_met`` (``share`` of orders). ``conditions_met`` (``count``, mean), also by `by`. By ``met`` ("0" … "5"):
        ``complaint_rate`` (``share`` of orders whose customer complained). ``complaint_slope`` and ``complaint_slope_adjusted`` (``share
        difference`` for each further condition met). The same of complaints that name this very order, whenever they come:
        ``own_complaint_rate``, ``own_complaint_slope``, ``own_complaint_slope_adjusted``, and ``complaint_order_known`` (``share`` of
        complaints that name an order at all; the rates miss the others). A condition whose columns are missing has a row that names
        them, and ``met`` counts the others.

    Notes
    -----
    What did not come up (no promise was made, no date moved) was not broken, and counts as met. Orders whose follow-up is not over yet
    are left out. Slopes are least squares with clustered standard errors; adjusted ones within strata. An association: what makes
    orders go wrong may also make customers complain. Complaints about the very order count up to the last day of the follow-up, those
    within the window too, where most come; for these figures, contacts about a complaint break no condition themselves, but what else
    goes wrong may be its consequence.

    >>> moment = lambda text: pd.Timestamp(text, tz="UTC")
    >>> sold = pd.DataFrame({"order_id": list("12"), "customer_id": list("ab"), "order_ts": moment("2025-01-02"),
    ...     "promised_first": pd.Timestamp("2025-01-10"), "delivered_date": pd.to_datetime(["2025-01-09", "2025-01-20"])})
    >>> log = pd.DataFrame({"contact_id": list("12"), "customer_id": ["b", "c"], "contact_type": ["complaint", "question"], "weight": 1.0,
    ...     "contact_ts": [moment("2025-04-01"), moment("2025-12-31")], "local_date": pd.to_datetime(["2025-04-01", "2025-12-31"])})
    >>> told = reliability(log, sold, about={"contact_type": ["complaint"]}, min_n=1)
    >>> told.loc[told["value"].notna(), ["condition", "met", "metric", "value"]]
                   condition  met                    metric  value
    0   delivery_as_promised  NaN             condition_met    0.5
    5                    NaN  NaN            conditions_met    0.5
    6                    NaN  NaN            complaint_rate    0.5
    7                    NaN    0            complaint_rate    1.0
    8                    NaN    1            complaint_rate    0.0
    9                    NaN  NaN           complaint_slope   -1.0
    10                   NaN  NaN  complaint_slope_adjusted   -1.0
    """
    absent = _absent(contacts, orders, messages, service_levels, reason, about)
    base = lacking(contacts, ["local_date", "customer_id"]) + lacking(orders, ["customer_id", "order_ts"], "orders")
    if base:
        return _unanswerable(base)
    until = known_until(contacts, as_of)
    table = _ordered(orders, customers, [*by, *adjust], until, window_days + follow_days)
    if table.empty:
        return _unanswerable(["orders.order_ts"])
    events = _events(contacts, service_levels, (about, chasing), unclear, reason, clock, until, direction, absent)
    judging = (messages, notices, window_days, follow_days, absent)
    apart = events.assign(**{name: events[f"{name}_apart"] for name in EVENTS if f"{name}_apart" in events})
    own, table = judged(table, apart, *judging), judged(table, events, *judging)
    cluster = options.get("cluster") or "customer_id"
    settings: Any = {**options, "weight": None, "cluster": cluster}
    known = [name for name in CONDITIONS if name not in absent]
    table["met"], own["met"] = (each[known].sum(axis=1).astype("float64") for each in (table, own))
    parts = [*_index(named(table, list(by)), known, absent, by, settings), *_dose(table, absent, adjust, min_n, settings)]
    named_ones, told = complained_of(own, contacts, (about, chasing), window_days + follow_days, direction)
    lost = absent | ({} if "complaints" in absent or len(told) else {"complaints": ["contacts.order_id"]})
    parts += _dose(own.assign(complained=named_ones), lost, adjust, min_n, settings, "own_")
    if len(told):
        parts.append(estimates.share(told, "names_order", metric="complaint_order_known", **settings))
    return estimates.stack(*parts)


def _unanswerable(needs: Sequence[str]) -> pd.DataFrame:
    """The rows that say what is missing for all of it."""
    rate = headed(estimates.unanswerable("complaint_rate", "share", needs), {"met": "0"})
    slope = estimates.unanswerable("complaint_slope", "share difference", needs)
    own = headed(estimates.unanswerable("own_complaint_rate", "share", needs), {"met": "0"})
    return estimates.stack(estimates.unanswerable("conditions_met", "count", needs), rate, slope, own)


def _absent(
    contacts: IntoFrame,
    orders: IntoFrame,
    messages: IntoFrame | None,
    service_levels: pd.DataFrame | None,
    reason: str,
    about: Mapping[str, Sequence[str]],
) -> dict[str, list[str]]:
    """What each condition, and complaints, would need."""
    reasons = lacking(contacts, [reason])
    promise = lacking(contacts, ["promise_due_ts", "promise_done_ts"])
    dates = (
        []
        if not lacking(orders, ["promised_first"], "orders") or not lacking(orders, ["promised_last"], "orders")
        else ["orders.promised_first"]
    )
    dates += lacking(orders, ["delivered_date"], "orders")
    sent = ["messages.type"] if messages is None else lacking(messages, ["order_id", "sent_ts", "type"], "messages")
    reply = lacking(contacts, ["contact_ts", "first_response_ts", *(["due_ts"] if service_levels is None else [])])
    needed = {
        "delivery_as_promised": dates,
        "documents_clear": reasons,
        "promises_kept": promise,
        "change_announced": [*dates, *sent],
        "reply_in_time": reply,
        "complaints": undefined(contacts, about),
    }
    return {name: needs for name, needs in needed.items() if needs}


def _ordered(orders: IntoFrame, customers: pd.DataFrame | None, features: Sequence[str], until: datetime, days: int) -> pd.DataFrame:
    """Orders whose follow-up is over, with the features of their customers and how many orders these have placed."""
    have = nw.from_native(orders).lazy().columns
    columns = ["order_id", "customer_id", "order_ts", "promised_first", "promised_last", "delivered_date"]
    table = picked(orders, [name for name in columns if name in have])
    table = table[table["customer_id"].notna() & table["order_ts"].notna()]
    table = table.assign(day=day_numbers(table["order_ts"].dt.tz_localize(None)))
    last = day_numbers(pd.Series([pd.Timestamp(until).tz_localize(None)]))[0]
    table = table[table["day"] + days <= last]
    number = table.groupby("customer_id")["day"].transform("size")
    table["orders_placed"] = pd.cut(number, [0, 1, 2, 4, 8, np.inf], labels=["1", "2", "3-4", "5-8", "9+"]).astype("str")
    wanted = [name for name in dict.fromkeys(features) if customers is not None and name in customers]
    if customers is not None and wanted:
        table = table.merge(customers[["customer_id", *wanted]].drop_duplicates("customer_id"), on="customer_id", how="left")
    return table.reset_index(drop=True)


def _events(
    contacts: IntoFrame,
    service_levels: pd.DataFrame | None,
    complaints: tuple[Mapping[str, Sequence[str]], Sequence[str]],
    unclear: Sequence[str],
    reason: str,
    clock: Clock | None,
    until: datetime,
    direction: str | None,
    absent: dict[str, list[str]],
) -> pd.DataFrame:
    """Days of customers on which something was unclear, broken or slow, or a complaint came."""
    frame = nw.from_native(contacts).lazy()
    columns: dict[str, Any] = {}
    if "reply_in_time" not in absent:
        frame = due_states(contacts, service_levels, "response", clock, until)
        columns["slow"] = nw.when(nw.col("due_state").is_in(["late", "open"])).then(1.0).otherwise(0.0)
    if "complaints" not in absent:
        columns["complaint"] = nw.when(complaining(frame.columns, *complaints)).then(1.0).otherwise(0.0)
    if "documents_clear" not in absent:
        columns["unclear"] = nw.when(nw.col(reason).is_in(list(unclear))).then(1.0).otherwise(0.0)
    if "promises_kept" not in absent:
        due, done = nw.col("promise_due_ts"), nw.col("promise_done_ts")
        broken = ~due.is_null() & (due <= until) & (done.is_null() | (done > due))
        columns["broken"] = nw.when(broken).then(1.0).otherwise(0.0)
    apart = ~concerning(frame.columns, *complaints)
    columns |= {f"{name}_apart": nw.when(apart).then(columns[name]).otherwise(0.0) for name in EVENTS if name in columns}
    frame = frame.filter(~nw.col("customer_id").is_null())
    table = counted(frame.to_native(), ["customer_id", "local_date"], cluster="", direction=direction, columns=columns, sums=list(columns))
    return table[table["local_date"].notna()].reset_index(drop=True)


def _index(table: pd.DataFrame, known: Sequence[str], absent: dict[str, list[str]], by: Sequence[str], settings: Any) -> list[pd.DataFrame]:
    parts = []
    for name in CONDITIONS:
        if name in known:
            found = estimates.share(table, name, metric="condition_met", **settings)
        else:
            found = estimates.unanswerable("condition_met", "share", absent[name])
        parts.append(headed(found, {"condition": name}))
    if known:
        parts.append(estimates.mean(table, "met", metric="conditions_met", unit="count", bounds=(0, len(known)), **settings))
        if by and set(by) <= set(table):
            parts.append(estimates.mean(table, "met", by=by, metric="conditions_met", unit="count", bounds=(0, len(known)), **settings))
    return parts


def _dose(
    table: pd.DataFrame, absent: dict[str, list[str]], adjust: Sequence[str], min_n: int, settings: Any, whose: str = ""
) -> list[pd.DataFrame]:
    """Complaints by the number of conditions met, and slopes; `whose` begins the metrics' names."""
    rate_of, slope_of = f"{whose}complaint_rate", f"{whose}complaint_slope"
    if "complaints" in absent:
        slope = estimates.unanswerable(slope_of, "share difference", absent["complaints"])
        return [headed(estimates.unanswerable(rate_of, "share", absent["complaints"]), {"met": "0"}), slope]
    told = table.assign(met_level=table["met"].astype("int64").astype("str"))
    rate = estimates.share(told, "complained", by=["met_level"], metric=rate_of, **settings)
    rate = estimates.withhold(rate, rate["n"] < min_n, f"n < {min_n}").rename(columns={"met_level": "met"})
    over_all = estimates.share(told, "complained", metric=rate_of, **settings)
    parts = [over_all, rate]
    if table["met"].min() < table["met"].max():
        strata = [*(name for name in adjust if name in table), "orders_placed"]
        for metric, within in ((slope_of, []), (f"{slope_of}_adjusted", strata)):
            known = table.assign(**{name: table[name].astype("str").fillna(estimates.UNKNOWN) for name in within})
            parts.append(estimates.slope(known, "complained", "met", within=within, metric=metric, unit="share difference", **settings))
    return parts
