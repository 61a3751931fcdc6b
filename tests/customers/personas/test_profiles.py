"""Profiles are weighted means, whoever assigned people."""

import numpy as np
import pandas as pd
import pytest

from cxlib.customers.personas.coding import code
from cxlib.customers.personas.profiles import lines, profile, shares, summary

from .conftest import FEATURES


@pytest.fixture
def summed(two_kinds):
    coded = code(two_kinds, FEATURES)
    chance = (two_kinds["kind"].to_numpy()[:, None] == np.array(["caller", "writer"])).astype(float)[:, None, :]
    rng = np.random.default_rng(1)
    return (
        coded,
        summary(coded, chance, np.ones((len(two_kinds), 1))),
        summary(coded, chance, rng.poisson(1, (len(two_kinds), 200)).astype(float)),
    )


def test_values_and_lifts_are_those_of_a_table_by_kind(two_kinds, summed):
    coded, now, drawn = summed
    table = profile(coded, ["caller", "writer"], now, drawn, df=199, level=0.95).set_index(["persona", "feature", "answer"])
    writers = two_kinds[two_kinds["kind"] == "writer"]
    email = table.loc[("writer", "channel", "email")]
    assert email["value"] == pytest.approx((writers["channel"].dropna() == "email").mean())
    assert email["lift"] == pytest.approx(email["value"] / (two_kinds["channel"].dropna() == "email").mean())
    assert email["low"] < email["value"] < email["high"]
    assert 1 < email["lift_low"] < email["lift"] < email["lift_high"]
    means = table.reset_index().query("kind == 'mean'").set_index(["persona", "feature"])
    assert means.loc[("writer", "contacts"), "value"] == pytest.approx(writers["contacts"].mean())
    assert means.loc[("writer", "contacts"), "lift"] == pytest.approx(writers["contacts"].mean() / two_kinds["contacts"].mean())
    hour = means.loc[("writer", "hour")]
    assert hour["lift_unit"] == "sd"
    assert hour["lift"] == pytest.approx((writers["hour"].mean() - two_kinds["hour"].mean()) / two_kinds["hour"].std(ddof=0))


def test_spans_are_those_of_the_mean(two_kinds, summed):
    coded, now, drawn = summed
    table = profile(coded, ["caller", "writer"], now, drawn, df=10_000, level=0.95).query("feature == 'hour'").set_index("persona")
    hours = two_kinds.loc[two_kinds["kind"] == "writer", "hour"].dropna()
    width = table.loc["writer", "high"] - table.loc["writer", "low"]
    assert width == pytest.approx(2 * 1.96 * hours.std() / np.sqrt(len(hours)), rel=0.2)


def test_shares_add_up_and_draws_go_along(summed):
    _, now, drawn = summed
    table = shares(["caller", "writer"], now, drawn, n=np.array([3, 4]), df=199, level=0.95)
    assert table["share"].sum() == pytest.approx(1.0)
    assert [len(draws) for draws in table["draws"]] == [200, 200]
    assert (table["low"] < table["share"]).all()


def test_lines_tell_levels_and_means():
    told = lines(code(pd.DataFrame({"w": ["a", "b"], "r": [1.0, 2.0]}), {"w": "nominal", "r": "ordinal"}))
    assert list(zip(told["feature"], told["answer"].fillna("–"), told["kind"], strict=True)) == [
        *[("w", "a", "share"), ("w", "b", "share")],
        *[("r", "1", "share"), ("r", "2", "share"), ("r", "–", "mean")],
    ]


def test_without_draws_there_is_no_span(two_kinds):
    coded = code(two_kinds, FEATURES)
    now = summary(coded, np.ones((len(two_kinds), 1, 1)), np.ones((len(two_kinds), 1)))
    nothing = type(now)(now.size[:0], now.top[:, :0], now.bottom[:, :0])
    assert profile(coded, ["all"], now, nothing, df=9, level=0.95)["low"].isna().all()
