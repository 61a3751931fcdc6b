"""Files as clients send them: each comes out right, or is refused with an error that names the place and the way out. None is silently wrong."""

import gzip
import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

HEAD = "Id;Zeit;Kanal;Text\n"
ROW = "1;05.02.2025 08:15;phone;"
TEXT = {"text": "Text"}
WAIT = {"wait_s": "Wartezeit"}
WAITS = "Id;Zeit;Kanal;Wartezeit\n"
X = "data/acme/raw/x.csv"
CHANNELS = "phone, email, web_form, chat, letter, fax, app, portal, social, in_person, field_visit, callback, other"


def texts(content, **declared):
    """A log whose fourth column is text."""
    return content, {"columns": TEXT} | declared


def waits(*cells, **declared):
    return WAITS + "".join(f"{number};05.02.2025 08:15;phone;{cell}\n" for number, cell in enumerate(cells, start=1)), {
        "columns": WAIT
    } | declared


def costs(*cells, **declared):
    return "Id;Zeit;Kanal;Kosten\n" + "".join(f"{number};05.02.2025 08:15;phone;{cell}\n" for number, cell in enumerate(cells, start=1)), {
        "columns": {"cost": "Kosten"}
    } | declared


def times(*cells, **declared):
    return "Id;Zeit;Kanal\n" + "".join(f"{number};{cell};phone\n" for number, cell in enumerate(cells, start=1)), declared


def ids(*cells, **declared):
    return "Id;Zeit;Kanal\n" + "".join(f"{cell};05.02.2025 08:15;phone\n" for cell in cells), declared


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


