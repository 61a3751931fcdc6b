"""Features laid out: levels, bins of counts, numbers, what is missing, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.customers.personas.coding import OTHER, code
from cxlib.errors import DataError


def test_levels_numbers_and_what_is_missing():
    table = pd.DataFrame({"n": [2.0, None, 4.0], "w": ["b", "a", None], "r": [1, 5, 3]})
    coded = code(table, {"n": "numeric", "w": "nominal", "r": "ordinal"})
    assert [feature.name for feature in coded.features] == ["w", "r", "n"]
    assert coded.features[1].levels == ("1", "3", "5")
    assert coded.codes.tolist() == [[1, 0], [0, 2], [-1, 1]]
    np.testing.assert_allclose(coded.numbers[:, 0], [-1.0, np.nan, 1.0])
    np.testing.assert_allclose(coded.indicators.toarray(), [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1], [0, 0, 0, 1, 0]])
    assert [(pattern.columns.tolist(), pattern.people.tolist()) for pattern in coded.patterns] == [([0], [0, 2])]


def test_new_people_are_coded_as_the_known_ones():
    known = code(pd.DataFrame({"w": ["a", "b"], "c": [0, 9], "n": [1.0, 3.0]}), {"w": "nominal", "c": "count", "n": "numeric"})
    new = code(pd.DataFrame({"w": ["b", "z"], "c": [4, None], "n": [5.0, 2.0]}), {"w": "nominal", "c": "count", "n": "numeric"}, known)
    assert new.codes.tolist() == [[1, 0], [-1, -1]]
    np.testing.assert_allclose(new.numbers[:, 0], [3.0, 0.0])


def test_rare_levels_are_pooled():
    table = pd.DataFrame({"w": [f"level {number:02d}" for number in range(20)] * 3 + ["level 00"] * 5})
    levels = code(table, {"w": "nominal"}).features[0].levels
    assert len(levels) == 12
    assert levels[-1] == OTHER


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=60))
def test_every_count_falls_into_the_bin_that_names_it(counts):
    column = pd.Series(counts, dtype="float64")
    coded = code(pd.DataFrame({"c": column}), {"c": "count"})
    for value, place in zip(column, coded.codes[:, 0], strict=True):
        if np.isnan(value):
            assert place == -1
            continue
        low, _, high = coded.features[0].levels[place].rstrip("+").partition("–")
        assert value >= float(low)
        assert not high or value <= float(high)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({"size": "numeric"}, r"features: there is no column 'size'\. It has: a, n"),
        ({"a": "ordered"}, r"features: a: a feature's kind cannot be 'ordered'\. Allowed: nominal, ordinal, count, numeric\."),
        ({"a": "numeric"}, r"features: numeric features are numbers, this column is none: 'a'\. Call it nominal or ordinal\."),
        ({"n": "count"}, r"features: a count lies below zero in 'n'\. Call it numeric, or mend the table\."),
    ],
)
def test_refusals(features, message):
    with pytest.raises(DataError, match=message):
        code(pd.DataFrame({"a": ["x"], "n": [-1.0]}), features)
