"""Rows, columns, quotes and lines around a table as clients send them: each comes out right, or is refused with the place and the way out."""

import gzip
import io
import zipfile

import pytest

from .exports import HEAD, ROW, TEXT, X, texts


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


RIGHT = {  # name: (content, declaration), column, its values
    "a quoted delimiter": (texts(HEAD + ROW + '"a;b"\n'), "text", ["a;b"]),
    "inch marks in unquoted text": (
        texts(HEAD + ROW + '3/4" Schlauch\n2;05.02.2025 08:15;phone;1/2" und 3/8"\n'),
        "text",
        ['3/4" Schlauch', '1/2" und 3/8"'],
    ),
    "an inch mark before quoted lines": (
        texts(HEAD + ROW + '3/4" Schlauch\n2;05.02.2025 08:15;phone;"a;b\nc"\n'),
        "text",
        ['3/4" Schlauch', "a;b\nc"],
    ),
    "invisible marks around columns' names": (texts(HEAD.replace("Kanal", "\ufeffKanal\u200b") + ROW + "a\n"), "channel", ["phone"]),
    "carriage returns alone": (texts((HEAD + ROW + "a\n2;05.02.2025 08:15;phone;b\n").replace("\n", "\r")), "text", ["a", "b"]),
    "mixed line ends": (texts(HEAD.replace("\n", "\r\n") + ROW + "a\n2;05.02.2025 08:15;phone;b\r"), "text", ["a", "b"]),
    "no line end at the end": (texts(HEAD + ROW + "a"), "text", ["a"]),
    "a delimiter at every end": (texts(HEAD.replace("\n", ";\n") + ROW + "a;\n"), "text", ["a"]),
    "blank lines": (texts("\n" + HEAD + "\n\n" + ROW + "a\n\n"), "text", ["a"]),
    "a cell of 400 kB": (texts(HEAD + ROW + '"' + "x;" * 200_000 + '"\n'), "text", ["x;" * 200_000]),
    "a title, declared": (texts("Auswertung TK-Anlage – vertraulich;;;\n\n" + HEAD + ROW + "a\n", header_line=2), "text", ["a"]),
    "a total row, declared": (texts(HEAD + ROW + "a\nSumme;;;1\n", ignore_rows={"Id": ["Summe"]}), "text", ["a"]),
    "rows of nothing": (texts(HEAD + ROW + "a\n;;;\n;;;\n"), "text", ["a"]),
    "the same column twice, one of them declared": (
        ("Id;Zeit;Kanal;Text;text\n" + ROW + "a;b\n", {"columns": {"text": "text (5)"}}),
        "text",
        ["b"],
    ),
    "a column called row": (("row;Zeit;Kanal\n7;05.02.2025 08:15;phone\n", {"columns": {"contact_id": "row (1)"}}), "contact_id", ["7"]),
    "rows within a text, meant so": (
        texts(HEAD + ROW + '"a\n2;05.02.2025 08:15;phone;b"\n', rows_in_quotes="keep"),
        "text",
        ["a\n2;05.02.2025 08:15;phone;b"],
    ),
}


