"""Packed files are opened, and files that are no text are known by their first bytes."""

import gzip
import zipfile

import pytest

from cxlib.errors import DataError
from cxlib.intake.unpack import no_text, unpacked


def content_of(path):
    with unpacked(path, path.name) as file:
        return file.read()


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.zip", "X.GZ"])
def test_a_file_is_read_whatever_packs_it(tmp_path, name):
    path = tmp_path / name
    if name.lower().endswith("gz"):
        path.write_bytes(gzip.compress(b"a;b", mtime=0))
    elif name.endswith("zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("folder/", "")
            archive.writestr("folder/x.csv", b"a;b")
            archive.writestr("__MACOSX/._x.csv", b"?")
    else:
        path.write_bytes(b"a;b")
    assert content_of(path) == b"a;b"


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.gz", gzip.compress(b"a" * 99, mtime=0)[:-4]), ("x.gz", b"a;b"), ("x.zip", b"PK\x03\x04"), ("x.gz", b"\x1f\x8b\x08" + b"x" * 30)],
)
def test_a_damaged_package_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{name}: the packed file is cut off or damaged. Ask for it again."):
        content_of(tmp_path / name)


def test_a_package_with_a_password_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.csv", b"a;b")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of an encrypted entry
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match="x.zip: is protected by a password. Unpack it and name the file within."):
        content_of(path)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0", ".xls"),
        (b"$FL2", "SPSS"),
        (b"SQLi", "SQLite"),
        (b"<!DO", "web page"),
        (b"%PDF", "PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip. Unpack it first"),
        (b"BZh91AY&SY", "bzip2. Unpack it first"),
        (b"\xfd7zXZ\x00", "xz. Unpack it first"),
        (b"\x28\xb5\x2f\xfd", "zstd. Unpack it first"),
        (b"Rar!\x1a\x07", "RAR. Unpack it first"),
        (b"{\\rtf1\\ansi", "save the table as .xlsx or CSV"),
        (b'<?xml version="1.0"?>', "spreadsheet of 2003"),
        (b"\xef\xbb\xbf\r\n<html>", "web page"),
    ],
)
def test_what_is_no_text_is_known(start, told):
    assert told in no_text(start)


@pytest.mark.parametrize("start", [b"", b"Id;Z", b"\xef\xbb\xbfI", b"\xff\xfeI\x00", b"<1;2", b"BZhx;y", b"7z;y"])
def test_text_is_text(start):
    assert no_text(start) is None
