"""Quantiles of times with censoring: R's points, the interval's definition, draws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.errors import CxError
from cxlib.estimates import survival, survival_quantile

# R: t <- c(1.5,2,2.5,3,3,4,5,6,7,8,9,10,11,12,14,15,16,18,20,30); e <- c(1,1,0,1,1,1,0,1,1,1,1,0,1,1,1,0,1,1,0,0)
#    quantile(survfit(Surv(t, e) ~ 1), c(.25, .5, .75))$quantile   # 4 11 16
WATCHED = pd.DataFrame({"t": [1.5, 2, 2.5, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 18, 20, 30], "e": [1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0]})  # fmt: skip


@pytest.mark.parametrize(("q", "expected"), [(0.25, 4), (0.5, 11), (0.75, 16)])
def test_points_are_r_s(q, expected):
    assert survival_quantile(WATCHED, "t", "e", q)["value"].item() == expected


def test_the_interval_is_where_the_curve_passes_the_ends_of_its_own_interval():
    row = survival_quantile(WATCHED, "t", "e", 0.5).iloc[0]
    ends = survival(WATCHED, "t", "e", at=[row["value"]]).iloc[0]
    curve = survival(WATCHED, "t", "e", at=sorted(WATCHED["t"].unique())).assign(days=lambda table: table["days"].astype(float))
    reached = lambda level: curve.loc[curve["value"] <= level + 1e-12, "days"].min()  # noqa: E731
    assert row["low"] == reached(ends["high"])
    assert row["high"] == reached(ends["low"])


def test_without_censoring_it_is_the_inverse_of_the_distribution():
    values = pd.DataFrame({"t": [3.0, 1.0, 2.0, 10.0, 7.0], "e": 1})
    assert [survival_quantile(values, "t", "e", q)["value"].item() for q in (0.2, 0.5, 0.9)] == [1, 3, 10]


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=2, max_size=40))
def test_leaving_out_the_open_ones_never_looks_slower(rows):
    table = pd.DataFrame(rows, columns=["t", "e"]).astype("float64")
    done = table[table["e"] == 1]
    if done.empty:
        return
    every, only = (survival_quantile(part, "t", "e", 0.5)["value"].item() for part in (table, done))
    assert np.isnan(every) or every >= only


def test_weights_groups_and_clusters():
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"t": rng.exponential(10, 200) + 0.1, "e": rng.integers(0, 2, 200), "g": ["a", "b"] * 100})
    table = table.assign(w=rng.integers(1, 4, 200).astype(float), c=np.repeat(np.arange(40).astype(str), 5))
    both = survival_quantile(table, "t", "e", 0.5, by=["g"], weight="w", cluster="c")
    for name, row in both.set_index("g").iterrows():
        own = survival_quantile(table[table["g"] == name], "t", "e", 0.5, weight="w", cluster="c").iloc[0]
        assert (row["value"], row["low"], row["high"]) == (own["value"], own["low"], own["high"])
    repeated = table.loc[table.index.repeat(table["w"].astype(int))]
    assert survival_quantile(repeated, "t", "e", 0.5)["value"].item() == survival_quantile(table, "t", "e", 0.5, weight="w")["value"].item()


def test_what_is_never_reached_says_so():
    row = survival_quantile(WATCHED, "t", "e", 0.95).iloc[0]
    assert (np.isnan(row["value"]), row["note"]) == (True, "beyond follow-up")
    assert survival_quantile(WATCHED, "t", "e", 0.75, min_n=10)["note"].item() == "n < 10"
    with pytest.raises(CxError, match=r"q: a quantile lies between 0 and 1, not at '1'"):
        survival_quantile(WATCHED, "t", "e", 1)


def test_draws_are_quantiles_with_the_draws_weights():
    table = WATCHED.assign(c=[str(number) for number in range(20)])
    drawn = survival_quantile(table, "t", "e", 0.5, cluster="c", draws=20)["draws"].item()
    weights = estimates.draw_weights(table["c"].to_numpy(dtype=object), draws=20, seed=1)
    for number in range(5):
        own = table.assign(w=weights[:, number].astype(float))
        assert drawn[number] == survival_quantile(own[own["w"] > 0], "t", "e", 0.5, weight="w")["value"].item()


@pytest.mark.parametrize("clusters", [60, 200])
def test_intervals_hold_what_they_promise(clusters):
    rng, hits, trials = np.random.default_rng(9), 0, 120
    for _ in range(trials):
        own = np.repeat(rng.gamma(4, 1, clusters), 3)
        times = rng.exponential(1, 3 * clusters) * own
        limit = rng.uniform(0, 12, 3 * clusters)
        table = pd.DataFrame(
            {"t": np.minimum(times, limit) + 1e-9, "e": (times <= limit) * 1.0, "c": np.repeat(np.arange(clusters).astype(str), 3)}
        )
        row = survival_quantile(table, "t", "e", 0.5, cluster="c").iloc[0]
        hits += row["low"] <= 2.3685 <= row["high"]
    assert hits / trials > 0.88
