"""What did not convert is told with its place and its way out; tests/intake/test_nasty.py has the messages word for word."""

import pytest

from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import convert
from cxlib.intake.failures import failures
from cxlib.intake.workbench import Raw
from cxlib.params import Source
from cxlib.tables import Column


@pytest.fixture
def told(bench):
    def run(cells, kind, name="x", **declared):
        source = Source.model_validate({"table": "contacts", "file": "x.csv"} | declared)
        bench.put("raw", ["X"], [cells])
        raw = Raw("raw", ("X",), len(cells), "line {}".format)
        conversions = [Conversion(Column(name, kind, required=False), "X", source, "UTC")]
        return failures(bench, raw, conversions, convert(bench, raw, conversions, [], "true", "typed", "x.csv"), "typed", "x.csv")

    return run


def test_five_examples_stand_for_many(told):
    message = told(["x"] * 7 + ["1"], "number")[0]
    assert message.startswith(
        "x.csv: X: 7 of 8 cells are no number for x (line 0: 'x', line 1: 'x', line 2: 'x', line 3: 'x', line 4: 'x'). "
    )


def test_a_long_cell_is_cut(told):
    assert len(told(["x" * 400_000], "number")[0]) < 300


@pytest.mark.parametrize(("share", "problems"), [(0.24, 1), (0.25, 0)])
def test_a_declared_share_may_fail(told, share, problems):
    assert len(told(["x", "1", "2", "3"], "number", max_failed_share=share)) == problems


def test_nothing_failed_nothing_told(told):
    assert told(["1", ""], "number") == []


@pytest.mark.parametrize(
    ("cell", "kind", "way"),
    [
        ("1,500", "number", "The declared decimal sign is '.'; if ',' groups thousands, declare `thousands: ','`."),
        ("1,5", "number", "The declared decimal sign is '.', and these numbers have ',' there: declare `decimal`, or ask for one sign."),
        ("NULL", "id", 'Such words stand for no id: declare `values: {x: {"NULL": ""}}`. If one is an id indeed, map it to itself there.'),
        ("Feb 25", "id", "A spreadsheet has turned ids such as 1-2 into days: ask for the export with this column as text."),
        (
            "1738739700",
            "date",
            "These are seconds or milliseconds since 1970: ask for the export with days and times, as people write them.",
        ),
        (
            "2025-02-05T08:15:00.123456789",
            "date",
            "Fractions of seconds are read to six digits (%S.%f): ask for the export with no more.",
        ),
        ("2025-02-05 08:15+01:00", "date", "These cells tell their time zone at their end: write %z there, as in %Y-%m-%dT%H:%M:%S%z."),
        ("00.00.0000", "date", "If this stands for no day at all, add it to `missing`."),
        ("0025-02-05", "date", "Days are taken from 1901 to 2199: if this stands for no day at all, add it to `missing`."),
        ("05.02.2025 08:15 Uhr", "time", "as in 2025-12-31 14:05:09: write the word into the format, as in %H:%M Uhr."),
        ("-1", "count", "Whole numbers from 0 were expected. If the word means that there is no value, add it to `missing`."),
        ("ja", "flag", "Allowed: true, false. Map other words under `values: {x: …}`."),
        (
            "gestern",
            "date",
            "The declared date_format is '%Y-%m-%d', as in 2025-12-31: if the word means that there is no day, add it to `missing`.",
        ),
        ("9999-12-31", "date", "The declared date_format is '%Y-%m-%d'. If this stands for no day at all, add it to `missing`."),
        (
            "45693",
            "date",
            "The declared date_format is '%Y-%m-%d'. These are day numbers of a spreadsheet: format the column there as a date, and save or export it again.",
        ),
        ("200 rows", "id", "This looks like a note below a table: leave the row out with `ignore_rows`, here the word '200 rows'."),
        (
            "Zwischensumme",
            "id",
            "This looks like the total of a table: leave the row out with `ignore_rows`, here the word 'Zwischensumme'.",
        ),
    ],
)
def test_the_way_out_fits_the_cell(told, cell, kind, way):
    assert told([cell], kind)[0].endswith(way)


@pytest.mark.parametrize(
    ("name", "kind", "cells", "way"),
    [
        (
            "target_share",
            "number",
            ["80", "0.8"],
            "target_share goes from 0 to 1: if these are percents, declare `units: {target_share: '%'}`.",
        ),
        (
            "margin_share",
            "number",
            ["12.5", "-0.3"],
            "margin_share goes up to 1: if these are percents, declare `units: {margin_share: '%'}`.",
        ),
        ("severity", "count", ["9", "5", "0"], "severity goes from 1 to 5: ask on which scale these numbers are, or what they stand for."),
    ],
)
def test_numbers_beyond_a_fixed_range_are_refused_with_it(told, name, kind, cells, way):
    message = told(cells, kind, name)[0]
    assert message.endswith(way)
    assert message.startswith(f"x.csv: X: {len([cell for cell in cells if cell in ('80', '12.5', '9', '0')])} of {len(cells)} cells")
