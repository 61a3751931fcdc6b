"""Databases are read and never written; what a query gives is told as text."""

import sqlite3

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
