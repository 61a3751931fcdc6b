"""How rows were drawn: groups, units, clusters and strata as arrays."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.estimates.sampling import sample

TABLE = pd.DataFrame({"y": [1.0, np.nan, 3.0, 4.0], "w": [1.0, 1.0, 0.0, 3.0], "g": list("abab"), "c": list("xxyz"), "s": list("1122")})


def test_rows_without_value_or_weight_are_left_out():
    chosen = sample(TABLE, ["y"], ["g"], {"weight": "w"})
    assert chosen.rows.tolist() == [0, 3]
    assert chosen.n.tolist() == [1, 1]
    assert chosen.total(np.array([1.0, 4.0])).tolist() == [1.0, 12.0]


def test_kish_weighs_units_not_rows():
    table = pd.DataFrame({"y": 1.0, "w": [1.0, 1.0, 3.0], "person": list("aab")})
    assert sample(table, ["y"], [], {"weight": "w"}).kish() == pytest.approx(25 / 11)
    assert sample(table, ["y"], [], {"weight": "w", "count": "person"}).kish() == pytest.approx(16 / 10)


def test_clusters_are_summed_before_they_vary():
    table = pd.DataFrame({"y": [1.0, 1.0, -1.0, -1.0], "c": list("aabb")})
    chosen = sample(table, ["y"], [], {"cluster": "c"})
    spread = chosen.spread(table["y"].to_numpy() / 4)
    assert spread.se[0] == pytest.approx(np.sqrt(2 * (0.5**2 + 0.5**2)))
    assert spread.df[0] == 1


def test_a_single_cluster_says_nothing_about_spread():
    chosen = sample(TABLE.assign(c="x"), ["y"], [], {"cluster": "c"})
    assert np.isnan(chosen.spread(np.ones(len(chosen.rows))).se[0])


def test_a_cluster_in_two_strata_is_refused():
    with pytest.raises(DataError, match="stratum: a cluster lies in more than one level of 's'"):
        sample(TABLE.assign(c="x"), ["y"], [], {"cluster": "c", "stratum": "s"})


def test_a_group_named_like_a_result_column_is_refused():
    with pytest.raises(DataError, match="by: a group column cannot be named like a column of the result: 'method'"):
        sample(TABLE.assign(method="x"), ["y"], ["method"], {})


def test_no_rows_give_no_groups():
    chosen = sample(TABLE.iloc[:0], ["y"], ["g"], {})
    assert chosen.size == 0


def test_uneven_contributions_leave_fewer_degrees_of_freedom():
    even = sample(pd.DataFrame({"y": [1.0, -1.0] * 20}), ["y"], [], {}).spread(np.array([1.0, -1.0] * 20))
    uneven = sample(pd.DataFrame({"y": [0.0] * 40}), ["y"], [], {}).spread(np.array([10.0, -10.0] + [0.1, -0.1] * 19))
    assert even.steady_df[0] == even.df[0] == 39
    assert uneven.steady_df[0] < 5


def test_an_infinite_weight_is_refused():
    table = pd.DataFrame({"y": [1.0, 2.0, 3.0], "w": [1.0, np.inf, 1.0]})
    with pytest.raises(DataError) as refused:
        sample(table, ["y"], (), {"weight": "w"})
    assert str(refused.value) == "weight: 'w' is infinite in 1 rows that have an answer. Weights are finite and ≥ 0."
