from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.estimates.rows import rows
from cxlib.reasons import value

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
REASONS = pd.DataFrame({"reason_id": ["a", "b"], "treatment": ["eliminate", "leverage"]})


def shares():
    drawn = np.array([[0.5, 0.6, 0.7], [0.5, 0.4, 0.3]])
    table = {"metric": "reason_share", "value": [0.6, 0.4], "low": [0.5, 0.3], "high": [0.7, 0.5], "n": 90, "n_eff": 90.0, "draws": drawn}
    return rows(pd.DataFrame({"reason_id": ["a", "b"]}), table)


def log(size=100, **given):
    table = pd.DataFrame({"contact_id": [f"{number:03d}" for number in range(size)], "touchpoint_id": "T1", "channel": "phone"})
    table["reason_id"] = np.where(np.arange(size) < 60, "a", "b")
    return table.assign(unassigned=False, weight=1.0, local_date=pd.Timestamp("2025-06-02"), **given)


def test_contacts_a_year_are_the_corrected_share_of_all_of_them():
    told = value.reason_load(shares(), REASONS, log(), period=YEAR).set_index("reason_id")
    assert told["value"].to_list() == pytest.approx([60 * 365.25 / 365, 40 * 365.25 / 365])
    assert [told.loc["a", "low"], told.loc["a", "high"]] == pytest.approx([50 * 365.25 / 365, 70 * 365.25 / 365])
    assert told.loc["a", "draws"] == pytest.approx(np.array([50, 60, 70]) * 365.25 / 365)
    half = value.reason_load(shares(), REASONS, log(), period=(date(2025, 1, 1), date(2026, 12, 31)))
    assert half["value"].iloc[0] == pytest.approx(30 * 365.25 / 365)


def test_a_contact_costs_what_its_reasons_contacts_cost():
    own = log(cost=np.where(np.arange(100) < 60, 4.0, 9.0))
    money = {"per_contact": {"phone": 7.8}, "currency": "EUR"}
    told = value.reason_load(shares(), REASONS, own, period=YEAR, **money)
    assert told.loc[told["metric"].eq("contact_cost"), "value"].to_list() == pytest.approx([4.0, 9.0])
    assert set(told.loc[told["metric"].eq("contact_cost"), "unit"]) == {"EUR"}
    thin = value.reason_load(shares(), REASONS, own, period=YEAR, min_n=50, **money)
    assert thin.loc[thin["metric"].eq("contact_cost"), "value"].to_list() == pytest.approx([4.0, 6.0])  # too few: that of all contacts
    assert "contact_cost" not in set(value.reason_load(shares(), REASONS, own, period=YEAR)["metric"])


def test_nobody_is_counted_anew():
    assert value.reason_load(shares(), REASONS, log(), period=YEAR)["n"].isna().all()


def test_without_reasons_the_load_says_what_it_needs():
    empty = value.reason_load(shares().iloc[:0], REASONS, log(), period=YEAR)
    assert empty["note"].item() == "needs contact_reasons.reason_id"


def test_what_a_touchpoint_takes():
    contacts = log(handle_s=120.0, case_id=[f"case{number // 2}" for number in range(100)])
    money = {"per_contact": {"phone": 7.8}, "currency": "EUR"}
    told = value.touchpoint_load(contacts, REASONS, period=YEAR, customers=50, count="contact_id", **money).set_index("metric")["value"]
    assert told.to_dict() == pytest.approx(
        {
            "contacts_per_100_customers": 200 * 365.25 / 365,
            "avoidable_at": 0.6,
            "handle_minutes": 2.0,
            "case_minutes": 4.0,
            "contact_cost": 7.8,
            "case_cost": 15.6,
        }
    )


def test_unassigned_contacts_are_in_no_share():
    contacts = log().assign(unassigned=np.arange(100) >= 80)
    told = value.touchpoint_load(contacts, REASONS, period=YEAR).set_index("metric")["value"]
    assert told["avoidable_at"] == pytest.approx(60 / 80)


def test_thin_touchpoints_have_no_number():
    told = value.touchpoint_load(log(), REASONS, period=YEAR, min_n=101)
    assert told["value"].isna().all()
    assert set(told["note"]) == {"n < 101"}


def test_without_touchpoints_or_anything_to_count():
    bare = log().drop(columns="touchpoint_id")
    assert value.touchpoint_load(bare, REASONS, period=YEAR)["note"].item() == "needs contacts.touchpoint_id"
    alone = log().drop(columns="reason_id")
    assert value.touchpoint_load(alone, REASONS, period=YEAR)["note"].item() == "needs customers.customer_id"
