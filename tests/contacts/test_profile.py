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
