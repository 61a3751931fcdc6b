"""Delimited files are read strictly: declared dialect, every line as wide as the header, every fault with its line."""

import csv
import gzip
import io
from contextlib import suppress

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.intake import decoding
from cxlib.intake.delimited import read_delimited
from cxlib.intake.workbench import workbench
from cxlib.params import Source, composed

DECLARED = {"table": "contacts", "file": "x.csv", "delimiter": ";"}


def read(path, content, **declared):
    """(headers, rows of text, place of each row), as `take` reads them: what DuckDB refuses is explained line by line."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with workbench() as bench:
        raw = read_delimited(path, Source.model_validate(DECLARED | declared), path.name, "raw", bench)
        try:
            rows = bench.rows("SELECT * FROM raw ORDER BY row")
        except bench.errors as error:
            raw.explain()
            raise DataError("cannot be read") from error  # cxlib.intake.sources names the line
        if len(rows) != raw.rows:
            raise DataError("rows are lost")  # cxlib.intake.convert says it with the file's name
        return list(raw.headers), [row[1:] for row in rows], [raw.place(row[0]) for row in rows]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.csv"


def refused(path, content, **declared):
    with pytest.raises(DataError) as error:
        read(path, content, **declared)
    return str(error.value)


def test_cells_stay_text_and_lines_are_known(path):
    headers, rows, places = read(path, 'Id;Text\n007;"a\nb; ""c"""\n\n1234567890123456;NA\n')
    assert headers == ["Id", "Text"]
    assert rows == [("007", 'a\nb; "c"'), ("1234567890123456", "NA")]
    assert places == ["line 2", "line 5"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_utf_is_read_whatever_was_declared(path, encoding):
    assert read(path, "Id;Ort\n1;Köln\n".encode(encoding), encoding="cp1252")[1] == [("1", "Köln")]


def test_another_encoding_is_read_as_declared_and_never_guessed(path):
    assert read(path, "Id;Ort\n1;Köln\n".encode("cp1252"), encoding="cp1252")[1] == [("1", "Köln")]
    assert refused(path, "Id;Ort\n1;Köln\n".encode("cp1252")).startswith("x.csv, line 2: is not utf-8 (byte 0xf6). Declare the encoding")
    assert refused(path, b"Id;Ort\n1;K\x81ln\n", encoding="cp1252") == (
        "x.csv, line 2: is not utf-8 (byte 0x81), and not cp1252 either. Parts of it may come from another system: ask for one encoding. "
        "If all of it comes from an old host or a Mac, declare `encoding: cp850` or `mac-roman`."
    )


@pytest.mark.parametrize("text", ["Id;Ort\n1;Ulm\n", "Id;Ort\n1;Köln\n"])
def test_utf_16_without_its_mark_is_read_when_it_is_declared(path, text):
    assert read(path, text.encode("utf-16-le"), encoding="utf-16-le")[1][0][0] == "1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "x.csv: is empty. Ask for the export again."),
        (" \n\n", "x.csv: is empty. Ask for the export again."),
        ("a,b\n1,2\n", "x.csv: only one column was found with the delimiter ';': 'a,b'. Declare the `delimiter`."),
        ("a;b;a\n1;2;3\n", "x.csv: the column 'a' stands 2 times in the header. Declare the one that is meant: 'a (1)' or 'a (3)'."),
        (
            'a;b\n1;"2\n3;4\n',
            "x.csv, line 2: a quote opens here that is never closed. Close it, or double it where it belongs to the text.",
        ),
        ('a;"b\n1;2\n', "x.csv, line 1: a quote opens here that is never closed. Close it, or double it where it belongs to the text."),
        (
            "a;b\n1;2;3\n4\n",
            "x.csv: 2 rows do not have the header's 2 cells (line 2: 3; line 3: 1). A ';' inside a text needs quotes around it; "
            "a last line may be cut off.",
        ),
        (
            'a;b\n1;2;3\n\n"x\ny";"z" z\n',
            "x.csv: 1 rows do not have the header's 2 cells (line 2: 3). A ';' inside a text needs quotes around it; a last line may be cut off.\n"
            "x.csv, line 4: a quoted text goes on behind its closing quote. Double a quote that belongs to the text, or close the text before it.",
        ),
    ],
)
def test_structural_faults_are_refused_with_their_place(path, content, message):
    declared = {"columns": {"contact_id": "a", "text": "b"}} if "," in content or "a;b;a" in content else {}
    assert refused(path, content, **declared) == message


def test_a_declared_line_of_names_leaves_out_what_stands_above(path):
    content = 'Auswertung "TK"; vertraulich; ja\n\nId;Text\nFrage;Frage\n1;x\n'
    assert read(path, content, header_line=2, skip_after_header=1) == (["Id", "Text"], [("1", "x")], ["line 5"])
    assert refused(path, "Titel\nId;Text\n1;x\n", columns={"contact_id": "Id"}) == (
        "x.csv: the columns' names stand in line 2, below a title. Declare `header_line: 2`."
    )


