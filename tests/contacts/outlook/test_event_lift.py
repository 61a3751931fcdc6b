"""The minutes before and after a contact: by hand, over clock changes, with bad input; planted lifts found, none where there is none."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import outlook
from cxlib.errors import CxError

from .conftest import events_of, log_of

ZONE = "Europe/Berlin"


def told_of(log, events, **options):
    return outlook.event_lift(log, events, **{"timezone": ZONE, "least": 1} | options)


def figure(told, metric, window="before", event=None):
    rows = told[told["metric"].eq(metric) & told["window"].eq(window)]
    return rows[rows["event"].isna() if event is None else rows["event"].eq(event)].iloc[0]


def test_shares_and_lift_by_hand(watched):
    rows = [
        ("a", "2025-03-11 09:57", "search", "1"),  # three minutes before a's contact
        ("a", "2025-03-04 09:58", "search", "2"),  # the same in another week
        ("a", "2025-03-25 10:02", "visit", "3"),
        ("b", "2025-03-12 15:04", "visit", "4"),  # four minutes after b's contact
        ("c", "2025-03-13 12:00", "visit", "5"),  # at the moment of c's contact
    ]
    log = log_of([("a", "2025-03-11 10:00"), ("b", "2025-03-12 15:00"), ("c", "2025-03-13 12:00"), ("d", "2025-03-13 12:00")])
    told = told_of(log, events_of(rows + watched))
    assert figure(told, "event_rate")["value"] == pytest.approx(1000 / 3)
    assert figure(told, "event_rate")["n"] == 3  # d is not known online
    assert figure(told, "expected_rate")["value"] == pytest.approx(1000 / 9)
    assert figure(told, "event_lift")["value"] == pytest.approx(3)
    assert figure(told, "event_rate", "after")["value"] == pytest.approx(1000 / 3)
    assert figure(told, "expected_rate", "after", "visit")["value"] == pytest.approx(1000 / 9)
    assert figure(told, "event_rate", "after", "search")["value"] == 0


def test_an_hour_later_on_the_clock_is_no_other_hour(watched):
    """The control after the clock change is at the same reading of the clock, an hour earlier in UTC."""
    rows = [("a", "2025-03-25 09:57", "visit", "1"), ("a", "2025-04-01 09:57", "visit", "2"), (None, "2025-03-10", "x", None)]
    rows.append((None, "2025-04-06 23:00", "x", None))
    told = told_of(log_of([("a", "2025-03-25 10:00")]), events_of(rows), period=None)
    assert figure(told, "expected_rate")["value"] == pytest.approx(1000 / 3)


def test_bursts_doubles_and_a_robot_s_thousands_count_once(watched):
    one = [("a", "2025-03-11 09:57", "visit", "1")]
    log = log_of([("a", "2025-03-11 10:00"), ("a", "2025-03-19 10:00")])
    few, many = told_of(log, events_of(one + watched)), told_of(log, events_of(one * 500 + watched))
    pd.testing.assert_frame_equal(few.drop(columns="method"), many.drop(columns="method"))


def test_lead_time_is_from_the_last_event_within_the_horizon(watched):
    rows = [("a", "2025-03-11 08:00", "visit", "1"), ("a", "2025-03-11 09:40", "visit", "1")]
    rows += [("a", "2025-03-11 10:00", "visit", "1"), ("a", "2025-03-11 10:04", "visit", "1"), ("b", "2025-03-10 10:00", "visit", "2")]
    told = told_of(log_of([("a", "2025-03-11 10:00"), ("b", "2025-03-12 10:00")]), events_of(rows + watched))
    lead = told[told["metric"].eq("lead_time") & told["event"].eq("visit")]
    assert lead["value"].item() == 20  # b's is two days old
    wide = told_of(log_of([("a", "2025-03-11 10:00"), ("b", "2025-03-12 10:00")]), events_of(rows + watched), horizon=2880)
    assert wide.loc[wide["metric"].eq("lead_time"), "n"].item() == 2


def test_events_of_nobody_and_contacts_of_nobody_are_in_no_figure(watched):
    rows = [("a", "2025-03-11 09:57", "visit", "1"), (None, "2025-03-11 09:57", "visit", None)]
    log = log_of([("a", "2025-03-11 10:00"), (None, "2025-03-11 10:00")])
    assert figure(told_of(log, events_of(rows + watched)), "event_rate")["n"] == 1


def test_windows_on_both_sides_of_the_contact_are_refused(watched):
    with pytest.raises(CxError) as caught:
        told_of(log_of([("a", "2025-03-11 10:00")]), events_of(watched), windows={"around": (-5, 5)})
    assert str(caught.value) == "windows: lies on both sides of the contact, or ends before it begins: 'around'."


def test_what_is_missing_is_named(watched):
    log = log_of([("a", "2025-03-11 10:00")])
    assert outlook.event_lift(log, events_of(watched).iloc[:0])["note"].item() == "needs events.event_ts, events.customer_id, events.event"
    nobody = outlook.event_lift(log, events_of(watched))
    assert nobody["note"].item() == "needs events.customer_id"
    assert outlook.event_lift(log.iloc[:0], events_of([("a", "2025-03-11", "visit", "1")]))["note"].item().startswith("needs contacts.")


def test_who_is_known_but_was_never_watched_at_the_hour_gives_no_figure():
    told = told_of(log_of([("a", "2025-03-11 10:00")]), events_of([("a", "2025-03-11 09:58", "visit", "1")]))
    assert set(told["note"]) == {"no events"}


def test_a_planted_lift_is_found(lived):
    """Median over logs within a tenth of the truth; base rate 0.004 a minute, weighted by contacts that go with the same rate."""
    base = 1 - (1 + 0.02 / 0.7) ** -1.7
    truth = (base + 0.1 * (1 - base)) / base
    found = [figure(told_of(*lived(seed, 0.1)), "event_lift") for seed in range(12)]
    assert np.median([row["value"] for row in found]) == pytest.approx(truth, rel=0.15)
    assert sum(row["low"] <= truth <= row["high"] for row in found) >= 9
    assert all(row["low"] > 1 for row in found)


def test_where_nothing_was_planted_hardly_any_alarm(lived):
    rows = [figure(told_of(*lived(seed, 0.0)), "event_lift") for seed in range(100, 130)]
    assert sum(not row["low"] <= 1 <= row["high"] for row in rows) <= 4  # 5 %: four or fewer of thirty in 94 of 100 such runs
    after = [figure(told_of(*lived(seed, 0.3)), "event_lift", "after") for seed in range(200, 215)]
    assert sum(not row["low"] <= 1 <= row["high"] for row in after) <= 3


def test_the_demo_s_visits_lie_before_its_contacts_and_not_after(client, client_log):
    events = client[0]["events"]
    wide = {"before": (-60, 0), "after": (0, 60)}
    told = outlook.event_lift(client_log, events[[name for name in events if not name.startswith("_")]], windows=wide, timezone=ZONE)
    assert figure(told, "event_lift")["low"] > 10
    assert figure(told, "event_lift", "after")["low"] < 1.5
    # visits begin exp(normal(3.3, 1)) + 4 minutes before the contact: half of them within 31
    assert told.loc[told["metric"].eq("lead_time") & told["event"].eq("visit"), "value"].item() == pytest.approx(31, abs=4)
