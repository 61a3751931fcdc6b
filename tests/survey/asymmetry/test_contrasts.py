"""Penalty and reward: R's figures, the airport survey, the demo client's truth, and what cannot be told."""

import numpy as np
import pandas as pd
import pytest

from cxlib import intake
from cxlib.errors import CxError, DataError
from cxlib.params import load
from cxlib.simulate import drivers
from cxlib.simulate.plan import Plan
from cxlib.survey import asymmetry

# R 4.2, clubSandwich 0.5.8:
#   i <- 1:48; a <- (i*7) %% 5 + 1; b <- (i*3 + i %/% 4) %% 5 + 1; y <- (i*i) %% 11; w <- 1 + (i %% 3)/2; c <- i %% 8
#   na <- i %% 11 == 0; ub <- i %% 9 == 0      # a without an answer, b never used
#   d <- data.frame(y, w, c, la = a<=2 & !na, ha = a==5 & !na, na = na, lb = b<=2 & !ub, hb = b==5 & !ub, ub = ub)*1
#   m <- lm(y ~ la + ha + na + lb + hb + ub, data = d, weights = w); coef_test(m, vcov = "CR2", cluster = d$c)
#   Wald_test(m, constraints = matrix(c(0, 1, 1, 0, 0, 0, 0), 1), vcov = "CR2", cluster = d$c)   # and for b
ORACLE = {
    "penalty": ([-0.816757024115, 0.493111352896], [0.771734098103, 1.162222281320], [6.56673113982, 6.22883965199]),
    "reward": ([-1.006355431052, -1.541805350778], [1.503911390117, 1.241371857183], [5.45303120982, 6.11881767576]),
    "asymmetry": ([-1.82311245517, -1.04869399788], [1.80991587637, 2.20080429931], [6.28753536413, 6.27950274023]),
}
ORACLE_P = [0.350974781925, 0.649844559133]
AIRPORT = "Q14PASSTHRU Q14FIND Q10SAFE Q9BOARDING Q7FOOD Q7SCREENS Q7SIGN Q9RESTROOM Q7WALKWAYS Q7ART Q7STORE Q7ROADS Q7AIRTRAIN"
AIRPORT = [*AIRPORT.split(), "Q7INFODOWN", "Q7WIFI", "Q7PARK"]


def long(columns, y, *, weight=1.0, states=None, **people):
    """The contract table of questionnaires given side by side; the outcome is the column y."""
    n = len(y)
    parts = []
    for name, values in columns.items():
        state = np.full(n, "answered", dtype=object) if states is None or name not in states else states[name]
        ids = [f"q{number}" for number in range(n)]
        answered = np.where(state == "answered", values, np.nan).astype(float)
        parts.append(
            pd.DataFrame(
                {
                    "response_id": ids,
                    "respondent_id": ids,
                    "item_id": name,
                    "value": answered,
                    "state": state,
                    "weight": weight,
                    "y": y,
                    **people,
                }
            )
        )
    return pd.concat(parts, ignore_index=True).assign(item_type="actual", scale_low=1.0, scale_high=5.0)


