"""Wilson's interval and the interval of a difference."""

import numpy as np
import pytest

from cxlib.estimates.intervals import mover, wilson

ONE = np.array([1.0])


def test_wilson_is_that_of_r():
    # R 4.2: prop.test(8, 10, correct = FALSE)$conf.int
    assert np.ravel(wilson(0.8 * ONE, 10 * ONE, 1.959963984540054 * ONE)) == pytest.approx([0.4901624715, 0.9433178485], rel=1e-9)


def test_wilson_stays_a_share():
    assert wilson(0 * ONE, 5 * ONE, 2 * ONE)[0].item() == pytest.approx(0, abs=1e-12)
    assert wilson(ONE, 5 * ONE, 2 * ONE)[1].item() == pytest.approx(1)


def test_a_difference_has_the_spread_of_both_sides():
    low, high = mover((0.5 * ONE, 0.2 * ONE, 0.8 * ONE), (0.1 * ONE, -0.3 * ONE, 0.5 * ONE), 0 * ONE)
    assert (low.item(), high.item()) == pytest.approx((0.4 - 0.5, 0.4 + 0.5))
    low, high = mover((0.5 * ONE, 0.2 * ONE, 0.8 * ONE), (0.1 * ONE, -0.2 * ONE, 0.4 * ONE), ONE)
    assert (low.item(), high.item()) == pytest.approx((0.4, 0.4))  # both move alike
