"""What goes along with having met an incident: who left, how soon, how the brand is seen."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.survey.incidents import brand, left, soon
from cxlib.survey.incidents.after import _left_by

AS_OF = date(2026, 1, 1)
# R 4.2, survival: s <- data.frame(start = c(0,0,95,10,0,60,5,0), stop = c(100,40,200,90,365,150,120,80), e = c(1,0,1,1,0,0,1,0))
#   summary(survfit(Surv(start, stop, e) ~ 1, data = s, conf.type = "log-log"), times = c(90, 180))
START = np.array([0.0, 0, 95, 10, 0, 60, 5, 0])
STOP = np.array([100.0, 40, 200, 90, 365, 150, 120, 80])
EVENT = np.array([1, 0, 1, 1, 0, 0, 1, 0]) == 1
SURVIVAL = {90: (0.80, 0.2038092632676, 0.969179788867), 180: (0.48, 0.0999861042922, 0.791405352366)}


def world(n=80, *, leaving=20, struck=40):
    """Customers asked on 1 January 2025; the first `struck` told of something bad on 1 February; the first `leaving` left on 1 July."""
    ids = [f"c{number:03d}" for number in range(n)]
    responses = pd.DataFrame({"respondent_id": [f"r{name}" for name in ids], "customer_id": ids, "response_id": ids})
    responses["survey_ts"] = pd.Timestamp("2025-01-01 10:00", tz="Europe/Berlin")
    gone = [pd.Timestamp("2025-07-01") if number < leaving else pd.NaT for number in range(n)]
    customers = pd.DataFrame({"customer_id": ids, "churn_date": pd.to_datetime(gone)})
    incidents = pd.DataFrame({"incident_id": ids[:struck], "respondent_id": [f"r{name}" for name in ids[:struck]], "sign": "negative"})
    incidents["severity"], incidents["touchpoint_id"] = 2, "hotline"
    incidents["incident_ts"] = pd.Timestamp("2025-02-01 10:00", tz="Europe/Berlin")
    return incidents, responses, customers


def test_shares_and_rates_by_hand():
    found = left(*world(), as_of=AS_OF)
    share = found[(found["metric"] == "left_share") & found["told"].notna()].set_index("told")["value"]
    assert share.to_dict() == {"negative": 0.5, "none": 0.0}
    rate = found[(found["metric"] == "left_rate") & found["told"].notna()].set_index("told")["value"]
    years = (20 * 181 + 20 * 365) / 365.25
    assert rate["negative"] == pytest.approx(100 * 20 / years)
    small = found[(found["metric"] == "left_share") & found["small_incidents"].notna()].set_index("small_incidents")["value"]
    assert small.to_dict() == {"0": 0.0, "1": 0.5}
    assert found.loc[found["metric"] == "incident_linked_share", "value"].item() == 1


def test_who_had_left_before_being_asked_is_left_out():
    incidents, responses, customers = world()
    customers.loc[0, "churn_date"] = pd.Timestamp("2024-12-01")
    found = left(incidents, responses, customers, as_of=AS_OF)
    assert found.loc[(found["metric"] == "left_share") & (found["told"] == "negative"), "n"].item() == 39


def test_thin_groups_keep_their_row():
    found = left(*world(struck=10), as_of=AS_OF)
    row = found[(found["metric"] == "left_share") & (found["told"] == "negative")]
    assert row["note"].item() == "n < 30"
    assert np.isnan(row["value"].item())


@pytest.mark.parametrize("missing", ["incidents.respondent_id", "responses.customer_id", "customers.churn_date"])
def test_a_missing_link_is_named_and_not_invented(missing):
    tables = dict(zip(("incidents", "responses", "customers"), world(), strict=True))
    table, column = missing.split(".")
    tables[table] = tables[table].drop(columns=column)
    for found in (left(**tables, as_of=AS_OF), soon(**tables, as_of=AS_OF)):
        assert found["note"].to_list() == [f"needs {missing}"]
        assert found["value"].isna().all()


def test_ids_that_do_not_meet_are_no_link():
    incidents, responses, customers = world()
    strangers = incidents.assign(respondent_id="I001")
    assert left(strangers, responses, customers, as_of=AS_OF)["note"].to_list() == ["needs incidents.respondent_id"]


@pytest.mark.parametrize("day", [90, 180])
def test_the_curve_is_that_of_survival(day):
    value, low, high = _left_by(day, START, STOP, EVENT, 0.95)
    stayed, lower, upper = SURVIVAL[day]
    assert (value, low, high) == pytest.approx((1 - stayed, 1 - upper, 1 - lower), rel=1e-8)


def test_where_nobody_left_the_interval_is_exact():
    assert _left_by(30, START, STOP, EVENT, 0.95) == (0.0, 0.0, pytest.approx(1 - 0.025 ** (1 / 8)))


def test_how_soon_and_how_much_more_often():
    found = soon(*world(leaving=50), as_of=AS_OF).set_index("metric")
    within = found.loc["left_within"].set_index("days_after")["value"]
    assert within.to_dict() == {"90": 0.0, "180": 1.0, "365": 1.0}  # all forty left 150 days after
    ratio = found.loc["left_rate_ratio"]
    after, before = 40 / (40 * 150 / 365.25), 10 / ((40 * 31 + 10 * 181 + 30 * 365) / 365.25)
    assert ratio["value"] == pytest.approx(after / before)
    assert ratio["low"] < ratio["value"] < ratio["high"]
    assert ratio["low"] > 1


# R 4.2, sandwich: g <- glm(e ~ after + offset(log(y)), poisson), e and y the events and years of each customer before and after;
#   exp(coef(g)["after"] + c(0, -1, 1) * qt(.975, 79) * sqrt(vcovCL(g, cluster = d$id, type = "HC0")["after", "after"]))
def test_the_ratio_is_that_of_a_poisson_regression_with_clustered_errors():
    incidents, responses, customers = world()  # twenty of forty left 150 days after; of the others, who were asked alike,
    customers.loc[40:49, "churn_date"] = pd.Timestamp("2025-07-01")  # ten on the same day
    ratio = soon(incidents, responses, customers, as_of=AS_OF).set_index("metric").loc["left_rate_ratio"]
    assert ratio[["value", "low", "high"]].to_list() == pytest.approx([2.89256198347, 1.35255107324, 6.18602505573], rel=1e-8)


def test_few_leavers_give_no_ratio():
    row = soon(*world(), as_of=AS_OF).set_index("metric").loc["left_rate_ratio"]
    assert row["note"] == "events < 5"  # nobody left who had no incident
    assert np.isnan(row["value"])


def test_undated_incidents_give_no_curve():
    incidents, responses, customers = world()
    undated = incidents.assign(incident_ts=pd.Series(pd.NaT, index=incidents.index, dtype="datetime64[us, Europe/Berlin]"))
    assert soon(undated, responses, customers, as_of=AS_OF)["note"].to_list() == ["needs incidents.incident_ts"]


def test_brand_by_what_was_told():
    incidents, responses, _ = world()
    answers = responses.assign(item_type="brand", item_id="trust", state="answered", weight=1.0, value=[3.0, 4.0] * 20 + [5.0, 6.0] * 20)
    found = brand(answers, incidents).set_index(["metric", "told"])["value"]
    assert found.to_dict() == {("brand_rating", "negative"): 3.5, ("brand_rating", "none"): 5.5, ("brand_difference", "negative"): -2.0}
    assert brand(answers.assign(item_type="nps"), incidents)["note"].to_list() == ["needs responses[brand]"]
    assert brand(answers, incidents.assign(respondent_id="x"))["note"].to_list() == ["needs incidents.respondent_id"]
