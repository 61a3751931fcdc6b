"""Contacts, shares and ratings with the limits of their usual swings."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.monitoring import contact_limits, control_limits, rating_limits
from cxlib.errors import CxError

FIRST = pd.Timestamp("2025-01-06")
WEEKDAYS = np.array([1.3, 1.1, 1.0, 1.0, 0.6, 0.0, 0.0])


@pytest.fixture
def log():
    rng = np.random.default_rng(1)
    day = np.arange(40 * 7)
    count = rng.poisson(30 * WEEKDAYS[day % 7])
    count[20 * 7 : 20 * 7 + 5] *= 3  # one week stands out
    when = pd.Series(FIRST + pd.to_timedelta(np.repeat(day, count), unit="D")).dt.as_unit("us")
    table = pd.DataFrame({"contact_id": np.arange(count.sum()).astype(str), "local_date": when, "weight": 1.0, "direction": "inbound"})
    table["channel"] = np.where(rng.random(len(table)) < 0.7, "phone", "email")
    return table.assign(abandoned=pd.array(rng.random(len(table)) < 0.1, dtype="boolean"))


def of(table, metric, **levels):
    rows = table[table["metric"].eq(metric)]
    for name, level in levels.items():
        rows = rows[rows[name].isna() if level is None else rows[name].eq(level)]
    return rows


def test_the_week_that_stands_out_is_found_and_no_other(log):
    found = contact_limits(log)
    swing = of(found, "swing")
    assert swing["day"].to_list() == ["2025-05-26"]
    assert swing["value"].item() > 1
    assert swing["note"].item() == "above"
    assert of(found, "swings")["value"].item() == 1


def test_weeks_are_told_per_working_day(log):
    found = contact_limits(log, free_days=[date(2025, 1, 8)])
    first = log["local_date"] < FIRST + pd.Timedelta(days=7)
    row = of(found, "contacts_per_day", curve="seen").iloc[0]
    assert row["value"] == pytest.approx(first.sum() / 4)
    assert row["n"] == first.sum()
    usual = of(found, "contacts_per_day", curve="usual").iloc[0]
    assert usual["low"] < usual["value"] < usual["high"]
    assert usual["n"] == (log["local_date"] < "2025-10-06").sum()


def test_only_whole_weeks_count(log):
    found = contact_limits(log, period=(date(2025, 1, 8), date(2025, 10, 9)))
    days = of(found, "contacts_per_day", curve="seen")["day"]
    assert (days.iloc[0], days.iloc[-1]) == ("2025-01-13", "2025-09-29")


def test_days_are_compared_with_their_own_weekday(log):
    found = contact_limits(log, step="day")
    usual = of(found, "contacts_per_day", curve="usual").iloc[:5]["value"].to_numpy()
    np.testing.assert_allclose(usual / usual[2], WEEKDAYS[:5] / WEEKDAYS[2], rtol=0.2)
    assert set(of(found, "swing", note="above")["day"]) <= {f"2025-05-{day}" for day in range(26, 31)}
    assert len(of(found, "swing", note="above"))


def test_groups_shares_and_engines(log):
    wanted = {"by": ["channel"], "shares": {"given_up": "abandoned"}}
    found = contact_limits(log, **wanted)
    assert of(found, "swings", channel="phone")["value"].item() == 1
    share = of(found, "share_over_time", series="given_up", curve="seen")
    assert share["value"].mean() == pytest.approx(0.1, abs=0.02)
    assert of(found, "swings", series="given_up")["method"].item() == "p chart"
    pd.testing.assert_frame_equal(found, contact_limits(duckdb.connect().from_df(log), **wanted))


def test_ratings_week_by_week():
    rng = np.random.default_rng(2)
    when = FIRST + pd.to_timedelta(rng.integers(0, 30 * 7, 600), unit="D")
    table = pd.DataFrame({"survey_ts": when, "value": rng.normal(7, 1.5, 600), "item_id": "q", "item_type": "csat", "state": "answered"})
    table = table.assign(scale_low=0.0, scale_high=10.0, respondent_id=np.arange(600).astype(str), weight=1.0)
    found = rating_limits(table, items=["q", "other"])
    assert of(found, "rating_over_time", series="q", curve="seen")["n"].sum() == 600
    assert of(found, "swings", series="q")[["value", "method"]].to_numpy().tolist() == [[0.0, "XmR chart"]]
    assert of(found, "rating_over_time", series="other")["value"].isna().all()
    assert "needs responses.other" in set(found["note"])
    both = control_limits(pd.DataFrame(), table, items=["q"])
    assert both["note"].iloc[0] == "needs contacts.contact_ts"
    assert len(of(both, "swings", series="q")) == 1


def test_short_series_and_wrong_words(log):
    short = contact_limits(log[log["local_date"] < FIRST + pd.Timedelta(days=70)])
    assert of(short, "swings")["note"].item() == "n < 12"
    assert of(short, "contacts_per_day", curve="usual").empty
    with pytest.raises(CxError, match="step: is neither of the two: 'month'. Steps: week, day."):
        contact_limits(log, step="month")
    assert contact_limits(log, by=["source"]).tail(1)["note"].item() == "needs contacts.source"


def test_every_column_of_a_group_is_there_whatever_is_missing():
    told = control_limits(pd.DataFrame(), by=["channel"])
    assert list(told.columns[:4]) == ["channel", "day", "curve", "series"]
    assert told["note"].tolist() == ["needs contacts.contact_ts"]


def test_each_figure_that_is_missing_has_a_row_of_its_own():
    log = pd.DataFrame({"contact_id": range(240), "local_date": pd.date_range("2025-01-06", periods=120).repeat(2), "weight": 1.0})
    log = log.assign(local_weekday=log["local_date"].dt.day_of_week + 1, contact_ts=log["local_date"].dt.tz_localize("UTC"))
    told = control_limits(log, pd.DataFrame(), by=["channel"], shares={"reached": "reached", "lost": "abandoned"}, items=["T1", "T2"])
    missing = told[told["note"].str.startswith("needs ")]
    assert missing[["metric", "series", "note"]].dropna().values.tolist() == [
        ["share_over_time", "reached", "needs contacts.reached"],
        ["share_over_time", "lost", "needs contacts.abandoned"],
        ["rating_over_time", "T1", "needs responses.T1"],
        ["rating_over_time", "T2", "needs responses.T2"],
    ]
    assert not told.duplicated(["metric", "series", "channel", "day", "curve"]).any()
