"""Draws that keep planted shares in small samples."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.simulate.draws import apportioned, by_affinity, chosen, dealt, each, evenly, fitted, mean_one, raked


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=12), st.integers(0, 1000))
def test_whole_numbers_add_up_and_stay_within_one_of_their_share(weights, total):
    whole = apportioned(weights, total)
    assert whole.sum() == total
    assert (np.abs(whole - np.array(weights) * total / sum(weights)) < 1 + 1e-9).all()


def test_a_deal_has_exact_shares():
    dealt_names = pd.Series(dealt(np.random.default_rng(1), {"a": 0.3, "b": 0.7}, 1000)).value_counts()
    assert dealt_names.to_dict() == {"b": 700, "a": 300}


def test_choices_have_no_repeats_and_follow_their_weights():
    rng = np.random.default_rng(2)
    weights = np.array([0.0, *np.full(50, 1.0), *np.full(50, 4.0)])
    picks = np.concatenate([chosen(rng, weights, 10) for _ in range(400)])
    assert len(set(chosen(rng, weights, 10))) == 10
    assert 0 not in picks
    assert 3 < (picks > 50).sum() / (picks <= 50).sum() < 4.5
    assert len(chosen(rng, weights, 1000)) == 100


@given(st.lists(st.integers(0, 4), min_size=1, max_size=200), st.floats(0, 1), st.integers(0, 99))
def test_stratified_numbers_take_a_share_of_each_group(groups, share, seed):
    groups = np.array(groups)
    taken = evenly(np.random.default_rng(seed), groups) < share
    for group in np.unique(groups):
        own = taken[groups == group]
        assert abs(own.sum() - share * len(own)) <= 1


def test_names_come_by_each_rows_own_shares():
    shares = np.tile([[0.2, 0.8], [1.0, 0.0]], (5000, 1))
    names = each(np.random.default_rng(3).random(10_000), shares, ("a", "b"))
    assert (names[1::2] == "a").all()
    assert abs((names[::2] == "a").mean() - 0.2) < 4 * np.sqrt(0.16 / 5000)


def test_a_fitted_table_has_both_margins():
    rows, columns = np.array([0.1, 0.9]), np.array([0.3, 0.3, 0.4])
    table = fitted(np.array([[9.0, 1.0, 1.0], [1.0, 2.0, 3.0]]), rows, columns)
    assert np.allclose(table.sum(axis=0), columns)
    assert np.allclose(table.sum(axis=1), rows, atol=1e-6)


def test_affinity_moves_levels_but_not_the_total():
    rng = np.random.default_rng(4)
    given_levels = rng.choice(["x", "y"], 4000)
    names = by_affinity(rng, given_levels, {"x": {"a": 5.0, "b": 1.0}, "y": {"a": 1.0, "b": 1.0}}, {"a": 0.25, "b": 0.75})
    assert abs((names == "a").mean() - 0.25) < 0.001
    assert (names[given_levels == "x"] == "a").mean() > 2 * (names[given_levels == "y"] == "a").mean()
    assert by_affinity(rng, np.empty(0, object), {}, {"a": 1.0}).shape == (0,)


def test_a_mean_of_one():
    assert mean_one(np.array([1.0, 3.0])).tolist() == [0.5, 1.5]


def test_raked_candidates_have_the_shares_wanted_where_there_is_a_choice():
    rng = np.random.default_rng(1)
    group, chance = rng.integers(0, 5, (10, 4000)), rng.random((10, 4000))
    shares = np.array([0.4, 0.3, 0.2, 0.1])
    factor = raked(chance, group, shares)
    drawn = chance * factor[group]
    drawn /= drawn.sum(axis=0)
    seen = np.bincount(group.ravel(), drawn.ravel())
    assert seen[:4] / seen[:4].sum() == pytest.approx(shares, abs=1e-3)
    assert factor[4] == 1  # those of no group keep their chance


def test_what_has_no_choice_is_left_as_it_is():
    factor = raked(np.ones((1, 6)), np.array([[0, 0, 0, 0, 1, 1]]), np.array([0.5, 0.5]))
    assert np.isfinite(factor).all()
    assert (factor > 0).all()
