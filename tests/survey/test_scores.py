"""Survey scores: the airport survey's known figures, closed forms, and the four states kept apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxlib import estimates, intake
from cxlib.errors import DataError
from cxlib.params import load
from cxlib.survey import scores


@pytest.fixture(scope="module")
def airport(shared_data, root, tmp_path_factory):
    """The airport survey, taken in with nothing but its params file."""
    project = tmp_path_factory.mktemp("airport")
    for folder in ("params", "notebooks", "data/sfo2017/raw"):
        (project / folder).mkdir(parents=True)
    (project / "params" / "sfo2017.yml").write_bytes((root / "params" / "sfo2017.yml").read_bytes())
    (project / "QUESTIONS.md").write_bytes((root / "QUESTIONS.md").read_bytes())
    (project / "data/sfo2017/raw/sfo2017.csv").write_bytes((shared_data / "sfo2017.csv").read_bytes())
    prepared = intake.prepare(project, load(project, "sfo2017"))
    return prepared.table("responses")


def answers(values, *, item_type="nps", low=0.0, high=10.0, state="answered", **columns):
    return pd.DataFrame(
        {
            "respondent_id": [str(number) for number in range(len(values))],
            "item_id": "item",
            "item_type": item_type,
            "touchpoint_id": "hotline",
            "state": state,
            "value": np.array(values, dtype=float),
            "weight": 1.0,
            "scale_low": low,
            "scale_high": high,
            **columns,
        }
    )


@pytest.mark.parametrize(
    ("options", "clusters", "value", "se"),
    [
        ({"weight": None}, 2746, 39.840, 1.334),
        ({}, 2746, 40.398, 1.446),
        ({"cluster": "cluster_id"}, 211, 40.398, 1.552),
    ],
)
def test_nps_of_the_airport(airport, options, clusters, value, se):
    row = scores.nps(airport, **options)
    assert row["value"].item() == pytest.approx(value, abs=5e-4)
    assert (row["high"] - row["low"]).item() / 2 / stats.t.ppf(0.975, clusters - 1) == pytest.approx(se, abs=5e-4)
    assert row["n"].item() == 2746


def test_codes_that_are_no_answers_never_enter_a_score(airport, shared_data):
    raw = pd.read_csv(shared_data / "sfo2017.csv", dtype=str, keep_default_na=False)
    rated = airport[airport["item_type"] == "actual"]
    assert rated["value"].dropna().between(1, 5).all()
    assert airport.loc[airport["item_type"] == "nps", "value"].dropna().between(0, 10).all()
    weights = raw["WEIGHT"].astype(float)
    table = scores.mean_rating(airport, by=["item_id"]).set_index("item_id")
    counts = scores.state_counts(airport, by=["item_id"]).set_index(["item_id", "metric"])["value"]
    used = scores.usage(airport, by=["item_id"], weight=None).set_index(["item_id", "metric"])["value"]
    for item in sorted(rated["item_id"].unique()):
        valid = raw[item].isin(list("12345"))
        expected = np.average(raw.loc[valid, item].astype(float), weights=weights[valid])
        assert table.loc[item, "value"] == pytest.approx(expected)
        assert table.loc[item, "n"] == valid.sum()
        assert used[(item, "not_used_share")] == pytest.approx((raw[item] == "6").mean())
        assert counts[(item, "answered_count")] == valid.sum()
        assert counts[(item, "not_used_count")] == (raw[item] == "6").sum()
        assert counts[(item, "no_answer_count")] == (raw[item] == "0").sum()
        assert used[(item, "no_answer_share")] == pytest.approx((raw[item] == "0").mean())


def test_nps_is_the_share_of_promoters_less_detractors():
    # p = 1/2, passive 1/3, d = 1/6: 33.3, variance of one answer 5/9
    row = scores.nps(answers([9, 10, 9, 7, 8, 6] * 50))
    assert row["value"].item() == pytest.approx(100 / 3)
    se = (row["high"] - row["low"]).item() / 2 / stats.t.ppf(0.975, 299)
    assert se == pytest.approx(100 * np.sqrt(5 / 9 / 299))


# In R 4.2 with survey 4.1: d <- data.frame(v=c(10,9,3,8,7,10,2,6,9,10), w=c(1,2,1,.5,3,1,2,1,1,.5), c=c(1,1,1,2,2,3,3,4,4,4))
# d$p <- ifelse(d$v>=9,100,ifelse(d$v<=6,-100,0)); svymean(~p, svydesign(~1, weights=~w, data=d)); … svydesign(~c, …)
@pytest.mark.parametrize(("options", "df", "se"), [({}, 9, 29.52739140), ({"cluster": "c"}, 3, 18.60379872)])
def test_nps_is_weighted_and_clustered_as_in_r(options, df, se):
    table = answers([10, 9, 3, 8, 7, 10, 2, 6, 9, 10], c=list("1112233444")).assign(weight=[1, 2, 1, 0.5, 3, 1, 2, 1, 1, 0.5])
    row = scores.nps(table, **options)
    assert row["value"].item() == pytest.approx(11.53846154)
    assert (row["high"] - row["low"]).item() / 2 / stats.t.ppf(0.975, df) == pytest.approx(se, rel=1e-6)


@given(st.lists(st.integers(0, 10), min_size=2, max_size=60))
@settings(max_examples=60)
def test_nps_stays_on_its_scale(values):
    row = scores.nps(answers(values))
    promoters, detractors = np.mean(np.array(values) >= 9), np.mean(np.array(values) <= 6)
    assert row["value"].item() == pytest.approx(100 * (promoters - detractors))
    assert not row["low"].item() < -100
    assert not row["high"].item() > 100


def test_csat_is_linear_between_the_ends_of_the_scale():
    assert scores.csat(answers([1, 3, 5], item_type="csat", low=1, high=5))["value"].item() == pytest.approx(50)
    both = pd.concat([answers([10], item_type="csat"), answers([1], item_type="csat", low=1, high=5, respondent_id="x")])
    assert scores.csat(both)["value"].item() == pytest.approx(50)  # 100 on one scale, 0 on the other


def test_the_worth_of_a_contact_stays_on_its_scale():
    row = scores.contact_value(answers([5, 4, 3], item_type="contact_value", low=1, high=5))
    assert (row["metric"].item(), row["value"].item(), row["unit"].item()) == ("contact_value", 4.0, "scale 1–5")
    assert scores.contact_value(answers([7, 6, 2], item_type="ces", low=1, high=7))["note"].item() == "needs responses[contact_value]"


def test_ces_and_ratings_stay_on_their_scale_and_name_it():
    row = scores.ces(answers([7, 6, 2], item_type="ces", low=1, high=7))
    assert (row["value"].item(), row["unit"].item()) == (5.0, "scale 1–7")
    assert row["high"].item() == 7  # the interval cannot leave the scale


def test_items_on_different_scales_are_not_averaged():
    both = pd.concat([answers([3], item_type="actual", low=1, high=5), answers([9], item_type="actual")])
    with pytest.raises(DataError, match=r"touchpoint_id: items on different scales cannot be averaged: 'hotline'\. Group by item_id"):
        scores.mean_rating(both)


def test_top_box_counts_the_best_answers():
    row = scores.top_box(answers([5, 4, 3, 1], item_type="actual", low=1, high=5), top=1)
    assert row["value"].item() == pytest.approx(0.25)
    assert scores.top_box(answers([5, 4, 3, 1], item_type="actual", low=1, high=5))["value"].item() == pytest.approx(0.5)


def test_the_four_states_are_four_shares_that_add_up():
    states = ["answered"] * 5 + ["not_used"] * 3 + ["no_answer"] + ["not_asked"]
    table = answers([3] * 10, item_type="actual", state=states)
    shares = scores.usage(table).set_index("metric")["value"].to_dict()
    assert shares == pytest.approx({"answered_share": 0.5, "not_used_share": 0.3, "no_answer_share": 0.1, "not_asked_share": 0.1})
    assert scores.item_response(table)["value"].item() == pytest.approx(5 / 6)


def test_what_was_not_asked_keeps_its_row_and_says_so():
    table = answers([9, 10])
    for row in (scores.ces(table), scores.csat(table), scores.mean_rating(table), scores.top_box(table), scores.usage(table)):
        assert row["note"].item().startswith("needs responses[")
        assert row["value"].isna().all()
    empty = scores.nps(table.iloc[:0])
    assert empty["note"].item() == "needs responses[nps]"


def test_thin_groups_of_people_are_pooled_and_touchpoints_are_not():
    table = answers([9] * 9 + [3] * 4 + [5] * 3, region=["a"] * 9 + ["b"] * 4 + ["c"] * 3)
    assert scores.nps(table, by=["region"], min_n=7)["region"].to_list() == [estimates.OTHER, "a"]
    rated = table.assign(item_type="actual", touchpoint_id=table["region"])
    assert scores.mean_rating(rated, min_n=7)["touchpoint_id"].to_list() == ["a", "b", "c"]


def test_respondents_are_people_not_rows():
    table = pd.concat([answers([9, 8]), answers([3, 4], item_type="actual", low=1, high=5)])
    row = scores.respondents(table)
    assert (row["value"].item(), row["n"].item()) == (2, 2)
    assert row[["low", "high"]].isna().all().all()


def test_answers_of_one_person_are_not_independent():
    rng = np.random.default_rng(3)
    person = np.repeat(rng.normal(5, 2, 60), 8)
    table = answers(np.clip(person, 0, 10), item_type="actual").assign(respondent_id=np.repeat(np.arange(60).astype(str), 8))
    widths = [(row["high"] - row["low"]).item() for row in (scores.mean_rating(table), estimates.mean(table, "value"))]
    assert widths[0] > 2 * widths[1]
    assert scores.mean_rating(table)["n"].item() == 60


def interval(people):
    row = scores.nps(people, cluster="account_id")
    return [row["low"].item(), row["high"].item()]


def test_who_has_no_cluster_is_one_of_their_own():
    people = answers([0, 10, 10, 3, 9, 10, 8, 0, 10, 9, 7, 10] * 5)
    alone = np.arange(60) % 3 == 0
    account = np.where(alone, None, (np.arange(60) // 4).astype("<U2"))
    given = interval(people.assign(account_id=account))
    assert given == pytest.approx(interval(people.assign(account_id=np.where(alone, [f"own {n}" for n in range(60)], account))))
    assert given != pytest.approx(interval(people.assign(account_id=np.where(alone, "together", account))), abs=0.5)
    # respondent 3, who has no account, is not of the account 3
    assert given == pytest.approx(interval(people.assign(account_id=np.where(alone, None, "account " + account.astype("str")))))


def test_ratings_by_touchpoint_leave_out_what_belongs_to_none():
    ratings = answers([1, 5, 2, 9], item_type="actual", low=1, high=6)
    ratings["touchpoint_id"] = ["T1", "T1", "T2", None]
    rows = scores.mean_rating(ratings)
    assert dict(zip(rows["touchpoint_id"], rows["value"], strict=True)) == {"T1": 3, "T2": 2}


def test_shares_of_a_closed_question_add_up_to_one_in_every_group():
    texts = ["price", "price", "advice", None, "price", "advice"]
    table = answers([np.nan] * 6, item_type="purchase_reason", text=texts, region=list("aaabbb"))
    told = scores.shares(table.assign(weight=[1, 2, 1, 5, 1, 1]), item_type="purchase_reason", by=["region"])
    assert told.set_index(["region", "answer"])["value"].to_dict() == pytest.approx(
        {("a", "price"): 0.75, ("a", "advice"): 0.25, ("b", "price"): 0.5, ("b", "advice"): 0.5}
    )
    assert told["n"].to_list() == [3, 2, 3, 2]
    assert told["answer"].to_list() == ["price", "price", "advice", "advice"]  # the most frequent first


def test_shares_take_numbers_for_codes_and_say_what_was_not_asked():
    table = answers([1, 1, 2, 12], item_type="first_source", text=[None, None, None, "other"])
    told = scores.shares(table, item_type="first_source")
    assert told.set_index("answer")["value"].to_dict() == {"1": 0.5, "2": 0.25, "other": 0.25}
    assert scores.shares(table, item_type="purchase_reason", by=["region"])["note"].item() == "needs responses[purchase_reason]"
    silent = answers([np.nan], item_type="purchase_reason")
    assert scores.shares(silent, item_type="purchase_reason")["note"].item() == "needs responses[purchase_reason]"
