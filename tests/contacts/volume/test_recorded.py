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
