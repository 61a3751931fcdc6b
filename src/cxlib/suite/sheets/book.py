"""One workbook on disk: headings, known rows, lists to choose from, checks while typing, a page that explains; no formula in a cell."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.report.words import Words, absent
from cxlib.suite.sheets.forms import Field

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["HEADER_LINE", "Page", "heading", "put", "told", "wording"]

HEADER_LINE = 2  # of the ids that intake reads; above them stand the words for people
ROWS = 1_000  # that are checked while typing
SPARE = 20  # empty rows that are printed for new lines
_MADE = datetime(2026, 1, 1)  # files carry no clock of their own, so that equal content is equal bytes
_LONGEST_PROMPT, _LONGEST_TITLE, _LONGEST_NAME = 255, 32, 31  # what Excel holds
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDE, _NAME, _NARROW, _ID = 40, 28, 13, 11  # so that a sheet fits on A4 across and can still be read
_TEXT = 49  # Excel's own number of the format that keeps what was typed
_REASON = 34  # holds the id of a contact reason
_LONG = ("text_de", "text_en", "text", "finding", "kpi")
_NAMES = ("name_de", "name_en", "target_perception", "comparison")
_DATES = {"de": "dd.mm.yyyy", "en": "yyyy-mm-dd"}


@dataclass(frozen=True, eq=False)
class Page:
    """One sheet: its name, its columns, and the rows that are known already, in the sheet's own words.

    Attributes
    ----------
    name : str
        A key of the catalogs: ``sheet.<name>``.
    columns : sequence of Field
    rows : sequence of mapping
        Column → cell; a column that is missing stays empty.
    beside : mapping
        Column → {id: its words}: shown beside the id, never read.
    """

    name: str
    columns: Sequence[Field]
    rows: Sequence[Mapping[str, Any]] = ()
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def heading(column: Field, words: Words) -> str:
    """Return a column's heading, with a star where every row needs a value."""
    own = getattr(column.words, words.language) + (f" ({column.words.unit})" if column.words.unit else "") if column.words else ""
    key = f"sheet.column.{column.name}"
    told = own or (words.text(key) if words.has(key) else words.column(column.name))
    return f"{told} *" if column.required else told


def wording(column: Field, words: Words) -> dict[str, str]:
    """Return contract word → the word that stands in the sheet, for every word that a column may hold."""
    allowed = ("true", "false") if column.kind == "flag" else column.allowed
    if column.kind == "flag":
        return {"true": words.text("value.yes"), "false": words.text("value.no")}
    keys = {value: f"sheet.value.{column.name}.{value}" for value in allowed}
    return {value: words.text(key) if words.has(key) else words.label(column.name, value) for value, key in keys.items()}


def told(rows: Sequence[Mapping[str, Any]], columns: Sequence[Field], words: Words) -> list[dict[str, Any]]:
    """Put rows of a contract table into the words of the sheet."""
    said = {column.name: wording(column, words) for column in columns}

    def cell(column: Field, value: Any) -> Any:
        if absent(value):
            return None
        if column.kind == "flag":
            return said[column.name]["true" if value else "false"]
        return said[column.name].get(str(value), value)

    return [{column.name: cell(column, row.get(column.name)) for column in columns} for row in rows]


def put(path: Path, pages: Sequence[Page], words: Words, named: Mapping[str, Mapping[str, str]]) -> None:
    """Write a workbook, whole or not at all; equal content gives equal bytes.

    Parameters
    ----------
    path : Path
    pages : sequence of Page
    words : Words
    named : mapping
        Table → {id: its words}: what may be chosen where a column holds ids of another table.
    """
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with xlsxwriter.Workbook(str(part), _PLAIN) as book:
            book.set_properties({"created": _MADE, "title": words.text(f"sheet.{pages[0].name}")})
            sheets = [(page, book.add_worksheet(_title(words.text(f"sheet.{page.name}")))) for page in pages]
            explain = book.add_worksheet(words.text("sheet.explanation"))
            lists = _Lists(book.add_worksheet(words.text("sheet.lists")), words, book.add_format({"bold": True}))
            for page, sheet in sheets:
                _fill(book, sheet, page, words)
                for place, column in _places(page):
                    _check(sheet, place, column, words, lists, named)
            _explain(book, explain, pages, words)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _title(text: str) -> str:
    return "".join(letter for letter in text if letter not in "[]:*?/\\")[:_LONGEST_NAME]


