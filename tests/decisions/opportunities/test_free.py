"""Each joint draw finds its own free point; what few contacts never showed is not taken for nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.decisions.opportunities.free import drawn_to_mean, free_point

TOLERATED = 0.01


@given(st.lists(st.floats(0, 0.02), min_size=1, max_size=12), st.floats(0.001, 0.05))
def test_what_is_lost_up_to_the_point_is_what_is_tolerated(lost, tolerated):
    steps = np.array(lost)[:, None]
    there = free_point(steps, tolerated)
    assert there.along(steps).item() == pytest.approx(min(tolerated, sum(lost)), abs=1e-9)


def test_each_column_has_its_own_point():
    lost = np.array([[0.005, 0.02, 0.0], [0.010, 0.01, 0.0]])
    there = free_point(lost, TOLERATED)
    assert there.step.tolist() == [1, 0, 2]
    assert there.part.tolist() == [0.5, 0.5, 0.0]
    saved = np.array([[0.2, 0.2, 0.2], [0.3, 0.3, 0.3]])
    assert there.along(saved) == pytest.approx([0.35, 0.1, 0.5])


def test_the_point_moves_little_where_a_rate_moves_little():
    """A reason of half of all contacts is not in or out by the last digit of its rate."""
    saved = np.array([[0.1], [0.5]])
    near = [free_point(np.array([[0.0099], [rate]]), TOLERATED).along(saved).item() for rate in (0.00010, 0.00011)]
    assert abs(near[0] - near[1]) < 0.06


def test_nothing_to_save_is_nothing_free():
    there = free_point(np.zeros((0, 3)), TOLERATED)
    assert there.along(np.zeros((0, 3))).tolist() == [0.0, 0.0, 0.0]


def test_many_contacts_keep_their_rate_and_few_are_drawn_to_the_mean():
    rate, pi, both = np.array([[0.0], [0.4]]), np.array([[0.5], [0.5]]), {"all": np.array([True, True])}
    few, many = (drawn_to_mean(rate, np.array([n, n]), pi, both, 30.0).ravel() for n in (0.0, 1e9))
    assert few == pytest.approx([0.2, 0.2])
    assert many == pytest.approx([0.0, 0.4], abs=1e-6)
    apart = {"one": np.array([True, False]), "other": np.array([False, True])}
    assert drawn_to_mean(rate, np.array([5.0, 5.0]), pi, apart, 30.0).ravel() == pytest.approx([0.0, 0.4])
