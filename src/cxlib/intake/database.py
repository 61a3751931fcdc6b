"""Databases, read-only: files of SQLite and DuckDB, PostgreSQL through ADBC; who may read it stands in the environment, never in params.

Nothing is ever written: only a SELECT is asked, files are opened for reading, and a server's transaction is told that it reads.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from cxlib.errors import DataError
from cxlib.intake.cells import told
from cxlib.intake.headers import bare, declared, distinct, doubled
from cxlib.intake.workbench import Raw, Workbench
from cxlib.params import Source

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_query"]

CHUNK = 50_000  # rows that are turned into text at a time
_DUCKDB = slice(8, 12)  # bytes that name a DuckDB file
_WAL = slice(18, 20)  # bytes of a SQLite file that say how it is written: 2 is a log beside it


def read_query(path: Path | None, source: Source, where: str, name: str, bench: Workbench, kinds: Mapping[str, str]) -> Raw:
    """Lay the rows of a query on the workbench, every cell text.

    Parameters
    ----------
    path : Path, optional
        A SQLite or DuckDB file; None where `source.connection` names the environment variable with a database's URI.
    source, where, name, bench, kinds
        As in :func:`cxlib.intake.excel.read_excel`.

    Raises
    ------
    DataError
        When the query is no SELECT, the variable is not set, the driver is not installed, the database refuses the query, or a text is not
        UTF-8; the URI is never repeated, nor what is secret in it.
    """
    import pyarrow as pa

    _only_reads(str(source.query), where)
    if path is None:
        chunks = _postgres(source, where)
    else:
        chunks = _duckdb(path, source, where) if _is_duckdb(path) else _sqlite(path, source, where)
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


_REMARK = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|\(", re.S)  # what may stand before the first word


def _only_reads(query: str, where: str) -> None:
    """Refuse what is no SELECT before any database sees it: a server copies a table into a file even where it may only read."""
    place = 0
    while found := _REMARK.match(query, place):
        place = found.end()
    word = re.match(r"\w*", query[place:])
    if word is None or word[0].upper() not in ("SELECT", "WITH", "VALUES", "TABLE", "FROM"):
        raise DataError(f"{where}: the query is no SELECT, and nothing but reading is asked of a database. Correct `query`.")


def _is_duckdb(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(_DUCKDB.stop)[_DUCKDB] == b"DUCK"


def _duckdb(path: Path, source: Source, where: str) -> Iterator[Sequence[Any]]:
    """Yield the columns' names, then rows; the query reaches no file but this one."""
    import duckdb

    closed: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false", "lock_configuration": "true"}
    try:
        with duckdb.connect(str(path), read_only=True, config=closed) as connection:
            yield from _arrow(connection.sql(str(source.query)).to_arrow_reader(CHUNK), source, where)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{where}: the database refused the query ({reason}). Correct `query`.") from error


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
            try:
                cursor.execute("SET TRANSACTION READ ONLY")  # of the transaction that has just begun; a default would be for later ones
                cursor.execute(str(source.query))
                yield from _batches(cursor, source, where)
            except (driver.Error, OSError) as error:
                reason = _reason(error, uri, source)
                raise DataError(f"{where}: the database refused the query ({reason}). Correct `query`.") from None
    except (driver.Error, OSError) as error:  # whose own words may hold the URI: they must not reach a traceback either
        reason = _reason(error, uri, source)
        raise DataError(f"{where}: the database cannot be reached ({reason}). Correct the URI in {source.connection}.") from None


_PIECES = re.compile(r"[^\w.-]+")
_SHORT = 3  # letters of a piece below which its places in a sentence would be chance


def _reason(error: Exception, uri: str, source: Source) -> str:
    """Return the first line of what a driver says, without the URI and without any piece of it that may be secret.

    A driver that cannot make sense of a URI repeats what it took for a port or a name, which may be part of a password.
    """
    told = (str(error).replace(uri, str(source.connection)).splitlines() or ["no reason given"])[0]
    address, _, options = uri.partition("://")[2].partition("?")
    who, _, _ = uri.partition("://")[2].rpartition("@")
    password = who.partition(":")[2]
    secret = f"{password} {options} {address.partition('#')[2]}"
    told = re.sub(r'"([^"]*)"', lambda quoted: '"…"' if len(quoted[1]) >= _SHORT and quoted[1] in secret else quoted[0], told)
    pieces = {password, unquote(password), *_PIECES.split(secret), *_PIECES.split(unquote(secret))}
    for piece in sorted(pieces, key=lambda piece: (-len(piece), piece)):
        told = told.replace(piece, "…") if len(piece) >= _SHORT else told
    return told


def _batches(cursor: Any, source: Source, where: str) -> Iterator[Sequence[Any]]:
    """Yield the columns' names, then rows."""
    if not cursor.description:
        raise DataError(f"{where}: the query gives no rows. `query` has to be a SELECT.")
    yield from _arrow(cursor.fetch_record_batch(), source, where)


def _arrow(reader: pa.RecordBatchReader, source: Source, where: str) -> Iterator[Sequence[Any]]:
    """Yield the columns' names, then rows; what Arrow cannot tell as it is stands in the fields' metadata."""
    used = declared(source) or set(reader.schema.names)
    if problems := [_unfit(field, where) for field in reader.schema if field.name in used and _unfit(field, where)]:
        raise DataError(*problems)
    yield reader.schema.names
    readers = [_of_type(field) for field in reader.schema]
    for batch in reader:
        for start in range(0, batch.num_rows, CHUNK):
            columns = batch.slice(start, CHUNK).columns
            yield list(zip(*(map(read, column.to_pylist()) for read, column in zip(readers, columns, strict=True)), strict=True))


def _type(field: pa.Field) -> str:
    return (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode()


def _unfit(field: pa.Field, where: str) -> str:
    """Word what a column's type keeps from being told as text."""
    kind, name = _type(field), field.name
    if kind == "money":
        return f"{where}: {name}: is of the type money, which comes without its decimal sign. Let `query` give {name}::numeric."
    if str(field.type).startswith(("list", "large_list", "struct", "map")):
        return f"{where}: {name}: each cell holds a list or a record ({kind or field.type}). Let `query` give one plain value a cell."
    if "opaque" in str(field.type) and "storage_type=string" not in str(field.type):
        return f"{where}: {name}: is of the type {kind}. Let `query` give {name}::text."
    return ""


def _of_type(field: pa.Field) -> Callable[[Any], Any]:
    """Return how a cell becomes what :func:`cxlib.intake.cells.told` knows."""
    if _type(field) == "numeric":
        return _numeric
    return _interval if _type(field) == "interval" or str(field.type) == "month_day_nano_interval" else lambda cell: cell


def _numeric(cell: str | None) -> Decimal | None:
    number = Decimal(cell) if cell is not None else None
    return None if number is None or number.is_nan() else number


def _interval(cell: Any) -> timedelta | str | None:
    """A span without months, which have no fixed length."""
    if cell is None:
        return None
    spelt = f"{cell.months} months {cell.days} days"
    return spelt if cell.months else timedelta(days=cell.days, microseconds=cell.nanoseconds // 1000)
