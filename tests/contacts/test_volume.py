"""Contact volume: a city's file counted by hand, closed forms, identities, and the same figures from every engine."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxlib import estimates
from cxlib.contacts import volume
from cxlib.errors import CxError, DataError

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


def test_shares_are_those_of_single_contacts_with_customers_as_clusters(log):
    kept = log[log["direction"] != "outbound"]
    cluster = kept["customer_id"].fillna("day " + kept["local_date"].dt.strftime("%Y-%m-%d"))
    table = volume.by_channel(log)
    for channel in ("phone", "email", "web_form"):
        flagged = kept.assign(flag=(kept["channel"] == channel).astype(float), cluster=cluster)
        expected = estimates.share(flagged, "flag", weight="weight", cluster="cluster")
        row = table[(table["metric"] == "contact_share") & (table["channel"] == channel)]
        for column in ("value", "low", "high", "n"):
            assert row[column].item() == pytest.approx(expected[column].item()), column
        assert row["n_eff"].item() == pytest.approx(kept["weight"].sum() ** 2 / (kept["weight"] ** 2).sum())


def test_customers_who_call_all_the_time_make_shares_less_sure():
    often = contacts([6] * 120, customer_id=np.repeat([str(number) for number in range(12)], 10))
    table = often.assign(channel=np.where(often["customer_id"].isin(["1", "2", "3"]), "phone", "email"))
    single = table.assign(customer_id=[str(number) for number in range(120)])
    widths = [np.ptp(volume.by_channel(each)[["low", "high"]].to_numpy()[-1]) for each in (table, single)]
    assert widths[0] > 2 * widths[1]


def test_thin_ways_are_pooled():
    table = volume.by_channel(contacts([6] * 20, channel=["phone"] * 11 + ["fax"] * 5 + ["letter"] * 4), min_n=7)
    found = table[table["metric"] == "contacts"].set_index("channel")["value"].to_dict()
    assert found == {"phone": 11, "__other__": 9}


def test_touchpoints_by_themselves_and_by_their_mode():
    log = contacts([6, 6, 6, 7], touchpoint_id=["T1", "T1", "T2", None])
    table = volume.by_touchpoint(log)
    assert table[table["metric"] == "contacts"].set_index("touchpoint_id")["value"].to_dict() == {"T1": 2, "T2": 1, "__unknown__": 1}
    touchpoints = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "mode": ["online", "offline"]})
    mode = volume.by_touchpoint(log, touchpoints, route="mode")
    shares = mode[mode["metric"] == "contact_share"].set_index("mode")["value"]
    assert shares.to_dict() == {"online": 0.5, "offline": 0.25, "__unknown__": 0.25}
    assert volume.by_touchpoint(log, route="mode")["note"].item() == "needs touchpoints.mode"


JANUARY = (date(2025, 1, 1), date(2025, 1, 31))
FEW = contacts([2, 3, 4, 5, 6, 7], customer_id=["a", "a", "b", "c", None, "c"], order_id=["1", "1", "2", "9", None, "9"])
ORDERS = pd.DataFrame(
    {
        "order_id": list("12349"),
        "customer_id": list("abbdc"),
        "order_ts": pd.to_datetime(["2025-01-02", "2025-01-10", "2025-01-20", "2025-01-25", "2024-12-30"]).tz_localize("Europe/Berlin"),
        "campaign_id": ["x", "x", "y", "y", "y"],
    }
)


def figures(table, metric, by=None):
    rows = table[table["metric"] == metric]
    return rows.set_index(by)["value"].to_dict() if by else rows["value"].item()


def test_contacts_per_order_gross_and_net_in_one_period():
    # four orders in January (9 is from December); six contacts, three of them name an order of January, two of those order 1
    table = volume.contacts_per(FEW, ORDERS, period=JANUARY)
    assert set(table["unit"]) == {"per 100 orders", "share"}
    assert figures(table, "contacts_gross") == pytest.approx(150)
    assert figures(table, "contacts_net") == pytest.approx(50)
    assert figures(table, "linked_share") == pytest.approx(3 / 6)
    assert dict(zip(table["metric"], table["n"], strict=True)) == {"contacts_gross": 6, "contacts_net": 4, "linked_share": 6}


def test_contacts_per_order_by_what_orders_are():
    table = volume.contacts_per(FEW, ORDERS, by=["campaign_id"], period=JANUARY)
    assert figures(table, "contacts_gross", "campaign_id") == pytest.approx({"x": 150, "y": 0})
    assert figures(table, "contacts_net", "campaign_id") == pytest.approx({"x": 100, "y": 0})


def test_contacts_per_order_month_by_month():
    later = FEW.assign(local_date=FEW["local_date"] + pd.Timedelta(days=31))
    both = pd.concat([FEW, later.iloc[:2]], ignore_index=True)
    orders = pd.concat([ORDERS, ORDERS.iloc[:1].assign(order_id="20", order_ts=pd.Timestamp("2025-02-01", tz="Europe/Berlin"))])
    table = volume.contacts_per(both, orders, by=["month"], period=(date(2025, 1, 1), date(2025, 2, 28)))
    assert figures(table, "contacts_gross", "month") == pytest.approx({"2025-01": 150, "2025-02": 200})


def test_the_span_of_contacts_per_order_rests_on_customers(log, orders):
    table = volume.contacts_per(log, orders)
    kept = log[log["direction"] != "outbound"]
    cluster = kept["customer_id"].fillna("day " + kept["local_date"].dt.strftime("%Y-%m-%d"))
    events, exposure = kept["weight"].groupby(cluster).sum(), orders.groupby("customer_id").size()
    units = pd.DataFrame({"events": events, "exposure": exposure}).fillna(0.0).astype(float)
    expected = estimates.rate(units, "events", "exposure", per=100)
    row = table[table["metric"] == "contacts_gross"]
    for column in ("value", "low", "high"):
        assert row[column].item() == pytest.approx(expected[column].item())


def test_handling_time_per_100_orders():
    table = volume.contacts_per(FEW.assign(handle_s=[600, 1200, None, 1800, 0, 0]), ORDERS, period=JANUARY)
    row = table[table["metric"] == "handle_time"]
    assert (row["value"].item(), row["unit"].item()) == (pytest.approx(25.0), "h per 100 orders")  # one hour on four orders
    assert 0 < row["low"].item() < 25 < row["high"].item()
    alone = volume.contacts_per(FEW.assign(handle_s=60.0, customer_id="a"), ORDERS.assign(customer_id="a"), period=JANUARY)
    one = alone[alone["metric"] == "handle_time"]
    assert (one["value"].item(), one["note"].item()) == (pytest.approx(2.5), "n < 2")  # a single customer says nothing about others
    assert one[["low", "high"]].isna().all().all()


def test_customers_count_by_the_part_of_the_period_in_which_they_were_customers():
    customers = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "start_date": pd.to_datetime([None, "2020-01-01", "2025-01-16", "2025-02-01", None]),
            "churn_date": pd.to_datetime([None, None, None, None, "2024-06-01"]),
        }
    )
    period = (date(2025, 1, 1), date(2025, 1, 30))
    table = volume.contacts_per(FEW, customers, per="customers", period=period)
    assert figures(table, "contacts_gross") == pytest.approx(100 * 6 / 2.5)  # a and b whole, c half, d not yet, e no longer
    assert figures(table, "contacts_net") == pytest.approx(100)
    new = volume.contacts_per(FEW, customers, per="new_customers", period=period)
    assert figures(new, "contacts_gross") == pytest.approx(600)
    assert new["unit"].iloc[0] == "per 100 new customers"


def test_a_large_group_is_not_taken_for_a_talkative_one():
    customers = pd.DataFrame({"customer_id": [str(number) for number in range(30)], "segment": ["large"] * 25 + ["small"] * 5})
    log = contacts([6] * 35, customer_id=[str(number) for number in range(25)] + ["25", "26"] * 5)
    table = volume.by_group(log, customers, by=["segment"])
    assert figures(table, "contacts_gross", "segment") == pytest.approx({"large": 100, "small": 200})
    assert figures(table, "contacts_net", "segment") == pytest.approx({"large": 100, "small": 40})
    with pytest.raises(CxError, match=r"by: name at least one feature of the customers"):
        volume.by_group(log, customers, by=[])


def test_persons_may_take_the_place_of_customers():
    persons = pd.DataFrame({"person_id": list("pq"), "role": ["user", "decision_maker"]})
    table = volume.by_group(contacts([6, 7, 8], person_id=["p", "p", "q"]), persons, by=["role"], per="persons")
    assert figures(table, "contacts_gross", "role") == pytest.approx({"user": 200, "decision_maker": 100})


def test_contacts_and_orders_after_the_first_order():
    # a: first order on 1 January, watched for 31 days; b: on 16 January, for 16 days; the period ends on the 31st
    orders = pd.DataFrame(
        {
            "order_id": list("123"),
            "customer_id": list("aab"),
            "order_ts": pd.to_datetime(["2025-01-01", "2025-01-25", "2025-01-16"]).tz_localize("UTC"),
        }
    )
    log = contacts([1, 12, 13, 20, 31], customer_id=["a", "a", "b", "b", "b"])  # b's first contact is before its first order
    table = volume.life_cycle(log, orders, days=10, spans=3, period=JANUARY)
    assert figures(table, "contacts_gross", "span_after_order") == pytest.approx({"1": 100 * 2 / 2, "2": 100 * 2 / 1.6, "3": 0})
    assert figures(table, "orders_after_first", "span_after_order") == pytest.approx({"1": 0, "2": 0, "3": 100})
    assert table[table["metric"] == "contacts_gross"]["n"].to_list() == [2, 2, 1]


def test_how_much_of_the_log_a_column_speaks_for():
    log = contacts([6, 6, 7, 7], received_by=["desk", None, None, None], weight=[2.0, 1.0, 1.0, 1.0])
    table = volume.known(log, columns=["local_hour", "received_by", "order_id"]).set_index("element")["value"]
    assert table.to_dict() == {"contacts.local_hour": 1.0, "contacts.received_by": 0.4, "contacts.order_id": 0.0}


def test_what_is_missing_keeps_a_row_and_says_what_would_help(log, orders, customers):
    empty = log.iloc[:0]
    for row in (volume.by_hour(empty), volume.by_day(empty), volume.by_channel(empty, by=["received_by"]), volume.by_touchpoint(empty)):
        assert row["note"].item() == "needs contacts.contact_ts"
        assert row["value"].isna().all()
    assert volume.known(empty)["note"].item() == "needs contacts.contact_ts"
    assert volume.contacts_per(log, orders.iloc[:0])["note"].item() == "needs orders.order_id, orders.order_ts"
    assert volume.contacts_per(log, customers.iloc[:0], per="customers")["note"].item() == "needs customers.customer_id"
    assert volume.by_channel(log.drop(columns="received_by"), route="received_by")["note"].item() == "needs contacts.received_by"
    nobody = log.drop(columns="order_id")
    assert volume.contacts_per(nobody, orders).set_index("metric")["note"]["contacts_net"] == "needs contacts.order_id"
    assert volume.life_cycle(empty, orders)["note"].item() == "needs contacts.contact_ts, contacts.customer_id"


def test_a_period_without_contacts_is_a_zero_and_not_a_gap(log):
    quiet = (date(2024, 1, 1), date(2024, 1, 14))
    assert volume.by_day(log, period=quiet)["value"].item() == 0
    assert volume.by_hour(log, period=quiet)["value"].eq(0).all()
    assert volume.by_channel(log, period=quiet).empty


def test_impossible_questions_are_refused(log, orders, customers):
    with pytest.raises(CxError, match=r"per: contacts cannot be counted on 'order' \(did you mean 'orders'\?\)"):
        volume.contacts_per(log, orders, per="order")
    with pytest.raises(CxError, match=r"by: customers have no month of their own: 'month'. Use orders or new_customers"):
        volume.contacts_per(log, customers, per="customers", by=["month"])
    with pytest.raises(DataError, match=r"there is no column 'segmnt'"):
        volume.by_day(log, by=["segmnt"])


CALLS = {
    "hour": lambda log, orders, customers: volume.by_hour(log, by=["channel"]),
    "day": lambda log, orders, customers: volume.by_day(log, by=["received_by"], calendar="month"),
    "channel": lambda log, orders, customers: volume.by_channel(log, by=["received_by"], draws=20, cluster="customer_id"),
    "touchpoint": lambda log, orders, customers: volume.by_touchpoint(log),
    "orders": lambda log, orders, customers: volume.contacts_per(log, orders, by=["campaign_id", "month"], draws=20),
    "customers": lambda log, orders, customers: volume.contacts_per(
        log, customers, per="customers", period=(date(2025, 3, 24), date(2025, 4, 13))
    ),
    "group": lambda log, orders, customers: volume.by_group(log, customers, by=["market"]),
    "life_cycle": lambda log, orders, customers: volume.life_cycle(log, orders, days=7, spans=3),
    "known": lambda log, orders, customers: volume.known(log, columns=["order_id", "cost"]),
}


@pytest.mark.parametrize("name", CALLS)
def test_duckdb_gives_the_same_table(name, log, orders, customers):
    ours = CALLS[name](log, orders, customers)
    theirs = CALLS[name](duckdb.from_df(log), orders, customers)
    pd.testing.assert_frame_equal(ours.drop(columns="draws", errors="ignore"), theirs.drop(columns="draws", errors="ignore"))
    if "draws" in ours:
        for one, other in zip(ours["draws"], theirs["draws"], strict=True):
            np.testing.assert_allclose(one, other)


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


@given(logs)
@settings(max_examples=40)
def test_the_order_of_rows_does_not_matter_and_a_weight_of_two_is_the_row_twice(rows):
    log = drawn(rows)
    pd.testing.assert_frame_equal(volume.by_channel(log), volume.by_channel(log[::-1]))
    heavy = volume.by_channel(log.assign(weight=2.0)).set_index(["metric", "channel"])["value"]
    twice = volume.by_channel(pd.concat([log, log])).set_index(["metric", "channel"])["value"]
    assert heavy.to_dict() == pytest.approx(twice.to_dict())


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
