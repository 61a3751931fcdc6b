"""P01: enquiries that are answered late or never."""

import numpy as np
import pandas as pd
import pytest

from cxlib import contacts as room
from cxlib.contacts import pain_points
from cxlib.errors import CxError

ASKED = pd.Timestamp("2025-01-06 08:00", tz="UTC")


def mails(hours, **columns):
    """Enquiries of one morning, answered after so many hours; None: not yet."""
    answers = [pd.NaT if each is None else ASKED + pd.Timedelta(hours=each) for each in hours]
    table = pd.DataFrame({"contact_id": [str(number) for number in range(len(hours))], "contact_ts": ASKED, "channel": "email"})
    table["first_response_ts"] = pd.Series(answers, dtype="datetime64[us, UTC]")
    return table.assign(customer_id=table["contact_id"], local_date=pd.Timestamp("2025-01-06"), **columns)


def shares(table, metric="unanswered_share"):
    return table[table["metric"].eq(metric)]["value"].to_list()


def test_open_ones_are_watched_until_the_log_ends():
    """By hand: 4 asked; one answered at 2 h; one watched 3 h only; of the two left one is answered at 10 h: S(4) = 3/4, S(24) = 3/8.

    R 4.2: summary(survfit(Surv(c(2, 3, 10, 900), c(1, 0, 1, 1)) ~ 1), times = c(4, 24))$surv gives 0.750 0.375.
    """
    log = mails([2, None, 10, 900])
    log.loc[1, "contact_ts"] = ASKED + pd.Timedelta(hours=997)
    told = pain_points.unanswered(log, at_hours=[4, 24], as_of=ASKED + pd.Timedelta(hours=1000))
    assert shares(told) == pytest.approx([3 / 4, 3 / 8])
    assert shares(told, "never_answered") == pytest.approx([3 / 8])  # answered after 900 hours: after it was given up


def test_what_cannot_be_stands_aside():
    log = pd.concat([mails([-1, 0, 5]), mails([None, None], channel="letter")], ignore_index=True)
    log["customer_id"] = log["contact_id"] = [str(number) for number in range(5)]
    told = pain_points.unanswered(log, at_hours=[4], as_of=ASKED + pd.Timedelta(days=60)).set_index("metric")
    assert told.loc["unanswered_share", ["value", "n"]].to_list() == [0.5, 2]
    assert told.loc["answered_before_contact", "value"] == 1
    assert told.loc["answers_not_recorded", "value"] == 2


def test_large_logs_are_told_at_whole_hours(monkeypatch):
    rng = np.random.default_rng(3)
    log = mails(list(rng.exponential(20, 300)))
    fine = pain_points.unanswered(log, as_of=ASKED + pd.Timedelta(days=60))
    monkeypatch.setattr(pain_points.answers, "MANY", 10)
    coarse = pain_points.unanswered(log, as_of=ASKED + pd.Timedelta(days=60))
    assert room.MANY == 1_000_000
    assert shares(fine) == pytest.approx(shares(coarse))


def test_refusals_word_for_word():
    with pytest.raises(CxError, match=r"^at_hours: 720 hours lie beyond given_up_days: '30'\. Choose less\.$"):
        pain_points.unanswered(mails([1]), at_hours=[720])
    with pytest.raises(CxError, match=r"^as_of: has no time zone: '2025-02-01T00:00:00'\."):
        pain_points.unanswered(mails([1]), as_of=pd.Timestamp("2025-02-01").to_pydatetime())
    assert pain_points.unanswered(mails([1]).drop(columns="first_response_ts"))["note"].to_list() == ["needs contacts.first_response_ts"]


def test_the_demo_s_answers_are_as_planted(client, near):
    told = pain_points.unanswered(client.log(), at_hours=[9.4, 61], as_of=client.as_of, by=["channel"])
    mail = told[told["channel"].eq("email")].set_index("after_hours")
    never = client.planted("P01", "never_answered", "email")
    for hours, quantile in (("9.4", 0.5), ("61", 0.9)):
        near(mail.loc[[hours]], never + (1 - never) * (1 - quantile))
    for channel in ("email", "web_form"):
        near(told[told["channel"].eq(channel) & told["metric"].eq("never_answered")], client.planted("P01", "never_answered", channel))
