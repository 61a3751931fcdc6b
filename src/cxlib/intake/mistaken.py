"""What a spreadsheet made of words and numbers on its own: ids that became days, durations and percents that lost their format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from cxlib.intake.cells import told
from cxlib.intake.magnitudes import FEW, LONG, too_long
from cxlib.intake.workbench import Befallen
from cxlib.params import DURATION_UNITS, Source

__all__ = ["Sheet", "cell_name", "mistaken"]

EXAMPLES = 5
MONTHS, FEW_DAYS = 12, 3  # days and texts that are too few to tell
_NUMBERS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}\b")
_DAYS = (date, time, timedelta)


@dataclass(frozen=True, eq=False)
class Sheet:
    """The rows of a sheet, column by column, and what is declared of them.

    Attributes
    ----------
    cells : sequence of list
        One list a column.
    kept : sequence of int
        The sheet's row of each cell of a column.
    used : mapping
        Place of a declared column → its header.
    kinds : mapping
        Header → kind.
    source, where
        As in :func:`cxlib.intake.excel.read_excel`.
    percent_cells, unit_cells, negative_cells : callable
        Look up which cells are formatted as percents, which have a unit in their format, and which hold a number below 0.
    """

    cells: Sequence[list[Any]]
    kept: Sequence[int]
    used: Mapping[int, str]
    kinds: Mapping[str, str]
    source: Source
    where: str
    percent_cells: Callable[[], Mapping[str, str]]
    unit_cells: Callable[[], Mapping[str, str]] = dict
    negative_cells: Callable[[], set[str]] = set

    @cached_property
    def percents(self) -> Mapping[str, str]:
        """Cells that are formatted as percents; looked up once, and only where a number may be one."""
        return self.percent_cells()

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Cells that have a unit in their format, and which."""
        return self.unit_cells()

    @cached_property
    def negative(self) -> set[str]:
        """Cells that hold a number below 0."""
        return self.negative_cells()

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """Header → the contract column it becomes."""
        return {header: column for column, parts in self.source.headers.items() for header in parts}

    def of(self, *kinds: str) -> Iterator[tuple[int, str]]:
        """Yield place and header of the declared columns of some kinds."""
        return ((place, name) for place, name in self.used.items() if self.kinds.get(name) in kinds)

    def rows(self, place: int, wanted: Callable[[Any], bool]) -> list[int]:
        """Return the rows in which a column's cell is as wanted."""
        return [row for row, cell in zip(self.kept, self.cells[place], strict=True) if wanted(cell)]


def mistaken(sheet: Sheet) -> tuple[list[str], Befallen]:
    """Name what nobody could read as it was meant, and count what is borne; percents are told as such where % is declared."""
    days, noted = _days_in_texts(sheet)
    days += _swapped(sheet)
    return [*_ids(sheet), *days, *_durations(sheet), *_bare_durations(sheet), *_units(sheet), *_percents(sheet)], noted


