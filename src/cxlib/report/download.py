"""Tables to take away: CSV that opens in the reader's spreadsheet and never runs there.

A text cell that a spreadsheet would take for a formula gets an apostrophe in front. Numbers stay numbers, to five digits: what
is beyond them lies far inside any span.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from numbers import Integral, Real

from cxlib.report.words import absent

__all__ = ["csv_text", "data_uri", "defused"]

TRIGGERS = tuple("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}")
SPLITS = re.compile('["\\t\\r\\n,;]')  # what some spreadsheet or other takes for the end of a cell
DIGITS = 5  # significant ones; what stands left of the point is never rounded
INVISIBLE = "".join(map(chr, [*range(0x20), 0x7F, 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF]))


def defused(text: str) -> str:
    """Return a text cell that no spreadsheet takes for a formula.

    >>> defused("=1+1"), defused("  @SUM(A1)"), defused("Kanal - Telefon")
    ("'=1+1", "'  @SUM(A1)", 'Kanal - Telefon')
    """
    bare = text.strip(INVISIBLE).lstrip().strip(INVISIBLE)
    return f"'{text}" if bare.startswith(TRIGGERS) or text.startswith(("\t", "\r", "\n")) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]], language: str) -> str:
    """Return a table as CSV: semicolons and decimal commas in German, commas and points in English.

    Text is quoted where it holds any delimiter, its own or another's.

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
    lines = [[_text(name) for name in header], *([_cell(value, german) for value in row] for row in rows)]
    return "".join(f"{(';' if german else ',').join(cells)}\n" for cells in lines)


def _text(text: str) -> str:
    safe = defused(text)
    return '"' + safe.replace('"', '""') + '"' if SPLITS.search(safe) else safe


def _cell(value: object, german: bool) -> str:
    if absent(value):
        return ""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Real) and not isinstance(value, bool):
        said = _number(float(value))
        return said.replace(".", ",") if german else said
    return _text(str(value))


def _number(value: float) -> str:
    if not math.isfinite(value) or not value:
        return "0" if not value else str(value)
    places = max(0, DIGITS - 1 - math.floor(math.log10(abs(value))))
    said = f"{value:.{min(places, 12)}f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return "0" if said == "-0" else said


ESCAPES = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%#\"'<>&\t\r\n"})


def data_uri(text: str) -> str:
    """Return CSV as an address for a download link; the byte order mark tells Excel that it is UTF-8.

    Only what an address or an attribute cannot hold is escaped: this is half as long as base64.
    """
    return "data:text/csv;charset=utf-8,%EF%BB%BF" + text.encode("utf-8", "replace").decode().translate(ESCAPES)
