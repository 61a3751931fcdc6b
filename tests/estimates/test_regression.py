"""Clustered regression: figures from R, what dependent columns leave untold, and draws that spread as the intervals say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.estimates import draw_weights
from cxlib.estimates.regression import regress

# R 4.2, clubSandwich 0.5.8, on the data below:
#   m <- lm(y ~ a + b, weights = w)
#   as.data.frame(coef_test(m, vcov = "CR2", cluster = c)); Wald_test(m, matrix(c(0, 1, 1), 1), vcov = "CR2", cluster = c)
CLUSTER = np.array([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5, 5, 6, 6, 6, 6, 6, 7, 8, 8, 8]) - 1
X = np.column_stack([np.ones(24), np.tile([0.0, 1, 0, 0], 6), np.tile([0.0, 0, 1], 8)])
W = np.tile([1, 2, 0.5, 1.5, 1, 3], 4)
Y = np.array([3.0, 5, 4, 8, 7, 6, 2, 9, 4, 5, 5, 1, 8, 7, 3, 6, 9, 10, 2, 4, 7, 8, 5, 6])
BETA = [5.347585114806, 1.979018210610, -0.624307205067]
CLUSTERED = ([0.663859861189, 1.295899823600, 1.381495485316], [3.11127377079, 3.98676770773, 3.51445546462])
P_CLUSTERED = [0.00349460567739, 0.20167001681757, 0.67779896358597]
ALONE = ([0.793214424806, 1.373241016052, 1.519273097273], [10.95037243938, 6.59560605328, 5.35628129686])
SUM_DF, SUM_P = 1.73, 0.602


@pytest.mark.parametrize(("cluster", "expected"), [(CLUSTER, CLUSTERED), (np.arange(24), ALONE)], ids=["clusters", "rows"])
def test_standard_errors_and_degrees_of_freedom_are_those_of_club_sandwich(cluster, expected):
    told = regress(X, Y, weight=W, cluster=cluster).contrasts(np.eye(3))
    assert told.value == pytest.approx(BETA, rel=1e-10)
    assert told.se == pytest.approx(expected[0], rel=1e-9)
    assert told.df == pytest.approx(expected[1], rel=1e-9)


def test_p_of_a_coefficient_and_of_a_sum():
    told = regress(X, Y, weight=W, cluster=CLUSTER).contrasts(np.vstack([np.eye(3), [0, 1, 1]]))
    assert told.p()[:3] == pytest.approx(P_CLUSTERED, rel=1e-8)
    assert told.df[3] == pytest.approx(SUM_DF, abs=0.005)
    assert told.p()[3] == pytest.approx(SUM_P, abs=0.0005)


def test_the_interval_is_t():
    told = regress(X, Y, weight=W, cluster=CLUSTER).contrasts(np.eye(3))
    low, high = told.interval(0.95)
    assert (low[0], high[0]) == pytest.approx((3.276996019885, 7.418174209727))  # 5.3476 ± qt(.975, 3.1113)·.66386


def test_a_cluster_with_more_rows_than_twice_the_columns_is_adjusted_alike():
    """The large cluster goes through a smaller matrix; merging columns into it one by one must not change anything."""
    rng = np.random.default_rng(2)
    cluster = np.repeat(np.arange(6), [40, 3, 4, 5, 6, 2])
    x = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    y, w = rng.normal(size=60), rng.uniform(0.5, 2, 60)
    few = regress(x, y, weight=w, cluster=cluster).contrasts(np.eye(3))
    padded = np.column_stack([x, np.zeros((60, 40))])  # columns of nothing make the same cluster go through the full matrix
    many = regress(padded, y, weight=w, cluster=cluster).contrasts(np.eye(43)[:3])
    assert few.se == pytest.approx(many.se, rel=1e-8)
    assert few.df == pytest.approx(many.df, rel=1e-8)


@given(st.integers(0, 10**6), st.integers(4, 12))
def test_coefficients_are_least_squares_and_rows_may_stand_in_any_order(seed, clusters):
    rng = np.random.default_rng(seed)
    x, y, w = np.column_stack([np.ones(40), rng.normal(size=(40, 3))]), rng.normal(size=40), rng.uniform(0.5, 3, 40)
    cluster = np.r_[np.arange(clusters), rng.integers(0, clusters, 40 - clusters)]
    fitted = regress(x, y, weight=w, cluster=cluster)
    root = np.sqrt(w)
    assert fitted.coefficients == pytest.approx(np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0])
    order = rng.permutation(40)
    again = regress(x[order], y[order], weight=w[order], cluster=cluster[order]).contrasts(np.eye(4))
    assert again.se == pytest.approx(fitted.contrasts(np.eye(4)).se)
    scaled = regress(x, y, weight=7 * w, cluster=cluster).contrasts(np.eye(4))
    assert (scaled.se, scaled.df) == (pytest.approx(again.se), pytest.approx(again.df))


def test_what_dependent_columns_do_not_tell_is_missing_and_the_rest_stands():
    doubled = np.column_stack([X, X[:, 2]])
    told = regress(doubled, Y, weight=W, cluster=CLUSTER).contrasts(np.vstack([np.eye(4), [0, 0, 1, 1]]))
    assert np.isnan(told.value[[2, 3]]).all()
    assert np.isnan(told.se[[2, 3]]).all()
    assert told.value[[0, 1, 4]] == pytest.approx(BETA)  # the sum of the two is what one of them was
    assert told.se[[0, 1, 4]] == pytest.approx(CLUSTERED[0])
    empty = regress(np.column_stack([X, np.zeros(24)]), Y, weight=W, cluster=CLUSTER).contrasts(np.eye(4))
    assert np.isnan(empty.value[3])
    assert empty.se[:3] == pytest.approx(CLUSTERED[0])


def test_a_single_cluster_gives_values_alone():
    told = regress(X, Y, weight=W, cluster=np.zeros(24, dtype=int)).contrasts(np.eye(3))
    assert told.value == pytest.approx(BETA)
    assert np.isnan(told.se).all()
    assert np.isnan(told.df).all()


def test_draws_align_and_spread_as_the_standard_error_says():
    told = regress(X, Y, weight=W, cluster=CLUSTER).contrasts(np.eye(3))
    ids = np.array([f"c{number}" for number in range(8)], dtype=object)
    drawn = told.draws(ids, draws=20_000, seed=5)
    assert drawn.std(axis=1) == pytest.approx(told.se, rel=0.05)
    weights = draw_weights(ids, draws=20_000, seed=5).astype(float)
    assert drawn[0, 17] == pytest.approx(told.value[0] + told.influence[:, 0] @ (weights[:, 17] - 1))
