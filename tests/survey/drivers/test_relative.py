"""Johnson's relative weights are Genizi's."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.survey import drivers
from cxlib.survey.drivers.relative import genizi


def test_swiss_fertility(oracle_data):
    # relaimpo 2.2: calc.relimp(lm(Fertility ~ ., swiss), type = "genizi")
    table = pd.read_csv(oracle_data / "swiss.csv")[["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality", "Fertility"]]
    found = genizi(np.cov(table.to_numpy(dtype=float).T))
    assert found == pytest.approx([0.0484168958, 0.1547082498, 0.2719641046, 0.1146800299, 0.1169657214], abs=5e-11)


@given(st.integers(0, 9999))
@settings(max_examples=30, deadline=None)
def test_johnson_equals_genizi_and_adds_up_to_r2(seed):
    rng = np.random.default_rng(seed)
    covariance = np.cov((rng.normal(size=(50, 6)) @ rng.normal(size=(6, 6))).T)
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    # Johnson 2000 as he writes it: the singular vectors of the best orthogonal stand-ins, loadings squared times slopes squared
    values, vectors = np.linalg.eigh(correlation[:5, :5])
    loadings = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    slopes = np.linalg.solve(loadings, correlation[:5, 5])
    found = genizi(covariance)
    assert found == pytest.approx(loadings**2 @ slopes**2, rel=1e-6)
    assert found.sum() == pytest.approx(correlation[5, :5] @ np.linalg.solve(correlation[:5, :5], correlation[:5, 5]), rel=1e-6)


def test_any_number_of_items_is_screened(draw, lay_out):
    rating, outcome, state = draw(1, 300, items=24, never=0.1)
    found = drivers.relative_weights(lay_out(rating, outcome, state), outcome="overall")
    assert len(found) == 24
    assert (found["method"] == "Johnson, quick screen").all()
    assert 0 < found["value"].sum() < 1


def test_what_was_not_asked_is_said(draw, lay_out):
    rating, outcome, _ = draw(2, 20, items=3)
    assert drivers.relative_weights(lay_out(rating, outcome), outcome=None)["note"].item() == "needs responses[actual], responses[nps]"
