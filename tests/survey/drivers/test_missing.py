"""Maximum likelihood over unknown cells: a closed form, the likelihood itself, and what rows move."""

import numpy as np
import pytest

from cxlib.survey.drivers.missing import fit_normal, predicted


def gappy(seed, size=80, columns=4, share=0.2):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(size, columns)) @ rng.normal(size=(columns, columns)) + 3
    return np.where(rng.random(rows.shape) < share, np.nan, rows), rng.uniform(0.5, 2, size)


def test_without_gaps_it_is_the_mean_and_covariance():
    rows, weight = gappy(1, share=0.0)
    fitted = fit_normal(rows, weight)
    assert fitted.mean == pytest.approx(np.average(rows, axis=0, weights=weight))
    assert fitted.covariance == pytest.approx(np.cov(rows.T, aweights=weight, ddof=0))


def test_gaps_in_one_column_have_a_closed_form():
    # Anderson 1957: the regression of the complete pairs, taken to the mean and variance of all
    rng = np.random.default_rng(2)
    x = rng.normal(2, 1, 50)
    y = 1 + 2 * x + rng.normal(size=50)
    rows = np.column_stack([x, np.where(np.arange(50) < 30, y, np.nan)])
    fitted = fit_normal(rows, np.ones(50))
    pair = np.cov(x[:30], y[:30], ddof=0)
    slope = pair[0, 1] / pair[0, 0]
    assert fitted.mean[1] == pytest.approx(y[:30].mean() + slope * (x.mean() - x[:30].mean()))
    assert fitted.covariance[0, 1] == pytest.approx(slope * x.var())
    assert fitted.covariance[1, 1] == pytest.approx(pair[1, 1] - slope * pair[0, 1] + slope**2 * x.var())
    assert fitted.converged


def test_no_step_away_is_more_likely():
    rows, weight = gappy(3)
    fitted = fit_normal(rows, weight)

    def likelihood(mean, covariance):
        total = 0.0
        for row, counts in zip(rows, weight, strict=True):
            known = ~np.isnan(row)
            inside, off = covariance[np.ix_(known, known)], (row - mean)[known]
            total -= counts * (np.linalg.slogdet(inside)[1] + off @ np.linalg.solve(inside, off))
        return total

    best, rng = likelihood(fitted.mean, fitted.covariance), np.random.default_rng(1)
    for _ in range(20):
        step = rng.normal(size=(4, 4)) * 0.01
        assert likelihood(fitted.mean + rng.normal(size=4) * 0.01, fitted.covariance + step + step.T) < best


def test_influence_is_what_a_row_s_weight_moves():
    rows, weight = gappy(4)
    rng = np.random.default_rng(5)
    slope = rng.normal(size=(2, 4, 4))
    slope, slope_mean = slope + slope.transpose(0, 2, 1), rng.normal(size=(2, 4))
    found, *_ = fit_normal(rows, weight).influence(slope, slope_mean)
    for row in (0, 17, 60):
        more, less = (fit_normal(rows, weight * np.where(np.arange(80) == row, factor, 1.0)) for factor in (1.001, 0.999))
        moved = (slope * (more.covariance - less.covariance)).sum(axis=(1, 2)) + slope_mean @ (more.mean - less.mean)
        assert found[row] == pytest.approx(moved / 0.002, rel=1e-3, abs=1e-5)
    assert found.sum(axis=0) == pytest.approx(0, abs=1e-5)


def test_scales_and_shifts_go_through():
    rows, weight = gappy(6)
    plain, turned = fit_normal(rows, weight), fit_normal(rows * [1, 10, 0.1, 2] + [0, 5, 1, -3], weight)
    assert turned.covariance == pytest.approx(plain.covariance * np.outer([1, 10, 0.1, 2], [1, 10, 0.1, 2]), rel=1e-5)


def test_what_was_never_answered_together_stays_finite():
    rows, weight = gappy(7)
    rows[:40, 0] = rows[40:, 1] = np.nan
    fitted = fit_normal(rows, weight, prior=1.0)
    assert np.linalg.eigvalsh(fitted.covariance)[0] > 0
    assert fitted.converged


def test_a_column_that_repeats_another_is_survived():
    rows, weight = gappy(8)
    fitted = fit_normal(np.column_stack([rows, rows[:, 0]]), weight)
    assert np.isfinite(fitted.covariance).all()


def test_prediction_uses_what_is_known():
    covariance = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.3], [0.5, 0.3, 1.0]])
    rows = np.array([[2.0, 1.0], [2.0, np.nan], [np.nan, np.nan]])
    assert predicted(rows, np.zeros(3), covariance) == pytest.approx([1.3, 1.0, 0.0])
