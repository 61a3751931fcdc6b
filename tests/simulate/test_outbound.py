"""Messages and events: what was sent to whom and when, and what the portal saw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.company import public
from cxlib.simulate.exposure import exposure
from cxlib.simulate.outbound import ROBOT, events, messages, truth
from cxlib.simulate.plan import Plan
from cxlib.tables import contract


@pytest.fixture(scope="module")
def seen(surveyed) -> pd.DataFrame:
    return events(surveyed.plan, surveyed.people, surveyed.trade, surveyed.contacts)


def near(share: float, n: int) -> object:
    return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def test_messages_and_events_fulfil_their_contracts(surveyed, seen):
    contract("messages").validate(public(surveyed.messages), "messages")
    contract("events").validate(public(seen), "events")


def test_how_many(surveyed, seen):
    assert len(surveyed.messages) == pytest.approx(8200, abs=40)
    assert len(seen) == pytest.approx(12_000, abs=10)
    assert (seen["session_id"] == ROBOT).sum() == 1900


def test_delays_are_announced_as_planted(surveyed):
    orders = exposure(surveyed.plan, surveyed.people, surveyed.trade).orders
    ids = surveyed.trade.orders["order_id"]
    told = ids.isin(surveyed.messages.loc[surveyed.messages["type"] == "delay_notice", "order_id"]).to_numpy()
    whole = (orders["late"] & (orders["due"] < 540)).to_numpy()
    for m1, share in ((False, 0.12), (True, 0.81)):
        here = whole & (orders["m1"] == m1).to_numpy()
        assert told[here].mean() == near(share, here.sum())
    assert not told[~orders["late"]].any()


def test_notices_come_before_the_promised_date_and_after_the_order(surveyed):
    notices = surveyed.messages[surveyed.messages["type"] == "delay_notice"]
    order = surveyed.trade.orders.set_index("order_id").loc[notices["order_id"]]
    sent = notices["sent_ts"].reset_index(drop=True)
    assert (sent > order["order_ts"].reset_index(drop=True)).all()
    assert (sent.dt.tz_localize(None) < order["promised_first"].reset_index(drop=True) + pd.Timedelta(days=1)).all()


def test_whoever_asked_for_a_confirmation_had_none(surveyed):
    asked = surveyed.contacts.loc[surveyed.contacts["_reason"] == "order.order_confirmation_missing", "_order_id"].dropna()
    confirmed = surveyed.messages.loc[surveyed.messages["type"] == "purchase_confirmation", "order_id"]
    assert not confirmed.isin(asked).any()


def test_every_third_claim_gets_an_interim_status(surveyed):
    sent = surveyed.messages[surveyed.messages["type"] == "interim_status"]
    assert len(sent) == surveyed.contacts["_interim"].sum() > 60
    assert (sent["document_id"] == "DOC18").all()


def test_circulars_have_their_recipients(surveyed):
    assert (surveyed.messages["document_id"] == "DOC09").sum() == 700


def test_sessions_lead_to_contacts(surveyed, seen):
    led = seen[seen["_contact_id"].notna()]
    contact = surveyed.contacts.set_index("contact_id").loc[led["_contact_id"]]
    assert led["_contact_id"].nunique() > 300
    start = led.groupby("session_id")["event_ts"].min()
    made = pd.Series(contact["contact_ts"].to_numpy(), led["session_id"].to_numpy()).groupby(level=0).first()
    assert (start < made).all()
    result = led.loc[led["event"] == "selfservice", "selfservice_result"]
    assert (result != "found").mean() == near(0.88, len(result))


def test_search_words_and_results_stand_where_they_belong(seen):
    assert seen.loc[seen["event"] == "search", "page"].str.startswith("/suche?q=").all()
    assert (seen["selfservice_result"].notna() == (seen["event"] == "selfservice")).all()


def test_the_robot_knows_no_night(seen):
    hours = seen.loc[seen["session_id"] == ROBOT, "event_ts"].dt.hour
    assert hours.value_counts().min() > 40


def test_the_same_plan_gives_the_same_messages(surveyed):
    again = messages(surveyed.plan, surveyed.people, surveyed.trade, surveyed.contacts)
    pd.testing.assert_frame_equal(again, surveyed.messages)


def test_truth_tells_the_shares():
    told = truth(Plan())["outbound"].set_index(["measure", "where"])["value"]
    assert told["delay_announced", "with action"] == 0.81
