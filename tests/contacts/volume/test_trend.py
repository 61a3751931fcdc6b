"""The trend: rates by month, the same months a year before, and no outlook without two years."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import volume
from cxlib.errors import CxError


def world(months, per_month, customers=30, first="2023-01-01"):
    """Each month, so many contacts of customers in turn."""
    starts = pd.date_range(first, periods=months, freq="MS")
    days, who = [], []
    for start, count in zip(starts, per_month, strict=True):
        days += [start + pd.Timedelta(days=number % 28) for number in range(count)]
        who += [f"{number % customers:03d}" for number in range(count)]
    log = pd.DataFrame({"local_date": days, "customer_id": who, "weight": 1.0, "handle_s": 360.0})
    end = (starts[-1] + pd.offsets.MonthEnd(0)).date()
    return log, pd.DataFrame({"customer_id": [f"{number:03d}" for number in range(customers)]}), (starts[0].date(), end)


def test_a_month_s_rate_is_contacts_over_customers_of_that_month():
    log, who, period = world(2, [30, 60])
    who = who.assign(start_date=pd.Series([pd.Timestamp("2023-02-15")] * 10 + [pd.NaT] * 20))
    table = volume.trend(log, who, period=period)
    rates = table[table["metric"] == "contacts_gross"].set_index("month")["value"]
    assert rates.to_dict() == pytest.approx({"2023-01": 100 * 30 / 20, "2023-02": 100 * 60 / (20 + 10 * 14 / 28)})
    time = table[table["metric"] == "handle_time"].set_index("month")["value"]
    assert time["2023-01"] == pytest.approx(100 * 3.0 / 20)


def test_a_season_is_no_trend():
    season = [40, 40, 40, 80, 80, 80, 120, 120, 120, 60, 60, 60]
    log, who, period = world(18, [*season, *season[:6]])
    table = volume.trend(log, who, period=period)
    row = table[table["metric"] == "year_on_year"].iloc[0]
    assert row["value"] == pytest.approx(1)
    assert table[table["metric"] == "contacts_expected"]["note"].item() == "n < 24 months"


def test_a_rise_is_found_and_goes_on():
    season = np.array([40, 40, 40, 80, 80, 80, 120, 120, 120, 60, 60, 60])
    log, who, period = world(24, [*season, *(season * 1.25).astype(int)])
    table = volume.trend(log, who, period=period, draws=50)
    row = table[table["metric"] == "year_on_year"].iloc[0]
    assert row["value"] == pytest.approx(1.25)
    assert row["low"] > 1
    assert len(row["draws"]) == 50
    expected = table[table["metric"] == "contacts_expected"].set_index("month")
    assert expected.loc["2025-01", "value"] == pytest.approx(100 * 40 * 1.25**2 / 30)
    assert len(expected) == 6


def test_half_a_month_is_no_month():
    log, who, _ = world(2, [30, 60])
    table = volume.trend(log, who, period=(date(2023, 1, 1), date(2023, 2, 20)))
    assert table[table["metric"] == "contacts_gross"]["month"].to_list() == ["2023-01"]
    assert table[table["metric"] == "year_on_year"]["note"].item() == "n < 13 months"
    with pytest.raises(CxError, match=r"period: no whole month lies from 2023-01-02 to 2023-01-30"):
        volume.trend(log, who, period=(date(2023, 1, 2), date(2023, 1, 30)))
