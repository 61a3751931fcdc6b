"""Quotes and leads: promised times kept or not, first answers, winners and losers."""

import numpy as np
import pandas as pd
import pytest

from cxlib import tables
from cxlib.simulate.orders import orders
from cxlib.simulate.people import people
from cxlib.simulate.plan import Plan
from cxlib.simulate.quotes import LOST_REASONS, ON_TIME, ON_TIME_SPECIAL, PROMISED, QUOTED_SPECIAL, TOLD, WON, leads, quotes


@pytest.fixture(scope="module")
def crowd():
    return people(Plan())


@pytest.fixture(scope="module")
def bought(crowd):
    return orders(Plan(), crowd)


@pytest.fixture(scope="module")
def quoted(crowd, bought):
    return quotes(Plan(), crowd, bought)


@pytest.fixture(scope="module")
def led(crowd):
    return leads(Plan(), crowd)


def public(frame):
    return frame[[name for name in frame if not name.startswith("_")]].reset_index(drop=True)


def near(share, planted, n):
    return abs(share - planted) <= 4 * np.sqrt(planted * (1 - planted) / n)


@pytest.mark.parametrize("plan", [Plan(size=0.02, seed=2), Plan(market="b2c", size=0.2)], ids=["small", "b2c"])
def test_public_columns_keep_their_contracts(plan):
    someone = people(plan)
    tables.contract("quotes").validate(public(quotes(plan, someone, orders(plan, someone))), "quotes")
    tables.contract("leads").validate(public(leads(plan, someone)), "leads")


def test_promised_quotes_are_as_punctual_as_planted(quoted):
    tables.contract("quotes").validate(public(quoted), "quotes")
    assert len(quoted) == 2400
    due = quoted[quoted["promised_ts"].notna() & (quoted["promised_ts"] < pd.Timestamp("2026-06-30", tz="Europe/Berlin"))]
    punctual = due["sent_ts"] <= due["promised_ts"]
    special = due["_special"]
    assert near(quoted["promised_ts"].notna().mean(), PROMISED, len(quoted))
    assert near(quoted["_special"].mean(), QUOTED_SPECIAL, len(quoted))
    assert near(punctual.mean(), ON_TIME, len(due))
    assert near(punctual[special].mean(), ON_TIME_SPECIAL, special.sum())
    assert (due["_on_time"].astype(bool) == punctual).all()


def test_won_quotes_led_to_an_order_of_their_customer(quoted, bought):
    won = quoted[quoted["won"].fillna(False)]
    assert near(len(won) / len(quoted), WON, len(quoted))
    order = bought.set_index("order_id").reindex(won["_order_id"])
    assert (order["customer_id"].to_numpy() == won["customer_id"].to_numpy()).all()
    assert (order["order_ts"].to_numpy() > won["sent_ts"].to_numpy()).all()
    assert won["_order_id"].is_unique
    assert quoted.loc[~quoted["won"].fillna(False), "_order_id"].isna().all()


def test_quotes_have_their_times_in_order(quoted):
    assert quoted["requested_ts"].is_monotonic_increasing
    assert (quoted["promised_ts"] > quoted["requested_ts"])[quoted["promised_ts"].notna()].all()
    assert (quoted["sent_ts"] > quoted["requested_ts"])[quoted["sent_ts"].notna()].all()
    assert quoted["requested_ts"].min() >= pd.Timestamp("2025-01-01", tz="Europe/Berlin")
    assert quoted["quote_id"].is_unique


def test_leads_become_the_customers_that_the_sales_force_won(led, crowd):
    tables.contract("leads").validate(public(led), "leads")
    assert len(led) == 1500
    won = led[led["won"].fillna(False)]
    by_sales = crowd.customers[crowd.customers["_way"] == "sales"].set_index("customer_id")
    assert set(won["customer_id"]) == set(by_sales.index)
    started = by_sales["start_date"].reindex(won["customer_id"]).to_numpy()
    assert (won["created_ts"].dt.tz_localize(None).dt.normalize().to_numpy() <= started).all()
    assert (led["first_interest_date"] <= led["created_ts"].dt.tz_localize(None))[led["first_interest_date"].notna()].all()


def test_first_answers_are_slow_and_the_quick_ones_win(led):
    hours = (led["first_touch_ts"] - led["created_ts"]).dt.total_seconds() / 3600
    answered = hours.dropna()
    for limit, share in ((9.4, 0.5), (61, 0.9)):  # the quantiles, by the share of hours below them
        assert near((answered < limit).mean(), share, len(answered))
    assert near(hours.isna().mean(), 0.08, len(led))
    won = led["won"].fillna(False).astype(bool)
    assert hours[won].median() < hours[~won].median()


def told_answered(led):
    lost = led[~led["won"].fillna(True).astype(bool) & led["first_touch_ts"].notna()]
    return lost["lost_reason"].dropna()


def test_lost_leads_say_why(led):
    lost = led[~led["won"].fillna(True).astype(bool)]
    assert led.loc[led["won"].fillna(True).astype(bool), "lost_reason"].isna().all()
    told = lost["lost_reason"].dropna()
    assert set(told) == set(LOST_REASONS)
    assert near(len(told) / len(lost), TOLD, len(lost))
    for reason, share in LOST_REASONS.items():  # of those who were answered: others say that they were not
        assert near((told_answered(led) == reason).mean(), share, len(told_answered(led))), reason
    answered = lost[lost["first_touch_ts"].notna()]["lost_reason"].dropna()
    assert answered.value_counts().index[0] == "price"
    unanswered = lost[lost["first_touch_ts"].isna()]["lost_reason"].dropna()
    assert (unanswered == "no_answer").mean() > (answered == "no_answer").mean() + 0.2
