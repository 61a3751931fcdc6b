"""Retention by experience: the clock, who is watched, and the identity with the share that left."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.estimates import only
from cxlib.survey import loyalty

AS_OF = date(2025, 12, 31)


def kept(survey, **options):
    options = {"customers": survey.customers, "items": ["hotline"], "days": [30], "as_of": AS_OF} | options
    return loyalty.retention(survey.responses, **options)


def test_the_clock_starts_with_the_answer_and_stops_with_the_data(survey):
    survey.customer("stays").customer("leaves", status="lost", churn_date="2025-03-31").customer("watched_shortly")
    survey.answer("stays", "2025-03-01").answer("leaves", "2025-03-01 18:00").answer("watched_shortly", "2025-12-21")
    told = only(kept(survey, days=[29, 30, 305, 306]).assign(), "retained_share", experience="fine", days="29")
    assert told["value"].item() == 1.0
    shares = kept(survey, days=[29, 30, 305, 306])
    shares = shares[shares["experience"].isna()].set_index("days")
    assert shares["value"].to_list() == pytest.approx([1.0, 0.5, 0.5, np.nan], nan_ok=True)
    assert shares.loc["306", "note"] == "beyond follow-up"


def test_a_loss_announced_for_later_ends_no_relation_yet(survey):
    survey.customer("announced", churn_date="2026-02-01").customer("stays")
    survey.answer("announced", "2025-12-01").answer("stays", "2025-03-01")
    told = kept(survey, days=[60, 200])
    assert told.loc[told["experience"].isna(), "value"].to_list() == [1.0, 1.0]


def test_without_censoring_it_is_one_less_the_share_that_left(survey):
    rng = np.random.default_rng(1)
    for number in range(120):
        gone = rng.random() < 0.3
        day = pd.Timestamp("2025-03-01") + pd.Timedelta(days=int(rng.integers(1, 200)))
        survey.customer(str(number), status="lost" if gone else "active", churn_date=day if gone else None)
        survey.answer(str(number), "2025-03-01", value=float(rng.integers(1, 6)), weight=float(rng.uniform(0.5, 2)))
    told = kept(survey, days=[90]).set_index(["experience", "metric"])["value"]
    behaved = loyalty.behaviour(survey.responses, customers=survey.customers, horizon_days=90, as_of=AS_OF)
    left = loyalty.reaction(behaved, items=["hotline"]).set_index(["experience", "metric"])["value"]
    for name in ("disappointed", "fine", "delighted", np.nan):
        assert told.loc[(name, "retained_share")] == pytest.approx(1 - left.loc[(name, "reaction")])
    assert told.loc[("delighted", "retained_difference")] == pytest.approx(-left.loc[("delighted", "reaction_difference")])


def test_each_touchpoint_is_an_experience_of_its_own(survey):
    for name, gone in (("a", True), ("b", False), ("c", False)):
        survey.customer(name, status="lost" if gone else "active", churn_date="2025-03-10" if gone else None)
        survey.answer(name, "2025-03-01", number=name, value=1.0 if gone else 5.0)
        survey.answer(name, "2025-03-01", number=name, item="web", touchpoint_id="T5", value=3.0)
    told = kept(survey, items=["hotline", "web"], by=["touchpoint_id"])
    shares = told[told["metric"] == "retained_share"].set_index(["touchpoint_id", "experience"])["value"].dropna().to_dict()
    expected = {
        ("T31", np.nan): 2 / 3,
        ("T5", np.nan): 2 / 3,
        ("T31", "delighted"): 1.0,
        ("T31", "disappointed"): 0.0,
        ("T5", "fine"): 2 / 3,
    }
    assert {str(key): value for key, value in shares.items()} == pytest.approx({str(key): value for key, value in expected.items()})
    assert list(told.columns[:3]) == ["touchpoint_id", "experience", "days"]


def test_who_was_no_customer_is_not_watched(survey):
    survey.customer("stays").customer("gone", status="lost", churn_date="2025-02-01").customer("undated", status="lost")
    survey.customer("prospect", status="prospect")
    for name in survey.people:
        survey.answer(name, "2025-03-01")
    told = kept(survey)
    assert told["n"].to_list() == [1, 1]


def test_a_customers_two_persons_belong_together(survey):
    rng = np.random.default_rng(4)
    for number in range(60):
        gone = rng.random() < 0.3
        survey.customer(str(number), status="lost" if gone else "active", churn_date="2025-03-11" if gone else None)
        for person in "ab":
            survey.answer(str(number), "2025-03-01", number=f"{number}{person}", respondent_id=f"{number}{person}")
    both = kept(survey).iloc[0]
    apart = kept(survey, cluster="respondent_id").iloc[0]
    assert both["high"] - both["low"] > 1.3 * (apart["high"] - apart["low"])


def test_thin_days_have_no_value_and_lacking_tables_are_named(survey):
    for number in range(5):
        survey.customer(str(number)).answer(str(number), "2025-03-01")
    told = kept(survey, min_n=7)
    assert (told["note"].unique().tolist(), told["value"].isna().all()) == (["n < 7"], True)
    bare = kept(survey, customers=survey.customers.drop(columns="churn_date"), items=[])
    assert bare["note"].item() == "needs customers.churn_date, responses[actual]"
    assert list(bare.columns[:2]) == ["experience", "days"]


def test_adjusted_shares_say_so_and_even_out_segments(survey):
    # farmers leave, others stay; the disappointed are farmers more often
    number = 0
    for value, farmers, others in ((1.0, 30, 10), (5.0, 10, 30)):
        for segment, count in (("farming", farmers), ("oem", others)):
            for _ in range(count):
                gone = segment == "farming" and number % 2 == 0
                survey.customer(
                    str(number), segment=segment, status="lost" if gone else "active", churn_date="2025-03-11" if gone else None
                )
                survey.answer(str(number), "2025-03-01", value=value)
                number += 1
    raw, even = kept(survey), kept(survey, adjust=["segment"])
    assert only(raw, "retained_difference", experience="delighted", days="30")["value"].item() == pytest.approx(0.25)
    assert only(even, "adjusted_retained_difference", experience="delighted", days="30")["value"].item() == pytest.approx(0.0)


def test_an_unknown_reference_is_refused(survey):
    survey.customer("a").answer("a", "2025-03-01")
    with pytest.raises(DataError) as caught:
        kept(survey, reference="delightd")
    assert str(caught.value) == (
        "reference: there is no class of experience 'delightd' (did you mean 'delighted'?). Classes: disappointed, fine, delighted."
    )
