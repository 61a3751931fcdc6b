"""Windows have their intensity, each at its own zero point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.exposure import Exposure, day_of, exposure, invoice_peak
from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.windows import WINDOWS, Window, first_days, window_rates, zero_points


@pytest.fixture(scope="module")
def ex(surveyed):
    return exposure(surveyed.plan, surveyed.people, surveyed.trade)


def shares_inside(window: Window, rhythm: np.ndarray, zero: np.ndarray) -> np.ndarray:
    """Chance of a contact around each zero point to be inside the window, by the planted intensity, the decay and the days' rhythm."""
    offsets = np.arange(window.first - 7, window.last + 15)
    offsets = offsets[(offsets >= window.span[0]) & (offsets <= window.span[1])]
    day = zero[:, None] + offsets
    there = np.where((day >= 0) & (day < len(rhythm)), rhythm[np.clip(day, 0, len(rhythm) - 1)], 0.0)
    there = there * np.exp(-np.clip(offsets, 0, None) / 90)
    if window.zero == "invoice":
        there = there * invoice_peak(Plan(), day)
    within = (offsets >= window.first) & (offsets <= window.last)
    inside = window.intensity * there[:, within].sum(axis=1)
    return inside / np.maximum(inside + there[:, ~within].sum(axis=1), 1e-12)


def assert_intensity(window: Window, ex: Exposure, zero: np.ndarray, day: np.ndarray) -> None:
    """Contacts (on working days, up to a week before and two after the window) are inside as often as planted, given their zero points."""
    works = ex.days["open"].to_numpy()
    since = day - zero
    near = (since >= max(window.first - 7, window.span[0])) & (since <= min(window.last + 14, window.span[1])) & works[day]
    share = shares_inside(window, np.where(works, ex.rhythm[-1], 0.0), zero[near])
    inside = ((since >= window.first) & (since <= window.last))[near]
    assert inside.sum() == pytest.approx(share.sum(), abs=4 * np.sqrt((share * (1 - share)).sum()))


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.reason)
def test_the_intensity_is_that_of_the_truth(ex, window):
    drawn = first_days(np.random.default_rng(3), Plan(), ex, window, 60_000.0)
    rows, zero = zero_points(ex, window.zero)
    at = dict(zip(rows.tolist(), zero.tolist(), strict=True))
    assert_intensity(window, ex, np.array([at[row] for row in drawn["source"]]), drawn["day"].to_numpy())


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.reason)
def test_the_finished_log_shows_the_window(many, window):
    """Contacts on the first order, or its invoice, of new customers; some wait a day for a holiday of the customer's to pass."""
    ex = exposure(many.plan, many.people, many.trade)
    rows, zero = zero_points(ex, window.zero)
    name, ids = (
        ("_invoice_id", many.trade.invoices["invoice_id"]) if window.zero == "invoice" else ("_order_id", many.trade.orders["order_id"])
    )
    contacts = many.contacts[(many.contacts["_reason"] == window.reason) & many.contacts[name].notna()]
    at = contacts[name].map(pd.Series(zero, ids.iloc[rows].to_numpy()))
    assert_intensity(window, ex, at[at.notna()].to_numpy(dtype=int), day_of(many.plan, contacts.loc[at.notna(), "contact_ts"]))


def test_without_effect_there_is_no_window():
    flat = replace(Plan(), effects=Effects(windows=0.0))
    for window in WINDOWS:
        rate = window_rates(flat, window)
        assert (np.diff(rate) <= 0).all()


def test_a_window_raises_its_days_and_no_others():
    window = WINDOWS[0]
    ratio = window_rates(Plan(), window) / window_rates(replace(Plan(), effects=Effects(windows=0.0)), window)
    assert ratio.round(6).tolist() == [1.0, 5.0, 5.0, 5.0, *[1.0] * 57]


def test_zero_points_differ(ex):
    order, delivery = zero_points(ex, "order"), zero_points(ex, "delivery")
    assert len(order[0]) == 780
    assert len(delivery[0]) > 680
    lead = dict(zip(*map(np.ndarray.tolist, delivery), strict=True))
    lags = [lead[row] - day for row, day in zip(*map(np.ndarray.tolist, order), strict=True) if row in lead]
    assert min(lags) >= 1
    assert np.quantile(lags, 0.9) > 15


def test_first_days_stay_within_the_period(ex):
    for window in WINDOWS:
        drawn = first_days(np.random.default_rng(1), Plan(), ex, window, 500.0)
        assert drawn["day"].between(0, len(ex.days) - 1).all()
