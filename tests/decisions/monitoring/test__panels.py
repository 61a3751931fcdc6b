"""Who had an action and who did not, and what is counted there."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.monitoring import _panels
from cxlib.decisions.monitoring._panels import Sources, comparison, counts, ratings, sales, started
from cxlib.errors import DataError

from .conftest import PERIOD


def sources(made, **more):
    given = {"contacts": made["log"], **{name: made[name] for name in ("orders", "invoices", "customers", "responses")}}
    return Sources(**given | {"period": PERIOD} | more)


def of(made, **more):
    return made["actions"].iloc[0].to_dict() | more


@pytest.mark.parametrize("told", [None, np.nan, " "])
def test_no_comparison_is_told(told):
    assert comparison(told, "M") is None


def test_words_that_name_no_groups_are_refused_word_for_word():
    with pytest.raises(DataError) as refusal:
        comparison("branches without it", "M1")
    assert str(refusal.value) == (
        "actions 'M1', comparison: names no groups: 'branches without it'. Write the column and the groups that did not have the action, "
        "as in 'region: north, east', or leave it empty."
    )


def test_a_level_that_no_customer_has_is_refused(house):
    made = house(people=40)
    with pytest.raises(DataError, match=r"actions 'M', comparison: region has no level 'e'.*a, b, c, d"):
        counts(of(made, comparison="region: e"), sources(made), reasons=["late"], per="orders")


def test_a_column_that_no_customer_has_is_refused(house):
    made = house(people=40)
    with pytest.raises(DataError, match="actions 'M', comparison: no customer has the column 'land'"):
        counts(of(made, comparison="land: c"), sources(made), reasons=["late"], per="orders")


def test_an_unknown_way_of_counting_is_refused(house):
    made = house(people=40)
    with pytest.raises(DataError, match="followed.M: contacts are not counted on 'order'.*orders"):
        counts(of(made), sources(made), reasons=["late"], per="order")


@pytest.mark.parametrize("per", ["delayed_orders", "orders", "invoices"])
def test_contacts_are_attributed_to_the_step_of_the_order_they_name(house, per):
    made = house(people=40)
    told = counts(of(made), sources(made), reasons=["late"], per=per)
    table = told.panel.table
    inside = made["orders"]["promised_last"].between(pd.Timestamp(PERIOD[0]), pd.Timestamp(PERIOD[1]))
    named = made["log"]["order_id"].isin(made["orders"].loc[inside, "order_id"])
    assert table["top"].sum() <= named.sum()
    assert table["bottom"].sum() <= inside.sum()
    assert set(table["level"]) == set("abcd")
    assert table.groupby("level")["treated"].first().to_dict() == {"a": True, "b": True, "c": False, "d": False}
    assert table["step"].min() == -6  # 182 days before the start: six whole steps of 28
    order = made["orders"].set_index("order_id").loc[made["log"]["order_id"], "promised_last"].to_numpy()
    late = (order >= np.datetime64("2025-07-07")).sum()
    assert table.loc[table["step"] >= 0, "top"].sum() == late


def test_customers_count_for_the_part_of_a_step_in_which_they_were_ones(house):
    made = house(people=4)
    customers = made["customers"].assign(start_date=pd.Timestamp("2025-07-21"), churn_date=pd.NaT)
    told = counts(of(made), sources(made, customers=customers), reasons=["late"], per="customers")
    first = told.panel.table.groupby("step")["bottom"].first()
    assert first.index.min() == 0
    assert first.loc[0] == pytest.approx(0.5)
    assert first.loc[1] == pytest.approx(1.0)


def test_what_is_missing_is_named(house):
    made = house(people=40)
    assert counts(of(made), sources(made, contacts=None), reasons=["late"], per="orders").needs == ["contacts.contact_ts"]
    bare = sources(made, invoices=pd.DataFrame())
    assert counts(of(made), bare, reasons=["late"], per="invoices").needs == ["invoices.order_id", "invoices.issued_ts"]
    assert counts(of(made), sources(made), reasons=[], per="orders").needs == ["actions.reason_id"]
    assert counts(of(made, comparison=None), sources(made), reasons=["late"], per="orders").needs == ["actions.comparison"]
    assert ratings(of(made), sources(made, responses=None), "T1_actual").needs == ["responses[actual]"]
    assert ratings(of(made), sources(made), "T9").needs == ["responses.T9"]
    assert sales(of(made), sources(made, orders=None)).needs == ["orders.order_ts", "orders.customer_id"]


def test_waves_lie_on_the_side_on_which_they_were_asked(house):
    told = ratings(of(house(people=40)), sources(house(people=40)), "T1_actual")
    assert sorted(told.panel.table["step"].unique()) == [-1, 0]
    assert told.unit == "scale 1–6"
    assert told.n["behind"] == 40


def test_orders_are_followed_on_customers(house):
    made = house(people=40)
    told = sales(of(made), sources(made))
    assert told.unit == _panels.PER["customers"]
    inside = made["orders"]["promised_last"] >= pd.Timestamp("2025-01-20")  # the first whole step
    assert told.panel.table["top"].sum() == inside.sum()


def test_only_what_has_begun_is_followed():
    day = pd.Timestamp("2026-01-01")
    table = pd.DataFrame({"action_id": ["b", "a", "c"], "start_date": [day, pd.Timestamp("2025-01-01"), pd.NaT]})
    assert started(table)["action_id"].to_list() == ["a", "b"]
    assert started(table, PERIOD[0])["action_id"].to_list() == ["a"]
    assert started(table.iloc[:0]).empty
