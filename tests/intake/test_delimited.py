"""Delimited files are read strictly: declared dialect, every line as wide as the header, every fault with its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.intake.delimited import read_delimited
from cxlib.params import Source

DECLARED = {"table": "contacts", "file": "x.csv", "delimiter": ";"}


def read(path, content, **declared):
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_delimited(path, Source.model_validate(DECLARED | declared), "x.csv")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.csv"


def refused(path, content, **declared):
    with pytest.raises(DataError) as error:
        read(path, content, **declared)
    return str(error.value)


def test_cells_stay_text_and_lines_are_known(path):
    raw = read(path, 'Id;Text\n007;"a\nb; ""c"""\n\n1234567890123456;NA\n')
    assert raw.cells.to_dict("list") == {"Id": ["007", "1234567890123456"], "Text": ['a\nb; "c"', "NA"]}
    assert raw.lines.to_list() == [2, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_utf_is_read_whatever_was_declared(path, encoding):
    assert read(path, "Id;Ort\n1;Köln\n".encode(encoding), encoding="cp1252").cells["Ort"].to_list() == ["Köln"]


def test_another_encoding_is_read_as_declared_and_never_guessed(path):
    assert read(path, "Id;Ort\n1;Köln\n".encode("cp1252"), encoding="cp1252").cells["Ort"].to_list() == ["Köln"]
    assert refused(path, "Id;Ort\n1;Köln\n".encode("cp1252")).startswith("x.csv, line 2: is not utf-8 (byte 0xf6). Declare the encoding")
    assert refused(path, b"Id;Ort\n1;K\x81ln\n", encoding="cp1252") == "x.csv, line 2: is neither utf-8 nor cp1252 (byte 0x81)."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "x.csv: is empty. Ask for the export again."),
        (" \n\n", "x.csv: is empty. Ask for the export again."),
        ("a;b\n", "x.csv: holds the columns' names and no row below them. Ask for the export again."),
        ("a;b\n1;2\n3;\x00\n", "x.csv, line 3: holds a NUL character, which no text has. The export is damaged: ask for it again."),
        ("a,b\n1,2\n", "x.csv: only one column was found with the delimiter ';': 'a,b'. Declare the `delimiter`."),
        ("a;b;a\n1;2;3\n", "x.csv: the column 'a' stands 2 times in the header. Rename one."),
        ('a;b\n1;"2\n3;4\n', "x.csv, line 2: unexpected end of data. A quote that opens here is not closed as it should be."),
        (
            "a;b\n1;2;3\n4\n",
            "x.csv: 2 rows do not have the header's 2 cells (line 2: 3; line 3: 1). A ';' inside a text needs quotes around it; "
            "a last line may be cut off.",
        ),
    ],
)
def test_structural_faults_are_refused_with_their_place(path, content, message):
    assert refused(path, content) == message


cell = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=8)


@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=6))
@settings(max_examples=60)
def test_what_a_csv_writer_writes_comes_back_cell_by_cell(tmp_path_factory, rows):
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second"), *rows])
    raw = read(tmp_path_factory.mktemp("csv") / "x.csv", text.getvalue())
    assert list(raw.cells.itertuples(index=False, name=None)) == rows
