"""How long nobody says a word, of cases settled and open."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.promises import silence
from cxlib.errors import DataError


def at(number):
    return pd.Timestamp("2025-03-03", tz="UTC") + pd.Timedelta(days=number) if number is not None else pd.NaT


def log(*rows):
    """case, contact, first response, resolved, direction"""
    table = pd.DataFrame(rows, columns=["case_id", "contact", "response", "resolved", "direction"])
    out = pd.DataFrame({"case_id": table["case_id"], "customer_id": "c" + table["case_id"], "direction": table["direction"]}).astype("str")
    for name, column in {"contact_ts": "contact", "first_response_ts": "response", "resolved_ts": "resolved"}.items():
        out[name] = pd.Series([at(None if pd.isna(day) else day) for day in table[column]]).dt.as_unit("us")
    return out.assign(
        contact_id=[f"{n}" for n in range(len(out))], local_date=out["contact_ts"].dt.tz_localize(None).dt.normalize(), received_by="desk"
    )


def one(table, messages=None, **settings):
    return silence(table, messages, min_n=1, **settings).set_index("metric")


def test_the_longest_gap_counts():
    assert one(log(("a", 0, 2, 9, "inbound"))).loc["longest_silence", "value"] == pytest.approx(7)
    assert one(log(("a", 0, 2, None, "inbound"), ("a", 5, None, 9, "inbound"))).loc["longest_silence", "value"] == pytest.approx(7)


def test_a_message_or_a_call_of_ours_ends_a_silence_and_the_customer_s_does_not():
    table = log(("a", 0, 1, None, "inbound"), ("a", 6, None, 11, "inbound"))
    sent = pd.DataFrame({"case_id": ["a"], "sent_ts": [at(5)]})
    assert one(table).loc["longest_silence", "value"] == pytest.approx(10)
    assert one(table, sent).loc["longest_silence", "value"] == pytest.approx(6)
    called = log(("a", 0, 1, None, "inbound"), ("a", 7, None, 11, "outbound"))
    assert one(called).loc["longest_silence", "value"] == pytest.approx(6)


def test_an_open_case_counts_for_as_long_as_its_silence_has_lasted():
    table = log(("a", 0, 1, None, "inbound"), ("b", 0, None, 5, "inbound"), ("c", 0, None, 20, "inbound"))
    told = silence(table, as_of=at(10).to_pydatetime(), at_days=[3, 7], min_n=1)
    share = told[told["metric"].eq("silent_share")].set_index("days")["value"]
    assert share["3"] == pytest.approx(1.0)
    assert share["7"] == pytest.approx(2 / 3)
    never = told[told["metric"].eq("never_a_word")]["value"].item()
    assert never == pytest.approx(0.0)


def test_cases_settled_at_once_and_calls_nobody_took_are_left_out():
    quick = log(("a", 0, 0.1, 0.2, "inbound"), ("b", 0, None, 5, "inbound"))
    assert one(quick).loc["longest_silence", "n"] == 1
    missed = quick.assign(status=pd.array([None, "closed"], dtype="str"), resolved_ts=[pd.NaT, at(5)])
    missed["first_response_ts"] = missed["first_response_ts"].where(missed["case_id"].eq("-"))
    assert one(missed).loc["longest_silence", "n"] == 1


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(DataError):
        silence(log(("a", 0, 1, 5, "inbound")), as_of=pd.Timestamp("2025-03-03").to_pydatetime())


def test_what_is_missing_is_named():
    bare = silence(log(("a", 0, 1, 5, "inbound")).drop(columns="case_id"))
    assert bare["note"].item() == "needs contacts.case_id"
