"""Rows that are none are taken out: counted when they are empty, refused when they are the header."""

import pytest

from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import convert
from cxlib.intake.emptiness import EMPTY, clear
from cxlib.intake.workbench import Raw
from cxlib.params import Source
from cxlib.tables import Column

SOURCE = Source(table="touchpoints", file="x.csv")
ID, SEQ = Column("touchpoint_id", "id", required=True), Column("seq", "count", required=True)


@pytest.fixture
def cleared(bench):
    def run(ids, seqs):
        bench.put("raw", ["Id", "Nr"], [ids, seqs])
        raw = Raw("raw", ("Id", "Nr"), len(ids), "line {}".format)
        conversions = [Conversion(ID, "Id", SOURCE, "UTC"), Conversion(SEQ, "Nr", SOURCE, "UTC")]
        failed, dropped = convert(bench, raw, conversions, [], "true", "typed", "x.csv"), {}
        problems = clear(bench, raw, conversions, failed, dropped, "typed", "x.csv")
        return problems, dropped, failed, [row[0] for row in bench.rows("SELECT row FROM typed ORDER BY row")]

    return run


def test_rows_of_nothing_are_left_out_and_counted(cleared):
    assert cleared(["A", "", "B"], ["1", "", "2"]) == ([], {EMPTY: 1}, {}, [0, 2])


def test_a_row_whose_cells_fail_is_no_empty_row(cleared):
    assert cleared(["A", ""], ["1", "x"]) == ([], {}, {"seq": 1}, [0, 1])


def test_the_header_among_the_rows_is_refused_and_its_cells_are_no_failures(cleared):
    problems, _, failed, rows = cleared(["A", "Id", "B"], ["1", "Nr", "x"])
    assert problems == [
        "x.csv: the header stands among the rows 1 times (line 1): two exports in one file? Leave it out with `ignore_rows: {Id: [Id]}`."
    ]
    assert failed == {"seq": 1}
    assert rows == [0, 2]


def test_a_table_without_rows_is_refused(cleared):
    assert cleared([], [])[0] == ["x.csv: holds a header and no rows. Ask for the export again, or take the source out of params."]


def test_a_table_whose_rows_are_all_left_out_is_refused(cleared):
    assert cleared([""], [""])[0] == [
        "x.csv: none of 1 rows is left (hold nothing in the declared columns: 1). Correct `ignore_rows` or `columns`."
    ]
