"""What the house sends and what its portal records: confirmations, notices, circulars; sessions, searches, self-service, one robot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate import calendar
from cxlib.simulate.arrivals import CIRCULARS, RELAUNCH
from cxlib.simulate.exposure import NEVER, NOTICE_BEFORE, NOTICE_WITH_M1, Exposure, choose, day_of, exposure
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.service import INTERIM
from cxlib.simulate.trade import Trade

__all__ = ["EVENTS", "MESSAGES", "ROBOT", "events", "messages", "truth"]

MESSAGES, EVENTS, ROBOT_EVENTS = 8200, 12_000, 1900
ROBOT = "monitor-01"
CONFIRMATIONS = 0.62  # of the messages that nothing else accounts for; the others are shipping notices
WELCOMED, TOLD_NEXT_STEPS = 0.55, 0.15  # of the new customers of shop and sales
CIRCULAR_TYPES = {"DOC09": "payment_terms", "DOC10": "payment_terms", "DOC11": "product_information", "DOC12": "product_information"}

# what was looked for before a contact: words, self-service page, share with a session before the contact
_BEFORE = {
    "delivery.delivery_status": (("liefertermin", "auftrag status", "sendung"), "/portal/auftraege", 0.22),
    "delivery.delivery_delay_not_notified": (("liefertermin", "wo ist meine bestellung"), "/portal/auftraege", 0.16),
    "onboarding.account_login_setup": (("passwort", "zugang", "registrieren"), "/portal/anmelden", 0.70),
    "order.shop_order_problem": (("warenkorb", "bezahlen", "paypal"), "/shop/kasse", 0.75),
    "billing.invoice_copy": (("rechnung kopie", "belege"), "/portal/belege", 0.45),
    "billing.invoice_comprehension": (("zuschlag m2", "nachkalkulation"), "/portal/belege", 0.12),
    "usage_service.documentation_request": (("datenblatt", "werkszeugnis", "ce erklaerung"), "/service/dokumente", 0.40),
    "usage_service.spare_parts": (("dichtsatz", "ersatzteil", "schlauch 2sn"), "/shop/ersatzteile", 0.22),
    "usage_service.usage_question": (("einstellen", "entlueften", "anleitung"), "/service/dokumente", 0.25),
    "complaint.return_exchange": (("retoure", "umtausch"), "/service/retoure", 0.45),
    "presales_information.availability_dealer_enquiry": (("lieferbar", "haendler"), "/shop/suche", 0.40),
}
_PAGES = ("/", "/shop", "/shop/ventile", "/shop/filter", "/service", "/portal/auftraege", "/portal/belege", "/kontakt")
_WORDS = ("filter", "schlauch", "ventil", "gebrauchtes aggregat", "kupplung", "hydraulikoel", "schulung", "oeffnungszeiten")
_RESULTS = ("found", "not_found", "error", "given_up")


def messages(plan: Plan, people: People, trade: Trade, contacts: pd.DataFrame) -> pd.DataFrame:
    """Return what was sent out: about 8,200 messages with the number of the order or the claim.

    Parameters
    ----------
    plan, people, trade
    contacts : DataFrame
        From :func:`cxlib.simulate.log.log`.

    Returns
    -------
    DataFrame
        The contract's columns, in the order of time. Delays are announced before the promised date for 12 % of late orders, with the
        action for 81 %; new customers get a welcome, every third claim an interim status.
    """
    rng, ex = stream(plan, "messages"), exposure(plan, people, trade)
    fixed = [
        _delay_notices(plan, ex, trade, rng),
        _interim(contacts, rng),
        _circulars(plan, ex, people, rng),
        _welcome(plan, ex, people, rng),
    ]
    rest = max(plan.count(MESSAGES) - sum(map(len, fixed)), 0)
    confirmed = _confirmations(trade, contacts, rng, round(rest * CONFIRMATIONS))
    shipped = _shipping(plan, ex, trade, rng, rest - len(confirmed))
    sent = pd.concat([*fixed, confirmed, shipped], ignore_index=True)
    end = calendar.at(pd.Series([pd.Timestamp(plan.end)]), np.array([1439.0]))[0]
    sent = sent[sent["sent_ts"] <= end].sort_values("sent_ts", kind="stable", ignore_index=True)
    sent["message_id"] = ("M" + pd.Series(np.arange(1, len(sent) + 1)).astype(str).str.zfill(6)).astype("str")
    names = ["message_id", "customer_id", "case_id", "order_id", "sent_ts", "kind", "type", "document_id"]
    return sent.reindex(columns=names).astype({name: "str" for name in names if name != "sent_ts"})


def events(plan: Plan, people: People, trade: Trade, contacts: pd.DataFrame) -> pd.DataFrame:
    """Return what shop and portal recorded: sessions, search words, self-service with its result, and a robot that watches the portal.

    Returns
    -------
    DataFrame
        event_ts, customer_id (known once logged in), session_id, event {visit, login, search, selfservice, page}, page,
        selfservice_result {found, not_found, error, given_up}; hidden ``_contact_id`` where the session led to a contact. In the order
        of time.
    """
    rng, robot = stream(plan, "events"), plan.count(ROBOT_EVENTS)
    before = _sessions_before(plan, contacts, rng)
    number = plan.count(EVENTS) - robot
    free = _free_sessions(plan, people, rng, max(number // 4 - len(before), 1) * 2)
    sessions = pd.concat([before, free], ignore_index=True)
    sessions["count"] = rng.integers(2, 7, len(sessions))
    kept = (sessions["count"].cumsum() <= number).to_numpy()
    made = pd.concat([_steps(rng, sessions[kept].reset_index(drop=True)), _robot(plan, robot)], ignore_index=True)
    made = made.sort_values("event_ts", kind="stable", ignore_index=True)
    text = ("customer_id", "session_id", "event", "page", "selfservice_result", "_contact_id")
    return made[["event_ts", *text]].astype(dict.fromkeys(text, "str"))


def truth(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return what was planted in messages and events: ``outbound``, the shares and numbers."""
    rows = [
        ("delay_announced", "without action", NOTICE_BEFORE),
        ("delay_announced", "with action", NOTICE_WITH_M1),
        ("interim_status", "claims", INTERIM),
        ("welcome", "new customers", WELCOMED),
        ("robot_events", ROBOT, float(plan.count(ROBOT_EVENTS))),
    ]
    return {"outbound": pd.DataFrame(rows, columns=["measure", "where", "value"])}