FORMATS = {"formats": {"resolved_ts": "%Y-%m-%dT%H:%M:%S"}}


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
    "line breaks, doubled quotes and emoji": (texts(HEAD + ROW + '"Hallo\r\n\r\n""Max"" 😀"\n'), "text", ['Hallo\n\n"Max" 😀']),
    "a formula in a text": (texts(HEAD + ROW + "=HYPERLINK(1)\n"), "text", ["=HYPERLINK(1)"]),
    "cp1252, declared": (texts((HEAD + ROW + "Köln – 5 €\n").encode("cp1252"), encoding="cp1252"), "text", ["Köln – 5 €"]),
    "UTF-16": (texts((HEAD + ROW + "Köln\n").encode("utf-16")), "text", ["Köln"]),
    "UTF-16 without its mark, declared": (texts((HEAD + ROW + "Ulm\n").encode("utf-16-be"), encoding="utf-16-be"), "text", ["Ulm"]),
    "a byte-order mark": (texts((HEAD + ROW + "Köln\n").encode("utf-8-sig"), encoding="cp1252"), "contact_id", ["1"]),
    "decoded twice, to be repaired": (
        texts(HEAD + ROW + "LieferverzÃ¶gerung â€“ fÃ¼r 5 â‚¬\n", mojibake="repair"),
        "text",
        ["Lieferverzögerung – für 5 €"],
    ),
    "two encodings, to be repaired": (
        texts((HEAD + ROW + "Köln\n").encode() + "2;05.02.2025 08:15;phone;Köln\n".encode("cp1252"), encoding="cp1252", mojibake="repair"),
        "text",
        ["Köln", "Köln"],
    ),
    "decoded twice and meant so": (texts(HEAD + ROW + "schreibt KÃ¶ln\n", mojibake="keep"), "text", ["schreibt KÃ¶ln"]),
    "honest Portuguese": (texts(HEAD + ROW + "SÃO PAULO, Âncora, NÃO\n"), "text", ["SÃO PAULO, Âncora, NÃO"]),
    "two byte-order marks": (texts(b"\xef\xbb\xbf" * 2 + f'"Id"{HEAD[2:]}{ROW}a\n'.encode()), "contact_id", ["1"]),
    "invisible marks around columns' names": (texts(HEAD.replace("Kanal", "\ufeffKanal\u200b") + ROW + "a\n"), "channel", ["phone"]),
    "ids much like words below a table": (ids("Stand-12", "Seitenbau 3", "n1"), "contact_id", ["Stand-12", "Seitenbau 3", "n1"]),
    "carriage returns alone": (texts((HEAD + ROW + "a\n2;05.02.2025 08:15;phone;b\n").replace("\n", "\r")), "text", ["a", "b"]),
    "mixed line ends": (texts(HEAD.replace("\n", "\r\n") + ROW + "a\n2;05.02.2025 08:15;phone;b\r"), "text", ["a", "b"]),
    "no line end at the end": (texts(HEAD + ROW + "a"), "text", ["a"]),
    "a delimiter at every end": (texts(HEAD.replace("\n", ";\n") + ROW + "a;\n"), "text", ["a"]),
    "blank lines": (texts("\n" + HEAD + "\n\n" + ROW + "a\n\n"), "text", ["a"]),
    "a cell of 400 kB": (texts(HEAD + ROW + '"' + "x;" * 200_000 + '"\n'), "text", ["x;" * 200_000]),
    "a town called NA": (texts(HEAD + ROW + "NA\n2;05.02.2025 08:15;phone;None\n"), "text", ["NA", "None"]),
    "whitespace and missing words": (
        texts(HEAD + ROW + " k.A. \n2;05.02.2025 08:15;phone;  \n3;05.02.2025 08:15;phone; x \n", missing=["", "k.A."]),
        "text",
        [None, None, " x "],
    ),
    "spaces around words and ids": (texts(HEAD + " 7\u00a0;05.02.2025 08:15;\tphone ;a\n"), "contact_id", ["7"]),
    "a channel with blanks, mapped": (
        texts(HEAD + "1;05.02.2025 08:15;mail ;a\n", values={"channel": {"mail": "email"}}),
        "channel",
        ["email"],
    ),
    "day first, no day above 12": (
        times("05.02.2025 08:15", "03.04.2025 08:15"),
        "contact_ts",
        [datetime(2025, 2, 5, 7, 15), datetime(2025, 4, 3, 6, 15)],
    ),
    "slashes, day first": (times("05/02/2025 08:15", time_format="%d/%m/%Y %H:%M"), "contact_ts", [datetime(2025, 2, 5, 7, 15)]),
    "slashes, month first": (times("05/02/2025 08:15 PM", time_format="%m/%d/%Y %I:%M %p"), "contact_ts", [datetime(2025, 5, 2, 18, 15)]),
    "another time zone": (times("05.02.2025 08:15", timezone="UTC"), "contact_ts", [datetime(2025, 2, 5, 8, 15)]),
    "the hour that is skipped, moved on": (times("30.03.2025 02:30", skipped_hour="forward"), "contact_ts", [datetime(2025, 3, 30, 1, 30)]),
    "the hour that comes twice, first": (times("26.10.2025 02:30", doubled_hour="first"), "contact_ts", [datetime(2025, 10, 26, 0, 30)]),
    "the hour that comes twice, second": (times("26.10.2025 02:30", doubled_hour="second"), "contact_ts", [datetime(2025, 10, 26, 1, 30)]),
    "the future, meant so": (times("05.02.2035 08:15", outside_period="keep", future="keep"), "contact_ts", [datetime(2035, 2, 5, 7, 15)]),
    "leading zeros": (ids("0001", "0010"), "contact_id", ["0001", "0010"]),
    "lost zeros given back": (ids("4711", "0000815", id_width={"contact_id": 7}), "contact_id", ["0004711", "0000815"]),
    "16 digits": (ids("1234567890123456", "1234567890123457"), "contact_id", ["1234567890123456", "1234567890123457"]),
    "ids that a program kept from Excel": (ids('="0004711"'), "contact_id", ["0004711"]),
    "thousands, declared": (waits("1.234", "12.345,5", "7", thousands="."), "wait_s", [1234, 12345.5, 7]),
    "letters and marks as a Mac writes them": (
        texts(
            HEAD.replace("Text", "Gru\u0308n") + "1;05.02.2025 08:15;Bu\u0308ro;Ko\u0308ln\n",
            columns={"text": "Grün"},
            values={"channel": {"Büro": "fax"}},
        ),
        "text",
        ["Köln"],
    ),
    "the first of ids with all their zeros": (ids("000", "001"), "contact_id", ["000", "001"]),
    "a word that is an id, meant so": (ids("NA", values={"contact_id": {"NA": "NA"}}), "contact_id", ["NA"]),
    "thousands behind apostrophes, curved ones too": (waits("1'234.5", "1’234", decimal=".", thousands="'"), "wait_s", [1234.5, 1234]),
    "thousands behind a no-break space": (waits("1\u00a0234,5", thousands=" "), "wait_s", [1234.5]),
    "minutes, declared": (waits("1,5", "2 min", units={"wait_s": "min"}), "wait_s", [90, 120]),
    "durations on the clock, declared": (
        waits("0:03:25", "00:03:25.5", "27:00:00", " 0:03:25 ", units={"wait_s": "h:m:s"}),
        "wait_s",
        [205, 205.5, 97200, 205],
    ),
    "minutes and seconds, declared": (waits("3:25", "75:30", units={"wait_s": "m:s"}), "wait_s", [205, 4530]),
    "a word that means minutes, with its unit": (
        waits("2", "lang", units={"wait_s": "min"}, values={"wait_s": {"lang": "60 min"}}),
        "wait_s",
        [120, 3600],
    ),
    "amounts beside their currency, declared": (
        costs("12,50 €", "€ 1.234,00", "980,00- €", "7", "k.A.", units={"cost": "€"}, thousands=".", missing=["", "k.A."]),
        "cost",
        [12.5, 1234, -980, 7, None],
    ),
    "amounts behind their currency, declared": (costs("EUR 1.234,00", units={"cost": "EUR"}, thousands="."), "cost", [1234]),
    "99 means nothing in one column alone": (waits("99", "5", values={"wait_s": {"99": ""}}), "wait_s", [None, 5]),
    "99 means nothing, and is an id all the same": (
        ("Id;Zeit;Kanal;Kunde\n1;05.02.2025 08:15;phone;99\n", {"columns": {"customer_id": "Kunde"}, "missing": ["", "99"]}),
        "customer_id",
        ["99"],
    ),
    "a title, declared": (texts("Auswertung TK-Anlage – vertraulich;;;\n\n" + HEAD + ROW + "a\n", header_line=2), "text", ["a"]),
    "a total row, declared": (texts(HEAD + ROW + "a\nSumme;;;1\n", ignore_rows={"Id": ["Summe"]}), "text", ["a"]),
    "rows of nothing": (texts(HEAD + ROW + "a\n;;;\n;;;\n"), "text", ["a"]),
    "the same column twice, one of them declared": (
        ("Id;Zeit;Kanal;Text;text\n" + ROW + "a;b\n", {"columns": {"text": "text (5)"}}),
        "text",
        ["b"],
    ),
    "a column called row": (("row;Zeit;Kanal\n7;05.02.2025 08:15;phone\n", {"columns": {"contact_id": "row (1)"}}), "contact_id", ["7"]),
    "equal rows, one to be kept": (texts(HEAD + ROW + "a\n" + ROW + "a\n", duplicates="drop_equal"), "contact_id", ["1"]),
    "a column with a format of its own": (
        ("Id;Zeit;Kanal;Ende\n1;05.02.2025 08:15;phone;2025-02-06T10:00:00\n", {"columns": {"resolved_ts": "Ende"}} | FORMATS),
        "resolved_ts",
        [datetime(2025, 2, 6, 9)],
    ),
    "half past in a zone that moves by half an hour": (
        times("06.04.2025 01:45", timezone="Australia/Lord_Howe", doubled_hour="second"),
        "contact_ts",
        [datetime(2025, 4, 5, 15, 15)],
    ),
    "an allowed word that means another one": (
        texts(HEAD + ROW.replace("phone", "callback") + "a\n", values={"channel": {"callback": "phone"}}),
        "channel",
        ["phone"],
    ),
    "an allowed word that means nothing": (
        ("Id;Zeit;Kanal;Ergebnis\n" + ROW + "cancelled\n", {"columns": {"outcome": "Ergebnis"}, "values": {"outcome": {"cancelled": ""}}}),
        "outcome",
        [None],
    ),
    "blanks around the words of a group": (
        ("Id;Zeit;Kanal;Stand\n" + ROW + "Köln \n2;05.02.2025 08:15;phone;Köln\u00a0\n", {"columns": {"status": "Stand"}}),
        "status",
        ["Köln", "Köln"],
    ),
    "rows within a text, meant so": (
        texts(HEAD + ROW + '"a\n2;05.02.2025 08:15;phone;b"\n', rows_in_quotes="keep"),
        "text",
        ["a\n2;05.02.2025 08:15;phone;b"],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_it_comes_out_right(log_of, name):
    (content, declared), column, values = RIGHT[name]
    came = log_of(content, **declared)
    assert came.problems == []
    found = [row.get(column) for row in came.rows]
    assert [value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value for value in found] == values


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
    "cp1252, not declared": (
        texts((HEAD + ROW + "Köln\n").encode("cp1252")),
        [
            f"{X}, line 2: is not utf-8 (byte 0xf6). Declare the encoding in params, for instance `encoding: cp1252` for an export from Windows."
        ],
    ),
    "cp1252, declared as Latin-1": (
        texts((HEAD + ROW + "5 €\n").encode("cp1252"), encoding="latin-1"),
        [f"{X}, line 2: is not latin-1 (byte 0x80 is no letter there, but one on Windows). Declare `encoding: cp1252`."],
    ),
    "two encodings in one file": (
        texts((HEAD + ROW + "Köln\n").encode() + "2;05.02.2025 08:15;phone;Köln\n".encode("cp1252"), encoding="cp1252"),
        [
            f"{X}: Text: 1 of 2 cells are damaged text (line 2: 'KÃ¶ln'). UTF-8 was taken for a Windows encoding there, or the file mixes both: "
            "declare `mojibake: repair`, or `mojibake: keep` where the text is meant so."
        ],
    ),
    "umlauts decoded twice": (
        texts(HEAD + ROW + "LieferverzÃ¶gerung\n"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: 'LieferverzÃ¶gerung'). UTF-8 was taken for a Windows encoding there, or the file mixes both: "
            "declare `mojibake: repair`, or `mojibake: keep` where the text is meant so."
        ],
    ),
    "umlauts that are lost": (
        texts(HEAD + ROW + "K\ufffdln\n", mojibake="repair"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: 'K\ufffdln'). Letters are lost there for good: ask for the export again, or declare `mojibake: keep`."
        ],
    ),
    "UTF-8 that breaks off": (
        texts((HEAD + ROW + "Köl").encode() + b"\xc3"),
        [f"{X}, line 2: breaks off in the middle of a letter: the file is cut off. Ask for the export again."],
    ),
    "UTF-16 that breaks off": (
        texts((HEAD + ROW + "a\n").encode("utf-16")[:-1]),
        [f"{X}: is not utf-16 (truncated data): it may be cut off. Ask for the export again."],
    ),
    "a Mac's letters, declared as those of Windows": (
        texts((HEAD + ROW + "Müller\n").encode("mac-roman"), encoding="cp1252"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: 'MŸller'). Letters of a Mac were taken for those of Windows: declare `encoding: mac-roman`."
        ],
    ),
    "words that are no ids": (
        (
            "Id;Zeit;Kanal;Kunde\n" + ROW + "NULL\n2;05.02.2025 08:15;phone;0000\n3;05.02.2025 08:15;phone;NULL\n",
            {"columns": {"customer_id": "Kunde"}},
        ),
        [
            f"{X}: Kunde: 3 of 3 cells are no id for customer_id (line 2: 'NULL', line 3: '0000', line 4: 'NULL'). Such words stand for no id: declare "
            '`values: {customer_id: {"NULL": "", "0000": ""}}`. If one is an id indeed, map it to itself there.'
        ],
    ),
    "a NUL": (
        texts(HEAD + ROW + "a\x00b\n"),
        [
            f"{X}, line 2: holds a NUL character, which no text has. The export is damaged: ask for it again. "
            "If it is UTF-16 without a byte-order mark, declare `encoding: utf-16-le`."
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
    "cells that do not convert, a row that lacks one, and doubled ids": (
        (
            WAITS
            + "1;05.02.2025 08:15;phone;kurz\n2;gestern;;5\n3;05.02.2025 08:15;;5\n4;05.02.2025 08:15;phone;5\n4;05.02.2025 08:15;fax;5\n"
            + "5;05.02.2025 08:15;phone;lang\n5;05.02.2025 08:15;phone;5\n",
            {"columns": WAIT},
        ),
        [
            f"{X}: Zeit: 1 of 7 cells are no time for contact_ts (line 3: 'gestern'). The declared time_format is '%d.%m.%Y %H:%M', "
            "as in 31.12.2025 14:05: if the word means that there is no time, add it to `missing`.",
            f"{X}: Wartezeit: 2 of 7 cells are no number for wait_s (line 2: 'kurz', line 7: 'lang'). A number with the decimal sign ',' was declared, "
            "not below 0. If the word means that there is no value, add it to `missing`.",
            "data/acme: contacts: channel: is missing in 1 rows (x.csv, line 4), and no row may lack it. "
            "If these are no rows (a total, a note), leave them out with `ignore_rows`.",
            "data/acme: contacts: contact_id: 1 stand more than once in rows that contradict each other, first: 4 (x.csv, line 5, x.csv, line 6). "
            "Ask which of them holds.",
            "data/acme: contacts: contact_id: 1 stand more than once in rows that could not be read whole, first: 5 (x.csv, line 7, x.csv, line 8). "
            "Mend their other cells first.",
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
    "two orders of days in one column": (
        times("05.02.2025 08:15", "02/05/2025 08:15", "2025-02-25 08:15", "25.02.2025 08:15"),
        [
            f"{X}: Zeit: 2 of 4 cells are no time for contact_ts (line 3: '02/05/2025 08:15', line 4: '2025-02-25 08:15'). The declared time_format is "
            "'%d.%m.%Y %H:%M', as in 31.12.2025 14:05. Declare the form that these cells have, under `formats` where other columns differ."
        ],
    ),
    "month first where day first was declared": (
        times("05/02/2025 08:15", "05/13/2025 08:15", time_format="%d/%m/%Y %H:%M"),
        [
            f"{X}: Zeit: 1 of 2 cells are no time for contact_ts (line 3: '05/13/2025 08:15'). The declared time_format is "
            "'%d/%m/%Y %H:%M', and the calendar or the clock has no '05/13/2025 08:15': have the export corrected; if months and days have "
            "changed places, correct the format."
        ],
    ),
    "hours of the clock change": (
        times("30.03.2025 02:30", "26.10.2025 02:30"),
        [
            f"{X}: Zeit: 2 of 2 cells are no time for contact_ts (line 2: '30.03.2025 02:30', line 3: '26.10.2025 02:30'). The declared time_format is "
            "'%d.%m.%Y %H:%M'; hours that the clock change skips or doubles need `skipped_hour` or `doubled_hour`."
        ],
    ),
    "no day at all": (
        times("01.01.1900 00:00"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '01.01.1900 00:00'). The declared time_format is '%d.%m.%Y %H:%M'. If this stands for no day at all, add it to `missing`."
        ],
    ),
    "the day numbers of a spreadsheet": (
        times("45693,34"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '45693,34'). The declared time_format is '%d.%m.%Y %H:%M'. "
            "These are day numbers of a spreadsheet: format the column there as a date, and save or export it again."
        ],
    ),
    "the future": (
        times("05.02.2025 08:15", "05.02.2035 08:15", outside_period="keep"),
        [
            f"{X}: Zeit (contact_ts) lies more than a day after 2025-12-31 in 1 of 2 rows (line 3: 2035-02-05 08:15:00). 2025-12-31 is `as_of`, or the "
            "period's end where that is left out: set `as_of` to the day of the export, or declare `future: keep`."
        ],
    ),
    "another year": (
        times("05.02.2025 08:15", "05.02.2035 08:15"),
        [
            f"{X}: contact_ts: 1 of 2 rows lie outside the period 2025-01-01 to 2025-12-31 (first: line 3, 2035-02-05). "
            "Correct the period or the format of times, or declare `outside_period: drop` or `keep`."
        ],
    ),
    "ids that Excel damaged": (
        ids("4,00123E+15"),
        [
            f"{X}: Id: 1 of 1 cells are no id for contact_id (line 2: '4,00123E+15'). "
            "A spreadsheet has turned long numbers into powers of ten and lost their last digits: ask for the export with this column as text."
        ],
    ),
    "ids that became decimals": (
        ids("4711.0"),
        [
            f"{X}: Id: 1 of 1 cells are no id for contact_id (line 2: '4711.0'). A program has turned ids into numbers with decimals: ask for the export with this column as text."
        ],
    ),
    "ids with and without their zeros": (
        ids("0004711", "4711", "0000815"),
        [
            f"{X}: Id (contact_id): 1 rows hold an id that stands elsewhere without its leading zeros (line 2: 0004711). "
            "Declare its digits: `id_width: {contact_id: …}`."
        ],
    ),
    "1.234, thousands not declared": (
        waits("1.234"),
        [
            f"{X}: Wartezeit: 1 of 1 cells are no number for wait_s (line 2: '1.234'). A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "mixed decimal signs": (
        waits("1,5", "2.5", "1,234.50", "0.123", thousands="."),
        [
            f"{X}: Wartezeit: 3 of 4 cells are no number for wait_s (line 3: '2.5', line 4: '1,234.50', line 5: '0.123'). "
            "A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "words and another minus among numbers": (
        waits("k.A.", "weiß nicht", "−9"),
        [
            f"{X}: Wartezeit: 3 of 3 cells are no number for wait_s (line 2: 'k.A.', line 3: 'weiß nicht', line 4: '−9'). "
            "A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "a negative wait": (
        waits("-6", "6"),
        [
            f"{X}: Wartezeit: 1 of 2 cells are no number for wait_s (line 2: '-6'). A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "amounts beside a currency that nobody declared": (
        costs("12,50 €", "EUR 3,00", "4"),
        [
            f"{X}: Kosten: 2 of 3 cells are no number for cost (line 2: '12,50 €', line 3: 'EUR 3,00'). "
            "Numbers in several units (€, EUR) stand in one column: ask for all of them in one unit."
        ],
    ),
    "an amount in another currency than declared": (
        costs("12,50 €", "$ 3,00", units={"cost": "€"}),
        [
            f"{X}: Kosten: 1 of 2 cells are no number for cost (line 3: '$ 3,00'). "
            "The unit '€' was declared, and '$' cannot be converted to it: ask for all numbers in one unit."
        ],
    ),
    "an amount in the declared currency with another decimal sign": (
        costs("12.50 €", "12,50 €", units={"cost": "€"}),
        [
            f"{X}: Kosten: 1 of 2 cells are no number for cost (line 2: '12.50 €'). The declared decimal sign is ',', and these numbers have '.' there: declare `decimal`, or ask for one sign."
        ],
    ),
    "a word among amounts in a declared currency": (
        costs("teuer", units={"cost": "€"}),
        [
            f"{X}: Kosten: 1 of 1 cells are no number for cost (line 2: 'teuer'). A number with the decimal sign ',' was declared, with or without the unit '€'. "
            "If the word means that there is no value, add it to `missing`."
        ],
    ),
    "thousands of euros, not declared": (
        costs("EUR 1.234,00"),
        [
            f"{X}: Kosten: 1 of 1 cells are no number for cost (line 2: 'EUR 1.234,00'). "
            "The numbers have their unit beside them: declare `units: {cost: 'EUR'}`, and if '.' groups thousands, `thousands: '.'`."
        ],
    ),
    "durations on the clock that nobody declared": (
        waits("0:03:25", "205"),
        [
            f"{X}: Wartezeit: 1 of 2 cells are no number for wait_s (line 2: '0:03:25'). These are durations on the clock: declare `units: {{wait_s: 'h:m:s'}}`."
        ],
    ),
    "a number among durations on the clock": (
        waits("0:03:25", "205", "0:99:00", units={"wait_s": "h:m:s"}),
        [
            f"{X}: Wartezeit: 2 of 3 cells are no number for wait_s (line 3: '205', line 4: '0:99:00'). "
            "The unit 'h:m:s' was declared, as in 0:03:25, with minutes and seconds below 60 in two digits."
        ],
    ),
    "a negative wait in minutes": (
        waits("-6", units={"wait_s": "min"}),
        [
            f"{X}: Wartezeit: 1 of 1 cells are no number for wait_s (line 2: '-6'). A number with the decimal sign ',' was declared, with or without the unit 'min', not below 0. "
            "If the word means that there is no value, add it to `missing`."
        ],
    ),
    "a spreadsheet's error": (
        texts(HEAD + ROW + "#NV\n"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: '#NV'). A spreadsheet's formula failed there: mend it, or add the word to `missing` if it means that there is no value."
        ],
    ),
    "a new channel": (
        texts(HEAD + "1;05.02.2025 08:15;WhatsApp;a\n"),
        [
            f"{X}: Kanal: 1 of 1 cells are no choice for channel (line 2: 'WhatsApp'). Allowed: {CHANNELS}. Map the word under `values: {{channel: …}}`."
        ],
    ),
    "doubled ids, equal and conflicting": (
        texts(HEAD + ROW + "a\n" + ROW + "a\n2;05.02.2025 08:15;phone;b\n2;05.02.2025 08:15;phone;c\n"),
        [
            "data/acme: contacts: contact_id: 1 stand more than once in equal rows, first: 1 (x.csv, line 2, x.csv, line 3). Declare `duplicates: drop_equal` to keep one of each.",
            "data/acme: contacts: contact_id: 1 stand more than once in rows that contradict each other, first: 2 (x.csv, line 4, x.csv, line 5). Ask which of them holds.",
        ],
    ),
    "a constant that is no word of its column": (
        (HEAD + ROW + "a\n", {"constants": {"direction": "in", "wait_s": "kurz"}}),
        [
            "params/acme.yml: sources.log.constants.direction: is no one of its words: 'in'. Allowed: inbound, outbound.",
            "params/acme.yml: sources.log.constants.wait_s: is no number from 0: 'kurz'.",
        ],
    ),
    "a required word that means nothing": (
        texts(HEAD + ROW + "a\n", values={"channel": {"phone": ""}}),
        [
            "data/acme: contacts: channel: is missing in 1 rows (x.csv, line 2), and no row may lack it. If these are no rows (a total, a note), "
            "leave them out with `ignore_rows`."
        ],
    ),
    "the end of a day as 24:00": (
        times("05.02.2025 24:00"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '05.02.2025 24:00'). The declared time_format is '%d.%m.%Y %H:%M', and the "
            "calendar or the clock has no '05.02.2025 24:00': the end of a day is 00:00 of the next. Have the export corrected."
        ],
    ),
    "a German month": (
        times("05. Mär 2025", time_format="%d. %b %Y"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '05. Mär 2025'). The declared time_format is '%d. %b %Y', and the calendar or "
            "the clock has no '05. Mär 2025': names of months and days are read in English alone. Ask for the export with months as numbers."
        ],
    ),
    "an hour of the afternoon": (
        times("05.02.2025 8:15 p.m."),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '05.02.2025 8:15 p.m.'). The declared time_format is '%d.%m.%Y %H:%M', "
            "as in 31.12.2025 14:05: for 8:15 pm or p.m. (no blank inside), write %I:%M %p in place of %H:%M."
        ],
    ),
    "a column in another form than the others": (
        ("Id;Zeit;Kanal;Ende\n1;05.02.2025 08:15;phone;06.02.2025 10:00\n", {"columns": {"resolved_ts": "Ende"}} | FORMATS),
        [
            f"{X}: Ende: 1 of 1 cells are no time for resolved_ts (line 2: '06.02.2025 10:00'). The declared format of resolved_ts is "
            "'%Y-%m-%dT%H:%M:%S', as in 2025-12-31T14:05:09. Declare the form that these cells have, under `formats` where other columns differ."
        ],
    ),
    "a negative amount as bookkeeping writes it": (
        costs("(12,50)", "5"),
        [
            f"{X}: Kosten: 1 of 2 cells are no number for cost (line 2: '(12,50)'). Numbers in brackets are negative in bookkeeping, and may be notes "
            "elsewhere: ask for the export with a minus before them."
        ],
    ),
    "a power of ten without its sign": (
        costs("12E5", decimal="."),
        [
            f"{X}: Kosten: 1 of 1 cells are no number for cost (line 2: '12E5'). A power of ten has lost digits where a spreadsheet wrote it, and may be "
            "no number at all: ask for the export with all digits (only 1e-05, the way programs write it, is read)."
        ],
    ),
    "ids with signs that nobody sees": (
        ids("47\u200b11", "47\u00a011", "4711"),
        [
            f"{X}: Id: 2 of 3 cells are no id for contact_id (line 2: '47\\u200b11', line 3: '47\\xa011'). A blank or sign that nobody sees stands inside: "
            "it would make another id of the same one. Have it taken out of the export."
        ],
    ),
    "several faults at once": (
        ("Id;Zeit;Wartezeit\n1;gestern;-1\n", {"columns": {"wait_s": "Wartezeit"}}),
        [
            "params/acme.yml: sources.log.columns.channel: unknown column 'Kanal'. The file has: Id, Zeit, Wartezeit.",
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: 'gestern'). The declared time_format is '%d.%m.%Y %H:%M', "
            "as in 31.12.2025 14:05: if the word means that there is no time, add it to `missing`.",
            f"{X}: Wartezeit: 1 of 1 cells are no number for wait_s (line 2: '-1'). A number with the decimal sign ',' was declared, not below 0. "
            "If the word means that there is no value, add it to `missing`.",
        ],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_word_for_word(log_of, name):
    (content, declared), messages = REFUSED[name]
    assert log_of(content, **declared).problems == messages


@pytest.mark.parametrize(
    ("name", "content", "problems"),
    [
        ("x.csv.gz", gzip.compress((HEAD + ROW + "a\n").encode()), []),
        ("x.CSV.GZ", gzip.compress((HEAD + ROW + "a\n").encode()), []),
        ("x.zip", zipped(**{"a.csv": HEAD + ROW + "a\n", "__MACOSX/._a.csv": "x"}), []),
        (
            "x.csv.gz",
            gzip.compress((HEAD + ROW + "a\n").encode())[:-9],
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


def test_tickets_resolved_before_they_were_opened_are_counted_or_refused(log_of):
    rows = "".join(f"{number};05.02.2025 08:15;phone;05.02.2025 {'07' if number < 27 else '09'}:15\n" for number in range(100))
    declared = {"columns": {"resolved_ts": "Gelöst"}}
    came = log_of("Id;Zeit;Kanal;Gelöst\n" + rows, max_failed_share=0.3, **declared)
    assert came.problems == []
    assert came.records[0]["noted"] == {("before", "resolved_ts < contact_ts"): 27}
    assert log_of("Id;Zeit;Kanal;Gelöst\n" + rows, max_failed_share=0.2, **declared).problems == [
        f"{X}: Gelöst (resolved_ts) lies before Zeit (contact_ts) in 27 of 100 rows (line 2: 2025-02-05 07:15:00, line 3: 2025-02-05 07:15:00, "
        "line 4: 2025-02-05 07:15:00, line 5: 2025-02-05 07:15:00, line 6: 2025-02-05 07:15:00). One of the two may be in another time zone: ask for both "
        "in one. How many rows may stay as they are, `max_failed_share` says."
    ]


def test_exports_that_overlap_keep_one_of_equal_rows_and_name_those_that_differ(came_of):
    source = {
        "table": "contacts",
        "delimiter": ";",
        "time_format": "%d.%m.%Y %H:%M",
        "columns": {"contact_id": "Id", "contact_ts": "Zeit", "channel": "Kanal", "text": "Text"},
    }
    sources = {"jan": source | {"file": "jan.csv"}, "feb": source | {"file": "feb.csv"}}
    files = {
        "jan.csv": HEAD + ROW + "a\n2;05.02.2025 08:15;phone;b\n",
        "feb.csv": HEAD + "2;05.02.2025 08:15;phone;b\n3;05.02.2025 08:15;phone;c\n",
    }
    assert came_of(files, sources).problems == [
        "data/acme: contacts: contact_id: 1 stand more than once in equal rows, first: 2 (jan.csv, line 3, feb.csv, line 2). Declare `duplicates: drop_equal` to keep one of each."
    ]
    came = came_of(files, {name: one | {"duplicates": "drop_equal"} for name, one in sources.items()})
    assert [row["contact_id"] for row in came.rows] == ["1", "2", "3"]
    assert [record["dropped"] for record in came.records] == [{}, {("equal", "contacts"): 1}]


def test_what_is_left_out_is_recorded(log_of):
    came = log_of(HEAD + ROW + "a\n" + ROW + "a\n;;;\nSumme;;;9\n", columns=TEXT, duplicates="drop_equal", ignore_rows={"Id": ["Summe"]})
    assert came.records[0]["rows_read"] == 4
    assert came.records[0]["dropped"] == {("ignored", "Id = Summe"): 1, ("repeated", ""): 1, ("empty", ""): 1}


MOMENT = datetime(2025, 2, 5, 8, 15)
TITLES = ["Id", "Zeit", "Kanal", "Wartezeit"]
SHEET = "data/acme/raw/x.xlsx [A]"


def book_cases(w):
    return {  # name: rows of sheet A, merged, declaration, (column, values) or messages
        "typed cells": ([TITLES, ["007", MOMENT, "phone", 1.5]], (), {}, ("wait_s", [1.5])),
        "formulas with their results": (
            [TITLES, [w.Formula("A9", "7"), w.Formula("B9", MOMENT), "phone", w.Formula("1+1", 2)]],
            (),
            {},
            ("wait_s", [2]),
        ),
        "a formula whose result is no text": ([TITLES, ["7", MOMENT, "phone", w.Formula('""', "")]], (), {}, ("wait_s", [None])),
        "a formula without its result": (
            [TITLES, ["7", MOMENT, "phone", w.Formula("1+1")]],
            (),
            {},
            [f"{SHEET}: 1 formulas have no stored result (D2). Open and save the file in a spreadsheet program."],
        ),
        "merged cells": (
            [TITLES, ["7", MOMENT, "phone", 1], ["8", MOMENT, None, 2]],
            ("C2:C3",),
            {},
            [f"{SHEET}: cells are merged (C2:C3): only the first of them holds the value. Unmerge them and fill each row."],
        ),
        "a merged title above the names": (
            [["Auswertung"], [], TITLES, ["7", MOMENT, "phone", 1]],
            ("A1:D1",),
            {"header_line": 2},
            ("wait_s", [1]),
        ),
        "a title above the names": (
            [["Auswertung"], [], TITLES, ["7", MOMENT, "phone", 1]],
            (),
            {},
            [f"{SHEET}: the columns' names stand in row 3, below a title. Declare `header_line: 2`."],
        ),
        "a duration beyond a day": ([TITLES, ["7", MOMENT, "phone", timedelta(hours=25, seconds=5)]], (), {}, ("wait_s", [90005])),
        "a duration, and texts on the clock, declared": (
            [TITLES, ["7", MOMENT, "phone", timedelta(hours=25, seconds=5)], ["8", MOMENT, "phone", "0:03:25"]],
            (),
            {"units": {"wait_s": "h:m:s"}},
            ("wait_s", [90005, 205]),
        ),
        "a duration where minutes were declared": (
            [TITLES, ["7", MOMENT, "phone", timedelta(minutes=3, seconds=25)], ["8", MOMENT, "phone", 3]],
            (),
            {"units": {"wait_s": "min"}},
            [
                "data/acme/raw/x.xlsx: Wartezeit: 1 of 2 cells are no number for wait_s (row 2: '0:03:25'). "
                "The unit 'min' was declared, and these are durations on the clock: declare `units: {wait_s: 'h:m:s'}`."
            ],
        ),
        "a duration where a plain number was declared": (
            [["Id", "Zeit", "Kanal", "Kosten"], ["7", MOMENT, "phone", timedelta(hours=12, minutes=50)]],
            (),
            {"columns": {"cost": "Kosten"}},
            [
                "data/acme/raw/x.xlsx: Kosten: 1 of 1 cells are no number for cost (row 2: '12:50:00'). "
                "Durations need a column whose name says their unit, _s for seconds or _h for hours, as a feature under `extra` may have it."
            ],
        ),
        "numbers and texts in one column": (
            [TITLES, ["7", MOMENT, "phone", "1,5"], ["8", MOMENT, "phone", 3.25]],
            (),
            {},
            ("wait_s", [1.5, 3.25]),
        ),
        "a text that is no number": (
            [TITLES, ["7", MOMENT, "phone", "1.5"], ["8", MOMENT, "phone", 3.25]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Wartezeit: 1 of 2 cells are no number for wait_s (row 2: '1.5'). The declared decimal sign is ',', "
                "and these numbers have '.' there: declare `decimal`, or ask for one sign."
            ],
        ),
        "an error": (
            [TITLES, ["7", MOMENT, "phone", w.Fault("#N/A")]],
            (),
            {},
            [
                f"{SHEET}: 1 cells hold a formula's error instead of a value (D2). Mend the formulas, or add the error's word (#N/A, as English Excel writes it) "
                "to `missing` if it means that there is no value."
            ],
        ),
        "an error that means nothing": (
            [TITLES, ["7", MOMENT, "phone", w.Fault("#N/A")]],
            (),
            {"missing": ["", "#N/A"]},
            ("wait_s", [None]),
        ),
        "days stored as numbers": (
            [TITLES, ["7", 45693, "phone", 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Zeit: 1 of 1 cells are no time for contact_ts (row 2: '45693'). The declared time_format is '%d.%m.%Y %H:%M'. "
                "These are day numbers of a spreadsheet: format the column there as a date, and save or export it again."
            ],
        ),
        "seconds that the format would lose": (
            [TITLES, ["7", MOMENT + timedelta(seconds=30), "phone", 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Zeit: 1 of 1 cells are no time for contact_ts (row 2: '2025-02-05 08:15:30'). The declared time_format is '%d.%m.%Y %H:%M', "
                "which has no place for the seconds of these cells: write it as in %d.%m.%Y %H:%M:%S."
            ],
        ),
        "ids as numbers": (
            [TITLES, ["0047", MOMENT, "phone", 1], [48, MOMENT, "phone", 1]],
            (),
            {"id_width": {"contact_id": 4}},
            ("contact_id", ["0047", "0048"]),
        ),
        "ids as numbers, not declared": (
            [TITLES, ["0047", MOMENT, "phone", 1], [48, MOMENT, "phone", 1]],
            (),
            {},
            [
                f"{SHEET}: Id: 1 ids are numbers and have lost their leading zeros, which others still have (A3). Declare how many digits they have: `id_width: {{contact_id: …}}`."
            ],
        ),
        "ids as days": (
            [TITLES, [date(2025, 2, 1), MOMENT, "phone", 1]],
            (),
            {},
            [f"{SHEET}: Id: 1 ids have become days or times (A2). Ask for this column as text."],
        ),
        "ids of 16 digits as numbers": (
            [TITLES, [1234567890123456, MOMENT, "phone", 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Id: 1 of 1 cells are no id for contact_id (row 2: '1.234568E+15'). "
                "A spreadsheet has turned long numbers into powers of ten and lost their last digits: ask for the export with this column as text."
            ],
        ),
        "a total row": (
            [TITLES, ["7", MOMENT, "phone", 1], ["Gesamtergebnis", None, None, 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Id: 1 of 2 cells are no id for contact_id (row 3: 'Gesamtergebnis'). "
                "This looks like the total of a table: leave the row out with `ignore_rows`, here the word 'Gesamtergebnis'."
            ],
        ),
        "ids that are flags or fractions": (
            [TITLES, [True, MOMENT, "phone", 1], [4.5, MOMENT, "phone", 1]],
            (),
            {},
            [f"{SHEET}: Id: 2 ids are fractions, or TRUE or FALSE (A2, A3). Ask for this column as text."],
        ),
        "texts as days": (
            [["Id", "Zeit", "Kanal", "Stand"], ["7", MOMENT, "phone", date(2025, 2, 1)]],
            (),
            {"columns": {"status": "Stand"}},
            [
                f"{SHEET}: Stand: 1 texts have become days or times (D2). Ask for this column as text. How many may stay as days, `max_failed_share` says."
            ],
        ),
        "durations beside parts of a day": (
            [TITLES, ["7", MOMENT, "phone", timedelta(seconds=205)], ["8", MOMENT, "phone", 205 / 86400]],
            (),
            {},
            [
                f"{SHEET}: Wartezeit: 1 cells hold a number below 1 that may be a part of a day (D3). Format the whole column as a duration ([h]:mm:ss)."
            ],
        ),
        "parts of a day alone": (
            [TITLES, ["7", MOMENT, "phone", 205 / 86400], ["8", MOMENT, "phone", 0]],
            (),
            {},
            [
                f"{SHEET}: Wartezeit: 1 cells hold a number below 1 that may be a part of a day (D2). Format the whole column as a duration ([h]:mm:ss). "
                "If they are parts of a second indeed, declare `s` for this column under `units`."
            ],
        ),
        "parts of a second, declared": ([TITLES, ["7", MOMENT, "phone", 0.25]], (), {"units": {"wait_s": "s"}}, ("wait_s", [0.25])),
        "a number of 16 digits": (
            [["Id", "Zeit", "Kanal", "Kosten"], ["7", MOMENT, "phone", 1234567890123456]],
            (),
            {"columns": {"cost": "Kosten"}},
            ("cost", [1234567890123456]),
        ),
        "percents, formatted and written, declared": (
            [
                ["Id", "Zeit", "Kanal", "Rabatt"],
                *([str(n), MOMENT, "phone", cell] for n, cell in enumerate([w.Percent(0.12), w.Percent(0.125, True), "12 %"])),
            ],
            (),
            {"columns": {"cost": "Rabatt"}, "units": {"cost": "%"}},
            ("cost", [12, 12.5, 12]),
        ),
        "percents beside plain numbers": (
            [["Id", "Zeit", "Kanal", "Rabatt"], ["7", MOMENT, "phone", w.Percent(0.12)], ["8", MOMENT, "phone", 12]],
            (),
            {"columns": {"cost": "Rabatt"}},
            [
                f"{SHEET}: Rabatt: 1 cells are percents (D2), 1 are plain numbers (D3): 12 % is stored as 0.12. Format the whole column alike."
            ],
        ),
        "a percent that lost its format": (
            [["Id", "Zeit", "Kanal", "Rabatt"], ["7", MOMENT, "phone", "12 %"], ["8", MOMENT, "phone", 0.12]],
            (),
            {"columns": {"cost": "Rabatt"}, "units": {"cost": "%"}},
            [
                f"{SHEET}: Rabatt: 1 cells are percents (D2), 1 are plain numbers (D3): 12 % is stored as 0.12. Format the whole column alike."
            ],
        ),
        "an empty sheet": ([], (), {}, [f"{SHEET}: is empty or shorter than header_line (1). Name the sheet that holds the rows."]),
    }


BOOKS = list(book_cases(type("W", (), dict.fromkeys(("Formula", "Fault", "Percent"), lambda *_: None))))


@pytest.mark.parametrize("name", BOOKS)
def test_workbooks_come_out_right_or_are_refused_word_for_word(log_of, workbooks, tmp_path, name):
    rows, merged, declared, expected = book_cases(workbooks)[name]
    path = workbooks.workbook(tmp_path / "made.xlsx", {"A": rows}, {"A": merged})
    came = log_of(path.read_bytes(), "x.xlsx", format="excel", **{"columns": WAIT} | declared)
    if isinstance(expected, list):
        assert came.problems == expected
    else:
        assert came.problems == []
        assert [row.get(expected[0]) for row in came.rows] == expected[1]


def test_hidden_rows_and_days_that_are_borne_are_counted(log_of, workbooks, tmp_path):
    rows = [["Id", "Zeit", "Kanal", "Stand"], ["1", MOMENT, "phone", date(2025, 2, 1)], ["2", MOMENT, "phone", "1-3"]]
    book = workbooks.workbook(tmp_path / "made.xlsx", {"A": rows}, hidden=[3]).read_bytes()
    came = log_of(book, "x.xlsx", format="excel", columns={"status": "Stand"}, max_failed_share=0.5)
    assert [row["status"] for row in came.rows] == ["2025-02-01 00:00:00", "1-3"]
    assert came.records[0]["noted"] == {("day_in_text", "Stand"): 1, ("hidden", ""): 1}


def test_hours_of_a_spreadsheet_become_hours(came_of, workbooks, tmp_path):
    rows = [["Kanal", "Wer", "Lösung", "Uhr", "Anteil"], ["phone", "KC", timedelta(hours=26), "calendar", 0.8]]
    columns = {"channel": "Kanal", "owner": "Wer", "resolution_h": "Lösung", "clock": "Uhr", "target_share": "Anteil"}
    book = workbooks.workbook(tmp_path / "made.xlsx", {"A": rows}).read_bytes()
    source = {"table": "service_levels", "file": "x.xlsx", "format": "excel", "columns": columns, "constants": {"variant": "offered"}}
    came = came_of({"x.xlsx": book}, {"levels": source})
    assert came.problems == []
    assert (came.rows[0]["resolution_h"], came.rows[0]["target_share"]) == (26, 0.8)
    assert came_of({"x.xlsx": book}, {"levels": source | {"units": {"target_share": "%"}}}).problems == [
        "data/acme/raw/x.xlsx: Anteil: 1 of 1 cells are no number for target_share (row 2: '0.8'). "
        "Percents up to 100 were declared, and 0.8 without its sign may be a share already: if all cells are shares from 0 to 1, leave the unit out."
    ]


def test_a_second_sheet_has_to_be_chosen(log_of, workbooks, tmp_path):
    sheets = {"2025": [TITLES, ["1", MOMENT, "phone", 1]], "2026": [TITLES, ["2", MOMENT, "phone", workbooks.Formula("1")]]}
    book = workbooks.workbook(tmp_path / "made.xlsx", sheets, files=["sheet2.xml", "sheet1.xml"]).read_bytes()  # the sheets were moved
    assert log_of(book, "x.xlsx", format="excel", columns=WAIT).problems == [
        "data/acme/raw/x.xlsx: has several sheets; declare one under `sheet`. Sheets: 2025, 2026."
    ]
    assert [row["contact_id"] for row in log_of(book, "x.xlsx", format="excel", columns=WAIT, sheet="2025").rows] == ["1"]
    assert (
        log_of(book, "x.xlsx", format="excel", columns=WAIT, sheet="2026")
        .problems[0]
        .startswith("data/acme/raw/x.xlsx [2026]: 1 formulas have no stored result (D2)")
    )
    assert log_of(book, "x.xlsx", format="excel", columns=WAIT, sheet="2024").problems == [
        "data/acme/raw/x.xlsx: there is no sheet '2024' (did you mean '2026'?). Sheets: 2025, 2026."
    ]


def test_days_count_from_1904_where_the_workbook_says_so(log_of, workbooks, tmp_path):
    book = workbooks.workbook(tmp_path / "made.xlsx", {"A": [TITLES, ["1", MOMENT - timedelta(days=1462), "phone", 1]]}, since_1904=True)
    assert log_of(book.read_bytes(), "x.xlsx", format="excel").rows[0]["contact_ts"].astimezone(UTC) == datetime(
        2025, 2, 5, 7, 15, tzinfo=UTC
    )


SURVEY = {
    "table": "responses",
    "columns": {"response_id": "ResponseId", "respondent_id": "ResponseId"},
    "constants": {"survey_id": "s", "wave": "1", "survey_ts": "2025-02-05"},
}
SCALES = {"scales": {"mark": {"low": 1, "high": 6, "best": "low", "states": {"8": "not_used"}}, "ten": {"low": 0, "high": 10}}}
MARK = {"item_type": "actual", "scale": "mark"}


def test_a_qualtrics_file_with_a_line_break_in_its_second_header_and_previews(came_of):
    content = (
        "StartDate,Status,ResponseId,Q1\n"
        'Start Date,Response Type,Response ID,"Wie zufrieden waren Sie\nmit der Hotline?"\n'
        '"{""ImportId"":""startDate""}","{""ImportId"":""status""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
        "2025-02-05,IP Address,R_1,2\n2025-02-05,Survey Preview,R_2,1\n2025-02-05,Spam,R_3,6\n"
    )
    source = SURVEY | {"file": "q.csv", "format": "qualtrics", "items": {"Q1": MARK}, "ignore_rows": {"ResponseId": ["R_3"]}}
    came = came_of({"q.csv": content}, {"survey": source}, SCALES)
    assert came.problems == []
    assert [(row["response_id"], row["value"]) for row in came.rows] == [("R_1", 5)]
    assert came.records[0]["dropped"] == {("ignored", "Status = Survey Preview"): 1, ("ignored", "ResponseId = R_3"): 1}


def test_words_that_no_row_holds_are_noted(log_of):
    declared = {"ignore_rows": {"Id": ["Tset"], "Kanal": ["Fax "]}, "values": {"channel": {"Tel": "phone", "Fax": "fax", "Telex": "other"}}}
    came = log_of(HEAD + "1;05.02.2025 08:15; Tel;a\n", **declared)
    assert came.problems == []
    assert came.records[0]["noted"] == {("word_without_row", "Kanal = Fax, Fax , Telex"): 0, ("word_without_row", "Id = Tset"): 0}


def test_a_row_counts_for_one_of_the_reasons_to_leave_it_out(log_of):
    came = log_of(HEAD + ROW + "a\nTest;05.02.2025 08:15;fax;a\n", ignore_rows={"Id": ["Test"], "Kanal": ["fax"]})
    assert came.records[0]["dropped"] == {("ignored", "Id = Test"): 1}
    assert came.records[0]["noted"] == {}


def test_a_survey_with_words_and_codes_among_its_marks(came_of):
    content = "ResponseId;Q1;Frei\n1;99;a; b\n".replace("a; b", '"a; b"') + "2;k. A.;=1+1\n3;−9;NA\n4;8;\n5;2,5; \n"
    source = SURVEY | {
        "file": "u.csv",
        "delimiter": ";",
        "decimal": ",",
        "missing": ["", "k. A."],
        "items": {"Q1": MARK, "Frei": {"item_type": "open_text"}},
    }
    assert came_of({"u.csv": content}, {"survey": source}, SCALES).problems == [
        "data/acme/raw/u.csv: Q1: 2 of 5 answers lie outside the scale 'mark' (1 to 6): line 2: '99', line 4: '−9'. "
        "If a code means never used or no answer, declare it under `scales: {mark: {states: …}}`."
    ]
    came = came_of({"u.csv": content.replace("99", "1").replace("−9", "6")}, {"survey": source}, SCALES)
    marks = [(row["state"], row.get("value")) for row in came.rows if row["item_id"] == "Q1"]
    assert marks == [("answered", 6), ("no_answer", None), ("answered", 1), ("not_used", None), ("answered", 4.5)]
    assert [row.get("text") for row in came.rows if row["item_id"] == "Frei"] == ["a; b", "=1+1", "NA", None, None]


def test_one_export_filled_in_twice_is_named_with_its_lines(came_of):
    source = SURVEY | {"file": "u.csv", "delimiter": ";", "items": {"Q1": MARK}}
    assert came_of({"u.csv": "ResponseId;Q1\n1;2\n2;3\n1;2\n"}, {"survey": source}, SCALES).problems == [
        "data/acme: responses: response_id + item_id: 1 stand more than once in equal rows, first: 1 + Q1 (u.csv, line 2, u.csv, line 4). "
        "Declare `duplicates: drop_equal` to keep one of each."
    ]
