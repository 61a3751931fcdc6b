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
    def run(columns, kinds=None, **declared):
        pq.write_table(pa.table(columns), tmp_path / "x.parquet")
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


def test_ids_that_became_fractions_are_told_so_that_no_id_column_takes_them(read):
    assert read({"id": [1234567890123456.0, 4711.0]})[1] == [("1.234568E+15",), ("4711",)]


def test_a_moment_in_the_hour_that_comes_twice_is_the_moment_it_was(log_of, tmp_path):
    moments = [datetime(2025, 10, 26, 0, 30, tzinfo=UTC), datetime(2025, 10, 26, 1, 30, 5, tzinfo=UTC)]
    pq.write_table(pa.table({"Id": ["1", "2"], "Zeit": moments, "Kanal": ["phone", "phone"]}), tmp_path / "made.parquet")
    came = log_of((tmp_path / "made.parquet").read_bytes(), "x.parquet", format="parquet")
    assert came.problems == []
    assert [row["contact_ts"] for row in came.rows] == moments


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


def test_columns_called_row_or_alike_are_told_apart(read):
    assert read({"row": ["1"], "Text": ["a"], "TEXT": ["b"]})[1] == [("1", "a", "b")]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"Id;Zeit\n"])
def test_what_is_no_parquet_is_refused(bench, tmp_path, content):
    (tmp_path / "x.parquet").write_bytes(content)
    with pytest.raises(DataError, match="x.parquet: is no readable Parquet file"):
        read_parquet(tmp_path / "x.parquet", Source.model_validate(SOURCE), "x.parquet", "raw", bench, {})
