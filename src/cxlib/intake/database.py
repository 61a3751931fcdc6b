"""Databases through ADBC, read-only; where a database lies and who may read it stands in the environment, never in params."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa

from cxlib.errors import DataError
from cxlib.intake.cells import told
from cxlib.intake.headers import distinct, doubled
from cxlib.intake.workbench import Raw, Workbench
from cxlib.params import Source

__all__ = ["read_query"]


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
        When the variable is not set, the driver is not installed, or the database refuses the query; the URI is never repeated.
    """
    table = _fetched(path, source, where)
    if problems := doubled(table.column_names, source, where):
        raise DataError(*problems)
    headers = distinct(table.column_names)
    columns = zip(headers, table.columns, strict=True)
    bench.put(name, headers, [[told(value, kinds.get(header, ""), source) for value in column.to_pylist()] for header, column in columns])
    return Raw(name, tuple(headers), table.num_rows, lambda row: f"row {row + 1} of the query")


def _fetched(path: Path | None, source: Source, where: str) -> pa.Table:
    if path is not None:
        import adbc_driver_sqlite.dbapi as driver

        uri = f"file:{quote(str(path))}?mode=ro"
    else:
        uri = os.environ.get(str(source.connection), "")
        if not uri:
            raise DataError(f"{where}: the environment variable {source.connection} is not set. Set it to the database's URI.")
        if not uri.startswith(("postgresql://", "postgres://")):
            raise DataError(
                f"{where}: {source.connection} does not hold a postgresql:// URI. "
                "For SQLite, put the file into raw/ and name it under `file`."
            )
        try:
            import adbc_driver_postgresql.dbapi as driver  # type: ignore[no-redef]
        except ImportError as error:
            raise DataError(f"{where}: the PostgreSQL driver is not installed. Install the extra: adbc-driver-postgresql.") from error
    try:
        with driver.connect(uri) as connection, connection.cursor() as cursor:
            if path is None:
                cursor.execute("SET default_transaction_read_only = on")
            cursor.execute(str(source.query))
            return cursor.fetch_arrow_table()
    except driver.Error as error:
        reason = (str(error).replace(uri, str(source.connection)).splitlines() or ["no reason given"])[0]
        advice = "A column that holds numbers and words needs `CAST(… AS TEXT)`. " if "type" in reason.lower() else ""
        raise DataError(f"{where}: the database refused the query ({reason}). {advice}Correct `query`.") from error
