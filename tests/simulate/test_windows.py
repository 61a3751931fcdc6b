"""Windows have their intensity, each at its own zero point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cxlib.simulate.exposure import exposure
from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.windows import WINDOWS, first_days, window_rates, zero_points


@pytest.fixture(scope="module")
def ex(surveyed):
    return exposure(surveyed.plan, surveyed.people, surveyed.trade)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.reason)
def test_the_intensity_is_that_of_the_truth(ex, window):
    drawn = first_days(np.random.default_rng(3), Plan(), ex, window, 60_000.0)
    rows, zero = zero_points(ex, window.zero)
    at = dict(zip(rows.tolist(), zero.tolist(), strict=True))
    since = drawn["day"].to_numpy() - np.array([at[row] for row in drawn["source"]])
    inside = (since >= window.first) & (since <= window.last)
    beside = ~inside & (since >= window.first - 7) & (since <= window.last + 14)
    days = window.last - window.first + 1
    around = np.arange(max(window.first - 7, window.span[0]), window.last + 15)
    others = ((around < window.first) | (around > window.last)).sum()
    # working days fall unevenly around zero points, so the ratio is not exact
    assert (inside.sum() / days) / (beside.sum() / others) == pytest.approx(window.intensity, rel=0.22)


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
