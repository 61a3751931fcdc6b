"""The axis of days: what is on it, what the action changes, and who is away when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.simulate.exposure import JANUARY, NEVER, choose, day_of, exposure, in_effect, invoice_peak, thin_notice
from cxlib.simulate.people import people
from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.trade import trade


@pytest.fixture(scope="module")
def ex(surveyed):
    return exposure(surveyed.plan, surveyed.people, surveyed.trade)


@given(st.floats(0, 2))
def test_announcing_leaves_the_rate_ratio_of_the_action(strength):
    kept = thin_notice(Plan(effects=Effects(actions=strength)))
    before, after = 1 - 0.12 * (1 - kept), 1 - 0.81 * (1 - kept)
    assert after / before == pytest.approx(0.62**strength, rel=1e-9)


def test_without_effect_announcing_changes_nothing():
    assert thin_notice(Plan(effects=Effects(actions=0.0))) == pytest.approx(1.0)


def test_the_books_are_closed_in_january():
    assert invoice_peak(Plan(), np.arange(31)).tolist() == [JANUARY] * 31
    assert invoice_peak(Plan(), np.arange(31, 365)).max() == 1.0
    assert invoice_peak(Plan(), np.array([365])).item() == JANUARY


def test_as_many_delays_are_announced_as_planted(surveyed):
    orders = exposure(surveyed.plan, surveyed.people, surveyed.trade).orders
    late = orders[orders["late"]]
    told = (late["notice"] != NEVER).groupby(late["m1"]).mean()
    assert told.to_dict() == pytest.approx({False: 0.12, True: 0.81}, abs=0.003)


def test_days_are_local():
    late = pd.Series(pd.to_datetime(["2025-06-30 22:30:00+00:00"])).dt.tz_convert("Europe/Berlin")
    assert day_of(Plan(), late).tolist() == [181]
    assert day_of(Plan(), "2026-06-30")[0] == 545
    assert day_of(Plan(), pd.Series([pd.NaT])).tolist() == [NEVER]


def test_choose_draws_in_proportion():
    drawn = np.bincount(choose(np.random.default_rng(1), np.array([1.0, 0.0, 3.0]), 20_000), minlength=3) / 20_000
    assert drawn[1] == 0
    assert drawn[2] == pytest.approx(0.75, abs=4 * np.sqrt(0.75 * 0.25 / 20_000))


def test_delays_are_announced_rarely_and_with_the_action_mostly(ex):
    orders = ex.orders
    told, late, m1 = orders["notice"] != NEVER, orders["late"], orders["m1"]
    assert not told[~late].any()
    for group, share in ((late & ~m1, 0.12), (late & m1, 0.81)):
        assert told[group].mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / group.sum()))
    assert (orders["notice"][told] >= orders["day"][told]).all()


def test_the_action_is_in_effect_in_two_regions_from_january(ex):
    assert set(ex.orders["region"][ex.orders["m1"]]) == {"south", "west"}
    assert ex.orders["due"][ex.orders["m1"]].min() >= day_of(Plan(), "2026-01-12")[0]
    assert in_effect(Plan(), "M2", pd.Series(["west", "south"]), pd.Series([500, 500])).tolist() == [True, False]


def test_each_new_customer_has_one_first_order_and_at_most_one_first_invoice(ex):
    new = ex.customers["new"]
    assert ex.orders["first"].sum() == new.sum() == 780
    assert ex.orders.loc[ex.orders["first"], "customer"].is_unique
    assert ex.invoices.loc[ex.invoices["first"], "order"].is_unique
    assert ex.invoices["first"].sum() > 650


def test_persons_stand_by_customer(ex):
    assert ex.persons["customer"].is_monotonic_increasing
    assert set(ex.persons["customer"]) == set(range(len(ex.customers)))


def test_somebody_is_on_holiday_while_the_house_works(ex):
    assert ex.away.any()
    assert not ex.away[:, ~ex.days["open"].to_numpy()].any()
    assert ex.days["open"].to_numpy()[ex.workday].all()


def test_a_period_without_the_actions_has_none():
    plan = replace(Plan(size=0.05), end=pd.Timestamp("2025-06-30").date())
    who = people(plan)
    assert not exposure(plan, who, trade(plan, who)).orders["m1"].any()
