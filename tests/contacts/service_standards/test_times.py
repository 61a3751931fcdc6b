"""Times until answer and solution: a city against a Kaplan–Meier curve by hand, the truth of a simulated house, cases that flatter."""

import sys
from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards
from cxlib.contacts.service_standards.clock import clock

UNTIL = datetime(2016, 1, 13)
KNOWN_UNTIL = UNTIL.replace(tzinfo=ZoneInfo("America/New_York"))
ZONE = ZoneInfo("America/New_York")
CHANNELS = {
    "Constituent Call": "phone",
    "Citizens Connect App": "app",
    "City Worker App": "app",
    "Self Service": "web_form",
    "Twitter": "social",
}


def kaplan_meier(cases):
    """Times and shares left, from (hours, event) pairs, by the definition and in plain Python."""
    left, share, curve = len(cases), 1.0, []
    by_time = defaultdict(lambda: [0, 0])
    for hours, event in cases:
        by_time[hours][0] += event
        by_time[hours][1] += 1
    for hours in sorted(by_time):
        events, gone = by_time[hours]
        share *= 1 - events / left
        left -= gone
        if events:
            curve.append((hours, share))
    return curve


def first_at(curve, level):
    return next((hours for hours, share in curve if share <= level + 1e-12), None)


@pytest.fixture(scope="module")
def cases(boston_rows):
    """Hours open and whether settled, by department and channel; what cannot be is counted apart."""
    found, odd = defaultdict(list), defaultdict(int)
    for row in boston_rows:
        came, closed = row["OPEN_DT"].replace(tzinfo=ZONE), row["CLOSED_DT"] and row["CLOSED_DT"].replace(tzinfo=ZONE)
        group = (row["Department"], CHANNELS.get(row["Source"], "other"))
        if closed is not None and closed.timestamp() < came.timestamp():
            odd[group] += 1
            continue
        end = closed or KNOWN_UNTIL
        found[group].append((max(round(end.timestamp() - came.timestamp()), 1) / 3600, int(closed is not None)))
    return found, odd


@pytest.mark.parametrize("by", [[], ["department"], ["channel"], ["department", "channel"]], ids="-".join)
def test_every_figure_of_the_city(boston, cases, by):
    found, odd = cases
    table = service_standards.times(boston, by=by, as_of=KNOWN_UNTIL, min_n=1)
    place = {"department": 0, "channel": 1}
    grouped, strange = defaultdict(list), defaultdict(int)
    for group, rows in found.items():
        grouped[tuple(group[place[name]] for name in by)] += rows
    for group, number in odd.items():
        strange[tuple(group[place[name]] for name in by)] += number
    checked = 0
    for group, rows in grouped.items():
        own = estimates.across(table, *by, "event", "clock") if by else table[table["quantile"].isna()]
        for name, level in zip(by, group, strict=True):
            own = own[own[name] == level]
        counts = dict(zip(own["metric"], own["value"], strict=True))
        assert counts["still_open"] == sum(1 - event for _, event in rows)
        assert counts["settled_before_contact"] == strange[group]
        curve = kaplan_meier(rows)
        for q in (0.5, 0.9):
            levels = dict(zip(by, group, strict=True))
            row = estimates.only(table, "resolution_time", event="resolution", clock="calendar", quantile=f"{q:g}", **levels)
            expected = first_at(curve, 1 - q)
            if expected is None:
                assert row["note"].item() == "beyond follow-up"
            else:
                assert row["value"].item() == pytest.approx(expected)
                checked += 1
            assert row["n"].item() == len(rows)
    assert checked >= 1


def test_the_share_settled_within_some_days(boston, cases):
    rows = [row for group in cases[0].values() for row in group]
    curve = kaplan_meier(rows)
    table = service_standards.response_curves(boston, hours=[24, 240], event="resolution", as_of=KNOWN_UNTIL)
    for hours in (24, 240):
        expected = 1 - [share for at, share in curve if at <= hours][-1]
        row = estimates.only(table, "settled_within", clock="calendar", hours=str(hours))
        assert row["value"].item() == pytest.approx(expected)
        assert row["low"].item() < expected < row["high"].item()


def at(hour):
    return pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)


def log_of(done, **columns):
    table = pd.DataFrame({"contact_ts": at(0), "resolved_ts": done, "first_response_ts": done, "local_date": pd.Timestamp("2025-01-06")})
    kinds = dict.fromkeys(["contact_ts", "resolved_ts", "first_response_ts"], "datetime64[us, UTC]")
    return table.astype(kinds).assign(weight=1.0, customer_id=[str(number) for number in range(len(done))], **columns)


def values(table):
    return dict(zip(table["metric"], table["value"], strict=True))


