"""Who met which of the twelve, and when: one row an experience of a customer who answered a survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, filled, lacking, picked
from cxlib.contacts._complaints import CHASING, CLAIMS, undefined
from cxlib.contacts.pain_points._figures import DAY, POINT, clock, microseconds, timed, until
from cxlib.contacts.pain_points.answers import WRITTEN
from cxlib.contacts.pain_points.claims import cases, with_interim
from cxlib.contacts.pain_points.deliveries import deliveries
from cxlib.contacts.pain_points.hours import Opening, closed
from cxlib.contacts.pain_points.notices import announced
from cxlib.contacts.volume.per_unit import local_day

__all__ = ["POINTS", "Experiences", "experiences"]

POINTS = tuple(f"P{number:02d}" for number in range(1, 13))
COLUMNS = ("customer_id", "person_id", "contact_id", "at", POINT)
IN_A_CONTACT = ("P01", "P02", "P03", "P07", "P08", "P09", "P10", "P11")


@dataclass(frozen=True, eq=False)
class Experiences:
    """What customers met, and what cannot be known.

    Attributes
    ----------
    table : DataFrame
        customer_id, person_id (missing where the source names none), contact_id (missing for orders and quotes), at (microseconds since
        1970), pain_point.
    needs : mapping of str to tuple of str
        For each pain point that nothing tells of: the columns that would.
    recorded : DataFrame
        One row an order: day (it was placed) and whether its first promise is recorded. Where most are not, nobody knows who met P05
        and P06.
    """

    table: pd.DataFrame
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recorded: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"day": pd.Series(dtype="datetime64[us]"), "known": []}))


def experiences(
    contacts: IntoFrame,
    *,
    customers: Sequence[str] = (),
    contact_ids: Sequence[str] | None = None,
    orders: IntoFrame | None = None,
    quotes: IntoFrame | None = None,
    messages: IntoFrame | None = None,
    billed: IntoFrame | None = None,
    reasons: IntoFrame | None = None,
    opening: Opening | None = None,
    holidays: Sequence[date] = (),
    channels: Sequence[str] = WRITTEN,
    given_up_days: float = 30,
    off_days: int = 5,
    delayed: Literal["late", "moved"] = "late",
    long_wait_s: float = 240,
    about: Mapping[str, Sequence[str]] = CLAIMS,
    chasing: Sequence[str] = CHASING,
    as_of: datetime | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
) -> Experiences:
    """Find out which pain points some customers met.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    customers : sequence of str
        customer_ids of those who are looked at.
    contact_ids : sequence of str, optional
        Contacts that are looked at instead, whoever they are from; orders and quotes are then left out.
    orders, quotes, messages, billed : DataFrame, optional
        Orders (P05, P06), quotes (P03), outbound messages (P06, P12) and invoices (P11).
    reasons : DataFrame, optional
        ``reason_id`` and ``pain_point``: a contact for such a reason has met the point as well.
    opening, holidays, channels, given_up_days, off_days, delayed, about, chasing
        As in the functions of this folder.
    long_wait_s : float
        A caller who waited longer than this, or gave up, has met the queue (P07).
    as_of, direction, period
        As in :func:`cxlib.contacts.pain_points.unanswered`.

    Returns
    -------
    Experiences
        P01 no answer within `given_up_days`; P02 no call back on the promised day; P03 information or a quote later than promised; P04 a
        question about a mailing; P05 delivery more than `off_days` after the first promise; P06 a delay not announced by the promised day;
        P07 the queue; P08 a call outside the hours; P09 not reached; P10 handed on twice; P11 a contact that names an invoice, or for such
        a reason; P12 a complaint without word in between, or having to ask how it stands. P04 is known by reasons alone.

    >>> log = pd.DataFrame({"contact_id": ["1", "2"], "customer_id": "a", "person_id": "p", "channel": "phone", "wait_s": [300.0, 20.0],
    ...     "transfers": pd.array([0, 2], dtype="Int64"), "contact_ts": pd.Timestamp("2025-03-03 10:00", tz="UTC"),
    ...     "local_date": pd.Timestamp("2025-03-03"), "local_hour": 10, "local_weekday": 1})
    >>> found = experiences(log, customers=["a"])
    >>> found.table[["pain_point", "contact_id"]]
      pain_point contact_id
    0        P07          1
    1        P10          2
    """
    end = until(contacts, as_of) if not lacking(contacts, ["contact_ts"]) else 0
    settings = {"opening": opening, "holidays": holidays, "channels": channels, "given_up_days": given_up_days, "long_wait_s": long_wait_s}
    flags, needs = _flags(contacts, end, settings)
    tagged = _tagged(contacts, reasons)
    who = _who(contacts, customers, contact_ids)
    parts = [_of_contacts(contacts, flags, tagged, who, direction, period)]
    day = datetime.fromtimestamp(end / 1e6).date() if as_of is None else as_of.date()
    for point, found in (
        ("P03", _late_quotes(quotes, customers, end)),
        ("P05", _off(orders, customers, off_days, day)),
        ("P06", _unannounced(orders, messages, customers, delayed, day)),
        ("P11", _about_invoices(contacts, billed, who, direction, period)),
        ("P12", _silent_claims(contacts, messages, (about, chasing), customers, contact_ids, end, direction, period)),
    ):
        if isinstance(found, list):
            needs.setdefault(point, []).extend(found)
        else:
            parts.append(found)
            needs.pop(point, None)
    known = set(flags) | set(tagged) | {point for part in parts for point in part[POINT].unique()}
    lacks = {point: tuple(dict.fromkeys(names)) for point, names in needs.items() if point not in known and names}
    by_reason = ("P04",) if contact_ids is None else ("P04", "P05", "P06")  # nothing else in a contact tells of them
    lacks |= {point: ("contacts.reason_id",) for point in by_reason if point not in known}
    table = pd.concat(parts, ignore_index=True).astype(dict.fromkeys(("customer_id", "person_id", "contact_id", POINT), "str"))
    table = table.sort_values([POINT, "customer_id", "at", "contact_id"], kind="stable", ignore_index=True)
    return Experiences(table, {point: lacks[point] for point in POINTS if point in lacks}, _recorded(orders))


def _who(contacts: IntoFrame, customers: Sequence[str], contact_ids: Sequence[str] | None) -> Any:
    """Whose contacts are looked at, as an expression; None where the log does not tell."""
    name, values = ("customer_id", customers) if contact_ids is None else ("contact_id", contact_ids)
    return None if lacking(contacts, ["contact_ts", name]) else nw.col(name).is_in(list(values))


def _recorded(orders: IntoFrame | None) -> pd.DataFrame:
    """Of which orders the first promise is recorded, by the day they were placed."""
    if orders is None or lacking(orders, ["order_ts", "promised_first"], "orders"):
        return Experiences(_empty()).recorded
    table = picked(orders, ["order_ts", "promised_first"]).dropna(subset="order_ts")
    return pd.DataFrame({"day": local_day(table["order_ts"]), "known": table["promised_first"].notna().astype("float64")})


def _flags(contacts: IntoFrame, end: int, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The points that a contact's own columns tell, as expressions, and what the others lack."""
    asked, first = nw.col("cx_us_contact_ts"), nw.col("cx_us_first_response_ts")
    wait = round(settings["given_up_days"] * DAY)
    done, due = nw.col("cx_us_promise_done_ts"), nw.col("cx_us_promise_due_ts")
    midnight = asked - clock() + DAY
    overdue = (nw.col("promise_type") == "information") & ~due.is_null() & (due <= end) & (done.is_null() | (done > due))
    missed = (nw.col("promise_type") == "callback") & (midnight <= end) & (done.is_null() | (done >= midnight))
    unanswered = nw.col("channel").is_in(list(settings["channels"])) & (asked + wait <= end) & (first.is_null() | (first - asked > wait))
    sought: dict[str, tuple[tuple[str, ...], Any]] = {
        "P01": (("channel", "first_response_ts"), unanswered),
        "P02": (("local_hour", "promise_type", "promise_done_ts"), missed),
        "P03": (("promise_type", "promise_due_ts", "promise_done_ts"), overdue),
        "P09": (("reached", "received_by"), ~nw.col("received_by").is_null() & ~nw.col("reached")),
        "P10": (("transfers",), nw.col("transfers") >= 2),
    }
    queue = {"wait_s": nw.col("wait_s") > settings["long_wait_s"], "abandoned": nw.col("abandoned")}
    there = filled(contacts, list(queue))
    # added up, as Spark knows no maximum of a single column
    some = [nw.when(test).then(1).otherwise(0) for name, test in queue.items() if there[name]]
    sought["P07"] = (("wait_s",) if not some else (), nw.sum_horizontal(*some) >= 1 if some else nw.lit(False))
    if settings["opening"]:
        calls = (nw.col("channel") == "phone") & ~nw.col("local_hour").is_null()
        sought["P08"] = (("channel", "local_hour", "local_weekday"), calls & closed(settings["opening"], settings["holidays"]))
    needs = {point: lacking(contacts, names) for point, (names, _) in sought.items()}
    flags = {point: test for point, (_, test) in sought.items() if not needs[point]}
    missing = {point: names for point, names in needs.items() if names}
    return flags, missing | ({} if settings["opening"] else {"P08": ["params.service_hours"]})


