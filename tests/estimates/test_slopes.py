"""Slopes: R's survey package, the textbook, and draws that align."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxlib import estimates
from cxlib.errors import CxError
from cxlib.estimates import slope

# In R 4.2 with survey 4.1:
# d <- data.frame(y=c(3,5,4,2,1,4,5,5,3,2,4,1), x=c(1,4,3,2,2,5,4,6,2,3,5,1), w=c(1,2,1,1.5,1,2,1,1,0.5,1,1,2),
#                 c=c(1,1,1,2,2,3,3,3,4,4,5,5), s=c(1,1,2,2,1,2,1,2,1,2,1,2))
# coef(summary(svyglm(y ~ x, svydesign(~1, data=d, weights=~w))))["x", 1:2]; … y ~ x + factor(s) …; svydesign(~c, …)
SMALL = pd.DataFrame(
    {
        "y": [3.0, 5, 4, 2, 1, 4, 5, 5, 3, 2, 4, 1],
        "x": [1.0, 4, 3, 2, 2, 5, 4, 6, 2, 3, 5, 1],
        "w": [1, 2, 1, 1.5, 1, 2, 1, 1, 0.5, 1, 1, 2],
        "c": list("111223334455"),
        "s": list("112212121212"),
    }
)


def se_of(row, clusters):
    return (row["high"] - row["low"]).item() / 2 / stats.t.ppf(0.975, clusters - 1)


@pytest.mark.parametrize(
    ("options", "clusters", "value", "se"),
    [
        ({}, 12, 0.691011235955, 0.147713470854),
        ({"within": ["s"]}, 12, 0.715909090909, 0.125372966567),
        ({"weight": "w"}, 12, 0.75, 0.149477049443),
        ({"weight": "w", "within": ["s"]}, 12, 0.745285242810, 0.107076199479),
        ({"weight": "w", "cluster": "c"}, 5, 0.75, 0.107523757452),
        ({"weight": "w", "cluster": "c", "within": ["s"]}, 5, 0.745285242810, 0.0789327154997),
    ],
)
def test_slope_is_that_of_r(options, clusters, value, se):
    row = slope(SMALL, "y", "x", **options)
    assert row["value"].item() == pytest.approx(value, rel=1e-9)
    assert se_of(row, clusters) == pytest.approx(se, rel=1e-6)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 10)), min_size=3, max_size=40), st.floats(-3, 3), st.floats(-5, 5))
def test_slope_follows_a_straight_line_added(pairs, steep, level):
    table = pd.DataFrame(pairs, columns=["x", "y"]).astype(float)
    before, after = (slope(table.assign(y=y), "y", "x") for y in (table["y"], table["y"] + steep * table["x"] + level))
    if table["x"].eq(table["x"].iloc[0]).all():
        assert before["note"].item() == after["note"].item() == "no spread"
        assert np.isnan(before["value"].item())
    else:
        assert after["value"].item() == pytest.approx(before["value"].item() + steep, abs=1e-8)


def test_slope_within_strata_is_blind_to_their_levels():
    lifted = SMALL.assign(y=SMALL["y"] + np.where(SMALL["s"] == "1", 100.0, 0.0))
    one, other = (slope(table, "y", "x", within=["s"], weight="w") for table in (SMALL, lifted))
    assert one["value"].item() == pytest.approx(other["value"].item())


def test_draws_of_a_slope_are_recomputations_with_the_draws_weights():
    table = SMALL.assign(g=list("aaaaaabbbbbb"))
    for within in ([], ["s"]):
        drawn = slope(table, "y", "x", by=["g"], within=within, weight="w", cluster="c", draws=40, seed=3)
        times = estimates.draw_weights(list("12345"), draws=40, seed=3)
        for draw in (0, 7, 39):
            again = table.assign(w=table["w"] * table["c"].map(dict(zip("12345", times[:, draw].tolist(), strict=True))))
            seen = slope(again, "y", "x", by=["g"], within=within, weight="w").set_index("g")["value"]
            for row in drawn.itertuples():
                assert row.draws[draw] == pytest.approx(seen.get(row.g, np.nan), nan_ok=True)


def test_draws_spread_as_widely_as_the_interval_says():
    rng = np.random.default_rng(5)
    x = rng.integers(1, 8, 900).astype(float)
    table = pd.DataFrame(
        {"x": x, "y": 0.5 * x + rng.normal(0, 2, 900) + np.repeat(rng.normal(0, 1, 90), 10), "c": np.repeat(np.arange(90), 10)}
    )
    row = slope(table.astype({"c": str}), "y", "x", cluster="c", draws=1000)
    assert np.std(row["draws"].item()) == pytest.approx(se_of(row, 90), rel=0.08)


def test_draws_without_clusters_are_refused():
    with pytest.raises(CxError, match="bootstrap draws need `cluster`"):
        slope(SMALL, "y", "x", draws=10)
