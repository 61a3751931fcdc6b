"""Databases are read and never written; what a query gives is told as text."""

import sqlite3
import sys
import traceback
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
    for query in (
        "ATTACH ':memory:' AS other",
        "PRAGMA user_version = 3",
        "COPY t TO 'x.csv'",
        "(DELETE FROM t)",
        " -- SELECT\n/* SELECT */ DROP TABLE t",
        "",
    ):
        with pytest.raises(
            DataError, match=r"x.db: the query is no SELECT, and nothing but reading is asked of a database. Correct `query`."
        ):
            read_query(base, Source.model_construct(format="sql", query=query, columns={}, items={}), "x.db", "raw", bench, {})
    assert asked(bench, base, " /* of last\n year */ -- all\n select id from t limit 1")[1] == [("007",)]


def test_a_query_may_name_a_column_twice(bench, base):
    assert asked(bench, base, "SELECT id, id, nr AS row FROM t", columns={"order_id": "id (2)"})[0].headers == (
        "id (1)",
        "id (2)",
        "row (3)",
    )
    with pytest.raises(DataError, match="x.db: the column 'id' stands 2 times in the header"):
        asked(bench, base, "SELECT id, id FROM t", columns={"order_id": "id"})


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("DELETE FROM t", "the query is no SELECT"),
        ("WITH x AS (SELECT 1) DELETE FROM t", r"the database refused the query \(attempt to write a readonly database\)"),
        ("SELECT 1; DELETE FROM t", "the database refused the query"),
    ],
)
def test_nothing_is_ever_written(bench, base, query, reason):
    before = base.read_bytes()
    with pytest.raises(DataError, match=f"x.db: {reason}"):
        asked(bench, base, query)
    assert base.read_bytes() == before


@pytest.mark.parametrize("query", ["SELECT nothing FROM t", "SELECT * FROM nowhere"])
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
        posted(bench, "SELECT", {})
    monkeypatch.setenv("ACME_DB", "postgresql://user:wrong@host/db")
    with pytest.raises(DataError) as error:
        posted(bench, "SELECT id", {"order_id": "id"})
    assert (
        str(error.value) == "orders: the database cannot be reached (ACME_DB: password authentication failed). Correct the URI in ACME_DB."
    )


@pytest.mark.parametrize(
    ("uri", "said", "told"),
    [  # libpq 15, word for word
        ("postgresql://cx:s3cr3t/a@host/db", 'invalid integer value "s3cr3t" for connection option "port"', 'invalid integer value "…" for connection option "port"'),
        ("postgresql://cx:s3cr3t%zz@host/db", 'invalid percent-encoded token: "s3cr3t%zz"', 'invalid percent-encoded token: "…"'),
        ("postgresql://cx:p%40ss@host/db", "could not use p@ss or p%40ss", "could not use … or …"),
        ("postgresql://cx:s3c%40r3t@host/db", "no s3c and no r3t", "no … and no …"),
        ("postgresql://cx@host/db?password=s3cr3t", "refused: s3cr3t", "refused: …"),
        ("postgresql://cx:a#s3cr3t@host/db", 'no host "a#s3cr3t@host"', 'no … "…@…"'),
        ("postgresql://cx:s3cr3t@host/db", 'connection to server at "host" failed for user "cx"', 'connection to server at "host" failed for user "cx"'),
    ],
)  # fmt: skip
def test_no_piece_of_a_secret_is_told_by_an_error_or_its_traceback(bench, server, monkeypatch, uri, said, told):
    def connect(_):
        raise RefusedError(f"{said}\n{uri}")

    monkeypatch.setattr(sys.modules["adbc_driver_postgresql.dbapi"], "connect", connect)
    monkeypatch.setenv("ACME_DB", uri)
    with pytest.raises(DataError) as error:
        posted(bench, "SELECT id", {"order_id": "id"})
    assert str(error.value) == f"orders: the database cannot be reached ({told}). Correct the URI in ACME_DB."
    assert uri not in "".join(traceback.format_exception(error.value))


@pytest.fixture
def warehouse(tmp_path):
    import duckdb

    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t (id TEXT, seen TIMESTAMPTZ, sum DECIMAL(9, 2), wait INTERVAL, tags TEXT[])")
        connection.execute(
            "INSERT INTO t VALUES ('007', '2025-02-05 07:15:00+00', 1234.50, INTERVAL 205 SECOND, ['a']), ('8', NULL, NULL, NULL, NULL)"
        )
    return path


def test_a_duckdb_file_is_read_as_it_is(bench, warehouse):
    before = warehouse.read_bytes()
    raw, rows = asked(bench, warehouse, "SELECT id, seen, sum, wait FROM t ORDER BY id")
    assert raw.rows == 2
    assert [row[0] for row in rows] == ["007", "8"]
    assert rows[0][2:] == ("1234,5", "0:03:25")
    assert datetime.fromisoformat(rows[0][1]) == datetime(2025, 2, 5, 7, 15, tzinfo=UTC)
    assert rows[1][1:] == ("", "", "")
    assert warehouse.read_bytes() == before


def test_a_list_in_a_cell_is_refused_where_it_is_used(bench, warehouse):
    assert len(asked(bench, warehouse, "FROM t", columns={"order_id": "id"})[1]) == 2
    with pytest.raises(
        DataError, match=r"x.db: tags: each cell holds a list or a record \(list<.*Let `query` give one plain value a cell."
    ):
        asked(bench, warehouse, "SELECT tags FROM t")


@pytest.mark.parametrize(
    "query",
    ["SELECT 1; DELETE FROM t", "WITH x AS (SELECT 1) DELETE FROM t", "SELECT 1; COPY t TO 'out.csv'", "SELECT * FROM read_text('/etc/hostname')", "SELECT nothing FROM t"],
)  # fmt: skip
def test_a_query_to_duckdb_writes_nothing_and_reaches_no_other_file(bench, warehouse, query, monkeypatch):
    monkeypatch.chdir(warehouse.parent)
    before = warehouse.read_bytes()
    with pytest.raises(DataError, match=r"x.db: the database refused the query \(.+\)\. Correct `query`\."):
        asked(bench, warehouse, query)
    assert warehouse.read_bytes() == before
    assert [path.name for path in warehouse.parent.iterdir()] == ["warehouse.duckdb"]