def _tagged(contacts: IntoFrame, reasons: IntoFrame | None) -> dict[str, list[str]]:
    """The reasons that say by themselves that a point was met."""
    if reasons is None or lacking(reasons, ["reason_id", "pain_point"], "reasons") or lacking(contacts, ["reason_id"]):
        return {}
    table = picked(reasons, ["reason_id", "pain_point"]).dropna()
    return {str(point): sorted(group["reason_id"]) for point, group in table.groupby("pain_point") if str(point) in POINTS}


def _of_contacts(
    contacts: IntoFrame,
    flags: Mapping[str, Any],
    tagged: Mapping[str, Sequence[str]],
    who: Any,
    direction: str | None,
    period: Span | None,
) -> pd.DataFrame:
    if who is None or not (flags or tagged):
        return _empty()
    names = nw.from_native(contacts).lazy().columns
    moments = [name for name in ("contact_ts", "first_response_ts", "promise_due_ts", "promise_done_ts") if name in names]
    frame = timed(contacts, moments, direction, period).filter(who)
    tests = dict(flags)
    for point, values in tagged.items():
        for_it = nw.when(nw.col("reason_id").is_in(list(values))).then(1).otherwise(0)
        own = nw.when(flags[point]).then(1).otherwise(0) if point in flags else nw.lit(0)
        tests[point] = nw.max_horizontal(own, for_it) == 1
    columns = {f"cx_{point}": nw.when(test).then(1).otherwise(0) for point, test in tests.items()}
    frame = frame.with_columns(**columns)
    frame = frame.filter(nw.sum_horizontal(*[nw.col(name) for name in columns]) >= 1)
    wanted = [*[name for name in COLUMNS[:3] if name in names], "cx_us_contact_ts", *columns]
    table = frame.select(*wanted).collect().to_pandas().rename(columns={"cx_us_contact_ts": "at"})
    table = table.reindex(columns=list(dict.fromkeys([*COLUMNS[:4], *columns])))
    long = [table[table[f"cx_{point}"].eq(1)][list(COLUMNS[:4])].assign(**{POINT: point}) for point in tests]
    return pd.concat(long, ignore_index=True)


