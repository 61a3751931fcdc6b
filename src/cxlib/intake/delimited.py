"""Delimited text files, read strictly: declared dialect, every cell text, every line as wide as the header.

DuckDB reads the rows; it stops at the first fault. Then, and only then, the file is read once more line by line, so that every
fault is named with its line. The number of records is counted independently: a reader that lost rows would be found out.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TextIO

from cxlib.errors import DataError, worded
from cxlib.intake.headers import bare, declared, distinct, doubled
from cxlib.intake.qualtrics import header_faults
from cxlib.intake.tally import Tally, plain_line_ends
from cxlib.intake.unpack import no_text, unpacked
from cxlib.intake.workbench import Raw, Workbench, identifier, literal
from cxlib.params import Source, composed

__all__ = ["read_delimited"]

EXAMPLES = 5
SHAPES = 200  # shapes of first cells that show how a row begins
CHUNK = 1 << 20  # characters; what is worked on at a time stays near the processor
LOOK_AHEAD = 30  # lines in which a header that stands too low is looked for
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")  # in UTF-8; Windows encodings have letters and quotes there
_MARKS = (b"\xcc", b"\xcd")  # with one of them begins every mark that is a sign of its own; looking for bytes costs next to nothing
LONGEST_RECORD = 64 << 20  # bytes; a mail with its whole thread fits many times


def read_delimited(path: Path, source: Source, where: str, name: str, bench: Workbench, timezone: str = "UTC") -> Raw:
    """Lay a delimited file on the workbench, every cell text.

    Parameters
    ----------
    path : Path
        Plain, or packed as ``.gz`` or as a ``.zip`` of one file.
    source : Source
        Declares encoding, delimiter, quote, header_line and skip_after_header.
    where : str
        How messages name the file.
    name : str
        Name of the table on the bench.
    bench : Workbench
    timezone : str
        The client's, with which Qualtrics' own is compared.

    Returns
    -------
    Raw

    Raises
    ------
    DataError
        For undecodable bytes, NUL characters, an empty file, doubled or empty column names, declared columns that are not there,
        an unclosed quote and rows of another width, each with its line, all of one kind at once.
    """
    text = bench.folder / f"{name}.txt"
    tally = _transcode(path, source, where, text)
    header = _header(text, source, where, timezone)
    columns = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in header)
    skipped = _records_before_rows(text, source)
    reading = (
        f"read_csv({literal(str(text))}, auto_detect = false, header = false, skip = {skipped}, delim = {literal(source.delimiter)}, "
        f"quote = {literal(source.quote)}, escape = {literal(source.quote)}, new_line = '\\n', strict_mode = true, null_padding = false, "
        f"nullstr = [{literal(chr(1) + 'none' + chr(1))}], comment = '', "
        f"max_line_size = {LONGEST_RECORD}, buffer_size = {2 * LONGEST_RECORD}, "
        f"columns = {{{columns}}})"
    )
    bench.run(f"CREATE VIEW {identifier(name)} AS SELECT (row_number() OVER () - 1)::BIGINT AS row, * FROM {reading}")
    counted, above = tally.count(), source.header_line + source.skip_after_header
    if counted is None:
        counted = _explain(text, source, where, header)
    lines = _Lines(text, source)
    return Raw(name, tuple(header), max(counted - above, 0), lines, {}, tally.doubtful, lambda: _explain(text, source, where, header))


class _Lines:
    """Row number → line of the file, looked up only when a message needs it."""

    def __init__(self, text: Path, source: Source) -> None:
        self.text, self.source = text, source
        self.known: list[int] | None = None

    def __call__(self, row: int) -> str:
        if self.known is None:
            with _open(self.text) as file:
                begins = [line for line, cells in _records(file, self.source) if cells]
            self.known = begins[self.source.header_line + self.source.skip_after_header :]
        return f"line {self.known[row]}" if row < len(self.known) else f"row {row + 1}"


def _open(text: Path) -> TextIO:
    return text.open(encoding="utf-8", newline="\n")


def _records(file: TextIO, source: Source) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it begins on; a fault carries its line as well."""
    reader = csv.reader(file, delimiter=source.delimiter, quotechar=source.quote, strict=True)
    csv.field_size_limit(LONGEST_RECORD)
    begins = 1
    try:
        for record in reader:
            yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(begins, str(error)) from error


