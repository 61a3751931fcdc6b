"""One row a customer, counted by hand."""

from datetime import date

import pandas as pd
import pytest

from cxlib.contacts import profile
from cxlib.errors import DataError

LOG = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b", None],
        "channel": ["phone", "email", "phone", "phone"],
        "reason_id": ["x", "y", "x", "x"],
        "local_date": pd.to_datetime(["2025-01-06", "2025-01-06", "2025-01-11", "2025-01-06"]),
        "local_hour": [7, 17, 12, 9],
        "local_weekday": [1, 1, 6, 1],
        "handle_s": [60.0, None, None, 5.0],
        "transfers": pd.array([1, 2, None, 0], dtype="Int64"),
    }
)


def test_a_row_a_customer():
    opening = {1: ((7.5, 16.5),)}
    table = profile.customers(LOG, split=["channel", "fax"], flags={"failure_demand": ["x"]}, opening=opening).set_index("customer_id")
    assert table.index.to_list() == ["a", "b"]
    a, b = table.loc["a"], table.loc["b"]
    assert (a["contacts"], a["active_days"], a["recency_days"], a["channel_email"], a["channel_phone"]) == (2, 1, 5, 1, 1)
    assert (a["early_share"], a["late_share"], a["outside_share"], a["failure_demand_share"], a["hour_mean"]) == (0.5, 0.5, 0.5, 0.5, 12)
    assert (a["handle_s"], a["transfers"]) == (60, 3)
    assert (b["weekend_share"], b["outside_share"]) == (1, 1)
    later = profile.customers(LOG, period=(date(2025, 1, 1), date(2025, 1, 31)))
    assert later["recency_days"].to_list() == [25, 20]


def test_refusals():
    with pytest.raises(DataError, match=r"profile: the log has no contacts\.person_id\. One row a customer needs both"):
        profile.customers(LOG, unit="person_id")
    many = pd.concat([LOG.iloc[:1].assign(channel=str(number)) for number in range(41)])
    with pytest.raises(DataError, match=r"split: a column has more than 40 levels: 'channel'"):
        profile.customers(many)


WHO = pd.DataFrame(
    {
        "person_id": ["x", "y", None, None],
        "customer_id": ["a", "a", "b", "c"],
        "persona": ["caller", "writer", "caller", "writer"],
    }
)
NEEDED = pd.DataFrame(
    {
        "person_id": ["x", "x", "y", None, None, None],
        "customer_id": ["a", "a", "a", "b", "a", None],
        "channel": ["phone", "email", "email", "phone", "phone", "chat"],
        "reason_id": ["late", "late", "bill", "late", "late", "late"],
        "local_date": pd.to_datetime(["2025-01-06"] * 6),
        "local_hour": [7, 10, 10, 18, 9, 9],
        "local_weekday": 1,
        "weight": 1.0,
    }
)


def needed(**options):
    return profile.service_need(NEEDED, WHO, by=["channel", "reason_id"], opening={1: ((8.0, 17.0),)}, draws=0, **options)


def test_contacts_go_to_the_person_s_persona_and_to_the_customer_s_where_he_is_one_person():
    found = needed()
    told = found.set_index(["metric", "persona"])["value"]
    assert told[("contacts_per_person", "caller")] == pytest.approx(1.5)  # two of x, one of b
    assert told[("contacts_per_person", "writer")] == pytest.approx(0.5)  # one of y, none of c
    assert told[("active_share", "writer")] == pytest.approx(0.5)
    assert told[("early_share", "caller")] == pytest.approx(1 / 3)
    assert told[("outside_hours_share", "caller")] == pytest.approx(2 / 3)
    known = found[found["metric"].eq("persona_known_share")]["value"].item()
    assert known == pytest.approx(4 / 6), "a customer of several persons says nothing of who it was"
    by_channel = found[found["channel"].eq("phone")].set_index(["metric", "persona"])
    assert by_channel.loc[("need_share", "caller"), "value"] == pytest.approx(2 / 3)
    assert by_channel.loc[("need_lift", "caller"), "value"] == pytest.approx((2 / 3) / (2 / 4))
    assert by_channel.loc[("need_share", "caller"), "n"] == 3


def test_need_shares_add_up_and_rare_levels_are_pooled():
    found = needed()
    sums = found[found["metric"].eq("need_share") & found["channel"].notna()].groupby("persona")["value"].sum()
    assert sums.to_list() == pytest.approx([1.0, 1.0])
    pooled = needed(min_n=3)
    assert set(pooled["channel"].dropna()) == {"__other__"}


def test_what_service_need_lacks_is_said():
    assert set(profile.service_need(NEEDED, WHO.iloc[:0])["note"]) == {"needs customers.customer_id"}
    nameless = NEEDED.drop(columns=["person_id", "customer_id"])
    assert set(profile.service_need(nameless, WHO)["note"]) == {"needs contacts.customer_id"}
    found = profile.service_need(NEEDED.drop(columns="reason_id"), WHO)
    assert "needs contacts.reason_id" in set(found["note"])
    assert found["metric"].eq("contacts_per_person").any()


def test_the_log_is_laid_out_by_the_ids_that_it_has():
    assert list(profile.by_unit(NEEDED)) == ["person_id", "customer_id"]
    assert list(profile.by_unit(NEEDED.drop(columns="person_id"))) == ["customer_id"]
    assert profile.by_unit(NEEDED.drop(columns=["person_id", "customer_id"])) == {}
