"""Means, shares, ratios and rates: oracles, closed forms, identities."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxlib import estimates
from cxlib.errors import CxError, DataError

# A small survey of the project's own: 12 answers in 5 clusters and 2 strata. In R 4.2 with survey 4.1:
#   d <- data.frame(y=c(3,5,4,2,1,4,5,5,3,2,4,1), f=c(0,1,1,0,0,1,1,1,0,0,1,0), w=c(1,2,1,1.5,1,2,1,1,0.5,1,1,2),
#                   c=c(1,1,1,2,2,3,3,3,4,4,5,5), s=c(1,1,1,1,1,2,2,2,2,2,2,2), N=c(4,4,4,4,4,6,6,6,6,6,6,6))
#   svymean(~y, svydesign(~1, weights=~w, data=d))                         # 3.233333333 SE 0.5031001534
#   svymean(~y, svydesign(~c, weights=~w, data=d))                         # 3.233333333 SE 0.6428884472
#   svymean(~y, svydesign(~c, strata=~s, weights=~w, data=d))              # 3.233333333 SE 0.7548297167
#   svymean(~y, svydesign(~c, strata=~s, fpc=~N, weights=~w, data=d))      # 3.233333333 SE 0.5337452113
SMALL = pd.DataFrame(
    {
        "y": [3.0, 5, 4, 2, 1, 4, 5, 5, 3, 2, 4, 1],
        "f": [0.0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0],
        "w": [1, 2, 1, 1.5, 1, 2, 1, 1, 0.5, 1, 1, 2],
        "c": list("111223334455"),
        "s": list("111112222222"),
        "N": [4.0] * 5 + [6.0] * 7,
    }
)


def standard_error(row: pd.DataFrame, df: int) -> float:
    return float((row["high"] - row["low"]).item() / 2 / stats.t.ppf(0.975, df))


@pytest.mark.parametrize(
    ("options", "df", "expected"),
    [
        ({}, 11, 0.5031001534),
        ({"cluster": "c"}, 4, 0.6428884472),
        ({"cluster": "c", "stratum": "s"}, 3, 0.7548297167),
        ({"cluster": "c", "stratum": "s", "population": "N"}, 3, 0.5337452113),
    ],
)
def test_mean_agrees_with_r_survey(options, df, expected):
    row = estimates.mean(SMALL, "y", weight="w", **options)
    assert row["value"].item() == pytest.approx(3.2333333333, abs=1e-9)
    assert standard_error(row, df) == pytest.approx(expected, abs=1e-8)


# svyratio(~y, ~f, ...) on the first and the last of these designs: 6.0625 SE 1.024253123, SE 0.8835726816
@pytest.mark.parametrize(
    ("options", "df", "expected"),
    [({}, 11, 1.024253123), ({"cluster": "c", "stratum": "s", "population": "N"}, 3, 0.8835726816)],
)
def test_ratio_agrees_with_r_survey(options, df, expected):
    row = estimates.ratio(SMALL, "y", "f", weight="w", **options)
    assert row["value"].item() == pytest.approx(6.0625)
    assert standard_error(row, df) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("file", "options", "df", "mean", "se"),
    [
        ("apistrat.csv", {"stratum": "stype", "population": "fpc"}, 197, 662.287, 9.40894),
        ("apiclus1.csv", {"cluster": "dnum", "population": "fpc"}, 14, 644.169, 23.5422),
    ],
)
def test_mean_agrees_with_published_school_surveys(oracle_data, file, options, df, mean, se):
    row = estimates.mean(pd.read_csv(oracle_data / file), "api00", weight="pw", **options)
    assert row["value"].item() == pytest.approx(mean, abs=5e-4)
    assert standard_error(row, df) == pytest.approx(se, rel=1e-5)


def test_unweighted_mean_is_the_textbook_t_interval():
    row = estimates.mean(SMALL, "y")
    low, high = stats.t.interval(0.95, 11, SMALL["y"].mean(), stats.sem(SMALL["y"]))
    assert (row["low"].item(), row["high"].item()) == pytest.approx((low, high))


def test_share_uses_wilson_on_the_effective_size():
    row = estimates.share(SMALL.assign(f=[1.0] * 12), "f")
    t = stats.t.ppf(0.975, 11)
    assert row["value"].item() == 1
    assert row["low"].item() == pytest.approx(12 / (12 + t**2))
    assert row["high"].item() == 1


def test_share_refuses_numbers_that_are_no_flags():
    with pytest.raises(CxError, match="a share needs a column of yes and no"):
        estimates.share(SMALL, "y")


def test_rate_without_overdispersion_is_the_exact_poisson_interval():
    row = estimates.rate(pd.DataFrame({"e": [10.0], "x": [200.0]}), "e", "x", per=100)
    low, high = stats.chi2.ppf(0.025, 20) / 4, stats.chi2.ppf(0.975, 22) / 4
    assert (row["value"].item(), row["low"].item(), row["high"].item()) == pytest.approx((5, low, high))
    assert row["method"].item() == "Poisson, exact"


def test_rate_widens_when_few_units_make_all_the_contacts():
    even = pd.DataFrame({"e": [1.0] * 50, "x": [1.0] * 50}).assign(e=[2.0, 0.0] * 25)
    skewed = even.assign(e=[50.0] + [0.0] * 49)
    widths = [float((row["high"] / row["low"]).item()) for row in (estimates.rate(even, "e", "x"), estimates.rate(skewed, "e", "x"))]
    assert widths[1] > 3 * widths[0]


def test_rate_of_no_events_has_an_upper_bound():
    row = estimates.rate(pd.DataFrame({"e": [0.0, 0.0], "x": [30.0, 70.0]}), "e", "x")
    assert row["low"].item() == 0
    assert row["high"].item() == pytest.approx(stats.chi2.ppf(0.975, 2) / 200)


def test_ratio_of_totals_is_no_mean_of_ratios():
    table = pd.DataFrame({"a": [1.0, 9.0], "b": [1.0, 3.0]})
    assert estimates.ratio(table, "a", "b")["value"].item() == pytest.approx(2.5)


def test_thin_groups_keep_their_row_and_say_why():
    table = pd.DataFrame({"g": ["a", "b", "b", "b"], "y": [1.0, 2.0, 2.0, 2.0]})
    notes = estimates.mean(table, "y", by=["g"]).set_index("g")
    assert notes["note"].to_dict() == {"a": "n < 2", "b": "no spread"}
    assert notes["value"].to_dict() == {"a": 1.0, "b": 2.0}
    assert notes[["low", "high"]].isna().all().all()


def test_rows_without_a_known_group_form_a_level_of_their_own():
    table = pd.DataFrame({"g": pd.Series(["a", None, "a"], dtype="str"), "y": [1.0, 2.0, 3.0]})
    assert estimates.mean(table, "y", by=["g"])["g"].to_list() == [estimates.UNKNOWN, "a"]


def test_n_counts_what_it_is_told_to_count():
    table = pd.DataFrame({"person": ["a", "a", "b"], "y": [1.0, 2.0, 3.0]})
    row = estimates.mean(table, "y", cluster="person", count="person")
    assert (row["n"].item(), row["n_eff"].item()) == (2, 2.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w": -1.0}, "weight: 'w' is negative or missing in 12 rows that have an answer. Weights are ≥ 0."),
        ({"w": np.nan}, "weight: 'w' is negative or missing in 12 rows that have an answer. Weights are ≥ 0."),
        ({"c": None}, "'c' is missing in 12 rows that have an answer. Every row needs one to be counted by."),
    ],
)
def test_impossible_weights_and_clusters_are_refused(change, message):
    with pytest.raises(DataError) as error:
        estimates.mean(SMALL.assign(**change), "y", weight="w", cluster="c")
    assert str(error.value) == message


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(DataError, match=r"table: there is no column 'wieght' \(did you mean 'weight'\?\)"):
        estimates.mean(SMALL.rename(columns={"w": "weight"}), "y", weight="wieght")


values = st.lists(st.integers(-100, 100), min_size=2, max_size=40)


@given(values, st.floats(0.5, 3), st.integers(-50, 50))
@settings(max_examples=60)
def test_mean_follows_scale_and_shift(numbers, scale, shift):
    table = pd.DataFrame({"y": np.array(numbers, dtype=float)})
    plain, moved = estimates.mean(table, "y"), estimates.mean(table * scale + shift, "y")
    assert moved["value"].item() == pytest.approx(plain["value"].item() * scale + shift, abs=1e-9)
    if plain["note"].item() == "":
        width = plain["high"].item() - plain["low"].item()
        assert moved["high"].item() - moved["low"].item() == pytest.approx(width * scale, rel=1e-6)


@given(values)
@settings(max_examples=60)
def test_a_weight_of_two_gives_the_value_of_the_row_twice(numbers):
    table = pd.DataFrame({"y": np.array(numbers, dtype=float), "w": np.resize([1.0, 2.0], len(numbers))})
    doubled = table.loc[table.index.repeat(table["w"].astype(int))]
    assert estimates.mean(table, "y", weight="w")["value"].item() == pytest.approx(estimates.mean(doubled, "y")["value"].item(), abs=1e-9)


@given(values)
@settings(max_examples=60)
def test_order_of_rows_does_not_matter_and_interval_holds_the_value(numbers):
    table = pd.DataFrame({"y": np.array(numbers, dtype=float), "c": np.resize(list("abcde"), len(numbers))})
    row, turned = estimates.mean(table, "y", cluster="c"), estimates.mean(table[::-1], "y", cluster="c")
    pd.testing.assert_frame_equal(row, turned)
    if not np.isnan(row["low"].item()):
        assert row["low"].item() <= row["value"].item() <= row["high"].item()


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.floats(0.1, 5))
@settings(max_examples=60)
def test_share_stays_between_zero_and_one_and_ignores_the_size_of_weights(flags, size):
    table = pd.DataFrame({"f": np.array(flags, dtype=float), "w": size})
    row = estimates.share(table, "f", weight="w")
    assert 0 <= row["low"].item() <= row["value"].item() + 1e-12
    assert row["value"].item() - 1e-12 <= row["high"].item() <= 1
    assert row["low"].item() == pytest.approx(estimates.share(table, "f")["low"].item())


def test_amounts_get_an_interval_that_stays_above_zero_and_reaches_far_up():
    amounts = pd.DataFrame({"y": [0.0] * 18 + [1.0, 40.0]})
    plain, positive = estimates.mean(amounts, "y"), estimates.mean(amounts, "y", bounds=(0, np.inf))
    assert plain["low"].item() < 0 < positive["low"].item()
    assert positive["high"].item() > 2 * plain["high"].item()  # a single large amount leaves much in doubt
    assert positive["value"].item() == plain["value"].item()
    assert positive["method"].item() == "log, linearised"


def test_amounts_of_nobody_have_no_spread_and_negative_ones_are_refused():
    assert estimates.mean(pd.DataFrame({"y": [0.0] * 5}), "y", bounds=(0, np.inf))["note"].item() == "no spread"
    with pytest.raises(CxError, match="a value lies below 0, where the figure is said to begin: '-1.0'"):
        estimates.mean(pd.DataFrame({"y": [-1.0, 2.0]}), "y", bounds=(0, np.inf))
