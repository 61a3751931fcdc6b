"""Attempts online and calls after them."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import outlook
from cxlib.errors import CxError

from .conftest import events_of, log_of

ENDS = [("x", "2025-03-03 00:10"), ("x", "2025-03-30 23:50")]  # the log was kept over four weeks


def told_of(log, events, **options):
    return outlook.digital_first(log, events, **{"timezone": "Europe/Berlin", "least": 1, "min_n": 1} | options)


def attempt(who, moment, session, result="error"):
    return (who, moment, "selfservice", session, result)


def tried(*rows):
    table = events_of([row[:4] for row in rows])
    return table.assign(selfservice_result=pd.array([row[4] for row in rows], dtype="str"))


def test_calls_within_the_hours_after_an_attempt_and_at_the_same_hour_of_other_weeks():
    events = tried(attempt("a", "2025-03-11 10:00", "1"), attempt("b", "2025-03-12 10:00", "2", "found"))
    log = log_of([("a", "2025-03-11 12:00"), ("b", "2025-03-05 11:00"), ("b", "2025-03-13 10:30"), *ENDS])
    told = told_of(log, events)
    over = told[told["selfservice_result"].isna()].set_index("metric")["value"]
    assert over["phone_after"] == pytest.approx(1 / 2)
    assert over["phone_otherwise"] == pytest.approx((1 / 3) / 2)
    assert over["phone_extra"] == pytest.approx(1 / 3)
    assert over["phone_lift"] == pytest.approx(3)
    assert over["phone_after_customers"] == pytest.approx(1 / 2)
    by_result = told[told["metric"].eq("phone_after")].set_index("selfservice_result")["value"]
    assert by_result["error"] == 1
    assert by_result["found"] == 0


def test_of_a_session_the_last_attempt_counts_and_other_channels_do_not():
    events = tried(attempt("a", "2025-03-11 10:00", "1"), attempt("a", "2025-03-11 10:05", "1", "found"))
    log = log_of([("a", "2025-03-11 12:00"), *ENDS]).assign(channel=["email", "phone", "phone"])
    told = told_of(log, events)
    assert told[told["metric"].eq("phone_after") & told["selfservice_result"].eq("found")]["value"].item() == 0
    assert "error" not in set(told["selfservice_result"].dropna())
    mails = told_of(log, events, channels=["email"])
    assert mails[mails["metric"].eq("phone_after") & mails["selfservice_result"].isna()]["value"].item() == 1


def test_a_week_is_too_long():
    with pytest.raises(CxError, match="the time after an attempt is above zero and shorter than a week; got '168 hours'"):
        told_of(log_of(ENDS), tried(attempt("a", "2025-03-11 10:00", "1")), hours=168)


def test_what_is_missing_is_named_and_no_attempt_says_so():
    log, events = log_of(ENDS), tried(attempt("a", "2025-03-11 10:00", "1"))
    assert told_of(log.drop(columns="channel"), events)["note"].item() == "needs contacts.channel"
    assert told_of(log, events, attempts=["download"])["note"].item() == "no events"


def test_attempts_that_fail_are_followed_by_the_calls_planted(lived):
    """A third of the failed attempts ends in a call within the day; those that succeed bring none."""
    _, events = lived(3, 0.0, customers=200)
    events = events.sample(frac=0.05, random_state=3).reset_index(drop=True)  # so few that one rarely meets another's call
    rng = np.random.default_rng(4)
    failed = rng.random(len(events)) < 0.3
    led = failed & (rng.random(len(events)) < 1 / 3)
    events = events.assign(event="selfservice", selfservice_result=np.where(failed, "error", "found"))
    events["session_id"] = events.index.astype("str")
    calls = events[led].assign(contact_ts=lambda rows: rows["event_ts"] + pd.Timedelta(hours=2))
    log = pd.DataFrame({"contact_id": calls["session_id"], "customer_id": calls["customer_id"], "contact_ts": calls["contact_ts"]})
    log = log.assign(channel="phone", local_date=log["contact_ts"].dt.tz_localize(None).dt.normalize())
    told = told_of(log, events, hours=3)
    extra = told[told["metric"].eq("phone_extra")].set_index("selfservice_result")
    assert extra.loc["error", "low"] < 1 / 3 < extra.loc["error", "high"]
    assert extra.loc["found", "low"] - 0.01 < 0 < extra.loc["found", "high"] + 0.01


def test_the_demo_s_failed_attempts_lead_to_more_calls(client, client_log):
    events = client[0]["events"]
    told = told_of(client_log, events[[name for name in events if not name.startswith("_")]], channels=["phone", "email", "web_form"])
    extra = told[told["metric"].eq("phone_extra")].set_index("selfservice_result")
    assert extra.loc["not_found", "low"] > extra.loc["found", "high"]
