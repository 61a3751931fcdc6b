"""The estimator of effects: R's numbers, recovery, what it leaves out and what it cannot tell."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.decisions.monitoring._twoway import Effect, Panel, fitted


def by_formula():
    """24 customers in four groups, of which a and b have the action, over ten steps; the same numbers as in the R recipe."""
    table = pd.DataFrame([(i, step) for i in range(24) for step in range(-6, 4)], columns=["i", "step"])
    at = table["step"] + 6
    table = table.assign(cluster=table["i"].astype(str), level=table["i"].mod(4).map(dict(enumerate("abcd"))))
    table = table.assign(treated=table["level"].isin(["a", "b"]), bottom=1.0 + (table["i"] * 3 + at * 5) % 4)
    return table.assign(top=((table["i"] * 7 + at * 3 + table["i"] * at) % 6).astype("float64"))


# d <- expand.grid(step=-6:3, i=0:23); level c("a","b","c","d")[i %% 4 + 1]; treated a, b; bottom 1 + (i*3 + (step+6)*5) %% 4;
# top (i*7 + (step+6)*3 + i*(step+6)) %% 6; D = treated & step >= 0
# m <- glm(top ~ 0 + level + factor(step) + D + offset(log(bottom)), poisson); u <- model.matrix(m)*(top - fitted(m)); B <- vcov(m)
# Vc <- 24/23 * B t(rowsum(u,i)) rowsum(u,i) B; Vk the same by cell, each sum over sqrt(1 - hatvalues) of the glm of cells; Vi <- B t(u) u B
# coef D, sqrt(Vc), sqrt(Vc + max(Vk - Vi, 0)): -0.1206610183 0.1342854342 0.4007026922
def test_rates_as_r_has_them():
    found = fitted(Panel(by_formula(), log=True))
    assert found.value == pytest.approx(-0.1206610183, abs=1e-9)
    assert found.se == pytest.approx(0.4007026922, abs=1e-9)
    assert found.shocks
    assert found.clusters == 24


def test_without_cells_to_learn_from_customers_alone_count():
    table = by_formula()
    few = table[table["step"].isin([-1, 0])]  # 8 cells, 6 parameters
    assert not fitted(Panel(few, log=True)).shocks


# the slope before the start: glm with S = treated*step on step < 0: 0.0266986736
def test_the_slope_before_the_start_as_r_has_it():
    table = by_formula()
    assert fitted(Panel(table[table["step"] < 0], log=True), slope=True).value == pytest.approx(0.0266986736, abs=1e-9)


# lm(top/bottom ~ 0 + level + factor(step) + D, weights=bottom), sandwich as above: -0.1482978786 0.3796362335
def test_means_as_r_has_them():
    found = fitted(Panel(by_formula(), log=False))
    assert found.value == pytest.approx(-0.1482978786, abs=1e-9)
    assert found.se == pytest.approx(0.3796362335, abs=1e-9)


def test_two_groups_and_two_steps_are_the_ratio_of_ratios():
    cells = [("c1", "a", True, -1, 10, 20), ("c2", "a", True, 0, 6, 20), ("c3", "b", False, -1, 8, 40), ("c4", "b", False, 0, 12, 40)]
    table = pd.DataFrame(cells, columns=["cluster", "level", "treated", "step", "top", "bottom"])
    assert np.exp(fitted(Panel(table, log=True)).value) == pytest.approx((6 / 10) / (12 / 8))
    assert fitted(Panel(table, log=False)).value == pytest.approx((0.3 - 0.5) - (0.3 - 0.2))


@given(factor=st.floats(0.2, 5.0), season=st.lists(st.floats(0.3, 3.0), min_size=10, max_size=10))
@settings(max_examples=25, deadline=None)
def test_a_level_and_a_season_that_befall_all_drop_out(factor, season):
    table = by_formula()
    more = table["step"].map(dict(zip(range(-6, 4), season, strict=True)))
    level = np.where(table["level"].eq("a"), factor, 1.0)
    plain = fitted(Panel(table.assign(top=table["bottom"] * (1 + 0.5 * table["treated"])), log=True)).value
    moved = fitted(Panel(table.assign(top=table["bottom"] * (1 + 0.5 * table["treated"]) * more * level), log=True)).value
    assert plain == pytest.approx(0.0, abs=1e-8)
    assert moved == pytest.approx(0.0, abs=1e-7)


@given(ratio=st.floats(0.2, 4.0))
@settings(max_examples=25, deadline=None)
def test_an_effect_without_chance_is_found_exactly(ratio):
    table = by_formula()
    effect = np.where(table["treated"] & (table["step"] >= 0), ratio, 1.0)
    assert np.exp(fitted(Panel(table.assign(top=table["bottom"] * effect), log=True)).value) == pytest.approx(ratio, rel=1e-7)


def test_draws_spread_as_wide_as_the_customers_part():
    rng = np.random.default_rng(3)
    table = by_formula().assign(top=lambda rows: rng.poisson(rows["bottom"]).astype(float))
    found = fitted(Panel(table, log=True), draws=500, seed=7)
    assert found.draws is not None
    assert found.draws.shape == (500,)
    assert np.std(found.draws) == pytest.approx(found.se, rel=0.35)


@pytest.mark.parametrize(
    ("chosen", "note"),
    [
        (lambda table: table[table["treated"]], "no comparison"),
        (lambda table: table[table["step"] >= 0], "no steps on both sides"),
        (lambda table: table.assign(top=0.0), "no comparison"),
    ],
)
def test_what_cannot_be_told_says_why(chosen, note):
    found = fitted(Panel(chosen(by_formula()), log=True))
    assert np.isnan(found.value)
    assert found.note == note


def test_ends_use_t():
    low, high = Effect(1.0, 0.5, 10.0).ends(0.95)
    assert (low, high) == (pytest.approx(1 - 0.5 * 2.2281388520), pytest.approx(1 + 0.5 * 2.2281388520))  # R: qt(.975, 10)
