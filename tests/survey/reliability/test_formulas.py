"""Each formula's derivative against small changes of the covariances."""

from dataclasses import replace

import numpy as np
import pytest

from cxlib.survey.reliability.formulas import alpha_of, item_rest_of, omegas_of
from cxlib.survey.reliability.moments import moments

RNG = np.random.default_rng(2)
FOUND = moments(RNG.normal(size=(80, 1)) * [1.0, 0.8, 0.6, 1.2] + RNG.normal(size=(80, 4)), np.ones(80))
FORMULAS = [alpha_of, lambda found: item_rest_of(found, 2), lambda found: omegas_of(found, np.zeros(4, dtype=int))[0]]


@pytest.mark.parametrize("formula", FORMULAS, ids=["alpha", "item_rest", "omega"])
@pytest.mark.parametrize("pair", [(0, 0), (2, 2), (0, 1), (2, 3)])
def test_the_derivative_is_what_a_small_change_does(formula, pair):
    change = np.zeros((4, 4))
    change[pair] = change[pair[::-1]] = 1e-5
    above, below = (formula(replace(FOUND, covariance=FOUND.covariance + sign * change)).value for sign in (1, -1))
    assert (formula(FOUND).gradient * change).sum() / 1e-5 == pytest.approx((above - below) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("formula", FORMULAS, ids=["alpha", "item_rest", "omega"])
def test_the_same_covariances_read_again_give_the_same(formula):
    figure = formula(FOUND)
    assert figure.again(np.stack([FOUND.covariance] * 2)) == pytest.approx([figure.value] * 2, abs=1e-6)
