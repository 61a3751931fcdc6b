"""Rows of ESTIMATES: layout, pooling of thin levels, picking rows."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates.rows import rows as estimate_rows
from cxlib.tables import ESTIMATE_COLUMNS


@given(st.lists(st.sampled_from("abcdef"), max_size=80), st.integers(1, 10))
def test_pooled_levels_hold_enough_or_everything(levels, min_n):
    pooled = estimates.coarsen(pd.Series(levels, dtype="str"), min_n=min_n)
    sizes = pooled.value_counts()
    assert len(pooled) == len(levels)
    if estimates.OTHER in sizes:
        assert sizes[estimates.OTHER] >= min_n or len(sizes) == 1
        assert (sizes.drop(estimates.OTHER) >= min_n).all()
    else:
        assert (sizes < min_n).sum() <= 1  # a single thin level has nobody to be pooled with


def test_units_are_counted_not_rows():
    levels, people = pd.Series(["a"] * 8 + ["b"] * 2 + ["c"] * 2), pd.Series([*"pppppppp", *"qr", *"st"])
    assert estimates.coarsen(levels, min_n=1, count=people).to_list() == levels.to_list()
    assert set(estimates.coarsen(levels, min_n=2, count=people)) == {estimates.OTHER, "c"}  # eight answers of one person are thin


def test_every_table_has_the_same_columns():
    row = estimates.unanswerable("nps", "points", ["responses[nps]"], by=["region"])
    assert list(row.columns) == ["region", *ESTIMATE_COLUMNS]
    assert row["note"].item() == "needs responses[nps]"
    assert row["value"].isna().all()


def test_what_cannot_be_answered_is_said_once():
    row = estimates.unanswerable("nps", "points", ["responses[nps]"], by=["wave"])
    assert len(estimates.stack(row, row, estimates.unanswerable("nps", "points", ["responses[nps]"]))) == 1


def test_only_takes_the_margin_of_what_is_not_named():
    table = pd.DataFrame({"g": ["a", "b"], "y": [1.0, 3.0]})
    both = estimates.stack(estimates.mean(table, "y"), estimates.mean(table, "y", by=["g"]))
    assert estimates.only(both)["value"].item() == 2
    assert estimates.only(both, g="b")["value"].item() == 3
    assert estimates.across(both, "g")["g"].to_list() == ["a", "b"]
    with pytest.raises(DataError, match="there is no group column 'region'"):
        estimates.only(both, region="x")
    with pytest.raises(DataError, match="no row has metric 'share'"):
        estimates.only(both, "share")


def test_lowest_and_highest_skip_rows_without_a_number():
    table = estimates.stack(
        estimates.unanswerable("mean", "", ["x.y"], by=["g"]),
        estimates.mean(pd.DataFrame({"g": list("aabb"), "y": [1.0, 2, 3, 4]}), "y", by=["g"]),
    )
    assert estimates.lowest(table)["g"].item() == "a"
    assert estimates.highest(table)["g"].item() == "b"
    assert estimates.lowest(table, rank=2)["g"].item() == "b"
    assert estimates.lowest(table[:1])["note"].item() == "needs x.y"


def test_rows_of_a_metric_or_of_what_is_missing():
    table = estimates.stack(
        estimate_rows(pd.DataFrame({"region": [None, "A", "B"]}), {"metric": "nps", "value": [1.0, 2.0, float("nan")]}),
        estimates.unanswerable("csat", "index", ["responses[csat]"]),
    )
    assert len(estimates.of_metric(table, "nps")) == 3
    assert estimates.of_metric(table, "nps", by="region")["region"].to_list() == ["A"]
    assert len(estimates.of_metric(table, "nps", count=1)) == 1
    assert estimates.of_metric(table, "ces")["note"].to_list() == ["needs responses[csat]"]
    assert estimates.of_metric(table, "csat", by="region")["note"].to_list() == ["needs responses[csat]"]