@pytest.fixture(scope="module")
def small():
    i = np.arange(1, 49)
    states = {"a": np.where(i % 11 == 0, "no_answer", "answered"), "b": np.where(i % 9 == 0, "not_used", "answered")}
    columns = {"a": i * 7 % 5 + 1, "b": (i * 3 + i // 4) % 5 + 1}
    return long(columns, (i * i % 11).astype(float), weight=1 + i % 3 / 2, states=states, account_id=(i % 8).astype(str))


@pytest.fixture(scope="module")
def airport(shared_data, root, tmp_path_factory):
    project = tmp_path_factory.mktemp("airport")
    for folder in ("params", "notebooks", "data/sfo2017/raw"):
        (project / folder).mkdir(parents=True)
    for name in ("params/sfo2017.yml", "QUESTIONS.md"):
        (project / name).write_bytes((root / name).read_bytes())
    (project / "data/sfo2017/raw/sfo2017.csv").write_bytes((shared_data / "sfo2017.csv").read_bytes())
    return intake.prepare(project, load(project, "sfo2017")).table("responses")


def test_figures_of_r(small):
    told = asymmetry.fit(small, outcome="y", items=["a", "b"], cluster="account_id", min_cell=2).estimates.set_index("metric")
    from scipy import stats

    for metric, (value, se, df) in ORACLE.items():
        rows = told.loc[metric]
        assert rows["value"].to_numpy() == pytest.approx(value, rel=1e-9)
        half = stats.t.ppf(0.975, np.array(df)) * se
        assert ((rows["high"] - rows["low"]) / 2).to_numpy() == pytest.approx(half, rel=1e-8)
    table = asymmetry.fit(small, outcome="y", items=["a", "b"], cluster="account_id", min_cell=2).table
    assert table["p"].to_numpy() == pytest.approx(ORACLE_P, rel=1e-8)
    assert table["q"].to_numpy() == pytest.approx([ORACLE_P[1], ORACLE_P[1]])
    assert table[["n_low", "n_middle", "n_high", "n_users"]].to_numpy().tolist() == [[18, 17, 9, 44], [18, 16, 9, 43]]


def test_the_airport_has_no_asymmetry_where_the_usual_rule_finds_five(airport):
    found = asymmetry.fit(airport, outcome="recommend", items=AIRPORT, low=3, high=5, cluster="cluster_id", draws=0).table
    penalty, reward = (found[f"{side}_low"] * found[f"{side}_high"] > 0 for side in ("penalty", "reward"))
    assert ((penalty & ~reward).sum(), (reward & ~penalty).sum()) == (1, 4)  # "one significant, the other not"
    assert (found["q"] <= 0.05).sum() == 0
    assert (found["class"] == "not_classifiable").all()


def test_the_demo_clients_truth_is_found(demo):
    params = load(demo, "demo")
    answers = intake.prepare(demo, params).table("responses")
    truth = drivers.truth(Plan())["drivers"].set_index("item")
    items = {f"{name}_actual": name for name in truth.index}
    ends = params.zero_line
    found = asymmetry.fit(answers, outcome="recommend", items=list(items), low=ends["low"], high=ends["high"], **params.sampling)
    table = found.table.assign(item=found.table["item"].map(items)).set_index("item")
    assert table.loc["T22", "class"] == "disappointment_dominant"
    assert table.loc["T22", "class_probability"] > 0.99
    assert table.loc["T41", ["class", "note"]].to_list() == ["not_classifiable", "low answers < 20"]
    assert np.isnan(table.loc["T41", "penalty"])
    # T11 delights: the reward is sure and the largest of those told; that it outweighs the penalty is likely, with 28 low answers not sure
    assert table.loc["T11", "reward_low"] > 0.5
    assert table["reward"].idxmax() == "T11"
    assert table.loc["T11", "delight_probability"] > 0.95
    for side in ("penalty", "reward"):
        told = table[table[side].notna()]
        true = truth.loc[told.index, f"{side}_seen"]
        inside = (told[f"{side}_low"] <= true) & (true <= told[f"{side}_high"])
        assert inside.mean() >= 0.85  # nominally 95 % of 14 or 15 correlated ones


def test_three_touchpoints_of_a_large_survey_are_told_for_what_they_are():
    rng, n = np.random.default_rng(4), 12_000
    names = [rated.name for rated in drivers.RATED]
    plan = Plan()
    marks = drivers.marked(drivers.latent(rng.normal(size=n), rng.normal(size=(n, len(names))), plan.effects))
    used = rng.random(marks.shape) >= [rated.never_used for rated in drivers.RATED]
    y = drivers.scored(drivers.points(marks, used, plan.effects) + rng.normal(0, drivers.NOISE, n))
    states = {name: np.where(used[:, j], "answered", "not_used") for j, name in enumerate(names)}
    table = long({name: 7 - marks[:, j] for j, name in enumerate(names)}, y, states=states).assign(scale_high=6.0)
    found = asymmetry.fit(table, outcome="y", items=names, draws=0).table.set_index("item")["class"]
    assert found[["T22", "T11"]].to_list() == ["disappointment_dominant", "delight_dominant"]


def test_the_point_where_a_rating_stands_does_not_matter_within_its_cell(small):
    moved = small.assign(value=small["value"].replace({1.0: 2.0, 3.0: 4.0}))
    one, other = (asymmetry.fit(table, outcome="y", items=["a", "b"], min_cell=2).table for table in (small, moved))
    pd.testing.assert_frame_equal(one, other)


def test_an_outcome_may_be_an_item_or_a_column(small):
    rows = small[small["item_id"] == "a"].assign(item_id="verdict", value=lambda rows: rows["y"], state="answered", scale_high=10.0)
    table = pd.concat([small, rows])
    one = asymmetry.fit(table, outcome="verdict", items=["a", "b"], min_cell=2).table
    pd.testing.assert_frame_equal(one, asymmetry.fit(small, outcome="y", items=["a", "b"], min_cell=2).table)


def test_draws_align_and_add_up(small):
    told = asymmetry.fit(small, outcome="y", items=["a", "b"], min_cell=2, draws=50, seed=3).estimates
    drawn = {metric: np.stack(told.loc[told["metric"] == metric, "draws"].to_list()) for metric in ("penalty", "reward", "asymmetry")}
    assert drawn["asymmetry"] == pytest.approx(drawn["penalty"] + drawn["reward"])
    assert drawn["penalty"].shape == (2, 50)


def test_an_outcome_of_yes_and_no_is_told_in_differences_of_shares(small):
    told = asymmetry.fit(small.assign(y=(small["y"] > 4).astype(float)), outcome="y", items=["a"], min_cell=2).estimates
    assert told.loc[told["metric"] == "penalty", "unit"].item() == "share difference"


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"value": 4.0}, "low answers < 5"),
        ({"y": 3.0}, "no spread"),
        ({"account_id": "one"}, "few clusters"),
        ({"state": "not_used", "value": np.nan}, "low answers < 5"),
    ],
    ids=["nobody low", "one outcome", "one account", "all unused"],
)
def test_what_cannot_be_told_keeps_its_row(small, change, note):
    told = asymmetry.fit(small.assign(**change), outcome="y", items=["a", "b"], cluster="account_id", min_cell=5).table
    assert told["item"].to_list() == ["a", "b"]
    assert told["class"].unique().tolist() == ["not_classifiable"]
    assert told["note"].to_list() == [note, note]
    assert told[["asymmetry", "p", "q"]].isna().all().all()


