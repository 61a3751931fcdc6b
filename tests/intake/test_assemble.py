"""Sources of one table come together, and what breaks the contract is named with its place."""

import pytest

from cxlib.intake.assemble import assemble, write
from cxlib.intake.sources import Taken
from cxlib.tables import contract

ORDERS = contract("orders")


@pytest.fixture
def parts(bench):
    def run(*tables, duplicates="refuse"):
        made = []
        for number, rows in enumerate(tables):
            values = ", ".join(f"({row}, {', '.join(cells)})" for row, cells in enumerate(rows))
            bench.run(
                f"CREATE TABLE p{number} AS SELECT row, a::VARCHAR AS order_id, b::VARCHAR AS customer_id, c::TIMESTAMPTZ AS order_ts, d::DOUBLE AS value FROM (VALUES {values}) AS v(row, a, b, c, d)"
            )
            record = {"file": f"{number}.csv", "dropped": {}}
            made.append(
                Taken(
                    f"s{number}", f"p{number}", ("order_id", "customer_id", "order_ts", "value"), record, {}, "line {}".format, duplicates
                )
            )
        return made

    return run


A, B = ("'1'", "'K'", "'2025-01-01'", "5"), ("'2'", "'K'", "'2025-01-02'", "6")


def test_rows_keep_the_order_of_their_sources(bench, parts, tmp_path):
    taken = parts([B], [A])
    assert assemble(bench, ORDERS, taken, "UTC", "orders") == []
    assert write(bench, ORDERS, tmp_path / "o.parquet", 2) == 2
    assert bench.rows(f"SELECT order_id FROM read_parquet('{tmp_path / 'o.parquet'}')") == [("2",), ("1",)]


def test_a_required_column_that_no_source_has_is_named(bench, parts):
    taken = [Taken(one.name, one.table, ("order_id", "order_ts", "value"), one.record) for one in parts([A])]
    assert assemble(bench, ORDERS, taken, "UTC", "orders") == [
        "orders: required column 'customer_id' is missing. Map it under `columns`, or give it under `constants`."
    ]


def test_cells_that_no_row_may_lack_are_named_with_their_places(bench, parts):
    taken = parts([A, ("'3'", "NULL", "'2025-01-01'", "1")], [("'4'", "NULL", "'2025-01-01'", "1")])
    assert assemble(bench, ORDERS, taken, "UTC", "orders") == [
        "orders: customer_id: is missing in 2 rows (0.csv, line 1; 1.csv, line 0), and no row may lack it. "
        "If these are no rows (a total, a note), leave them out with `ignore_rows`."
    ]


@pytest.mark.parametrize("ids", ["1 2 3", "1 - 2", "3 1 2", "- -"])
def test_ids_that_all_differ_are_no_doubles_in_whatever_order(bench, parts, ids):
    rows = [("NULL" if id_ == "-" else f"'{id_}'", "'K'", "'2025-01-01'", "1") for id_ in ids.split()]
    assert not any("more than once" in problem for problem in assemble(bench, ORDERS, parts(rows), "UTC", "orders"))


@pytest.mark.parametrize("ids", ["1 1", "1 - 1", "1 2 2", "2 1 2", "1 2 - 1 3"])
def test_doubled_ids_are_found_whatever_stands_between_them(bench, parts, ids):
    rows = [("NULL" if id_ == "-" else f"'{id_}'", "'K'", "'2025-01-01'", "1") for id_ in ids.split()]
    assert any("1 stand more than once in equal rows" in problem for problem in assemble(bench, ORDERS, parts(rows), "UTC", "orders"))


def test_doubled_keys_are_told_apart_and_named_with_their_places(bench, parts):
    other = ("'2'", "'K'", "'2025-01-02'", "NULL")
    assert assemble(bench, ORDERS, parts([A, B], [A, other]), "UTC", "orders")[1:] == [
        "orders: order_id: 1 stand more than once in equal rows, first: 1 (0.csv, line 0, 1.csv, line 0). Declare `duplicates: drop_equal` to keep one of each.",
        "orders: order_id: 1 stand more than once in rows that contradict each other, first: 2 (0.csv, line 1, 1.csv, line 1). Ask which of them holds.",
    ]


def test_one_of_equal_rows_is_kept_and_the_others_are_recorded(bench, parts):
    taken = parts([A, B, A], [B], duplicates="drop_equal")
    assert assemble(bench, ORDERS, taken, "UTC", "orders") == []
    assert bench.rows("SELECT part, row FROM orders ORDER BY part, row") == [(0, 0), (0, 1)]
    assert [one.record["dropped"] for one in taken] == [{("equal", "orders"): 1}, {("equal", "orders"): 1}]


def test_contradicting_rows_are_never_dropped(bench, parts):
    taken = parts([A], [("'1'", "'K'", "'2025-01-01'", "6")], duplicates="drop_equal")
    assert "in rows that contradict each other" in assemble(bench, ORDERS, taken, "UTC", "orders")[0]


def test_equal_rows_of_a_table_without_a_key_are_noted_or_dropped(came_of):
    columns = {"review_ts": "Wann", "source": "Portal", "rating": "Sterne"}
    source = {"table": "reviews", "delimiter": ";", "columns": columns}
    row = "2025-02-05 08:15:00;A;5\n"
    files = {"jan.csv": "Wann;Portal;Sterne\n" + row, "feb.csv": "Wann;Portal;Sterne\n" + row + row + row.replace("5\n", "4\n")}
    sources = {"jan": source | {"file": "jan.csv"}, "feb": source | {"file": "feb.csv"}}
    came = came_of(files, sources)
    assert [record["noted"] for record in came.records] == [{}, {("equal", "reviews"): 2}]
    assert len(came.rows) == 4
    came = came_of(files, {name: one | {"duplicates": "drop_equal"} for name, one in sources.items()})
    assert [row["rating"] for row in came.rows] == [5, 4]
    assert came.records[1]["dropped"] == {("repeated", ""): 1, ("equal", "reviews"): 1}
