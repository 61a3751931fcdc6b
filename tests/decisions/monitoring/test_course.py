"""How contacts ran with and without an action."""

import numpy as np
import pandas as pd

from cxlib.decisions.monitoring import course

from .conftest import PERIOD


def told(made, **more):
    given = {name: made[name] for name in ("orders", "invoices", "customers")}
    return course(made["actions"], made["log"], **given | {"followed": {"M": {"per": "orders"}}, "period": PERIOD} | more)


def test_rates_are_contacts_over_orders_of_the_step(house):
    made = house(0.5, people=100)
    found = told(made)
    own = made["orders"].merge(made["customers"], on="customer_id")
    first = own["promised_last"].between(pd.Timestamp("2025-07-07"), pd.Timestamp("2025-08-03")) & own["region"].isin(["a", "b"])
    contacts = made["log"]["order_id"].isin(own.loc[first, "order_id"]).sum()
    row = found[found["side"].eq("with") & found["weeks_from_start"].eq("0")].iloc[0]
    assert row["value"] == 100 * contacts / first.sum()
    assert row["n"] == contacts
    assert row["unit"] == "per 100 orders"
    assert row["low"] < row["value"] < row["high"]


def test_steps_run_from_the_earliest_to_the_last_whole_one(house):
    found = told(house(people=100))
    weeks = found.loc[found["side"].eq("with"), "weeks_from_start"].astype(int).to_list()
    assert weeks == list(range(-24, 24, 4))  # 182 days after the start: six whole steps, the last one begins in week 20


def test_the_lines_part_after_the_start_only(house):
    found = told(house(0.4, people=2000)).assign(week=lambda table: table["weeks_from_start"].astype(int))
    lines = found.pivot_table(index="week", columns="side", values="value")
    ratio = np.log(lines["with"] / lines["without"])
    assert abs(ratio[ratio.index < 0].mean()) < 0.1
    assert ratio[ratio.index >= 0].mean() < -0.7


def test_what_is_missing_is_said(house):
    made = house(people=40)
    assert told(made | {"actions": made["actions"].iloc[:0]})["note"].item() == "needs actions.start_date"
    row = told(made | {"actions": made["actions"].assign(comparison=None)})
    assert row["note"].item() == "needs actions.comparison"
    assert row["action_id"].item() == "M"
    assert told(made | {"actions": made["actions"].assign(reason_id=None, effect_on="actual")})["note"].item() == "needs actions.reason_id"
