"""Step by step around a contact."""

import pytest

from cxlib.contacts import outlook
from cxlib.errors import CxError

from .conftest import events_of, log_of


def test_each_event_is_in_the_step_that_holds_it(watched):
    rows = [("a", "2025-03-11 09:57", "visit", "1"), ("a", "2025-03-11 09:52", "visit", "1"), ("a", "2025-03-11 10:07", "visit", "1")]
    told = outlook.minute_by_minute(
        log_of([("a", "2025-03-11 10:00")]), events_of(rows + watched), before=15, after=10, timezone="Europe/Berlin"
    )
    share = told[told["metric"].eq("event_rate")].set_index("minutes")["value"].to_dict()
    assert share == {"-15": 0.0, "-10": 1000.0, "-5": 1000.0, "0": 0.0, "5": 1000.0}
    assert told.loc[told["metric"].eq("expected_rate"), "value"].eq(0).all()


def test_steps_that_do_not_fit_are_refused(watched):
    with pytest.raises(CxError, match="both sides are whole numbers of steps; got '61 before, 30 after, step 5'"):
        outlook.minute_by_minute(log_of([("a", "2025-03-11 10:00")]), events_of(watched), before=61)


def test_what_is_missing_is_named(watched):
    log = log_of([("a", "2025-03-11 10:00")])
    assert outlook.minute_by_minute(log, events_of(watched))["note"].item() == "needs events.customer_id"