def _transcode(path: Path, source: Source, where: str, text: Path) -> Tally:
    """Write the file as UTF-8 with plain line ends and return what was counted on the way.

    The encoding is that of a byte-order mark; else utf-8, strictly; else the declared one, strictly; never a guess.
    """
    with unpacked(path, where) as file:
        start = file.read(16)
    if other := no_text(start):
        raise DataError(f"{where}: is no delimited text, but {other}.")
    encoding = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    tried = [encoding] if encoding else list(dict.fromkeys(["utf-8", source.encoding.casefold().replace("_", "-")]))
    faults: list[str] = []
    for name in tried:
        try:
            return _copy(path, name, source, where, text)
        except LookupError as error:
            raise DataError(f"{where}: encoding: there is no encoding {name!r}. Write it as in utf-8 or cp1252.") from error
        except DataError as error:  # NUL characters: UTF-16 without its mark decodes as UTF-8
            if name == tried[-1]:
                raise
            faults.append(str(error))
        except UnicodeDecodeError as error:
            faults.append(_undecodable(path, where, name, error))
    if encoding:
        raise DataError(f"{faults[0]} Ask for the export again.")
    declared = tried[-1]
    if "breaks off" in faults[0]:
        raise DataError(faults[0])
    if declared in ("utf-8", "utf8"):
        raise DataError(f"{faults[0]} Declare the encoding in params, for instance `encoding: cp1252` for an export from Windows.")
    raise DataError(
        f"{faults[0].removesuffix('.')}, and not {declared} either. Parts of it may come from another system: ask for one encoding. "
        "If all of it comes from an old host or a Mac, declare `encoding: cp850` or `mac-roman`."
    )


def _copy(path: Path, encoding: str, source: Source, where: str, text: Path) -> Tally:
    """Write the decoded text as UTF-8 with plain line ends; refuse characters that no text has on the way."""
    tally, latin = Tally(source), codecs.lookup(encoding).name.startswith("iso8859")
    with (
        unpacked(path, where) as file,
        io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="\n") as reader,
        text.open("wb") as target,
    ):
        chunk = _next(reader).lstrip("\ufeff")  # one more mark than the encoding takes off, from files put together
        while chunk:
            content = chunk.encode("utf-8")
            if any(mark in content for mark in _MARKS):
                content = composed(chunk).encode("utf-8")
            content = plain_line_ends(content)
            if b"\x00" in content:
                raise DataError(
                    f"{where}, line {tally.line(content, content.index(0))}: holds a NUL character, which no text has. "
                    "The export is damaged: ask for it again. If it is UTF-16 without a byte-order mark, declare `encoding: utf-16-le`."
                )
            if latin and (control := _CONTROL.search(content)):
                raise DataError(
                    f"{where}, line {tally.line(content, control.start())}: is not {encoding} "
                    f"(byte 0x{control[0][1]:02x} is no letter there, but one on Windows). Declare `encoding: cp1252`."
                )
            tally.add(content)
            target.write(content)
            chunk = _next(reader)
    return tally


def _next(reader: TextIO) -> str:
    """Return the next piece of a text, up to the end of a line where lines are not endless: no letter and no line end is torn apart."""
    chunk = reader.read(CHUNK)
    chunk += reader.readline(CHUNK) if chunk else ""
    return chunk + reader.read(1) if chunk.endswith("\r") else chunk


def _undecodable(path: Path, where: str, encoding: str, error: UnicodeDecodeError) -> str:
    """Find the first line that does not decode; the decoder itself only knows its own chunk."""
    if encoding.startswith(("utf-16", "utf-32")):  # their line ends are more than one byte long
        return f"{where}: is not {encoding} ({error.reason}): it may be cut off."
    with unpacked(path, where) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as fault:
                if encoding == "utf-8" and fault.reason == "unexpected end of data" and fault.start > 0 and not line.endswith(b"\n"):
                    return f"{where}, line {number}: breaks off in the middle of a letter: the file is cut off. Ask for the export again."
                return f"{where}, line {number}: is not {encoding} (byte 0x{line[fault.start]:02x})."
    return f"{where}: is not {encoding} ({error.reason})."


