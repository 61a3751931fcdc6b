"""Text becomes typed by declaration, and what does not convert is counted."""

from datetime import UTC, date, datetime

import pytest

from cxlib.errors import DataError
from cxlib.intake.convert import Conversion, convert, mould, moved, shape
from cxlib.intake.workbench import Raw
from cxlib.params import Source
from cxlib.tables import Column


@pytest.fixture
def converted(bench):
    """(values, rows that failed)"""

    def run(cells, kind, allowed=(), name="x", **declared):
        source = Source.model_validate({"table": "contacts", "file": "x.csv", "decimal": ","} | declared)
        bench.put("raw", ["X"], [cells])
        raw = Raw("raw", ("X",), len(cells), "line {}".format)
        one = Conversion(Column(name, kind, required=False, allowed=allowed), "X", source, "Europe/Berlin")
        counts = convert(bench, raw, [one], [], "true", "typed", "x.csv")
        table = bench.arrow(f"SELECT {name}, failed_0 FROM typed ORDER BY row").to_pydict()
        failed = [place for place, bit in enumerate(table["failed_0"]) if bit]
        assert counts == ({name: len(failed)} if failed else {})
        return table[name], failed

    return run


@pytest.mark.parametrize(
    ("cells", "kind", "declared", "values", "failed"),
    [
        (["1,5", "-2", "+0,25", ""], "number", {}, [1.5, -2, 0.25, None], []),
        (["1.5", "1.234,5", "1e3", "12 ", "½"], "number", {}, [None, None, None, 12, None], [0, 1, 2, 4]),
        (["1.5", "1e+03", "1,5", "12E5", "1e3"], "number", {"decimal": "."}, [1.5, 1000, None, None, None], [2, 3, 4]),
        (["1e-05", "1,5e+05", "4,00123E+15"], "number", {}, [1e-05, 150000, None], [2]),
        (
            ["1.234", "12.345.678,5", "1.23", "0.123", "12345", "980,00-"],
            "number",
            {"thousands": "."},
            [1234, 12345678.5, None, None, 12345, -980],
            [2, 3],
        ),
        (["1 234,5", "1\u00a0234,5", "1\u202f234"], "number", {"thousands": " "}, [1234.5, 1234.5, 1234], []),
        (["1'234.5"], "number", {"thousands": "'", "decimal": "."}, [1234.5], []),
        (["-9", "−9"], "number", {}, [-9, None], [1]),
        (["1e999", "inf", "nan"], "number", {"decimal": "."}, [None, None, None], [0, 1, 2]),
        (["0", "7", "-1", "1,5"], "count", {}, [0, 7, None, None], [2, 3]),
        (["007", "+7", " 7 ", "7-", "1.000", "1_000", "0x7"], "count", {"thousands": "."}, [7, 7, 7, None, 1000, None, None], [3, 5, 6]),
        (
            ["ja", "nein", "JA", "vielleicht"],
            "flag",
            {"values": {"x": {"ja": "true", "nein": "false", "JA": "true"}}},
            [True, False, True, None],
            [3],
        ),
        (["007", "Nan-7", "0", "100"], "id", {}, ["007", "Nan-7", "0", "100"], []),
        (
            ["NA", "None", "nan", "NULL", "n/a", "-", "0000", "01. Feb", "2-Mar", "Mrz 25", "unbekannt", "1,5 (a fraction)"],
            "id",
            {},
            [None] * 12,
            list(range(12)),
        ),
        (["NA", "NULL", "0000"], "id", {"values": {"x": {"NA": "NA", "NULL": "", "0000": "0000"}}}, ["NA", None, "0000"], []),
        (["0"], "id", {"id_width": {"x": 7}}, [None], [0]),
        ([" 4711 ", "K-12\u00a0", "\t12", '="0012"', "a b"], "id", {}, ["4711", "K-12", "12", "0012", "a b"], []),
        (
            ["4,00123E+15", "4E+15", "4E10", "4711.0", "1.0", "Summe", "Gesamt: 12", "#NV"],
            "id",
            {},
            [None, None, "4E10", None, "1.0", None, None, None],
            [0, 1, 3, 5, 6, 7],
        ),
        (["47", "12345678", "A1"], "id", {"id_width": {"x": 7}}, ["0000047", "12345678", "A1"], []),
        (["99", "k.A."], "id", {"missing": ["", "99", "k.A."]}, ["99", None], []),
        (["99", "k.A.", "  "], "number", {"missing": ["", "99", "k.A."]}, [None, None, None], []),
        ([" a ", "  ", "=1+1", "NA", "#N/A", "# 5"], "text", {"name": "text"}, [" a ", None, "=1+1", "NA", None, "# 5"], [4]),
        (["Köln", "Köln ", "\u00a0Köln\u00a0", "\tKöln\u200b", "k.A.\u00a0"], "text", {"missing": ["", "k.A."]}, [*["Köln"] * 4, None], []),
        ([" a\u00a0", "k.A.\u00a0", "\tk.A.\t"], "text", {"name": "text", "missing": ["", "k.A."]}, [" a\u00a0", None, None], []),
        (
            ["\u200b4711\ufeff", "'0815", "K\u00a01", "K\u200b1", "'", "Köln"],
            "id",
            {},
            ["4711", "0815", None, None, None, "Köln"],
            [2, 3, 4],
        ),
        (["'4711", '="4711"', "\u00a04711"], "id", {"id_width": {"x": 7}}, ["0004711"] * 3, []),
        (["999", "999,0", "999,00", "+999", "99", "999 min"], "number", {"missing": ["", "999"]}, [None] * 4 + [99, None], [5]),
        (["999,0 min", "3 min"], "number", {"name": "wait_s", "missing": ["", "999"], "units": {"wait_s": "min"}}, [None, 180], []),
        (["999,0", "9"], "count", {"values": {"x": {"999": ""}}}, [None, 9], []),
        (["true", "FALSE", "True"], "flag", {"values": {"x": {"true": "false", "false": "true"}}}, [False, True, False], []),
        (["", "ja"], "flag", {"values": {"x": {"": "false", "ja": "true"}}}, [False, True], []),
        (
            ["callback", "inbound", "phone"],
            "choice",
            {"allowed": ("callback", "inbound", "phone"), "missing": ["inbound"], "values": {"x": {"callback": "phone"}}},
            ["phone", None, "phone"],
            [],
        ),
        (["2025-03-02T00:30:00+01:00", "2025-03-01T23:30:00Z"], "date", {"date_format": "%Y-%m-%dT%H:%M:%S%z"}, [date(2025, 3, 2)] * 2, []),
        (["2025-03-02T00:30:00+01:00"], "date", {"date_format": "%Y-%m-%dT%H:%M:%S%z", "timezone": "UTC"}, [date(2025, 3, 1)], []),
        (["2025-03-02T00:30:00"], "date", {"formats": {"x": "%Y-%m-%dT%H:%M:%S"}}, [date(2025, 3, 2)], []),
        (
            ["02.05.2024", "31.02.2025", "2.5.24", "1.2.2024"],
            "date",
            {"date_format": "%d.%m.%Y"},
            [date(2024, 5, 2), None, None, date(2024, 2, 1)],
            [1, 2],
        ),
        (
            ["01.01.1900", "31.12.9999", "30.12.1899", "01.01.1970"],
            "date",
            {"date_format": "%d.%m.%Y"},
            [None, None, None, date(1970, 1, 1)],
            [0, 1, 2],
        ),
    ],
)
def test_cells_convert_as_declared_or_fail_by_position(converted, cells, kind, declared, values, failed):
    assert converted(cells, kind, **declared) == (values, failed)


