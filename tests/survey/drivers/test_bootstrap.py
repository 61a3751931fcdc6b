"""Fits repeated for every draw: each is the fit of the reweighted sample, and their spread is the linearised one."""

import numpy as np
import pytest

from cxlib.estimates import draw_weights
from cxlib.survey.drivers.bootstrap import covariances, redrawn
from cxlib.survey.drivers.design import design
from cxlib.survey.drivers.fitted import of_design

ITEMS = [f"q{number}" for number in range(5)]


def laid(table, **options):
    return design(table, outcome="overall", items=ITEMS, groups=None, options=options)


@pytest.mark.parametrize("gaps", [{}, {"not_asked": 0.1}])
def test_each_draw_is_the_covariance_of_the_reweighted_sample(draw, lay_out, gaps):
    rating, outcome, state = draw(1, 120, **gaps)
    found = laid(lay_out(rating, outcome, state, account_id=[f"a{row % 40}" for row in range(120)]), cluster="account_id")
    weights = draw_weights(found.chosen.cluster_ids, draws=3, seed=1).astype(float)
    drawn = covariances(found, weights)
    counts = weights[found.chosen.cluster, 1]
    if gaps:
        from cxlib.survey.drivers.moments import moments

        some = counts > 0
        expected = moments(found.table[some], counts[some], found.met[some], found.use).covariance
    else:
        expected = np.cov(found.table.T, aweights=counts, ddof=0)
    assert drawn[1] == pytest.approx(expected, abs=1e-6)


def test_repeated_fits_spread_as_linearised_ones(draw, lay_out):
    rating, outcome, state = draw(2, 1500, never=0.2)
    table = lay_out(rating, outcome, state, account_id=[f"a{row % 300}" for row in range(1500)])
    found = laid(table, cluster="account_id")
    drawn, linear = redrawn(found, draws=600, seed=1), of_design(found, {"draws": 600, "seed": 1})
    assert drawn["share"].std(axis=1) / linear.share.draws.std(axis=1) == pytest.approx(1, abs=0.1)
    assert drawn["coefficient"].std(axis=1) / linear.coefficient.draws.std(axis=1) == pytest.approx(1, abs=0.1)
    together = [np.corrcoef(one, other)[0, 1] for one, other in zip(drawn["share"], linear.share.draws, strict=True)]
    assert min(together) > 0.97  # draw b is of the same accounts in both
    assert drawn["part"].sum(axis=0) == pytest.approx(drawn["r2"][0])