def _message(sent: pd.Series, kind: str, of: str, document: str | pd.Series, **columns: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"sent_ts": sent.reset_index(drop=True), **{name: each.reset_index(drop=True) for name, each in columns.items()}})
    return frame.assign(kind=kind, type=of, document_id=document)


def _moments(plan: Plan, day: np.ndarray, minutes: np.ndarray) -> pd.Series:
    return calendar.at(pd.Series(pd.Timestamp(plan.start) + pd.to_timedelta(day, unit="D")), minutes)


def _delay_notices(plan: Plan, ex: Exposure, trade: Trade, rng: np.random.Generator) -> pd.DataFrame:
    day = ex.orders["notice"].to_numpy()
    rows = np.flatnonzero(day != NEVER)
    orders = trade.orders.iloc[rows]
    sent = _moments(plan, day[rows], rng.uniform(9 * 60, 15.5 * 60, len(rows)))
    # an order of the same day was there before its notice
    sent = sent.where(
        sent > orders["order_ts"].reset_index(drop=True), orders["order_ts"].reset_index(drop=True) + pd.Timedelta(minutes=90)
    )
    return _message(sent, "informing", "delay_notice", "DOC16", customer_id=orders["customer_id"], order_id=orders["order_id"])


def _interim(contacts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    claims = contacts[contacts["_interim"]]
    end = claims["resolved_ts"].fillna(claims["contact_ts"] + pd.Timedelta(days=12))
    sent = claims["contact_ts"] + ((end - claims["contact_ts"]) * pd.Series(rng.uniform(0.15, 0.4, len(claims)), claims.index)).dt.floor(
        "min"
    )
    return _message(
        sent,
        "informing",
        "interim_status",
        "DOC18",
        customer_id=claims["_customer_id"],
        case_id=claims["case_id"],
        order_id=claims["_order_id"],
    )


def _circulars(plan: Plan, ex: Exposure, people: People, rng: np.random.Generator) -> pd.DataFrame:
    parts, customers = [], ex.customers
    for date, document, recipients, _ in CIRCULARS:
        day = day_of(plan, date)[0]
        alive = np.flatnonzero((customers["first"] <= day) & (customers["last"] >= day) & ~customers["prospect"])
        if not 0 <= day < len(ex.days):
            continue
        who = rng.permutation(alive)[: plan.count(recipients)]
        sent = _moments(plan, np.full(len(who), day), 600 + np.arange(len(who)) / 60)
        kind = "activating" if document == "DOC11" else "informing"
        parts.append(_message(sent, kind, CIRCULAR_TYPES[document], document, customer_id=people.customers["customer_id"].iloc[who]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _welcome(plan: Plan, ex: Exposure, people: People, rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for share, lag, document in ((WELCOMED, 3, "DOC13"), (TOLD_NEXT_STEPS, 7, "DOC14")):
        rows = np.flatnonzero(ex.customers["new"] & (rng.random(len(ex.customers)) < share))
        day = ex.customers["first"].to_numpy()[rows] + rng.integers(1, lag + 1, len(rows))
        sent = _moments(plan, day, rng.uniform(420, 1080, len(rows)))
        parts.append(_message(sent, "activating", "next_steps", document, customer_id=people.customers["customer_id"].iloc[rows]))
    return pd.concat(parts, ignore_index=True)


def _confirmations(trade: Trade, contacts: pd.DataFrame, rng: np.random.Generator, number: int) -> pd.DataFrame:
    """Confirmations on the day of the order; who had to ask for one got it afterwards or never."""
    asked = contacts.loc[contacts["_reason"] == "order.order_confirmation_missing", "_order_id"].dropna()
    orders = trade.orders[~trade.orders["order_id"].isin(asked)]
    orders = orders.iloc[np.sort(rng.permutation(len(orders))[:number])]
    sent = orders["order_ts"] + pd.to_timedelta(np.round(rng.gamma(1.2, 90, len(orders)) + 3), unit="min").as_unit("us")
    return _message(sent, "informing", "purchase_confirmation", "DOC01", customer_id=orders["customer_id"], order_id=orders["order_id"])


def _shipping(plan: Plan, ex: Exposure, trade: Trade, rng: np.random.Generator, number: int) -> pd.DataFrame:
    day = ex.orders["delivered"].to_numpy() - 1
    rows = np.flatnonzero((day >= ex.orders["day"].to_numpy()) & (day < len(ex.days)) & (day > NEVER))
    rows = np.sort(rng.permutation(rows)[:number])
    orders = trade.orders.iloc[rows]
    sent = _moments(plan, day[rows], rng.uniform(15 * 60, 18 * 60, len(rows)))
    return _message(sent, "informing", "delivery_status", "DOC15", customer_id=orders["customer_id"], order_id=orders["order_id"])


def _sessions_before(plan: Plan, contacts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Sessions in which customers looked for what they asked for afterwards; half as many before the portal existed."""
    share = contacts["_reason"].map({name: each[2] for name, each in _BEFORE.items()}).astype(float).fillna(0.0)
    portal = contacts["contact_ts"] >= pd.Timestamp(RELAUNCH, tz=calendar.TIMEZONE)
    led = contacts[(rng.random(len(contacts)) < share * np.where(portal, 1.0, 0.5)) & ~contacts["_tally"]]
    start = led["contact_ts"] - pd.to_timedelta(np.round(np.exp(rng.normal(3.3, 1.0, len(led))) + 4), unit="min").as_unit("us")
    words = [_BEFORE[name][0] for name in led["_reason"]]
    pick = rng.random(len(led))
    frame = pd.DataFrame({"start": start, "customer_id": led["_customer_id"], "_contact_id": led["contact_id"]}).reset_index(drop=True)
    frame["word"] = [choice[int(at * len(choice))] for choice, at in zip(words, pick, strict=True)]
    frame["target"] = [_BEFORE[name][1] for name in led["_reason"]]
    return frame.assign(failed=rng.random(len(led)) < 0.88)


def _free_sessions(plan: Plan, people: People, rng: np.random.Generator, number: int) -> pd.DataFrame:
    """Sessions after which nobody had to ask."""
    days = calendar.days(plan)
    growth = np.where(days["date"] >= RELAUNCH, 1.8, 1.0) * (days["factor"] + 0.05)
    day = choose(rng, growth.to_numpy(), number)
    minutes = calendar.clock(rng, number, "none", "portal", days["weekday"].to_numpy()[day])
    weight = people.customers["_activity"] * people.customers["segment"].map({"workshop": 3.0, "reseller": 1.6}).astype(float).fillna(1.0)
    alive = weight * np.where(people.customers["status"] == "active", 1.0, 0.1)
    who = people.customers["customer_id"].iloc[choose(rng, alive.to_numpy(), number)].reset_index(drop=True)
    frame = pd.DataFrame({"start": calendar.at(days["date"].iloc[day].reset_index(drop=True), minutes), "customer_id": who})
    frame["word"] = np.array(_WORDS, dtype=object)[rng.integers(0, len(_WORDS), number)]
    frame["target"] = np.array(_PAGES, dtype=object)[rng.integers(0, len(_PAGES), number)]
    return frame.assign(failed=rng.random(number) < 0.22)


def _steps(rng: np.random.Generator, sessions: pd.DataFrame) -> pd.DataFrame:
    """Write sessions out: visit, login (half of them), searching and looking, and at the end the self-service with its result."""
    number = sessions["count"].to_numpy()
    row = np.repeat(np.arange(len(sessions)), number)
    step = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
    last = step == number[row] - 1
    login = (rng.random(len(sessions)) < 0.5)[row]
    searched = rng.random(len(row)) < 0.45
    event = np.select([step == 0, last, (step == 1) & login, searched], ["visit", "selfservice", "login", "search"], "page")
    of = sessions.iloc[row].reset_index(drop=True)
    pause = rng.gamma(1.3, 40, len(row)).round()
    gone = pd.Series(np.where(step == 0, 0.0, pause)).groupby(row).cumsum().to_numpy()
    page = np.select(
        [event == "visit", event == "search", event == "login", event == "selfservice"],
        ["/", "/suche?q=" + of["word"].to_numpy(dtype=object), "/portal/anmelden", of["target"].to_numpy(dtype=object)],
        np.array(_PAGES, dtype=object)[rng.integers(0, len(_PAGES), len(row))],
    )
    bad = np.array(_RESULTS, dtype=object)[1 + choose(rng, np.array([5.0, 2.0, 3.0]), len(row))]
    result = pd.Series(np.where(of["failed"], bad, "found"), dtype=object).where(event == "selfservice")
    known = login & (step >= 1) | (rng.random(len(sessions)) < 0.15)[row]
    return pd.DataFrame(
        {
            "event_ts": of["start"] + pd.to_timedelta(gone, unit="s").as_unit("us"),
            "customer_id": of["customer_id"].where(known),
            "session_id": "W" + pd.Series(row + 1).astype(str).str.zfill(6),
            "event": event,
            "page": page,
            "selfservice_result": result,
            "_contact_id": of["_contact_id"],
        }
    )


def _robot(plan: Plan, number: int) -> pd.DataFrame:
    """The monitoring robot: day and night at the same interval, always the same page."""
    start, end = pd.Timestamp(plan.start), pd.Timestamp(plan.end) + pd.Timedelta(days=1)
    gap = (end - start) / number
    when = pd.Series(pd.date_range(start, periods=number, freq=gap.floor("s"), unit="us")).dt.tz_localize("UTC")
    frame = pd.DataFrame(
        {"event_ts": when.dt.tz_convert(calendar.TIMEZONE), "session_id": ROBOT, "event": "visit", "page": "/portal/status"}
    )
    return frame.assign(customer_id=None, selfservice_result=None, _contact_id=None)
