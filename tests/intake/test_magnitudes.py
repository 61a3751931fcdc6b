"""Numbers that convert and may be far too small are refused, until somebody says how they are meant."""

import pytest

X = "data/acme/raw/x.csv"


def cells(column, *values, **declared):
    rows = "".join(f"{number};05.02.2025 08:15;phone;{value}\n" for number, value in enumerate(values, start=1))
    return "Id;Zeit;Kanal;N\n" + rows, {"columns": {column: "N"}} | declared


@pytest.mark.parametrize(
    ("values", "declared", "count"),
    [
        (["1.234", "2.500", "17", ""], {"decimal": "."}, 2),
        (["1,234", "-2,500"], {}, 2),
        (["1,234 €", "€ 2,500"], {"units": {"cost": "€"}}, 2),
    ],
)
def test_three_digits_behind_each_sign_may_be_thousands(log_of, values, declared, count):
    content, declared = cells("cost", *values, **declared)
    sign, other = (".", ",") if "decimal" in declared else (",", ".")
    assert log_of(content, **declared).problems == [
        f"{X}: N (cost): all {count} numbers with '{sign}' have three digits behind it, so that 1{sign}234 may be one thousand two hundred. "
        f"If '{sign}' groups thousands, declare `decimal: '{other}'` and `thousands: '{sign}'`; "
        f"if it is the decimal sign indeed, declare `thousands: '{other}'`."
    ]
    assert log_of(content, **declared, thousands=other).rows[0]["cost"] == 1.234


@pytest.mark.parametrize("more", ["2,5", "0,250", "1234,500", "1500", "1,2345"])
def test_one_number_can_show_that_the_sign_is_decimal(log_of, more):
    content, declared = cells("cost", "1,234", more)
    assert log_of(content, **declared).problems == []


def test_whole_thousands_are_no_small_counts(log_of):
    content, declared = cells("transfers", "1,000", "2,000", "3")
    assert log_of(content, **declared).problems[0].startswith(f"{X}: N (transfers): all 2 numbers with ',' have three digits behind it")


@pytest.mark.parametrize("values", [("0,00237268518518519", "0,0104166666666667", "0", ""), ("0,5",)])
def test_seconds_below_one_may_be_parts_of_a_day(log_of, values):
    content, declared = cells("wait_s", *values)
    count = sum(value.startswith("0,") for value in values)
    assert log_of(content, **declared).problems == [
        f"{X}: N (wait_s): all {count} durations lie below one second. A spreadsheet stores 0:03:25 as 0.00237, a part of a day: "
        "ask for the column as h:mm:ss. If they are parts of a second indeed, declare `units: {wait_s: s}`."
    ]
    assert log_of(content, **declared, units={"wait_s": "s"}).problems == []


@pytest.mark.parametrize("values", [("0,5", "1"), ("0", "0"), ("",)])
def test_other_seconds_are_seconds(log_of, values):
    content, declared = cells("wait_s", *values)
    assert log_of(content, **declared).problems == []


@pytest.mark.parametrize(("column", "cell", "seconds"), [("wait_s", "205000", 205), ("handle_s", "7200001", 7200.001)])
def test_most_durations_above_two_hours_may_be_milliseconds(log_of, column, cell, seconds):
    content, declared = cells(column, *[cell] * 4, "0", "0", "12", "7200")
    assert log_of(content, **declared).problems == [
        f"{X}: N ({column}): 4 durations, more than half, are longer than two hours. They may be milliseconds: declare `units: {{{column}: ms}}`; "
        f"if they are seconds indeed, `units: {{{column}: s}}`."
    ]
    assert log_of(content, **declared, units={column: "ms"}).rows[0][column] == seconds
    assert log_of(content, **declared, units={column: "s"}).problems == []


@pytest.mark.parametrize("values", [["205000"] * 5, [*["205000"] * 4, *["12"] * 4], ["7200"] * 9])
def test_few_long_durations_and_those_that_are_half_are_left_in_peace(log_of, values):
    content, declared = cells("wait_s", *values)
    assert log_of(content, **declared).problems == []


def test_most_hours_above_a_year_may_be_minutes_or_seconds(came_of):
    rows = "".join(f"phone;KC;{hours}\n" for hours in (9000,) * 6)
    source = {
        "table": "service_levels",
        "file": "s.csv",
        "delimiter": ";",
        "constants": {"variant": "offered", "target_share": 0.8, "clock": "calendar"},
    }
    source |= {"columns": {"channel": "Kanal", "owner": "Wer", "resolution_h": "Frist"}}
    assert came_of({"s.csv": "Kanal;Wer;Frist\n" + rows}, {"levels": source}).problems == [
        "data/acme/raw/s.csv: Frist (resolution_h): 6 durations, more than half, are longer than a year. They may be minutes or seconds: "
        "declare `units: {resolution_h: min}` or `s`; if they are hours indeed, `units: {resolution_h: h}`."
    ]
