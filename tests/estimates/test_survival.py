"""Survival: R's survival package to its digits, closed forms, and draws that align."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxlib import estimates
from cxlib.errors import CxError, DataError
from cxlib.estimates import survival, survival_difference

# In R 4.2 with survival 3.5:
# d <- data.frame(t=c(5,8,8,12,15,15,20,22,30,30,41,45), e=c(1,0,1,1,0,1,1,0,1,0,1,0), w=c(1,2,1,1.5,1,2,1,1,0.5,1,1,2),
#                 c=c(1,1,1,2,2,3,3,3,4,4,5,5), g=c(1,1,2,2,1,1,2,2,1,2,1,2))
# s <- summary(survfit(Surv(t,e) ~ 1, d, conf.type="log-log"), times=c(8,15,30,41)); s$surv; s$std.err
# … survfit(…, weights=w, id=seq_len(12), robust=TRUE) … survfit(…, weights=w, cluster=c) … survfit(Surv(t,e) ~ g, weights=w, cluster=c)
SMALL = pd.DataFrame(
    {
        "t": [5.0, 8, 8, 12, 15, 15, 20, 22, 30, 30, 41, 45],
        "e": [1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0],
        "w": [1, 2, 1, 1.5, 1, 2, 1, 1, 0.5, 1, 1, 2],
        "c": list("111223334455"),
        "g": list("112211221212"),
    }
)
PLAIN = ([0.83333333333, 0.64814814815, 0.40509259259, 0.20254629630], [0.10758287073, 0.14261129694, 0.16458895839, 0.16518136208])
WEIGHTED = ([0.86666666667, 0.59090909091, 0.44444444444, 0.29629629630], [0.09064923580, 0.16251190487, 0.16925868413, 0.19643846405])
CLUSTERED = ([0.86666666667, 0.59090909091, 0.44444444444, 0.29629629630], [0.11048713684, 0.13441649036, 0.17648567282, 0.11765711521])


def ends(share, se, clusters):
    """R's standard error, with C/(C − 1) and t in place of z, on the log(−log) scale."""
    half = stats.t.ppf(0.975, clusters - 1) * se * np.sqrt(clusters / (clusters - 1)) / share / abs(np.log(share))
    return share ** np.exp(half), share ** np.exp(-half)


@pytest.mark.parametrize(
    ("options", "clusters", "known"),
    [({}, None, PLAIN), ({"weight": "w"}, 12, WEIGHTED), ({"weight": "w", "cluster": "c"}, 5, CLUSTERED)],
)
def test_survival_is_that_of_r(options, clusters, known):
    told = survival(SMALL, "t", "e", at=[8, 15, 30, 41], **options)
    share, se = np.array(known[0]), np.array(known[1])
    assert told["value"].to_numpy() == pytest.approx(share, rel=1e-9)
    low, high = ends(share, se, clusters or 12)
    assert told["low"].to_numpy() == pytest.approx(low, rel=1e-6)
    assert told["high"].to_numpy() == pytest.approx(high, rel=1e-6)
    assert told["n"].to_list() == [12] * 4


def test_groups_are_curves_of_their_own_as_in_r():
    told = survival(SMALL, "t", "e", at=[15, 30], by=["g"], weight="w", cluster="c").set_index(["g", "days"])
    for key, share, se, clusters in (
        (("1", "15"), 0.48148148148, 0.24538346196, 5),
        (("2", "30"), 0.53333333333, 0.18939800669, 5),
    ):
        low, high = ends(share, se, clusters)
        assert told.loc[key, ["value", "low", "high"]].to_list() == pytest.approx([share, low, high], rel=1e-6)


def test_without_censoring_it_is_the_share_still_there():
    whole = SMALL.assign(e=1)
    told = survival(whole, "t", "e", at=[20], weight="w", cluster="c")["value"].item()
    flagged = estimates.share(whole.assign(there=whole["t"] > 20), "there", weight="w", cluster="c")["value"].item()
    assert told == pytest.approx(flagged)


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=2, max_size=40))
def test_curves_fall_and_lie_within_their_intervals(pairs):
    table = pd.DataFrame(pairs, columns=["t", "e"]).astype({"t": float, "e": float})
    told = survival(table, "t", "e", at=[1, 5, 9, 13, 20])
    known = told[told["value"].notna()]
    assert (known["value"].diff().dropna() <= 1e-12).all()
    inside = known[known["low"].notna()]
    assert ((inside["low"] <= inside["value"]) & (inside["value"] <= inside["high"]) & inside["low"].ge(0) & inside["high"].le(1)).all()
    assert told.loc[told["value"].isna(), "note"].eq("beyond follow-up").all()


def test_units_that_weigh_two_count_as_two():
    doubled = pd.concat([SMALL, SMALL[SMALL["c"] == "1"]])
    weighed = SMALL.assign(w=np.where(SMALL["c"] == "1", 2.0, 1.0))
    one, other = survival(doubled, "t", "e", at=[8, 30]), survival(weighed, "t", "e", at=[8, 30], weight="w")
    assert one["value"].to_list() == pytest.approx(other["value"].to_list())


def test_where_nobody_left_the_interval_is_wilsons_from_those_still_watched():
    table = pd.DataFrame({"t": [5.0] * 10 + [50.0] * 12, "e": 0})
    row = survival(table, "t", "e", at=[30]).iloc[0]
    t = stats.t.ppf(0.975, 21)
    assert (row["value"], row["high"]) == (1.0, 1.0)
    assert row["low"] == pytest.approx(12 / (12 + t**2))


