"""Spreadsheets through calamine: typed cells, told as text; what a sheet hides is looked up in its XML and named.

Only .xlsx and .xlsm are read: of other workbooks nobody could say which cells are merged, hidden, or hold an error in place of 0.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from cxlib.errors import DataError, worded
from cxlib.intake.cells import told
from cxlib.intake.headers import bare, declared, distinct, doubled
from cxlib.intake.mistaken import Sheet, cell_name, mistaken
from cxlib.intake.styles import attribute, formatted, negative, percents, units
from cxlib.intake.unpack import no_text
from cxlib.intake.workbench import Raw, Workbench
from cxlib.params import Source

__all__ = ["read_excel"]

EXAMPLES = 5
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(<(?:\w+:)?v\s*/>|<v></v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=\"e\"[^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<", re.S)
_PLACE = re.compile(rb"\br=\"([A-Z]+)(\d+)\"")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s(?=[^>]*\bhidden=\"(?:1|true)\")[^>]*\br=\"(\d+)\"")
_OTHERS = {"xl/workbook.bin": "a binary workbook (.xlsb)", "content.xml": "an OpenDocument file (.ods)"}


def read_excel(path: Path, source: Source, where: str, name: str, bench: Workbench, kinds: Mapping[str, str]) -> Raw:
    """Lay a sheet on the workbench, every cell text.

    Parameters
    ----------
    path, source, where, name, bench
        As in :func:`cxlib.intake.delimited.read_delimited`; `source` names the sheet and the header's line.
    kinds : mapping
        Raw header → kind of the contract column it becomes.

    Raises
    ------
    DataError
        For a workbook of another format, a sheet that is not there, merged cells among the rows, formulas without a stored result or with
        an error, ids and texts that became numbers or days, columns that mix durations, percents and plain numbers, doubled names and an
        empty sheet.
    """
    _of_the_right_format(path, where)
    chosen, grid, merged = _opened(path, source, where)
    where = f"{where} [{chosen}]"
    lines = [number for number, row in enumerate(grid, start=1) if any(cell != "" for cell in row)]
    if len(lines) < source.header_line:
        raise DataError(f"{where}: is empty or shorter than header_line ({source.header_line}). Name the sheet that holds the rows.")
    top, kept = lines[source.header_line - 1], lines[source.header_line + source.skip_after_header :]
    header = [bare(told(cell, "", source)) for cell in grid[top - 1]]
    names = distinct(header)
    cells = [[grid[line - 1][place] for line in kept] for place in range(len(names))]
    used = {place: name for place, name in enumerate(names) if name in declared(source)}
    problems = [*doubled(header, source, where), *_title(header, lines, grid, source, where), *_merged(merged, top, where)]
    content = _xml(path, chosen)
    looked_up = {"percent": lambda: formatted(content, percents(path)), "unit": lambda: formatted(content, units(path))}
    sheet = Sheet(cells, kept, used, kinds, source, where, looked_up["percent"], looked_up["unit"], lambda: negative(content))
    more, noted = mistaken(sheet)
    problems += [*_hidden(content, top, used, source, where), *more]
    if problems:
        raise DataError(*problems)
    if hidden := len({int(line) for line in _HIDDEN_ROW.findall(content)} & set(kept)):
        noted["hidden", ""] = hidden
    bench.put(
        name, names, [[told(cell, kinds.get(named, ""), source) for cell in column] for named, column in zip(names, cells, strict=True)]
    )
    return Raw(name, tuple(names), len(kept), lambda row: f"row {kept[row]}", noted=noted)


def _of_the_right_format(path: Path, where: str) -> None:
    """Refuse what is no .xlsx or .xlsm, by its content: the name may say anything."""
    with path.open("rb") as file:
        start = file.read(16)
    inside: set[str] = set()
    if start.startswith(b"PK") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
    if "xl/workbook.xml" in inside:
        return
    other = next((told for name, told in _OTHERS.items() if name in inside), None)
    if other:
        hides = "merged and hidden cells and errors cannot be told there"
        raise DataError(f"{where}: is {other}: {hides}. Open it in a spreadsheet program and save it as .xlsx or CSV.")
    if (told := no_text(start)) and not start.startswith(b"PK"):
        raise DataError(f"{where}: is no .xlsx workbook, but {told}.")
    raise DataError(f"{where}: is no readable workbook. Save it as .xlsx, without a password; a text file needs `format: csv`.")


def _opened(path: Path, source: Source, where: str) -> tuple[str, list[list[Any]], Sequence[Any]]:
    """Return the name of the sheet, its cells and its merged ranges."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise DataError(f"{where}: is no readable workbook ({error}). Save it as .xlsx, without a password.") from error
    if source.sheet is None and len(book.sheet_names) > 1:
        raise DataError(worded(where, "has several sheets; declare one under `sheet`", None, book.sheet_names, label="Sheets"))
    chosen = source.sheet or book.sheet_names[0]
    if chosen not in book.sheet_names:
        raise DataError(worded(where, "there is no sheet", chosen, book.sheet_names, label="Sheets"))
    sheet = book.get_sheet_by_name(chosen)
    return chosen, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []


