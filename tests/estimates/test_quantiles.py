"""Weighted quantiles against numpy, and their coverage."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.errors import CxError


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.sampled_from([0.1, 0.25, 0.5, 0.9]))
@settings(max_examples=80)
def test_unweighted_quantile_is_numpys_averaged_inverse(numbers, q):
    row = estimates.quantile(pd.DataFrame({"y": np.array(numbers, dtype=float)}), "y", q)
    assert row["value"].item() == np.quantile(numbers, q, method="averaged_inverted_cdf")


def test_weights_count_like_repeated_rows():
    table = pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0], "w": [1.0, 1.0, 1.0, 5.0]})
    repeated = table.loc[table.index.repeat(table["w"].astype(int))]
    assert estimates.quantile(table, "y", 0.5, weight="w")["value"].item() == estimates.quantile(repeated, "y", 0.5)["value"].item() == 4


def test_woodruff_interval_covers_the_median():
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        row = estimates.quantile(pd.DataFrame({"y": rng.exponential(1, 150)}), "y", 0.5)
        hits += row["low"].item() <= np.log(2) <= row["high"].item()
    assert 180 <= hits <= 199  # 95 % of 200, with room for chance


def test_groups_and_draws_agree_with_the_point():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"y": rng.normal(0, 1, 400), "g": np.resize(["a", "b"], 400), "id": np.arange(400).astype(str)})
    rows = estimates.quantile(table, "y", 0.5, by=["g"], cluster="id", draws=200, seed=3)
    for row in rows.itertuples():
        assert abs(np.mean(row.draws) - row.value) < 0.1
        assert np.quantile(row.draws, 0.025) == pytest.approx(row.low, abs=0.1)


def test_a_quantile_outside_zero_and_one_is_refused():
    with pytest.raises(CxError, match="a quantile lies between 0 and 1, not at '1.5'"):
        estimates.quantile(pd.DataFrame({"y": [1.0]}), "y", 1.5)
