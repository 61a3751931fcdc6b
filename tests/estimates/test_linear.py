"""What linear figures share: linearisation against the delete-one jackknife, bounds, and rounding that is no spread."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.estimates.linear import spread_of
from cxlib.estimates.sampling import sample


def test_linearised_spread_agrees_with_the_jackknife():
    rng = np.random.default_rng(11)
    table = pd.DataFrame(
        {"a": rng.gamma(2, 1, 400), "b": rng.gamma(5, 1, 400), "w": rng.uniform(0.5, 2, 400), "c": rng.integers(0, 80, 400)}
    )
    table["c"] = table["c"].astype(str)
    chosen = sample(table, ["a", "b"], [], {"weight": "w", "cluster": "c"})
    linear = spread_of(chosen, table["a"].to_numpy(), table["b"].to_numpy()).se[0]
    totals = table[["a", "b"]].mul(table["w"], axis=0).groupby(table["c"]).sum()
    left_out = (totals["a"].sum() - totals["a"]) / (totals["b"].sum() - totals["b"])
    count = len(totals)
    jackknife = np.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum())
    assert linear == pytest.approx(jackknife, rel=0.02)


@given(st.floats(-1e9, 1e9, allow_nan=False), st.integers(2, 30))
@settings(max_examples=60)
def test_rounding_is_no_spread(value, size):
    row = estimates.mean(pd.DataFrame({"y": [value] * size, "w": np.linspace(0.1, 3, size)}), "y", weight="w")
    assert row["note"].item() == "no spread"


def test_an_interval_is_cut_where_the_figure_cannot_lie():
    row = estimates.mean(pd.DataFrame({"y": [0.0, 1.0]}), "y", bounds=(0, 1))
    assert (row["low"].item(), row["high"].item()) == (0, 1)
