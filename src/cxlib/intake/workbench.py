"""Where raw tables lie while they are converted: a DuckDB in memory that spills to a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.errors import DataError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

__all__ = ["Befallen", "Raw", "Workbench", "identifier", "literal", "trimmed", "workbench"]

MEMORY = "25%"  # of the machine's; DuckDB spills to the folder beyond this
_BLANKS = " \t\r\n\u00a0\u2007\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_BLANKS += (
    "\u202f\u2060\u2066\u2067\u2068\u2069\u3000\ufeff"  # what stands around a word and is none of it, marks of the direction of writing too
)

Befallen = dict[tuple[str, str], int]  # (reason, detail) → the rows it befell


@dataclass(frozen=True, eq=False)
class Raw:
    """A raw table on the workbench: every cell text, one row a row of the export.

    Attributes
    ----------
    table : str
        Its name on the workbench: a column ``row`` (from 0), then one column of text a header.
    headers : tuple of str
    rows : int
        Rows the export held, those left out included.
    dropped : dict of (str, str) to int
        Rows left out, by reason and, where that says more, detail.
    noted : dict of (str, str) to int
        Rows that stay and look odd, likewise.
    doubtful : bool
        Whether some text may be wrongly decoded; a reader that looked and found nothing says no.
    explain : callable, optional
        Reads the export once more and raises with every fault, for when reading fails after the fact.
    place : callable
        Row number → where that row stands in the export, in words ("line 17").
    """

    table: str
    headers: tuple[str, ...]
    rows: int
    place: Callable[[int], str]
    dropped: Befallen = field(default_factory=dict)
    doubtful: bool = True
    explain: Callable[[], object] | None = None
    noted: Befallen = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Workbench:
    """A connection and the folder it spills to."""

    connection: duckdb.DuckDBPyConnection
    folder: Path

    @property
    def errors(self) -> type[Exception]:
        """What reading a table may raise."""
        import duckdb

        return duckdb.Error

    @property
    def full(self) -> type[Exception]:
        """What a table raises for which there is no room, in memory and beside it."""
        import duckdb

        return duckdb.OutOfMemoryException

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        return self.connection.execute(query).fetchall()

    def columns(self, table: str) -> list[str]:
        """Return the column names of a table on the bench."""
        return [row[0] for row in self.rows(f"SELECT column_name FROM (DESCRIBE {identifier(table)})")]

    def run(self, statement: str) -> None:
        """Run a statement."""
        self.connection.execute(statement)

    def arrow(self, query: str) -> pa.Table:
        """Run a query and return an Arrow table."""
        return self.connection.sql(query).to_arrow_table()

    def put(self, name: str, headers: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
        """Lay columns of text on the bench, with their row numbers."""
        import pyarrow as pa

        cells = [pa.array(column, pa.string()) for column in columns]
        self.take_in(name, pa.Table.from_arrays(cells, names=list(headers)))

    def take_in(self, name: str, cells: pa.Table) -> None:
        """Lay an Arrow table of text on the bench, with its row numbers."""
        self.connection.register("incoming", cells)
        self.run(f"CREATE TABLE {identifier(name)} AS SELECT (row_number() OVER () - 1)::BIGINT AS row, * FROM incoming")
        self.connection.unregister("incoming")


@contextmanager
def workbench(threads: int | None = None) -> Iterator[Workbench]:
    """Open a workbench; its folder is gone afterwards.

    Raises
    ------
    DataError
        When what is done on it needs more room than there is.
    """
    import duckdb

    folder = Path(tempfile.mkdtemp(prefix="cx-intake-"))
    try:
        settings: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": str(folder / "spill"), "preserve_insertion_order": True}
        with duckdb.connect(":memory:", config=settings | ({"threads": threads} if threads else {})) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield Workbench(connection, folder)
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            f"The exports need more room than this machine has: a quarter of its memory, and what is free in {folder.parent}. "
            "Free some space there, close other programs, or set TMPDIR to a folder on a larger disk."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def identifier(name: str) -> str:
    """Quote a column or table name for SQL.

    >>> identifier('Wartezeit "s"')
    '"Wartezeit ""s\"""'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL.

    >>> literal("k. A.'")
    "'k. A.'''"
    """
    return "'" + text.replace("'", "''") + "'"


def trimmed(cell: str) -> str:
    """Return SQL that takes blanks off both ends of a text, no-break spaces and tabs included.

    The plain trim is three times as fast and does for plain text.

    >>> with workbench() as bench:
    ...     bench.rows(f"SELECT {trimmed(literal(chr(160) + ' k. A. '))}")
    [('k. A.',)]
    """
    special = f"strlen({cell}) > length({cell}) OR contains({cell}, chr(9)) OR contains({cell}, chr(10))"
    return f"CASE WHEN {special} THEN trim({cell}, {literal(_BLANKS)}) ELSE trim({cell}) END"
