"""Records of a delimited text, line by line: where each begins, and everything that is out of shape."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from cxlib.errors import DataError
from cxlib.params import Source

__all__ = ["LONGEST_RECORD", "Lines", "explain", "misquoted", "opened", "records"]

EXAMPLES = 5
SHAPES = 200  # shapes of first cells that show how a row begins
LONGEST_RECORD = 64 << 20  # bytes; a mail with its whole thread fits many times


class Lines:
    """Row number → line of the file, looked up only when a message needs it."""

    def __init__(self, text: Path, source: Source) -> None:
        self.text, self.source = text, source
        self.known: list[int] | None = None

    def __call__(self, row: int) -> str:
        if self.known is None:
            with opened(self.text) as file:
                begins = [line for line, cells in records(file, self.source) if cells]
            self.known = begins[self.source.header_line + self.source.skip_after_header :]
        return f"line {self.known[row]}" if row < len(self.known) else f"row {row + 1}"


def opened(text: Path) -> TextIO:
    """Open a text whose line ends are plain."""
    return text.open(encoding="utf-8", newline="\n")


def records(file: TextIO, source: Source) -> Iterator[tuple[int, list[str]]]:
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


def explain(text: Path, source: Source, where: str, header: list[str]) -> int:
    """Read line by line: raise with everything that is out of shape, or return how many records there are."""
    ragged: list[tuple[int, list[str]]] = []
    swallowed: list[int] = []
    firsts: set[str] = set()
    found, fault = 0, ""
    with opened(text) as file:
        try:
            for line, record in records(file, source):
                found += bool(record)
                if not record or found <= source.header_line:
                    continue
                firsts |= {_looks(record[0])} if len(firsts) < SHAPES else set()
                if len(record) != len(header):
                    ragged.append((line, record))
                if source.rows_in_quotes == "refuse" and _swallows(record, source, firsts):
                    swallowed.append(line)
        except csv.Error as error:
            fault = f"{where}, line {error.args[0]}: {misquoted(error.args[1])}"
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


def misquoted(error: str) -> str:
    """Say what is wrong with a quote, from what the csv module says of it."""
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
