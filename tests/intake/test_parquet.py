"""Parquet: typed columns told as text, so that the same declarations and checks apply; no moment loses its zone."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlib.errors import DataError
from cxlib.intake.parquet import read_parquet
from cxlib.params import Source

SOURCE = {
    "table": "contacts",
    "file": "x.parquet",
    "format": "parquet",
    "decimal": ",",
    "time_format": "%d.%m.%Y %H:%M:%S",
    "date_format": "%d.%m.%Y",
}


@pytest.fixture
def read(bench, tmp_path):
    def run(cells, kinds=None, **declared):
        pq.write_table(pa.table(cells), tmp_path / "x.parquet")
        raw = read_parquet(tmp_path / "x.parquet", Source.model_validate(SOURCE | declared), "x.parquet", "raw", bench, kinds or {})
        return raw, [row[1:] for row in bench.rows("SELECT * FROM raw ORDER BY row")]

    return run


def test_cells_of_every_type_are_told_as_declared(read):
    columns = {
        "id": ["007", None],
        "long": [9007199254740993, 1],
        "wait": [1.5, float("nan")],
        "sum": [Decimal("12.50"), Decimal("3.00")],
        "flag": [True, False],
        "day": [date(2025, 3, 1), None],
        "ts": [datetime(2025, 3, 1, 8, 15, 30), None],
    }
    raw, rows = read(columns, {"day": "date", "ts": "time"})
    assert rows == [
        ("007", "9007199254740993", "1,5", "12,50", "true", "01.03.2025", "01.03.2025 08:15:30"),
        ("", "1", "", "3", "false", "", ""),
    ]
    assert (raw.rows, raw.place(1)) == (2, "row 2")


def test_a_number_keeps_all_the_digits_that_it_has(read):
    assert read({"n": [1234567890123456.0, 4711.0, 1e16, 0.25]})[1] == [("1234567890123456",), ("4711",), ("10000000000000000",), ("0,25",)]


@pytest.mark.parametrize(
    ("cells", "seen"),
    [
        (
            pa.array([4711.0, 16777216.0], pa.float32()),
            "1 ids are fractions, or too long for a number to hold all their digits (first: row 2: '16777216.0')",
        ),
        (
            pa.array([9007199254740992.0, 2.5]),
            "2 ids are fractions, or too long for a number to hold all their digits (first: row 1: '9007199254740992.0')",
        ),
    ],
)
def test_ids_that_became_fractions_are_refused(read, cells, seen):
    with pytest.raises(DataError) as error:
        read({"id": cells}, {"id": "id"}, columns={"contact_id": "id"})
    assert str(error.value) == f"x.parquet: id: {seen}. Ask for this column as text."


def test_ids_that_a_number_holds_exactly_are_ids(read):
    assert read({"id": [4711.0, 9007199254740991.0, None]}, {"id": "id"})[1] == [("4711",), ("9007199254740991",), ("",)]


def test_bytes_are_text_in_utf_8_or_refused(read):
    declared = {"columns": {"text": "Text"}}
    assert read({"Text": ["Köln".encode()], "x": [b"\xff"]}, **declared)[1] == [("Köln", "\\xFF")]
    with pytest.raises(DataError) as error:
        read({"Text": [b"a", "Köln".encode("latin-1")]}, **declared)
    assert str(error.value) == (
        "x.parquet: Text: 1 cells hold bytes that are no text in UTF-8 (first: row 2: 'K\\\\xF6ln'). Ask for this column as text."
    )


@pytest.mark.parametrize(("cell", "stored"), [(["a"], "VARCHAR[]"), ({"a": 1}, "STRUCT(a BIGINT)")])
def test_lists_and_records_are_refused_where_they_are_declared(read, cell, stored):
    assert read({"Id": ["1"], "x": [cell]}, columns={"contact_id": "Id"})[0].rows == 1
    with pytest.raises(DataError) as error:
        read({"Id": ["1"], "x": [cell]}, columns={"contact_id": "Id", "text": "x"})
    assert str(error.value) == (
        f"x.parquet: x: each cell holds a list or a record ({stored}). Ask for one plain value a cell, in columns of their own."
    )


def test_the_day_of_a_moment_is_that_of_the_client(came_of, tmp_path):
    night = datetime(2025, 3, 1, 23, 30, tzinfo=UTC)
    columns = {"order_id": "Id", "customer_id": "Id", "order_ts": "Zeit", "value": "Wert", "delivered_date": "Tag"}
    orders = {"Id": ["1"], "Zeit": [datetime(2025, 2, 1)], "Wert": [1.0], "Tag": [night]}
    pq.write_table(pa.table(orders), tmp_path / "made.parquet")
    source = {"table": "orders", "file": "x.parquet", "format": "parquet", "columns": columns}
    content = {"x.parquet": (tmp_path / "made.parquet").read_bytes()}
    days = [came_of(content, {"o": source | zone}).rows[0]["delivered_date"] for zone in ({}, {"timezone": "UTC"})]
    assert days == [datetime(2025, 3, 2), datetime(2025, 3, 1)]


def test_invisible_marks_are_no_part_of_a_column_s_name(read):
    assert read({"\ufeffId": ["1"]})[0].headers == ("Id",)


def test_a_moment_in_the_hour_that_comes_twice_is_the_moment_it_was(log_of, tmp_path):
    moments = [datetime(2025, 10, 26, 0, 30, tzinfo=UTC), datetime(2025, 10, 26, 1, 30, 5, tzinfo=UTC)]
    pq.write_table(pa.table({"Id": ["1", "2"], "Zeit": moments, "Kanal": ["phone", "phone"]}), tmp_path / "made.parquet")
    came = log_of((tmp_path / "made.parquet").read_bytes(), "x.parquet", format="parquet")
    assert came.problems == []
    assert [row["contact_ts"] for row in came.rows] == moments


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_moment_with_its_zone_is_read_in_whatever_unit_it_is_stored(log_of, tmp_path, unit, zone):
    cells = pa.array([datetime(2025, 7, 1, 22, 30)], pa.timestamp(unit, zone))
    pq.write_table(pa.table({"Id": ["1"], "Zeit": cells, "Kanal": ["phone"], "Tag": cells}), tmp_path / "x.parquet")
    content = (tmp_path / "x.parquet").read_bytes()
    formats = {"time_format": "%Y-%m-%d %H:%M:%S", "date_format": "%Y-%m-%d"}
    day = {"extra": {"contacts": {"day": {"de": "Tag", "en": "Day"}}}}
    came = log_of(content, "x.parquet", day, format="parquet", columns={"day": "Tag"}, **formats)
    assert came.problems == []
    assert came.rows[0]["contact_ts"].astimezone(UTC) == datetime(2025, 7, 1, 22, 30, tzinfo=UTC)
    assert came.rows[0]["day"].startswith("2025-07-01 22:30:00")


def test_an_hour_that_a_clock_change_skips_is_told_as_such(log_of, tmp_path):
    pq.write_table(pa.table({"Id": ["1"], "Zeit": [datetime(2025, 3, 30, 2, 30)], "Kanal": ["phone"]}), tmp_path / "x.parquet")
    came = log_of((tmp_path / "x.parquet").read_bytes(), "x.parquet", format="parquet", time_format="%Y-%m-%d %H:%M:%S")
    assert came.problems[0].endswith("hours that the clock change skips or doubles need `skipped_hour` or `doubled_hour`.")


def test_seconds_that_the_format_does_not_know_are_not_lost_in_silence(log_of, tmp_path):
    pq.write_table(pa.table({"Id": ["1"], "Zeit": [datetime(2025, 2, 5, 8, 15, 30)], "Kanal": ["phone"]}), tmp_path / "made.parquet")
    assert (
        "which has no place for the seconds of these cells"
        in log_of((tmp_path / "made.parquet").read_bytes(), "x.parquet", format="parquet").problems[0]
    )


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_durations_are_no_whole_numbers(read, log_of, tmp_path, unit):
    durations = pa.array([timedelta(hours=25, seconds=5), None], pa.duration(unit))
    assert read({"a": durations, "b": pa.array([time(0, 3, 25)] * 2)})[1] == [("25:00:05", "00:03:25"), ("", "00:03:25")]
    log = {"Id": ["1", "2"], "Zeit": [datetime(2025, 2, 5, 8, 15)] * 2, "Kanal": ["phone"] * 2, "Wartezeit": durations}
    pq.write_table(pa.table(log), tmp_path / "made.parquet")
    content, columns = (tmp_path / "made.parquet").read_bytes(), {"wait_s": "Wartezeit"}
    assert "declare `units: {wait_s: 'h:m:s'}`" in log_of(content, "x.parquet", format="parquet", columns=columns).problems[0]
    came = log_of(content, "x.parquet", format="parquet", columns=columns, units={"wait_s": "h:m:s"})
    assert [row.get("wait_s") for row in came.rows] == [90_005, None]


def test_a_column_called_row_stays_and_columns_alike_have_to_be_told_apart(read):
    assert read({"row": ["1"], "Text": ["a"]})[1] == [("1", "a")]
    with pytest.raises(
        DataError, match=r"the column 'Text' stands 2 times in the header, capitals aside\. Declare .* 'Text \(1\)' or 'TEXT \(2\)'"
    ):
        read({"Text": ["a"], "TEXT": ["b"]})


def test_a_column_that_stands_twice_under_one_name_is_not_taken_for_the_first(came_of, tmp_path):
    cells = [pa.array(["1"]), pa.array(["2"]), pa.array([datetime(2025, 2, 5)]), pa.array(["phone"])]
    pq.write_table(pa.Table.from_arrays(cells, names=["Id", "Id", "Zeit", "Kanal"]), tmp_path / "made.parquet")
    columns = {"contact_id": "Id", "contact_ts": "Zeit", "channel": "Kanal"}
    source = {"table": "contacts", "file": "x.parquet", "format": "parquet", "columns": columns}
    content = (tmp_path / "made.parquet").read_bytes()
    assert came_of({"x.parquet": content}, {"log": source}).problems == [
        "data/acme/raw/x.parquet: the column 'Id' stands 2 times in the header. Declare the one that is meant: 'Id (1)' or 'Id (2)'."
    ]
    came = came_of({"x.parquet": content}, {"log": source | {"columns": columns | {"contact_id": "Id (2)"}}})
    assert [row["contact_id"] for row in came.rows] == ["2"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"Id;Zeit\n"])
def test_what_is_no_parquet_is_refused(bench, tmp_path, content):
    (tmp_path / "x.parquet").write_bytes(content)
    with pytest.raises(DataError, match="x.parquet: is no readable Parquet file"):
        read_parquet(tmp_path / "x.parquet", Source.model_validate(SOURCE), "x.parquet", "raw", bench, {})


def test_decimals_that_are_ids_are_whole(read):
    assert read({"id": [Decimal("4711.00"), Decimal("12345678901234567890")]}, {"id": "id"})[1] == [("4711",), ("12345678901234567890",)]
    with pytest.raises(DataError, match=r"id: 1 ids are fractions \(first: row 2: '4712.50'\)\. Ask for this column as text\."):
        read({"id": [Decimal("4711.00"), Decimal("4712.50")]}, {"id": "id"})


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32()])
def test_small_and_large_fractions_are_told_with_the_declared_sign(log_of, tmp_path, kind):
    values = [1.5, 0.0001, 0.00001234, 1e-7, -2.5e-9, 1e-38, 1e15, 1e20]
    table = {"Id": [str(n) for n in range(len(values))], "Zeit": [datetime(2025, 2, 5)] * len(values), "Kanal": ["phone"] * len(values)}
    pq.write_table(pa.table(table | {"Kosten": pa.array(values, kind)}), tmp_path / "made.parquet")
    for thousands in (None, "."):
        declared = {"format": "parquet", "columns": {"cost": "Kosten"}, "thousands": thousands}
        came = log_of((tmp_path / "made.parquet").read_bytes(), "x.parquet", **declared)
        assert came.problems == []
        assert [row["cost"] for row in came.rows] == pytest.approx(values, rel=1e-6)
