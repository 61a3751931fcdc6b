"""Customers behind incidents: what they told, what they weigh, and how long they were watched."""

from datetime import date

import pandas as pd

from cxlib.survey.incidents.linked import at_risk, customer_of, followed, lacking, told_by

STAMP = pd.Timestamp("2025-01-01 23:30", tz="Europe/Berlin")
RESPONSES = pd.DataFrame(
    {
        "response_id": ["q1", "q1", "q2", "q3"],
        "respondent_id": ["r1", "r1", "r2", "r3"],
        "customer_id": ["a", "a", "a", "b"],
        "survey_ts": [STAMP, STAMP, STAMP + pd.Timedelta(days=9), STAMP],
        "weight": [1.0, 1.0, 3.0, 0.5],
    }
)
CUSTOMERS = pd.DataFrame({"customer_id": ["a", "b", "c"], "churn_date": pd.to_datetime(["2025-04-11", None, None])})
INCIDENTS = pd.DataFrame(
    {
        "incident_id": ["i1", "i2", "i3"],
        "respondent_id": ["r1", "r2", "r9"],
        "sign": ["negative", "positive", "negative"],
        "severity": [2, 3, 5],
        "incident_ts": STAMP + pd.to_timedelta([31, 40, 50], unit="D"),
    }
)


def test_a_customer_weighs_the_mean_of_its_questionnaires():
    people = followed(INCIDENTS, RESPONSES, CUSTOMERS, date(2025, 12, 31), 2, {"weight": "weight"}).set_index("customer_id")
    assert people["weight"].to_dict() == {"a": 2.0, "b": 0.5}  # q1 counts once, though it answers twice
    assert people["told"].to_dict() == {"a": "both", "b": "none"}
    assert people["small"].to_dict() == {"a": 1, "b": 0}
    assert people["left"].to_dict() == {"a": 1.0, "b": 0.0}
    assert people.loc["a", ["entry", "exit", "incident_day"]].astype("str").to_list() == ["2025-01-01", "2025-04-11", "2025-02-01"]
    own = CUSTOMERS.assign(size=[5.0, 6.0, 7.0])
    assert followed(INCIDENTS, RESPONSES, own, date(2025, 12, 31), 2, {"weight": "size"})["size"].to_list() == [5.0, 6.0]


def test_a_cluster_that_customers_do_not_tell_comes_from_the_survey_or_is_the_customer():
    told = RESPONSES.assign(account_id=["A", "A", "A", None])
    for answers, expected in ((told, {"a": "A", "b": "b"}), (RESPONSES, {"a": "a", "b": "b"})):
        people = followed(INCIDENTS, answers, CUSTOMERS, date(2025, 12, 31), 2, {"cluster": "account_id"})
        assert people.set_index("customer_id")["account_id"].to_dict() == expected


def test_time_is_cut_at_the_first_dated_bad_incident():
    split = at_risk(followed(INCIDENTS, RESPONSES, CUSTOMERS, date(2025, 12, 31), 2, {}))
    days = (split.set_index(["customer_id", "experience"])["years"] * 365.25).round().to_dict()
    assert days == {("a", "without"): 31, ("b", "without"): 364, ("a", "after_negative"): 69}
    assert split["left"].to_list() == [0.0, 0.0, 1.0]


def test_incidents_lead_to_customers_through_respondents():
    assert customer_of(INCIDENTS, RESPONSES).to_list()[:2] == ["a", "a"]
    assert customer_of(INCIDENTS, RESPONSES).isna().to_list() == [False, False, True]
    assert told_by(INCIDENTS).to_dict() == {"r1": "negative", "r2": "positive", "r9": "negative"}
    assert lacking(INCIDENTS, RESPONSES, CUSTOMERS) == []
    assert lacking(INCIDENTS, RESPONSES, CUSTOMERS.drop(columns="churn_date")) == ["customers.churn_date"]
