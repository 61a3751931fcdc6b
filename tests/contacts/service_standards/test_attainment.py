"""Attainment of deadlines: every figure of a city against its raw file and its own mark, and the cases that flatter."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.contacts import service_standards
from cxlib.errors import DataError

UNTIL = datetime(2016, 1, 13)
KNOWN_UNTIL = UNTIL.replace(tzinfo=ZoneInfo("America/New_York"))
CHANNELS = {
    "Constituent Call": "phone",
    "Citizens Connect App": "app",
    "City Worker App": "app",
    "Self Service": "web_form",
    "Twitter": "social",
}


def state(row):
    due, closed = row["TARGET_DT"], row["CLOSED_DT"]
    if closed is not None and closed < row["OPEN_DT"]:
        return "odd"
    if due is None:
        return "none"
    if due > UNTIL:
        return "ahead" if closed is None else "early"
    return "open" if closed is None else "met" if closed <= due else "late"


@pytest.fixture(scope="module")
def expected(boston_rows):
    """State by department and channel, counted from the file by plain Python."""
    return Counter((row["Department"], CHANNELS.get(row["Source"], "other"), state(row)) for row in boston_rows)


def total(expected, states, department=None, channel=None):
    return sum(n for (dep, way, kind), n in expected.items() if kind in states and department in (None, dep) and channel in (None, way))


@pytest.mark.parametrize("by", [[], ["department"], ["channel"], ["department", "channel"]], ids="-".join)
def test_every_figure_of_the_city(boston, expected, by):
    table = service_standards.attainment(boston, by=by, as_of=KNOWN_UNTIL)
    groups = {(dep if "department" in by else None, way if "channel" in by else None) for dep, way, _ in expected}
    rows = {
        (getattr(row, "department", None), getattr(row, "channel", None), row.metric): (row.value, row.n)
        for row in table.itertuples(index=False)
    }
    checked = 0
    for group in groups:
        due = total(expected, ("met", "late", "open"), *group)
        assert ((*group, "on_time_share") in rows) == (due > 0)
        if due:
            value, n = rows[*group, "on_time_share"]
            assert (value, n) == (pytest.approx(total(expected, ("met",), *group) / due), due)
            checked += 1
        for metric, kind in (
            ("overdue_open", "open"),
            ("not_yet_due", "ahead"),
            ("settled_early", "early"),
            ("no_due_date", "none"),
            ("settled_before_contact", "odd"),
            ("never_recorded", "dark"),
        ):
            assert rows[*group, metric] == (total(expected, (kind,), *group),) * 2
    assert len(table) == checked + 6 * len(groups)


def test_the_city_s_own_mark_agrees_case_by_case_and_flatters_in_sum(boston, boston_rows):
    closed = [row for row in boston_rows if row["TARGET_DT"] and row["CLOSED_DT"]]
    assert all((row["CLOSED_DT"] <= row["TARGET_DT"]) == (row["OnTime_Status"] == "ONTIME") for row in closed if row["OnTime_Status"])
    share = estimates.only(service_standards.attainment(boston, as_of=KNOWN_UNTIL), "on_time_share")["value"].item()
    marked = np.mean([row["OnTime_Status"] == "ONTIME" for row in boston_rows])  # also without a deadline, and before it
    assert (round(share, 3), round(marked, 3)) == (0.632, 0.747)


def at(day, hour=12, second=0):
    return pd.Timestamp(f"2025-01-{day:02d} {hour:02d}:00:{second:02d}", tz="UTC").as_unit("us")


def cases(*rows, **columns):
    """A log of (deadline, solution) pairs; all arrived on 2 January."""
    due, done = zip(*rows, strict=True)
    day = pd.Timestamp("2025-01-02").as_unit("us")
    table = pd.DataFrame({"contact_ts": at(2, 8), "local_date": day, "due_ts": list(due), "resolved_ts": list(done), "weight": 1.0})
    kinds = dict.fromkeys(["contact_ts", "due_ts", "resolved_ts"], "datetime64[us, UTC]")
    return table.astype(kinds).assign(channel="phone").assign(**columns)


def values(table):
    return dict(zip(table["metric"], table["value"], strict=True))


def test_open_and_overdue_is_missed_and_what_is_not_yet_due_is_left_out():
    log = cases((at(5), at(4)), (at(5), at(6)), (at(5), None), (at(25), at(10)), (at(25), None), (None, at(3)), (None, None))
    found = values(service_standards.attainment(log))
    assert found == {
        "on_time_share": pytest.approx(1 / 3),
        "overdue_open": 1,
        "not_yet_due": 1,
        "settled_early": 1,
        "no_due_date": 2,
        "settled_before_contact": 0,
        "never_recorded": 0,
    }


def test_where_nobody_writes_answers_down_no_promise_is_broken():
    log = cases(
        (at(5), at(4)), (at(5), at(6)), (at(5), None), (at(5), None), (None, None), channel=["email", "email", "phone", "phone", "phone"]
    )
    found = values(service_standards.attainment(log))
    assert (found["on_time_share"], found["overdue_open"]) == (0.5, 0)
    assert (found["never_recorded"], found["no_due_date"]) == (2, 1)
    by_channel = service_standards.attainment(log, by=["channel"]).set_index(["channel", "metric"])["value"]
    assert by_channel["phone", "never_recorded"] == 2
    assert ("phone", "on_time_share") not in by_channel.index


def test_the_very_second_of_the_deadline_is_on_time_and_has_passed():
    log = cases((at(5), at(5)), (at(5), at(5, second=1)))
    assert values(service_standards.attainment(log, as_of=at(5).to_pydatetime()))["on_time_share"] == 0.5


def test_new_cases_that_were_easy_do_not_make_the_share_look_better():
    settled = cases(*[(at(5), at(4))] * 6, *[(at(5), at(7))] * 4)
    fresh = cases(*[(at(28), at(8))] * 50, *[(at(28), None)] * 50)
    both = service_standards.attainment(pd.concat([settled, fresh], ignore_index=True))
    assert values(both)["on_time_share"] == pytest.approx(0.6)
    assert values(both)["settled_early"] == 50


def test_without_as_of_the_log_is_known_until_its_newest_moment():
    log = cases((at(5), None), (at(7), at(6)))
    assert values(service_standards.attainment(log))["overdue_open"] == 1  # the 5th has passed on the 6th, the 7th has not
    assert values(service_standards.attainment(log))["settled_early"] == 1
    with pytest.raises(DataError, match=r"as_of: has no time zone: '2025-01-06T00:00:00'. Give it one"):
        service_standards.attainment(log, as_of=datetime(2025, 1, 6))


def test_the_span_rests_on_customers_and_weights_count():
    rng = np.random.default_rng(2)
    met = np.repeat(rng.random(30) < 0.5, 10)
    log = cases(*[(at(5), at(4) if flag else at(6)) for flag in met], customer_id=np.repeat([str(n) for n in range(30)], 10))
    log["weight"] = np.where(met, 3.0, 1.0)
    row = estimates.only(service_standards.attainment(log), "on_time_share")
    flags = log.assign(flag=met.astype(float))
    expected = estimates.share(flags, "flag", weight="weight", cluster="customer_id")
    for column in ("value", "low", "high"):
        assert row[column].item() == pytest.approx(expected[column].item())
    assert row["n"].item() == 300


def test_standards_by_reason_come_before_those_by_channel():
    levels = pd.DataFrame(
        {
            "reason_id": [None, "complaint", None],
            "channel": ["phone", None, "email"],
            "resolution_h": [24.0, 72.0, 24.0],
            "clock": ["calendar", "calendar", "business"],
        }
    )
    log = cases(
        *[(None, at(4))] * 3, (None, None), channel=["phone", "phone", "email", "phone"], reason_id=["order", "complaint", "order", "order"]
    )
    found = values(service_standards.attainment(log, levels, as_of=at(20).to_pydatetime()))
    # two days are too long for the phone, not for a complaint; business clocks are not counted here; one is still open
    assert found == {
        "on_time_share": pytest.approx(1 / 3),
        "overdue_open": 1,
        "not_yet_due": 0,
        "settled_early": 0,
        "no_due_date": 1,
        "settled_before_contact": 0,
        "never_recorded": 0,
    }


def test_a_standard_has_passed_at_its_very_second():
    levels = pd.DataFrame({"channel": ["phone"], "resolution_h": [24.0], "clock": ["calendar"]})
    log = cases((None, None), (None, at(3, 8)), (None, at(3, 8, second=1)))  # all arrived on the 2nd at eight
    found = values(service_standards.attainment(log, levels, as_of=at(3, 8).to_pydatetime()))
    assert (found["overdue_open"], found["not_yet_due"], found["on_time_share"]) == (1, 0, pytest.approx(1 / 3))


def test_the_first_answer_may_be_what_counts(log):
    levels = pd.DataFrame({"channel": ["phone", "email", "web_form"], "response_h": [8.0, 24.0, 24.0], "clock": "calendar"})
    until = log["contact_ts"].max().to_pydatetime() + timedelta(days=60)
    table = service_standards.attainment(log, levels, by=["channel"], event="response", as_of=until)
    inbound = log[log["direction"] != "outbound"]
    hours = (inbound["first_response_ts"] - inbound["contact_ts"]).dt.total_seconds() / 3600
    limit = inbound["channel"].map({"phone": 8.0, "email": 24.0, "web_form": 24.0})
    expected = (((hours <= limit) * inbound["weight"]).groupby(inbound["channel"]).sum()) / inbound.groupby("channel")["weight"].sum()
    found = table[table["metric"] == "on_time_share"].set_index("channel")["value"]
    assert found.to_dict() == pytest.approx(expected.to_dict())


def test_what_is_missing_keeps_a_row(log):
    note = lambda *args, **options: service_standards.attainment(*args, **options)["note"].item()  # noqa: E731
    assert note(log.iloc[:0]) == "needs contacts.contact_ts, contacts.due_ts, contacts.resolved_ts"
    assert note(log.drop(columns="due_ts"), by=["channel"]) == "needs contacts.due_ts"
    assert note(log.drop(columns="first_response_ts"), event="response") == "needs contacts.first_response_ts"
    assert note(log, pd.DataFrame({"response_h": [], "clock": []})) == "needs service_levels.resolution_h, service_levels.clock"
    one = service_standards.attainment(log.drop(columns="received_by"), by=["received_by"])
    assert (one["received_by"].item(), one["note"].item()) == ("__unknown__", "needs contacts.received_by")


def test_duckdb_gives_the_same_table(log):
    levels = pd.DataFrame({"channel": ["phone", "email"], "resolution_h": [30.5, 24.0], "clock": "calendar"})
    relation = duckdb.from_df(log)
    for options in ({"by": ["channel", "received_by"]}, {"service_levels": levels}, {"by": ["channel"], "draws": 10}):
        tables = [service_standards.attainment(table, **options) for table in (log, relation)]
        pd.testing.assert_frame_equal(*[table.drop(columns="draws", errors="ignore") for table in tables])


moments = st.none() | st.integers(3, 28).map(at)


@given(st.lists(st.tuples(moments, moments), min_size=1, max_size=30), st.integers(3, 28))
@settings(max_examples=50)
def test_every_contact_is_counted_once_and_never_flatters(rows, day):
    if all(due is None for due, _ in rows) or all(done is None for _, done in rows):
        return
    until = at(day)
    table = service_standards.attainment(cases(*rows), as_of=until.to_pydatetime())
    share = table[table["metric"] == "on_time_share"]
    counted = int(share["n"].sum())
    found = values(table)
    assert counted + found["not_yet_due"] + found["settled_early"] + found["no_due_date"] == len(rows)
    passed = [(due, done) for due, done in rows if due is not None and due <= until]
    assert counted == len(passed)
    if passed:
        assert share["value"].item() == pytest.approx(np.mean([done is not None and done <= due for due, done in passed]))
