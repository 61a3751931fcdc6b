"""Orders: counts, mixes, rhythm and selling pressure as planted."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib import tables
from cxlib.simulate.calendar import on_holiday
from cxlib.simulate.orders import CAMPAIGN, DISAPPOINTMENT, OFFERS, disappointment, orders
from cxlib.simulate.people import REVENUE, people
from cxlib.simulate.plan import Plan
from cxlib.simulate.sellers import sellers

from .conftest import clustered


@pytest.fixture(scope="module")
def demo(several):
    return several[0]


@pytest.fixture(scope="module", name="several")
def orders_of_several(several):
    return [made for _, made in several]


def public(frame):
    return frame[[name for name in frame if not name.startswith("_")]].reset_index(drop=True)


def near(share, planted, n):
    return abs(share - planted) <= 4 * np.sqrt(planted * (1 - planted) / n)


def local(moments):
    return moments.dt.tz_localize(None)


@pytest.mark.parametrize("plan", [Plan(), Plan(size=0.02, seed=3), Plan(market="b2c", size=0.2)], ids=["demo", "small", "b2c"])
def test_public_columns_keep_their_contract(plan):
    made = orders(plan, people(plan))
    tables.contract("orders").validate(public(made), "orders")
    assert len(made) == plan.count(8000)
    assert made["order_ts"].is_monotonic_increasing


def test_every_seller_has_the_orders_described(demo):
    planted = sellers(Plan())
    assert demo["seller_id"].value_counts().to_dict() == planted["orders"].to_dict()
    assert demo.loc[demo["_campaign"], "seller_id"].value_counts().to_dict() == planted["campaign"].to_dict()
    assert planted["campaign"].sum() == 620


def test_the_campaign_is_in_october_and_sells_no_special_builds(demo):
    of = demo[demo["_campaign"]]
    assert (of["campaign_id"] == CAMPAIGN).all()
    assert demo.loc[~demo["_campaign"], "campaign_id"].isna().all()
    assert set(of["order_ts"].dt.strftime("%Y-%m")) == {"2025-10"}
    assert not of["_special"].any()
    lead = (of["promised_first"] - local(of["order_ts"]).dt.normalize()).dt.days
    assert lead.median() == 5


def test_sellers_close_discount_and_lose_as_planted(several):
    made = pd.concat(several)
    made["month_end"] = made["order_ts"].dt.day > made["order_ts"].dt.days_in_month - 3
    made["early"] = (made["cancelled_ts"] - made["order_ts"]) <= pd.Timedelta(days=15)
    planted = sellers(Plan())
    for name, rows in made.groupby("seller_id"):
        assert near(rows["month_end"].mean(), planted.loc[name, "month_end"], len(rows))
        assert near(rows["early"].mean(), planted.loc[name, "early_cancelled"], len(rows))
        mean = planted.loc[name, "discount"]
        assert rows["discount"].mean() == pytest.approx(mean, abs=4 * np.sqrt(mean * (1 - mean) / 31 / len(rows)) + 0.0005)
    assert made.groupby("seller_id")["month_end"].mean().idxmax() == "V07"
    assert made.groupby("seller_id")["early"].mean().idxmax() == "V07"


def test_the_mix_explains_v11_and_not_v07(several):
    planted = sellers(Plan())["expected"]
    seen = pd.concat([100 * made.groupby("seller_id")["_expected"].mean() for made in several], axis=1, ignore_index=True)
    made = pd.concat([made.assign(who=f"{seed} " + made["customer_id"]) for seed, made in enumerate(several)], ignore_index=True)
    name = made["seller_id"].where(made["seller_id"].isin(["V03", "V07", "V11"]), "others")
    for seller, rows in made.groupby(name):  # orders of a customer are alike
        wanted = 24 if seller == "others" else planted[seller]
        assert 100 * rows["_expected"].mean() == pytest.approx(wanted, abs=400 * clustered(rows["_expected"], rows["who"])), seller
    for column in seen:  # in every single sample the order of the three is the planted one
        assert seen.loc["V11", column] > seen[column].drop("V11").max() + 5
        assert seen.loc["V07", column] < seen.loc["V11", column] - 10
    hard = pd.concat(several).assign(building=lambda rows: rows["_segment"] == "construction").groupby("seller_id")
    assert (hard[["_special", "building", "_new"]].mean().idxmax() == "V11").all()


def test_expected_disappointment_is_the_product_of_its_factors():
    rows = pd.DataFrame(
        {
            "_special": [False, True, False],
            "_segment": ["oem", "construction", "oem"],
            "_new": [False, True, False],
            "_campaign": [False, False, True],
        }
    )
    of = DISAPPOINTMENT
    want = [of["base"], of["base"] * of["special"] * of["construction"] * of["new"], of["base"] + of["campaign"]]
    assert disappointment(rows).tolist() == pytest.approx(want)


def test_values_are_skewed_and_divide_by_segment_as_described(demo):
    total = demo.groupby("_segment")["value"].sum()
    for segment, share in REVENUE.items():
        assert total[segment] / total.sum() == pytest.approx(share, abs=0.002)
    assert total.sum() == pytest.approx(96e6 * 1.5, rel=0.02)
    assert demo["value"].mean() > 2.5 * demo["value"].median()
    assert demo.loc[demo["_special"], "value"].median() > 2 * demo.loc[~demo["_special"], "value"].median()


def test_new_customers_start_with_an_order_and_lost_ones_end(demo):
    customers = people(Plan()).customers.set_index("customer_id")
    span = local(demo["order_ts"]).dt.normalize().groupby(demo["customer_id"]).agg(["min", "max"]).join(customers)
    new = span[span["_new"]]
    assert len(new) == 780
    assert (new["min"] == new["start_date"]).all()
    lost = span[span["status"] == "lost"]
    assert len(lost) == 164
    assert (lost["max"] < lost["churn_date"]).all()
    assert ((lost["churn_date"] - lost["max"]).dt.days <= 121).all()
    assert not (span["status"] == "prospect").any()


def test_orders_follow_week_season_and_holidays(demo):
    weekday = demo["order_ts"].dt.day_of_week.value_counts(normalize=True)
    assert weekday[0] > weekday[2] > weekday[4] > 10 * weekday.get(5, 0)
    assert 6 not in weekday
    usual = demo[~demo["_campaign"]]
    late = local(usual["order_ts"]).dt.normalize()[~usual["_new"]]
    assert not on_holiday(late, usual.loc[late.index, "_state"].to_numpy()).any()
    phone = demo[demo["touchpoint_id"] == "T17"]
    minutes = phone["order_ts"].dt.hour * 60 + phone["order_ts"].dt.minute
    assert minutes.between(450, 990).all()


def test_farming_orders_in_its_season(several):
    made = pd.concat(several, ignore_index=True)
    farming, month = made["_segment"] == "farming", made["order_ts"].dt.month
    for season, factor in (([4, 5], 1.9), ([7], 2.2)):
        number = [(kind & month.isin(months)).sum() for kind in (farming, made["_segment"] == "oem") for months in (season, [2, 6])]
        ratio = number[0] / number[1] / (number[2] / number[3])
        assert abs(np.log(ratio / factor)) < 4 * np.sqrt(sum(1 / n for n in number))


def test_the_shop_takes_over_from_the_phone_after_the_relaunch(several):
    made = pd.concat(several, ignore_index=True)
    usual = made[~made["_new"] & ~made["_special"] & ~made["_campaign"]]
    after, phone = usual["order_ts"] >= pd.Timestamp("2025-09-22", tz="Europe/Berlin"), usual["touchpoint_id"] == "T17"
    ratio = phone[after].mean() / phone[~after].mean()
    error = np.sqrt(1 / phone[after].sum() + 1 / phone[~after].sum())
    assert abs(np.log(ratio / 0.82)) < 4 * error + 0.06  # the seasons of farming and building differ between the two stretches


def test_orders_belong_to_persons_of_their_customer(demo):
    owner = people(Plan()).persons.set_index("person_id")["_customer_id"]
    assert (owner.reindex(demo["_person_id"]).to_numpy() == demo["customer_id"].to_numpy()).all()


def test_offers_are_taken_by_their_share_of_the_eligible(demo):
    for offer, (segments, share) in OFFERS.items():
        eligible = demo[demo["_segment"].isin(segments)]
        takers = (eligible["offer_id"] == offer).groupby(eligible["customer_id"]).any()
        assert takers.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(takers)))
        assert set(demo.loc[demo["offer_id"] == offer, "_segment"]) <= set(segments)


def test_consumers_buy_in_the_shop():
    plan = Plan(market="b2c", size=0.2)
    made = orders(plan, people(plan))
    assert set(made["touchpoint_id"]) == {"T19"}
    assert made["seller_id"].isna().all()
    assert not made["_special"].any()
    assert made["_campaign"].sum() == 124


def test_a_period_without_october_has_no_campaign():
    plan = Plan(size=0.1, start=date(2026, 1, 1), end=date(2026, 6, 30))
    assert not orders(plan, people(plan))["_campaign"].any()