def _header(text: Path, source: Source, where: str, timezone: str) -> list[str]:
    """Return the column names; a header that stands lower than declared is named."""
    with _open(text) as file:
        try:
            first = []
            for _, record in islice(_records(file, source), LOOK_AHEAD):
                first += [record] if record else []
        except csv.Error as error:
            if not first:
                raise DataError(f"{where}, line {error.args[0]}: {_misquoted(error.args[1])}") from error
    if not any(cell.strip() for record in first for cell in record):
        raise DataError(f"{where}: is empty. Ask for the export again.")
    if len(first) < source.header_line:
        raise DataError(f"{where}: has {len(first)} lines, but header_line is {source.header_line}. Correct header_line.")
    header = [bare(name) for name in first[source.header_line - 1]]
    wanted = declared(source)
    if wanted and not wanted & set(header):
        lower = [number for number, record in enumerate(first, start=1) if wanted & set(map(bare, record))]
        if lower:
            raise DataError(f"{where}: the columns' names stand in line {lower[0]}, below a title. Declare `header_line: {lower[0]}`.")
    problems = [*doubled(header, source, where), *header_faults(first, source, where, timezone)]
    if len(header) == 1 and len(wanted) > 1:
        problems.append(
            worded(
                where, f"only one column was found with the delimiter {source.delimiter!r}:", header[0][:80], do="Declare the `delimiter`."
            )
        )
    if problems:
        raise DataError(*problems)
    return distinct(header)


def _records_before_rows(text: Path, source: Source) -> int:
    """Count records up to the first row, as DuckDB skips them: blank lines count, line breaks within quotes do not."""
    found = 0
    with _open(text) as file, suppress(csv.Error):  # told when the rows are read
        for number, (_, record) in enumerate(_records(file, source), start=1):
            found += bool(record)
            if found == source.header_line + source.skip_after_header:
                return number
    return 0


def _explain(text: Path, source: Source, where: str, header: list[str]) -> int:
    """Read line by line: raise with everything that is out of shape, or return how many records there are."""
    ragged: list[tuple[int, list[str]]] = []
    swallowed: list[int] = []
    firsts: set[str] = set()
    found, fault = 0, ""
    with _open(text) as file:
        try:
            for line, record in _records(file, source):
                found += bool(record)
                if not record or found <= source.header_line:
                    continue
                firsts |= {_looks(record[0])} if len(firsts) < SHAPES else set()
                if len(record) != len(header):
                    ragged.append((line, record))
                if source.rows_in_quotes == "refuse" and _swallows(record, source, firsts):
                    swallowed.append(line)
        except csv.Error as error:
            fault = f"{where}, line {error.args[0]}: {_misquoted(error.args[1])}"
    problems = [*_widths(where, ragged, header, source), *([fault] if fault else [])]
    if swallowed:
        shown = ", ".join(f"line {at}" for at in swallowed[:EXAMPLES])
        problems.append(
            f"{where}: {len(swallowed)} quoted texts run over lines that look like rows of their own ({shown}): "
            "a quote is missing at their end, or one too many at their beginning. "
            "Where texts hold such lines indeed, declare `rows_in_quotes: keep`."
        )
    if problems:
        raise DataError(*problems)
    return found


def _swallows(record: list[str], source: Source, firsts: set[str]) -> bool:
    """Tell whether a cell runs over a line that begins as rows begin: with a first cell of the same shape and a delimiter behind it."""
    lines = [line for cell in record for line in cell.split("\n")[1:]]
    begins = [line.split(source.delimiter)[0] for line in lines if source.delimiter in line]
    return any(_looks(first) in firsts for first in begins)


def _looks(cell: str) -> str:
    """Return a cell's shape: letters as a, digits as 0."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", cell.strip()))


def _misquoted(error: str) -> str:
    if "unexpected end" in error:
        return "a quote opens here that is never closed. Close it, or double it where it belongs to the text."
    if "expected after" in error:
        return "a quoted text goes on behind its closing quote. Double a quote that belongs to the text, or close the text before it."
    return f"cannot be read ({error})."


def _widths(where: str, ragged: list[tuple[int, list[str]]], header: list[str], source: Source) -> list[str]:
    if not ragged:
        return []
    shown = "; ".join(f"line {line}: {len(record)}" for line, record in ragged[:EXAMPLES])
    if all(len(record) == len(header) + 1 and not record[-1] for _, record in ragged):
        advice = (
            f"They end in one more {source.delimiter!r}: add one to the end of the header's line as well, or ask for an export without."
        )
    else:
        advice = f"A {source.delimiter!r} inside a text needs quotes around it; a last line may be cut off."
    return [f"{where}: {len(ragged)} rows do not have the header's {len(header)} cells ({shown}). {advice}"]
