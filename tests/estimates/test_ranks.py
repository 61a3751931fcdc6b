"""Ranks of figures in draws that align."""

import numpy as np
import pytest

from cxlib.estimates import rank_span, ranked


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
