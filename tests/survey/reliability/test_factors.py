"""The factor model: lavaan's likelihood ratio, exact recovery, derivatives against refits, Heywood cases."""

import numpy as np
import pandas as pd
import pytest

from cxlib.survey.reliability.factors import factors

THREE = np.repeat([0, 1, 2], 3)


@pytest.fixture(scope="module")
def pupils(oracle_data):
    return pd.read_csv(oracle_data / "holzinger_swineford.csv")[[f"x{number}" for number in range(1, 10)]].to_numpy()


def implied(loading, unique, correlation, factor):
    loading, factor = np.asarray(loading), np.asarray(factor)
    return np.outer(loading, loading) * np.asarray(correlation)[np.ix_(factor, factor)] + np.diag(unique)


def test_the_likelihood_ratio_is_lavaans(pupils):
    """lavaan: cfa("visual =~ x1+x2+x3; textual =~ x4+x5+x6; speed =~ x7+x8+x9", HolzingerSwineford1939): chi-square(24) 85.306."""
    fit = factors(np.cov(pupils.T, bias=True)[None], THREE)
    assert fit.found.item()
    assert 301 * fit.discrepancy.item() == pytest.approx(85.306, abs=5e-4)
    assert [fit.omega(number).item() for number in range(3)] == pytest.approx([0.62531802, 0.88517536, 0.68776004], abs=5e-7)


def test_no_step_leads_further_down(pupils):
    """The minimum is one: lavaan's own stops at 2.6e-7 from it."""
    covariance = np.cov(pupils.T)
    fit = factors(covariance[None], THREE)

    def discrepancy(loading):
        model = implied(loading, fit.unique[0], fit.correlation[0], THREE)
        return np.linalg.slogdet(model)[1] + np.trace(np.linalg.solve(model, covariance))

    lowest = discrepancy(fit.loading[0])
    for item in range(9):
        for step in (-1e-4, 1e-4):
            assert discrepancy(fit.loading[0] + step * np.eye(9)[item]) > lowest


def test_what_was_planted_is_found():
    factor = [0, 0, 0, 1, 1, 1]
    loading, unique = [2.0, 1.5, 0.4, 0.9, 0.8, 0.7], [1.0, 0.5, 0.3, 0.2, 0.4, 0.6]
    correlation = [[1, 0.4], [0.4, 1]]
    fit = factors(implied(loading, unique, correlation, factor)[None], np.array(factor))
    assert fit.loading[0] == pytest.approx(loading, abs=1e-6)
    assert fit.unique[0] == pytest.approx(unique, abs=1e-6)
    assert fit.correlation[0, 0, 1] == pytest.approx(0.4, abs=1e-6)
    assert fit.discrepancy.item() == pytest.approx(0, abs=1e-10)
    assert fit.misfit(fit.implied(), 0).item() == pytest.approx(0, abs=1e-9)


def test_a_turned_item_has_a_negative_loading():
    loading = [0.8, 0.7, -0.6, 0.7]
    fit = factors(implied(loading, [0.4] * 4, [[1]], [0] * 4)[None], np.zeros(4, dtype=int))
    assert fit.loading[0] == pytest.approx(loading, abs=1e-6)


@pytest.mark.parametrize(("factor", "number"), [(THREE, 1), (np.zeros(9, dtype=int), 0)])
def test_omega_moves_as_refits_say(pupils, factor, number):
    """The second model does not fit at all; its derivative has to hold nevertheless."""
    covariance = np.cov(pupils.T)
    gradient = factors(covariance[None], factor).gradient(covariance, number)
    for one, other in ((0, 0), (3, 4), (2, 7), (8, 8)):
        change = np.zeros((9, 9))
        change[one, other] = change[other, one] = 1e-4
        moved = factors(np.stack([covariance + change, covariance - change]), factor).omega(number)
        expected = (moved[0] - moved[1]) / 2e-4
        assert change.ravel() @ gradient.ravel() / 1e-4 == pytest.approx(expected, abs=1e-6)


def test_many_fits_at_once_are_the_single_ones(pupils):
    rng = np.random.default_rng(1)
    drawn = np.stack([np.cov(pupils[rng.integers(0, 301, 301)].T) for _ in range(6)])
    together = factors(drawn, THREE)
    warm = factors(drawn, THREE, start=factors(np.cov(pupils.T)[None], THREE))
    for number in range(6):
        single = factors(drawn[[number]], THREE)
        assert together.omega(2)[number] == pytest.approx(single.omega(2).item(), abs=1e-7)
        assert warm.omega(2)[number] == pytest.approx(single.omega(2).item(), abs=1e-7)


def test_a_heywood_case_shows_itself():
    correlation = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1.0]])  # the first item's loading² is 0.8·0.8/0.5 > 1
    fit = factors(correlation[None], np.zeros(3, dtype=int))
    assert fit.improper.item()
    assert fit.unique[0, 0] == pytest.approx(1 - 1.28, abs=1e-5)


def test_what_is_no_covariance_matrix_has_no_solution():
    broken = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    whole = implied([0.7] * 3, [0.5] * 3, [[1]], [0] * 3)
    missing = np.where(np.eye(3, dtype=bool), np.nan, whole)
    assert factors(np.stack([broken, whole, missing]), np.zeros(3, dtype=int)).found.tolist() == [False, True, False]
