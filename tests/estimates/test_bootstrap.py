"""Draws: Poisson weights that align between tables, and agree with the linearised interval."""

import hashlib
import math

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import CxError


def test_a_cluster_weighs_the_same_in_every_table():
    first = estimates.draw_weights(["a", "b", "c"], draws=50, seed=7)
    second = estimates.draw_weights(["x", "c", "b"], draws=50, seed=7)
    np.testing.assert_array_equal(first[[1, 2]], second[[2, 1]])
    later = estimates.draw_weights(["b"], draws=20, seed=7, first=30)
    np.testing.assert_array_equal(later[0], first[1, 30:])


def test_seed_and_cluster_both_matter():
    weights = estimates.draw_weights(["a", "b"], draws=200, seed=7)
    assert (weights[0] != weights[1]).any()
    assert (weights != estimates.draw_weights(["a", "b"], draws=200, seed=8)).any()


def test_weights_follow_the_poisson_law_and_are_independent():
    weights = estimates.draw_weights([str(number) for number in range(400)], draws=500, seed=1).astype(float)
    shares = [(weights == count).mean() for count in range(4)]
    assert shares == pytest.approx(np.exp(-1) / np.array([1, 1, 2, 6]), abs=0.004)
    assert weights.var() == pytest.approx(1, abs=0.02)
    assert abs(np.corrcoef(weights[:200].ravel(), weights[200:].ravel())[0, 1]) < 0.01
    assert abs(np.corrcoef(weights[:, :-1].ravel(), weights[:, 1:].ravel())[0, 1]) < 0.01


def test_each_weight_is_the_poisson_quantile_of_its_own_hash():
    mask, names, draws = 2**64 - 1, [f"K{number}" for number in range(120)], 500  # some eight of these numbers lie at a step of the law
    steps = np.cumsum([math.exp(-1) / math.factorial(count) for count in range(12)])
    expected = np.empty((len(names), draws), dtype=int)
    for row, name in enumerate(names):
        start = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8, key=b"7").digest(), "little")
        for draw in range(draws):  # SplitMix64 (Steele, Lea & Flood 2014), number by number
            mixed = (start + (draw + 1) * 0x9E3779B97F4A7C15) & mask
            mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
            mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
            expected[row, draw] = np.searchsorted(steps, ((mixed ^ (mixed >> 31)) >> 11) * 2.0**-53, side="right")
    np.testing.assert_array_equal(estimates.draw_weights(names, draws=draws, seed=7), expected)


def test_draws_spread_as_the_linearised_interval_says():
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"y": rng.normal(5, 2, 900), "w": rng.uniform(0.5, 2, 900), "c": rng.integers(0, 150, 900).astype(str)})
    table["y"] += pd.Series(rng.normal(0, 1, 150)).iloc[table["c"].astype(int)].to_numpy()
    row = estimates.mean(table, "y", weight="w", cluster="c", draws=1000)
    half = (row["high"] - row["low"]).item() / 2
    assert np.std(row["draws"].item()) * 1.976 == pytest.approx(half, rel=0.08)


def test_drawn_is_a_long_table_of_rows_that_have_draws():
    table = pd.DataFrame({"g": ["a", "a", "b", "b"], "y": [1.0, 2.0, 3.0, 5.0], "id": list("wxyz")})
    with_draws = estimates.mean(table, "y", by=["g"], cluster="id", draws=10)
    long = estimates.drawn(estimates.stack(with_draws, estimates.unanswerable("mean", "", ["x.y"])))
    assert list(long.columns) == ["draw", "g", "metric", "value"]
    assert len(long) == 20
    assert long[long["g"] == "b"]["value"].to_list() == pytest.approx(list(with_draws["draws"].iloc[1]), nan_ok=True)


def test_draws_without_a_cluster_are_refused():
    with pytest.raises(CxError, match="draws: bootstrap draws need `cluster`"):
        estimates.mean(pd.DataFrame({"y": [1.0, 2.0]}), "y", draws=10)


def test_draws_that_were_taken_apart_come_together_again():
    table = pd.DataFrame({"region": ["a", "a", "b"], "y": [1.0, 2.0, 4.0], "who": list("xyz")})
    full = estimates.stack(*[estimates.mean(table, "y", by=by, draws=5, cluster="who") for by in ((), ("region",))])
    again = estimates.with_draws(full.drop(columns="draws"), estimates.drawn(full).sample(frac=1, random_state=1))
    for mine, theirs in zip(again["draws"], full["draws"], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert "draws" not in estimates.with_draws(full.drop(columns="draws"), pd.DataFrame(columns=["draw", "region", "metric", "value"]))