def _late_quotes(quotes: IntoFrame | None, customers: Sequence[str], end: int) -> pd.DataFrame | list[str]:
    needs = ["quotes.promised_ts"] if quotes is None else lacking(quotes, ["customer_id", "promised_ts", "sent_ts"], "quotes")
    if needs or quotes is None:
        return needs
    table = picked(quotes, ["customer_id", "promised_ts", "sent_ts"]).dropna(subset=["customer_id", "promised_ts"])
    table = table[table["customer_id"].isin(customers)]
    due, sent = microseconds(table["promised_ts"]), microseconds(table["sent_ts"])
    late = (due <= end) & ~(sent <= due)
    return _rows(table[late], due[late], "P03")


def _off(orders: IntoFrame | None, customers: Sequence[str], off_days: int, day: date) -> pd.DataFrame | list[str]:
    names = ["customer_id", "promised_first", "delivered_date"]
    needs = [f"orders.{name}" for name in names[1:]] if orders is None else lacking(orders, names, "orders")
    if needs or orders is None:
        return needs
    table = deliveries(orders)
    table = table[table["customer_id"].isin(customers)]
    limit = table["promised_first"] + timedelta(days=off_days)
    arrived = table["delivered_date"].where(table["delivered_date"] <= pd.Timestamp(day), pd.Timestamp(day))
    late = arrived > limit
    return _rows(table[late], _day(limit[late] + timedelta(days=1)), "P05")


