"""What the figures around a contact rest on: nothing is left out in silence."""

import pandas as pd
import pytest

from cxlib.contacts import outlook

from .conftest import events_of, log_of


@pytest.fixture
def told(watched):
    rows = [("robot", "2025-03-11 09:57", "visit", "1")] * 1 + [("robot", f"2025-03-{day:02d} 03:00", "visit", "r") for day in range(4, 28)]
    rows += [("a", "2025-03-11 09:57", "visit", "2"), ("a", "2025-03-11 09:57", "visit", "2"), (None, "2025-03-11 09:58", "visit", "2")]
    log = log_of([("a", "2025-03-11 10:00"), ("a", "2025-03-12 10:00"), ("b", "2025-03-12 10:00"), (None, "2025-03-12 10:00")])
    log.loc[1, "contact_id"] = log.loc[0, "contact_id"]
    found = outlook.event_quality(log, events_of(rows + watched), busiest=0.5, timezone="Europe/Berlin")
    return found.assign(name=found["fault"].fillna(found["metric"])).set_index("name")["value"]


def test_every_kind_of_fault_is_counted(told):
    assert told["without_customer"] == 2  # those of nobody; the third is known by its session
    assert told["known_by_session"] == 1
    assert told["doubled_event"] == 1
    assert told["busiest_left_out"] == 25
    assert told["doubled_id"] == 1
    assert told["customers_not_drawn"] == 0


def test_shares_say_what_is_compared(told):
    assert told["events_linked"] == pytest.approx(28 / 30)
    assert told["busiest_events"] == pytest.approx(25 / 28)
    assert told["contacts_matched"] == pytest.approx(1 / 4)


def test_what_is_missing_is_named():
    empty = pd.DataFrame({"event_ts": pd.Series(dtype="datetime64[us, UTC]"), "event": pd.Series(dtype="str")})
    note = outlook.event_quality(log_of([("a", "2025-03-11 10:00")]), empty)["note"].item()
    assert note == "needs events.event_ts, events.customer_id, events.event"