def _places(page: Page) -> list[tuple[int, Field]]:
    """Return each column with its place; the words of an id stand right of it."""
    places, place = [], 0
    for column in page.columns:
        places.append((place, column))
        place += 2 if column.name in page.beside else 1
    return places


def _fill(book: Workbook, sheet: Worksheet, page: Page, words: Words) -> None:
    head = {need: book.add_format(_HEAD | ({"bg_color": "#1F3A5F", "font_color": "#FFFFFF"} if need else {})) for need in (True, False)}
    small, aid = book.add_format(_SMALL), book.add_format({"font_color": "#5B6770", "text_wrap": True, "valign": "top", "locked": True})
    last = 0
    for place, column in _places(page):
        cells = book.add_format({"text_wrap": True, "valign": "top"} | _format(column, words.language))
        sheet.set_column(place, place, _width(column), cells)
        sheet.write_string(0, place, heading(column, words), head[column.required])
        sheet.write_string(1, place, column.name, small)
        for line, row in enumerate(page.rows, HEADER_LINE):
            _write(sheet, line, place, row.get(column.name), cells)
        last = place
        if (beside := page.beside.get(column.name)) is not None:
            last = place + 1
            sheet.set_column(last, last, _WIDE, aid)
            sheet.write_string(0, last, words.column(column.name), head[False])
            sheet.write_string(1, last, "", small)
            for line, row in enumerate(page.rows, HEADER_LINE):
                _write(sheet, line, last, beside.get(str(row.get(column.name)), ""), aid)
    bottom = HEADER_LINE + len(page.rows) + SPARE - 1
    sheet.set_row(0, 48)  # three lines of a heading
    sheet.freeze_panes(HEADER_LINE, 1)
    sheet.autofilter(HEADER_LINE - 1, 0, bottom, last)
    _printed(sheet, bottom, last, words.text(f"sheet.{page.name}"))


_HEAD = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DCE6F1", "border": 1}
_SMALL = {"font_size": 8, "font_color": "#5B6770", "italic": True, "bottom": 2}


def _format(column: Field, language: str) -> dict[str, str | int]:
    """Return how cells of a column are written: ids and words as text, so that a spreadsheet leaves their zeros alone."""
    if column.kind == "date":
        return {"num_format": _DATES[language]}
    own: dict[str, dict[str, str | int]] = {"clock": {"num_format": "hh:mm"}, "number": {}, "count": {}, "whole": {}}
    return own.get(column.kind, {"num_format": _TEXT})


def _width(column: Field) -> int:
    if column.home == "reasons":
        return _REASON
    if column.name in _NAMES:
        return _NAME
    return _WIDE if column.name in _LONG else _ID if column.kind in ("number", "count", "whole", "clock") else _NARROW


def _write(sheet: Worksheet, line: int, place: int, cell: Any, cells: Any) -> None:
    if absent(cell) or cell == "":
        return
    if isinstance(cell, datetime | date | time):
        sheet.write_datetime(line, place, cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell, cells)
    elif isinstance(cell, str):
        sheet.write_string(line, place, "".join(letter for letter in cell if letter in "\n\t" or letter.isprintable()), cells)
    else:
        sheet.write_number(line, place, float(cell), cells)


def _printed(sheet: Worksheet, bottom: int, last: int, title: str) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, HEADER_LINE - 1)
    sheet.hide_gridlines(0)  # lines to write on
    sheet.print_area(0, 0, bottom, last)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header(f"&L{title.replace('&', '&&')}&R&P / &N")


class _Lists:
    """The sheet whose columns are what may be chosen; each list stands there once."""

    def __init__(self, sheet: Worksheet, words: Words, head: Any) -> None:
        self.sheet, self.words, self.head = sheet, words, head
        self.made: dict[tuple[str, ...], str] = {}
        self.last = 0

    def source(self, title: str, choices: Sequence[str], beside: Sequence[str] = ()) -> str:
        """Return the place of a list, written where it was not yet; the words of ids stand beside them."""
        key = (title, *choices)
        if key not in self.made:
            from xlsxwriter.utility import xl_col_to_name

            letter = xl_col_to_name(self.last)
            for place, cells in enumerate(filter(None, (choices, beside)), start=self.last):
                self.sheet.set_column(place, place, _WIDE if place > self.last else _NARROW)
                self.sheet.write_string(0, place, title if place == self.last else "", self.head)
                for line, cell in enumerate(cells, start=1):
                    self.sheet.write_string(line, place, cell)
            self.last += 3 if beside else 2
            self.made[key] = f"='{self.sheet.get_name()}'!${letter}$2:${letter}${len(choices) + 1}"
        return self.made[key]


