"""Channels, paths and journeys, counted by hand."""

import pandas as pd
import pytest

from cxlib.contacts import channels, volume
from cxlib.errors import CxError

POINTS = pd.DataFrame({"touchpoint_id": ["W", "S", "H", "B"], "mode": ["online", "online", "offline", "both"], "seq": [1, 2, 3, 4]})


def log_of(points, cases, **columns):
    """A contact a day."""
    days = pd.date_range("2025-01-06", periods=len(points))
    table = pd.DataFrame({"contact_id": [f"{number:03d}" for number in range(len(points))], "contact_ts": days.tz_localize("UTC")})
    own = [f"k{case}" for case in cases]
    return table.assign(local_date=days, touchpoint_id=list(points), case_id=list(cases), customer_id=own, weight=1.0, **columns)


def value(table, metric, **levels):
    rows = table[table["metric"] == metric]
    for name, level in levels.items():
        rows = rows[rows[name] == level]
    return rows["value"].item()


def test_from_channel_to_channel():
    log = log_of("WWWWW", "vvvww", channel=["phone", "email", "email", "phone", "phone"])
    told = channels.switching(log)
    assert told.loc[(told["metric"] == "switch_share") & told["channel"].isna(), "value"].item() == pytest.approx(1 / 3)
    assert value(told, "next_share", channel="phone", next_channel="email") == pytest.approx(1 / 2)
    assert told.loc[told["metric"] == "next_share"].groupby("channel")["value"].sum().to_dict() == pytest.approx({"phone": 1, "email": 1})
    assert channels.switching(log.iloc[:1])["note"].item() == "no events"


def test_thin_channels_are_pooled():
    log = log_of("W" * 12, "vvvvvvvvvwwu", channel=["phone"] * 9 + ["fax", "phone", "chat"])
    log = pd.concat([log, log_of("WW", "xx", channel=["chat", "phone"]).assign(contact_id=["900", "901"])])
    told = channels.switching(log, min_n=2)
    assert set(told["channel"].dropna()) == {"phone", "__other__"}


def test_which_channel_was_not_enough():
    log = log_of("WWWW", "vvvv", channel=["phone", "email", "phone", "phone"], reason_id="x")
    log = log.assign(
        customer_id=["a", "a", "b", "c"], contact_ts=pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03", "2025-03-01"], utc=True)
    )
    told = channels.first_failed(log)
    assert value(told, "first_failed_share", channel="phone") == pytest.approx(1 / 2)
    assert value(told, "first_failed_share", channel="email") == 0


def test_breaks_between_online_and_offline():
    # v: W H S: there and back, and another contact after the first change; w: W S stays; B is both and has no mode
    log = log_of("WHSWSB", "vvvwww")
    told = channels.breaks(log, POINTS)
    assert value(told, "transition_share", transition="online_offline") == pytest.approx(1 / 3)
    assert value(told, "transition_share", transition="online") == pytest.approx(1 / 3)
    assert value(told, "goes_on_share", transition="online_offline") == 1
    assert value(told, "goes_on_share", transition="offline_online") == 0
    assert value(told, "break_difference") == pytest.approx(1 / 2)


def test_ratings_after_a_step():
    log = log_of("WHWS", "vvww")
    answers = pd.DataFrame({"contact_id": ["001", "003", "003"], "item_id": "ease", "item_type": "ces", "value": [2.0, 5.0, None]})
    told = channels.breaks(log, POINTS, answers, min_n=1)
    assert value(told, "rating", transition="online_offline") == 2
    assert value(told, "rating", transition="online") == 5
    thin = channels.breaks(log, POINTS, answers)
    assert set(thin.loc[thin["metric"] == "rating", "note"]) == {"n < 30"}


def test_paths():
    told = channels.paths(log_of("WSHWSW", "vvvwwu"), steps=2)
    assert told.set_index(["step_1", "step_2"])["value"].to_dict() == pytest.approx({("W", "S"): 2 / 3, ("W", "end"): 1 / 3})
    longer = channels.paths(log_of("WSHWSW", "vvvwwu"), least=2, most=1)
    assert longer.set_index("step_3")["value"].to_dict() == pytest.approx({"H": 1 / 2, "__other__": 1 / 2})


def test_conformance_with_what_was_laid_down():
    # v goes on, skipping a step; w goes back; u leaves the journey; t does not begin on it; s is a single contact
    log = log_of("WHSWWBHBW", "vvwwuuttss"[:9])
    told = channels.conformance(log, journeys={"buying": ["W", "S", "H"]})
    rows = told.set_index("metric")["value"]
    assert rows.to_dict() == pytest.approx({"conformance_share": 1 / 4, "backward_share": 1 / 4, "outside_share": 2 / 4})
    assert told["n"].to_list() == [4] * 3


def test_the_list_s_own_order_where_no_journey_is_laid_down():
    told = channels.conformance(log_of("WSSW", "vvww"), POINTS)
    assert value(told, "conformance_share", journey="inventory") == pytest.approx(1 / 2)
    assert channels.conformance(log_of("WS", "vv"))["note"].item() == "needs params.journeys"
    with pytest.raises(CxError, match=r"journeys\.x: a journey has at least two steps, each once; this one has 'W, W'"):
        channels.conformance(log_of("WS", "vv"), journeys={"x": ["W", "W"]})


def test_the_mix_of_a_unit_is_that_of_its_contacts():
    log = log_of("WWWW", "vvvv", channel=["phone", "phone", "email", "phone"], received_by=["d", "d", "d", "f"])
    told = channels.mix(log)
    assert value(told, "contact_share", received_by="d", channel="phone") == pytest.approx(2 / 3)
    pd.testing.assert_frame_equal(told, volume.by_channel(log, by=["received_by"]))


def test_preferred_against_used_and_offered():
    log = pd.DataFrame({"channel": ["phone", "email", "email", "phone", "chat"], "customer_id": ["a", "a", "b", None, "z"], "weight": 1.0})
    log["local_date"] = pd.Timestamp("2025-01-06")
    likes = pd.DataFrame({"customer_id": ["a", "b", "c", "z"], "preferred_channel": ["phone", "email", "fax", None]})
    found = channels.preferred(log, likes, draws=0)
    told = found.set_index(["metric", "preferred_channel"])["value"]
    assert told[("preferred_share", "fax")] == pytest.approx(1 / 3)
    assert told[("preferred_used_share", "phone")] == pytest.approx(0.5)
    overall = found[found["preferred_channel"].isna()].set_index("metric")["value"]
    assert overall["preferred_used_share"] == pytest.approx(2 / 3)
    assert overall["preferred_missing_share"] == pytest.approx(1 / 3), "nobody of the log wrote a fax"
    assert overall["linked_share"] == pytest.approx(3 / 5)
    used = found[found["metric"].eq("used_share")].groupby("preferred_channel")["value"].sum()
    assert used.to_dict() == {"email": 1.0, "phone": 1.0}


def test_preferences_that_nobody_knows():
    log = pd.DataFrame({"channel": ["phone"], "customer_id": ["a"], "weight": 1.0, "local_date": pd.to_datetime(["2025-01-06"])})
    nobody = pd.DataFrame({"customer_id": ["a"], "preferred_channel": pd.Series([None], dtype="str")})
    assert set(channels.preferred(log, nobody)["note"]) == {"needs customers.preferred_channel"}
    likes = pd.DataFrame({"customer_id": ["a"], "preferred_channel": ["phone"]})
    assert set(channels.preferred(log.iloc[:0], likes)["note"]) == {"needs contacts.contact_ts, contacts.customer_id, contacts.channel"}
