"""Principles: the matrix, breaches, and agreement as base R gives it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.survey import principles

ONE, OTHER = [0, 1, 2, 3, 4, 2, 1, 0, 3, 4], [1, 1, 2, 4, 4, 0, 1, 0, 2, 4]


def ratings(one, other, **columns):
    touchpoints = [f"T{number:02d}" for number in range(len(one))]
    both = [pd.DataFrame({"touchpoint_id": touchpoints, "rater": name, "fit": fits}) for name, fits in (("a", one), ("b", other))]
    return pd.concat(both, ignore_index=True).assign(principle_id="L1", **columns).astype({"fit": "float64"})


def test_cells_are_means_of_raters_with_breaches_and_disagreement_noted():
    found = principles.conformity(ratings(ONE, OTHER)).set_index("touchpoint_id")
    assert found["value"].to_list() == [(a + b) / 2 for a, b in zip(ONE, OTHER, strict=True)]
    assert found.index[found["note"].eq("breach")].to_list() == ["T00", "T01", "T06", "T07"]
    assert found.index[found["note"].eq("raters apart")].to_list() == ["T05"]
    assert found["n"].isna().all()
    assert (principles.conformity(ratings(ONE, OTHER), breach=0.0)["note"] == "breach").sum() == 1


def test_breaches_are_counted():
    found = principles.breaches(principles.conformity(ratings(ONE, OTHER)))
    assert found[["principle_id", "value"]].to_numpy().tolist() == [["L1", 4]]
    by_touchpoint = principles.breaches(principles.conformity(ratings(ONE, OTHER)), by=["touchpoint_id"])
    assert by_touchpoint["value"].sum() == 4


def test_kappa_is_that_of_base_r():
    # tab <- table(factor(a,0:4), factor(b,0:4)); w <- 1-abs(outer(0:4,0:4,"-"))/4; po <- sum(w*tab)/10
    # pe <- sum(w*outer(rowSums(tab),colSums(tab)))/100; (po-pe)/(1-pe)
    found = principles.agreement(ratings(ONE, OTHER), draws=200).set_index("metric")
    assert found.loc["kappa", "value"] == pytest.approx(0.6987951807)
    assert found.loc["same_fit_share", "value"] == pytest.approx(0.6)
    assert found.loc["kappa", "low"] < 0.6987951807 < found.loc["kappa", "high"]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=30))
@settings(max_examples=30)
def test_agreement_is_the_same_whoever_is_named_first_and_full_with_oneself(fits):
    one, other = map(list, zip(*fits, strict=True))
    forth, back = (principles.agreement(ratings(*pair), draws=5)["value"].to_numpy() for pair in ((one, other), (other, one)))
    assert np.allclose(forth, back, equal_nan=True)
    if len(set(one)) > 1:
        assert principles.agreement(ratings(one, one), draws=5)["value"].to_list() == pytest.approx([1.0, 1.0])


def test_raters_without_any_common_ground_agree_by_chance_alone():
    rng = np.random.default_rng(5)
    found = principles.agreement(ratings(rng.integers(0, 5, 2000), rng.integers(0, 5, 2000)), draws=100).set_index("metric")
    assert found.loc["kappa", "low"] < 0 < found.loc["kappa", "high"]
    assert found.loc["same_fit_share", "value"] == pytest.approx(0.2, abs=0.03)


def test_one_rater_alone_agrees_with_nobody():
    found = principles.agreement(ratings(ONE, OTHER).query("rater == 'a'"))
    assert found["value"].isna().all()
    assert found["note"].unique().tolist() == ["n < 2"]


def test_nothing_rated_says_what_it_needs():
    empty = ratings(ONE, OTHER).iloc[:0]
    for found in (principles.conformity(empty), principles.agreement(empty), principles.breaches(principles.conformity(empty))):
        assert found["note"].unique().tolist() == ["needs principle_ratings.fit"]


def test_impossible_ratings_are_refused():
    with pytest.raises(DataError) as error:
        principles.conformity(ratings([5, 1], [1, 1]))
    assert str(error.value) == "principle_ratings.fit: lies outside 0 to 4: '5.0'. 0 contradicts the principle, 4 lives it."
    twice = pd.concat([ratings([1], [2]), ratings([3], [2])])
    with pytest.raises(DataError, match=r"principle_ratings: L1, T00: is judged twice by the rater 'a'. Leave one judgement."):
        principles.agreement(twice)


def test_the_demo_s_raters_agree_as_planted_and_break_what_was_planted(golden_update, demo):
    """Planted: each rater says what is so with probability .82, else one step beside it; delivery dates break the promise of dates."""
    from cxlib import intake
    from cxlib.params import load

    rated = intake.prepare(demo, load(demo, "demo")).table("principle_ratings")
    same = principles.agreement(rated).set_index("metric").loc["same_fit_share"]
    assert same["low"] < 0.82**2 + 2 * 0.09**2 < same["high"]
    cells = principles.conformity(rated).set_index(["touchpoint_id", "principle_id"])["note"]
    assert cells.loc[("T22", "L1")] == "breach"
    assert cells.loc[("T36", "L4")] == "breach"