def test_times_are_local_and_those_that_do_not_exist_once_fail(converted):
    cells = ["30.03.2025 01:59", "30.03.2025 02:30", "26.10.2025 02:30", "26.10.2025 03:00"]
    values, failed = converted(cells, "time", time_format="%d.%m.%Y %H:%M")
    assert failed == [1, 2]  # skipped in spring, doubled in autumn
    assert values[0].astimezone(UTC) == datetime(2025, 3, 30, 0, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "cell", "hour"),
    [
        ({"skipped_hour": "forward"}, "30.03.2025 02:30", 1),
        ({"doubled_hour": "first"}, "26.10.2025 02:30", 0),
        ({"doubled_hour": "second"}, "26.10.2025 02:30", 1),
    ],
)
def test_hours_that_the_clock_change_skips_or_doubles_follow_the_declared_rule(converted, rule, cell, hour):
    values, failed = converted([cell], "time", time_format="%d.%m.%Y %H:%M", **rule)
    assert failed == []
    assert values[0].astimezone(UTC).hour == hour


def test_times_with_a_zone_are_moments(converted):
    cells = ["2025-07-01T12:00:00+0000", "2025-07-01T14:00:00+0200", "2025-07-01T12:00:00Z"]
    values, _ = converted(cells, "time", time_format="%Y-%m-%dT%H:%M:%S%z")
    assert [value.astimezone(UTC).hour for value in values] == [12, 12, 12]


def test_halves_of_the_day_are_read_however_they_are_dotted(converted):
    values, failed = converted(
        ["02/05/2025 8:15 PM", "02/05/2025 8:15 p.m.", "02/05/2025 8:15 pm.", "02/05/2025 13:15 PM"],
        "time",
        time_format="%m/%d/%Y %I:%M %p",
    )
    assert [value and value.astimezone(UTC).hour for value in values] == [19, 19, None, None]
    assert failed == [2, 3]


