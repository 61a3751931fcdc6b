"""P05: delivery dates."""

import pandas as pd
import pytest

from cxlib.contacts import pain_points

DAY = pd.Timestamp("2026-01-05")


def sold(off, last=None, **columns):
    """Orders promised for one day and delivered so many days later; None: outstanding."""
    table = pd.DataFrame(
        {"order_id": [str(number) for number in range(len(off))], "customer_id": [str(number) for number in range(len(off))]}
    )
    table["promised_first"] = DAY
    table["delivered_date"] = pd.Series([pd.NaT if each is None else DAY + pd.Timedelta(days=each) for each in off], dtype="datetime64[us]")
    if last is not None:
        table["promised_last"] = DAY + pd.to_timedelta(pd.Series(last), unit="D")
    return table.assign(**columns)


def values(table, **levels):
    for name, level in levels.items():
        table = table[table[name].eq(level)]
    return table.set_index("metric")["value"].to_dict()


def test_by_hand():
    told = pain_points.delivery_dates(sold([-2, 0, 0, 5, 7, 12]), as_of=(DAY + pd.Timedelta(days=90)).date())
    first = told[told["measured_against"].eq("promised_first") & told["deviation"].isna()]
    assert values(first) == {
        "delivered_late": 0.5,
        "delivered_far_off": pytest.approx(1 / 3),
        "deviation_days": 2.5,
        "error_days": 3.5,
        "promise_known": 1.0,
    }
    bars = told[told["metric"].eq("deviation_share")].set_index("deviation")["value"]
    assert bars.to_dict() == pytest.approx(
        {"early": 1 / 6, "on_day": 1 / 3, "late_1_2": 0, "late_3_5": 1 / 6, "late_6_10": 1 / 6, "later": 1 / 6}
    )
    assert told.loc[told["measured_against"].eq("promised_last"), "note"].to_list() == ["needs orders.promised_last"]


def test_outstanding_orders_are_late_by_what_they_are_already():
    told = pain_points.delivery_dates(sold([0, 1, None]), as_of=(DAY + pd.Timedelta(days=20)).date())
    own = values(told[told["deviation"].isna()], measured_against="promised_first")
    assert (own["delivered_late"], own["delivered_far_off"], own["deviation_days"]) == (pytest.approx(2 / 3), pytest.approx(1 / 3), 1)


def test_orders_due_just_now_and_cancelled_ones_are_not_judged():
    young = pain_points.delivery_dates(sold([0, None]), as_of=(DAY + pd.Timedelta(days=4)).date())
    assert young.loc[0, "note"] == "no events"
    gone = sold([0, 9], cancelled_ts=pd.Series([pd.NaT, DAY.tz_localize("UTC")]))
    assert (
        values(pain_points.delivery_dates(gone, as_of=DAY.date().replace(month=6)), measured_against="promised_first")["delivered_late"]
        == 0
    )


def test_what_is_missing_is_named():
    told = pain_points.delivery_dates(sold([1]).drop(columns="promised_first"))
    assert set(told["note"]) == {"needs orders.promised_first, orders.promised_last"}
    assert list(told["metric"]) == ["delivered_late", "deviation_share"]


def test_the_demo_s_dates_are_as_planted(client, near):
    told = pain_points.delivery_dates(client.table("orders"), as_of=client.last)
    rows = told[told["deviation"].isna()].set_index(["measured_against", "metric"])
    truth = client.truth["deviations"].set_index("figure")["value"]
    assert rows.loc[("promised_first", "deviation_days"), "value"] == truth["first_median"]
    assert rows.loc[("promised_last", "deviation_days"), "value"] == truth["last_median"]
    near(rows.loc[[("promised_first", "delivered_far_off")]].reset_index(), truth["first_beyond_5"])
