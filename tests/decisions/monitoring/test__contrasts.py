"""Contrasts of many means: R's numbers, and those of the difference that stands in estimates."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.decisions.monitoring._contrasts import cell_means


def overlapping():
    """Two waves of twenty, ten of whom are in both; the same numbers as in the R recipe."""
    table = pd.DataFrame({"i": [*range(20), *range(10, 30)], "wave": [1] * 20 + [2] * 20})
    table = table.assign(value=1.0 + (table["i"] * 7 + table["wave"] * 3) % 6, weight=1.0 + table["i"] % 3)
    return table.assign(respondent_id=table["i"].astype(str), wave=table["wave"].astype(str))


# f <- data.frame(id=c(0:19, 10:29), wave=rep(1:2, each=20)); y <- 1 + (id*7 + wave*3) %% 6; w <- 1 + id %% 3
# svyglm(y ~ factor(wave), svydesign(ids=~id, weights=~w, data=f)): 0.151344590369, SE 0.651607078781
def test_a_difference_as_r_s_survey_has_it():
    table = overlapping()
    means = cell_means(table, table["wave"].eq("2").to_numpy().astype(np.intp), 2, {})
    told = means.contrast(np.array([[-1.0, 1.0]]), 0.95)
    assert told["value"][0] == pytest.approx(0.151344590369, abs=1e-10)
    half = told["high"][0] - told["value"][0]
    own = estimates.difference(table, "value", between="wave", reference="1", weight="weight", cluster="respondent_id")
    assert pytest.approx(own["high"].item() - own["value"].item(), abs=1e-8) == 0.651607078781 * 2.045229642  # R: qt(.975, 29)
    assert half == pytest.approx(
        own["high"].item() - own["value"].item(), rel=0.02
    )  # Satterthwaite's degrees of freedom are a little fewer
    assert (told["n"][0], told["n_eff"][0]) == (30, 30)


@given(shift=st.floats(-3, 3), factor=st.floats(0.1, 5))
@settings(max_examples=20, deadline=None)
def test_a_contrast_moves_with_its_scale(shift, factor):
    table = overlapping()
    cell = table["wave"].eq("2").to_numpy().astype(np.intp)
    signs = np.array([[-1.0, 1.0]])
    plain = cell_means(table, cell, 2, {}).contrast(signs, 0.95)
    moved = cell_means(table.assign(value=shift + factor * table["value"]), cell, 2, {}).contrast(signs, 0.95)
    for part in ("value", "low", "high"):
        assert moved[part][0] == pytest.approx(factor * plain[part][0], abs=1e-9)
    assert moved["p"][0] == pytest.approx(plain["p"][0])


def test_people_without_an_account_stand_for_themselves():
    table = overlapping().assign(account_id=lambda rows: rows["i"].mod(3).astype("str").where(rows["i"] < 15))
    told = cell_means(table, np.zeros(40, dtype=np.intp), 1, {"cluster": "account_id"}).contrast(np.eye(1), 0.95)
    assert told["n_eff"][0] == 3 + 15


def test_draws_are_means_under_the_weights_that_all_share():
    table = overlapping()
    means = cell_means(table, table["wave"].eq("2").to_numpy().astype(np.intp), 2, {"draws": 400, "seed": 5})
    told = means.contrast(np.array([[-1.0, 1.0]]), 0.95)
    own = estimates.difference(table, "value", between="wave", reference="1", weight="weight", cluster="respondent_id", draws=400, seed=5)
    np.testing.assert_allclose(told["draws"][0], own["draws"].item())


def test_an_empty_cell_is_unknown_where_it_has_a_part_and_nowhere_else():
    table = overlapping().query("wave == '2'")
    means = cell_means(table, np.ones(20, dtype=np.intp), 2, {"draws": 10})
    told = means.contrast(np.array([[0.0, 1.0], [-1.0, 1.0]]), 0.95)
    assert told["value"][0] == pytest.approx(np.average(table["value"], weights=table["weight"]))
    assert np.isnan(told["value"][1])
    assert np.isfinite(told["draws"][0]).all()


def test_one_person_alone_has_no_span():
    table = overlapping().head(1)
    told = cell_means(table, np.zeros(1, dtype=np.intp), 1, {}).contrast(np.eye(1), 0.95)
    assert np.isnan(told["low"][0])
    assert told["note"][0] == "n < 2"
