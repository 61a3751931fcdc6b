"""Files are known by their content; what they prove and what is only likely are kept apart."""

from __future__ import annotations

import gzip
import zipfile

import pytest

from cxlib.errors import DataError
from cxlib.intake.draft.files import exports

LOG = "Id;Zeit;Text\n1;05.02.2025;Grüße, a\n2;06.02.2025;b, c\n"


def one(tmp_path, content, name="x.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return exports(path)[0]


@pytest.mark.parametrize(
    ("content", "guessed"),
    [
        (LOG.encode(), {}),
        (b"\xef\xbb\xbf" + LOG.encode(), {}),
        (LOG.encode("utf-16"), {}),
        (LOG.encode("cp1252"), {"encoding": "cp1252"}),
        (LOG.encode("cp850"), {"encoding": "cp850"}),
        (LOG.encode("utf-16-le"), {"encoding": "utf-16-le"}),
    ],
)
def test_an_encoding_is_proved_by_a_mark_or_by_every_byte_and_else_a_guess(tmp_path, content, guessed):
    found = one(tmp_path, content)
    assert found.guessed == guessed
    assert found.declared == {"delimiter": ";"}
    assert found.headers == ("Id", "Zeit", "Text")


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_by_which_most_lines_are_equally_wide(tmp_path, delimiter):
    text = delimiter.join(("Id", "Zeit", "Text")) + "\n" + "".join(f'{n}{delimiter}x{delimiter}"a, b; c"\n' for n in range(9))
    assert one(tmp_path, text).declared == {"delimiter": delimiter}


def test_a_title_above_the_names_is_passed_over(tmp_path):
    assert one(tmp_path, "Auswertung Hotline;;\n\nId;Zeit;Text\n1;2;3\n").declared == {"delimiter": ";", "header_line": 2}


def test_packed_texts_are_looked_into(tmp_path):
    assert one(tmp_path, gzip.compress(LOG.encode()), "x.csv.gz").headers == ("Id", "Zeit", "Text")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x.csv", LOG)
    assert exports(tmp_path / "x.zip")[0].headers == ("Id", "Zeit", "Text")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "x.csv: is empty. Ask for the export again."),
        (
            "Text\nHallo\n",
            "x.csv: has one column only, whatever the delimiter (; , tab |): no table can be made of it. "
            "Ask for the export with a row for each contact, customer or answer.",
        ),
        (
            bytes(range(1, 255)) * 4,
            "x.csv: is no text and none of the formats that are read: CSV, .xlsx, .sav, Parquet; texts also as .gz or .zip.",
        ),
        (b"%PDF-1.7 and more", "x.csv: is a PDF. Ask for the export as a table."),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, message):
    with pytest.raises(DataError) as refused:
        one(tmp_path, content)
    assert refused.value.problems == (message,)


def test_each_sheet_with_rows_is_an_export(tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        for name, rows in (
            ("Fälle", [["Id", "Zeit"], [1, "a"]]),
            ("leer", []),
            ("Notiz", [["nur das"]]),
            ("Kunden", [["Nr", "Ort"], [1, "b"]]),
        ):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    assert [(found.sheet, found.headers) for found in exports(tmp_path / "x.xlsx")] == [
        ("Fälle", ("Id", "Zeit")),
        ("Kunden", ("Nr", "Ort")),
    ]
