"""Days, hours and holidays of the simulated client."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.simulate.calendar import SEASONS, at, clock, days, draw_days, holidays, on_holiday, working_day
from cxlib.simulate.plan import Plan


@pytest.fixture(scope="module")
def table():
    return days(Plan())


def on(table, day):
    return table[table["date"] == day].iloc[0]


def test_every_day_of_the_period_stands_once(table):
    assert len(table) == 546
    assert table["date"].is_unique
    assert str(table["date"].dtype) == "datetime64[us]"


def test_the_week_has_its_rhythm(table):
    plain = table[table["open"] & (table["date"].dt.month == 2)]
    assert plain.groupby("weekday")["factor"].first().to_dict() == {1: 1.25, 2: 1.12, 3: 1.0, 4: 0.97, 5: 0.66}
    assert (table.loc[table["weekday"] == 7, "factor"] == 0).all()


def test_the_year_has_its_seasons(table):
    july = table["date"].dt.month.isin([7, 8])
    assert (table.loc[july, "factor_farming"] == 2.2).all()
    assert (table.loc[table["date"].dt.month.isin([4, 5]), "factor_farming"] == 1.9).all()
    assert (table.loc[table["date"].dt.month.isin(range(5, 11)), "factor_construction"] == 1.4).all()
    assert (table.loc[table["date"].dt.month.isin([11, 12]), "factor_maintenance"] == 1.5).all()
    assert on(table, "2025-08-06")["factor"] == pytest.approx(0.7)  # a Wednesday of week 32
    assert set(SEASONS) == {"farming", "construction", "maintenance"}


def test_works_holidays_price_rounds_and_the_heat_wave_have_their_days(table):
    assert table.loc[table["closed"], "date"].dt.strftime("%m-%d").agg(["min", "max"]).tolist() == ["01-01", "12-31"]
    assert table["closed"].sum() == 6 + 10 + 6
    assert not on(table, "2025-12-21")["closed"]
    assert not on(table, "2026-01-07")["closed"]
    assert table["price_round"].sum() == 3 * 28
    assert on(table, "2025-03-31")["price_round"]
    assert not on(table, "2025-04-01")["price_round"]
    assert table.loc[table["heat_wave"], "date"].agg(["min", "max"]).tolist() == [pd.Timestamp("2025-06-30"), pd.Timestamp("2025-07-12")]


def test_holidays_differ_between_the_house_and_its_customers():
    dates = pd.Series(pd.to_datetime(["2025-06-19", "2025-11-01", "2025-01-06", "2025-10-03", "2025-10-26"]))
    seen = {state: on_holiday(dates, np.full(5, state)).tolist() for state in ("HE", "BY", "NI", "AT", "NL")}
    assert seen == {
        "HE": [True, False, False, True, False],
        "BY": [True, True, True, True, False],
        "NI": [False, False, False, True, False],
        "AT": [True, True, True, False, True],
        "NL": [False] * 5,
    }
    assert date(2025, 11, 19) in holidays("SN", range(2025, 2026))
    assert {date(2025, 5, 5), date(2025, 5, 26), date(2025, 8, 25)} <= set(holidays("UK", range(2025, 2026)))
    assert len(holidays("HE", range(2025, 2026))) == 10


def test_working_days_are_never_in_the_works_holidays():
    moved = working_day(pd.Series(pd.date_range("2025-12-20", "2026-01-08")))
    assert set(moved.dt.strftime("%m-%d")) == {"01-07", "01-08"}
    assert working_day(pd.Series([pd.NaT], dtype="datetime64[us]")).isna().all()
    assert working_day(pd.Series([pd.Timestamp("2025-12-31")]), "backward").iloc[0] == pd.Timestamp("2025-12-19")


def test_drawn_days_follow_rhythm_season_span_and_month_end(table):
    rng, n = np.random.default_rng(1), 40_000
    segment, state = np.full(n, "farming"), np.full(n, "BY")
    first, last = np.zeros(n, int), np.full(n, len(table) - 1)
    drawn = table.iloc[draw_days(rng, table, segment, state, first, last, np.full(n, 0.38))]
    assert drawn["month_end"].mean() == pytest.approx(0.38, abs=4 * np.sqrt(0.38 * 0.62 / n))
    assert not on_holiday(drawn["date"], state).any()
    free = table.iloc[draw_days(rng, table, segment, state, first, last)]
    weight = table["factor"] * table["factor_farming"] * ~on_holiday(table["date"], np.full(len(table), "BY"))
    for month in range(1, 13):
        share = (weight * (table["date"].dt.month == month)).sum() / weight.sum()
        assert (free["date"].dt.month == month).mean() == pytest.approx(share, abs=4 * np.sqrt(share / n))
    narrow = draw_days(rng, table, segment, state, first + 100, first + 110)
    assert narrow.min() >= 100
    assert narrow.max() <= 110


def test_calls_outside_the_service_hours_are_werners():
    rng, n = np.random.default_rng(2), 60_000
    persona, weekday = rng.choice(["Werner", "Tanja"], n, p=[0.25, 0.75]), rng.integers(1, 6, n)
    minutes = clock(rng, n, persona, "phone", weekday)
    outside = (minutes < 450) | (minutes >= np.where(weekday == 5, 870, 990))
    werner = persona == "Werner"
    assert outside[werner].mean() == pytest.approx(0.40, abs=4 * np.sqrt(0.24 / werner.sum()))
    assert outside.mean() == pytest.approx(0.115, abs=4 * np.sqrt(0.115 * 0.885 / n))
    assert ((minutes[werner & outside] < 450) | (minutes[werner & outside] >= 870)).all()


def test_the_day_has_two_peaks():
    minutes = clock(np.random.default_rng(3), 60_000, "none", "phone", 3)
    per_hour = np.histogram(minutes, bins=[450, 570, 780, 840, 990])[0] / np.array([2, 3.5, 1, 2.5])
    assert per_hour[0] > 1.8 * per_hour[1]
    assert per_hour[2] > 1.8 * per_hour[3]


def test_tanja_writes_in_the_morning_and_everybody_is_early_on_fridays():
    rng = np.random.default_rng(4)
    tanja, other = (clock(rng, 20_000, name, "written", 2) for name in ("Tanja", "Ralf"))
    assert ((tanja >= 480) & (tanja < 600)).mean() > ((other >= 480) & (other < 600)).mean() + 0.1
    assert np.median(clock(rng, 20_000, "none", "phone", 5)) < np.median(clock(rng, 20_000, "none", "phone", 4))
    assert clock(rng, 0, "none", "phone").shape == (0,)


@given(st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2026, 6, 30)), st.floats(0, 1439.98)), min_size=1, max_size=20))
def test_moments_keep_their_local_day_and_exist(moments):
    dates = pd.Series(pd.to_datetime([day for day, _ in moments]))
    made = at(dates, np.array([minutes for _, minutes in moments]))
    assert made.notna().all()
    assert (made.dt.tz_localize(None).dt.normalize() == dates.astype("datetime64[us]")).all()
    assert str(made.dtype) == "datetime64[us, Europe/Berlin]"


def test_the_skipped_hour_is_skipped_and_the_doubled_one_is_its_first():
    made = at(pd.Series(pd.to_datetime(["2025-03-30", "2025-10-26"])), np.array([150.0, 150.0]))
    assert made.astype(str).tolist() == ["2025-03-30 03:00:00+02:00", "2025-10-26 02:30:00+02:00"]
