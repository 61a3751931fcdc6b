"""Every describing function of the contact log gives the same table from pandas, from DuckDB over parquet and from PySpark."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import channels, handoffs, outlook, pain_points, profile, promises, repeats, volume, welcome
from cxlib.contacts import service_standards as standards
from cxlib.errors import CxError

PERIOD = (date(2025, 3, 24), date(2025, 11, 2))
CUSTOMERS = pd.DataFrame(
    {
        "customer_id": pd.array([f"{number:03d}" for number in range(25)], dtype="str"),
        "segment": pd.array(["b2b", "b2c", "b2b", "b2c", "b2c"] * 5, dtype="str"),
        "region": pd.array(["n", "n", "s", "s", "s"] * 5, dtype="str"),
        "start_date": pd.Series([pd.NaT] * 20 + [pd.Timestamp("2025-04-01")] * 5).astype("datetime64[us]"),
    }
)
LIKES = CUSTOMERS.assign(preferred_channel=pd.array(["phone", "email", "chat", "fax", None] * 5, dtype="str"))
ORDERS = pd.DataFrame(
    {
        "order_id": pd.array([f"{number:04d}" for number in range(60)], dtype="str"),
        "customer_id": pd.array([f"{number % 20:03d}" for number in range(60)], dtype="str"),
        "order_ts": pd.Series(pd.date_range("2025-03-24", periods=60, freq="3D", tz="Europe/Berlin")).dt.as_unit("us"),
        "campaign_id": pd.array(["spring", "none", "none"] * 20, dtype="str"),
    }
)
POINTS = pd.DataFrame({"touchpoint_id": ["T1", "T2", "T3"], "mode": ["online", "offline", "online"], "seq": [1, 2, 3]})
POINTS = POINTS.assign(**POINTS[["touchpoint_id", "mode"]].astype("str"))
ANSWERS = pd.DataFrame(
    {
        "contact_id": pd.array([f"{number:05d}" for number in range(0, 300, 2)], dtype="str"),
        "item_id": pd.array(["ease"] * 150, dtype="str"),
        "item_type": pd.array(["ces"] * 150, dtype="str"),
        "value": np.arange(150) % 7 + 1.0,
    }
)
OWNERS = pd.DataFrame({"reason_id": ["status"], "owner": ["desk"]}).astype("str")
STANDARDS = pd.DataFrame({"channel": ["phone", "email"], "resolution_h": [10.0, 40.0], "clock": ["calendar", "calendar"]})
OPENING = dict.fromkeys(range(1, 6), ((7.5, 16.5),))
BUSINESS = STANDARDS.assign(clock="business", response_h=[2.0, 9.0], target_share=0.9, owner="desk")
CLOCK = standards.clock(
    OPENING, first=PERIOD[0], last=date(2025, 11, 30), timezone="Europe/Berlin", free_days=[date(2025, 3, 31)],
    units={"field": dict.fromkeys(range(1, 7), ((9.0, 12.0), (13.0, 15.25)))},
)  # fmt: skip
KNOWN = datetime(2025, 11, 10, tzinfo=UTC)
RATED = pd.DataFrame({"contact_id": ANSWERS["contact_id"], "item_type": "csat", "value": ANSWERS["value"]})
EXPECTED = pd.DataFrame({"item_type": "expected_hours", "item_id": "email_hours", "item_group": "email", "value": np.arange(40) % 9 + 1.0})
EXPECTED = EXPECTED.assign(respondent_id=[str(number) for number in range(40)])
DATED = ORDERS.assign(promised_first=pd.Timestamp("2025-04-20"), delivered_date=pd.Timestamp("2025-04-22")).astype(
    dict.fromkeys(["promised_first", "delivered_date"], "datetime64[us]")
)
FIT = pd.DataFrame({"principle_id": ["L1", "L1"], "touchpoint_id": ["T1", "T2"], "fit": [1.0, 3.0]})
WHERE = {"touchpoint_id": ["T3"]}

CALLS = {
    "by_hour": lambda log: volume.by_hour(log, by=["channel"], holidays=[date(2025, 3, 31)]),
    "by_day": lambda log: volume.by_day(log, calendar="day_type", holidays=[date(2025, 3, 31)], period=PERIOD),
    "by_month": lambda log: volume.by_day(log, by=["received_by"], calendar="month"),
    "by_channel": lambda log: volume.by_channel(log, by=["received_by"], min_n=7, draws=5),
    "by_touchpoint": lambda log: volume.by_touchpoint(log, POINTS, route="mode"),
    "contacts_per": lambda log: volume.contacts_per(log, ORDERS, by=["campaign_id", "month"], draws=5),
    "contacts_per_customer": lambda log: volume.contacts_per(log, CUSTOMERS, per="customers", period=PERIOD),
    "by_group": lambda log: volume.by_group(log, CUSTOMERS, by=["segment"], period=PERIOD),
    "standardised": lambda log: volume.standardised(log, CUSTOMERS, by="segment", adjust=["region"], period=PERIOD, draws=5),
    "trend": lambda log: volume.trend(log, CUSTOMERS, period=PERIOD),
    "life_cycle": lambda log: volume.life_cycle(log, ORDERS, days=30, spans=3),
    "by_order": lambda log: volume.by_order(log, ORDERS),
    "tallied": lambda log: volume.tallied(log, by=["channel"]),
    "known": lambda log: volume.known(log, columns=["order_id", "cost"]),
    "faults": lambda log: volume.faults(log),
    "busiest": lambda log: volume.busiest(log),
    "without_busiest": lambda log: volume.known(volume.without_busiest(volume.logged(log), above=0.2), columns=["customer_id"]),
    "attainment": lambda log: standards.attainment(log, by=["channel"]),
    "attainment_standards": lambda log: standards.attainment(log, STANDARDS, as_of=datetime(2025, 11, 10, tzinfo=UTC)),
    "attainment_business": lambda log: standards.attainment(log, BUSINESS, by=["received_by"], event="response", clock=CLOCK, as_of=KNOWN),
    "times": lambda log: standards.times(log, by=["channel"], min_n=1, draws=5),
    "times_business": lambda log: standards.times(log, event="response", clock=CLOCK, as_of=KNOWN, min_n=1),
    "response_curves": lambda log: standards.response_curves(log, hours=[1, 24, 90], by=["received_by"], clock=CLOCK, as_of=KNOWN),
    "follow_up_replies": lambda log: standards.follow_up_replies(log, thread="case_id", min_n=1),
    "abandonment": lambda log: standards.abandonment(log, by=["channel"]),
    "backlog": lambda log: standards.backlog(log, by=["received_by"], channels=["email", "chat"], moments=[KNOWN], as_of=KNOWN),
    "promises_kept": lambda log: standards.promises_kept(log, by=["promise_type"], as_of=KNOWN),
    "proposed": lambda log: standards.proposed(log, EXPECTED, BUSINESS, clock=CLOCK, timezone="Europe/Berlin", as_of=KNOWN, min_n=1),
    "promised": lambda log: standards.promised(log, BUSINESS, clock=CLOCK, timezone="Europe/Berlin"),
    "perceived": lambda log: standards.perceived(log, RATED, BUSINESS, clock=CLOCK, as_of=KNOWN, min_n=2),
    "goodwill": lambda log: standards.goodwill(log, min_n=1),
    "outcomes": lambda log: standards.outcomes(log, given=["resolved", "sale"], min_n=1),
    "stayed": lambda log: standards.stayed(standards.complaints(log, WHERE), CUSTOMERS.assign(churn_date=pd.NaT), min_n=1),
    "owners": lambda log: standards.owners(OWNERS, None, log),
    "reliability": lambda log: standards.reliability(
        log, DATED, None, CUSTOMERS, BUSINESS, about=WHERE, clock=CLOCK, as_of=KNOWN, window_days=20, follow_days=30, min_n=1
    ),
    "principles": lambda log: standards.principles(FIT[["principle_id"]], FIT, BUSINESS, log, POINTS, clock=CLOCK, as_of=KNOWN),
    "repeats": lambda log: repeats.rate(log, by=["channel"], draws=5),
    "repeats_any": lambda log: repeats.rate(log, same=[], window_days=2, period=PERIOD),
    "first_contact_resolution": lambda log: repeats.first_contact_resolution(log, window_days=2),
    "repeat_chains": lambda log: repeats.chains(log, window_days=2),
    "transfers": lambda log: handoffs.transfers(log, by=["channel"]),
    "by_outcome": lambda log: handoffs.by_outcome(log),
    "handoff_chains": lambda log: handoffs.chains(log, by=["channel"], draws=5),
    "ping_pong": lambda log: handoffs.ping_pong(log, handler="received_by"),
    "routing": lambda log: handoffs.routing(log, OWNERS, by=["received_by"]),
    "routing_without_owners": lambda log: handoffs.routing(log),
    "mix": lambda log: channels.mix(log),
    "switching": lambda log: channels.switching(log, draws=5),
    "first_failed": lambda log: channels.first_failed(log, window_days=2),
    "breaks": lambda log: channels.breaks(log, POINTS, ANSWERS, min_n=2),
    "paths": lambda log: channels.paths(log, most=8),
    "paths_of_two": lambda log: channels.paths(log, column="channel", least=2),
    "conformance": lambda log: channels.conformance(log, POINTS),
    "conformance_declared": lambda log: channels.conformance(log, journeys={"there": ["T1", "T2"], "back": ["T3", "T1"]}),
    "preferred": lambda log: channels.preferred(log, LIKES, period=PERIOD, draws=5),
    "service_need": lambda log: profile.service_need(
        log, LIKES.assign(persona=LIKES["segment"]), by=["channel", "reason_id", "order_id"], opening=OPENING, min_n=3, draws=5
    ),
    "profile_by_unit": lambda log: profile.by_unit(log, units=["customer_id"]).get("customer_id", pd.DataFrame()),
    "profile": lambda log: profile.customers(
        log, split=["channel", "reason_id"], flags={"failure": ["status"]}, opening=OPENING, period=PERIOD
    ),
}

SEASON = pd.date_range("2025-03-24", periods=60, freq="3D")
SOLD = ORDERS.assign(
    promised_first=SEASON,
    promised_last=SEASON + pd.Timedelta(days=1),
    delivered_date=SEASON + pd.to_timedelta([0, 3, 8] * 20, unit="D"),
    date_changes=pd.array([0, 1, 2] * 20, dtype="Int64"),
)
SENT = pd.DataFrame(
    {
        "customer_id": [f"{number % 25:03d}" for number in range(150)],
        "document_id": ["circular"] * 90 + [None] * 60,
        "order_id": [None] * 90 + [f"{number:04d}" for number in range(60)],
        "case_id": [None] * 90 + [f"V{number}" for number in range(60)],
        "type": ["other"] * 90 + ["delay_notice", "interim_status"] * 30,
    }
).astype("str")
SENT = SENT.assign(sent_ts=pd.Series(pd.date_range("2025-03-28", periods=150, freq="6h", tz="Europe/Berlin")).dt.as_unit("us"))
OFFERED = pd.DataFrame({"customer_id": [f"{number:03d}" for number in range(25)]}).astype("str")
OFFERED = OFFERED.assign(promised_ts=SENT["sent_ts"][:25], sent_ts=SENT["sent_ts"][3:28].to_numpy(), segment="b2b")
BILLED = pd.DataFrame({"invoice_id": [f"R{number}" for number in range(40)], "order_id": [f"{number:04d}" for number in range(40)]})
BILLED = BILLED.astype("str").assign(format="pdf", issued_ts=SENT["sent_ts"][:40])
RATED = pd.DataFrame({"customer_id": [f"{number % 25:03d}" for number in range(200)]}).astype("str")
RATED = RATED.assign(
    response_id=RATED.index.astype("str"),
    respondent_id=RATED["customer_id"],
    contact_id=pd.array([f"{number:05d}" for number in range(200)], dtype="str"),
    item_id="overall",
    state="answered",
    weight=1.0,
    survey_ts=pd.Series(pd.date_range("2025-03-25", periods=200, freq="27h", tz="Europe/Berlin")).dt.as_unit("us"),
    value=np.arange(200) * 7 % 11,
)
TAGS = pd.DataFrame({"reason_id": ["invoice"], "pain_point": ["P11"]}).astype("str")
HOURS = CUSTOMERS.assign(business_hours="06:30-16:30")
KNOWN = datetime(2025, 11, 10, tzinfo=UTC)
MET = {"messages": SENT, "quotes": OFFERED, "billed": BILLED, "opening": OPENING, "about": {"touchpoint_id": ["T1"]}, "as_of": KNOWN}

CALLS |= {
    "unanswered": lambda log: pain_points.unanswered(log, channels=["email", "phone"], by=["received_by"], as_of=KNOWN, draws=5),
    "callbacks": lambda log: pain_points.callbacks(log, by=["channel"], draws=5),
    "late_information": lambda log: pain_points.late_information(log, OFFERED, as_of=KNOWN),
    "confusing_information": lambda log: pain_points.confusing_information(log, SENT, weeks=1, least=5, draws=5),
    "delay_notice": lambda log: pain_points.delay_notice(SOLD, SENT, log, reasons=["status"], draws=5),
    "queue": lambda log: pain_points.queue(log, by=["local_hour"]),
    "queue_over_all": lambda log: pain_points.queue(log),
    "opening_hours": lambda log: pain_points.opening_hours(log, OPENING, HOURS, holidays=[date(2025, 3, 31)], of_customers=["segment"]),
    "reachability": lambda log: pain_points.reachability(log, draws=5),
    "passed_around": lambda log: pain_points.passed_around(log, by=["received_by"]),
    "invoices": lambda log: pain_points.invoices(log, BILLED, ORDERS, reasons=["invoice"], by=["format"]),
    "invoices_over_all": lambda log: pain_points.invoices(log, BILLED, reasons=["invoice"]),
    "complaints": lambda log: pain_points.complaints(
        log, SENT, about={"touchpoint_id": ["T1"]}, chasing=["status"], settle_days=1, as_of=KNOWN
    ),
    "damage": lambda log: pain_points.damage(log, RATED, item="overall", orders=SOLD, settings={**MET, "reasons": TAGS}, min_n=3, draws=5),
    "damage_of_contacts": lambda log: pain_points.damage(log, RATED, item="overall", link="contact", settings=MET, min_n=3, draws=5),
    "experiences": lambda log: pain_points.experiences(
        log, customers=[f"{number:03d}" for number in range(25)], orders=SOLD, **MET
    ).table.assign(metric="met"),
}

CLICKS = pd.DataFrame({"customer_id": [f"{number % 25:03d}" if number % 4 else None for number in range(900)]}).astype("str")
CLICKS = CLICKS.assign(
    event_ts=pd.Series(pd.date_range("2025-03-24", periods=900, freq="29min", tz="Europe/Berlin")).dt.as_unit("us"),
    session_id=[f"W{number // 3}" for number in range(900)],
    event=["visit", "search", "selfservice"] * 300,
    page=["/", "/s?q=pump", "/help"] * 300,
    selfservice_result=[None, None, "found", None, None, "error"] * 150,
)
CLICKS = CLICKS.astype(dict.fromkeys(["session_id", "event", "page", "selfservice_result"], "str"))
NOTES = pd.DataFrame({"note_id": list("123"), "touchpoint_id": ["T1", "T1", "T2"], "kind": ["idea", "observation", "estimate_actual"]})
NOTES = NOTES.astype("str").assign(value=[None, None, 3.0], text=pd.array(["status page", "rental", None], dtype="str"))
TRIED = pd.DataFrame({"respondent_id": list("abcd"), "item_id": "tried", "item_type": "before_contact", "text": list("ppnn")}).astype("str")
MADE = ORDERS.assign(product_id=[f"P{number % 3}" for number in range(60)]).astype({"product_id": "str"})
LISTED = {"rental": ["Rental"], "status": ["status P"]}
ZONED = {"timezone": "Europe/Berlin", "least": 1}

CALLS |= {
    "event_lift": lambda log: outlook.event_lift(log, CLICKS, windows={"before": (-90, 0), "after": (0, 90)}, draws=5, **ZONED),
    "minute_by_minute": lambda log: outlook.minute_by_minute(log, CLICKS, before=120, after=60, step=60, timezone="Europe/Berlin"),
    "event_quality": lambda log: outlook.event_quality(log, CLICKS, busiest=0.05, timezone="Europe/Berlin"),
    "digital_first": lambda log: outlook.digital_first(log, CLICKS, channels=["phone", "chat"], min_n=1, **ZONED),
    "tried_before": lambda log: outlook.tried_before(log, TRIED, column="outcome", phrases={"desk": ["ESK"]}),
    "tried_in_texts": lambda log: outlook.tried_before(texted(log), phrases={"desk": ["ESK"], "x": ["elv"]}),
    "unmet_demand": lambda log: outlook.unmet_demand(texted(log), services=LISTED | {"desk": ["desk"]}, reasons=["invoice"], draws=5),
    "ideas": lambda log: outlook.ideas(texted(log), None, NOTES, CLICKS, services=LISTED | {"pump": ["PUMP"], "desk": ["desk"]}),
    "improvements": lambda log: outlook.improvements(log, MADE, reasons=["status"], least=2),
    "staff_notes": lambda log: outlook.staff_notes(log, NOTES, RATED.assign(touchpoint_id="T1", item_type="actual"), least=1),
    "routes": lambda log: channels.routes(log, ANSWERS, CLICKS, min_n=1),
    "personal_contact": lambda log: channels.personal_contact(handled(log), ANSWERS, min_n=1, draws=5),
}


def texted(log):
    """The log with its department as what the customer wrote."""
    import narwhals as nw

    frame = nw.from_native(log)
    known = "received_by" in frame.collect_schema().names()
    return frame.with_columns(text=nw.col("received_by")).to_native() if known else log


def handled(log):
    """The log with a machine that takes one channel."""
    import narwhals as nw

    frame = nw.from_native(log)
    by = nw.when(nw.col("channel") == "chat").then(nw.lit("bot")).otherwise(nw.lit("person"))
    return frame.with_columns(handled_by_type=by).to_native() if "channel" in frame.collect_schema().names() else log


FRESH = CUSTOMERS.assign(
    start_date=pd.Series(pd.date_range("2025-03-24", periods=25, freq="D")).astype("datetime64[us]"), churn_date=pd.NaT
)
FRESH = FRESH.astype({"churn_date": "datetime64[us]"})
TRADE = promises.grouped(
    SOLD.assign(seller_id=pd.array(["V1", "V2", "V3"] * 20, dtype="str"), product_id="P", discount=0.1),
    FRESH,
    staff_level=True,
    features=["segment"],
)
TOLD = SENT.assign(type=pd.array(["next_steps", "payment_terms"] * 75, dtype="str"))
WHO = {"customers": FRESH, "orders": SOLD, "invoices": BILLED}
LOAD = {"comparable": ["segment"], "reasons": ["status"], "min_orders": 5, "period": PERIOD}

CALLS |= {
    "intensity": lambda log: welcome.intensity(
        log, **WHO, zeros={"status": "delivery", "invoice": "invoice"}, at=[7, 30], days=30, draws=5
    ),
    "intensity_by_segment": lambda log: welcome.intensity(log, FRESH, SOLD, by=["segment", "channel"], at=[14], days=20),
    "settling": lambda log: welcome.settling(log, FRESH, SOLD, later=(31, 90), period=PERIOD),
    "windows": lambda log: welcome.windows(log, **WHO, zeros={"status": "order"}, min_contacts=5, tries=199),
    "habit": lambda log: welcome.habit(log, FRESH, SOLD, reasons=["status"], early=14, later=60, min_n=2, draws=5),
    "faults_of_welcome": lambda log: welcome.faults(log, FRESH, SOLD),
    "coverage": lambda log: welcome.coverage(TOLD, log, FRESH, SOLD, answers={"next_steps": ["status"]}),
    "excess_load": lambda log: promises.excess_load(log, TRADE, **LOAD, costs={"phone": 8.0}, draws=5),
    "disappointment": lambda log: promises.disappointment(
        log, TRADE, causes={"delay": ["status"]}, by=["sales_group"], min_n=2, period=PERIOD
    ),
    "handover": lambda log: promises.handover(log, TRADE, messages=TOLD, min_n=2, period=PERIOD),
    "silence": lambda log: promises.silence(log, SENT, by=["received_by"], min_n=2, as_of=KNOWN, draws=5),
}


def told(call, log):
    """The table, or the words of the refusal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            return call(log)
        except CxError as error:
            return str(error)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", ["nasty", "empty", "one", "bare"])
