"""What a fit rests on: R's figures, notes, and what is too thin."""

import numpy as np
import pytest

from cxlib.survey.drivers.fitted import fitted

OPTIONS = {"weight": "weight", "cluster": "cluster_id", "level": 0.95}


def test_figures_of_r(sixty):
    # In R 4.2 on the data of `sixty`, survey 4.1:
    # X <- list(A=cbind(u, u*a), B=cbind(b), D=cbind(d)); r2 <- function(s) if (length(s)) summary(lm(y ~ do.call(cbind, X[s]), weights=w))$r.squared else 0
    # lmg <- sapply(1:3, function(j) { o <- setdiff(1:3, j); S <- list(integer(0), o[1], o[2], o)
    #   sum(sapply(S, function(s) factorial(length(s))*factorial(2-length(s))/6 * (r2(sort(c(s,j))) - r2(s)))) }); print(c(r2(1:3), lmg), digits=10)
    # f <- svyglm(y ~ u + I(u*a) + b + d, svydesign(ids=~cl, weights=~w, data=data.frame(a,b,d,u,y,w,cl))); print(cbind(coef(f), SE(f)), digits=10)
    found = fitted(sixty, outcome="overall", items=["A", "B", "D"], groups=None, options=OPTIONS)
    assert found.figures.r2 == pytest.approx(0.64513898947, abs=1e-10)
    assert found.part.value == pytest.approx([0.53942279217, 0.09555531716, 0.01016088014], abs=1e-10)
    assert found.coefficient.value == pytest.approx([2.07913549686, 1.23524992560, -0.04013230768], abs=1e-9)
    widen = found.n_eff / (found.n_eff - 4)  # svyglm makes no allowance for the columns fitted
    assert found.coefficient.se / widen == pytest.approx([0.4777293434, 0.2678263552, 0.1874249777], abs=1e-9)


def test_adjusted_r2_of_plain_answers_is_ezekiel_s(draw, lay_out):
    rating, outcome, _ = draw(1, 4000)
    found = fitted(lay_out(rating, outcome), outcome="overall", items=[f"q{number}" for number in range(5)], groups=None, options={})
    assert found.r2_adjusted == pytest.approx(1 - (1 - found.figures.r2) * 3999 / 3994, abs=2e-4)
    low, high = found.span_of_r2()
    assert low < found.r2_adjusted < high


def test_shares_among_users_are_those_of_users_alone(draw, lay_out):
    rating, outcome, state = draw(2, 900, never=0.4)
    table = lay_out(rating, outcome, state)
    items = [f"q{number}" for number in range(5)]
    found = fitted(table, outcome="overall", items=items, groups=None, options={})
    users = table.loc[(table["item_id"] == "q1") & (table["state"] != "not_used"), "response_id"]
    alone = fitted(table[table["response_id"].isin(users)], outcome="overall", items=items, groups=None, options={})
    assert found.share_users[1] == pytest.approx(alone.share.value[1])
    assert found.n_users[1] == len(users)


def test_notes(draw, lay_out):
    rating, outcome, _ = draw(3, 600, items=4, effects=[1.0, 1.0, 1.0, 0.0])
    found = fitted(
        lay_out(rating, outcome), outcome="overall", items=[f"q{number}" for number in range(4)], groups=None, options={"level": 0.95}
    )
    large = found.share.value >= 0.5 / 4
    assert found.notes(np.array([0.0, 0.1, 0.3, 0.9]), thin="").tolist() == [
        "",
        "",
        "halo only" if large[2] else "",
        "halo only" if large[3] else "",
    ]
    assert set(found.notes(np.zeros(4), thin="n_eff < 80")) == {"n_eff < 80"}


def test_too_few_answers_give_no_number(draw, lay_out):
    rating, outcome, _ = draw(4, 6)
    found = fitted(lay_out(rating, outcome), outcome="overall", items=[f"q{number}" for number in range(4)], groups=None, options={})
    assert np.isnan(found.share.value).all()
