"""Databases are read and never written; what a query gives is told as text."""

import sqlite3
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pyarrow as pa
import pytest

from cxlib.errors import DataError
from cxlib.intake.database import read_query
from cxlib.params import Source


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "wörk #1?.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (id TEXT, nr INTEGER, w REAL, x)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", [("007", 9007199254740993, 1.5, None), ("8", 2, 2.0, "NA")])
    connection.close()
    return path


def asked(bench, path, query, **declared):
    source = Source.model_validate({"table": "orders", "file": "x.db", "format": "sql", "query": query, "decimal": ","} | declared)
    raw = read_query(path, source, "x.db", "raw", bench, {})
    return raw, [row[1:] for row in bench.rows("SELECT * FROM raw ORDER BY row")]


def test_ids_keep_their_zeros_and_all_their_digits(bench, base):
    raw, rows = asked(bench, base, "SELECT * FROM t ORDER BY nr DESC")
    assert raw.headers == ("id", "nr", "w", "x")
    assert rows == [("007", "9007199254740993", "1,5", ""), ("8", "2", "2", "NA")]
    assert raw.place(0) == "row 1 of the query"


def test_cells_of_one_column_may_be_of_any_type(bench, tmp_path):
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, None) for n in range(1500)] + [("A7", "spät"), (0.5, "blob ö".encode())])
    connection.close()
    rows = asked(bench, path, "SELECT * FROM t ORDER BY rowid")[1]
    assert rows[1499:] == [("1499", ""), ("A7", "spät"), ("0,5", "blob ö")]


def test_text_that_is_not_utf_8_is_refused_with_its_row(bench, tmp_path):
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (Id, Text)")
        connection.execute("INSERT INTO t VALUES (1, 'a'), (2, CAST(x'4bf66c6e' AS TEXT))")
    connection.close()
    with pytest.raises(DataError) as error:
        asked(bench, path, "SELECT * FROM t")
    assert str(error.value) == (
        "x.db: Text: row 2 of the query holds bytes that are no text in UTF-8. "
        "Let `query` leave the column out, or ask for the database with its texts in UTF-8."
    )


def test_a_database_without_the_log_of_its_last_changes_is_known(bench, tmp_path):
    path = tmp_path / "y.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    (tmp_path / "x.db").write_bytes(path.read_bytes())
    connection.close()
    with pytest.raises(DataError) as error:
        asked(bench, tmp_path / "x.db", "SELECT * FROM t")
    assert str(error.value) == (
        "x.db: the database refused the query (no such table: t). Its last changes may lie in a file beside it: "
        "ask for that too (its name ends in -wal), or for a backup. Correct `query`."
    )


def test_a_query_that_gives_no_rows_is_no_query(bench, base):
    with pytest.raises(DataError, match=r"x.db: the query gives no rows. `query` has to be a SELECT."):
        asked(bench, base, "ATTACH ':memory:' AS other")


def test_a_query_may_name_a_column_twice(bench, base):
    assert asked(bench, base, "SELECT id, id, nr AS row FROM t", columns={"order_id": "id (2)"})[0].headers == (
        "id (1)",
        "id (2)",
        "row (3)",
    )
    with pytest.raises(DataError, match="x.db: the column 'id' stands 2 times in the header"):
        asked(bench, base, "SELECT id, id FROM t", columns={"order_id": "id"})


@pytest.mark.parametrize("query", ["DELETE FROM t", "DROP TABLE t", "INSERT INTO t VALUES ('1', 2, 3, 4)"])
def test_nothing_is_ever_written(bench, base, query):
    before = base.read_bytes()
    with pytest.raises(DataError, match="x.db: the database refused the query"):
        asked(bench, base, query)
    assert base.read_bytes() == before


@pytest.mark.parametrize("query", ["SELECT nothing FROM t", "SELEC 1", "SELECT * FROM nowhere"])
def test_a_query_that_fails_is_told(bench, base, query):
    with pytest.raises(DataError, match=r"x.db: the database refused the query \(.+\)\. .*Correct `query`\."):
        asked(bench, base, query)


def test_a_database_is_named_by_the_environment_and_never_repeated(bench, monkeypatch):
    source = Source.model_validate({"table": "orders", "connection": "ACME_DB", "format": "sql", "query": "SELECT 1"})
    monkeypatch.delenv("ACME_DB", raising=False)
    with pytest.raises(DataError, match="orders: the environment variable ACME_DB is not set. Set it to the database's URI."):
        read_query(None, source, "orders", "raw", bench, {})
    monkeypatch.setenv("ACME_DB", "mysql://user:secret@host/db")
    with pytest.raises(DataError) as error:
        read_query(None, source, "orders", "raw", bench, {})
    assert "secret" not in str(error.value)
    assert "does not hold a postgresql:// URI" in str(error.value)


