"""Databases, read-only: SQLite by Python itself, PostgreSQL through ADBC; who may read it stands in the environment, never in params."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cxlib.errors import DataError
from cxlib.intake.cells import told
from cxlib.intake.headers import bare, distinct, doubled
from cxlib.intake.workbench import Raw, Workbench
from cxlib.params import Source

__all__ = ["read_query"]

CHUNK = 50_000  # rows that are turned into text at a time
_WAL = slice(18, 20)  # bytes of a SQLite file that say how it is written: 2 is a log beside it


def read_query(path: Path | None, source: Source, where: str, name: str, bench: Workbench, kinds: Mapping[str, str]) -> Raw:
    """Lay the rows of a query on the workbench, every cell text.

    Parameters
    ----------
    path : Path, optional
        A SQLite file; None where `source.connection` names the environment variable with a database's URI.
    source, where, name, bench, kinds
        As in :func:`cxlib.intake.excel.read_excel`.

    Raises
    ------
    DataError
        When the variable is not set, the driver is not installed, the database refuses the query, or a text is not UTF-8;
        the URI is never repeated.
    """
    import pyarrow as pa

    chunks = _sqlite(path, source, where) if path else _postgres(source, where)
    names = [bare(column) for column in next(chunks)]
    if problems := doubled(names, source, where):
        raise DataError(*problems)
    headers, rows, batches = distinct(names), 0, []
    for chunk in chunks:
        columns = [
            _told(column, header, kinds, source, where, rows) for header, column in zip(headers, zip(*chunk, strict=True), strict=True)
        ]
        batches.append(pa.record_batch([pa.array(column, pa.string()) for column in columns], names=headers))
        rows += len(chunk)
    bench.take_in(name, pa.Table.from_batches(batches, pa.schema([(header, pa.string()) for header in headers])))
    return Raw(name, tuple(headers), rows, lambda row: f"row {row + 1} of the query")


def _told(cells: Sequence[object], header: str, kinds: Mapping[str, str], source: Source, where: str, before: int) -> list[str]:
    words = []
    for number, cell in enumerate(cells, start=before + 1):
        try:
            words.append(told(cell, kinds.get(header, ""), source))
        except UnicodeDecodeError as error:
            way = "Let `query` leave the column out, or ask for the database with its texts in UTF-8."
            raise DataError(f"{where}: {header}: row {number} of the query holds bytes that are no text in UTF-8. {way}") from error
    return words


def _sqlite(path: Path, source: Source, where: str) -> Iterator[Sequence[Any]]:
    """Yield the columns' names, then rows; each cell has a type of its own, as SQLite has it, and text comes as its bytes."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            cursor = connection.execute(str(source.query))
            if cursor.description is None:
                raise DataError(f"{where}: the query gives no rows. `query` has to be a SELECT.")
            yield [column[0] for column in cursor.description]
            yield from iter(lambda: cursor.fetchmany(CHUNK), [])
    except sqlite3.Error as error:
        with path.open("rb") as file:
            beside = b"\2" in file.read(_WAL.stop)[_WAL]
        log = "Its last changes may lie in a file beside it: ask for that too (its name ends in -wal), or for a backup. " if beside else ""
        raise DataError(f"{where}: the database refused the query ({error}). {log}Correct `query`.") from error


def _postgres(source: Source, where: str) -> Iterator[Sequence[Any]]:
    uri = os.environ.get(str(source.connection), "")
    if not uri:
        raise DataError(f"{where}: the environment variable {source.connection} is not set. Set it to the database's URI.")
    if not uri.startswith(("postgresql://", "postgres://")):
        raise DataError(
            f"{where}: {source.connection} does not hold a postgresql:// URI. For SQLite, put the file into raw/ and name it under `file`."
        )
    try:
        import adbc_driver_postgresql.dbapi as driver
    except ImportError as error:
        raise DataError(f"{where}: the PostgreSQL driver is not installed. Install the extra: adbc-driver-postgresql.") from error
    try:
        with driver.connect(uri) as connection, connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
            cursor.execute(str(source.query))
            yield [column[0] for column in cursor.description]
            yield from iter(lambda: cursor.fetchmany(CHUNK), [])
    except (driver.Error, OSError) as error:
        reason = (str(error).replace(uri, str(source.connection)).splitlines() or ["no reason given"])[0]
        raise DataError(f"{where}: the database refused the query ({reason}). Correct `query`.") from error
