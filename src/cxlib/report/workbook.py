"""The tables of a run as one Excel workbook: a list of them, then a sheet for each, in which nothing is a formula."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from cxlib.report.grid import records
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Listed", "workbook"]

PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST = 32_767  # characters that a cell can hold
NAME = 31  # characters of a sheet's name
WIDEST = 60
COLUMNS = ("page", "shown", "caption", "sheet", "rows")


@dataclass(frozen=True)
class Listed:
    """One table or figure as a page shows it: page, its title there, its caption, and the saved table that it was made from."""

    number: str
    page: str
    shown: str
    caption: str
    table: str


def workbook(listed: Sequence[Listed], tables: Mapping[str, pd.DataFrame], words: Words, *, client: str, dated: date) -> bytes:
    """Return the tables that pages show as an .xlsx file; the same tables give the same bytes.

    Parameters
    ----------
    listed : sequence of Listed
        What the pages show, in their order. A saved table that is shown twice has one sheet.
    tables : mapping of str to DataFrame
        The saved tables by name, as this audience may see them.
    words : Words
        The reader's language, with the client's labels.
    client : str
        The client's name; the first sheet begins with it.
    dated : date
        What the file says of when it was made: a day of the data, for the bytes must not depend on the hour.
    """
    import xlsxwriter

    content = io.BytesIO()
    names = sheet_names(listed)
    with xlsxwriter.Workbook(content, PLAIN) as book:
        book.set_properties({"title": words.text("workbook.title"), "created": datetime(dated.year, dated.month, dated.day)})
        text, head = book.add_format({"num_format": "@", "valign": "top"}), book.add_format({"num_format": "@", "bold": True})
        first = book.add_worksheet(words.text("workbook.list"))
        rows = [[each.page, each.shown, each.caption, names[each.table], len(tables[each.table])] for each in listed]
        first.write_string(0, 0, written(f"{client}: {words.text('workbook.title')}"), head)
        filled(first, [words.text(f"workbook.{name}") for name in COLUMNS], rows, text, head, top=2)
        for number, each in enumerate(listed, start=3):  # to a sheet of this very file: no address that data could write
            first.write_url(number, COLUMNS.index("sheet"), f"internal:'{names[each.table]}'!A1", string=names[each.table])
        for name, sheet in names.items():
            filled(book.add_worksheet(sheet), *records(tables[name], words), text, head)
    return content.getvalue()


def sheet_names(listed: Sequence[Listed]) -> dict[str, str]:
    """Return saved table → the name of its sheet: the number of the page that shows it first, and as much of its own as there is room for.

    >>> shown = [("02", "by_hour"), ("05", "by_hour"), ("05", "a" * 40), ("05", "a" * 41)]
    >>> list(sheet_names([Listed(number, "", "", "", table) for number, table in shown]).values())
    ['02 by_hour', '05 aaaaaaaaaaaaaaaaaaaaaaaaaaaa', '05 aaaaaaaaaaaaaaaaaaaaaaaaaa~2']
    """
    names: dict[str, str] = {}
    for each in listed:
        if each.table not in names:
            name, again = f"{each.number} {each.table}"[:NAME], 1
            while name in names.values():
                again += 1
                name = f"{each.number} {each.table}"[: NAME - len(f"~{again}")] + f"~{again}"
            names[each.table] = name
    return names


def filled(sheet: Any, header: Sequence[str], rows: Sequence[Sequence[object]], text: Any, head: Any, top: int = 0) -> None:
    """Write headings and rows: numbers as numbers, everything else as text that stays text when somebody edits it."""
    widths = [len(name) for name in header]
    for column, name in enumerate(header):
        sheet.write_string(top, column, written(name), head)
    for number, row in enumerate(rows, start=top + 1):
        for column, value in enumerate(row):
            if absent(value):
                continue
            if isinstance(value, Real) and not isinstance(value, bool) and isfinite(value):
                sheet.write_number(number, column, float(value))
            else:
                sheet.write_string(number, column, told := written(str(value)), text)
                widths[column] = max(widths[column], len(told))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, WIDEST) + 2)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4, as wide as the table, its headings on each page
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def written(text: str) -> str:
    """Return a text as a cell can hold it: without control characters, not too long, no half letters.

    >>> written("=1+1"), written("a\\x00b\\ud800")
    ('=1+1', 'ab?')
    """
    visible = "".join(letter for letter in text if letter in "\n\t" or (letter >= " " and letter != "\x7f"))
    return visible[:LONGEST].encode("utf-8", "replace").decode()