FIELDS = {"id": "text", "at": "timestamptz", "sum": "numeric", "wait": "interval", "paid": "money", "tags": "_text", "host": "inet"}
TYPES = {"at": pa.timestamp("us", tz="UTC"), "wait": pa.month_day_nano_interval(), "paid": pa.int64(), "tags": pa.list_(pa.string())}
TYPES |= {"host": pa.opaque(pa.binary(), "inet", "PostgreSQL")}
CELLS = {"id": ["007", "8"], "at": [datetime(2025, 2, 5, 7, 15, tzinfo=UTC)] * 2, "sum": ["1234.50", "NaN"], "paid": [1250, None]}
CELLS |= {"wait": [pa.MonthDayNano([0, 1, 205_000_000_000]), pa.MonthDayNano([1, 0, 0])], "tags": [["a"], None], "host": [b"1", None]}


class RefusedError(Exception):
    """What the driver raises."""


@pytest.fixture
def server(monkeypatch):
    """A stand-in for the PostgreSQL driver, with types as a server of version 15 gives them; what was asked of it."""
    asked = []

    class Cursor:
        description = ()

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def execute(self, statement):
            asked.append(statement)
            names = [name for name in FIELDS if name in statement]
            self.description = tuple(names)
            fields = [pa.field(name, TYPES.get(name, pa.string()), metadata={"POSTGRESQL:type": FIELDS[name]}) for name in names]
            arrays = [pa.array(CELLS[name], getattr(TYPES.get(name), "storage_type", TYPES.get(name, pa.string()))) for name in names]
            arrays = [
                array if array.type == field.type else pa.ExtensionArray.from_storage(field.type, array)
                for array, field in zip(arrays, fields, strict=True)
            ]
            self.table = pa.table(arrays, schema=pa.schema(fields)) if names else None
            if "refused" in statement:
                raise RefusedError("no such table, at postgresql://user:secret@host/db")

        def fetch_record_batch(self):
            return self.table.to_reader()

    class Connection(Cursor):
        def cursor(self):
            return Cursor()

    def connect(uri):
        if "wrong" in uri:
            raise RefusedError(f"{uri}: password authentication failed")
        return Connection()

    module = SimpleNamespace(dbapi=SimpleNamespace(connect=connect, Error=RefusedError))
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", module)
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", module.dbapi)
    monkeypatch.setenv("ACME_DB", "postgresql://user:secret@host/db")
    return asked


def posted(bench, query, columns):
    given = {"table": "orders", "connection": "ACME_DB", "format": "sql", "query": query, "decimal": ",", "columns": columns}
    read_query(None, Source.model_validate(given), "orders", "raw", bench, {"at": "time", "sum": "number", "wait": "number", "id": "id"})
    return [row[1:] for row in bench.rows("SELECT * FROM raw ORDER BY row")]


def test_typed_cells_of_a_server_are_told_as_declared_in_a_transaction_that_only_reads(bench, server):
    rows = posted(bench, "SELECT id, at, sum, wait", {"order_id": "id"})
    assert server == ["SET TRANSACTION READ ONLY", "SELECT id, at, sum, wait"]
    assert rows == [("007", "2025-02-05 07:15:00+00", "1234,5", "24:03:25"), ("8", "2025-02-05 07:15:00+00", "", "1 months 0 days")]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("paid", "orders: paid: is of the type money, which comes without its decimal sign. Let `query` give paid::numeric."),
        ("tags", "orders: tags: each cell holds a list or a record (_text). Let `query` give one plain value a cell."),
        ("host", "orders: host: is of the type inet. Let `query` give host::text."),
    ],
)
def test_types_that_are_no_plain_cells_are_refused_where_they_are_used(bench, server, column, message):
    with pytest.raises(DataError) as error:
        posted(bench, f"SELECT id, {column}", {"order_id": "id", "value": column})
    assert str(error.value) == message
    assert len(posted(bench, f"SELECT id, {column}", {"order_id": "id"})) == 2


def test_a_server_s_no_is_told_without_its_secret(bench, server, monkeypatch):
    with pytest.raises(DataError) as error:
        posted(bench, "SELECT id FROM refused", {"order_id": "id"})
    assert str(error.value) == "orders: the database refused the query (no such table, at ACME_DB). Correct `query`."
    with pytest.raises(DataError, match=r"orders: the query gives no rows\. `query` has to be a SELECT\."):
        posted(bench, "CREATE TABLE x", {})
    monkeypatch.setenv("ACME_DB", "postgresql://user:wrong@host/db")
    with pytest.raises(DataError) as error:
        posted(bench, "SELECT id", {"order_id": "id"})
    assert (
        str(error.value) == "orders: the database cannot be reached (ACME_DB: password authentication failed). Correct the URI in ACME_DB."
    )
