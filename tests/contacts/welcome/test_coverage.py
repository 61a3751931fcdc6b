"""Who has which information, when; and the comparison counts nobody as informed before the message."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.welcome import coverage

PERIOD = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-06-30").date())


def client(seed, n=800, ratio=0.5, each=0.6):
    """Half of the customers are told on a day of the first ten; from then on they ask `ratio` times as often."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"{number:04d}" for number in range(n)])
    begun = pd.Timestamp("2025-01-05") + pd.to_timedelta(rng.integers(0, 100, n), unit="D")
    got = np.where(rng.random(n) < 0.5, rng.integers(0, 10, n), 999)
    days = np.arange(31)
    mean = each / 31 * 2 * np.exp(-days / 20) * np.where(days > got[:, None], ratio, 1.0)
    who, at = np.nonzero(rng.poisson(mean))
    log = pd.DataFrame({"customer_id": ids[who], "reason_id": "how"}).astype("str")
    log = log.assign(
        local_date=pd.Series(begun[who] + pd.to_timedelta(at, unit="D")).dt.as_unit("us"), contact_ts=pd.Timestamp("2025-01-01", tz="UTC")
    )
    people = pd.DataFrame({"customer_id": ids}).astype("str").assign(start_date=begun)
    told = got < 999
    sent = pd.DataFrame({"customer_id": ids[told], "type": "next_steps"}).astype("str")
    moment = pd.Series(begun[told] + pd.to_timedelta(got[told], unit="D")).dt.tz_localize("UTC")
    return sent.assign(sent_ts=moment), log, people


def test_shares_days_and_the_ratio():
    sent, log, people = client(1)
    told = coverage(sent, log, people, answers={"next_steps": ["how"]}, period=PERIOD).set_index(["information", "metric"])
    assert told.loc[("next_steps", "informed_share"), "value"] == pytest.approx(0.5, abs=0.06)
    assert told.loc[("next_steps", "informed_day"), "value"] in (4.0, 4.5, 5.0)
    assert told.loc[("payment_terms", "informed_share"), "value"] == 0.0
    ratio = told.loc[("next_steps", "informed_ratio")]
    assert ratio["low"] <= 0.5 <= ratio["high"]
    assert ratio["high"] < 1


def test_a_message_that_changes_nothing_has_a_ratio_of_one():
    """Those who get it late asked before: whoever counted them as informed from the start would find an effect."""
    held = []
    for seed in range(40):
        sent, log, people = client(seed, ratio=1.0, n=300)
        told = coverage(sent, log, people, answers={"next_steps": ["how"]}, period=PERIOD).set_index("metric").loc["informed_ratio"]
        held.append(told["low"] <= 1 <= told["high"])
    assert np.mean(held) >= 0.85


def test_a_ratio_by_hand():
    """Two customers, told on day 1 and never; from day 2 on one contact against two in as many days."""
    people = pd.DataFrame({"customer_id": ["a", "b"], "start_date": pd.to_datetime(["2025-01-01"] * 2)})
    days = pd.to_datetime(["2025-01-04", "2025-01-05", "2025-01-06"])
    log = pd.DataFrame(
        {"customer_id": ["a", "b", "b"], "reason_id": "how", "local_date": days, "contact_ts": pd.Timestamp("2025-01-01", tz="UTC")}
    )
    sent = pd.DataFrame({"customer_id": ["a"], "type": ["next_steps"], "sent_ts": pd.Timestamp("2025-01-02 10:00", tz="UTC")})
    told = coverage(sent, log, people, answers={"next_steps": ["how"]}, bands=[0, 2], days=30, period=PERIOD).set_index("metric")
    assert told.loc["informed_ratio", "value"] == pytest.approx(0.5)
    assert told.loc["contacts_informed", "value"] == pytest.approx(100 * 7 / 29)


def test_messages_of_another_order_do_not_count():
    sent, log, people = client(2, n=60)
    sold = pd.DataFrame({"order_id": "o" + people["customer_id"], "customer_id": people["customer_id"]})
    sold = sold.assign(order_ts=people["start_date"].dt.tz_localize("UTC"))
    told = coverage(sent.assign(order_id="another"), log, people, sold, period=PERIOD)
    assert (told.loc[told["metric"].eq("informed_share"), "value"] == 0).all()


def test_what_is_missing_is_named():
    sent, log, people = client(1, n=20)
    assert coverage(sent.iloc[:0], log, people)["note"].item() == "needs messages.sent_ts, messages.type, messages.customer_id"
    bare = coverage(sent, log.drop(columns="reason_id"), people, answers={"next_steps": ["how"]}, period=PERIOD)
    assert "needs contact_reasons.reason_id" in set(bare["note"])