def test_lines_that_look_like_rows_within_a_quoted_text_are_refused_or_declared(path):
    content = 'Id;Tag;Kanal;Text\n1;1.2.;Tel;"a\n2;1.2.;Tel;b"\n3;1.2.;Tel;"a\nz; b; c; d"\n'
    assert refused(path, content).startswith(
        "x.csv: 1 quoted texts run over lines that look like rows of their own (line 2): a quote is missing"
    )
    assert len(read(path, content, rows_in_quotes="keep")[1]) == 2


@pytest.mark.parametrize("size", [1, 3, 7, 64])
def test_where_the_file_is_cut_into_chunks_makes_no_difference(path, monkeypatch, size):
    content = 'Id;Text\r\n1;"a\r\nb"\r2;"ü""€"\n3;3/4" Schlauch\r\n'
    monkeypatch.setattr(decoding, "CHUNK", size)
    assert read(path, content)[1] == [("1", "a\nb"), ("2", 'ü"€'), ("3", '3/4" Schlauch')]


def test_a_packed_file_is_read_as_it_is(path, tmp_path):
    packed = tmp_path / "x.csv.gz"
    assert read(packed, gzip.compress(b"Id;Text\n1;a\n"))[1] == [("1", "a")]


def written(rows, quoting, newline="\n"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", quoting=quoting, lineterminator=newline).writerows([("Id", "Tag", "Kanal", "Text"), *rows])
    return text.getvalue()


def plain(cell):
    return cell.replace("\r\n", "\n").replace("\r", "\n")


letters = st.one_of(
    st.sampled_from(";\"\n\r,\t äöüß€😀é=+'\\u\u0308\u212b"), st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00")
)
cell = st.text(letters, max_size=8)
record = st.tuples(cell, cell, cell, cell)


@given(
    st.lists(record, min_size=1, max_size=6),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=40)
def test_what_a_csv_writer_writes_comes_back_cell_by_cell(tmp_path_factory, rows, quoting, encoding, newline):
    if quoting == csv.QUOTE_MINIMAL and newline == "\n":  # Python's writer leaves a carriage return without quotes then
        rows = [tuple(cell.replace("\r", "") for cell in row) for row in rows]
    try:
        content = written(rows, quoting, newline).encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    if encoding == "cp1252":
        with suppress(UnicodeDecodeError):  # what happens to be utf-8 as well is read as utf-8
            assume(content.decode("utf-8") == content.decode("cp1252"))
    read_back = read(tmp_path_factory.mktemp("csv") / "x.csv", content, encoding="cp1252", rows_in_quotes="keep")[1]
    assert read_back == [tuple(composed(plain(cell)) for cell in row) for row in rows]


word = st.text(st.sampled_from('ab; \n"'), max_size=6)
texts = st.tuples(word, st.sampled_from(["Tel", "Mail"]), word)


@given(
    st.lists(texts, min_size=2, max_size=6),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.integers(0, 10_000),
    st.sampled_from(['"', ";", "\n", "delete"]),
)
@example([("", "Tel", "a"), ("", "Tel", "\nx")], csv.QUOTE_MINIMAL, 3, '"')
@example(
    [
        ("", "Tel", ';;;""'),
        ("", "Mail", "a"),
        (";;", "Mail", "aaa"),
        (';"', "Mail", "\n"),
        (';aaaa"', "Mail", "a"),
        (';;"', "Mail", ';;;""'),
    ],
    csv.QUOTE_MINIMAL,
    264,
    '"',
)
@settings(max_examples=80)
def test_a_damaged_file_is_refused_or_loses_no_row_that_was_not_touched(tmp_path_factory, cells, quoting, at, damage):
    rows = [(f"{number:04d}", *row) for number, row in enumerate(cells)]
    text = written(rows, quoting)
    begin = len("Id;Tag;Kanal;Text\n") if quoting == csv.QUOTE_MINIMAL else len('"Id";"Tag";"Kanal";"Text"\n')
    if damage == "delete":
        spots = [place for place in range(begin, len(text)) if text[place] in ';"\n']
        place = spots[at % len(spots)]
        broken = text[:place] + text[place + 1 :]
    else:
        place = begin + at % (len(text) - begin + 1)
        broken = text[:place] + damage + text[place:]
    try:
        found = read(tmp_path_factory.mktemp("csv") / "x.csv", broken)[1]
    except DataError:
        return
    touched = _row_at(rows, quoting, place)
    for number, row in enumerate(rows):
        assert row in found or number in touched, f"row {number} is lost without a word"


def _row_at(rows, quoting, place):
    """The rows that a place of the file may belong to."""
    ends = [len(written(rows[:count], quoting)) for count in range(len(rows) + 1)]
    return {number for number in range(len(rows)) if ends[number] - 1 <= place <= ends[number + 1]}
