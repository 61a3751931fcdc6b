"""The mixture by itself: what R finds on small tables, published figures, many starts beside each other, weights, missing values."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.customers.personas.coding import code
from cxlib.customers.personas.mixture import LARGE, Setting, free_parameters, maximise, posterior, started

from .conftest import FEATURES, answers, clouds, mixed

EXACT = Setting(prior=0.0, tolerance=1e-9, steps=20_000)


def fitted(table, features, classes, *, weight=None, starts=30, setting=EXACT, seed=1):
    coded = code(table, features)
    weights = np.ones(len(table)) if weight is None else np.asarray(weight, dtype=float)
    begun = started(coded, classes, starts, weights, np.random.default_rng(seed))
    return coded, maximise(coded, begun, weights, setting).best.ordered()


def test_small_table_with_missing_answers_as_in_r():
    # R 4.2, an EM of 20 lines: log-likelihood Σ log Σ_k π_k Π_{j answered} θ_kj(x_j), 40 random starts, tolerance 1e-12
    _, model = fitted(answers(), dict.fromkeys("abcd", "nominal"), 2)
    assert model.loglik[0] == pytest.approx(-225.770846, abs=1e-5)
    np.testing.assert_allclose(model.weight[0], [0.52425422, 0.47574578], atol=1e-4)
    shares = np.exp(model.levels)
    found = np.sort(shares[0]), np.sort(shares[-1])
    np.testing.assert_allclose(found[0], [0.05263337, 0.82646065], atol=1e-4)
    np.testing.assert_allclose(found[1], [0.06175052, 0.39924478], atol=1e-4)


def test_two_clouds_as_in_mclust():
    # R 4.2, mclust 6.0.0: em(modelName = "VVV", data = x, control = emControl(tol = 1e-14)): 2 classes with full covariance
    table = clouds()
    coded, model = fitted(table, {"x": "numeric", "y": "numeric"}, 2)
    scale = coded.spread
    assert model.loglik[0] - len(table) * np.log(scale).sum() == pytest.approx(-342.359729, abs=2e-3)  # the floor of variances is 1e-6
    np.testing.assert_allclose(model.weight[0], [0.66155915, 0.33844085], atol=1e-4)
    mean = model.block.mean * scale + coded.centre
    np.testing.assert_allclose(mean, [[0.074698, -0.036435], [2.537713, 2.999278]], atol=1e-3)
    np.testing.assert_allclose(model.block.cov[0] * np.outer(scale, scale), [[1.0061634, 0.8818824], [0.8818824, 1.1045836]], atol=1e-3)
    bic = -2 * (model.loglik[0] - len(table) * np.log(scale).sum()) + free_parameters(coded, 2) * np.log(len(table))
    assert bic == pytest.approx(737.381868, abs=5e-3)


@pytest.mark.parametrize(
    ("name", "classes", "loglik", "bic"),
    [
        ("carcinoma", 3, -293.7050, 697.1357),
        ("carcinoma", 2, -317.2568, 706.0739),
        ("values", 2, -504.4677, 1057.3128),
        ("cheating", 2, -440.0271, 931.9409),
    ],
)
def test_published_figures_of_latent_class_analysis(oracle_data, name, classes, loglik, bic):
    # R package poLCA 1.6: poLCA(cbind(...) ~ 1, data, nclass, nrep = 50)
    table = pd.read_csv(oracle_data / f"polca_{name}.csv")
    table = table.drop(columns=[column for column in table if column.lower() in ("gpa", "rownames", "unnamed: 0")])
    coded, model = fitted(table.astype(str), dict.fromkeys(table.columns, "nominal"), classes)
    assert model.loglik[0] == pytest.approx(loglik, abs=6e-5)
    assert -2 * model.loglik[0] + free_parameters(coded, classes) * np.log(len(table)) == pytest.approx(bic, abs=6e-5)


def test_starts_beside_each_other_are_the_starts_alone():
    table = mixed(200, seed=2)
    coded, weights = code(table, FEATURES), np.ones(200)
    begun = started(coded, 3, 4, weights, np.random.default_rng(7))
    together = maximise(coded, begun, weights, Setting())
    for number in range(4):
        alone = maximise(coded, begun.pick(np.array([number])), weights, Setting())
        assert alone.loglik[0] == pytest.approx(together.loglik[number], abs=1e-8)
        np.testing.assert_allclose(alone.weight[0], together.weight[number], atol=1e-8)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_no_step_goes_down(seed, classes):
    table = mixed(60, seed=seed, missing=0.3)
    coded, weights = code(table, FEATURES), np.ones(60)
    begun = started(coded, classes, 2, weights, np.random.default_rng(seed))
    reached = [maximise(coded, begun, weights, Setting(prior=0.0, tolerance=0.0, steps=steps)).loglik for steps in (1, 2, 5, 20)]
    for before, after in pairwise(reached):
        assert (after >= before - 1e-6 * np.abs(before)).all()


def test_a_weight_of_two_is_the_row_twice():
    table = mixed(150, seed=4)
    double = np.where(np.arange(150) % 3 == 0, 2.0, 1.0)
    twice = pd.concat([table, table[double == 2]], ignore_index=True)
    coded = code(table, FEATURES)
    begun = started(coded, 2, 1, double, np.random.default_rng(1))
    again = code(twice, FEATURES, coded)
    weighted, repeated = maximise(coded, begun, double, EXACT), maximise(again, begun, np.ones(len(twice)), EXACT)
    assert weighted.loglik[0] == pytest.approx(repeated.loglik[0], rel=1e-9)
    np.testing.assert_allclose(weighted.weight, repeated.weight, atol=1e-6)


def test_who_answers_nothing_has_everybody_s_chances_and_moves_nothing():
    table = mixed(150, seed=4)
    silent = pd.concat([table, table.iloc[:5].assign(**dict.fromkeys(FEATURES, np.nan))], ignore_index=True)
    coded = code(table, FEATURES)
    begun = started(coded, 2, 1, np.ones(150), np.random.default_rng(1))
    more = code(silent, FEATURES, coded)
    one, other = maximise(coded, begun, np.ones(150), EXACT), maximise(more, begun, np.ones(155), EXACT)
    np.testing.assert_allclose(other.weight, one.weight, atol=1e-4)
    np.testing.assert_allclose(posterior(more, other)[0][-1, 0], other.weight[0], atol=1e-9)


def test_one_class_is_counting():
    table = mixed(100, seed=5)
    coded, model = fitted(table, {"channel": "nominal"}, 1, starts=1)
    np.testing.assert_allclose(np.exp(model.levels[:, 0]), table["channel"].value_counts(normalize=True).sort_index(), atol=1e-9)
    assert posterior(coded, model)[0].min() == 1.0


def test_many_people_start_on_a_part_of_them():
    table = mixed(LARGE + 1000, seed=6)
    coded, weights = code(table, FEATURES), np.ones(LARGE + 1000)
    model = maximise(coded, started(coded, 2, 1, weights, np.random.default_rng(1)), weights, Setting()).ordered()
    np.testing.assert_allclose(model.weight[0], [0.6, 0.4], atol=0.02)


def test_numbers_taken_for_independent():
    table = clouds()
    coded, model = fitted(table, {"x": "numeric", "y": "numeric"}, 2, setting=Setting(diagonal=True))
    assert np.abs(model.block.cov[:, 0, 1]).max() == 0
    assert free_parameters(coded, 2, diagonal=True) == free_parameters(coded, 2) - 2
