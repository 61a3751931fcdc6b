"""The simulated survey says what was planted, within sampling error."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import answers as survey
from cxlib.simulate import drivers
from cxlib.simulate.drivers import RATED
from cxlib.simulate.people import people
from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.questionnaire import BUYERS
from cxlib.simulate.trade import trade
from cxlib.tables import contract

NAMES = [rated.name for rated in RATED]


@pytest.fixture(scope="module")
def recommend(surveyed):
    return surveyed.answered("nps")


def marks(surveyed, kind: str, wave: str) -> pd.DataFrame:
    rows = surveyed.answered(kind, wave=wave, survey_id="customers")
    rows = rows[rows["scale_high"] == 6]
    return rows.assign(mark=7 - rows["value"], subject=rows["item_id"].str.removesuffix(f"_{kind}"))


def weighted(rows: pd.DataFrame) -> tuple[float, float]:
    """Weighted mean and its standard error, accounts held together."""
    mean = np.average(rows["mark"], weights=rows["weight"])
    residual = (rows["weight"] * (rows["mark"] - mean)).groupby(rows["cluster_id"]).sum()
    return float(mean), float(np.sqrt((residual**2).sum()) / rows["weight"].sum())


def test_tables_keep_their_contracts(surveyed):
    contract("responses").validate(surveyed.answers.responses, "responses")
    contract("invitations").validate(surveyed.answers.invitations.drop(columns="_row"), "invitations")
    scaled = surveyed.answered().dropna(subset="value")
    assert ((scaled["value"] >= scaled["scale_low"]) & (scaled["value"] <= scaled["scale_high"])).all()
    silent = surveyed.answers.responses[surveyed.answers.responses["state"] != "answered"]
    assert silent[["value", "text"]].isna().all(axis=None)


def test_who_is_not_asked(surveyed):
    rows = surveyed.answers.responses
    rated = rows[rows["item_type"] == "actual"].merge(surveyed.answers.respondents[["response_id", "role"]], on="response_id")
    documentation, invoice = (rated[rated["touchpoint_id"] == touchpoint] for touchpoint in ("T30", "T36"))
    assert ((documentation["state"] == "not_asked") == documentation["role"].isin(BUYERS)).all()
    assert ((invoice["state"] == "not_asked") == (invoice["role"] == "user")).all()
    expected = rows[(rows["item_type"] == "expected") & ~rows["touchpoint_id"].isin(["T30", "T36"])]
    asked = (expected["state"] != "not_asked").groupby(expected["response_id"]).sum()
    assert asked.isin([6, 7]).all()  # each gets one half


@pytest.mark.parametrize("rated", RATED, ids=NAMES)
def test_marks_and_gaps_of_the_first_wave(surveyed, rated):
    for kind, wanted in (("actual", rated.mark), ("expected", rated.mark - rated.gap)):
        rows = marks(surveyed, kind, "1")
        mean, error = weighted(rows[rows["subject"] == rated.name])
        assert abs(mean - wanted) < 4 * error, kind


def test_never_used(surveyed):
    rows = surveyed.answers.responses
    rows = rows[(rows["item_type"] == "actual") & (rows["scale_high"] == 6) & (rows["state"] != "not_asked")]
    seen = (rows["state"] == "not_used").groupby(rows["item_id"].str.removesuffix("_actual")).agg(["mean", "size"])
    for rated in RATED:
        mean, size = seen.loc[rated.name]
        error = np.sqrt(rated.never_used * (1 - rated.never_used) / size * 1.4)  # persons of both waves count twice
        assert abs(mean - rated.never_used) <= 4 * error, rated.name  # those who answer shop a little more than all


def test_the_second_wave(surveyed):
    first, second = (marks(surveyed, "expected", wave) for wave in "12")
    drift = second.groupby("subject")["mark"].mean() - first.groupby("subject")["mark"].mean()
    errors = [[weighted(rows[rows["subject"] == name])[1] for name in drift.index] for rows in (first, second)]
    assert drift.mean() == pytest.approx(-0.15, abs=4 * np.sqrt(np.square(errors).sum()) / len(drift))
    told = [marks(surveyed, "actual", wave).query("subject == 'T22'") for wave in "12"]
    for regions, change in ((("south", "west"), -0.5), (("north_east", "abroad"), 0.0)):
        (before, error_before), (after, error_after) = (weighted(rows[rows["region"].isin(regions)]) for rows in told)
        assert abs(after - before - change) < 4 * np.hypot(error_before, error_after), regions


def test_buyers_judge_better_than_users(recommend):
    sides = recommend.groupby("side")["value"].agg(["mean", "var", "size"])
    error = np.sqrt((sides["var"] / sides["size"])[["buyer", "user"]].sum())
    assert abs(sides.loc["buyer", "mean"] - sides.loc["user", "mean"] - 0.6) < 4 * error


def test_accounts_at_risk_are_reversed(recommend):
    accounts = recommend[recommend["at_risk"]].groupby(["account_id", "side"])["value"].mean().unstack()
    assert len(accounts) == 31
    difference = accounts["user"] - accounts["buyer"]
    assert difference.mean() > 2
    others = recommend[~recommend["at_risk"]].groupby(["account_id", "side"])["value"].mean().unstack()
    assert (others["user"] - others["buyer"]).mean() < 0


def test_people_of_an_account_agree_in_part(recommend):
    classes = []
    for _, rows in recommend[recommend["account_id"].notna() & ~recommend["double"]].groupby("wave"):
        accounts = rows.groupby("account_id")["value"]
        sizes, within = accounts.size(), ((rows["value"] - accounts.transform("mean")) ** 2).sum() / (len(rows) - accounts.ngroups)
        between = (sizes * (accounts.mean() - rows["value"].mean()) ** 2).sum() / (len(sizes) - 1)
        size = (len(rows) - (sizes**2).sum() / len(rows)) / (len(sizes) - 1)
        classes.append((between - within) / (between + (size - 1) * within))
    assert np.mean(classes) == pytest.approx(0.28, abs=4 * 0.045)  # sampling error over seeds


def test_a_claim_in_one_hand_is_marked_better(surveyed):
    rows = pd.concat([marks(surveyed, "actual", wave) for wave in "12"]).query("subject == 'T39'")
    (with_name, error_with), (without, error_without) = (weighted(rows[rows["one_name"] == told]) for told in (True, False))
    assert abs(with_name - without + 0.9) < 4 * np.hypot(error_with, error_without)


def test_straight_liners_and_double_fillers(surveyed):
    told = surveyed.answered("actual", "expected", survey_id="customers")
    told = told[told["scale_high"] == 6]
    same = told.groupby("response_id")["value"].nunique().eq(1)
    liners = surveyed.answers.respondents.set_index("response_id")["straight_liner"]
    assert liners.sum() == 38
    assert same[liners.index[liners]].all()
    assert surveyed.answers.respondents["double"].sum() == 12


def test_answers_pile_up_at_the_top(recommend):
    shares = recommend["value"].value_counts(normalize=True)
    assert shares.idxmax() == 10
    assert 0.2 < shares[10] < 0.4


def test_the_sample_finds_the_true_drivers(surveyed):
    """Regression on use and rating, skipped ratings left to the mean: every coefficient within sampling error of the truth."""
    truth = drivers.truth(surveyed.plan)["drivers"].set_index("item")
    rows = surveyed.answers.responses
    rows = rows[(rows["item_type"] == "actual") & (rows["scale_high"] == 6)].assign(
        subject=lambda part: part["item_id"].str.removesuffix("_actual")
    )
    rating = rows.pivot_table("value", "response_id", "subject")[NAMES]
    unused = (
        rows.assign(unused=rows["state"] == "not_used")
        .pivot_table("unused", "response_id", "subject", aggfunc="first")[NAMES]
        .astype(float)
    )
    outcome = surveyed.answered("nps").query("not straight_liner").set_index("response_id")["value"]
    centred = (rating - rating.mean()).fillna(0.0).loc[outcome.index]
    varied = [name for name in NAMES if unused[name].any()]
    design = np.column_stack([np.ones(len(outcome)), unused.loc[outcome.index, varied], centred])
    slopes, *_ = np.linalg.lstsq(design, outcome.to_numpy(), rcond=None)
    residual = outcome.to_numpy() - design @ slopes
    errors = np.sqrt(residual.var() * np.diag(np.linalg.inv(design.T @ design)))[-len(NAMES) :]
    off = (slopes[-len(NAMES) :] - truth.loc[NAMES, "coefficient"].to_numpy()) / errors
    assert np.abs(off).max() < 4
    n, fitted = design.shape
    r2 = 1 - residual.var() / outcome.var() * (n - 1) / (n - fitted)
    assert r2 == pytest.approx(0.52, abs=4 * np.sqrt(4 * 0.52 * (1 - 0.52) ** 2 / n))
    rated = rating["T26"].reindex(outcome.index).dropna()
    r = np.corrcoef(rated, outcome[rated.index])[0, 1]
    assert r == pytest.approx(0.45, abs=4 * (1 - 0.45**2) / np.sqrt(len(rated)))


def test_pain_points_cost_what_is_planted(surveyed):
    told = surveyed.answers.respondents
    cost = told[list(survey.experiences.DEDUCTIONS)].to_numpy(dtype=float) @ np.array(list(survey.experiences.DEDUCTIONS.values()))
    slope, _ = np.polyfit(cost, told["points"] - survey.drivers.BASE, 1)
    error = told["points"].std() / cost.std() / len(cost) ** 0.5
    assert abs(slope + 1) < 4 * error


def test_personas_differ_where_planted(surveyed):
    rows = pd.concat([marks(surveyed, "actual", wave) for wave in "12"])
    for (persona, name), added in survey.PERSONA_MARKS.items():
        part = rows[rows["subject"] == name]
        theirs, others = (part.loc[(part["persona"] == persona) == own, "mark"] for own in (True, False))
        error = np.sqrt(theirs.var() / len(theirs) + others.var() / len(others))
        assert abs(theirs.mean() - others.mean() - added) < 4.5 * error + 0.15, (persona, name)  # personas sit in roles and regions


def test_the_seed_decides_and_effects_scale():
    small = Plan(size=0.05)
    who = people(small)
    bought = trade(small, who)
    first, second = (survey.answers(small, who, bought).responses for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    other = survey.answers(Plan(size=0.05, seed=2), who, bought).responses
    assert not np.array_equal(first["value"].to_numpy(), other["value"].to_numpy(), equal_nan=True)
    plain = survey.answers(Plan(size=0.05, effects=Effects(drivers=0, halo=0, pain_points=0)), who, bought).responses
    contract("responses").validate(plain, "responses")


def test_consumers_and_clients_without_a_log_answer_too():
    private = Plan(size=0.1, market="b2c")
    who = people(private)
    told = survey.answers(private, who, trade(private, who))
    contract("responses").validate(told.responses, "responses")
    assert set(told.responses["survey_id"]) == {"customers"}
    assert told.responses["account_id"].isna().all()


def test_a_period_without_a_wave_has_no_answers():
    early = Plan(size=0.1, end=date(2025, 6, 30))
    who = people(early)
    told = survey.answers(early, who, trade(early, who))
    contract("responses").validate(told.responses, "responses")
    assert len(told.responses) == len(told.invitations) == len(told.respondents) == 0


def test_the_truth_has_its_tables():
    truth = survey.truth(Plan())
    assert set(truth) == {"drivers", "driver_model", "pain_point_deductions", "persona_marks", "survey"}
    assert truth["survey"].set_index("metric").loc["accounts_at_risk", "value"] == 31
