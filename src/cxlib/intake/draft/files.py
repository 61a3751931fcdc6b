"""What kind of file an export is and how it is laid out: looked at only to propose; a run reads what params declare."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cxlib.errors import DataError
from cxlib.intake.headers import bare, distinct
from cxlib.intake.unpack import no_text, unpacked

__all__ = ["Export", "exports"]

LOOKED_AT = 400  # records from which the layout is told
CHUNK = 1 << 20
DELIMITERS = (";", ",", "\t", "|")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LETTERS = frozenset("äöüÄÖÜßéèêëàâáçñóíúôîûåøæœ€–—„“”‚‘’…§°«»²³µ×ÉÈÀÇÑÅØÆ")  # beyond ASCII, what European texts are made of
_NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Export:
    """One table of an export: a text file, a sheet, an SPSS or Parquet file.

    Attributes
    ----------
    path : Path
    declared : dict
        Keys of a source that say how it is read, as the file itself proves them.
    guessed : dict
        Keys of a source that are likely and not proved.
    evidence : dict of str to str
        Key → why.
    sheet : str
        "" for files that have none.
    headers : tuple of str
        Of texts and sheets, as intake names them.
    below : tuple of str
        What stands below each header in the next line, which is a question's text in some exports.
    """

    path: Path
    declared: dict[str, object] = field(default_factory=dict)
    guessed: dict[str, object] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    headers: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


def exports(path: Path) -> list[Export]:
    """Look at one file and return the tables in it, mostly one; each sheet of a workbook that has rows.

    Raises
    ------
    DataError
        For an empty file, and one of a format that intake does not read.
    """
    with unpacked(path, path.name) as file:
        start = file.read(16)
    if not start.strip():
        raise DataError(f"{path.name}: is empty. Ask for the export again.")
    if start.startswith((b"$FL2", b"$FL3")):
        return [Export(path, {"format": "spss"})]
    if start.startswith(b"PAR1"):
        return [Export(path, {"format": "parquet"})]
    if start.startswith(b"PK"):
        return list(_sheets(path))
    if told := no_text(start):
        if start.startswith(b"SQLi"):
            told = "a SQLite database. Declare it as docs/extending.md says, with `format: sql` and a `query`"
        raise DataError(f"{path.name}: is {told}.")
    return [_text(path)]


def _text(path: Path) -> Export:
    encoding, evidence, proved = _encoding(path)
    with unpacked(path, path.name) as file, io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="") as reader:
        sample = reader.read(CHUNK)
        if reader.read(1):  # the last line of a piece is torn apart
            sample = sample[: sample.rfind("\n") + 1] or sample
    if sum(sign < " " and sign not in "\t\r\n\f" for sign in sample) > len(sample) / 100:
        raise DataError(
            f"{path.name}: is no text and none of the formats that are read: CSV, .xlsx, .sav, Parquet; texts also as .gz or .zip."
        )
    found = {delimiter: _layout(sample, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: (found[one][1] > 1, found[one][2] * found[one][1] ** 0.5))
    records, width, share = found[delimiter]
    if width < 2:
        way = "Ask for the export with a row for each contact, customer or answer."
        raise DataError(f"{path.name}: has one column only, whatever the delimiter (; , tab |): no table can be made of it. {way}")
    top = _header_line(records, width)
    said = {"delimiter": f"{_NAMES[delimiter]}: {share:.0%} of the first {len(records)} lines have {width} cells", "encoding": evidence}
    declared: dict[str, object] = {"delimiter": delimiter}
    declared |= {"header_line": top} if top > 1 else {}
    name: dict[str, object] = {} if proved else {"encoding": encoding}  # what the mark or every byte says need not be declared
    headers = tuple(distinct([bare(cell) for cell in records[top - 1]]))
    return Export(path, declared, name, said, headers=headers, below=tuple(records[top]) if len(records) > top else ())


def _encoding(path: Path) -> tuple[str, str, bool]:
    """Return a text's encoding, the evidence, and whether the file proves it."""
    with unpacked(path, path.name) as file:
        start = file.read(4096)
    for mark, name in _BOMS.items():
        if start.startswith(mark):
            return name, "byte-order mark", True
    if start.count(0) > len(start) // 4:
        little = start[1::2].count(0) >= start[::2].count(0)
        return ("utf-16-le" if little else "utf-16-be"), "every other byte is zero", False
    with unpacked(path, path.name) as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as reader:
        try:
            while reader.read(CHUNK):
                pass
        except UnicodeDecodeError:
            return _likeliest(path)
    return "utf-8", "every byte is valid UTF-8", True


def _likeliest(path: Path) -> tuple[str, str, bool]:
    """Return the old encoding in which most signs beyond ASCII are letters that European texts have."""
    told = {}
    for name in ("cp1252", "cp850", "mac-roman"):
        signs = Counter("".join(_beyond(path, name)))
        told[name] = (sum(count for sign, count in signs.items() if sign in _LETTERS), sum(signs.values()))
    best = max(told, key=lambda name: told[name][0] / max(told[name][1], 1))
    likely, every = told[best]
    return best, f"not UTF-8; {likely:,} of {every:,} letters beyond ASCII are usual ones read so", False


def _beyond(path: Path, encoding: str) -> Iterator[str]:
    """Yield the signs beyond ASCII, piece by piece."""
    with unpacked(path, path.name) as file:
        while chunk := file.read(CHUNK):
            yield bytes(byte for byte in chunk if byte > 127).decode(encoding, errors="replace")


def _layout(sample: str, delimiter: str) -> tuple[list[list[str]], int, float]:
    """Return the first records by one delimiter, the width that most of them have, and their share."""
    records: list[list[str]] = []
    csv.field_size_limit(1 << 30)
    try:
        for record in csv.reader(io.StringIO(sample), delimiter=delimiter):
            records += [record] if record else []
            if len(records) >= LOOKED_AT:
                break
    except csv.Error:
        return records, 0, 0.0
    widths = Counter(map(len, records))
    width = max(widths, key=lambda one: (widths[one] * one**0.5, one), default=0)
    return records, width, widths[width] / max(len(records), 1)


def _header_line(records: list[list[str]], width: int) -> int:
    """Return the number of the first full record, titles above it passed over."""
    for number, record in enumerate(records, start=1):
        names = [bare(cell) for cell in record]
        if len(record) == width and sum(map(bool, names)) >= max(2, 0.6 * width):
            return number
    return 1


def _sheets(path: Path) -> Iterator[Export]:
    """Yield the sheets of a workbook that have rows and columns."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except (CalamineError, OSError) as error:
        raise DataError(f"{path.name}: is no readable workbook ({error}). Save it as .xlsx, without a password.") from error
    found = 0
    for name, grid in grids.items():
        rows = [row for row in grid if any(str(cell).strip() for cell in row)]
        width = max((sum(1 for cell in row if str(cell).strip()) for row in rows), default=0)
        if len(rows) < 2 or width < 2:
            continue
        found += 1
        top = _header_line([[str(cell) for cell in row] for row in rows[:LOOKED_AT]], len(rows[0]))
        declared: dict[str, object] = (
            {"format": "excel"} | ({"sheet": name} if len(names) > 1 else {}) | ({"header_line": top} if top > 1 else {})
        )
        headers = tuple(distinct([bare(str(cell)) for cell in rows[top - 1]]))
        yield Export(path, declared, sheet=name if len(names) > 1 else "", headers=headers)
    if not found:
        raise DataError(f"{path.name}: has no sheet with a row of names, rows below it and more than one column.")
