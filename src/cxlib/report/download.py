"""Tables to take away: CSV that opens in the reader's spreadsheet and never runs there.

A text cell that a spreadsheet would take for a formula gets an apostrophe in front. Numbers stay numbers.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable, Sequence
from numbers import Integral, Real

from cxlib.report.words import absent

__all__ = ["csv_text", "data_uri", "defused"]

TRIGGERS = tuple("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}")
INVISIBLE = "".join(map(chr, [*range(0x20), 0x7F, 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF]))


def defused(text: str) -> str:
    """Return a text cell that no spreadsheet takes for a formula.

    >>> defused("=1+1"), defused("  @SUM(A1)"), defused("Kanal - Telefon")
    ("'=1+1", "'  @SUM(A1)", 'Kanal - Telefon')
    """
    bare = text.strip(INVISIBLE).lstrip().strip(INVISIBLE)
    return f"'{text}" if bare.startswith(TRIGGERS) or text.startswith(("\t", "\r", "\n")) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], language: str) -> str:
    """Return a table as CSV: semicolons and decimal commas in German, commas and points in English, all text quoted.

    Parameters
    ----------
    header : sequence of str
        Column headings.
    rows : iterable of sequences
        Text, numbers or missing values (empty cells).
    language : str
        "de" or "en".
    """
    german = language == "de"
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if german else ",", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([defused(name) for name in header])
    writer.writerows([[_cell(value, german) for value in row] for row in rows])
    return buffer.getvalue()


def _cell(value: object, german: bool) -> str:
    if absent(value):
        return ""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Real) and not isinstance(value, bool):
        said = f"{round(float(value), 6) + 0.0:.6f}".rstrip("0").rstrip(".")
        return said.replace(".", ",") if german else said
    return defused(str(value))


def data_uri(text: str) -> str:
    """Return CSV as an address for a download link; the byte order mark tells Excel that it is UTF-8."""
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.encode("utf-8-sig", "replace")).decode()
