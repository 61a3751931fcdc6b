"""Contacts by hour and day: a city's file counted by hand, closed forms, identities."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxlib import estimates
from cxlib.contacts import volume

YEAR = (date(2015, 1, 1), date(2015, 12, 31))


DAYS = [YEAR[0] + timedelta(days=number) for number in range(365)]


def contacts(days, hours=9, **columns):
    """A log of one contact a row, on these days of January 2025."""
    day = pd.to_datetime([f"2025-01-{number:02d}" for number in days])
    table = pd.DataFrame({"local_date": day, "local_hour": hours, "contact_ts": day.tz_localize("UTC"), "weight": 1.0, "channel": "phone"})
    return table.assign(**columns)


class TestBoston:
    """Every figure against an independent count of the raw file."""

    def test_contacts_sources_and_types(self, boston, boston_rows):
        for route, header, levels in (("source", "Source", 7), ("reason_legacy", "TYPE", 158)):
            table = volume.by_channel(boston, route=route, period=YEAR)
            expected = Counter(row[header] for row in boston_rows)
            assert len(expected) == levels
            assert estimates.only(table, "contacts", **{route: next(iter(expected))}) is not None
            found = table[table["metric"] == "contacts"].set_index(route)["value"]
            assert found.to_dict() == expected
            assert found.sum() == 121_145
            share = table[table["metric"] == "contact_share"].set_index(route)["value"]
            assert share.to_dict() == pytest.approx({level: count / 121_145 for level, count in expected.items()})

    def test_the_week_hour_by_hour(self, boston, boston_rows):
        expected = Counter((row["OPEN_DT"].isoweekday(), row["OPEN_DT"].hour) for row in boston_rows)
        mondays = Counter(day.isoweekday() for day in DAYS)
        table = volume.by_hour(boston, period=YEAR)
        assert len(table) == 168
        for row in table.itertuples():
            day, hour = int(row.local_weekday), int(row.local_hour)
            assert row.n == expected[day, hour]
            assert row.value == pytest.approx(expected[day, hour] / mondays[day])
            assert row.low < row.value < row.high

    def test_an_hour_s_span_follows_from_its_52_days(self, boston, boston_rows):
        by_day = Counter(row["OPEN_DT"].date() for row in boston_rows if row["OPEN_DT"].isoweekday() == 2 and row["OPEN_DT"].hour == 9)
        counts = np.array([by_day[day] for day in DAYS if day.isoweekday() == 2])
        factor = np.exp(stats.t.ppf(0.975, len(counts) - 1) * stats.sem(counts) / counts.mean())
        row = estimates.only(volume.by_hour(boston, period=YEAR), local_weekday="2", local_hour="9")
        assert (row["low"].item(), row["high"].item()) == pytest.approx((counts.mean() / factor, counts.mean() * factor))

    def test_months(self, boston, boston_rows):
        expected = Counter(f"{row['OPEN_DT']:%Y-%m}" for row in boston_rows)
        length = Counter(f"{day:%Y-%m}" for day in DAYS)
        table = volume.by_day(boston, calendar="month", period=YEAR).set_index("month")["value"]
        assert table.to_dict() == pytest.approx({month: count / length[month] for month, count in expected.items()})

    def test_shares_within_departments(self, boston, boston_rows):
        expected = defaultdict(Counter)
        for row in boston_rows:
            expected[row["Department"]][row["Source"]] += 1
        table = volume.by_channel(boston, route="source", by=["department"], period=YEAR)
        shares = table[table["metric"] == "contact_share"].set_index(["department", "source"])["value"]
        for (department, source), share in shares.items():
            assert share == pytest.approx(expected[department][source] / expected[department].total())


def test_days_without_a_contact_count():
    log = contacts([6, 6, 9])
    assert volume.by_day(log)["value"].item() == pytest.approx(3 / 4)
    assert volume.by_day(log, period=(date(2025, 1, 1), date(2025, 1, 30)))["value"].item() == pytest.approx(3 / 30)
    weekday = volume.by_day(log, calendar="local_weekday", period=(date(2025, 1, 6), date(2025, 1, 19)))
    assert weekday["value"].to_list() == [1, 0, 0, 0.5, 0, 0, 0]


def test_an_hour_without_a_contact_has_an_exact_upper_bound():
    row = estimates.only(volume.by_hour(contacts([6, 7, 13])), local_weekday="1", local_hour="3")
    assert (row["value"].item(), row["low"].item(), row["n"].item()) == (0, 0, 0)
    assert row["high"].item() == pytest.approx(stats.chi2.ppf(0.975, 2) / 2 / 2)  # two Mondays


def test_hours_come_in_order_for_every_group():
    table = volume.by_hour(contacts([6, 12, 13], channel=["phone", "phone", "email"]), by=["channel"])
    place = table[["channel", "local_weekday", "local_hour"]].astype({"local_weekday": int, "local_hour": int})
    assert place.equals(place.sort_values(["channel", "local_weekday", "local_hour"]))
    assert len(table) == 2 * 168


def test_a_tally_week_counts_with_its_weight():
    log = contacts([6, 7, 8], weight=13.0)
    row = volume.by_day(log, period=(date(2025, 1, 1), date(2025, 3, 31)))
    assert (row["value"].item(), row["n"].item(), row["n_eff"].item()) == (pytest.approx(39 / 90), 3, pytest.approx(3))
    share = volume.by_channel(contacts([6, 6, 6], channel=["phone", "phone", "field_visit"], weight=[1.0, 1.0, 6.0]))
    shares = share[share["metric"] == "contact_share"].set_index("channel")["value"]
    assert shares.to_dict() == pytest.approx({"phone": 0.25, "field_visit": 0.75})


def test_a_log_without_times_says_so():
    note = volume.by_hour(contacts([6, 7], hours=0))["note"]
    assert note.item() == "needs contacts.local_hour"
    assert volume.by_hour(contacts([6, 7], hours=pd.NA))["note"].item() == "needs contacts.local_hour"


logs = st.lists(st.tuples(st.integers(6, 19), st.integers(0, 23), st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1, max_size=40)


def drawn(rows):
    days, hours, channels, customers = zip(*rows, strict=True)
    return contacts(days, hours=list(hours), channel=list(channels), customer_id=list(customers))


@given(logs)
@settings(max_examples=40)
def test_every_contact_is_in_exactly_one_hour_and_one_channel(rows):
    log, period = drawn(rows), (date(2025, 1, 6), date(2025, 1, 19))  # two whole weeks
    week = volume.by_hour(log, period=period)
    if week["note"].iloc[0].startswith("needs"):
        assert all(row[1] == 0 for row in rows)
    else:
        assert week["value"].sum() * 2 == pytest.approx(len(rows))
        assert week["n"].sum() == len(rows)
    split = volume.by_channel(log)
    assert split.loc[split["metric"] == "contacts", "value"].sum() == len(rows)
    assert split.loc[split["metric"] == "contact_share", "value"].sum() == pytest.approx(1)
    assert volume.by_day(log, period=period)["value"].item() * 14 == pytest.approx(len(rows))


def test_holidays_are_no_ordinary_days():
    # four Mondays in January 2025 from the 6th on; the 6th is a holiday, and the Friday before it its eve
    log = contacts([3, 6, 6, 13, 13, 13, 18])
    period, free = (date(2025, 1, 3), date(2025, 1, 20)), [date(2025, 1, 6)]
    mondays = volume.by_hour(log, period=period, holidays=free)
    assert estimates.only(mondays, "contacts_per_hour", local_weekday="1", local_hour="9")["value"].item() == pytest.approx(3 / 2)
    kinds = volume.by_day(log, calendar="day_type", period=period, holidays=free).set_index("day_type")["value"]
    assert kinds.to_dict() == pytest.approx({"eve": 1.0, "holiday": 2.0, "saturday": 1 / 3, "sunday": 0.0, "weekday": 3 / 10})
