"""The block of numbers against the normal density and the expectations written out."""

import numpy as np
import pytest
from scipy import stats

from cxlib.customers.personas.coding import Pattern, moments
from cxlib.customers.personas.numbers import Block, density, estimated, expected


@pytest.fixture
def block():
    cov = np.array([[[1.0, 0.5, 0.2], [0.5, 2.0, -0.3], [0.2, -0.3, 1.5]], [[0.7, 0.0, 0.1], [0.0, 0.9, 0.4], [0.1, 0.4, 1.1]]])
    return Block(np.array([[0.0, 1.0, -1.0], [2.0, 0.5, 0.0]]), cov)


@pytest.mark.parametrize("columns", [[0, 1, 2], [0, 2], [1]])
def test_the_density_is_the_normal_one(block, columns):
    known = np.array(columns)
    x = np.random.default_rng(1).normal(size=(7, len(known)))
    found = moments(x) @ density(block, known)
    for number in range(2):
        normal = stats.multivariate_normal(block.mean[number][known], block.cov[number][np.ix_(known, known)])
        np.testing.assert_allclose(found[:, number], normal.logpdf(x), atol=1e-10)


def test_what_is_missing_is_expected_as_regression_says(block):
    rng = np.random.default_rng(2)
    columns, lacking = np.array([0, 2]), np.array([1])
    x, weight = rng.normal(size=(9, 2)), rng.random((9, 2))
    total, first, second = expected(block, Pattern(columns, lacking, np.arange(9), moments(x)), moments(x).T @ weight)
    for number in range(2):
        cov, mean = block.cov[number], block.mean[number]
        slope = cov[np.ix_(lacking, columns)] @ np.linalg.inv(cov[np.ix_(columns, columns)])
        full = np.zeros((9, 3))
        full[:, columns] = x
        full[:, lacking] = mean[lacking] + (x - mean[columns]) @ slope.T
        left = cov[1, 1] - (slope @ cov[np.ix_(columns, lacking)])[0, 0]
        squares = sum(w * np.outer(row, row) for w, row in zip(weight[:, number], full, strict=True))
        squares[1, 1] += weight[:, number].sum() * left
        assert total[number] == pytest.approx(weight[:, number].sum())
        np.testing.assert_allclose(first[number], weight[:, number] @ full, atol=1e-10)
        np.testing.assert_allclose(second[number], squares, atol=1e-10)


def test_estimates_are_weighted_means_and_covariances():
    rng = np.random.default_rng(3)
    x, weight = rng.normal(size=(50, 2)), rng.random(50)
    total = np.array([weight.sum()])
    squares = np.einsum("i,ia,ib->ab", weight, x, x)[None]
    found = estimated(total, (weight @ x)[None], squares, prior=0.0, diagonal=False)
    np.testing.assert_allclose(found.mean[0], np.average(x, axis=0, weights=weight))
    np.testing.assert_allclose(found.cov[0], np.cov(x.T, aweights=weight, ddof=0), atol=2e-6)
    shrunk = estimated(total, (weight @ x)[None], squares, prior=1e9, diagonal=False)
    np.testing.assert_allclose(shrunk.cov[0], np.eye(2), atol=1e-5)
