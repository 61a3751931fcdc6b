"""PERT: oracle R 4.2, extraDistr not needed: qbeta(0.05, 1+4*0.15/0.3, 1+4*0.15/0.3)*0.3+0.2 = 0.2567780 and the same at 0.95: 0.4432220."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.decisions.actions.priors import combined, pert, three_points
from cxlib.errors import DataError


def test_quantiles_are_those_of_the_beta_distribution():
    from scipy import stats

    drawn = pert((0.2, 0.35, 0.5), draws=40_000, key=(1, "a"))
    oracle = 0.2 + 0.3 * stats.beta(3, 3).ppf([0.05, 0.5, 0.95])
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx(oracle, abs=0.002)
    skewed = pert((0.0, 0.1, 1.0), draws=40_000, key=(1, "b"))
    assert skewed.mean() == pytest.approx((0 + 4 * 0.1 + 1) / 6, abs=0.003)  # the mean of a PERT


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted))
def test_draws_stay_between_the_ends(three):
    drawn = pert(three, draws=50, key=(1, "a"))
    assert (drawn >= three[0] - 1e-12).all()
    assert (drawn <= three[2] + 1e-12).all()


def test_points_out_of_order_are_refused():
    with pytest.raises(DataError) as problem:
        pert((0.5, 0.2, 0.9), draws=5, key=(1, "M1"))
    assert str(problem.value) == "M1: three points are not in order: '0.5, 0.2, 0.9'. Write lowest, likeliest, highest."


def test_only_the_likeliest_is_taken_for_certain():
    assert three_points(pd.Series({"effect_low": None, "effect_mode": 0.3, "effect_high": np.nan})) == (0.3, 0.3, 0.3)
    assert three_points(pd.Series({"effect_low": 0.1})) is None


def test_data_and_belief_weigh_by_their_precision():
    """Closed form: normal posterior of mean (m1/v1 + m2/v2) / (1/v1 + 1/v2) and variance 1 / (1/v1 + 1/v2)."""
    rng = np.random.default_rng(1)
    data, judged = rng.normal(3, 2, 200_000), rng.normal(1, 1, 200_000)
    both = combined(data, judged)
    assert both.mean() == pytest.approx((3 / 4 + 1) / (1 / 4 + 1), abs=0.02)
    assert both.var() == pytest.approx(1 / (1 / 4 + 1), abs=0.02)


def test_one_of_them_alone_stands():
    one = np.array([1.0, 2.0])
    assert combined(one, None) is one
    assert combined(None, one) is one
    assert combined(None, None) is None
    assert combined(np.array([3.0, 3.0]), np.array([1.0, 1.0])).tolist() == [3.0, 3.0]
