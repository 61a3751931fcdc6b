"""What known margins take off the variance: R's survey package, identities, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.survey import weights

# Twelve answers of the project's own, unequal weights, five clusters. In R 4.2 with survey 4.1:
#   d <- data.frame(y=c(3,5,4,2,1,4,5,5,3,2,4,1), w=c(1,2,1,1.5,1,2,1,1,0.5,1,1,2), c=c(1,1,1,2,2,3,3,3,4,4,5,5),
#     a=c("x","x","y","y","x","y","x","y","x","y","x","y"), b=c("p","q","q","p","q","p","p","q","q","p","q","q"))
#   k <- calibrate(svydesign(~1, weights=~w, data=d), ~a+b, c("(Intercept)"=100, ay=45, bq=40), calfun="raking", epsilon=1e-12)
#   svymean(~y, k)                        # 3.391256805 SE 0.4017733838; the same with svydesign(~c, ...): SE 0.538972882
#   svyby(~y, ~a, k, svymean)             # clustered: x 3.834220343 SE 0.4770404419, y 2.849856924 SE 0.6871318383
#   with d$f <- c(0,1,1,0,0,1,1,1,0,0,1,1), clustered: svyglm(y~f, k) f 1.90860051 SE 0.5560365733, svyratio(~y, ~f, k) 5.73965364 SE 1.3953463558
#   svymean(~y, postStratify(svydesign(~1, ...), ~a, data.frame(a=c("x","y"), Freq=c(55,45))))  # 3.3436651584 SE 0.4563981035
SMALL = pd.DataFrame(
    {
        "id": [f"r{number}" for number in range(12)],
        "y": [3.0, 5, 4, 2, 1, 4, 5, 5, 3, 2, 4, 1],
        "w": [1, 2, 1, 1.5, 1, 2, 1, 1, 0.5, 1, 1, 2],
        "c": list("111223334455"),
        "a": list("xxyyxyxyxyxy"),
        "b": list("pqqpqppqqpqq"),
        "f": [0.0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1],
    }
)
BOTH = {"a": {"x": 55, "y": 45}, "b": {"p": 60, "q": 40}}


def raked(targets):
    found = weights.rake(SMALL, targets=targets, weight="w", key="id")
    return found.assign(SMALL), {"weight": "weight", "calibration": found.calibration}


def standard_error(table, clusters):
    return ((table["high"] - table["low"]) / 2 / stats.t.ppf(0.975, clusters - 1)).to_numpy()


@pytest.mark.parametrize(("options", "clusters", "expected"), [({}, 12, 0.4017733838), ({"cluster": "c"}, 5, 0.538972882)])
def test_a_raked_mean_agrees_with_r_survey(options, clusters, expected):
    table, chosen = raked(BOTH)
    row = estimates.mean(table, "y", **chosen, **options)
    assert row["value"].item() == pytest.approx(3.391256805, abs=1e-8)
    assert standard_error(row, clusters) == pytest.approx(expected, abs=1e-8)


def test_groups_agree_with_r_survey():
    table, chosen = raked(BOTH)
    groups = estimates.mean(table, "y", by=["a"], cluster="c", **chosen)
    assert groups["value"].to_numpy() == pytest.approx([3.834220343, 2.849856924], abs=1e-8)
    assert standard_error(groups, 5) == pytest.approx([0.4770404419, 0.6871318383], abs=1e-8)


def test_a_difference_and_a_ratio_agree_with_r_survey():
    table, chosen = raked(BOTH)
    named = table.assign(g=table["f"].map({0.0: "no", 1.0: "yes"}))
    difference = estimates.difference(named, "y", between="g", reference="no", cluster="c", **chosen)
    ratio = estimates.ratio(table, "y", "f", cluster="c", **chosen)
    assert [difference["value"].item(), ratio["value"].item()] == pytest.approx([1.90860051, 5.73965364], abs=1e-7)
    assert [standard_error(row, 5).item() for row in (difference, ratio)] == pytest.approx([0.5560365733, 1.3953463558], abs=1e-7)


def test_strata_hold_also_those_who_did_not_answer():
    """R: svymean(~y, subset(k, f == 1)) with svydesign(~1, strata=~s, ...), s = c(1,1,1,1,1,2,2,2,2,2,2,2): 4.17216654 SE 0.4087764139."""
    drawn = SMALL.assign(s=list("111112222222"))
    found = weights.rake(drawn, targets=BOTH, weight="w", key="id")
    answered = found.assign(drawn)[lambda table: table["f"] == 1]
    row = estimates.mean(answered, "y", weight="weight", stratum="s", calibration=found.calibration)
    assert row["value"].item() == pytest.approx(4.17216654, abs=1e-7)
    assert standard_error(row, 11) == pytest.approx(0.4087764139, abs=1e-8)


def test_a_post_stratified_mean_agrees_with_r_survey():
    table, chosen = raked({"a": BOTH["a"]})
    row = estimates.mean(table, "y", **chosen)
    assert row["value"].item() == pytest.approx(3.3436651584, abs=1e-9)
    assert standard_error(row, 12) == pytest.approx(0.4563981035, abs=1e-8)


def test_what_the_margins_determine_has_no_variance():
    table, chosen = raked(BOTH)
    row = estimates.mean(table.assign(f=(table["a"] == "x").astype(float)), "f", **chosen)
    assert row["value"].item() == pytest.approx(0.55, abs=1e-8)
    assert row["high"].item() - row["low"].item() < 1e-6


def test_who_did_not_answer_still_counts_among_the_margins():
    """Half of the answers missing by chance: margins explain half as much, not all."""
    rng = np.random.default_rng(1)
    people = pd.DataFrame({"id": np.arange(4000).astype(str), "a": rng.choice(["x", "y"], 4000), "weight": 1.0})
    people["y"] = np.where(people["a"] == "x", 4.0, 0.0) + rng.normal(size=4000)
    found = weights.rake(people, targets={"a": {"x": 0.5, "y": 0.5}}, key="id")
    half = found.assign(people)[rng.random(4000) < 0.5]
    chosen = {"weight": "weight"}
    fixed = standard_error(estimates.mean(half, "y", **chosen), len(half))
    known = standard_error(estimates.mean(half, "y", calibration=found.calibration, **chosen), len(half))
    assert known**2 / fixed**2 == pytest.approx((1 + 4 / 2) / (1 + 4), rel=0.05)


def test_draws_scatter_as_the_margins_leave_it():
    rng = np.random.default_rng(2)
    people = pd.DataFrame({"id": np.arange(600).astype(str), "a": rng.choice(["x", "y"], 600), "b": rng.choice(["p", "q"], 600)})
    people["y"] = (people["a"] == "x") * 2.0 + (people["b"] == "q") * 1.0 + rng.normal(size=600)
    found = weights.rake(people, targets={"a": {"x": 0.6, "y": 0.4}, "b": {"p": 0.5, "q": 0.5}}, key="id")
    row = estimates.mean(found.assign(people), "y", weight="weight", cluster="id", calibration=found.calibration, draws=1000)
    draws = row["draws"].item()
    assert draws.std() == pytest.approx(standard_error(row, 600).item(), rel=0.08)
    again = []  # the same draws with every one raked anew
    times = estimates.draw_weights(people["id"], draws=200, seed=1)
    for number in range(200):
        drawn = weights.rake(
            people.assign(m=times[:, number]), targets={"a": {"x": 0.6, "y": 0.4}, "b": {"p": 0.5, "q": 0.5}}, weight="m", key="id"
        )
        again.append(np.average(people["y"], weights=drawn.weight))
    assert np.corrcoef(again, draws[:200])[0, 1] > 0.97


def test_strata_and_finite_populations_are_honoured():
    table, chosen = raked(BOTH)
    table = table.assign(N=10.0)
    calibration = weights.rake(SMALL.assign(N=10.0), targets=BOTH, weight="w", key="id").calibration
    chosen = {**chosen, "calibration": calibration, "cluster": "c"}
    infinite, finite = (estimates.mean(table, "y", **chosen, **more) for more in ({}, {"population": "N"}))
    assert standard_error(finite, 5) == pytest.approx(standard_error(infinite, 5) * np.sqrt(1 - 5 / 10), abs=1e-9)


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        (
            lambda table: table.assign(id="r99"),
            {},
            "calibration: id 'r99' was not among those who were weighted. Use the same rows for both.",
        ),
        (lambda table: table.drop(columns="id"), {}, "calibration: the table has no column 'id', by which respondents were weighted."),
        (
            lambda table: table.assign(weight=1.0),
            {},
            "calibration: the table's weights are not the calibrated ones. Put them in with Weights.assign().",
        ),
        (
            lambda table: table.assign(account="k"),
            {"cluster": "account"},
            "calibration: those who were weighted have no column 'account', which says how they were drawn.",
        ),
    ],
)
def test_what_does_not_belong_to_the_weighting_is_refused(table, options, said):
    whole, chosen = raked(BOTH)
    with pytest.raises(DataError) as refused:
        estimates.mean(table(whole), "y", **chosen, **options)
    assert str(refused.value) == said
