"""Tables too large to be read whole: a DuckDB relation over the Parquet that intake wrote."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

__all__ = ["connect", "relation"]


def connect(*, memory: str | None = None, temp_folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that keeps time in UTC and stays within its memory.

    Parameters
    ----------
    memory : str, optional
        As in "800MB"; a quarter of the machine's when left out.
    temp_folder : Path, optional
        Where what does not fit is put until the process ends; the system's folder for such when left out.
    """
    import duckdb

    from cxlib.intake.workbench import MEMORY

    spill = Path(tempfile.mkdtemp(prefix="cx-spill-", dir=temp_folder))
    settings: dict[str, Any] = {"memory_limit": memory or MEMORY, "temp_directory": str(spill), "preserve_insertion_order": False}
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def relation(connection: duckdb.DuckDBPyConnection, path: Path, *, join: Sequence[tuple[str, Any]] = ()) -> duckdb.DuckDBPyRelation:
    """Return a Parquet file as a relation, with the columns of other tables added.

    Parameters
    ----------
    connection : DuckDB connection
    path : Path
    join : sequence of (column, DataFrame)
        Column they share, and a table with one row for each of its values. Columns that the file has already are left out; one that a
        table before has added is filled where it is missing.
    """
    told = connection.read_parquet(str(path))
    given = list(told.columns)
    for number, (key, table) in enumerate(join):
        fresh = [name for name in table.columns if name not in given and name != key]
        name = f"joined_{number}_{len(told.columns)}"
        connection.register(name, table[[key, *fresh]])
        added = connection.table(name).set_alias("added")
        own = [f'coalesce(own."{one}", added."{one}") AS "{one}"' if one in fresh else f'own."{one}"' for one in told.columns]
        columns = ", ".join([*own, *(f'added."{one}"' for one in fresh if one not in told.columns)])
        told = told.set_alias("own").join(added, f'own."{key}" = added."{key}"', how="left").project(columns)
    return told
