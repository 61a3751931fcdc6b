"""Figures of a covariance: least squares, and derivatives that are those of small steps."""

import numpy as np
import pytest

from cxlib.survey.drivers.figures import coefficients, figures


def covariance_of(seed, size=5):
    rng = np.random.default_rng(seed)
    return np.cov((rng.normal(size=(60, size)) @ rng.normal(size=(size, size))).T)


def test_shares_add_up_and_coefficients_are_least_squares():
    covariance = covariance_of(1)
    found = figures(covariance, [[0, 1], [2], [3]], [[0], [2], [3]])
    slopes = np.linalg.solve(covariance[:4, :4], covariance[:4, 4])
    assert found.share.sum() == pytest.approx(1)
    assert found.part.sum() == pytest.approx(found.r2)
    assert found.r2 == pytest.approx(slopes @ covariance[:4, 4] / covariance[4, 4])
    assert found.coefficient == pytest.approx(slopes[[0, 2, 3]])


def test_a_group_s_coefficient_is_the_sum_over_its_ratings():
    covariance = covariance_of(2)
    slopes = np.linalg.solve(covariance[:4, :4], covariance[:4, 4])
    assert figures(covariance, [[0, 1], [2, 3]], [[0, 1], [2]]).coefficient == pytest.approx([slopes[:2].sum(), slopes[2]])


@pytest.mark.parametrize("name", ["part", "share", "coefficient", "r2"])
def test_derivatives_are_those_of_small_steps(name):
    covariance, step = covariance_of(3), 1e-6 * covariance_of(4)
    groups, ratings = [[0, 1], [2], [3]], [[0], [2], [3]]
    more, less = (np.atleast_1d(getattr(figures(covariance + sign * step, groups, ratings), name)) for sign in (1, -1))
    found = figures(covariance, groups, ratings).slopes[name]
    assert (found * step).sum(axis=(1, 2)) * 1e6 == pytest.approx((more - less) / 2 * 1e6, abs=1e-5)


def test_columns_that_repeat_one_another_have_no_coefficient_of_their_own():
    twice = [0, 1, 1, 2]
    value, _ = coefficients(covariance_of(5, 3)[np.ix_(twice, twice)], [[0], [1], [2]])
    assert np.isnan(value).tolist() == [False, True, True]
