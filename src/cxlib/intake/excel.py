"""Spreadsheets through calamine: typed cells, told as text; what a sheet hides is looked up in its XML and named."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from cxlib.errors import DataError, worded
from cxlib.intake.cells import told
from cxlib.intake.headers import declared, distinct, doubled
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
        For a sheet that is not there, merged cells among the rows, formulas without a stored result or with an error, ids that became
        numbers or days, doubled names and an empty sheet.
    """
    chosen, grid, merged = _opened(path, source, where)
    where = f"{where} [{chosen}]"
    lines = [number for number, row in enumerate(grid, start=1) if any(cell != "" for cell in row)]
    if len(lines) < source.header_line:
        raise DataError(f"{where}: is empty or shorter than header_line ({source.header_line}). Name the sheet that holds the rows.")
    top, kept = lines[source.header_line - 1], lines[source.header_line + source.skip_after_header :]
    header = [told(cell, "", source).strip() for cell in grid[top - 1]]
    names = distinct(header)
    cells = [[grid[line - 1][place] for line in kept] for place in range(len(names))]
    used = {place: name for place, name in enumerate(names) if name in declared(source)}
    problems = [*doubled(header, source, where), *_title(header, lines, grid, source, where), *_merged(merged, top, where)]
    problems += [*_hidden(path, chosen, top, used, source, where), *_ids(cells, kept, used, kinds, source, where)]
    if problems:
        raise DataError(*problems)
    bench.put(
        name, names, [[told(cell, kinds.get(named, ""), source) for cell in column] for named, column in zip(names, cells, strict=True)]
    )
    return Raw(name, tuple(names), len(kept), lambda row: f"row {kept[row]}")


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
        if wanted & {told(cell, "", source).strip() for cell in grid[line - 1]}:
            return [f"{where}: the columns' names stand in row {line}, below a title. Declare `header_line: {number}`."]
    return [worded(where, "no row holds the declared columns", None, [name for name in header if name], label="The first row has")]


def _merged(merged: Sequence[Any], top: int, where: str) -> list[str]:
    below = [f"{_cell(*start)}:{_cell(*end)}" for start, end in merged if end[0] + 1 > top]
    if not below:
        return []
    shown = ", ".join(below[:EXAMPLES])
    return [f"{where}: cells are merged ({shown}): only the first of them holds the value. Unmerge them and fill each row."]


def _cell(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _ids(
    cells: Sequence[Sequence[Any]], kept: Sequence[int], used: Mapping[int, str], kinds: Mapping[str, str], source: Source, where: str
) -> list[str]:
    """Name ids that the spreadsheet took for numbers or days: the sheet shows them whole, the cell no longer holds them."""
    problems = []
    for place, name in used.items():
        if kinds.get(name) != "id":
            continue
        days = [row for row, cell in zip(kept, cells[place], strict=True) if isinstance(cell, (date, time, timedelta))]
        numbers = [row for row, cell in zip(kept, cells[place], strict=True) if isinstance(cell, float)]
        zeros = any(isinstance(cell, str) and re.fullmatch(r"0\d+", cell.strip()) for cell in cells[place])
        if days:
            shown = ", ".join(_cell(row - 1, place) for row in days[:EXAMPLES])
            problems.append(f"{where}: {name}: {len(days)} ids have become days or times ({shown}). Ask for this column as text.")
        columns = [column for column, header in source.columns.items() if header == name and column not in source.id_width]
        if numbers and zeros and columns:
            shown = ", ".join(_cell(row - 1, place) for row in numbers[:EXAMPLES])
            problems.append(
                f"{where}: {name}: {len(numbers)} ids are numbers and have lost their leading zeros, which others still have ({shown}). "
                f"Declare how many digits they have: `id_width: {{{columns[0]}: …}}`."
            )
    return problems


def _hidden(path: Path, sheet: str, top: int, used: Mapping[int, str], source: Source, where: str) -> list[str]:
    """Name cells of an .xlsx sheet that readers take for empty: formulas without a stored result, and errors."""
    content = _xml(path, sheet)
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
    letters = {re.sub(r"\d", "", _cell(0, place)) for place in used}
    found = [match for match in map(_PLACE.search, attributes) if match]
    return [f"{m[1].decode()}{m[2].decode()}" for m in found if m[1].decode() in letters and int(m[2]) > top]


def _xml(path: Path, sheet: str) -> bytes:
    """Return the XML of a sheet, nothing for other formats; the workbook says which file it is, for sheets may have been moved."""
    if not zipfile.is_zipfile(path):
        return b""
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return b""
        book, links = (archive.read(f"xl/{name}").decode("utf-8") for name in ("workbook.xml", "_rels/workbook.xml.rels"))
        targets = {_attribute(link, "Id"): _attribute(link, "Target") for link in _LINK.findall(links)}
        for element in _SHEET.findall(book):
            if _attribute(element, "name") == sheet:
                target = targets.get(_attribute(element, r"\w+:id"), "")
                inner = target.removeprefix("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
                return archive.read(inner) if inner in archive.namelist() else b""
    return b""


def _attribute(element: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', element)
    return html.unescape(found[1]) if found else ""
