"""Windows become send-by days, and contacts spared are told with what is assumed of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts.welcome import calendar, foremost
from cxlib.estimates.rows import rows

MESSAGES = {"how": {"information": "product_information", "kind": "activating", "channel": "email"}}


def found(first=2.0, excess=(10.0, 6.0, 14.0), note="", **levels):
    groups = pd.DataFrame([{"reason_id": "how", "zero": "delivery", **levels}])
    span = {"window_first": (first, first - 1, first + 1), "window_last": (6.0, 5.0, 7.0), "window_excess": excess}
    parts = [
        rows(groups, {"metric": name, "value": np.nan if note else value[0], "low": value[1], "high": value[2], "n": 80, "note": note})
        for name, value in span.items()
    ]
    return estimates.stack(*parts)


def test_send_by_is_the_window_s_first_day_less_the_lead():
    told = calendar(found(), messages=MESSAGES, lead_days=2).set_index("metric")
    assert told.loc["send_by", ["value", "low", "high"]].tolist() == [0.0, -1.0, 1.0]
    assert told["kind"].tolist() == ["activating"] * 3
    assert told["information"].tolist() == ["product_information"] * 3


def test_contacts_spared_have_the_spread_of_excess_and_assumption():
    told = calendar(found(), messages=MESSAGES, spared=(0.4, 0.4, 0.4), new_customers=500).set_index("metric").loc["contacts_spared"]
    assert told["value"] == pytest.approx(20, abs=0.6)
    assert (told["low"], told["high"]) == (pytest.approx(12, abs=1), pytest.approx(28, abs=1))
    wide = calendar(found(), messages=MESSAGES, spared=(0.0, 0.4, 0.8), new_customers=500).set_index("metric").loc["contacts_spared"]
    assert wide["high"] - wide["low"] > told["high"] - told["low"]


def test_nothing_is_spared_below_zero():
    assert calendar(found(excess=(0.5, -5.0, 6.0)), messages=MESSAGES)["low"].iloc[1] >= 0


def test_today_s_messages_stand_beside():
    today = estimates.stack(
        *[rows(pd.DataFrame({"information": ["product_information"]}), {"metric": name, "value": value, "n": 700})
          for name, value in {"informed_share": 0.04, "informed_day": 21.0, "informed_ratio": 0.5}.items()]
    )  # fmt: skip
    told = calendar(found(persona="Werner"), today, messages=MESSAGES).set_index("metric")
    assert told.loc["sent_today", "value"] == 0.04
    assert told.loc["sent_today_day", "value"] == 21.0
    assert set(told["persona"]) == {"Werner"}


def test_a_window_over_all_is_a_message_to_everybody():
    both = estimates.stack(found(persona=None), found(first=4.0, excess=(3.0, 2.0, 4.0), persona="werner"))
    told = calendar(both, messages=MESSAGES)
    send = told[told["metric"].eq("send_by")]
    assert send[["persona", "value"]].values.tolist() == [["all", 1.0], ["werner", 3.0]]
    assert foremost(both, told)["value"].notna().all()
    assert foremost(both, told).set_index("metric").loc["send_by", "value"] == 1.0


def test_no_window_no_message():
    told = calendar(found(note="no window"), messages=MESSAGES)
    assert told["note"].tolist() == ["no window"]
    assert told["value"].isna().all()


def test_what_the_windows_need_the_calendar_needs():
    row = estimates.unanswerable("window_chance", "p", ["contacts.reason_id"], by=["reason_id", "zero"])
    assert calendar(row, messages={})["note"].item() == "needs contacts.reason_id"


def test_it_is_the_same_each_time():
    pd.testing.assert_frame_equal(calendar(found(), messages=MESSAGES), calendar(found(), messages=MESSAGES))


def test_the_answer_has_four_rows_whatever_was_found():
    names = ["contacts_spared", "window_first", "window_last", "send_by"]
    told = foremost(found(), calendar(found(), messages=MESSAGES))
    assert told["metric"].tolist() == names
    assert told["value"].notna().all()
    for nothing in (
        found(note="no window"),
        estimates.unanswerable("window_chance", "p", ["contacts.reason_id"], by=["reason_id", "zero"]),
    ):
        none = foremost(nothing, calendar(nothing, messages=MESSAGES))
        assert none["metric"].tolist() == names
        assert none["value"].isna().all()
