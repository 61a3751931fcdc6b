"""What lies unsettled: a city counted by hand at every month's end, and the cases that flatter."""

from collections import Counter
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards

ZONE = ZoneInfo("America/New_York")
KNOWN_UNTIL = datetime(2016, 1, 13, tzinfo=ZONE)
ENDS = service_standards.month_ends(datetime(2015, 1, 5, tzinfo=ZONE), datetime(2015, 12, 5, tzinfo=ZONE))


def moment(naive):
    return naive and naive.replace(tzinfo=ZONE).timestamp()


@pytest.fixture(scope="module")
def table(boston):
    return service_standards.backlog(boston, by=["department"], channels=None, moments=ENDS, as_of=KNOWN_UNTIL)


def test_the_city_s_backlog_by_department(table, boston_rows):
    real = [row for row in boston_rows if not (row["CLOSED_DT"] and moment(row["CLOSED_DT"]) < moment(row["OPEN_DT"]))]
    still = [row for row in real if row["CLOSED_DT"] is None]
    found = table[table["metric"] == "backlog"].set_index("department")["value"]
    assert found[found > 0].to_dict() == Counter(row["Department"] for row in still)
    came = table[table["metric"] == "came_in"].set_index("department")["value"]
    assert came.to_dict() == Counter(row["Department"] for row in real)
    odd = table[table["metric"] == "settled_before_contact"]["value"].sum()
    assert odd == len(boston_rows) - len(real)
    ages = {}
    for row in still:
        ages.setdefault(row["Department"], []).append((KNOWN_UNTIL.timestamp() - moment(row["OPEN_DT"])) // 3600 / 24)
    middle = table[table["metric"] == "backlog_age"].set_index("department")["value"]
    assert middle.to_dict() == pytest.approx({name: median(days) for name, days in ages.items()})
    for name, days in ages.items():
        old = estimates.only(table, "backlog_share", department=name, age="30+")["value"].item()
        assert old == pytest.approx(sum(day >= 30 for day in days) / len(days))


def test_the_city_s_backlog_at_the_ends_of_months(table, boston_rows):
    real = [row for row in boston_rows if not (row["CLOSED_DT"] and moment(row["CLOSED_DT"]) < moment(row["OPEN_DT"]))]
    assert len(ENDS) == 11
    for end in ENDS:
        own = table[(table["metric"] == "backlog_then") & (table["moment"] == f"{end:%Y-%m-%d}")]
        expected = sum(
            moment(row["OPEN_DT"]) <= end.timestamp() and (row["CLOSED_DT"] is None or moment(row["CLOSED_DT"]) > end.timestamp())
            for row in real
        )
        assert own["value"].sum() == expected


def at(day):
    return pd.Timestamp(f"2025-01-{day:02d}", tz="UTC")


def log_of(rows, **columns):
    came, done = zip(*rows, strict=True)
    table = pd.DataFrame({"contact_ts": list(came), "resolved_ts": list(done), "local_date": pd.Timestamp("2025-01-01")})
    table = table.astype(dict.fromkeys(["contact_ts", "resolved_ts"], "datetime64[us, UTC]"))
    return table.assign(weight=1.0, customer_id=table.index.astype("str"), channel="email").assign(**columns)


def values(table):
    return {row.metric: row.value for row in table.itertuples() if "age" not in table or pd.isna(row.age)}


def test_what_is_over_or_still_to_come_is_not_in_it():
    log = log_of([(at(1), None), (at(2), at(3)), (at(4), at(20)), (at(15), None), (at(5), at(2)), (at(3), None)])
    log["status"] = ["open", "closed", "open", "open", "closed", "closed"]
    told = values(service_standards.backlog(log, as_of=at(10)))
    assert (told["backlog"], told["came_in"], told["settled_before_contact"]) == (2, 4, 1)
    assert told["backlog_age"] == 7.5  # since the 1st and since the 4th


def test_calls_are_over_when_they_end():
    log = log_of([(at(1), None), (at(2), None), (at(2), at(3))], channel=["email", "phone", "email"])
    assert values(service_standards.backlog(log, as_of=at(10)))["backlog"] == 1
    assert values(service_standards.backlog(log, as_of=at(10), channels=None))["backlog"] == 2


def test_classes_of_age_are_all_of_it():
    log = log_of([(at(1) + timedelta(days=number % 25), None) for number in range(60)] + [(at(1), at(2))])
    table = service_standards.backlog(log, as_of=at(31))
    shares = table[table["metric"] == "backlog_share"].set_index("age")["value"]
    assert shares.sum() == pytest.approx(1)
    assert list(shares.index) == ["0-2", "2-7", "7-30", "30+"]


def test_an_empty_backlog_and_missing_columns(log):
    told = values(service_standards.backlog(log_of([(at(1), at(2))]), as_of=at(10)))
    assert (told["backlog"], "backlog_age" in told) == (0, False)
    assert service_standards.backlog(log.drop(columns="resolved_ts"))["note"].item() == "needs contacts.resolved_ts"


def test_month_ends_stand_in_the_zone_of_the_first_moment():
    assert [f"{end:%d.%m. %z}" for end in ENDS[:3]] == ["01.02. -0500", "01.03. -0500", "01.04. -0400"]