def _title(header: Sequence[str], lines: Sequence[int], grid: Sequence[Sequence[Any]], source: Source, where: str) -> list[str]:
    """Name the line of the columns' names when it is another one than declared."""
    wanted = declared(source)
    if not wanted or wanted & set(header) or wanted & set(distinct(header)):
        return []
    for number, line in enumerate(lines, start=1):
        if wanted & {bare(told(cell, "", source)) for cell in grid[line - 1]}:
            return [f"{where}: the columns' names stand in row {line}, below a title. Declare `header_line: {number}`."]
    return [worded(where, "no row holds the declared columns", None, [name for name in header if name], label="The first row has")]


def _merged(merged: Sequence[Any], top: int, where: str) -> list[str]:
    below = [f"{cell_name(*start)}:{cell_name(*end)}" for start, end in merged if end[0] + 1 > top]
    if not below:
        return []
    shown = ", ".join(below[:EXAMPLES])
    return [f"{where}: cells are merged ({shown}): only the first of them holds the value. Unmerge them and fill each row."]


def _hidden(content: bytes, top: int, used: Mapping[int, str], source: Source, where: str) -> list[str]:
    """Name cells of a sheet that readers take for empty: formulas without a stored result, and errors."""
    problems = []
    bare = _placed([match[1] for match in _FORMULA.finditer(content) if not (match[2] and b't="str"' in match[1])], top, used)
    if bare:
        problems.append(
            f"{where}: {len(bare)} formulas have no stored result ({', '.join(bare[:EXAMPLES])}). "
            "Open and save the file in a spreadsheet program."
        )
    errors = [match[1] for match in _ERROR.finditer(content) if match[2].decode() not in source.missing]
    failed = _placed(errors, top, used)
    if failed:
        problems.append(
            f"{where}: {len(failed)} cells hold a formula's error instead of a value ({', '.join(failed[:EXAMPLES])}). Mend the formulas, "
            "or add the error's word (#N/A, as English Excel writes it) to `missing` if it means that there is no value."
        )
    return problems


def _placed(attributes: Sequence[bytes], top: int, used: Mapping[int, str]) -> list[str]:
    """Return the names of those cells that stand in declared columns below the header."""
    letters = {re.sub(r"\d", "", cell_name(0, place)) for place in used}
    found = [match for match in map(_PLACE.search, attributes) if match]
    return [f"{m[1].decode()}{m[2].decode()}" for m in found if m[1].decode() in letters and int(m[2]) > top]


def _xml(path: Path, sheet: str) -> bytes:
    """Return the XML of a sheet; the workbook says which file it is, for sheets may have been moved."""
    with zipfile.ZipFile(path) as archive:
        book, links = (archive.read(f"xl/{name}").decode("utf-8") for name in ("workbook.xml", "_rels/workbook.xml.rels"))
        targets = {attribute(link, "Id"): attribute(link, "Target") for link in _LINK.findall(links)}
        for element in _SHEET.findall(book):
            if attribute(element, "name") == sheet:
                target = targets.get(attribute(element, r"\w+:id"), "")
                inner = target.removeprefix("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
                return archive.read(inner) if inner in archive.namelist() else b""
    return b""