def test_open_ones_count_for_as_long_as_they_have_been():
    log = log_of([at(1), at(2), at(3), None, None, None])
    told = values(service_standards.times(log, q=[0.5], as_of=at(10), min_n=1))
    assert (told["resolution_time"], told["still_open"]) == (3.0, 3)
    later = service_standards.times(log, q=[0.75], as_of=at(10), min_n=1)
    assert later["note"].iloc[0] == "beyond follow-up"  # they were not settled when watching ended
    answered = log[log["resolved_ts"].notna()]
    assert values(service_standards.times(answered, q=[0.5], as_of=at(10), min_n=1))["resolution_time"] == 2.0  # what flatters


def test_what_cannot_be_is_counted_and_enters_nothing():
    log = log_of([at(-5), at(2), at(4), None, None], status=["closed", "closed", "closed", "closed", "open"])
    told = values(service_standards.times(log, q=[0.5], as_of=at(10), min_n=1))
    assert told == {
        "resolution_time": 4.0, "still_open": 1, "settled_before_contact": 1, "closed_without_time": 1, "never_recorded": 0, "not_timed": 0
    }  # fmt: skip


def test_what_is_settled_after_the_log_is_known_is_still_open():
    told = values(service_standards.times(log_of([at(2), at(20)]), q=[0.5], as_of=at(10), min_n=1))
    assert (told["resolution_time"], told["still_open"]) == (2.0, 1)


def test_a_channel_that_never_records_the_time_is_left_out():
    log = log_of([at(1), at(2), None, None], channel=["email", "email", "phone", "phone"])
    told = values(service_standards.times(log, q=[0.5], event="response", as_of=at(10), min_n=1))
    assert (told["response_time"], told["still_open"], told["never_recorded"]) == (1.0, 0, 2)


def test_the_business_clock_counts_service_hours():
    week = clock({1: ((8.0, 16.0),)}, first=datetime(2025, 1, 1).date(), last=datetime(2025, 1, 31).date(), timezone="UTC")
    log = log_of([at(9), at(12), at(15), at(22), at(7)])
    told = service_standards.times(log, q=[0.2, 0.6, 0.99], clock=week, as_of=at(30), min_n=1)
    assert told[told["metric"] == "resolution_time"]["value"].round(6).to_list() == [round(1 / 3600, 6), 4.0, 8.0]


def test_large_logs_are_told_to_the_quarter_of_an_hour(monkeypatch, log):
    exact = service_standards.times(log, by=["channel"])
    monkeypatch.setattr(sys.modules["cxlib.contacts.service_standards.times"], "MANY", 10)
    coarse = service_standards.times(log, by=["channel"])
    off = (coarse["value"] - exact["value"])[exact["metric"] == "resolution_time"].dropna()
    assert ((off >= -1e-9) & (off < 0.25)).all()


def test_follow_ups_in_a_thread():
    log = log_of([at(1), at(8), at(2), at(9), at(3)], thread_id=["a", "a", "b", "b", None], contact_id=list("12345"))
    log["contact_ts"] = [at(0), at(2), at(0), at(1), at(0)]
    table = service_standards.follow_up_replies(log, q=[0.5], as_of=at(20), min_n=1)
    row = {position: estimates.only(table, "response_time", event="response", clock="calendar", quantile="0.5", position=position) for position in ("first", "follow_up")}  # fmt: skip
    assert {position: (found["value"].item(), found["n"].item()) for position, found in row.items()} == {
        "first": (1.0, 2),
        "follow_up": (6.0, 2),
    }


def test_missing_columns_keep_a_row(log):
    note = lambda table: table["note"].item()  # noqa: E731
    assert note(service_standards.times(log.drop(columns="resolved_ts"))) == "needs contacts.resolved_ts"
    assert note(service_standards.response_curves(log.drop(columns="first_response_ts"), hours=[1])) == "needs contacts.first_response_ts"
    assert note(service_standards.follow_up_replies(log)) == "needs contacts.thread_id"


def test_the_planted_answering_times(company):
    """Half of what is answered at all is answered within 9.4 hours, nine in ten within 61; 6.8 % of e-mails never are."""
    contacts = company["contacts"]
    mail = contacts[contacts["channel"] == "email"]
    table = service_standards.response_curves(mail, hours=[9.4, 61], as_of=mail["contact_ts"].max() + pd.Timedelta(days=30))
    for hours, share in ((9.4, 0.5), (61.0, 0.9)):
        row = table[table["hours"] == f"{hours:g}"]
        planted = share * (1 - 0.068)
        assert row["value"].item() == pytest.approx(planted, abs=4 * np.sqrt(planted * (1 - planted) / len(mail)))


def test_duckdb_gives_the_same_table(log):
    week = clock(dict.fromkeys(range(1, 6), ((8.0, 17.0),)), first=datetime(2025, 3, 1).date(), last=datetime(2025, 6, 1).date(), timezone="Europe/Berlin")  # fmt: skip
    for options in ({}, {"clock": week, "by": ["received_by"]}):
        tables = [service_standards.times(table, **options) for table in (log, duckdb.from_df(log))]
        pd.testing.assert_frame_equal(*tables)
