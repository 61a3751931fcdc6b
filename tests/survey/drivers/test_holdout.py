"""Additive or weakest link: each world is told from the other by people who took no part in the fit."""

import numpy as np
import pytest

from cxlib.survey.drivers.design import design
from cxlib.survey.drivers.holdout import FOLDS, compared, folds


def laid(table, cluster=None):
    return design(table, outcome="overall", items=[f"q{number}" for number in range(4)], groups=None, options={"cluster": cluster})


def test_each_world_is_recognised(draw, lay_out):
    rating, _, _ = draw(1, 1500, items=4)
    noise = np.random.default_rng(1).normal(size=1500)
    additive = compared(laid(lay_out(rating, rating.mean(axis=1) + noise)), level=0.95, seed=1)
    weakest = compared(laid(lay_out(rating, rating.min(axis=1) + noise)), level=0.95, seed=1)
    assert additive["weakest_link_gain"][1] < 0.002
    assert weakest["weakest_link_gain"][1] > 0
    assert additive["holdout_r2_mean"][0] > additive["holdout_r2_weakest"][0]
    assert weakest["holdout_r2_weakest"][0] > weakest["holdout_r2_additive"][0]


def test_out_of_sample_is_least_squares_on_the_other_folds(draw, lay_out):
    rating, outcome, _ = draw(2, 200, items=4)
    found = laid(lay_out(rating, outcome))
    fold = folds(found.chosen.cluster_ids, 3)[found.chosen.cluster]
    squares, base = 0.0, 0.0
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        full = np.column_stack([np.ones(200), rating])
        slopes = np.linalg.lstsq(full[train], outcome[train], rcond=None)[0]
        squares += ((outcome[test] - full[test] @ slopes) ** 2).sum()
        base += ((outcome[test] - outcome[train].mean()) ** 2).sum()
    assert compared(found, level=0.95, seed=3)["holdout_r2_additive"][0] == pytest.approx(1 - squares / base)


def test_folds_are_even_and_depend_on_the_cluster_alone():
    names = np.array([f"a{number}" for number in range(40)])
    assert np.bincount(folds(names, 1)).tolist() == [8] * 5
    assert folds(names[::-1], 1)[::-1].tolist() == folds(names, 1).tolist()
    assert folds(names, 2).tolist() != folds(names, 1).tolist()


def test_what_one_cluster_cannot_tell_is_missing(draw, lay_out):
    rating, outcome, _ = draw(3, 50, items=4)
    found = compared(laid(lay_out(rating, outcome, account_id=["a"] * 50), cluster="account_id"), level=0.95, seed=1)
    assert np.isnan([value for value, _, _ in found.values()]).all()


def test_a_rating_that_a_fold_leaves_without_spread_is_left_out(draw, lay_out):
    rating, outcome, _ = draw(3, 60, items=4)
    fold = folds(laid(lay_out(rating, outcome)).chosen.cluster_ids, 1)[laid(lay_out(rating, outcome)).chosen.cluster]
    rating[:, 3] = np.where(fold == 0, rating[:, 3], rating[0, 3])
    told = compared(laid(lay_out(rating, outcome)), level=0.95, seed=1)
    assert np.isfinite([value for value, _, _ in told.values()]).all()


def test_an_outcome_that_nobody_shows_in_a_fold_is_expected_of_nobody(draw, lay_out):
    rating, outcome, _ = draw(4, 60, items=4)
    found = laid(lay_out(rating, outcome))
    fold = folds(found.chosen.cluster_ids, 1)[found.chosen.cluster]
    rare = laid(lay_out(rating, np.where(fold == 0, np.arange(60) % 2, 0.0)))
    told = compared(rare, level=0.95, seed=1)
    assert np.isfinite([value for value, _, _ in told.values()]).all()