def _check(sheet: Worksheet, place: int, column: Field, words: Words, lists: _Lists, named: Mapping[str, Mapping[str, str]]) -> None:
    """Have a column tell what it wants when it is entered, and refuse what cannot be."""
    title, said = heading(column, words)[:_LONGEST_TITLE], _help(column, words)
    rule = _rule(place, column, words, lists, named)
    strict = not column.home  # ids of others may be new there as well
    rule |= {"input_title": title, "input_message": said[:_LONGEST_PROMPT], "ignore_blank": True}
    rule |= {"error_title": title, "error_message": said[:_LONGEST_PROMPT], "error_type": "stop" if strict else "warning"}
    sheet.data_validation(HEADER_LINE, place, HEADER_LINE + ROWS - 1, place, rule)


def _rule(place: int, column: Field, words: Words, lists: _Lists, named: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    from xlsxwriter.utility import xl_col_to_name

    title = words.text(f"sheet.column.{column.name}") if words.has(f"sheet.column.{column.name}") else words.column(column.name)
    if choices := list(wording(column, words).values()):
        return {"validate": "list", "source": lists.source(title, choices)}
    if ids := named.get(column.home, {}):
        return {"validate": "list", "source": lists.source(title, list(ids), list(ids.values()))}
    if column.kind == "date":
        return {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1)}
    if column.kind == "clock":
        return {"validate": "time", "criteria": "between", "minimum": time(0), "maximum": time(23, 59, 59)}
    if column.kind in ("number", "count", "whole"):
        low, high = (-1e12 if column.low is None else column.low), (1e12 if column.high is None else column.high)
        kind = "decimal" if column.kind == "number" else "integer"
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    if column.unique:
        letter, top = xl_col_to_name(place), HEADER_LINE + 1
        return {"validate": "custom", "value": f"=COUNTIF(${letter}${top}:${letter}${HEADER_LINE + ROWS},{letter}{top})=1"}
    return {"validate": "any"}


def _help(column: Field, words: Words) -> str:
    """Say what belongs into a column: its meaning, what may be chosen, and which numbers it may hold."""
    key = f"sheet.help.{column.name}"
    said = [words.text(key)] if words.has(key) else []
    if column.unique:
        said.append(words.text("sheet.unique"))
    if column.kind == "date":
        said.append(words.text("sheet.date"))
    if column.low is not None and column.high is not None:
        said.append(words.text("sheet.between", low=f"{column.low:g}", high=f"{column.high:g}"))
    if wording(column, words):
        said.append(words.text("sheet.choose"))
    said.append(words.text("sheet.required" if column.required else "sheet.optional"))
    return " ".join(said)


def _explain(book: Workbook, sheet: Worksheet, pages: Sequence[Page], words: Words) -> None:
    bold, wrapped = book.add_format(_HEAD), book.add_format({"text_wrap": True, "valign": "top"})
    for place, width in enumerate((30, 18, 70, 50)):
        sheet.set_column(place, place, width, wrapped)
    line = 0
    for page in pages:
        sheet.write_string(line, 0, words.text(f"sheet.{page.name}"), bold)
        sheet.merge_range(line + 1, 0, line + 1, 3, words.text(f"sheet.intro.{page.name}"), wrapped)
        sheet.set_row(line + 1, 64)
        line += 3
        for place, name in enumerate(("heading", "id", "meaning", "values")):
            sheet.write_string(line, place, words.text(f"sheet.explained.{name}"), bold)
        for column in page.columns:
            line += 1
            choices = ", ".join(wording(column, words).values())
            for place, cell in enumerate((heading(column, words), column.name, _help(column, words), choices)):
                sheet.write_string(line, place, cell, wrapped)
        line += 3
    _printed(sheet, line, 3, words.text("sheet.explanation"))
