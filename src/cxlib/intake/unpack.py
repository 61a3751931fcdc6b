"""Opening a raw file, packed or plain, and knowing by its first bytes that it is no text at all."""

from __future__ import annotations

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cxlib.errors import DataError

__all__ = ["no_text", "unpacked"]

_MARKS = {
    b"PK\x03\x04": "an Excel workbook or a zip archive. Declare `format: excel`, or let the name end in .zip",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls) or one with a password. Save it as .xlsx without a password, or as CSV",
    b"\x1f\x8b": "packed by gzip. Let the name end in .gz",
    b"7z\xbc\xaf": "packed by 7-Zip. Unpack it first",
    b"\xfd7zX": "packed by xz. Unpack it first",
    b"\x28\xb5\x2f\xfd": "packed by zstd. Unpack it first",
    b"Rar!": "packed by RAR. Unpack it first",
    **{b"BZh%d" % level: "packed by bzip2. Unpack it first" for level in range(1, 10)},
    b"{\\rt": "a text of a word processor (RTF). Open it there and save the table as .xlsx or CSV",
    b"<?xm": "an XML file, such as a spreadsheet of 2003. Open it in a spreadsheet program and save it as .xlsx or CSV",
    b"PAR1": "a Parquet file. Declare `format: parquet`",
    b"$FL2": "an SPSS file. Declare `format: spss`",
    b"$FL3": "an SPSS file (.zsav). Declare `format: spss`",
    b"SQLi": "a SQLite database. Declare `format: sql` and a `query`",
    b"%PDF": "a PDF. Ask for the export as a table",
}


def no_text(start: bytes) -> str | None:
    """Say what a file is when its first bytes show that it is no delimited text, and what to do.

    >>> no_text(b"PAR1")
    'a Parquet file. Declare `format: parquet`'
    """
    start = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if start[:2].lower() in (b"<h", b"<t", b"<!"):
        return "a web page. Open it in a spreadsheet program and save it as .xlsx or .csv"
    return next((said for mark, said in _MARKS.items() if start.startswith(mark)), None)


@contextmanager
def unpacked(path: Path, where: str) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes: plain, ``.gz``, or the one file of a ``.zip``.

    Raises
    ------
    DataError
        For a packed file that is cut off, damaged, protected by a password, or holds several files.
    """
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as packed:
                yield packed  # type: ignore[misc]
        elif path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive, archive.open(_only(archive, where)) as member:
                yield member
        else:
            with path.open("rb") as plain:
                yield plain
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise DataError(f"{where}: the packed file is cut off or damaged. Ask for it again.") from error


def _only(archive: zipfile.ZipFile, where: str) -> str:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")]
    if len(entries) != 1:
        raise DataError(f"{where}: holds {len(entries)} files. Unpack it and name one of them.")
    if entries[0].flag_bits & 1:
        raise DataError(f"{where}: is protected by a password. Unpack it and name the file within.")
    return entries[0].filename
