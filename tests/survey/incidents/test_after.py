"""What goes along with having met an incident: who left, how soon, how the brand is seen."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlib.estimates.sampling import sample
from cxlib.survey.incidents import brand, left, soon
from cxlib.survey.incidents.after import _left_by

AS_OF = date(2026, 1, 1)
# R 4.2, survival: s <- data.frame(id = 1:8, start = c(0,0,95,10,0,60,5,0), stop = c(100,40,200,90,365,150,120,80), e = c(1,0,1,1,0,0,1,0),
#     w = c(1,2,.5,1,3,1,2,1), a = c(1,1,2,2,3,3,4,5))
#   f <- survfit(Surv(start, stop, e) ~ 1, data = s, weights = w, cluster = a, robust = TRUE); r <- summary(f, times = c(90, 180)); r$surv; r$std.err
#   likewise with id = id for single customers, and without weights
SPELLS = pd.DataFrame(
    {"customer_id": list("abcdefgh"), "start": [0.0, 0, 95, 10, 0, 60, 5, 0], "stop": [100, 40, 200, 90, 365, 150, 120, 80]}
)
SPELLS = SPELLS.assign(left=[1, 0, 1, 1, 0, 0, 1, 0], weight=[1, 2, 0.5, 1, 3, 1, 2, 1], account=["1", "1", "2", "2", "3", "3", "4", "5"])
STAYED = {
    (None, "customer_id"): {90: (0.80, 0.1788854382000), 180: (0.48, 0.1979090700296)},
    ("weight", "customer_id"): {90: (0.875, 0.125), 180: (0.525, 0.233740715799)},
    ("weight", "account"): {90: (0.875, 0.1307281291459), 180: (0.525, 0.2653605709952)},
}


def world(n=80, *, leaving=20, struck=40):
    """Customers asked on 1 January 2025; the first `struck` told of something bad on 1 February; the first `leaving` left on 1 July."""
    ids = [f"c{number:03d}" for number in range(n)]
    responses = pd.DataFrame({"respondent_id": [f"r{name}" for name in ids], "customer_id": ids, "response_id": ids})
    responses["survey_ts"] = pd.Timestamp("2025-01-01 10:00", tz="Europe/Berlin")
    responses["weight"] = 1.0
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


def drawn(weight=None, cluster="customer_id"):
    return sample(SPELLS, ["start"], (), {"weight": weight, "cluster": cluster})


@pytest.mark.parametrize("day", [90, 180])
@pytest.mark.parametrize(("weight", "cluster"), list(STAYED))
def test_the_curve_is_that_of_survival(weight, cluster, day):
    chosen, (stayed, error) = drawn(weight, cluster), STAYED[weight, cluster][day]
    value, low, high = _left_by(day, SPELLS, chosen, 0.95)
    clusters = len(chosen.cluster_ids)
    half = stats.t.ppf(0.975, clusters - 1) * error * np.sqrt(clusters / (clusters - 1)) / (stayed * abs(np.log(stayed)))
    assert (value, low, high) == pytest.approx((1 - stayed, 1 - stayed ** np.exp(-half), 1 - stayed ** np.exp(half)), rel=1e-8)


def test_where_nobody_left_the_interval_is_exact():
    assert _left_by(30, SPELLS, drawn(), 0.95) == (0.0, 0.0, pytest.approx(1 - 0.025 ** (1 / 8)))
    weight = SPELLS["weight"]
    effective = weight.sum() ** 2 / (weight**2).sum()
    assert _left_by(30, SPELLS, drawn("weight"), 0.95)[2] == pytest.approx(1 - 0.025 ** (1 / effective))


def test_weights_of_the_survey_count():
    """Who weighs twice counts like two customers: in the share, the rate, the curve and the ratio."""
    incidents, responses, customers = world(leaving=50)
    heavy = responses["response_id"].isin(responses["response_id"][::2])
    weighted = (incidents, responses.assign(weight=np.where(heavy, 2.0, 1.0)), customers)
    ids = {name: name + "x" for name in responses["response_id"][heavy]}

    def twice(table):
        more = table[table.iloc[:, 0].isin([*ids, *(f"r{name}" for name in ids)])]
        columns = [name for name in ("incident_id", "respondent_id", "customer_id", "response_id") if name in table]
        return pd.concat([table, more.assign(**{name: more[name] + "x" for name in columns})], ignore_index=True)

    for noun in (left, soon):
        found, doubled = noun(*weighted, as_of=AS_OF), noun(*map(twice, (incidents, responses, customers)), as_of=AS_OF)
        assert found["value"].to_numpy() == pytest.approx(doubled["value"].to_numpy(), nan_ok=True)
        plain = noun(*weighted, as_of=AS_OF, weight=None)["value"]
        assert plain.to_numpy() == pytest.approx(noun(incidents, responses, customers, as_of=AS_OF)["value"].to_numpy(), nan_ok=True)


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
