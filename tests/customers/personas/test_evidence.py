"""Criteria, stability and what classes leave unexplained."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.customers.personas.coding import code
from cxlib.customers.personas.evidence import adjusted_rand, bic, evidence_rows, residuals, stability, tried
from cxlib.customers.personas.mixture import Setting, maximise, started

from .conftest import FEATURES, mixed


def test_adjusted_rand_index_as_in_r():
    # mclust::adjustedRandIndex(c(0,0,1,1,2,2), c(1,1,0,0,0,2))
    assert adjusted_rand(np.array([0, 0, 1, 1, 2, 2]), np.array([1, 1, 0, 0, 0, 2])) == pytest.approx(0.4444444444, abs=1e-10)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.permutations(range(4)))
def test_the_names_of_classes_do_not_matter(one, order):
    labels = np.array(one)
    assert adjusted_rand(labels, np.array(order)[labels]) == pytest.approx(1.0)


def test_starts_that_find_the_best_solution_again(two_kinds):
    coded, weights = code(two_kinds, FEATURES), np.ones(len(two_kinds))
    two, five = (tried(coded, weights, k, Setting(), starts=10, rng=np.random.default_rng(1)) for k in (2, 5))
    assert two.bic < five.bic
    assert two.reproduction > five.reproduction
    assert two.bic == pytest.approx(bic(coded, two.model, len(two_kinds)))
    rows = evidence_rows([two, five], len(two_kinds))
    assert rows.loc[rows["metric"].eq("bic"), "classes"].to_list() == ["2", "5"]


def test_clear_classes_are_found_again_in_resamples(two_kinds):
    coded, weights = code(two_kinds, FEATURES), np.ones(len(two_kinds))
    best = tried(coded, weights, 2, Setting(), starts=5, rng=np.random.default_rng(1)).model
    codes, ids = pd.factorize(two_kinds["account_id"])
    drawing = {"cluster": codes, "ids": np.asarray(ids, dtype=object), "rounds": 4, "starts": 3, "seed": 1}
    alike = stability(coded, weights, best, Setting(), **drawing)
    assert alike.shape == (4,)
    assert alike.min() > 0.8


def test_what_goes_together_within_classes_is_seen():
    rng = np.random.default_rng(1)
    table = mixed(800, seed=2, missing=0.0)
    table["again"] = np.where(rng.random(800) < 0.85, table["channel"], np.where(rng.random(800) < 0.5, "email", "phone"))
    table["shadow"] = table["revenue"] + 0.4 * rng.normal(size=800)
    features = FEATURES | {"again": "nominal", "shadow": "numeric"}
    coded, weights = code(table, features), np.ones(800)
    begun = started(coded, 2, 5, weights, np.random.default_rng(1))
    apart = Setting(diagonal=True)
    left = residuals(coded, maximise(coded, begun, weights, apart).best, weights).set_index(["feature", "feature_2"])
    assert left.loc[("revenue", "shadow"), "size"] > 0.5
    assert left.loc[("channel", "again"), "size"] > 0.25
    assert left.loc[("segment", "matters"), "size"] < 0.15
    together = residuals(coded, maximise(coded, begun, weights, Setting()).best, weights).set_index(["feature", "feature_2"])
    assert together.loc[("revenue", "shadow"), "size"] < 0.05


def test_nothing_is_left_of_a_saturated_table():
    table = pd.DataFrame({"a": list("xxyy") * 50, "b": list("uvuv") * 50})
    coded, weights = code(table, {"a": "nominal", "b": "nominal"}), np.ones(200)
    model = maximise(coded, started(coded, 1, 1, weights, np.random.default_rng(1)), weights, Setting(prior=0.0))
    assert residuals(coded, model, weights)["statistic"].item() == pytest.approx(0.0, abs=1e-9)
