"""Delimited text files, read strictly: declared dialect, every cell text, every line as wide as the header."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.params import Source

__all__ = ["Raw", "read_delimited"]

_BOMS: tuple[tuple[bytes, str], ...] = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
_BOMS += ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
EXAMPLES = 5


@dataclass(frozen=True, eq=False)
class Raw:
    """A raw table: every cell text, and for each row the line of the file it began on."""

    cells: pd.DataFrame
    lines: pd.Series


def read_delimited(path: Path, source: Source, where: str) -> Raw:
    """Read a delimited file as text.

    Parameters
    ----------
    path : Path
    source : Source
        Declares encoding, delimiter and quote.
    where : str
        How messages name the file.

    Raises
    ------
    DataError
        For undecodable bytes, an empty file, doubled or empty column names, an unclosed quote and rows of another width,
        each with its line.
    """
    text = _decoded(path.read_bytes(), source.encoding, where)
    if not text.strip():
        raise DataError(f"{where}: is empty. Ask for the export again.")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise DataError(f"{where}, line {line}: holds a NUL character, which no text has. The export is damaged: ask for it again.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter, quotechar=source.quote, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    begins = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{where}, line {begins}: {error}. A quote that opens here is not closed as it should be.") from error
    header = rows[0]
    _check_header(header, source, where)
    if len(rows) == 1:
        raise DataError(f"{where}: holds the columns' names and no row below them. Ask for the export again.")
    ragged = [(line, len(row)) for line, row in zip(lines[1:], rows[1:], strict=True) if len(row) != len(header)]
    if ragged:
        shown = "; ".join(f"line {line}: {width}" for line, width in ragged[:EXAMPLES])
        raise DataError(
            f"{where}: {len(ragged)} rows do not have the header's {len(header)} cells ({shown}). "
            f"A {source.delimiter!r} inside a text needs quotes around it; a last line may be cut off."
        )
    return Raw(pd.DataFrame(rows[1:], columns=header, dtype="str"), pd.Series(lines[1:], dtype="int64"))


def _decoded(content: bytes, declared: str, where: str) -> str:
    """Decode by byte-order mark, else strictly as utf-8, else strictly as declared; never by guessing."""
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    if encoding is None:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            if declared.casefold().replace("_", "-") in ("utf-8", "utf8"):
                line = content.count(b"\n", 0, error.start) + 1
                raise DataError(
                    f"{where}, line {line}: is not utf-8 (byte 0x{content[error.start]:02x}). "
                    "Declare the encoding in params, for instance `encoding: cp1252` for an export from Windows."
                ) from error
            encoding = declared
    try:
        return content.decode(encoding)
    except LookupError as error:
        raise DataError(f"{where}: encoding: there is no encoding {encoding!r}. Write it as in utf-8 or cp1252.") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{where}, line {line}: is neither utf-8 nor {encoding} (byte 0x{content[error.start]:02x}).") from error


def _check_header(header: list[str], source: Source, where: str) -> None:
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise DataError(*(f"{where}: the column {name!r} stands {header.count(name)} times in the header. Rename one." for name in doubled))
    if len(header) == 1:
        raise DataError(
            worded(
                where, f"only one column was found with the delimiter {source.delimiter!r}:", header[0][:80], do="Declare the `delimiter`."
            )
        )
