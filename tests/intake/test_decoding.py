"""Bytes become UTF-8 with plain line ends, or are refused with their line."""

import pytest

from cxlib.errors import DataError
from cxlib.intake.decoding import transcode
from cxlib.params import Source


@pytest.fixture
def decoded(tmp_path):
    def run(content, encoding="utf-8"):
        path, text = tmp_path / "x.csv", tmp_path / "x.txt"
        path.write_bytes(content)
        tally = transcode(path, Source(table="contacts", file="x.csv", encoding=encoding), "x.csv", text)
        return text.read_bytes().decode(), tally.count()

    return run


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Köln,1\r\nUlm,2\r".encode("cp1252"), "cp1252"),
        ("Köln,1\nUlm,2\n".encode("utf-16"), "cp1252"),
        ("\ufeff\ufeffKo\u0308ln,1\rUlm,2\r".encode(), "cp1252"),
    ],
)
def test_whatever_the_bytes_are_the_text_is_the_same(decoded, content, encoding):
    assert decoded(content, encoding) == ("Köln,1\nUlm,2\n", 2)


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (b"a\n\x00", "utf-8", "x.csv, line 2: holds a NUL character, which no text has."),
        (b"a\n\x80", "iso-8859-15", "x.csv, line 2: is not iso-8859-15 (byte 0x80 is no letter there, but one on Windows)."),
        (b"a\n\x81", "cp1252", "x.csv, line 2: is not utf-8 (byte 0x81), and not cp1252 either."),
        (b"a\nK\xc3", "utf-8", "x.csv, line 2: breaks off in the middle of a letter"),
        (b"PK\x03\x04", "utf-8", "x.csv: is no delimited text, but an Excel workbook or a zip archive."),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(decoded, content, encoding, message):
    with pytest.raises(DataError) as error:
        decoded(content, encoding)
    assert str(error.value).startswith(message)
