"""Who is invited, who answers, and what the weights undo."""

from datetime import date

import numpy as np
import pytest

from cxlib.simulate import panel
from cxlib.simulate.people import people
from cxlib.simulate.plan import Plan
from cxlib.tables import contract


@pytest.fixture(scope="module")
def made():
    plan = Plan()
    who = panel.population(plan, people(plan))
    letters = panel.invited(plan, who)
    return who, letters, panel.questionnaires(plan, who, letters)


def test_as_many_as_the_demo_client_says(made):
    _, letters, returned = made
    assert len(letters) == 5900
    assert returned.groupby("wave").size().to_dict() == {"1": 612, "2": 655}
    waves = returned.groupby("respondent_id")["wave"].nunique()
    assert (waves == 2).sum() == 240
    assert returned["double"].sum() == 12
    contract("invitations").validate(letters.drop(columns="_row"), "invitations")


def test_those_who_answered_were_invited_and_still_customers(made):
    who, letters, returned = made
    answered = letters[letters["responded"]]
    assert set(zip(answered["respondent_id"], answered["wave"], strict=True)) == set(
        zip(returned["respondent_id"], returned["wave"], strict=True)
    )
    sent = letters["sent_ts"].dt.tz_localize(None)
    rows = who.iloc[letters["_row"].to_numpy(dtype=int)]
    assert (rows["start"].to_numpy() < sent.to_numpy()).all()
    assert not (rows["churn"].to_numpy() < sent.to_numpy() - np.timedelta64(10, "h")).any()
    assert (returned["survey_ts"].dt.day_of_week >= 5).mean() < 0.1
    assert (returned["survey_ts"] > letters.groupby("wave")["sent_ts"].first()[returned["wave"]].to_numpy()).all()


def test_weights_undo_unequal_willingness(made):
    _, letters, returned = made
    for wave, part in returned.groupby("wave"):
        assert part["weight"].mean() == pytest.approx(1)
        invited = letters.loc[letters["wave"] == wave, "stratum"].value_counts(normalize=True)
        weighted = part.loc[~part["double"]].groupby("stratum_id")["weight"].sum()
        assert (weighted / weighted.sum()).reindex(invited.index).to_numpy() == pytest.approx(invited.to_numpy(), abs=0.01)
        rates = letters[letters["wave"] == wave].groupby("stratum")["responded"].mean()
        assert rates["A"] > 2 * rates["single"]


def test_most_accounts_are_heard_from_one_side(made):
    *_, returned = made
    sides = returned.groupby("account_id")["side"].agg(set)
    share = sides.map(lambda heard: {"buyer", "user"} <= heard).mean()
    assert share == pytest.approx(0.38, abs=4 * (0.38 * 0.62 / len(sides)) ** 0.5)


def test_waves_outside_the_period_and_consumers():
    early = Plan(size=0.1, end=date(2025, 12, 31))
    assert panel.invited(early, panel.population(early, people(early)))["wave"].unique().tolist() == ["1"]
    before = Plan(size=0.1, end=date(2025, 6, 30))
    assert panel.invited(before, panel.population(before, people(before))).empty
    private = Plan(size=0.1, market="b2c")
    who = panel.population(private, people(private))
    assert who["person_id"].isna().all()
    assert set(who["stratum_id"]) == {"single"}
    assert len(panel.questionnaires(private, who, panel.invited(private, who))) == 61 + 66
