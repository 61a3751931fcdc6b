"""Crowds without gaps are like the data two by two, and only classes go beyond them."""

import numpy as np
import pandas as pd
import pytest

from cxlib.customers.personas.coding import code
from cxlib.customers.personas.continuum import _drawn, crowd, gains
from cxlib.customers.personas.mixture import Setting

from .conftest import FEATURES, mixed, one_crowd


def shares(coded, number):
    known = coded.codes[:, number] >= 0
    return np.bincount(coded.codes[known, number], minlength=len(coded.features[number].levels)) / known.sum()


def test_a_crowd_has_the_margins_and_the_correlations_of_the_data():
    table = one_crowd(2000, seed=3)
    coded = code(table, FEATURES)
    made = crowd(coded, np.ones(2000), seed=1)
    drawn = _drawn(coded, made, np.random.default_rng(9).normal(size=(40_000, made.first[-1])))
    for number in range(4):
        np.testing.assert_allclose(shares(drawn, number), shares(coded, number), atol=0.03)
    np.testing.assert_allclose(
        np.quantile(drawn.numbers, [0.1, 0.5, 0.9], axis=0), np.quantile(coded.numbers, [0.1, 0.5, 0.9], axis=0), atol=0.05
    )
    ours, theirs = (pd.DataFrame(np.column_stack([one.codes[:, 1:], one.numbers])).corr("spearman") for one in (coded, drawn))
    np.testing.assert_allclose(theirs, ours, atol=0.06)
    matters = [one.codes[one.codes[:, 0] == 0, 2].mean() - one.codes[:, 2].mean() for one in (coded, drawn)]
    assert matters[1] == pytest.approx(matters[0], abs=0.1)  # a level without order goes together with the others as in the data


def test_classes_gain_more_than_crowds_and_a_crowd_does_not():
    rough = Setting(tolerance=0.5, steps=80)
    told = {}
    for name, table in (("classes", mixed(500, seed=4)), ("crowd", one_crowd(500, seed=4))):
        gain, crowds = gains(code(table, FEATURES), np.ones(500), 2, rough, starts=3, rounds=8, seed=1)
        told[name] = (gain - crowds.mean()) / crowds.std(ddof=1)
    assert told["classes"] > 5
    assert abs(told["crowd"]) < 3


def test_what_is_missing_is_missing_in_crowds_too():
    coded = code(mixed(300, seed=5, missing=0.4), FEATURES)
    made = crowd(coded, np.ones(300), seed=1)
    known = np.column_stack([coded.codes >= 0, ~np.isnan(coded.numbers)])
    drawn = _drawn(coded, made, np.random.default_rng(1).normal(size=(300, made.first[-1]))).hidden_by(known)
    np.testing.assert_array_equal(drawn.codes < 0, coded.codes < 0)
    np.testing.assert_array_equal(np.isnan(drawn.numbers), np.isnan(coded.numbers))
