"""Targets from expectations: by hand, and what of them is attained."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards
from cxlib.contacts.service_standards.clock import clock
from cxlib.contacts.service_standards.proposed import promised
from cxlib.errors import CxError


def at(hour):
    return pd.Timestamp("2025-01-06 08:00", tz="UTC") + pd.Timedelta(hours=hour)


LOG = pd.DataFrame(
    {
        "contact_ts": at(0),
        "first_response_ts": [at(2), at(5), at(30), None, at(1)],
        "channel": ["email"] * 4 + ["phone"],
        "promise_type": ["callback", "callback", None, None, None],
        "promise_done_ts": [at(1), at(9), None, None, None],
        "customer_id": list("abcde"),
        "local_date": pd.Timestamp("2025-01-06"),
        "local_hour": 8,
        "weight": 1.0,
    }
).astype(dict.fromkeys(["contact_ts", "first_response_ts", "promise_done_ts"], "datetime64[us, UTC]"))


def answers(hours, group="email"):
    table = pd.DataFrame({"value": [float(hour) for hour in hours], "item_id": f"{group}_hours", "item_group": group})
    return table.assign(item_type="expected_hours", respondent_id=[f"{group}{number}" for number in range(len(table))], weight=1.0)


def value(table, metric, name="email"):
    return estimates.only(table, metric, expected_for=name)["value"].item()


def test_the_target_meets_most_customers():
    asked = answers([2] * 10 + [4] * 15 + [8] * 50 + [24] * 25)
    found = service_standards.proposed(LOG, asked, as_of=at(100).to_pydatetime(), min_n=1)
    assert (value(found, "expected_time"), value(found, "proposed_target")) == (8, 4)
    assert value(found, "attained_today") == 0.25  # one of four within four hours, one never answered
    half = service_standards.proposed(LOG, asked, reach=0.2, as_of=at(100).to_pydatetime(), min_n=1)
    assert value(half, "proposed_target") == 24
    met = (asked["value"] >= value(found, "proposed_target")).mean()
    assert met >= 0.8


def test_calls_back_and_quotes_have_their_own_times():
    quotes = pd.DataFrame({"requested_ts": at(0), "sent_ts": [at(10), at(30), None, at(50)], "customer_id": ["a", "b", "c", None]})
    quotes = quotes.astype(dict.fromkeys(["requested_ts", "sent_ts"], "datetime64[us, UTC]"))
    asked = pd.concat([answers([8] * 20, "callback"), answers([24] * 30, "quote")], ignore_index=True)
    found = service_standards.proposed(LOG, asked, quotes=quotes, as_of=at(100).to_pydatetime(), min_n=1)
    assert value(found, "attained_today", "callback") == 0.5
    assert value(found, "attained_today", "quote") == 0.25
    assert found["expected_for"].iloc[0] == "quote"  # most answers first
    without = service_standards.proposed(LOG, asked, as_of=at(100).to_pydatetime())
    notes = without[without["metric"] == "attained_today"].set_index("expected_for")["note"]
    assert notes["quote"] == "needs quotes.requested_ts, quotes.sent_ts"


def test_a_promise_on_the_business_clock_in_hours_of_the_calendar():
    week = clock(dict.fromkeys(range(1, 6), ((8.0, 16.0),)), first=date(2025, 1, 1), last=date(2025, 1, 31), timezone="UTC")
    levels = pd.DataFrame({"channel": ["email", "phone"], "response_h": [8.0, 3.0], "clock": ["business", "calendar"]})
    found = promised(LOG, levels, clock=week).set_index("channel")["value"]
    assert found.to_dict() == {"email": 24.0, "phone": 3.0}  # at half past eight, and eight hours are a whole day
    assert list(promised(LOG, levels)["channel"]) == ["phone"]
    asked = service_standards.proposed(LOG, answers([8] * 9), levels, clock=week, as_of=at(100).to_pydatetime(), min_n=1)
    assert service_standards.marks(asked) == {"email": {"expected_time": 8.0, "promised_time": 24.0}}


def test_weights_and_respondents_count():
    asked = answers([2] * 50 + [8] * 50).assign(weight=[3.0] * 50 + [1.0] * 50)
    asked["respondent_id"] = [str(number // 2) for number in range(100)]
    row = estimates.only(
        service_standards.proposed(LOG, asked, as_of=at(100).to_pydatetime(), min_n=1), "expected_time", expected_for="email"
    )
    assert (row["value"].item(), row["n"].item()) == (2.0, 50)


def test_impossible_answers_and_what_is_missing():
    asked = answers([8] * 9 + [-4])
    assert estimates.only(service_standards.proposed(LOG, asked, min_n=1), "expected_time", expected_for="email")["n"].item() == 9
    assert service_standards.proposed(LOG, asked.iloc[:0])["note"].item() == "needs responses[expected_hours]"
    with pytest.raises(CxError, match=r"reach: a share of customers lies between 0 and 1, not at '1.5'"):
        service_standards.proposed(LOG, asked, reach=1.5)


def test_the_foremost_is_a_channel_where_one_was_asked_about():
    asked = pd.concat([answers([24] * 30, "quote"), answers([8] * 9)], ignore_index=True)
    found = service_standards.proposed(LOG, asked, min_n=1)
    assert service_standards.foremost(found, "expected_time", ["email"])["expected_for"].item() == "email"
    assert service_standards.foremost(found, "expected_time")["expected_for"].item() == "quote"


def test_the_planted_expectations_of_the_demo_are_met_by_the_target():
    rng = np.random.default_rng(3)
    hours = rng.choice([2, 4, 8, 24], 4000, p=[0.1, 0.25, 0.4, 0.25])
    found = service_standards.proposed(LOG, answers(hours), min_n=1)
    assert value(found, "proposed_target") == 4
    assert value(found, "expected_time") == 8
