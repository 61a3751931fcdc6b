"""Who met which of the twelve."""

import pandas as pd

from cxlib.contacts.pain_points import POINTS, experiences
from tests.contacts.pain_points.conftest import OPENING, at

AS_OF = pd.Timestamp("2025-06-30", tz="UTC").to_pydatetime()


def log(**columns):
    """One call and one mail of customer a on a Monday at ten, with nothing wrong."""
    table = pd.DataFrame({"contact_id": ["1", "2"], "customer_id": "a", "person_id": ["p", None], "channel": ["phone", "email"]})
    table = table.assign(contact_ts=at("2025-03-03 10:00"), local_date=pd.Timestamp("2025-03-03"), local_hour=10, local_weekday=1)
    return table.assign(**columns)


def met(table, **keywords):
    found = experiences(table, customers=["a"], as_of=AS_OF, **keywords).table
    return list(zip(found["pain_point"], found["contact_id"].fillna("-"), strict=True))


def test_each_of_the_contact_s_own_points():
    moment = at("2025-03-03 10:00")
    later = {days: moment + pd.Timedelta(days=days) for days in (0, 1, 40)}
    assert met(log(first_response_ts=[pd.NaT, later[40]])) == [("P01", "2")]
    assert met(log(first_response_ts=[later[0], pd.NaT], contact_ts=at("2025-06-10 10:00"))) == []  # may still be answered
    assert met(log(promise_type="callback", promise_done_ts=[later[0], later[1]])) == [("P02", "2")]
    assert met(log(promise_type="information", promise_due_ts=later[0], promise_done_ts=[later[0], later[1]])) == [("P03", "2")]
    assert met(log(wait_s=[300.0, 20.0])) == [("P07", "1")]
    assert met(log(abandoned=pd.array([True, False], dtype="boolean"))) == [("P07", "1")]
    assert met(log(local_hour=6), opening=OPENING) == [("P08", "1")]
    assert met(log(reached=pd.array([False, None], dtype="boolean"), received_by=["x", "x"])) == [("P09", "1")]
    assert met(log(transfers=pd.array([2, 1], dtype="Int64"))) == [("P10", "1")]


def test_reasons_that_say_it_themselves():
    reasons = pd.DataFrame({"reason_id": ["mail", "why"], "pain_point": ["P04", "P11"]})
    assert met(log(reason_id=["mail", "why"]), reasons=reasons) == [("P04", "1"), ("P11", "2")]
    billed = pd.DataFrame({"invoice_id": ["r"]})
    assert met(log(document_id=["r", "x"]), billed=billed) == [("P11", "1")]


def test_orders_quotes_and_claims():
    day = pd.Timestamp("2025-03-03")
    sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": "a", "promised_first": day, "order_ts": at("2025-02-01")})
    sold["customer_id"] = ["a", "b"]  # b was told
    sold = sold.assign(delivered_date=day + pd.to_timedelta([9, 1], unit="D"))
    sent = pd.DataFrame(
        {"order_id": ["2", None], "type": ["delay_notice", "interim_status"], "sent_ts": at("2025-03-01"), "case_id": [None, "w"]}
    )
    sent = sent.assign(customer_id="z")
    offers = pd.DataFrame({"customer_id": ["a", "b"], "promised_ts": at("2025-03-03"), "sent_ts": at("2025-03-09")})
    claims = log(touchpoint_id="T39", case_id=["v", "w"])
    tables = {"orders": sold, "messages": sent, "quotes": offers, "about": {"touchpoint_id": ["T39"]}}
    assert met(claims, **tables) == [("P03", "-"), ("P05", "-"), ("P06", "-"), ("P12", "1")]
    found = experiences(claims, customers=["a"], as_of=AS_OF, **tables)
    assert found.recorded["known"].to_list() == [1.0, 1.0]


def test_others_are_not_looked_at_and_contacts_may_be():
    table = log(transfers=pd.array([2, 2], dtype="Int64"))
    assert experiences(table, customers=["b"], as_of=AS_OF).table.empty
    assert experiences(table.assign(customer_id=None), contact_ids=["2"], as_of=AS_OF).table["contact_id"].to_list() == ["2"]


def test_what_nothing_tells_of_says_what_it_needs():
    needs = experiences(log(), customers=["a"], as_of=AS_OF).needs
    assert set(needs) == set(POINTS)
    assert needs["P01"] == ("contacts.first_response_ts",)
    assert needs["P08"] == ("params.service_hours",)
    assert needs["P05"] == ("orders.promised_first", "orders.delivered_date")
    assert experiences(log(), contact_ids=["1"], as_of=AS_OF).needs["P06"] == ("contacts.reason_id",)


def test_a_delivery_on_the_last_day_allowed_is_not_late():
    promised = pd.Timestamp("2025-03-03")
    sold = pd.DataFrame({"order_id": ["1"], "customer_id": "a", "promised_first": promised, "order_ts": at("2025-02-01")})
    arrived = {days: sold.assign(delivered_date=promised + pd.Timedelta(days=days)) for days in (5, 6)}
    assert met(log(), orders=arrived[5], off_days=5) == []
    assert met(log(), orders=arrived[6], off_days=5) == [("P05", "-")]
