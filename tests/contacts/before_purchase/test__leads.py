"""Leads as hours and days; and what they lack."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.before_purchase._leads import leads_of
from cxlib.errors import DataError


def test_hours_waited_and_watched(make, later):
    told, needs = leads_of(make((5, True, 3, "a"), (None, None, None, None)), ["created_ts"], as_of=later)
    assert needs == []
    assert told["waited_h"].tolist()[0] == 5
    assert told["watched_h"].unique().tolist() == [90 * 24]
    assert told["unit"].tolist() == ["a", "lead 1"]


def test_doubled_leads_count_once(make):
    twice = pd.concat([make((5, True, 3, "a"))] * 2)
    assert len(leads_of(twice, ["created_ts"])[0]) == 1


def test_what_is_missing_is_named(make):
    assert leads_of(make((None, None, None, "a")), ["created_ts", "first_touch_ts"])[1] == ["leads.first_touch_ts"]


def test_a_time_without_a_zone_is_refused(make):
    with pytest.raises(DataError) as refused:
        leads_of(make((5, True, 3, "a")), ["created_ts"], as_of=pd.Timestamp("2025-05-01").to_pydatetime())
    assert str(refused.value).startswith("as_of: has no time zone:")
