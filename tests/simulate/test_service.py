"""What the house makes of contacts: the pain points have the rates of the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.exposure import exposure
from cxlib.simulate.service import CHANNELS, DEPARTMENTS, REACHED, answer_hours, in_service, wait_seconds

SOLVED = ["resolved", "sale", "return", "credit", "cancelled"]


@pytest.fixture(scope="module")
def ex(surveyed):
    return exposure(surveyed.plan, surveyed.people, surveyed.trade)


@pytest.fixture(scope="module")
def contacts(surveyed) -> pd.DataFrame:
    return surveyed.contacts[~surveyed.contacts["_tally"]]


@pytest.fixture(scope="module")
def calls(contacts) -> pd.DataFrame:
    """Calls within the service hours."""
    return contacts[(contacts["channel"] == "phone") & ~contacts["_outside"]]


def near(share: float, n: int) -> object:
    return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def assert_quantiles(values: pd.Series, planted: dict[float, float]) -> None:
    """The share of values below each planted quantile is its level, within four standard errors; values that equal it count half."""
    for level, quantile in planted.items():
        below = ((values < quantile).mean() + (values <= quantile).mean()) / 2
        assert below == near(level, len(values)), (level, quantile)


def hours(contacts: pd.DataFrame, end: str) -> pd.Series:
    return (contacts[end] - contacts["contact_ts"]).dt.total_seconds() / 3600


def test_p01_first_answers(contacts):
    mail = contacts[contacts["channel"] == "email"]
    taken = hours(mail, "first_response_ts")
    assert_quantiles(taken.dropna(), {0.5: 9.4, 0.9: 61})
    assert taken.isna().mean() == near(0.068, len(mail))
    form = contacts[contacts["channel"] == "web_form"]
    assert form["first_response_ts"].isna().mean() == near(0.119, len(form))
    assert (taken.dropna() > 0).all()


def test_answers_come_by_day(contacts):
    answered = contacts.loc[contacts["channel"] == "email", "first_response_ts"].dropna().dt.tz_localize(None)
    night = (answered.dt.hour < 6) | (answered.dt.hour >= 21)
    assert night.mean() < 0.05
    assert (answered.dt.day_of_week >= 5).mean() < 0.08


def test_p02_callbacks_on_the_promised_day(contacts):
    promised = contacts[contacts["promise_type"] == "callback"]
    due, done = (promised[name].dt.tz_localize(None).dt.normalize() for name in ("promise_due_ts", "promise_done_ts"))
    who = promised["_department"].fillna(promised["received_by"])
    kept = done <= due
    assert kept.mean() == near(0.54, len(kept))
    for department, share in (("BH", 0.31), ("KC", 0.68)):
        assert kept[who == department].mean() == near(share, (who == department).sum())


def test_p07_waits(calls):
    local = calls["contact_ts"].dt.tz_localize(None)
    assert_quantiles(calls["wait_s"].dropna(), {0.5: 48, 0.9: 250})
    assert calls["abandoned"].mean() == near(0.097, len(calls))
    monday = (local.dt.day_of_week == 0) & (local.dt.hour == 8)
    assert calls.loc[monday, "abandoned"].mean() == near(0.22, monday.sum())
    assert not (calls["abandoned"] & calls["reached"]).any()


def test_p07_the_standard_is_met_in_six_of_ten_service_hours():
    rng = np.random.default_rng(3)
    cells = np.array([(day, hour) for day in range(1, 6) for hour in range(7, 17)])
    busy = np.linspace(1, 4, len(cells))
    which = rng.choice(len(cells), 100_000, p=busy / busy.sum())
    wait = wait_seconds(rng, cells[which, 0], cells[which, 1])
    within = pd.Series(wait <= 20).groupby(which).mean()
    assert (within >= 0.8).mean() == pytest.approx(0.61, abs=0.02)
    assert np.median(wait) == pytest.approx(48, abs=1.5)
    assert np.quantile(wait, 0.9) == pytest.approx(250, rel=0.03)


def test_p08_calls_beyond_the_service_hours(surveyed, contacts):
    calls = contacts[contacts["channel"] == "phone"]
    assert calls["_outside"].mean() == pytest.approx(0.115, abs=4 * np.sqrt(0.115 * 0.885 / len(calls)))
    werner = calls[calls["_persona"] == "Werner"]
    assert werner["_outside"].mean() == near(0.40, len(werner))
    farming = surveyed.people.customers.loc[surveyed.people.customers["segment"] == "farming", "customer_id"]
    farmers = calls[calls["_customer_id"].isin(farming)]
    assert farmers["_outside"].mean() == near(0.31, len(farmers))
    assert calls.loc[calls["_outside"], "received_by"].isna().all()


@pytest.mark.parametrize("department", ["KC", "ID", "AD", "KD", "BH"])
def test_p09_reached_at_the_first_attempt(calls, department):
    here = calls[calls["received_by"] == department]
    assert here["reached"].mean() == near(REACHED[department], len(here))


def test_the_contact_centre_takes_62_percent(calls):
    assert (calls["received_by"] == "KC").mean() == near(0.62, len(calls))


def test_p10_passed_around(contacts):
    dealt = contacts[contacts["transfers"].notna()]
    number = dealt["transfers"].clip(upper=2)
    assert (number == 2).mean() == near(0.089, len(dealt))
    assert dealt["_ping_pong"].mean() == near(0.031, len(dealt))
    for transfers, share in enumerate((0.71, 0.52, 0.29)):
        some = dealt[number == transfers]
        assert some["outcome"].isin(SOLVED).mean() == near(share, len(some))
    assert (dealt.loc[dealt["_ping_pong"], "transfers"] >= 2).all()


def test_p12_claims(contacts):
    claims = contacts[(contacts["_reason"] == "complaint.quality_claim") & contacts["_department"].notna()]
    early = claims[claims["contact_ts"] < pd.Timestamp("2026-03-15", tz="Europe/Berlin")]
    days = hours(early, "resolved_ts") / 24
    assert_quantiles(days, {0.5: 16})
    assert claims["_interim"].mean() == near(0.34, len(claims))
    assert contacts.loc[contacts["_reason"] != "complaint.quality_claim", "_interim"].sum() == 0


def test_calls_are_taken_in_service_hours_only(ex):
    friday = int(np.flatnonzero((ex.days["weekday"] == 5) & ex.days["open"])[0])
    assert in_service(ex, np.array([friday, friday, friday]), np.array([449, 450, 870])).tolist() == [False, True, False]
    holiday = int(np.flatnonzero(ex.days["holiday"])[0])
    assert not in_service(ex, np.array([holiday]), np.array([600])).any()


def test_answers_take_their_time_whatever_the_day(ex):
    rng = np.random.default_rng(1)
    taken = answer_hours(rng, ex, np.full(5000, 545), np.full(5000, 900), 15.0, 1.27)
    assert (taken > 0).all()
    assert np.isfinite(taken).all()


def test_words_are_of_the_contract():
    from cxlib.tables import contract

    assert set(CHANNELS) <= set(contract("contacts").columns["channel"].allowed)
    assert len(set(DEPARTMENTS)) == 14
