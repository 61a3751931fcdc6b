"""What the log recorded, and what was only tallied."""

import pandas as pd
import pytest

from cxlib.contacts import volume


def contacts(days, hours=9, **columns):
    """A log of one contact a row, on these days of January 2025."""
    day = pd.to_datetime([f"2025-01-{number:02d}" for number in days])
    table = pd.DataFrame({"local_date": day, "local_hour": hours, "contact_ts": day.tz_localize("UTC"), "weight": 1.0, "channel": "phone"})
    return table.assign(**columns)


def test_how_much_of_the_log_a_column_speaks_for():
    log = contacts([6, 6, 7, 7], received_by=["desk", None, None, None], weight=[2.0, 1.0, 1.0, 1.0])
    table = volume.known(log, columns=["local_hour", "received_by", "order_id"]).set_index("element")["value"]
    assert table.to_dict() == {"contacts.local_hour": 1.0, "contacts.received_by": 0.4, "contacts.order_id": 0.0}


class TestTally:
    def test_strokes_of_a_week_stand_apart(self, log):
        tally = log["weight"] != 1
        assert len(volume.logged(log)) == (~tally).sum()
        days = log.loc[tally & (log["direction"] != "outbound"), "local_date"]
        row = volume.tallied(log, by=["channel"]).groupby("metric")["value"].sum()
        assert row["tallied_per_day"] == pytest.approx(len(days) / ((days.max() - days.min()).days + 1))

    def test_nothing_is_extrapolated(self, log):
        heavier = log.assign(weight=log["weight"].where(log["weight"] == 1, 500.0))
        assert volume.tallied(log).equals(volume.tallied(heavier))

    def test_a_log_without_strokes_has_none(self, log):
        none = volume.tallied(log.assign(weight=1.0))
        assert (none["value"].item(), none["n"].item(), none["note"].item()) == (0, 0, "")
        bare = log.drop(columns="weight")
        assert volume.logged(bare) is bare


def test_what_cannot_be_right_is_counted():
    log = contacts([6, 6, 7], contact_id=["1", "1", None], customer_id=["a", None, "a"], wait_s=[-1.0, 3.0, None])
    log = log.assign(resolved_ts=log["contact_ts"] - pd.Timedelta(hours=1))
    table = volume.faults(log).set_index("fault")
    told = {"doubled_id": 1, "resolved_before_contact": 3, "negative_wait": 1, "without_customer": 1}
    assert table["value"].dropna().to_dict() == told
    assert table.loc["answered_before_contact", "note"] == "needs contacts.first_response_ts"


def test_a_robot_is_told_and_may_be_left_out():
    log = contacts([6] * 10, customer_id=["robot"] * 8 + ["a", None])
    assert volume.busiest(log)["value"].item() == 0.8
    assert volume.without_busiest(log, above=0.5)["customer_id"].fillna("").to_list() == ["a", ""]
    assert volume.without_busiest(log, above=0.8) is log
    assert volume.busiest(log.drop(columns="customer_id"))["note"].item() == "needs contacts.customer_id"


def test_a_city_s_slips_are_counted_as_its_file_has_them(boston, boston_rows):
    table = volume.faults(boston).set_index("fault")["value"]
    before = sum(bool(row["CLOSED_DT"] and row["CLOSED_DT"] < row["OPEN_DT"]) for row in boston_rows)
    ids = [row["CASE_ENQUIRY_ID"] for row in boston_rows]
    assert before > 100
    assert (table["resolved_before_contact"], table["doubled_id"]) == (before, len(ids) - len(set(ids)))
