"""Simulated clients: who is going to leave is in a worse mood there, ease goes with recommending, and referrals come by chance."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.estimates import only
from cxlib.simulate import answers, people, trade
from cxlib.simulate.drivers import RATED
from cxlib.simulate.plan import Plan
from cxlib.survey import loyalty

AS_OF = date(2026, 6, 30)
CLUSTER = {"cluster": "account_id"}


@pytest.fixture(scope="module")
def client():
    """A client three times as large as the demo, whose survey was taken and whose customers were watched after."""
    plan = Plan(size=3.0)
    who = people.people(plan)
    sold = trade.trade(plan, who)
    asked = answers.answers(plan, who, sold)
    items = tuple(f"{rated.name}_actual" for rated in RATED)
    joined = loyalty.behaviour(asked.responses, customers=who.customers, orders=sold.orders, horizon_days=180, as_of=AS_OF)
    return {"responses": joined, "customers": who.customers, "items": items, "truth": asked.respondents}


def test_retention_falls_from_the_delighted_to_the_disappointed(client):
    told = loyalty.retention(
        client["responses"], customers=client["customers"], items=client["items"], days=[180, 260], as_of=AS_OF, disappointed=0.5, **CLUSTER
    )
    at_260 = [only(told, "retained_share", experience=name, days="260")["value"].item() for name in ("disappointed", "fine", "delighted")]
    assert at_260 == sorted(at_260)
    assert only(told, "retained_difference", experience="delighted", days="260")["low"].item() > 0


def test_retention_of_all_is_what_the_simulator_let_leave(client):
    # the first wave is watched for 260 days in full, so the share still there can be counted
    truth = client["truth"][client["truth"]["wave"].eq("1")]
    first = client["responses"][client["responses"]["wave"].eq("1")]
    told = loyalty.retention(first, customers=client["customers"], items=client["items"], days=[200], as_of=AS_OF, weight=None, **CLUSTER)
    rated = first[first["item_id"].isin(client["items"]) & first["state"].eq("answered")]["response_id"].unique()
    truth = truth[truth["response_id"].isin(rated)]
    days = (truth["churn"] - truth["survey_ts"].dt.tz_localize(None).dt.normalize()).dt.days
    there = ~(days[~(days <= 0)] <= 200)
    assert only(told, "retained_share", days="200")["value"].item() == pytest.approx(there.mean())


def test_shuffled_losses_leave_no_difference(client):
    rng = np.random.default_rng(6)
    mine = client["customers"].copy()
    there = mine["status"].ne("prospect")
    mine.loc[there, ["status", "churn_date"]] = mine.loc[there, ["status", "churn_date"]].sample(frac=1, random_state=rng).to_numpy()
    mine["churn_date"] = pd.to_datetime(mine["churn_date"])
    told = loyalty.retention(client["responses"], customers=mine, items=client["items"], days=[260], as_of=AS_OF, **CLUSTER)
    row = only(told, "retained_difference", experience="delighted", days="260").iloc[0]
    assert row["low"] < 0 < row["high"]


def test_ease_goes_with_recommending_and_with_buying_again(client):
    said = loyalty.dose_response(client["responses"], outcome="recommend", item="ease", min_n=7, **CLUSTER)
    assert said.loc[said["metric"] == "dose_response", "value"].is_monotonic_increasing
    assert only(said, "dose_slope", outcome_id="recommend", item_id="ease")["low"].item() > 0.5


def test_referrals_that_came_by_chance_are_not_laid_to_promoters(client):
    told = loyalty.referrals(client["responses"], customers=client["customers"], as_of=AS_OF, **CLUSTER)
    row = only(told, "referrals_after_difference", intention="promoter").iloc[0]
    assert row["low"] < 0 < row["high"]


def test_behaviour_is_known_for_the_first_wave_alone(client):
    table = client["responses"].drop_duplicates("response_id")
    known = table.groupby("wave")["bought_again"].apply(lambda column: column.notna().mean())
    assert known["1"] > 0.9
    assert known["2"] == 0.0
