"""Declared units are taken off or converted, others fail; what to declare is said by the cells themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.conversion import Conversion
from cxlib.intake.units import MILLISECONDS, measured, way_to_declare
from cxlib.intake.workbench import literal, workbench
from cxlib.params import DURATION_UNITS, Source
from cxlib.tables import CONTRACTS, SHARES, Column


def source(name, unit=None, **declared):
    given = {"table": "contacts", "file": "x.csv", "decimal": ",", "units": {name: unit} if unit else {}}
    return Source.model_validate(given | declared)


def numbers(cells, name, unit, **declared):
    column, of = Column(name, "number", required=False), source(name, unit, **declared)
    told = [measured(literal(cell), unit, column, of, Conversion(column, "X", of, "UTC")._number) for cell in cells]
    with workbench() as bench:
        return list(bench.rows(f"SELECT {', '.join(told)}")[0])


@pytest.mark.parametrize(
    ("name", "unit", "cells", "values"),
    [
        ("cost", "€", ["12,50 €", "€ 12,50", "12,50€", "€12,50", "12,50\u00a0€", " 12,50 ", "12,50"], [12.5] * 7),
        ("cost", "€", ["-5 €", "€ -5", "-€5", "5- €", "+€5", "€+5"], [-5, -5, -5, -5, 5, 5]),
        ("cost", "€", ["5 $", "$5", "5 EUR", "€5€", "€ 5 €", "€", "", "5 € netto", "5€€", "-€-5", "€5-€", "5€5"], [None] * 12),
        ("cost", "EUR", ["EUR 1.234,00", "1234 EUR", "5 eur", "5 EURO", "EUR"], [1234, 1234, None, None, None]),
        ("cost", "Fr.", ["Fr. 5", "5 Fr.", "Fr.5,5", "Fr5"], [5, 5, 5.5, None]),
        ("discount", "%", ["12 %", "12%", "0,5 %", "0,5", "12", "0", "-1,5"], [12, 12, 0.5, None, 12, 0, -1.5]),
        ("target_share", "%", ["80 %", "80", "0,5%", "0 %", "0", "100", "110", "101 %"], [0.8, 0.8, 0.005, 0, 0, 1, None, None]),
        ("target_share", "%", ["0,8", "1", "0,01"], [None] * 3),  # 80 %, or less than one?
        ("wait_s", "s", ["205", "205 s", "0,5", "5 min"], [205, 205, 0.5, None]),
        ("wait_s", "min", ["3", "1,5", "2 min", "3:25", "5 h"], [180, 90, 120, None, None]),
        ("wait_s", "ms", ["205000", "1.500 ms", "2 s"], [205, 1.5, None]),
        ("response_h", "ms", ["5400000"], [1.5]),
        ("wait_s", "h", ["1,5", "2 h"], [5400, 7200]),
        ("wait_s", "d", ["2", "0,5 d"], [172_800, 43_200]),
        ("response_h", "h", ["1,5"], [1.5]),
        ("response_h", "s", ["5400"], [1.5]),
        ("response_h", "min", ["90", "90 min"], [1.5, 1.5]),
        ("response_h", "d", ["2"], [48]),
        ("response_h", "h:m", ["1:30", "100:00"], [1.5, 100]),
        ("wait_s", "h:m:s", ["0:03:25", "00:03:25", "100:00:01", "00:03:25.5", "00:03:25,5"], [205, 205, 360_001, 205.5, 205.5]),
        ("wait_s", "h:m:s", ["0:60:00", "0:00:60", "0:3:25", "0:03:5", "3:25", "205", "-0:03:25", "0:03:25:00", "0:03,5:25"], [None] * 9),
        ("wait_s", "h:m:s", ["", "0:03:", ":03:25", "0:03:25.", "0 :03:25", "0:03:25 h", "1.000:03:25"], [None] * 7),
        ("wait_s", "m:s", ["3:25", "75:30", "03:25,5", "3:5", "3:60", "0:03:25"], [205, 4530, 205.5, None, None, None]),
        ("wait_s", "h:m", ["3:25", "30:00", "3:25,5", "3:25:00"], [12_300, 108_000, None, None]),
        ("talk_s", "min", ["2"], [120]),  # a feature's name says its unit as well
    ],
)
def test_numbers_in_a_declared_unit(name, unit, cells, values):
    assert numbers(cells, name, unit, thousands=".") == values


def test_seconds_have_their_fraction_behind_a_point_or_the_declared_sign():
    assert numbers(["0:00:01.5", "0:00:01,5"], "wait_s", "h:m:s", decimal=".") == [1.5, None]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999_999)), min_size=1, max_size=50))
def test_text_on_the_clock_comes_back(parts):
    cells = [f"{h}:{m:02}:{s:02}" + f",{f:06}".rstrip("0") * bool(f) for h, m, s, f in parts]
    assert numbers(cells, "wait_s", "h:m:s") == pytest.approx([h * 3600 + m * 60 + s + f / 1e6 for h, m, s, f in parts], abs=1e-6)


@given(st.text(alphabet="0123456789:,. -", max_size=10), st.sampled_from(["h:m:s", "m:s", "h:m"]))
def test_what_is_no_text_on_the_clock_has_no_number(cell, unit):
    parts = cell.strip().replace(",", ".").split(":")
    *whole, last = parts
    good = len(parts) == unit.count(":") + 1 and all(part.isdigit() for part in [*whole, last.split(".")[0]])
    good = good and len(parts[0]) <= 9 and all(len(part.split(".")[0]) == 2 and int(part.split(".")[0]) < 60 for part in parts[1:])
    seconds, _, fraction = last.partition(".")
    good = good and seconds.isdigit() and (fraction.isdigit() and unit != "h:m" if "." in last else True)
    assert (numbers([cell], "wait_s", unit)[0] is not None) == good


def test_every_unit_of_a_duration_is_known():
    assert {unit for unit in DURATION_UNITS if ":" not in unit} == set(MILLISECONDS)


def test_shares_are_number_columns():
    columns = {column.name: column for of in CONTRACTS.values() for column in of.columns.values()}
    assert {columns[name].kind for name in SHARES} == {"number"}


@pytest.mark.parametrize(
    ("name", "unit", "seen", "way"),
    [
        ("cost", None, ["12,50 €"], "The numbers have their unit beside them: declare `units: {cost: '€'}`"),
        ("cost", None, ["k.A.", "CHF -7"], "The numbers have their unit beside them: declare `units: {cost: 'CHF'}`"),
        (
            "cost",
            None,
            ["EUR 1.234,00"],
            "The numbers have their unit beside them: declare `units: {cost: 'EUR'}`, and if '.' groups thousands, `thousands: '.'`",
        ),
        ("cost", None, ["5 €", "5 $"], "Numbers in several units (€, $) stand in one column: ask for all of them in one unit"),
        ("cost", "€", ["5 $"], "The unit '€' was declared, and '$' cannot be converted to it: ask for all numbers in one unit"),
        (
            "target_share",
            "%",
            ["0,8"],
            "Percents up to 100 were declared, and 0.8 without its sign may be a share already: if all cells are shares from 0 to 1, leave the "
            "unit out",
        ),
        ("wait_s", None, ["0:03:25"], "These are durations on the clock: declare `units: {wait_s: 'h:m:s'}`"),
        (
            "wait_s",
            None,
            ["3:25"],
            "These are durations on the clock: declare `units: {wait_s: 'm:s'}` if 3:25 is minutes and seconds, `{wait_s: 'h:m'}` if it is "
            "hours and minutes",
        ),
        ("wait_s", None, ["5 min"], "The numbers have their unit beside them: declare `units: {wait_s: 'min'}`"),
        (
            "wait_s",
            "min",
            ["0:03:25"],
            "The unit 'min' was declared, and these are durations on the clock: declare `units: {wait_s: 'h:m:s'}`",
        ),
        ("wait_s", "min", ["5 h"], "The unit 'min' was declared, and 'h' cannot be converted to it: ask for all numbers in one unit"),
        ("wait_s", "h:m:s", ["205"], "The unit 'h:m:s' was declared, as in 0:03:25, with minutes and seconds below 60 in two digits"),
        ("wait_s", "h:m:s", ["0:75:00"], "The unit 'h:m:s' was declared, as in 0:03:25, with minutes and seconds below 60 in two digits"),
        (
            "wait_s",
            "m:s",
            ["0:03:25"],
            "The unit 'm:s' was declared, as in 3:25, with minutes and seconds below 60 in two digits, and these are durations on the clock: "
            "declare `units: {wait_s: 'h:m:s'}`",
        ),
        (
            "talk",
            None,
            ["0:03:25"],
            "Durations need a column whose name says their unit, _s for seconds or _h for hours, as a feature under `extra` may have it",
        ),
        (
            "cost",
            "%",
            ["0,5"],
            "Percents were declared, and 0.12 without its sign may be 12 % the way spreadsheets store it: ask for all cells with their sign",
        ),
        ("cost", None, ["teuer", "K-12", "½", "5 h", ""], ""),
        ("wait_s", None, ["5 €", "kurz"], ""),
        ("cost", "€", ["teuer"], ""),
        ("wait_s", "min", ["lang", "-5"], ""),
    ],
)
def test_the_cells_say_what_to_declare(name, unit, seen, way):
    assert way_to_declare(Column(name, "number", required=False), source(name, unit), seen) == way