def test_times_that_a_rule_moved_are_counted(bench):
    bench.put("raw", ["X"], [["30.03.2025 02:30", "26.10.2025 02:30", "26.10.2025 02:10", "05.02.2025 08:15", ""]])
    source = Source(table="contacts", file="x.csv", time_format="%d.%m.%Y %H:%M", skipped_hour="forward", doubled_hour="first")
    one = Conversion(Column("x_ts", "time", required=False), "X", source, "Europe/Berlin")
    assert convert(bench, Raw("raw", ("X",), 5, str), [one], [], "true", "typed", "x.csv") == {}
    assert moved(bench, [one], "typed") == {("skipped_hour", "x_ts"): 1, ("doubled_hour", "x_ts"): 2}


def test_the_first_instant_of_the_computers_clock_is_no_time(converted):
    assert converted(["01.01.1970 00:00", "01.01.1971 00:00"], "time", time_format="%d.%m.%Y %H:%M")[1] == [0]


@pytest.mark.parametrize("name", ["wait_s", "handle_s", "response_h", "weight"])
def test_a_duration_is_never_negative(converted, name):
    assert converted(["-6", "0", "6"], "number", name=name) == ([None, 0, 6], [0])


@pytest.mark.parametrize(
    ("name", "unit", "cells", "values", "failed"),
    [
        ("wait_s", "min", ["2", "1,5 min", "", "3 h"], [120, 90, None, None], [3]),
        ("cost", "€", ["12,50 €", "5", "$ 5"], [12.5, 5, None], [2]),
    ],
)
def test_a_number_in_a_declared_unit_is_converted_and_another_unit_fails(converted, name, unit, cells, values, failed):
    assert converted(cells, "number", name=name, units={name: unit}) == (values, failed)


def test_a_column_without_a_unit_is_converted_as_if_there_were_none():
    plain, other = (Source(table="contacts", file="x.csv", units=units) for units in ({}, {"cost": "€"}))
    column = Column("wait_s", "number", required=False)
    assert Conversion(column, "X", plain, "UTC").parsed("w") == Conversion(column, "X", other, "UTC").parsed("w")


def test_words_are_mapped_before_they_are_judged(converted):
    cells = ["Tel", "phone", "Fon", "k.A.", " Tel ", "mail\u00a0", ""]
    values, failed = converted(cells, "choice", ("phone", "email"), values={"x": {"Tel": "phone", "k.A.": "", "mail": "email"}})
    assert values == ["phone", "phone", None, None, "phone", "email", None]
    assert failed == [2]  # a word mapped to "" has no value, and that is no failure


@pytest.mark.parametrize(
    ("rule", "values", "failed"), [("refuse", [None, "Köln"], [0]), ("keep", ["KÃ¶ln", "Köln"], []), ("repair", ["Köln", "Köln"], [])]
)
def test_wrongly_decoded_text_is_refused_kept_or_repaired(converted, rule, values, failed):
    assert converted(["KÃ¶ln", "Köln"], "text", mojibake=rule) == (values, failed)


def test_letters_that_are_lost_are_not_repaired(converted):
    assert converted(["K\ufffdln"], "text", mojibake="repair") == ([None], [0])


def test_rows_that_get_lost_on_the_way_are_found_out(bench):
    bench.put("raw", ["X"], [["1", "2"]])
    one = Conversion(Column("x", "id", required=False), "X", Source(table="contacts", file="x.csv"), "UTC")
    with pytest.raises(DataError, match="x.csv: holds 3 rows, but 2 were read"):
        convert(bench, Raw("raw", ("X",), 3, str), [one], [], "true", "typed", "x.csv")


@pytest.mark.parametrize("form", ["%d.%m.%Y %H:%M:%S", "%Y-%m-%d", "%m/%d/%y %I:%M %p", "%d. %B %Y"])
def test_what_a_format_writes_has_its_shape(bench, form):
    written = datetime(2025, 3, 9, 14, 5, 7).strftime(form)
    assert bench.rows(f"SELECT regexp_full_match('{written}', '{shape(form)}'), regexp_full_match('{written}x', '{shape(form)}')") == [
        (True, False)
    ]


@pytest.mark.parametrize("form", ["%d.%m.%Y %H:%M:%S", "%Y-%m-%d", "%Y%m%d", "%H:%M %d.%m.%Y"])
def test_what_falls_into_the_mould_and_is_a_time_has_the_shape_as_well(bench, form):
    written = datetime(2025, 11, 12, 14, 15, 17).strftime(form)
    damaged = [written[:at] + sign + written[at + 1 :] for at in range(len(written)) for sign in " \t\n+-09.:a"]
    damaged += [written[:at] + "\t " + written[at + 2 :] for at in range(len(written) - 1)]
    bench.put("words", ["w"], [[written, *damaged]])
    moulded = f"w GLOB '{mould(form)}' AND try_strptime(w, '{form}') IS NOT NULL"
    both, alone = bench.rows(
        f"SELECT count(*) FILTER (WHERE {moulded}), count(*) FILTER (WHERE {moulded} AND NOT regexp_full_match(w, '{shape(form)}')) FROM words"
    )[0]
    assert both
    assert not alone
