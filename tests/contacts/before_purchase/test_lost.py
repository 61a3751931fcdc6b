"""Who was lost and why; visits without a name; and those who are in no table."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.before_purchase import lost


def visits(*rows):
    table = pd.DataFrame(rows, columns=["session_id", "customer_id", "page", "minute"]).astype(
        {"session_id": "str", "customer_id": "str", "page": "str"}
    )
    return table.assign(event="page", event_ts=pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(table["minute"], unit="min"))


def test_reasons_are_those_of_lost_leads_that_give_one(make):
    table = make((1, True, None, "a"), (1, False, None, "b"), (1, False, None, "c"), (1, None, None, "d"))
    table.loc[2, "lost_reason"] = None
    told = lost(table, min_n=1).set_index("metric")
    assert told.loc["lead_lost", "value"] == pytest.approx(2 / 3)
    assert told.loc["lost_reason_known", "value"] == pytest.approx(0.5)
    assert told.loc["lost_share", "value"] == 1


def test_visits_without_a_name_end_somewhere(make):
    seen = visits(("1", None, "/", 0), ("1", None, "/shop", 5), ("2", None, "/", 0), ("2", "a", "/login", 3), ("3", None, "/", 1))
    told = lost(make((1, False, None, "b")), seen, min_n=1)
    assert told.loc[told["metric"].eq("sessions_unnamed"), "value"].item() == pytest.approx(2 / 3)
    ends = told[told["metric"].eq("last_page")].set_index("page")["value"]
    assert ends.to_dict() == {"/": 0.5, "/shop": 0.5}


def test_machines_are_counted_and_left_out(make):
    seen = visits(*[("robot", None, "/", minute) for minute in range(300)], ("1", "a", "/", 0))
    told = lost(make((1, False, None, "b")), seen, min_n=1).set_index("metric")
    assert told.loc["robot_events", "value"] == 300
    assert told.loc["sessions_unnamed", "value"] == 0
    named = lost(make((1, False, None, "b")), visits(("monitor", None, "/", 0), ("1", "a", "/", 1)), robots=["monitor"], min_n=1).set_index(
        "metric"
    )
    assert named.loc["robot_events", "value"] == 1


def test_who_is_in_no_table_is_named_as_such(make):
    told = lost(make((1, False, None, "b"))).set_index("metric")
    assert told.loc["lost_unseen", "note"] == "in no table"
    assert pd.isna(told.loc["lost_unseen", "value"])


def test_prospects_without_a_lead(make):
    people = pd.DataFrame({"customer_id": ["a", "b", "c"], "status": ["prospect", "prospect", "active"]})
    told = lost(make((1, False, None, "a"), (1, False, None, None)), customers=people, min_n=1).set_index("metric")
    assert told.loc["prospects_without_lead", "value"] == 1
    assert told.loc["leads_unnamed", "value"] == pytest.approx(0.5)


def test_the_demo(tables):
    told = lost(tables["leads"], tables["events"], tables["customers"], draws=3)
    assert told.loc[told["metric"].eq("robot_events"), "value"].item() == 1900
    assert told[told["metric"].eq("lost_share")]["value"].sum() == pytest.approx(1)
    assert told.loc[told["metric"].eq("lost_share"), "lost_reason"].iloc[0] in ("no_answer", "price")


def test_what_is_missing_is_named(make):
    notes = set(lost(make((1, None, None, "a")))["note"])
    assert {"needs leads.won, leads.lost_reason", "needs events.event, events.session_id", "in no table"} <= notes
