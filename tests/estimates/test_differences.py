"""Differences between groups: against Welch where groups are apart, sharper where the same people answered twice."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import CxError


@pytest.fixture
def waves():
    rng = np.random.default_rng(2)
    person = rng.normal(0, 2, 80)
    both = [
        pd.DataFrame({"id": np.arange(80).astype(str), "wave": wave, "y": person + shift + rng.normal(0, 0.5, 80)})
        for wave, shift in (("1", 0), ("2", 1))
    ]
    return pd.concat(both, ignore_index=True)


def test_independent_groups_give_welchs_standard_error(waves):
    row = estimates.difference(waves, "y", between="wave", reference="1")
    variances = waves.groupby("wave")["y"].var() / 80
    from scipy import stats

    se = (row["high"] - row["low"]).item() / 2 / stats.t.ppf(0.975, 159)
    assert se == pytest.approx(np.sqrt(variances.sum()), rel=0.01)


def test_the_same_people_twice_make_the_difference_surer(waves):
    apart = estimates.difference(waves, "y", between="wave", reference="1")
    paired = estimates.difference(waves, "y", between="wave", reference="1", cluster="id")
    assert (paired["high"] - paired["low"]).item() < 0.5 * (apart["high"] - apart["low"]).item()
    wide = waves.pivot(index="id", columns="wave", values="y")
    one_sample = estimates.mean(pd.DataFrame({"d": wide["2"] - wide["1"]}), "d")
    assert paired["low"].item() == pytest.approx(one_sample["low"].item(), abs=1e-9)


def test_groups_compare_within_themselves(waves):
    table = waves.assign(region=np.resize(["a", "b"], len(waves)))
    rows = estimates.difference(table, "y", between="wave", reference="1", by=["region"])
    means = table.groupby(["region", "wave"])["y"].mean().unstack()
    assert rows["value"].to_numpy() == pytest.approx((means["2"] - means["1"]).to_numpy())
    assert list(rows.columns[:2]) == ["region", "wave"]


def test_draws_are_differences_of_aligned_draws(waves):
    row = estimates.difference(waves, "y", between="wave", reference="1", cluster="id", draws=100)
    sides = estimates.mean(waves, "y", by=["wave"], cluster="id", draws=100).set_index("wave")["draws"]
    np.testing.assert_allclose(row["draws"].item(), sides["2"] - sides["1"])


def test_an_unknown_reference_is_refused(waves):
    with pytest.raises(CxError, match=r"wave: there is no level '3'\. Levels: 1, 2\."):
        estimates.difference(waves, "y", between="wave", reference="3")


def two_sides(shared=0.0):
    rng = np.random.default_rng(8)
    luck = np.repeat(rng.normal(size=200), 4) * shared
    return pd.DataFrame(
        {
            "g": ["a", "b"] * 400,
            "c": np.repeat(np.arange(200), 4).astype(str),
            "f": (rng.normal(size=800) + luck > 1).astype(float),
            "x": rng.uniform(0.5, 2, 800),
            "y": np.exp(rng.normal(size=800) + luck),
        }
    )


FIGURES = {
    "share": (estimates.share_difference, estimates.share, ["f"]),
    "rate": (estimates.rate_difference, estimates.rate, ["f", "x"]),
    "amount": (estimates.amount_difference, partial(estimates.mean, bounds=(0.0, np.inf)), ["y"]),
}


@pytest.mark.parametrize("kind", FIGURES)
def test_a_recovered_interval_takes_each_sides_own_reach(kind):
    contrast, figure, columns = FIGURES[kind]
    table = two_sides()
    one, two = (figure(table[table["g"] == level], *columns).iloc[0] for level in "ab")
    row = contrast(table, *columns, between="g", reference="a").iloc[0]
    assert row["value"] == pytest.approx(two["value"] - one["value"])
    assert row["low"] == pytest.approx(row["value"] - np.hypot(two["value"] - two["low"], one["high"] - one["value"]))
    assert row["high"] == pytest.approx(row["value"] + np.hypot(two["high"] - two["value"], one["value"] - one["low"]))
    assert (row["g"], row["n"]) == ("b", 800)


@pytest.mark.parametrize("kind", FIGURES)
def test_a_recovered_interval_is_near_the_linearised_one_in_a_large_sample(kind):
    contrast, _, columns = FIGURES[kind]
    table = two_sides(shared=0.7)
    row = contrast(table, *columns, between="g", reference="a", cluster="c").iloc[0]
    plain = estimates.difference(table, columns[0], between="g", reference="a", cluster="c").iloc[0]
    if kind == "share":
        assert row["high"] - row["low"] == pytest.approx(plain["high"] - plain["low"], rel=0.06)
    apart = contrast(table.assign(c=table["c"] + table["g"]), *columns, between="g", reference="a", cluster="c").iloc[0]
    assert row["high"] - row["low"] < 0.95 * (apart["high"] - apart["low"])


@pytest.mark.parametrize("kind", FIGURES)
def test_draws_of_a_recovered_difference_are_differences_of_draws(kind):
    contrast, figure, columns = FIGURES[kind]
    told = figure(two_sides(), *columns, by=["g"], cluster="c", draws=20).set_index("g")["draws"]
    row = contrast(two_sides(), *columns, between="g", reference="a", cluster="c", draws=20)
    assert row["draws"].item() == pytest.approx(told["b"] - told["a"])


def test_a_level_without_a_single_yes_is_not_known_exactly():
    table = pd.DataFrame({"g": ["a"] * 15 + ["b"] * 400, "f": [0] * 15 + [1] * 15 + [0] * 385})
    row = estimates.share_difference(table, "f", between="g", reference="a").iloc[0]
    assert row["low"] < 0 < row["value"] < row["high"]
