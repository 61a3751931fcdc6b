"""Behaviour after the survey: what counts, what does not, and what nobody can know yet."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.survey import loyalty, questionnaires

AS_OF = date(2025, 12, 31)


def joined(survey, **options):
    options = {
        "customers": survey.customers,
        "orders": survey.orders if survey.sold else None,
        "horizon_days": 90,
        "as_of": AS_OF,
    } | options
    return loyalty.behaviour(survey.responses, **options).set_index("customer_id")


def test_a_purchase_counts_from_the_day_after_to_the_last_day_of_the_horizon(survey):
    for name, moment in {
        "before": "2025-02-28",
        "same_day": "2025-03-01 18:00",
        "next_day": "2025-03-02 00:10",
        "last_day": "2025-05-30 23:50",
        "too_late": "2025-05-31 00:10",
    }.items():
        survey.customer(name).answer(name, "2025-03-01 12:00").order(name, moment)
    told = joined(survey)
    assert told["bought_again"].to_dict() == {"before": 0.0, "same_day": 0.0, "next_day": 1.0, "last_day": 1.0, "too_late": 0.0}
    assert told["order_value"].to_dict() == {"before": 0.0, "same_day": 0.0, "next_day": 100.0, "last_day": 100.0, "too_late": 0.0}
    assert "margin_after" not in told.columns
    assert told["currency"].eq("EUR").all()


def test_an_outcome_is_missing_until_its_horizon_is_over_even_if_it_came_early(survey):
    survey.customer("old").answer("old", "2025-10-02").order("old", "2025-10-10")
    survey.customer("new", churn_date="2025-11-01").answer("new", "2025-10-03").order("new", "2025-10-10")
    told = joined(survey)
    assert told["followed"].to_dict() == {"old": "followed", "new": "open"}
    assert told["bought_again"].to_list() == pytest.approx([1.0, np.nan], nan_ok=True)
    assert told["left"].to_list() == pytest.approx([0.0, np.nan], nan_ok=True)


def test_who_was_no_customer_on_the_day_has_no_behaviour(survey):
    survey.customer("gone", status="lost", churn_date="2025-02-28").customer("that_day", status="lost", churn_date="2025-03-01")
    survey.customer("prospect", status="prospect", start_date=None).customer("later", start_date="2025-04-01")
    survey.customer("undated", status="lost").customer("leaves", status="lost", churn_date="2025-03-02").customer("stays")
    for name in [*survey.people, "stranger"]:
        survey.answer(name, "2025-03-01").order(name, "2025-03-20")
    survey.answer(None, "2025-03-01", number="nobody")
    told = joined(survey)
    expected = {"gone": "lost_before", "that_day": "lost_before", "prospect": "not_yet_customer", "later": "not_yet_customer"}
    expected |= {"undated": "undated", "leaves": "followed", "stays": "followed", "stranger": "unlinked"}
    assert told["followed"].drop(index=np.nan).to_dict() == expected
    assert told.loc[told.index.isna(), "followed"].to_list() == ["unlinked"]
    known = told[told["followed"] == "followed"]
    assert known["left"].to_dict() == {"leaves": 1.0, "stays": 0.0}
    assert told[told["followed"] != "followed"][["left", "bought_again", "order_value"]].isna().all(axis=None)


def test_a_loss_that_is_announced_for_later_has_not_happened_yet(survey):
    survey.customer("announced", churn_date="2026-03-01").answer("announced", "2025-03-01")
    assert joined(survey)["left"].item() == 0.0
    assert joined(survey)["followed"].item() == "followed"


def test_cancelled_orders_count_nowhere_and_returned_ones_do(survey):
    survey.customer("a").customer("b").answer("a", "2025-03-01").answer("b", "2025-03-01")
    survey.order("a", "2025-03-10", cancelled_ts="2025-03-11").order("b", "2025-03-10", cancelled_ts=None, margin=-7.0)
    told = joined(survey)
    assert told["bought_again"].to_dict() == {"a": 0.0, "b": 1.0}
    assert told["margin_after"].to_dict() == {"a": 0.0, "b": -7.0}


def test_one_unknown_amount_makes_the_sum_unknown(survey):
    survey.customer("a").answer("a", "2025-03-01").order("a", "2025-03-10").order("a", "2025-03-11", value=np.nan)
    assert joined(survey)["bought_again"].item() == 1.0
    assert np.isnan(joined(survey)["order_value"].item())


def test_brought_in_are_those_who_came_after_the_answer(survey):
    survey.customer("old").customer("new").customer("x", referred_by="old", start_date="2025-02-01")
    survey.customer("y", referred_by="new", start_date="2025-03-15").answer("old", "2025-03-01").answer("new", "2025-03-01")
    assert joined(survey)["brought_in"].to_dict() == {"old": 0.0, "new": 1.0}


def test_what_a_client_does_not_have_is_absent(survey):
    survey.customer("a").answer("a", "2025-03-01").order("a", "2025-03-10")
    assert loyalty.after(joined(survey, orders=None)) == ("left",)
    assert loyalty.after(joined(survey, customers=None)) == ("bought_again", "order_value")
    alone = survey.responses.drop(columns="customer_id")
    assert loyalty.behaviour(alone, customers=survey.customers, horizon_days=90, as_of=AS_OF).equals(alone)
    told = loyalty.follow_up(alone)
    assert (told["note"].item(), told["metric"].item()) == ("needs responses.customer_id", "follow_up_share")


def test_columns_are_the_same_for_all_answers_of_a_questionnaire(survey):
    survey.customer("a").answer("a", "2025-03-01", number="q").answer("a", "2025-03-01", number="q", item="web").order("a", "2025-03-10")
    told = joined(survey).reset_index()
    assert told["bought_again"].to_list() == [1.0, 1.0]
    assert questionnaires(told, ["hotline", "web"]).people["bought_again"].to_list() == [1.0]
    assert len(told) == len(survey.responses)


@given(st.lists(st.integers(-30, 200), max_size=6), st.integers(1, 150))
def test_a_longer_horizon_never_takes_a_purchase_back(offsets, horizon):
    day = pd.Timestamp("2025-01-15", tz="UTC")
    answers = pd.DataFrame({"response_id": ["q"], "customer_id": ["a"], "survey_ts": [day]})
    sold = pd.DataFrame({"customer_id": "a", "order_ts": [day + pd.Timedelta(days=offset) for offset in [-40, *offsets]], "value": 1.0})
    shorter, longer = (
        loyalty.behaviour(answers, orders=sold, horizon_days=days, as_of=AS_OF)["order_value"].item() for days in (horizon, horizon + 30)
    )
    assert shorter == sum(1 <= offset <= horizon for offset in offsets)
    assert longer >= shorter


def test_follow_up_tells_why_behaviour_is_not_known(survey):
    survey.customer("a").customer("b", status="prospect").answer("a", "2025-03-01").answer("b", "2025-03-01").answer("a", "2025-12-01")
    told = loyalty.follow_up(joined(survey).reset_index(), cluster="customer_id").set_index("followed")["value"]
    assert told.to_dict() == pytest.approx(
        {"followed": 1 / 3, "open": 1 / 3, "lost_before": 0, "not_yet_customer": 1 / 3, "undated": 0, "unlinked": 0}
    )


def test_bought_at_is_the_last_order_before_or_the_one_that_is_named(survey):
    survey.answer("a", "2025-03-01").answer("b", "2025-03-01", order_id="1").answer("c", "2025-03-01")
    survey.order("a", "2025-02-01", touchpoint_id="shop").order("b", "2025-01-01", touchpoint_id="phone")
    survey.order("b", "2025-02-01", touchpoint_id="shop").order("a", "2025-03-05", touchpoint_id="mail")
    told = loyalty.bought_at(survey.responses, survey.orders)
    assert told["bought_at"].fillna("").to_list() == ["shop", "phone", ""]
    bare = survey.orders.drop(columns="touchpoint_id")
    assert loyalty.bought_at(survey.responses, bare).equals(survey.responses)


def refused(call):
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def test_bad_input_is_refused(survey):
    survey.customer("a").customer("b").answer("a", "2025-03-01", number="q").answer("b", "2025-03-01", number="q", item="web")
    survey.order("a", "2025-03-10")
    assert refused(lambda: joined(survey)) == "responses: a questionnaire belongs to more than one customer: 'q'."
    survey.answers.pop()
    assert refused(lambda: joined(survey, horizon_days=0)) == "horizon_days: a horizon has at least one day, not '0'."
    twice = pd.concat([survey.customers, survey.customers])
    assert refused(lambda: joined(survey, customers=twice)) == "customers: a customer stands twice: 'a'. Each customer has one row."
    again = joined(survey).reset_index()
    said = refused(lambda: loyalty.behaviour(again, customers=survey.customers, horizon_days=90, as_of=AS_OF))
    assert said.splitlines()[0] == "responses: has the column already: 'followed'. Join behaviour once."
    survey.order("a", "2025-03-11", currency="CHF")
    assert refused(lambda: joined(survey)) == "orders.currency: amounts stand in several currencies: 'EUR, CHF'. Convert them to one."
