"""Referrals beside intentions, and what customers are worth: rates over the time they were watched, before and after kept apart."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.estimates import only
from cxlib.survey import loyalty

AS_OF = date(2026, 3, 1)


def said(survey, name, score, day="2025-03-01", **columns):
    survey.answer(name, day, item="nps", kind="nps", value=float(score), low=0.0, high=10.0, **columns)


def test_rates_count_what_came_after_over_the_time_watched(survey):
    survey.customer("p").customer("q").customer("d", status="lost", churn_date="2025-08-31")
    said(survey, "p", 9)
    said(survey, "q", 10)
    said(survey, "d", 6)
    for number, (by, start) in enumerate((("p", "2025-02-01"), ("p", "2025-03-01"), ("p", "2025-06-01"), ("d", "2025-10-01"))):
        survey.customer(f"new{number}", referred_by=by, start_date=start)
    told = loyalty.referrals(survey.responses, customers=survey.customers, as_of=AS_OF)
    after = told[told["metric"] == "referrals_after"].set_index("intention")
    assert after["value"].to_dict() == pytest.approx({"promoter": 100 * 1 / (2 * 365 / 365.25), "detractor": 0.0})  # d had gone by October
    so_far = told[told["metric"] == "referrals_so_far"].set_index("intention")
    assert so_far["value"].to_dict() == {"promoter": 150.0, "detractor": 100.0}
    assert so_far["n"].to_dict() == {"promoter": 2, "detractor": 1}
    difference = only(told, "referrals_after_difference", intention="promoter")["value"].item()
    assert difference == pytest.approx(after.loc["promoter", "value"])


def test_a_customer_counts_once_in_each_class_of_its_persons(survey):
    survey.customer("a").customer("b").customer("new", referred_by="a", start_date="2025-06-01")
    for number, score in enumerate((9, 10, 2)):
        said(survey, "a", score, respondent_id=f"a{number}", number=f"a{number}", weight=1.0 + number)
    said(survey, "b", 3)
    survey.customer("c")
    said(survey, "c", 9, weight=1.5)
    told = loyalty.referrals(survey.responses, customers=survey.customers, as_of=AS_OF)
    counts = told[told["metric"] == "referrals_so_far"].set_index("intention")
    assert counts["n"].to_dict() == {"promoter": 2, "detractor": 2}
    assert counts.loc["detractor", "value"] == pytest.approx(100 * 3 / 4)  # weights 3 and 1
    assert counts.loc["promoter", "value"] == pytest.approx(50.0)  # two persons of weights 1 and 2 count once, with 1.5
    even = loyalty.referrals(survey.responses, customers=survey.customers, as_of=AS_OF, weight=None)
    assert only(even, "referrals_so_far", intention="detractor")["value"].item() == 50.0


def test_referrals_name_what_they_lack(survey):
    survey.customer("a").answer("a", "2025-03-01")
    told = loyalty.referrals(survey.responses.drop(columns="customer_id"), customers=survey.customers, as_of=AS_OF)
    assert told["note"].item() == "needs customers.referred_by, responses.customer_id, responses[nps]"
    survey.customer("b", referred_by="a", start_date=None)
    bare = loyalty.referrals(survey.responses, customers=survey.customers.assign(start_date=pd.NaT), as_of=AS_OF)
    assert bare["note"].item() == "needs customers.start_date, responses[nps]"


def test_worth_is_what_was_ordered_over_the_time_as_a_customer(survey):
    survey.customer("kept").customer("half", start_date="2025-09-01").customer("gone", status="lost", churn_date="2025-08-31")
    survey.customer("prospect", status="prospect").customer("long_gone", status="lost", churn_date="2024-01-01")
    for name, value in (("kept", 300.0), ("half", 200.0), ("gone", 100.0)):
        survey.order(name, "2025-08-15" if name == "gone" else "2025-10-01", value=value)
    survey.order("kept", "2025-10-02", value=900.0, cancelled_ts="2025-10-03").order("kept", "2024-01-01", value=500.0)
    told = loyalty.customer_value(survey.customers, orders=survey.orders, as_of=AS_OF)
    years = 365 / 365.25 + 182 / 365.25
    assert only(told, "order_value_per_year", kept="retained")["value"].item() == pytest.approx(500 / years)
    lost = only(told, "order_value_per_year", kept="lost")
    assert lost["value"].item() == pytest.approx(100 / (183 / 365.25))
    assert (lost["n"].item(), lost["unit"].item()) == (1, "EUR")


def test_margins_come_before_values_and_may_be_negative(survey):
    survey.customer("a").customer("b").order("a", "2025-10-01", margin=-20.0).order("b", "2025-10-01", margin=50.0)
    told = loyalty.customer_value(survey.customers, orders=survey.orders, as_of=AS_OF)
    assert told["metric"].unique().tolist() == ["margin_per_year"]
    assert told["method"].unique().tolist() == ["t, linearised"]
    assert told["value"].iloc[0] == pytest.approx(15 / (365 / 365.25))


def test_referred_customers_are_compared_with_those_who_came_since(survey):
    survey.customer("old", revenue_12m=1000.0).customer("early", start_date="2024-12-31", revenue_12m=900.0)
    survey.customer("first", start_date="2025-01-01", revenue_12m=50.0, referred_by="old")
    survey.customer("later", start_date="2025-06-01", revenue_12m=30.0).customer("too", start_date="2025-07-01", revenue_12m=10.0)
    told = loyalty.customer_value(survey.customers, as_of=AS_OF)
    assert only(told, "revenue_12m", won_by="other")["value"].item() == 20.0
    assert only(told, "revenue_12m", won_by="referral")["n"].item() == 1
    assert only(told, "revenue_12m_difference", won_by="referral")["value"].item() == 30.0


def test_worth_names_what_it_lacks(survey):
    survey.customer("a")
    told = loyalty.customer_value(survey.customers, as_of=AS_OF)
    assert told["note"].item() == "needs orders.margin, orders.value, customers.revenue_12m"
    assert list(told.columns[:2]) == ["kept", "won_by"]
    survey.people["a"] |= {"revenue_12m": 5.0, "currency": "EUR"}
    survey.customer("b", revenue_12m=np.nan, currency="CHF")
    with pytest.raises(DataError) as caught:
        loyalty.customer_value(survey.customers, as_of=AS_OF)
    assert str(caught.value) == "customers.currency: amounts stand in several currencies: 'EUR, CHF'. Convert them to one."
