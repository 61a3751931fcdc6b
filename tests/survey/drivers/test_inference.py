"""Intervals, ranks and false discovery: closed forms, and draws that are the sandwich."""

import numpy as np
import pytest
from scipy import stats

from cxlib.estimates.sampling import sample
from cxlib.survey.drivers.inference import infer, within


def chosen(size, clusters):
    import pandas as pd

    table = pd.DataFrame({"y": np.zeros(size), "c": [f"c{number % clusters}" for number in range(size)]})
    return sample(table, ["y"], (), {"cluster": "c"})


def test_spread_is_that_of_cluster_sums():
    rng = np.random.default_rng(1)
    influence = rng.normal(size=(90, 2))
    influence -= influence.mean(axis=0)
    found = infer(np.array([0.3, -1.0]), influence, chosen(90, 30), level=0.95, draws=4000, seed=1)
    sums = np.array([influence[number::30].sum(axis=0) for number in range(30)])
    assert found.se == pytest.approx(np.sqrt((sums**2).sum(axis=0) * 30 / 29))
    assert found.draws.std(axis=1) == pytest.approx(np.sqrt((sums**2).sum(axis=0)), rel=0.05)
    assert found.draws.mean(axis=1) == pytest.approx(found.value, abs=0.1 * found.se.max())
    assert (found.reach >= stats.t.ppf(0.975, 29)).all()
    assert found.sums == pytest.approx(sums)
    wide = infer(found.value, influence, chosen(90, 30), level=0.95, draws=0, seed=1, widen=1.1)
    assert wide.se == pytest.approx(1.1 * found.se)


def test_an_interval_of_a_share_stays_a_share():
    influence = np.random.default_rng(2).normal(size=(50, 2)) / 50
    low, high = infer(np.array([0.02, 1.0]), influence, chosen(50, 50), level=0.95, draws=0, seed=1).between()
    assert 0 < low[0] < 0.02 < high[0] < 1
    assert np.isnan([low[1], high[1]]).all()


def test_one_cluster_has_no_spread():
    found = infer(np.array([0.3]), np.zeros((5, 1)), chosen(5, 1), level=0.95, draws=3, seed=1)
    assert np.isnan(found.se).all()
    assert np.isnan(found.between()).all()


def test_r2_stays_below_one_and_above_zero():
    assert within(0.01, 0.1, 2.0)[0] == 0.0
    low, high = within(0.9, 0.05, 2.0)
    assert (low, high) == pytest.approx((1 - 0.1 * np.e, 1 - 0.1 / np.e))
