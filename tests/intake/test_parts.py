"""A time whose day and hour stand in two columns is one time, and half of it is none."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from cxlib.intake.parts import part_forms

TWO = {"contact_ts": ["Datum", "Uhrzeit"]}
HEADERS = ["Id", "Datum", "Uhrzeit", "Kanal"]
MORNING = datetime(2025, 2, 5, 7, 15, tzinfo=UTC)


def moments(came):
    assert came.problems == []
    return [row["contact_ts"].astimezone(UTC) for row in came.rows]


def test_day_and_hour_are_joined_by_a_blank(log_of):
    content = "Id;Datum;Uhrzeit;Kanal\n1;05.02.2025; 08:15 ;phone\n2;05.02.2025\u00a0;16:15;phone\n"
    assert moments(log_of(content, columns=TWO)) == [MORNING, MORNING + timedelta(hours=8)]


def test_a_part_that_is_missing_is_told_with_both_headers(log_of):
    content = "Id;Datum;Uhrzeit;Kanal\n1;05.02.2025;;phone\n2;05.02.2025;08:15;phone\n"
    assert log_of(content, columns=TWO).problems == [
        "data/acme/raw/x.csv: Datum + Uhrzeit: 1 of 2 cells are no time for contact_ts (line 2: '05.02.2025 (nothing)'). The declared "
        "time_format is '%d.%m.%Y %H:%M', and a part is missing: ask for it. Rows that have no time at all leave all its cells empty."
    ]


def test_a_whole_time_beside_an_empty_cell_is_none(log_of):
    content = "Id;Datum;Uhrzeit;Kanal\n1;05.02.2025 08:15;;phone\n"
    assert "(line 2: '05.02.2025 08:15 (nothing)')" in log_of(content, columns=TWO).problems[0]


def test_all_parts_missing_is_no_time(log_of):
    content = "Id;Zeit;Kanal;Tag;Stunde\n1;05.02.2025 08:15;phone;k.A.; \n2;05.02.2025 08:15;phone;06.02.2025;9:00\n"
    came = log_of(content, columns={"resolved_ts": ["Tag", "Stunde"]}, missing=["", "k.A."])
    assert [row.get("resolved_ts") for row in came.rows] == [None, datetime(2025, 2, 6, 8, tzinfo=UTC)]


def test_a_header_that_is_not_there_is_named(log_of):
    came = log_of("Id;Datum;Um;Kanal\n1;05.02.2025;08:15;phone\n", columns=TWO)
    assert came.problems[0] == (
        "params/acme.yml: sources.log.columns.contact_ts: unknown column 'Uhrzeit'. The file has: Id, Datum, Um, Kanal."
    )


@pytest.mark.parametrize("clock", [time(8, 15), timedelta(hours=8, minutes=15), "08:15"])
def test_cells_of_a_workbook(log_of, workbooks, tmp_path, clock):
    path = tmp_path / "book.xlsx"
    workbooks.workbook(path, {"Calls": [HEADERS, ["1", date(2025, 2, 5), clock, "phone"]]})
    assert moments(log_of(path.read_bytes(), name="x.xlsx", format="excel", columns=TWO)) == [MORNING]


def test_seconds_in_a_workbook_do_not_get_lost(log_of, workbooks, tmp_path):
    path = tmp_path / "book.xlsx"
    workbooks.workbook(path, {"Calls": [HEADERS, ["1", date(2025, 2, 5), time(8, 15, 30), "phone"]]})
    assert "(row 2: '05.02.2025 08:15:30')" in log_of(path.read_bytes(), name="x.xlsx", format="excel", columns=TWO).problems[0]


@pytest.mark.parametrize("clock", [time(8, 15), "08:15"])
def test_cells_of_a_parquet_file(log_of, tmp_path, clock):
    path = tmp_path / "calls.parquet"
    pq.write_table(pa.table({"Id": ["1"], "Datum": [date(2025, 2, 5)], "Uhrzeit": [clock], "Kanal": ["phone"]}), path)
    assert moments(log_of(path.read_bytes(), name="x.parquet", format="parquet", columns=TWO)) == [MORNING]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_day_that_knows_its_zone_is_the_day_on_the_declared_clock(log_of, tmp_path, zone):
    midnight = datetime(2025, 2, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    days = pa.array([midnight, midnight], pa.timestamp("us", tz=zone))
    path = tmp_path / "calls.parquet"
    pq.write_table(pa.table({"Id": ["1", "2"], "Datum": days, "Uhrzeit": [time(8, 15)] * 2, "Kanal": ["phone"] * 2}), path)
    assert moments(log_of(path.read_bytes(), name="x.parquet", format="parquet", columns=TWO)) == [MORNING] * 2
    came = log_of(path.read_bytes(), name="x.parquet", format="parquet", columns=TWO, timezone="UTC")  # 23:00 of the day before
    assert "2 of 2 cells are no time for contact_ts (row 1: '2025-02-04 23:00:00+00 08:15'" in came.problems[0]


@pytest.mark.parametrize(("day", "clock"), [("05.02.2025", "08:15"), (b"05.02.2025", b"08:15")])
def test_cells_of_a_database(log_of, tmp_path, day, clock):
    with closing(sqlite3.connect(tmp_path / "calls.db")) as connection:
        connection.execute("CREATE TABLE t (Id, Datum, Uhrzeit, Kanal)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, 'phone')", [("1", day, clock), ("2", day, None)])
        connection.commit()
    content, declared = (tmp_path / "calls.db").read_bytes(), {"name": "x.db", "format": "sql", "columns": TWO}
    assert moments(log_of(content, query="SELECT * FROM t WHERE Id = '1'", **declared)) == [MORNING]
    assert "(row 2 of the query: '05.02.2025 (nothing)')" in log_of(content, query="SELECT * FROM t", **declared).problems[0]


@pytest.mark.parametrize("clock", [time(8, 15), "08:15"])
def test_cells_of_an_spss_file(log_of, tmp_path, clock):
    frame = pd.DataFrame({"Id": ["1"], "Datum": [date(2025, 2, 5)], "Uhrzeit": [clock], "Kanal": ["phone"]})
    pyreadstat.write_sav(frame, str(tmp_path / "calls.sav"))
    assert moments(log_of((tmp_path / "calls.sav").read_bytes(), name="x.sav", format="spss", columns=TWO)) == [MORNING]


@pytest.mark.parametrize(
    ("form", "count", "forms"),
    [("%H:%M %d.%m.%Y", 2, ["%H:%M", "%d.%m.%Y"]), ("%d %m %Y", 3, ["%d", "%m", "%Y"]), ("%Y-%m-%dT%H:%M", 2, ["", ""])],
)
def test_a_format_is_taken_apart_where_its_blanks_say_so(form, count, forms):
    assert part_forms(form, count) == forms
