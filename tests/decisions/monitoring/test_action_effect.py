"""Whether an action worked: found where it did, not found where it did not, and what is proposed then."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.decisions import monitoring
from cxlib.decisions.monitoring import action_effect, proposals, verdict

from .conftest import PERIOD


def told(made, *, per="orders", **more):
    given = {name: made[name] for name in ("orders", "invoices", "customers", "responses")}
    followed = {"M": {"per": per} | more.pop("followed", {})}
    return action_effect(made.get("actions"), made["log"], **given | {"followed": followed, "period": PERIOD} | more)


def one(table, metric, **levels):
    rows = table[table["metric"].eq(metric) & table["placebo"].isna()]
    return rows.iloc[0]


def test_the_two_actions_of_the_demo(golden_update, demo):
    from cxlib import intake
    from cxlib.contacts import volume
    from cxlib.params import load

    params = load(demo, "demo")
    table = intake.prepare(demo, params).table
    log = table("contacts").assign(reason_id=table("contacts")["reason_gold"].fillna(table("contacts")["reason_legacy"]))
    coded = params.following_up
    answers = {"responses": table("responses"), "asked": params.sampling | {"draws": 0}}
    tables = {name: table(name) for name in ("orders", "invoices", "customers")}
    found = action_effect(table("actions"), volume.logged(log), **tables, **answers, **coded | {"draws": 0})
    marks = found[found["metric"].eq("action_effect_points") & found["placebo"].isna()].set_index("item_id")
    assert 0 < marks.loc["T22_actual", "low"] < 0.5 < marks.loc["T22_actual", "high"]
    assert marks.loc["T36_actual", "low"] < 0 < marks.loc["T36_actual", "high"]


@pytest.mark.parametrize("per", ["delayed_orders", "orders", "invoices"])
def test_an_action_that_works_is_found_and_kept(house, per):
    found = told(house(0.5, people=800), per=per)
    row = one(found, "action_effect")
    assert row["low"] < -0.5 < row["high"] < 0
    assert row["proposal"] == "keep"
    assert row["unit"] == "share"


def test_an_action_that_does_nothing_is_not_kept_whatever_the_season_does(house):
    found = told(house(1.0, people=800))
    row = one(found, "action_effect")
    assert row["low"] < 0 < row["high"]
    assert row["proposal"] in ("change", "stop", "open")


def test_an_action_that_harms_is_stopped(house):
    assert one(told(house(1.9, people=800)), "action_effect")["proposal"] == "stop"


def test_counted_on_customers_it_is_found_as_well(house):
    row = one(told(house(0.4, people=800), per="customers"), "action_effect")
    assert row["low"] < -0.6 < row["high"] < 0


def test_the_mark_that_rose_is_found(house):
    made = house(1.0, people=400, shift=0.6)
    made["actions"] = made["actions"].assign(effect_on="actual")
    row = one(told(made), "action_effect_points")
    assert row["low"] < 0.6 < row["high"]
    assert row["proposal"] == "keep"
    assert row["unit"] == "scale 1–6"
    assert proposals(told(made))["metric"].item() == "action_effect_points"  # what it aims at leads, though contacts are told as well


def test_sales_are_followed_as_orders(house):
    made = house(1.0, people=100)
    made["actions"] = made["actions"].assign(effect_on="sales")
    row = one(told(made), "action_effect_orders")
    assert row["low"] < 0 < row["high"]
    assert pd.notna(row["proposal"])


def test_what_must_not_rise_turns_keep_into_change(house):
    made = house(0.4, people=800)
    other = house(2.5, people=800)["log"].assign(reason_id="more")
    made["log"] = pd.concat([made["log"], other], ignore_index=True)
    found = told(made, followed={"unwanted": ["more"]})
    assert one(found, "unwanted_effect")["low"] > 0
    assert one(found, "action_effect")["proposal"] == "change"


def test_sides_that_parted_before_leave_it_open(house):
    made = house(0.5, people=800)
    gone = made["log"].merge(made["customers"], on="customer_id")
    early = gone["region"].isin(["a", "b"]) & (gone["local_date"] < pd.Timestamp("2025-04-01"))
    made["log"] = pd.concat([made["log"], *[made["log"][early.to_numpy()]] * 3], ignore_index=True)
    found = told(made)
    assert one(found, "action_effect")["proposal"] == "open"
    assert (found.loc[found["placebo"].notna(), "high"] < 0).any()


def test_too_few_contacts_keep_their_row(house):
    row = one(told(house(people=400), least=100_000), "action_effect")
    assert np.isnan(row["value"])
    assert row["note"] == "n < 100000"
    assert row["proposal"] == "open"


def test_draws_are_those_of_the_effect(house):
    row = one(told(house(0.5, people=200), draws=50, seed=3), "action_effect")
    assert len(row["draws"]) == 50
    assert np.mean(row["draws"]) == pytest.approx(row["value"], abs=0.15)


def test_what_is_missing_is_said(house):
    made = house(people=40)
    assert told(made | {"actions": made["actions"].iloc[:0]})["note"].item() == "needs actions.start_date"
    bare = told(made | {"actions": made["actions"].assign(comparison=None)})
    assert set(bare.loc[bare["metric"].isin(["action_effect", "action_effect_points"]), "note"]) == {"needs actions.comparison"}
    empty = {name: made[name].iloc[:0] for name in ("orders", "invoices", "customers", "responses", "log")}
    nothing = told(empty | {"actions": made["actions"]})
    assert nothing["note"].str.startswith("needs ").all()


def test_a_log_that_duckdb_holds_gives_the_same(house):
    import duckdb

    made = house(0.5, people=100)
    log = made["log"].drop(columns="contact_ts")
    relation = duckdb.connect().from_df(log)
    pd.testing.assert_frame_equal(told(made | {"log": log}), told(made | {"log": relation}))


def test_proposals_lead_with_what_is_to_be_kept(house):
    made = house(0.5, people=400)
    twice = pd.concat([made["actions"].assign(action_id="L", reason_id="none", start_date=pd.Timestamp("2025-06-02")), made["actions"]])
    found = told(made | {"actions": twice.reset_index(drop=True)})
    assert proposals(found)["action_id"].to_list() == ["M", "L"]


@given(low=st.floats(-0.9, 0.9), width=st.floats(0, 1.5), least=st.floats(0.01, 0.4), more=st.floats(0, 0.4))
def test_verdicts_mirror(low, width, least, more):
    high, hoped = low + width, (least, least + more)
    assert verdict(low, high, good=1, hoped=hoped) == verdict(-high, -low, good=-1, hoped=hoped)
    assert (verdict(low, high, good=1, hoped=hoped) == "keep") == (low > 0)
    assert verdict(low, high, good=1, hoped=hoped, checks=False) == "open"


@pytest.mark.parametrize(
    ("low", "high", "hoped", "proposed"),
    [(-0.5, -0.1, None, "keep"), (0.1, 0.5, None, "stop"), (-0.1, 0.1, None, "open"), (-0.1, 0.1, (0.2, 0.4), "stop"),
     (-0.3, 0.1, (0.2, 0.4), "change"), (-0.5, 0.1, (0.2, 0.4), "open"), (np.nan, 0.1, None, "open")],
)  # fmt: skip
def test_verdicts(low, high, hoped, proposed):
    assert verdict(low, high, good=-1, hoped=hoped) == proposed
    assert proposed in monitoring.VERDICTS