def _unannounced(
    orders: IntoFrame | None, messages: IntoFrame | None, customers: Sequence[str], delayed: Literal["late", "moved"], day: date
) -> pd.DataFrame | list[str]:
    names = ["order_id", "customer_id", "promised_first", "delivered_date", *(["date_changes"] if delayed == "moved" else [])]
    needs = ["orders.promised_first", "orders.delivered_date"] if orders is None else lacking(orders, names, "orders")
    needs += ["messages.type"] if messages is None else lacking(messages, ["type", "order_id", "sent_ts"], "messages")
    if needs or orders is None or messages is None:
        return needs
    table = announced(orders, messages, delayed=delayed, as_of=day)
    table = table[table["customer_id"].isin(customers) & table["late"].eq(1) & table["told"].eq(0)]
    return _rows(table, _day(table["promised_first"] + timedelta(days=1)), "P06")


def _about_invoices(
    contacts: IntoFrame, billed: IntoFrame | None, who: Any, direction: str | None, period: Span | None
) -> pd.DataFrame | list[str]:
    needs = lacking(contacts, ["contact_ts", "document_id", *(["customer_id"] if who is None else [])])
    needs += ["invoices.invoice_id"] if billed is None else lacking(billed, ["invoice_id"], "invoices")
    if needs or billed is None or not lacking(contacts, ["reason_id"]):
        return needs  # where reasons are known, they say it better than the invoice named
    known = set(picked(billed, ["invoice_id"])["invoice_id"].dropna())
    frame = timed(contacts, ["contact_ts"], direction, period)
    frame = frame.filter(who & ~nw.col("document_id").is_null())
    names = [name for name in ("customer_id", "person_id", "contact_id") if name in frame.columns]
    table = frame.select(*names, "document_id", "cx_us_contact_ts").collect().to_pandas()
    table = table[table["document_id"].isin(known)]
    return _rows(table, table["cx_us_contact_ts"].astype("float64"), "P11")


def _silent_claims(
    contacts: IntoFrame,
    messages: IntoFrame | None,
    complaints: tuple[Mapping[str, Sequence[str]], Sequence[str]],
    customers: Sequence[str],
    contact_ids: Sequence[str] | None,
    end: int,
    direction: str | None,
    period: Span | None,
) -> pd.DataFrame | list[str]:
    about, chasing = complaints
    needs = undefined(contacts, about)
    needs += ["messages.type"] if messages is None else lacking(messages, ["type", "sent_ts"], "messages")
    needs += lacking(contacts, ["contact_ts", "customer_id"] if contact_ids is None else ["contact_ts", "contact_id"])
    if needs or messages is None:
        return needs
    table = cases(contacts, about, chasing=chasing, direction=direction, period=period)
    table = with_interim(table, messages, end)
    own = table["customer_id"].isin(customers) if contact_ids is None else table["contact_id"].isin(contact_ids)
    table = table[table["interim"].eq("no") & own]
    return _rows(table, table["opened"], "P12")


def _day(days: pd.Series) -> pd.Series:
    """Midnight of a day as microseconds; hours do not matter to a memory of months."""
    return days.astype("datetime64[us]").astype("int64").astype("float64")


def _rows(table: pd.DataFrame, at: pd.Series, point: str) -> pd.DataFrame:
    return table.reindex(columns=list(COLUMNS[:3])).assign(at=at.astype("float64"), **{POINT: point}).dropna(subset="at")[list(COLUMNS)]


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64" if name == "at" else "str") for name in COLUMNS})
