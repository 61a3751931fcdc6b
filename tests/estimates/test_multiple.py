"""Benjamini and Hochberg's q: R's, and what holds for any family."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib import estimates


def test_q_is_that_of_r():
    # In R 4.2: p.adjust(c(0.001,0.008,0.039,0.041,0.042,0.06,0.074,0.205), "BH")
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205])
    expected = [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.08457142857, 0.205]
    assert estimates.false_discovery(p).tolist() == pytest.approx(expected, rel=1e-9)
    assert estimates.false_discovery(p[::-1]).tolist() == pytest.approx(expected[::-1], rel=1e-9)


def test_what_has_no_p_is_no_member_of_the_family():
    q = estimates.false_discovery(np.array([0.01, np.nan, 0.02]))
    assert q[[0, 2]].tolist() == pytest.approx([0.02, 0.02])
    assert np.isnan(q[1])
    assert estimates.false_discovery(np.array([])).tolist() == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_is_never_below_p_and_keeps_its_order(p):
    q = estimates.false_discovery(np.array(p))
    assert (q >= np.array(p) - 1e-12).all()
    assert (q <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= -1e-12).all()
