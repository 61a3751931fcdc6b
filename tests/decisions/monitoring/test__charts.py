"""Control charts: numbers by hand, what they find, and how rarely they cry wolf."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.decisions.monitoring._charts import FEWEST, charted

COUNTS = np.array([20, 25, 18, 22, 30, 19, 21, 24, 26, 20, 23, 45, 22, 19, 25, 21], dtype=float)


# x <- COUNTS; b <- 5; ctr <- sum(x)/80; z <- 2*(sqrt(x+3/8) - sqrt(5*ctr+3/8)); s <- max(1, mean(abs(diff(z)))*sqrt(pi)/2)
# r <- qt(1-.05/4/16, .62*15); ((sqrt(5*ctr+3/8) + r*s/2)^2 - 3/8)/5: 4.75 1.2490735597 11.6813243834; below: 0.8551191395
def test_rates_as_r_has_them():
    found = charted(COUNTS, np.full(16, 5.0), kind="u")
    assert found.center[0] == pytest.approx(4.75)
    assert found.spread == pytest.approx(1.2490735597)
    assert (found.low[0], found.high[0]) == (pytest.approx(0.8551191395), pytest.approx(11.6813243834))
    assert found.name == "u chart, overdispersed"


# h <- c(3,5,2,4,6,3,5,4,2,3,5,4,12,3) of 40; z <- 2*sqrt(40.5)*(asin(sqrt((h+3/8)/40.75)) - the same of 40*mean):
# centre 0.1089285714, spread 1.2147924547, upper limit 0.4987026856
def test_shares_as_r_has_them():
    hits = np.array([3, 5, 2, 4, 6, 3, 5, 4, 2, 3, 5, 4, 12, 3], dtype=float)
    found = charted(hits, np.full(14, 40.0), kind="p")
    assert (found.center[0], found.spread) == (pytest.approx(0.1089285714), pytest.approx(1.2147924547))
    assert found.high[0] == pytest.approx(0.4987026856)


# v <- c(5,6,5.5,7,6.2,5.8,6.1,5.9,6.4,5.7,6.0,6.3): mean(abs(diff(v)))*sqrt(pi)/2 = 0.5236795469; mean(v) + qt(1-.05/4/12, .62*11)*that
def test_other_figures_as_r_has_them():
    found = charted(np.array([5, 6, 5.5, 7, 6.2, 5.8, 6.1, 5.9, 6.4, 5.7, 6.0, 6.3]), np.ones(12), kind="x")
    assert found.spread == pytest.approx(0.5236795469)
    assert found.high[0] == pytest.approx(8.5119007306)


def test_a_point_far_out_and_a_long_run_are_signals():
    counts = np.full(40, 100.0) + np.tile([4.0, -4.0], 20)
    counts[30] = 200
    found = charted(counts, np.ones(40), kind="u")
    assert np.flatnonzero(found.signal != "").tolist() == [30]
    assert found.signal[30] == "above"
    shifted = np.where(np.arange(60) < 40, 100.0, 115.0) + np.tile([6.0, -6.0], 30)
    marks = charted(shifted, np.ones(60), kind="u").signal
    assert set(marks[40:]) == {"run_above"}
    assert (marks[:40] == "").all() or set(marks[:40]) <= {"", "run_below"}


def test_weekdays_are_allowed_for():
    factor = np.tile([1.5, 1.2, 1.0, 0.8, 0.5], 12)
    rng = np.random.default_rng(2)
    counts = rng.poisson(60 * factor).astype(float)
    found = charted(counts, np.ones(60), kind="u", usual=factor)
    assert (found.signal == "").all()
    np.testing.assert_allclose(found.center[:5] / found.center[2], factor[:5])


@pytest.mark.parametrize("kind", ["u", "p", "x"])
def test_false_alarms_stay_below_what_is_promised(kind):
    rng, alarms = np.random.default_rng(4), 0
    for _ in range(300):
        n = rng.integers(20, 60, 52).astype(float)
        top = {"u": rng.poisson(0.5 * n), "p": rng.binomial(n.astype(int), 0.2), "x": rng.normal(3, 1 / np.sqrt(n))}[kind]
        alarms += bool((charted(top.astype(float), n, kind=kind).signal != "").any())
    assert alarms / 300 <= 0.05


@given(factor=st.integers(2, 50))
@settings(max_examples=20, deadline=None)
def test_limits_narrow_with_exposure(factor):
    few = charted(COUNTS, np.full(16, 5.0), kind="u")
    many = charted(COUNTS * factor, np.full(16, 5.0 * factor), kind="u")
    assert many.center[0] == pytest.approx(few.center[0])
    assert many.spread >= few.spread


def test_too_few_points_have_no_limits():
    assert charted(COUNTS[: FEWEST - 1], np.ones(FEWEST - 1), kind="u") is None
    assert charted(COUNTS, np.where(np.arange(16) < 11, 1.0, 0.0), kind="u") is None


def test_counts_more_even_than_chance_keep_the_limits_of_chance():
    assert charted(np.full(20, 100.0) + np.tile([0.5, -0.5], 10), np.ones(20), kind="u").spread == 1.0
