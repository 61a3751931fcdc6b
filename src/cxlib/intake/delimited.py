"""Delimited text files, read strictly: declared dialect, every cell text, every line as wide as the header.

DuckDB reads the rows; it stops at the first fault. Then, and only then, the file is read once more line by line, so that every
fault is named with its line. The number of records is counted independently: a reader that lost rows would be found out.
"""

from __future__ import annotations

import csv
from contextlib import suppress
from itertools import islice
from pathlib import Path

from cxlib.errors import DataError, worded
from cxlib.intake.decoding import transcode
from cxlib.intake.headers import bare, declared, distinct, doubled
from cxlib.intake.qualtrics import header_faults
from cxlib.intake.records import LONGEST_RECORD, Lines, explain, misquoted, opened, records
from cxlib.intake.workbench import Raw, Workbench, identifier, literal
from cxlib.params import Source

__all__ = ["read_delimited"]

LOOK_AHEAD = 30  # lines in which a header that stands too low is looked for


def read_delimited(path: Path, source: Source, where: str, name: str, bench: Workbench, timezone: str = "UTC") -> Raw:
    """Lay a delimited file on the workbench, every cell text.

    Parameters
    ----------
    path : Path
        Plain, or packed as ``.gz`` or as a ``.zip`` of one file.
    source : Source
        Declares encoding, delimiter, quote, header_line and skip_after_header.
    where : str
        How messages name the file.
    name : str
        Name of the table on the bench.
    bench : Workbench
    timezone : str
        The client's, with which Qualtrics' own is compared.

    Returns
    -------
    Raw

    Raises
    ------
    DataError
        For undecodable bytes, NUL characters, an empty file, doubled or empty column names, declared columns that are not there,
        an unclosed quote and rows of another width, each with its line, all of one kind at once.
    """
    text = bench.folder / f"{name}.txt"
    tally = transcode(path, source, where, text)
    header = _header(text, source, where, timezone)
    columns = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in header)
    skipped = _records_before_rows(text, source)
    reading = (
        f"read_csv({literal(str(text))}, auto_detect = false, header = false, skip = {skipped}, delim = {literal(source.delimiter)}, "
        f"quote = {literal(source.quote)}, escape = {literal(source.quote)}, new_line = '\\n', strict_mode = true, null_padding = false, "
        f"nullstr = [{literal(chr(1) + 'none' + chr(1))}], comment = '', "
        f"max_line_size = {LONGEST_RECORD}, buffer_size = {2 * LONGEST_RECORD}, "
        f"columns = {{{columns}}})"
    )
    bench.run(f"CREATE VIEW {identifier(name)} AS SELECT (row_number() OVER () - 1)::BIGINT AS row, * FROM {reading}")
    counted, above = tally.count(), source.header_line + source.skip_after_header
    if counted is None:
        counted = explain(text, source, where, header)
    lines = Lines(text, source)
    return Raw(name, tuple(header), max(counted - above, 0), lines, {}, tally.doubtful, lambda: explain(text, source, where, header))


def _header(text: Path, source: Source, where: str, timezone: str) -> list[str]:
    """Return the column names; a header that stands lower than declared is named."""
    with opened(text) as file:
        try:
            first = []
            for _, record in islice(records(file, source), LOOK_AHEAD):
                first += [record] if record else []
        except csv.Error as error:
            if not first:
                raise DataError(f"{where}, line {error.args[0]}: {misquoted(error.args[1])}") from error
    if not any(cell.strip() for record in first for cell in record):
        raise DataError(f"{where}: is empty. Ask for the export again.")
    if len(first) < source.header_line:
        raise DataError(f"{where}: has {len(first)} lines, but header_line is {source.header_line}. Correct header_line.")
    header = [bare(name) for name in first[source.header_line - 1]]
    wanted = declared(source)
    if wanted and not wanted & set(header):
        lower = [number for number, record in enumerate(first, start=1) if wanted & set(map(bare, record))]
        if lower:
            raise DataError(f"{where}: the columns' names stand in line {lower[0]}, below a title. Declare `header_line: {lower[0]}`.")
    problems = [*doubled(header, source, where), *header_faults(first, source, where, timezone)]
    if len(header) == 1 and len(wanted) > 1:
        problems.append(
            worded(
                where, f"only one column was found with the delimiter {source.delimiter!r}:", header[0][:80], do="Declare the `delimiter`."
            )
        )
    if problems:
        raise DataError(*problems)
    return distinct(header)


def _records_before_rows(text: Path, source: Source) -> int:
    """Count records up to the first row, as DuckDB skips them: blank lines count, line breaks within quotes do not."""
    found = 0
    with opened(text) as file, suppress(csv.Error):  # told when the rows are read
        for number, (_, record) in enumerate(records(file, source), start=1):
            found += bool(record)
            if found == source.header_line + source.skip_after_header:
                return number
    return 0
