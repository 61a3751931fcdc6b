"""Sheets are read as they are; what they hide is named. More workbooks stand in tests/intake/test_nasty.py."""

import io
import re
import zipfile
from datetime import date, timedelta

import pytest

from cxlib.errors import DataError
from cxlib.intake.excel import read_excel
from cxlib.params import Source

KINDS = {"Id": "id", "Tag": "date", "Dauer": "s"}


@pytest.fixture
def read(bench, workbooks, tmp_path):
    def run(rows, merged=(), sheets=None, **declared):
        path = workbooks.workbook(tmp_path / "x.xlsx", sheets or {"A": rows}, {"A": merged})
        source = Source.model_validate({"table": "orders", "file": "x.xlsx", "format": "excel", "columns": {"order_id": "Id"}} | declared)
        raw = read_excel(path, source, "x.xlsx", "raw", bench, KINDS)
        return raw, [row[1:] for row in bench.rows("SELECT * FROM raw ORDER BY row")]

    return run


def test_cells_are_told_as_declared_and_rows_know_their_place(read):
    raw, rows = read(
        [["Id", "Tag", "Dauer", None, 2025], ["007", date(2025, 3, 1), timedelta(minutes=2), "x"], [], ["8", None, 1.5]],
        date_format="%d.%m.%Y",
    )
    assert raw.headers == ("Id", "Tag", "Dauer", "column (4)", "2025")
    assert rows == [("007", "01.03.2025", "120", "x", ""), ("8", "", "1.5", "", "")]
    assert [raw.place(row) for row in range(raw.rows)] == ["row 2", "row 4"]


def test_what_is_wrong_in_columns_that_nobody_declared_is_no_problem(read, workbooks):
    rows = [["Id", "Z", "Z"], ["1", workbooks.Formula("1"), workbooks.Fault("#REF!")]]
    assert read(rows)[1] == [("1", "", "")]


def test_all_faults_of_a_sheet_come_at_once(read, workbooks):
    rows = [["Id", "Tag", "TAG", "Dauer"], [date(2025, 1, 1), None, None, workbooks.Formula("1")], [workbooks.Fault("#N/A")]]
    with pytest.raises(DataError) as error:
        read(rows, merged=["A2:A3"], columns={"order_id": "Id", "delivered_date": "Tag", "value": "Dauer"})
    assert [problem.split(":")[1].split("(")[0].strip() for problem in error.value.problems] == [
        "the column 'Tag' stands 2 times in the header, capitals aside. Declare the one that is meant",
        "cells are merged",
        "1 formulas have no stored result",
        "1 cells hold a formula's error instead of a value",
        "Id",
    ]


def archive(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in names:
            made.writestr(name, "")
    return content.getvalue()


UNREADABLE = "is no readable workbook. Save it as .xlsx, without a password; a text file needs `format: csv`."
SAVE = "merged and hidden cells and errors cannot be told there. Open it in a spreadsheet program and save it as .xlsx or CSV."


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", UNREADABLE),
        (b"Id;Zeit", UNREADABLE),
        (b"PK\x03\x04abc", UNREADABLE),
        (archive("x.csv"), UNREADABLE),
        (
            b"<html><table></table></html>",
            "is no .xlsx workbook, but a web page. Open it in a spreadsheet program and save it as .xlsx or .csv.",
        ),
        (
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
            "is no .xlsx workbook, but an XML file, such as a spreadsheet of 2003. Open it in a spreadsheet program and save it as .xlsx or CSV.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "is no .xlsx workbook, but an old Excel workbook (.xls) or one with a password. Save it as .xlsx without a password, or as CSV.",
        ),
        (archive("mimetype", "content.xml"), f"is an OpenDocument file (.ods): {SAVE}"),
        (archive("xl/workbook.bin"), f"is a binary workbook (.xlsb): {SAVE}"),
        (archive("xl/workbook.xml"), "is no readable workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(bench, tmp_path, content, told):
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(DataError, match=re.escape(f"x.xlsx: {told}")):
        read_excel(tmp_path / "x.xlsx", Source(table="orders", file="x.xlsx", format="excel"), "x.xlsx", "raw", bench, {})


def test_a_sheet_without_the_declared_columns_is_refused(read):
    with pytest.raises(DataError) as error:
        read([["a", "b"], ["1", "2"]])
    assert error.value.problems == ("x.xlsx [A]: no row holds the declared columns. The first row has: a, b.",)
