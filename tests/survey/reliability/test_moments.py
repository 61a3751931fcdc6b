"""Covariances with gaps: pandas, and influence against small changes of the weights."""

import numpy as np
import pandas as pd
import pytest

from cxlib.survey.reliability.moments import moments

RNG = np.random.default_rng(1)
ANSWERS = RNG.normal(5, 2, (40, 4)) + RNG.normal(size=(40, 1))
ANSWERS[RNG.random(ANSWERS.shape) < 0.2] = np.nan
WEIGHT = RNG.uniform(0.5, 2, 40)


def test_equal_weights_give_pandas_pairwise_covariances():
    found = moments(ANSWERS, np.full(40, 3.0))
    assert found.covariance == pytest.approx(pd.DataFrame(ANSWERS).cov().to_numpy(), abs=1e-12)
    known = (~np.isnan(ANSWERS)).astype(int)
    assert found.pairs.tolist() == (known.T @ known).tolist()


def test_weights_weigh_pairs():
    here = ~np.isnan(ANSWERS[:, :2]).any(axis=1)
    expected = np.cov(ANSWERS[here, :2].T, aweights=WEIGHT[here], bias=True)[0, 1] * here.sum() / (here.sum() - 1)
    assert moments(ANSWERS, WEIGHT).covariance[0, 1] == pytest.approx(expected)


@pytest.mark.parametrize("pair", [(0, 0), (0, 1), (2, 3)])
def test_influence_is_what_a_little_more_weight_does(pair):
    gradient = np.zeros((4, 4))
    gradient[pair] += 0.5
    gradient[pair[::-1]] += 0.5
    influence = moments(ANSWERS, WEIGHT).influence(gradient)
    for respondent in range(0, 40, 5):
        more, less = WEIGHT.copy(), WEIGHT.copy()
        more[respondent] *= 1 + 1e-5
        less[respondent] *= 1 - 1e-5
        slope = (moments(ANSWERS, more).covariance[pair] - moments(ANSWERS, less).covariance[pair]) / 2e-5
        assert influence[respondent] == pytest.approx(slope, abs=1e-7)


def test_draws_are_covariances_under_other_weights():
    times = RNG.poisson(1, (40, 3))
    drawn = moments(ANSWERS, WEIGHT).drawn(times)
    for number in range(3):
        pairs = moments(ANSWERS, WEIGHT).pairs
        again = moments(np.where(times[:, [number]] > 0, ANSWERS, np.nan), WEIGHT * times[:, number])
        assert drawn[number] == pytest.approx(again.covariance * (again.pairs - 1) / again.pairs * pairs / (pairs - 1))