REFUSED = {  # name: (content, declaration), messages word for word
    "an unquoted delimiter in a text": (
        texts(HEAD + ROW + "a;b\n"),
        [
            f"{X}: 1 rows do not have the header's 4 cells (line 2: 5). A ';' inside a text needs quotes around it; a last line may be cut off."
        ],
    ),
    "a last line that is cut off": (
        texts(HEAD + ROW + "a\n2;05.02.2025 08:1"),
        [
            f"{X}: 1 rows do not have the header's 4 cells (line 3: 2). A ';' inside a text needs quotes around it; a last line may be cut off."
        ],
    ),
    "a width that grows, and ragged rows": (
        texts(HEAD + ROW + "a\n2;05.02.2025 08:15;phone;b;c\n3;x\n"),
        [
            f"{X}: 2 rows do not have the header's 4 cells (line 3: 5; line 4: 2). A ';' inside a text needs quotes around it; a last line may be cut off."
        ],
    ),
    "a delimiter at the end of rows alone": (
        texts(HEAD + ROW + "a;\n2;05.02.2025 08:15;phone;b;\n"),
        [
            f"{X}: 2 rows do not have the header's 4 cells (line 2: 5; line 3: 5). They end in one more ';': "
            "add one to the end of the header's line as well, or ask for an export without."
        ],
    ),
    "a quote that is never closed": (
        texts(HEAD + ROW + '"a\n2;05.02.2025 08:15;phone;b\n'),
        [f"{X}, line 2: a quote opens here that is never closed. Close it, or double it where it belongs to the text."],
    ),
    "a quote that the next quoted text closes": (
        texts(HEAD + ROW + '"a\n2;05.02.2025 08:15;phone;"b"\n'),
        [
            f"{X}, line 2: a quoted text goes on behind its closing quote. Double a quote that belongs to the text, or close the text before it."
        ],
    ),
    "a quote that a later inch mark closes": (
        texts(HEAD + ROW + '"a\n2;05.02.2025 08:15;phone;3/4"\n'),
        [
            f"{X}: 1 quoted texts run over lines that look like rows of their own (line 2): a quote is missing at their end, or one too many at their "
            "beginning. Where texts hold such lines indeed, declare `rows_in_quotes: keep`."
        ],
    ),
    "quotes escaped by backslashes": (
        texts(HEAD + ROW + '"a \\"b\\" c"\n'),
        [
            f"{X}, line 2: a quoted text goes on behind its closing quote. Double a quote that belongs to the text, or close the text before it."
        ],
    ),
    "a workbook that is called .csv": (
        texts(zipped(a="b")),
        [f"{X}: is no delimited text, but an Excel workbook or a zip archive. Declare `format: excel`, or let the name end in .zip."],
    ),
    "a web page that is called .csv": (
        texts("<html><table><tr><td>Id</td></tr></table></html>"),
        [f"{X}: is no delimited text, but a web page. Open it in a spreadsheet program and save it as .xlsx or .csv."],
    ),
    "another delimiter": (
        texts((HEAD + ROW).replace(";", ",")),
        [f"{X}: only one column was found with the delimiter ';': 'Id,Zeit,Kanal,Text'. Declare the `delimiter`."],
    ),
    "a doubled column": (
        texts("Id;Zeit;Kanal;Text;Text\n" + ROW + "a;b\n"),
        [f"{X}: the column 'Text' stands 2 times in the header. Declare the one that is meant: 'Text (4)' or 'Text (5)'."],
    ),
    "columns that differ in capitals alone": (
        texts("Id;Zeit;Kanal;Text;TEXT\n" + ROW + "a;b\n"),
        [f"{X}: the column 'Text' stands 2 times in the header, capitals aside. Declare the one that is meant: 'Text (4)' or 'TEXT (5)'."],
    ),
    "a column in other capitals": (
        texts("ID;Zeit;Kanal;Text\n" + ROW + "a\n"),
        ["params/acme.yml: sources.log.columns.contact_id: unknown column 'Id' (did you mean 'ID'?). The file has: ID, Zeit, Kanal, Text."],
    ),
    "a title line": (
        texts("Auswertung TK-Anlage – vertraulich\n" + HEAD + ROW + "a\n"),
        [f"{X}: the columns' names stand in line 2, below a title. Declare `header_line: 2`."],
    ),
    "the header twice": (
        texts(HEAD + ROW + "a\n" + HEAD + "2;05.02.2025 08:15;phone;b\n"),
        [
            f"{X}: the header stands among the rows 1 times (line 3): two exports in one file? Leave it out with `ignore_rows: {{Id: [Id]}}`."
        ],
    ),
    "a total row": (
        texts(HEAD + ROW + "a\nSumme;;;1\n"),
        [
            f"{X}: Id: 1 of 2 cells are no id for contact_id (line 3: 'Summe'). This looks like the total of a table: leave the row out with `ignore_rows`, here the word 'Summe'."
        ],
    ),
    "notes below the table": (
        texts(
            HEAD
            + ROW
            + "a\n"
            + "".join(f"{note};;;\n" for note in ("Mittelwert", "Stand: 05.02.2025", "2 Zeilen", "n = 200", "Seite 1 von 2"))
        ),
        [
            f"{X}: Id: 5 of 6 cells are no id for contact_id (line 3: 'Mittelwert', line 4: 'Stand: 05.02.2025', line 5: '2 Zeilen', line 6: 'n = 200', "
            "line 7: 'Seite 1 von 2'). This looks like a note below a table: leave the row out with `ignore_rows`, here the word 'Mittelwert'."
        ],
    ),
    "a total row without its word": (
        texts(HEAD + ROW + "a\n;;;17\n"),
        [
            f"data/acme: contacts: {column}: is missing in 1 rows (x.csv, line 3), and no row may lack it. "
            "If these are no rows (a total, a note), leave them out with `ignore_rows`."
            for column in ("contact_id", "contact_ts", "channel")
        ],
    ),
    "a header and nothing else": (
        texts(HEAD),
        [f"{X}: holds a header and no rows. Ask for the export again, or take the source out of params."],
    ),
    "nothing at all": (texts(""), [f"{X}: is empty. Ask for the export again."]),
    "all rows left out": (
        texts(HEAD + ROW + "a\n", ignore_rows={"Kanal": ["phone"]}),
        [f"{X}: none of 1 rows is left (Kanal = phone: 1). Correct `ignore_rows` or `columns`."],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_it_comes_out_right(right, name):
    right(*RIGHT[name])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_word_for_word(refused, name):
    refused(*REFUSED[name])


@pytest.mark.parametrize(
    ("name", "content", "problems"),
    [
        ("x.csv.gz", gzip.compress((HEAD + ROW + "a\n").encode(), mtime=0), []),
        ("x.CSV.GZ", gzip.compress((HEAD + ROW + "a\n").encode(), mtime=0), []),
        ("x.zip", zipped(**{"a.csv": HEAD + ROW + "a\n", "__MACOSX/._a.csv": "x"}), []),
        (
            "x.csv.gz",
            gzip.compress((HEAD + ROW + "a\n").encode(), mtime=0)[:-9],
            ["data/acme/raw/x.csv.gz: the packed file is cut off or damaged. Ask for it again."],
        ),
        ("x.zip", b"abc", ["data/acme/raw/x.zip: the packed file is cut off or damaged. Ask for it again."]),
        ("x.zip", zipped(a="1", b="2"), ["data/acme/raw/x.zip: holds 2 files. Unpack it and name one of them."]),
    ],
)
def test_packed_files(log_of, name, content, problems):
    came = log_of(content, name)
    assert came.problems == problems
    assert len(came.rows) == (not problems)


def test_what_is_left_out_is_recorded(log_of):
    came = log_of(HEAD + ROW + "a\n" + ROW + "a\n;;;\nSumme;;;9\n", columns=TEXT, duplicates="drop_equal", ignore_rows={"Id": ["Summe"]})
    assert came.records[0]["rows_read"] == 4
    assert came.records[0]["dropped"] == {("ignored", "Id = Summe"): 1, ("repeated", ""): 1, ("empty", ""): 1}


def test_a_row_counts_for_one_of_the_reasons_to_leave_it_out(log_of):
    came = log_of(HEAD + ROW + "a\nTest;05.02.2025 08:15;fax;a\n", ignore_rows={"Id": ["Test"], "Kanal": ["fax"]})
    assert came.records[0]["dropped"] == {("ignored", "Id = Test"): 1}
    assert came.records[0]["noted"] == {}
