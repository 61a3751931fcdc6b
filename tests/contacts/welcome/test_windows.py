"""Windows of the demo client are found on their own clocks, and nothing is found where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.welcome import windows
from cxlib.contacts.welcome.windows import _widened
from cxlib.estimates.rows import rows


@pytest.fixture(scope="module")
def told(client, zeros):
    tables = client.tables
    return windows(tables["contacts"], tables["customers"], tables["orders"], tables["invoices"], zeros=zeros, draws=20)


def of(told, reason):
    return told[told["reason_id"].eq(reason)].set_index("metric")


def test_the_planted_windows_are_found(told, client):
    truth = client.truth["windows"].set_index("reason")
    for reason in (
        "order.order_confirmation_missing",
        "onboarding.account_login_setup",
        "onboarding.first_use_help",
        "billing.invoice_comprehension",
    ):
        rows, planted = of(told, reason), truth.loc[reason]
        assert rows.loc["window_chance", "value"] <= 0.05
        assert abs(rows.loc["window_first", "value"] - planted["first"]) <= 2
        assert abs(rows.loc["window_last", "value"] - planted["last"]) <= 2
        assert rows.loc["window_ratio", "low"] <= planted["intensity"] <= rows.loc["window_ratio", "high"]
    status = of(told, "delivery.delivery_status")
    assert status.loc["window_chance", "value"] <= 0.05
    assert status.loc["window_first", "value"] < 0


def test_traps_are_no_windows(told):
    for reason in ("usage_service.usage_question", "contract.master_data_change"):
        assert of(told, reason)["value"].drop("window_chance").isna().all()


def test_no_verdict_below_fifty_contacts(told):
    thin = told[told["n"] < 50]
    assert len(thin)
    assert thin["value"].isna().all()
    assert set(thin["note"]) == {"n < 50"}


def test_the_excess_carries_draws_that_spread_as_its_interval(told):
    row = of(told, "onboarding.first_use_help").loc["window_excess"]
    assert len(row["draws"]) == 20
    assert np.std(row["draws"]) == pytest.approx((row["high"] - row["low"]) / 3.92, rel=0.6)


def test_the_excess_spreads_further_upwards_and_never_below_zero():
    figure = rows(pd.DataFrame(index=[0]), {"metric": "window_excess", "value": 5.0, "low": 4.0, "high": 6.0, "n": 80})
    figure["draws"] = [np.array([4.0, 5.0, 6.0])]
    told = _widened(figure, 4.0, 2 / 1.959964, 0.95).iloc[0]
    assert (told["low"], told["value"], told["high"]) == pytest.approx((4 * np.exp(-0.5), 4.0, 4 * np.exp(0.5)))
    assert told["draws"].tolist() == pytest.approx([4 * np.exp(-0.5), 4.0, 4 * np.exp(0.5)])


def test_a_single_clock_smears_the_window(make):
    """Counted from the order, the window after the delivery is gone: the lead time spreads it over weeks."""
    some = make(4, n=900, lead=30)
    apart, single = (windows(some.log, some.customers, some.orders, zeros={"help": zero}, tries=399) for zero in ("delivery", "order"))
    assert apart.loc[apart["metric"].eq("window_chance"), "value"].item() <= 0.05
    ratios = [table.loc[table["metric"].eq("window_ratio"), "value"].item() for table in (apart, single)]
    assert np.isnan(ratios[1]) or ratios[1] < 0.6 * ratios[0]


def test_nothing_is_found_where_there_is_none_whatever_weekday_and_season(make):
    alarms = 0
    for seed in range(12):
        some = make(seed, times=1.0)
        table = windows(some.log, some.customers, some.orders, zeros={"help": "delivery"}, tries=199)
        alarms += table["metric"].eq("window_first").sum() and table.loc[table["metric"].eq("window_first"), "value"].notna().item()
    assert alarms <= 2


def test_groups_are_judged_together(make):
    some = make(2, n=1500, each=0.2)
    table = windows(some.log, some.customers, some.orders, zeros={"help": "delivery"}, by=["segment"], tries=399)
    first = table[table["metric"].eq("window_first")].set_index("segment")["value"]
    assert first.between(2, 4).all()
    assert set(first.index) == {"a", "b"}


def test_a_reason_over_all_stands_beside_its_personas_and_is_judged_with_them(make):
    some = make(2, n=1500, each=0.2)
    people = some.customers.assign(persona=some.customers["segment"].map({"a": "tanja", "b": "werner"}))
    settings = {"zeros": {"help": "delivery"}, "tries": 199}
    table = windows(some.log, people, some.orders, by=["persona"], overall=True, **settings)
    first = table[table["metric"].eq("window_first")]
    assert first["persona"].fillna("all").tolist() == ["all", "tanja", "werner"]
    assert first["n"].iloc[0] == first["n"].iloc[1:].sum()
    assert first["value"].between(2, 4).all()
    bare = windows(some.log, some.customers, some.orders, by=["persona"], overall=True, **settings)
    assert bare.loc[bare["metric"].eq("window_first"), "value"].item() == first["value"].iloc[0]
    assert bare["note"].iloc[-1] == "needs personas.persona"


def test_follow_ups_are_not_counted_twice(make):
    some = make(3)
    doubled = pd.concat(
        [some.log, some.log[some.log["reason_id"].eq("help")].assign(local_date=lambda t: t["local_date"] + pd.Timedelta(days=2))]
    )
    one, two = (
        windows(log, some.customers, some.orders, zeros={"help": "delivery"}, tries=199)["n"].iloc[0] for log in (some.log, doubled)
    )
    assert one == two


def test_what_is_missing_is_named(make):
    some = make(1, n=50)
    bare = windows(some.log.drop(columns="reason_id"), some.customers, zeros={"help": "order"})
    assert bare["note"].item() == "needs contacts.reason_id"