def test_items_that_say_the_same_are_told_as_collinear(small):
    twin = small[small["item_id"] == "b"].assign(item_id="twin")
    told = asymmetry.fit(pd.concat([small, twin]), outcome="y", items=["a", "b", "twin"], min_cell=2).table.set_index("item")
    alone = asymmetry.fit(small, outcome="y", items=["a", "b"], min_cell=2).table.set_index("item")
    assert told.loc[["b", "twin"], "note"].to_list() == ["collinear", "collinear"]
    assert told.loc["a", "penalty_low"] == pytest.approx(alone.loc["a", "penalty_low"])


def test_more_columns_than_the_answers_carry(small):
    few = small[small["response_id"].isin([f"q{number}" for number in range(13)])]
    assert asymmetry.fit(few, outcome="y", items=["a", "b"], min_cell=1).table["note"].unique().tolist() == ["n < 14"]


def test_a_survey_without_ratings_says_what_is_needed(small):
    told = asymmetry.fit(small.iloc[:0], outcome="y", items=["a"])
    assert told.estimates["note"].to_list() == ["needs responses[actual], responses.y"]
    assert asymmetry.fit(small, outcome="y", items=[]).estimates["note"].to_list() == ["needs responses[actual]"]
    assert asymmetry.fit(small.assign(y=np.nan), outcome="y", items=["a"]).estimates["note"].to_list() == ["needs responses.y"]
    assert told.table.empty


def test_bad_input_is_refused(small):
    with pytest.raises(DataError, match=r"^items: is named twice: 'a'\. Name each item once\.$"):
        asymmetry.fit(small, outcome="y", items=["a", "a"])
    with pytest.raises(DataError, match=r"^outcome: stands among the items that it is set against: 'a'\. Take it out of the items\.$"):
        asymmetry.fit(small, outcome="a", items=["a", "b"])
    with pytest.raises(DataError, match=r"^weight: 'weight' is negative or missing in 48 rows that have an answer\. Weights are ≥ 0\.$"):
        asymmetry.fit(small.assign(weight=-1.0), outcome="y", items=["a"])
    with pytest.raises(CxError, match=r"^ratio: how many times one side weighs the other is more than 1, not '1'\.$"):
        asymmetry.fit(small, outcome="y", items=["a"], ratio=1)