def test_days_that_too_few_or_nobody_was_watched_have_no_value():
    told = survival(SMALL, "t", "e", at=[30, 41, 60], min_n=3, cluster="c", draws=10)
    assert told["note"].to_list() == ["", "n < 3", "beyond follow-up"]
    assert told["value"].isna().to_list() == [False, True, True]
    assert told["draws"].isna().to_list() == [False, True, True]
    gone = survival(SMALL.assign(e=1), "t", "e", at=[60])
    assert (gone["value"].item(), gone["note"].item()) == (0.0, "no spread")
    lone = survival(SMALL.assign(c="one"), "t", "e", at=[8], cluster="c")
    assert (lone["note"].item(), np.isnan(lone["low"].item())) == ("n < 2", True)


def test_differences_recover_their_interval_from_the_two_shares():
    shares = survival(SMALL, "t", "e", at=[15], by=["g"], weight="w").set_index("g")
    row = survival_difference(SMALL, "t", "e", at=[15], between="g", reference="1", weight="w").iloc[0]
    one, two = shares.loc["1"], shares.loc["2"]
    assert row["value"] == pytest.approx(two["value"] - one["value"])
    assert row["low"] == pytest.approx(row["value"] - np.hypot(two["value"] - two["low"], one["high"] - one["value"]))
    assert row["high"] == pytest.approx(min(1, row["value"] + np.hypot(two["high"] - two["value"], one["value"] - one["low"])))
    assert (row["n"], row["g"]) == (12, "2")


def test_the_same_clusters_on_both_sides_make_a_difference_surer():
    rng = np.random.default_rng(2)
    luck = np.repeat(rng.exponential(1, 150), 4)
    table = pd.DataFrame({"t": np.ceil(100 * luck * rng.exponential(1, 600)) + 1, "c": np.repeat(np.arange(150), 4).astype(str)})
    table = table.assign(e=(table["t"] <= 90).astype(float), t=table["t"].clip(upper=90), g=["a", "b"] * 300)
    told = {"at": [60], "between": "g", "reference": "a", "cluster": "c"}
    apart = survival_difference(table.assign(c=table["c"] + table["g"]), "t", "e", **told).iloc[0]
    both = survival_difference(table, "t", "e", **told).iloc[0]
    assert both["high"] - both["low"] < 0.95 * (apart["high"] - apart["low"])


def test_draws_are_curves_with_the_draws_weights():
    drawn = survival(SMALL, "t", "e", at=[8, 30], by=["g"], weight="w", cluster="c", draws=30, seed=4)
    times = estimates.draw_weights(list("12345"), draws=30, seed=4)
    differences = survival_difference(SMALL, "t", "e", at=[8, 30], between="g", reference="1", weight="w", cluster="c", draws=30, seed=4)
    for draw in (0, 11, 29):
        again = SMALL.assign(w=SMALL["w"] * SMALL["c"].map(dict(zip("12345", times[:, draw].tolist(), strict=True))))
        for (group, day), values in drawn.set_index(["g", "days"])["draws"].items():
            part = again[(again["g"] == group) & (again["w"] > 0)]
            if len(part):
                kept = [
                    1 - part.loc[part["t"].eq(t) & part["e"].eq(1), "w"].sum() / part.loc[part["t"] >= t, "w"].sum()
                    for t in part["t"].unique()
                ]
                moments = part["t"].unique() <= float(day)
                assert values[draw] == pytest.approx(np.prod(np.array(kept)[moments]))
            else:
                assert np.isnan(values[draw])
    by_level = {group: np.stack(part["draws"].to_list()) for group, part in drawn.groupby("g")}
    assert np.stack(differences["draws"].to_list()) == pytest.approx(by_level["2"] - by_level["1"], nan_ok=True)


def test_draws_spread_as_widely_as_the_interval_says():
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"t": np.ceil(rng.exponential(100, 600)), "c": np.repeat(np.arange(120), 5).astype(str)})
    table = table.assign(e=(table["t"] <= 80).astype(float), t=table["t"].clip(upper=80))
    row = survival(table, "t", "e", at=[60], cluster="c", draws=1000).iloc[0]
    half = np.log(np.log(row["low"]) / np.log(row["value"]))
    se = half / stats.t.ppf(0.975, 119) * row["value"] * abs(np.log(row["value"]))
    assert np.std(row["draws"]) == pytest.approx(se, rel=0.08)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: survival(SMALL.assign(t=0.0), "t", "e", at=[5]),
            "t: days watched are above zero, not '0'. Leave out who was not watched.",
        ),
        (
            lambda: survival(SMALL.assign(e=2), "t", "e", at=[5]),
            "e: an event came (1) or did not (0), this column holds '2'.",
        ),
    ],
)
def test_bad_columns_are_refused(call, message):
    with pytest.raises(DataError) as refused:
        call()
    assert str(refused.value) == message


def test_bad_days_and_references_are_refused():
    with pytest.raises(CxError) as refused:
        survival(SMALL, "t", "e", at=[])
    assert str(refused.value) == "at: days are above zero, at least one of them, not '[]'."
    with pytest.raises(CxError) as refused:
        survival_difference(SMALL, "t", "e", at=[5], between="g", reference="3")
    assert str(refused.value) == "g: there is no level '3'. Levels: 1, 2."
