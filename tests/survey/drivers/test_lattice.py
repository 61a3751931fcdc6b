"""The walk over the lattice: brute force over all subsets, known figures, identities, derivatives."""

from itertools import combinations, pairwise
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.survey.drivers import lattice


def covariance_of(seed, size, rows=40):
    rng = np.random.default_rng(seed)
    return np.cov((rng.normal(size=(rows, size)) @ rng.normal(size=(size, size))).T).reshape(size, size)


def by_brute_force(covariance, groups):
    """The definition: every order's subsets by least squares of their own."""
    players, result = range(len(groups)), []

    def explained(chosen):
        columns = [column for player in chosen for column in groups[player]]
        if not columns:
            return 0.0
        cross = covariance[columns, -1]
        return cross @ np.linalg.lstsq(covariance[np.ix_(columns, columns)], cross, rcond=1e-10)[0]

    for player in players:
        others = [other for other in players if other != player]
        gain = 0.0
        for size in range(len(groups)):
            weight = factorial(size) * factorial(len(groups) - size - 1) / factorial(len(groups))
            gain += weight * sum(explained([*chosen, player]) - explained(chosen) for chosen in combinations(others, size))
        result.append(gain)
    return np.array(result)


def test_swiss_fertility(oracle_data):
    # relaimpo 2.2: calc.relimp(lm(Fertility ~ ., swiss), type = "lmg")
    table = pd.read_csv(oracle_data / "swiss.csv")[["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality", "Fertility"]]
    covariance = np.cov(table.to_numpy(dtype=float).T)
    found = lattice.parts(covariance, [[number] for number in range(5)]) / covariance[-1, -1]
    assert found == pytest.approx([0.0570912208, 0.1711730289, 0.2601346786, 0.1055701504, 0.1127659229], abs=5e-11)
    assert found.sum() == pytest.approx(0.7067350016, abs=5e-11)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 3), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_groups_equal_brute_force_over_all_subsets(seed, sizes):
    ends = np.cumsum([0, *sizes])
    groups = [list(range(start, end)) for start, end in pairwise(ends)]
    covariance = covariance_of(seed, int(ends[-1]) + 1)
    found = lattice.parts(covariance, groups)
    assert found == pytest.approx(by_brute_force(covariance, groups), rel=1e-6, abs=1e-9 * covariance[-1, -1])
    assert found.sum() == pytest.approx(lattice.explained(covariance, groups)[-1])


@given(st.integers(0, 10_000), st.permutations(range(5)), st.lists(st.floats(0.01, 100), min_size=6, max_size=6))
@settings(max_examples=30, deadline=None)
def test_neither_order_nor_scale_matters(seed, order, scale):
    covariance = covariance_of(seed, 6)
    one_each = [[number] for number in range(5)]
    found = lattice.parts(covariance, one_each) / covariance[-1, -1]
    turned = [*order, 5]
    other = covariance[np.ix_(turned, turned)] * np.outer(scale, scale)
    assert lattice.parts(other, one_each) / other[-1, -1] == pytest.approx(found[list(order)], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("players", [3, 13, 15])
def test_many_draws_and_many_players_are_walked_alike(players):
    stacked = np.array([covariance_of(seed, players + 1) for seed in range(3)])
    groups = [[number] for number in range(players)]
    found = lattice.parts(stacked, groups)
    for one, value in zip(stacked, found, strict=True):
        assert lattice.parts(one, groups) == pytest.approx(value)
        weight = lattice.leaf_weights(players)
        assert weight @ lattice.explained(one, groups) == pytest.approx(value)


@pytest.mark.parametrize("sizes", [[1] * 4, [2, 1, 3], [1] * 12, [2] * 11])
def test_derivatives_are_those_of_small_steps(sizes):
    ends = np.cumsum([0, *sizes])
    groups = [list(range(start, end)) for start, end in pairwise(ends)]
    covariance, step = covariance_of(1, int(ends[-1]) + 1, rows=100), 1e-7 * covariance_of(2, int(ends[-1]) + 1, rows=100)
    value, slope = lattice.gradients(covariance, groups)
    assert value == pytest.approx(lattice.parts(covariance, groups))
    moved = (lattice.parts(covariance + step, groups) - lattice.parts(covariance - step, groups)) / 2
    scale = np.abs(moved).max()
    assert (slope * step).sum(axis=(1, 2)) / scale == pytest.approx(moved / scale, abs=1e-4)


def test_a_column_that_repeats_others_adds_nothing_and_shares_alike():
    covariance = covariance_of(3, 4)
    twice = [0, 1, 2, 2, 3]
    repeated = covariance[np.ix_(twice, twice)]
    found = lattice.parts(repeated, [[0], [1], [2], [3]])
    assert found[2] == pytest.approx(found[3])
    assert lattice.parts(repeated, [[0], [1], [2, 3]]) == pytest.approx(lattice.parts(covariance, [[0], [1], [2]]))


def test_more_than_twenty_players_are_refused():
    with pytest.raises(DataError) as refused:
        lattice.parts(np.eye(22), [[number] for number in range(21)])
    assert str(refused.value) == (
        "items: 21 players make 2^21 subsets. At most 20 can be compared. "
        "Group them (groups=), by stage or touchpoint, so that near-duplicates are one player."
    )
