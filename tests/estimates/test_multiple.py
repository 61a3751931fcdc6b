"""Benjamini and Hochberg's q: R's, and what holds for any family. The largest of many: its span holds the truth as often as it says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib import estimates


def test_q_is_that_of_r():
    # In R 4.2: p.adjust(c(0.001,0.008,0.039,0.041,0.042,0.06,0.074,0.205), "BH")
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205])
    expected = [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.08457142857, 0.205]
    assert estimates.false_discovery(p).tolist() == pytest.approx(expected, rel=1e-9)
    assert estimates.false_discovery(p[::-1]).tolist() == pytest.approx(expected[::-1], rel=1e-9)


def test_what_has_no_p_is_no_member_of_the_family():
    q = estimates.false_discovery(np.array([0.01, np.nan, 0.02]))
    assert q[[0, 2]].tolist() == pytest.approx([0.02, 0.02])
    assert np.isnan(q[1])
    assert estimates.false_discovery(np.array([])).tolist() == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_is_never_below_p_and_keeps_its_order(p):
    q = estimates.false_discovery(np.array(p))
    assert (q >= np.array(p) - 1e-12).all()
    assert (q <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= -1e-12).all()


def means(values, half, unit="scale 1–5"):
    return pd.DataFrame({"metric": "mean", "value": values, "low": values - half, "high": values + half, "unit": unit})


@pytest.mark.parametrize("apart", [0.0, 0.5, 2.0, 20.0])
def test_the_largest_of_many_is_held_as_often_as_its_span_says(apart):
    """15 figures, their truths `apart` standard errors from one another: of the plain spans fewer hold where they lie close together."""
    rng, truth, held, plain = np.random.default_rng(1), apart * np.arange(15.0), [], []
    for _ in range(400):
        found = means(truth + rng.normal(size=15), 1.96)
        best = int(found["value"].idxmax())
        wide, _ = estimates.as_chosen(found.loc[[best]], found)
        held.append(wide["low"].item() <= truth[best] <= wide["high"].item())
        plain.append(found.loc[best, "low"] <= truth[best] <= found.loc[best, "high"])
    assert np.mean(held) >= 0.93
    assert (np.mean(plain) < 0.75) == (apart == 0.0)


def test_nothing_is_added_where_nothing_competes():
    found = means(np.array([9.0, 1.0, 0.5]), 1.0)
    wide, rivals = estimates.as_chosen(found.iloc[:1], found)
    assert rivals == 1
    assert wide.equals(found.iloc[:1])
    assert estimates.as_chosen(found.iloc[:1].assign(low=np.nan, high=np.nan), found)[1] == 1


def test_a_share_stays_one():
    found = means(np.array([0.1, 0.09]), 0.1, "share")
    wide, rivals = estimates.as_chosen(found.iloc[:1], found)
    assert rivals == 2
    assert wide["low"].item() == 0.0
    assert wide["high"].item() == pytest.approx(0.1 + 0.1 * 2.2414 / 1.9600, abs=1e-4)  # qnorm(1 - .0125), qnorm(.975)
