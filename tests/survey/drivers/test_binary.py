"""Yes or no: R's deviances, repeated fits, open cells, and answers that cannot be a yes."""

import numpy as np
import pytest

from cxlib.errors import DataError
from cxlib.survey import drivers
from cxlib.survey.drivers.binary import deviances


def test_figures_of_r(sixty):
    # In R 4.2 on the data of `sixty`, with X as in test_fitted:
    # dev <- function(s) deviance(glm(if (length(s)) yes ~ do.call(cbind, X[s]) else yes ~ 1, family=quasibinomial, weights=w)); m <- function(s) 1 - dev(s)/dev(integer(0))
    # print(c(m(1:3), sapply(1:3, function(j) { o <- setdiff(1:3, j); S <- list(integer(0), o[1], o[2], o)
    #   sum(sapply(S, function(s) factorial(length(s))*factorial(2-length(s))/6 * (m(sort(c(s,j))) - m(s)))) })), digits=10)
    found = drivers.fit_binary(sixty, outcome="overall", at_least=13.5)
    assert found.table["note"].to_list() == ["n_eff < 80"] * 3  # sixty are too few to be told
    from cxlib.survey.drivers.binary import _parts, _yes_or_no
    from cxlib.survey.drivers.design import design

    laid = design(sixty, outcome="overall", items=["A", "B", "D"], groups=None, options={"weight": "weight"})
    yes = _yes_or_no(laid, "overall", 13.5)
    told = _parts(yes.table, yes)
    value = told.value
    assert told.moved.sum(axis=0) == pytest.approx(0, abs=1e-9)  # twice the answers are the same answers
    assert value[3:] == pytest.approx([0.303515188164, 0.042148966562, 0.006057670093, 0.351721824819], abs=1e-7)
    assert value[:3].sum() == pytest.approx(1)


def test_intervals_are_those_of_repeated_fits(draw, lay_out):
    rating, outcome, _ = draw(1, 800, items=3, effects=[1, 0.5, 0.2])
    yes = (outcome > np.median(outcome)).astype(float)
    found = drivers.fit_binary(lay_out(rating, yes), outcome="overall", draws=500)
    rng, drawn = np.random.default_rng(1), []
    for _ in range(150):
        weight = rng.poisson(1.0, 800).astype(float)
        total = weight @ deviances(rating, [[0], [1], [2]], yes, weight)
        from cxlib.survey.drivers.lattice import leaf_weights

        part = -leaf_weights(3) @ total
        drawn.append(np.concatenate([part / part.sum(), part / total[0]]))
    linear = np.array(found.estimates[found.estimates["metric"].isin(["driver_share", "driver_r2"])]["draws"].to_list()).std(axis=1)
    assert linear / np.std(drawn, axis=0) == pytest.approx(1, abs=0.2)
    assert found.table["share"].sum() == pytest.approx(1)
    assert found.table["r2_part"].sum() == pytest.approx(found.checks["value"].item())


def test_promoters_with_open_cells(draw, lay_out):
    rating, outcome, state = draw(2, 600, items=3, never=0.2, no_answer=0.1, not_asked=0.1, effects=[2, 0.5, 0])
    found = drivers.fit_binary(lay_out(rating, outcome, state), outcome="overall", at_least=0.5, draws=100)
    assert found.table["share"].idxmax() == 0
    assert ((found.table["low"] < found.table["share"]) & (found.table["share"] < found.table["high"])).all()


def test_answers_that_are_told_apart_entirely_stay_finite():
    rows = deviances(np.arange(10.0)[:, None], [[0]], (np.arange(10) >= 5).astype(float), np.ones(10))
    assert np.isfinite(rows).all()
    assert rows[:, 1].sum() < 0.01 * rows[:, 0].sum()


def test_what_is_neither_yes_nor_no_is_refused(draw, lay_out):
    rating, _, _ = draw(3, 100, items=3)
    with pytest.raises(DataError) as refused:
        drivers.fit_binary(lay_out(rating, np.full(100, 7.0)), outcome="overall")
    assert str(refused.value) == (
        "outcome: 'overall' holds 7, which is neither 0 nor 1. Say from which answer on it is a yes (at_least=9: promoters)."
    )


def test_more_than_twelve_players_are_refused(draw, lay_out):
    rating, outcome, _ = draw(4, 100, items=13)
    with pytest.raises(DataError, match=r"items: 13 players make 2\^13 logistic fits\. At most 12 can be compared\. Group them"):
        drivers.fit_binary(lay_out(rating, outcome), outcome="overall", at_least=0.0)


def test_everybody_says_yes(draw, lay_out):
    rating, _, _ = draw(5, 100, items=3)
    found = drivers.fit_binary(lay_out(rating, np.ones(100)), outcome="overall")
    assert (found.table["note"] == "no spread").all()


def test_what_was_not_asked_is_said(draw, lay_out):
    rating, outcome, _ = draw(6, 20, items=3)
    assert drivers.fit_binary(lay_out(rating, outcome), outcome=None).estimates["note"].item() == "needs responses[actual], responses[nps]"