def cell_name(row: int, column: int) -> str:
    """Name a cell as a spreadsheet does, row and column counted from 0.

    >>> cell_name(1, 27)
    'AB2'
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _shown(rows: Sequence[int], place: int) -> str:
    return ", ".join(cell_name(row - 1, place) for row in rows[:EXAMPLES])


def _ids(sheet: Sheet) -> Iterator[str]:
    """Name ids that the spreadsheet took for numbers or days: the sheet shows them whole, the cell no longer holds them."""
    for place, name in sheet.of("id"):
        days = sheet.rows(place, lambda cell: isinstance(cell, _DAYS))
        if days:
            yield f"{sheet.where}: {name}: {len(days)} ids have become days or times ({_shown(days, place)}). Ask for this column as text."
        strange = sheet.rows(place, lambda cell: isinstance(cell, bool) or (isinstance(cell, float) and not cell.is_integer()))
        if strange:
            told = f"{len(strange)} ids are fractions, or TRUE or FALSE ({_shown(strange, place)})"
            yield f"{sheet.where}: {name}: {told}. Ask for this column as text."
        numbers = sheet.rows(place, lambda cell: isinstance(cell, float))
        zeros = any(isinstance(cell, str) and re.fullmatch(r"0\d+", cell.strip()) for cell in sheet.cells[place])
        columns = [column for column, parts in sheet.source.headers.items() if name in parts and column not in sheet.source.id_width]
        if numbers and zeros and columns:
            told = f"{len(numbers)} ids are numbers and have lost their leading zeros, which others still have ({_shown(numbers, place)})"
            yield f"{sheet.where}: {name}: {told}. Declare how many digits they have: `id_width: {{{columns[0]}: …}}`."


def _days_in_texts(sheet: Sheet) -> tuple[list[str], Befallen]:
    """Name words that the spreadsheet took for days (1-2 becomes the first of February); as many as declared are borne and noted."""
    problems: list[str] = []
    noted: Befallen = {}
    for place, name in sheet.of("text"):
        days = sheet.rows(place, lambda cell: isinstance(cell, _DAYS))
        if len(days) > sheet.source.max_failed_share * len(sheet.kept):
            problems.append(
                f"{sheet.where}: {name}: {len(days)} texts have become days or times ({_shown(days, place)}). "
                "Ask for this column as text. How many may stay as days, `max_failed_share` says."
            )
        elif days:
            noted["day_in_text", name] = len(days)
    return problems, noted


def _swapped(sheet: Sheet) -> Iterator[str]:
    """Name columns of days that a spreadsheet read in the wrong order: 02/11 became a day of another month, 02/25 stayed a text."""
    for place, name in sheet.used.items():
        if sheet.kinds.get(name, "").split(" ")[0] not in ("date", "time", "part"):
            continue
        days = sheet.rows(place, lambda cell: isinstance(cell, date))
        texts = sheet.rows(place, lambda cell: isinstance(cell, str) and bool(_NUMBERS.match(cell.strip())))
        low = sheet.rows(place, lambda cell: isinstance(cell, date) and cell.day <= MONTHS)
        high = sheet.rows(place, lambda cell: isinstance(cell, str) and _beyond(cell))
        if min(len(days), len(texts)) >= FEW_DAYS and len(low) == len(days) and len(high) == len(texts):
            yield (
                f"{sheet.where}: {name}: {len(days)} cells are days, none of them after the {MONTHS}th ({_shown(days, place)}), and "
                f"{len(texts)} are texts with numbers beyond {MONTHS} ({_shown(texts, place)}): a spreadsheet may have taken months for "
                "days. Ask for the export as it left its program, not opened and saved again."
            )


def _beyond(text: str) -> bool:
    """Tell whether a text begins with two numbers of which one is no month.

    >>> _beyond("02/25/2025 08:15"), _beyond("02/11/2025"), _beyond("KW 25")
    (True, False, False)
    """
    found = _NUMBERS.match(text.strip())
    return found is not None and max(int(found[1]), int(found[2])) > MONTHS


def _durations(sheet: Sheet) -> Iterator[str]:
    """Name durations that their format cannot show: below 0, or beyond a day as hh:mm:ss, where readers see a time of another day."""
    for place, name in sheet.of("s", "h"):
        days = sheet.rows(place, lambda cell: isinstance(cell, date))
        if days:
            yield (
                f"{sheet.where}: {name}: {len(days)} durations go beyond a day, and their format hides the days ({_shown(days, place)}). "
                "Format the whole column as a duration ([h]:mm:ss), look whether it is right, and save it again."
            )
    for place, name in sheet.used.items():
        kind = sheet.kinds.get(name, "")
        if kind in ("s", "h") or kind.startswith("part"):
            clocks = sheet.rows(place, lambda cell: isinstance(cell, time))
            below = [row for row in clocks if cell_name(row - 1, place) in sheet.negative]
            if below:
                told = f"{len(below)} times lie below 0, which the sheet shows as ##### ({_shown(below, place)})"
                yield f"{sheet.where}: {name}: {told}. Mend the formula, or leave the cells empty where there is no value."


def _units(sheet: Sheet) -> Iterator[str]:
    """Name numbers whose unit stands in the cell's format alone, where it is another one than the column's own or declared one."""
    for place, name in sheet.of("s", "h", "number"):
        column, kind = sheet.columns.get(name, ""), sheet.kinds[name]
        numbers = sheet.rows(place, lambda cell: isinstance(cell, (int, float)) and not isinstance(cell, bool))
        told = [(row, sheet.units.get(cell_name(row - 1, place), "")) for row in numbers]
        own = sheet.source.units.get(column, kind)
        timed = column.endswith(("_s", "_h"))
        other = [(row, unit) for row, unit in told if unit and unit != own and (unit in DURATION_UNITS) == timed]
        if other:
            unit = other[0][1]
            yield (
                f"{sheet.where}: {name}: {len(other)} numbers have the unit {unit!r} in their format alone "
                f"({_shown([row for row, _ in other], place)}). Declare `units: {{{column}: {unit!r}}}` if all cells are in it."
            )


def _bare_durations(sheet: Sheet) -> Iterator[str]:
    """Name durations that are stored as parts of a day and not formatted as durations: 0.00237 stands for 0:03:25."""
    for place, name in sheet.of("s", "h"):
        clocks = any(isinstance(cell, (time, timedelta)) for cell in sheet.cells[place])
        parts = sheet.rows(place, lambda cell: isinstance(cell, float) and 0 < cell < 1)
        longer = sheet.rows(place, lambda cell: isinstance(cell, float) and cell >= 1)
        if parts and (clocks or (sheet.kinds[name] == "s" and not longer)):
            meant = "" if clocks else " If they are parts of a second indeed, declare `s` for this column under `units`."
            yield (
                f"{sheet.where}: {name}: {len(parts)} cells hold a number below 1 that may be a part of a day ({_shown(parts, place)}). "
                f"Format the whole column as a duration ([h]:mm:ss).{meant}"
            )
        limit = LONG[sheet.kinds[name]]
        long = sum(isinstance(cell, float) and cell > limit for cell in sheet.cells[place])
        if len(parts) + len(longer) >= FEW and 2 * long > len(parts) + len(longer):
            yield f"{sheet.where}: {name} ({sheet.columns[name]}): {too_long(sheet.columns[name], sheet.kinds[name], long)}"


def _percents(sheet: Sheet) -> Iterator[str]:
    """Name columns that mix percents with plain numbers, 12 % being stored as 0.12; with % declared, tell 0.12 as 12 %."""
    units = {header: unit for column, unit in sheet.source.units.items() for header in sheet.source.headers.get(column, ())}
    for place, name in sheet.of("number"):
        numbers = sheet.rows(place, lambda cell: isinstance(cell, float) and cell != 0)
        formatted = {row for row in numbers if cell_name(row - 1, place) in sheet.percents}
        written = sheet.rows(place, lambda cell: isinstance(cell, str) and cell.strip().endswith("%"))
        small = set(sheet.rows(place, lambda cell: isinstance(cell, float) and 0 < abs(cell) <= 1))
        plain = [row for row in numbers if row not in formatted and (formatted or row in small)]
        percents = sorted([*formatted, *(written if units.get(name) == "%" else [])])
        if percents and plain:
            yield (
                f"{sheet.where}: {name}: {len(percents)} cells are percents ({_shown(percents, place)}), {len(plain)} are plain numbers "
                f"({_shown(plain, place)}): 12 % is stored as 0.12. Format the whole column alike."
            )
        elif units.get(name) == "%":
            for at, row in enumerate(sheet.kept):
                if row in formatted:
                    sheet.cells[place][at] = f"{told(Decimal(repr(sheet.cells[place][at])) * 100, 'number', sheet.source)} %"
