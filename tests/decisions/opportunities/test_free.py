"""Where the chances lost reach what is tolerated."""

import numpy as np
import pytest

from cxlib.decisions.opportunities.free import drawn_to_mean, free_point

LOST = np.array([[0.004, 0.02], [0.012, 0.0], [0.5, 0.5]])
SAVED = np.array([[0.1, 0.1], [0.3, 0.3], [0.2, 0.2]])


def test_each_column_stops_where_it_has_lost_what_is_tolerated():
    there = free_point(LOST, 0.01)
    assert there.step.tolist() == [1, 0]
    assert there.part.tolist() == pytest.approx([0.006 / 0.012, 0.5])
    assert there.along(SAVED).tolist() == pytest.approx([0.1 + 0.5 * 0.3, 0.05])
    assert there.along(LOST).tolist() == pytest.approx([0.01, 0.01])


def test_beyond_the_last_step_there_is_nothing_more():
    there = free_point(LOST, 1.0)
    assert there.step.tolist() == [3, 3]
    assert there.along(SAVED).tolist() == pytest.approx([0.6, 0.6])
    assert free_point(LOST[:0], 0.01).along(SAVED[:0]).tolist() == [0.0, 0.0]


def test_a_rate_is_drawn_to_its_groups_mean_by_how_little_it_rests_on():
    rate, pi = np.array([[0.0], [0.3], [0.9]]), np.array([[0.25], [0.5], [0.25]])
    groups = {"one": np.array([True, True, False]), "other": np.array([False, False, True])}
    told = drawn_to_mean(rate, np.array([30.0, 90.0, 0.0]), pi, groups, 30.0)
    assert told.ravel().tolist() == pytest.approx([0.1, (90 * 0.3 + 30 * 0.2) / 120, 0.9])
