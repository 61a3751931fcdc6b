"""P08: service hours."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import pain_points
from tests.contacts.pain_points.conftest import OPENING

WORKDAYS = dict.fromkeys(range(1, 6), ((7.5, 16.5),))


def calls(moments, zone="Europe/Berlin", **columns):
    local = pd.Series(pd.to_datetime(moments, format="mixed"))
    table = pd.DataFrame({"contact_ts": local.dt.tz_localize(zone), "local_date": local.dt.normalize()})
    table = table.assign(local_hour=local.dt.hour, local_weekday=local.dt.day_of_week + 1, channel="phone")
    return table.assign(customer_id=[str(number) for number in range(len(local))], **columns)


def outside(log, **keywords):
    return pain_points.opening_hours(log, WORKDAYS, **keywords).query("metric == 'outside_hours'")


def test_the_minute_counts():
    log = calls(["2025-07-07 07:29:59", "2025-07-07 07:30", "2025-07-07 16:29:59", "2025-07-07 16:30", "2025-07-12 10:00"])
    assert outside(log)["value"].item() == pytest.approx(3 / 5)
    assert outside(log, holidays=[date(2025, 7, 7)])["value"].item() == 1
    assert outside(log.assign(channel=["phone"] * 2 + ["email"] * 3))["value"].item() == 0.5


def test_customers_who_did_not_get_through_are_known_less_often():
    """By hand: 4 attempts outside, 1 of a known customer (farm); 4 inside, all known, 2 of the farm: 4/(4 + 2) of the farm's."""
    log = calls(["2025-07-06 10:00"] * 4 + ["2025-07-07 10:00"] * 4)
    log["customer_id"] = ["f", None, None, None, "f", "f", "o", "o"]
    who = pd.DataFrame({"customer_id": ["f", "o"], "segment": ["farm", "oem"]})
    told = pain_points.opening_hours(log, WORKDAYS, who, of_customers=["segment"]).query("metric == 'outside_hours'")
    assert told.set_index("segment")["value"].loc["farm"] == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    ("hours", "covered"),
    [("07:30-16:30", 1.0), ("06:30-16:30", 0.9), ("7-12, 13-17", 8 / 9), ("18:00-22:00", 0.0), ("rund um die Uhr", None), ("16-8", None)],
)
def test_overlap_by_hand(hours, covered):
    who = pd.DataFrame({"customer_id": ["a", "b"], "business_hours": [hours, "08:00-09:00"]})
    told = pain_points.opening_hours(calls(["2025-07-07 10:00"]), WORKDAYS, who).set_index("metric")["value"]
    if covered is None:
        assert told["hours_unreadable"] == 0.5
        assert told["hours_covered"] == 1
    else:
        assert told["hours_unreadable"] == 0
        assert told["hours_covered"] == pytest.approx((covered + 1) / 2)


def test_what_is_missing_is_named():
    log = calls(["2025-07-07 10:00"])
    assert pain_points.opening_hours(log, {})["note"].item() == "needs params.service_hours"
    bare = pain_points.opening_hours(log.drop(columns="local_hour"), WORKDAYS)["note"].to_list()
    assert bare == ["needs contacts.local_hour", "needs customers.business_hours"]


def test_the_demo_s_attempts_are_as_planted(client, near):
    told = pain_points.opening_hours(client.log(), OPENING, client.table("customers"), of_customers=["segment"])
    rows = told[told["metric"].eq("outside_hours")].set_index("segment")
    holiday = client.tables["contacts"].loc[lambda log: ~log["_tally"], "_outside"].mean()
    assert np.isfinite(holiday)
    near(rows[rows.index.isna()].reset_index(), client.planted("P08", "outside_service_hours"))
    near(rows.loc[["farming"]].reset_index(), client.planted("P08", "outside_service_hours", "farming"))
