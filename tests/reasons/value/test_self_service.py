import pandas as pd
import pytest

from cxlib.reasons.value import self_service


def at(text):
    return pd.Timestamp(text, tz="Europe/Berlin").as_unit("us")


@pytest.fixture
def events():
    rows = [("k0", "2025-03-03 07:00", "not_found"), ("k0", "2025-03-03 07:30", "given_up"), ("k1", "2025-03-03 19:00", "found")]
    table = pd.DataFrame(rows, columns=["customer_id", "event_ts", "selfservice_result"])
    return table.assign(event_ts=[at(text) for text in table["event_ts"]])


def told(table, metric):
    rows = table[table["metric"] == metric]
    return {None if pd.isna(row.reason_id) else row.reason_id: row.value for row in rows.itertuples()}


def test_what_suits_a_self_service_is_automated_or_only_lacks_one(shares, reasons, log, events):
    found = told(self_service(shares, reasons, log, events, min_n=1), "self_service_share")
    assert found == pytest.approx({None: 0.2, "reorder": 0.2})
    lacking = reasons.assign(root_cause="missing_self_service")
    assert told(self_service(shares, lacking, log, events, min_n=1), "self_service_share")[None] == pytest.approx(1)


def test_the_last_attempt_within_the_hours_counts(shares, reasons, log, events):
    # k0 gets in touch on the 3rd at 8:00 and on the 5th, k1 on the 3rd at 20:00; eight contacts of theirs in all
    found = self_service(shares, reasons, log, events, min_n=1, cluster="customer_id")
    assert told(found, "tried_share")[None] == pytest.approx(2 / 8)
    assert told(found, "tried_failed_share")[None] == pytest.approx(1 / 2)
    assert told(found, "attempt_settled_share")[None] == pytest.approx(1 / 3)
    short = self_service(shares, reasons, log, events, window_hours=0.75, min_n=1)
    assert told(short, "tried_share")[None] == pytest.approx(1 / 8)


def test_a_settled_attempt_is_one_that_was_said_to_settle(shares, reasons, log, events):
    found = self_service(shares, reasons, log, events, settled=("found", "given_up"), min_n=1)
    assert told(found, "tried_failed_share")[None] == 0


def test_reasons_left_unassigned_are_in_the_whole_only(shares, reasons, log, events):
    found = told(self_service(shares, reasons, log, events, min_n=1), "tried_share")
    assert found["status"] == 0  # the two contacts after an attempt were left unassigned


def test_what_is_missing_is_said(shares, reasons, log, events, nothing):
    assert "needs events.selfservice_result, events.customer_id" in set(self_service(shares, reasons, log, pd.DataFrame())["note"])
    assert "needs contact_reasons.reason_id" in set(self_service(nothing, reasons, log, events)["note"])
    assert "needs contacts.customer_id" in set(self_service(shares, reasons, log.drop(columns="customer_id"), events)["note"])