def test_the_same_table_out_of_every_engine(engine, logs, name, kind):
    ours, theirs = told(CALLS[name], logs[kind]), told(CALLS[name], engine(kind))
    if isinstance(ours, str):
        assert ours == theirs
        return
    pd.testing.assert_frame_equal(ours.drop(columns="draws", errors="ignore"), theirs.drop(columns="draws", errors="ignore"))
    assert ("draws" in ours) == ("draws" in theirs)
    if "draws" in ours:
        for one, other in zip(ours["draws"].dropna(), theirs["draws"].dropna(), strict=True):
            np.testing.assert_allclose(one, other)


def test_every_describing_function_is_among_them():
    import inspect

    here = inspect.getsource(inspect.getmodule(test_every_describing_function_is_among_them))
    for noun in (volume, repeats, handoffs, channels, profile, pain_points, standards, outlook, welcome, promises):
        for name in noun.__all__:
            thing = getattr(noun, name)
            described = inspect.isfunction(thing) and next(iter(inspect.signature(thing).parameters), "") == "contacts"
            assert not described or name == "attempts" or f".{name}(" in here, f"{noun.__name__}.{name} is not tried on every engine"


def test_large_logs_draw_customers_in_groups_whatever_the_engine(engine, logs, monkeypatch):
    from cxlib import contacts

    monkeypatch.setattr(contacts, "MANY", 10)
    monkeypatch.setattr(contacts, "FEW_GROUPS", 2)
    ours = volume.by_channel(logs["nasty"])
    pd.testing.assert_frame_equal(ours, told(volume.by_channel, engine("nasty")))
    exact = volume.by_channel(logs["nasty"].assign(customer_id=logs["nasty"]["customer_id"].str[-3:]))
    pd.testing.assert_frame_equal(ours, exact)


def test_events_may_come_from_another_engine_than_the_log(logs, tmp_path):
    import duckdb

    CLICKS.to_parquet(tmp_path / "clicks.parquet", index=False)
    clicks = duckdb.connect().read_parquet(str(tmp_path / "clicks.parquet"))
    wide = {"before": (-90, 0), "after": (0, 90)}
    for call in (
        lambda events: outlook.event_lift(logs["nasty"], events, windows=wide, **ZONED),
        lambda events: outlook.event_quality(logs["nasty"], events, busiest=0.05, timezone="Europe/Berlin"),
        lambda events: outlook.digital_first(logs["nasty"], events, min_n=1, **ZONED),
        lambda events: outlook.failed_searches(events, least=1),
        lambda events: outlook.ideas(logs["nasty"], events=events, services={"pump": ["pump"]}),
        lambda events: channels.routes(logs["nasty"], events=events, min_n=1),
    ):
        pd.testing.assert_frame_equal(call(CLICKS), call(clicks))
