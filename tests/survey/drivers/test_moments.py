"""Moments of a design: what rows move is what their weight moves, whatever is missing; no figure depends on the centre."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.survey.drivers import lattice
from cxlib.survey.drivers.design import design
from cxlib.survey.drivers.missing import fit_normal
from cxlib.survey.drivers.moments import _through_first, moments

OPEN = [{}, {"never": 0.3}, {"not_asked": 0.2}, {"never": 0.3, "no_answer": 0.1}, {"never": 0.3, "no_answer": 0.1, "not_asked": 0.15}]


def laid(table, centre=None):
    return design(table, outcome="overall", items=[f"q{number}" for number in range(4)], groups=None, options={}, centre=centre)


def held(of, weight=None):
    return moments(of.table, of.weight if weight is None else weight, of.met, of.use)


@pytest.mark.parametrize("gaps", OPEN)
def test_influence_is_what_a_row_s_weight_moves(draw, lay_out, gaps):
    rating, outcome, state = draw(1, 250, items=4, **gaps)
    found = laid(lay_out(rating, outcome, state))
    value, slope = lattice.gradients(held(found).covariance, found.groups)
    moved = held(found).influence(slope)
    for row in (0, 30, 200):
        more, less = (
            lattice.parts(held(found, found.weight * np.where(np.arange(250) == row, factor, 1.0)).covariance, found.groups)
            for factor in (1.01, 0.99)
        )
        assert moved[row] == pytest.approx((more - less) / 0.02, rel=0.01, abs=1e-4 * value.max())


@given(st.integers(0, 999), st.floats(-5, 9), st.sampled_from(OPEN))
@settings(max_examples=15, deadline=None)
def test_the_centre_makes_no_difference(draw, lay_out, seed, centre, gaps):
    rating, outcome, state = draw(seed, 200, items=4, **gaps)
    table = lay_out(rating, outcome, state)
    parts = [lattice.parts(held(one).covariance, one.groups) for one in (laid(table), laid(table, centre))]
    assert parts[0] == pytest.approx(parts[1], abs=1e-4)


def test_ratings_left_open_by_users_are_filled_as_users_would(draw, lay_out):
    """Half never use an item; of those who do, some do not answer. The variance of its column has to come out right."""
    rating, outcome, state = draw(3, 20_000, items=4, never=0.5)
    whole = held(laid(lay_out(rating, outcome, state))).covariance
    skipped = np.where((state == 0) & (np.random.default_rng(1).random(state.shape) < 0.3), 2, state)
    gappy = held(laid(lay_out(rating, outcome, skipped)))
    assert gappy.first is not None
    assert np.diag(gappy.covariance)[:4] == pytest.approx(np.diag(whole)[:4], rel=0.05)
    assert gappy.covariance[:4, -1] == pytest.approx(whole[:4, -1], rel=0.1, abs=0.03)


def test_draws_of_open_cells_keep_the_covariance(draw, lay_out):
    rating, outcome, state = draw(4, 4000, items=4, never=0.2, no_answer=0.1, not_asked=0.1)
    found = held(laid(lay_out(rating, outcome, state)))
    imputed = found.imputed(np.random.default_rng(1))
    assert not np.isnan(imputed).any()
    assert np.cov(imputed.T) == pytest.approx(found.covariance, abs=0.1)
    assert found.among(np.ones(4000, dtype=bool)) == pytest.approx(found.covariance, abs=1e-5)


def test_figures_do_not_hang_on_when_a_search_without_end_is_stopped(draw, lay_out, monkeypatch):
    """Where the likelihood rises towards a covariance of less than full rank, a row's worth of a prior gives it a maximum."""
    rating, outcome, state = draw(2, 120, items=4, never=0.75, no_answer=0.2)
    found = laid(lay_out(rating, outcome, state))
    calls = []

    def stopped(rows, weight, *, prior=0.0, **more):
        calls.append(prior)
        fitted = fit_normal(rows, weight, prior=prior, **more)
        return fitted if prior else replace(fitted, converged=False)

    monkeypatch.setattr("cxlib.survey.drivers.moments.fit_normal", stopped)
    again = held(found)
    assert calls[-2:] == [0.0, 1.0]
    assert again.normal.converged
    assert np.linalg.eigvalsh(again.covariance)[0] > 0


def test_what_rows_move_by_way_of_the_first_fit_is_that_of_a_loop_over_rows(draw, lay_out):
    """Filled cells follow the first fit: derivative of their fill and of what is left open, times the second fit's score, row by row."""
    rating, outcome, state = draw(5, 150, items=4, never=0.3, no_answer=0.2, not_asked=0.1)
    found = held(laid(lay_out(rating, outcome, state)))
    first, normal, cells = found.first, found.normal, found.open_ratings
    rng = np.random.default_rng(1)
    along, along_mean = rng.normal(size=(2, *normal.covariance.shape)), rng.normal(size=(2, len(normal.mean)))
    along = along + along.transpose(0, 2, 1)
    size, items = len(first.mean), cells.shape[1]
    slope_mean, slope = np.zeros((2, size)), np.zeros((2, size, size))
    for row in np.flatnonzero(cells.any(axis=1)):
        inverse, weight = normal.inverse[normal.pattern[row]], normal.weight[row]
        carried = (np.eye(size) - first.covariance @ first.inverse[first.pattern[row]])[:items] * cells[row][:, None]
        for figure in range(2):
            pull = (inverse @ (along[figure] @ normal.score[row] + along_mean[figure]))[:items]
            moved = weight * np.outer(carried.T @ pull, first.score[row])
            left = weight * carried.T @ (inverse @ along[figure] @ inverse)[:items, :items] @ carried
            slope_mean[figure] += weight * carried.T @ pull
            slope[figure] += (moved + moved.T) / 2 + left / 2
    wanted = first.influence(slope, slope_mean)[0]
    assert _through_first(first, normal, cells, along_mean, along) == pytest.approx(wanted, rel=1e-8, abs=1e-10)
