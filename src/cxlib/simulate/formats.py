"""File formats as clients' programs write them, byte for byte the same on every run."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["Sheet", "clock", "flags", "german", "headed", "packed", "spss", "table_text", "utc", "workbook"]

_NO = ("Nein", "NEIN", "0", "")
_MADE = datetime(2026, 7, 1, 8, 0)  # the day of all exports: files carry no other clock
_SPSS_CLOCK = slice(92, 109)  # of the header: creation day and time, as in "01 Jul 2608:00:00"

Sheet = tuple[Sequence[str], pd.DataFrame]  # title lines above the names, and the rows


def table_text(rows: pd.DataFrame, *, delimiter: str, newline: str = "\r\n", above: Sequence[str] = (), below: Sequence[str] = ()) -> str:
    """Write rows of text as a delimited file: lines above the names, names, rows, lines below; cells are quoted where they must be.

    >>> table_text(pd.DataFrame({"a": ["1;2"], "b": ["x"]}), delimiter=";", newline="|")
    'a;b|"1;2";x|'
    """
    text = io.StringIO()
    for line in above:
        text.write(line + newline)
    cells = rows.astype("object").where(rows.notna(), "")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(rows.columns)
    writer.writerows(cells.itertuples(index=False, name=None))
    for line in below:
        text.write(line + newline)
    return text.getvalue()


def packed(text: str) -> bytes:
    """Return a text as UTF-8, packed as .gz without the hour it was packed."""
    return gzip.compress(text.encode("utf-8"), mtime=0)


def german(numbers: pd.Series, places: int = 2, *, thousands: bool = False, minus_behind: bool = False) -> pd.Series:
    """Write numbers with a decimal comma; missing ones as an empty cell.

    >>> german(pd.Series([1234.5, -980.0, None]), thousands=True, minus_behind=True).to_list()
    ['1.234,50', '980,00-', '']
    """

    def told(number: float) -> str:
        if np.isnan(number):
            return ""
        text = f"{abs(number):,.{places}f}" if thousands else f"{abs(number):.{places}f}"
        text = text.replace(",", "\0").replace(".", ",").replace("\0", ".")
        return text if number >= 0 else f"{text}-" if minus_behind else f"-{text}"

    return numbers.astype("float64").map(told).astype("str")


def workbook(path: Path, sheets: Mapping[str, Sheet]) -> None:
    """Write a workbook: title lines, names in bold, then rows; days and times become real dates of the spreadsheet."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _MADE})
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
        moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        for name, (above, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(above):
                sheet.write_string(number, 0, line)
            for column, header in enumerate(rows.columns):
                sheet.write_string(len(above), column, str(header), bold)
                for number, cell in enumerate(rows[header].to_list(), start=len(above) + 1):
                    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
                        continue
                    if isinstance(cell, datetime):
                        at = cell.replace(tzinfo=None)
                        sheet.write_datetime(number, column, at, day if at.time() == datetime.min.time() else moment)
                    else:
                        sheet.write(number, column, cell)


def spss(
    path: Path,
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    values: Mapping[str, Mapping[Any, str]],
    missing: Mapping[str, Sequence[float]],
) -> None:
    """Write an SPSS file with variable labels, value labels and user-missing codes, without the day it was written."""
    import pyreadstat

    spans: dict[str, list[Any]] = {name: list(codes) for name, codes in missing.items()}
    told: dict[str, Any] = {"column_labels": dict(labels), "variable_value_labels": dict(values), "missing_ranges": spans}
    pyreadstat.write_sav(rows, str(path), row_compress=True, **told)
    content = bytearray(path.read_bytes())
    content[_SPSS_CLOCK] = _MADE.strftime("%d %b %y%H:%M:%S").encode("ascii")
    path.write_bytes(bytes(content))


def utc(moments: pd.Series) -> pd.Series:
    """Write moments in UTC, as in 2025-03-04T08:15:00Z; missing ones as an empty cell."""
    return moments.dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ").fillna("").astype("str")


def clock(seconds: pd.Series) -> pd.Series:
    """Write seconds as minutes and seconds: 3:25."""
    whole = seconds.round().fillna(0).astype("int64")
    told = (whole // 60).astype("str") + ":" + (whole % 60).astype("str").str.zfill(2)
    return told.where(seconds.notna(), "")


def flags(flags: pd.Series, yes: str, rng: np.random.Generator, *, left_open: bool = True) -> pd.Series:
    """Write a flag as several people write it: yes in one way, no in three, or in four where an empty cell may mean no too.

    What is not known is an empty cell in any case.
    """
    no = pd.Series(rng.choice(np.array(_NO if left_open else _NO[:-1], dtype=object), len(flags)), index=flags.index)
    return no.where(~flags.fillna(False).astype("bool"), yes).where(flags.notna(), "").astype("str")


def headed(frame: pd.DataFrame, headers: Mapping[str, str]) -> pd.DataFrame:
    """Return the columns that the export has, under its own names, as text; a column nobody filled is empty."""
    told = {header: frame[column] if column in frame else pd.Series("", index=frame.index) for column, header in headers.items()}
    rows = pd.DataFrame(told)
    plain = [header for header in rows if not isinstance(rows[header].dtype, pd.DatetimeTZDtype)]
    for header in plain:
        numbers = pd.api.types.is_float_dtype(rows[header].dtype)
        rows[header] = rows[header].astype("Int64" if numbers and (rows[header].dropna() % 1 == 0).all() else rows[header].dtype)
        rows[header] = rows[header].astype("str").where(rows[header].notna(), "")
    return rows
