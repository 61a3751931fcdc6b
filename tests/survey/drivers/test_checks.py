"""Checks of the model as a whole: each against its definition."""

import numpy as np
import pytest

from cxlib.survey.drivers import checks
from cxlib.survey.drivers.fitted import fitted

ITEMS = [f"q{number}" for number in range(4)]


def fit_of(table, **options):
    return fitted(table, outcome="overall", items=ITEMS, groups=None, options={"draws": 200, **options})


def test_mood_and_inflation(draw, lay_out):
    rating, outcome, _ = draw(1, 500, items=4)
    found = fit_of(lay_out(rating, outcome))
    correlation = np.corrcoef(rating.T)
    assert checks.first_eigenvalue_share(found) == pytest.approx(np.linalg.eigvalsh(correlation)[-1] / 4)
    assert checks.person_mean(found) == pytest.approx(np.corrcoef(rating.mean(axis=1), outcome)[0, 1] ** 2)
    assert checks.inflation(found) == pytest.approx(np.diag(np.linalg.inv(correlation)))


def test_straight_liners_gave_one_rating_to_everything(draw, lay_out):
    rating, outcome, state = draw(2, 300, items=4)
    rating[:5] = 3
    state[0, :2] = 2  # two answers are no straight line
    rating[5:] = np.where(np.ptp(rating[5:], axis=1, keepdims=True) == 0, [1, 2, 3, 4], rating[5:])
    found = fit_of(lay_out(rating, outcome, state))
    assert np.flatnonzero(checks.straight_liners(found)).tolist() == [1, 2, 3, 4]
    table = checks.of(found, {}).set_index("metric")
    assert table.loc["straight_liner_share", "value"] == pytest.approx(4 / 300)
    assert 0 < table.loc["straight_liner_shift", "value"] < 0.05


def test_the_shift_is_that_of_a_fit_without_them(draw, lay_out):
    rating, outcome, state = draw(3, 300, items=4)
    rating[:40] = 5
    outcome[:40] += 5
    found = fit_of(lay_out(rating, outcome, state))
    straight = checks.straight_liners(found)
    rest = fit_of(lay_out(rating[~straight], outcome[~straight], state[~straight]))
    expected = np.abs(rest.share.value - found.share.value).max()
    assert checks.of(found, {}).set_index("metric").loc["straight_liner_shift", "value"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("size", "effects", "verdict"),
    [(1500, [3, 0.2, 0.2, 0.2], "stable"), (600, [1, 1, 1, 1], "order open"), (200, [3, 0, 0, 0], "n_eff < 300")],
)
def test_the_verdict_on_the_order(draw, lay_out, size, effects, verdict):
    rating, outcome, _ = draw(4, size, items=4, effects=effects)
    table = checks.of(fit_of(lay_out(rating, outcome)), {}).set_index("metric")
    assert table.loc["top_probability", "note"] == verdict


def test_questionnaires_without_an_outcome_are_told(draw, lay_out):
    rating, outcome, _ = draw(5, 200, items=4)
    outcome[:7] = np.nan
    assert checks.of(fit_of(lay_out(rating, outcome)), {}).set_index("metric").loc["r2", "note"] == "without outcome: 7"


def test_a_prediction_worse_than_the_mean_says_so_and_changes_of_shares_are_no_shares(draw, lay_out):
    rating, _, _ = draw(6, 120, items=4)
    table = checks.of(fit_of(lay_out(rating, np.random.default_rng(8).normal(size=120))), {}).set_index("metric")
    assert table.loc["holdout_r2_additive", "value"] < 0
    assert table.loc["holdout_r2_additive", "note"] == "worse than the mean"
    assert table.loc[["weakest_link_gain", "straight_liner_shift"], "unit"].to_list() == ["share difference"] * 2
    rating, outcome, _ = draw(6, 600, items=4, effects=[3, 1, 1, 1])
    table = checks.of(fit_of(lay_out(rating, outcome)), {}).set_index("metric")
    assert table.loc["holdout_r2_additive", "note"] == "of this sample"
