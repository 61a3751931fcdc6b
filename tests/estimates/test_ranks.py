"""Ranks of figures in draws that align."""

import numpy as np
import pytest

from cxlib.estimates import rank_set, rank_span, ranked


def test_the_largest_is_first_and_ties_share_the_better_rank():
    assert ranked(np.array([[5.0, 1.0], [3.0, 1.0], [5.0, 2.0]])).tolist() == [[1, 2], [3, 2], [1, 1]]


def test_the_span_is_the_middle_of_the_draws():
    draws = np.array([[5.0] * 10, [3.0] * 5 + [1.0] * 5, [2.0] * 10])
    low, high = rank_span(draws, 0.9)
    assert (low.tolist(), high.tolist()) == ([1, 2, 2], [1, 3, 3])
    assert [ends.tolist() for ends in rank_span(draws, 0.01)] == [[1, 2, 2], [1, 3, 3]]


@pytest.mark.parametrize("shape", [(3, 0), (0, 5), (0, 0)])
def test_without_draws_there_is_no_span(shape):
    low, high = rank_span(np.empty(shape), 0.9)
    assert len(low) == len(high) == shape[0]
    assert np.isnan(low).all()


def test_ranks_that_cannot_be_excluded_hold_the_truth_also_for_the_first():
    truth, rng, held, narrow = np.linspace(1.0, 0.0, 12), np.random.default_rng(5), [], []
    ranks = ranked(truth[:, None])[:, 0]
    for _ in range(200):
        found = truth + rng.normal(0, 1.0, len(truth))
        draws = found[:, None] + rng.normal(0, 1.0, (len(truth), 200))
        first = found.argmax()
        for spans, hits in ((rank_set(found, draws, 0.95), held), (rank_span(draws, 0.95), narrow)):
            hits.append(spans[0][first] <= ranks[first] <= spans[1][first])
    assert np.mean(held) >= 0.95 > np.mean(narrow)


def test_of_equals_all_ranks_stay_open_as_often_as_the_level_says():
    rng, open_to_all = np.random.default_rng(8), []
    for _ in range(400):
        found = rng.normal(0, 1.0, 5)
        low, high = rank_set(found, found[:, None] + rng.normal(0, 1.0, (5, 200)), 0.9)
        open_to_all.append((low == 1).all() and (high == 5).all())
    assert 0.855 < np.mean(open_to_all) < 0.945  # 0.9 within three standard errors


def test_ranks_are_sure_where_nothing_overlaps_and_open_where_nothing_differs():
    apart = np.array([3.0, 2.0, 1.0])
    noise = np.random.default_rng(6).normal(0, 0.01, (3, 100))
    low, high = rank_set(apart, apart[:, None] + noise, 0.95)
    assert low.tolist() == high.tolist() == [1, 2, 3]
    low, high = rank_set(np.zeros(3), noise, 0.95)
    assert (low.tolist(), high.tolist()) == ([1, 1, 1], [3, 3, 3])
    assert np.isnan(rank_set(apart, np.empty((3, 0)), 0.95)).all()
