"""How well tables find each other: rows, rows that know an id, rows whose id stands in its home table."""

import pandas as pd
import pytest

from cxlib.intake.joins import HOMES, joins
from cxlib.intake.workbench import identifier
from cxlib.tables import CONTRACTS


@pytest.fixture
def joined(bench):
    """(rows, known, found) of one id column of one table"""

    def run(tables, table, column, home):
        for name, columns in tables.items():
            bench.connection.register("incoming", pd.DataFrame(columns).astype("str").replace("", None))
            bench.run(f"CREATE TABLE {identifier(name)} AS SELECT * FROM incoming")
            bench.connection.unregister("incoming")
        counted = joins(bench, {name: CONTRACTS[name] for name in tables})
        rows = counted[(counted["table"] == table) & (counted["id"] == column) & (counted["home"] == home)]
        return [tuple(None if pd.isna(value) else int(value) for value in row) for row in rows[["rows", "known", "found"]].to_numpy()]

    return run


CUSTOMERS = {"customer_id": ["1", "2", "3"]}


@pytest.mark.parametrize(
    ("ids", "counted"),
    [
        (["1", "2", "1"], (3, 3, 3)),
        (["1", "9", "01", "1 "], (4, 4, 1)),  # an id in another spelling is another id
        (["1", "", ""], (3, 1, 1)),  # an id that is missing is not known, and finds nobody
        (["", ""], (2, 0, 0)),
        ([], (0, 0, 0)),
    ],
)
def test_rows_that_know_an_id_and_those_that_find_it(joined, ids, counted):
    assert joined({"customers": CUSTOMERS, "orders": {"customer_id": ids}}, "orders", "customer_id", "customers") == [counted]


def test_a_home_row_without_its_id_hides_nobody(joined):
    tables = {"customers": {"customer_id": ["1", ""]}, "orders": {"customer_id": ["1", "9", ""]}}
    assert joined(tables, "orders", "customer_id", "customers") == [(3, 2, 1)]


def test_a_home_that_repeats_an_id_counts_no_row_twice(joined):
    tables = {"touchpoints": {"touchpoint_id": ["T1", "T1"]}, "contacts": {"touchpoint_id": ["T1", "T2"]}}
    assert joined(tables, "contacts", "touchpoint_id", "touchpoints") == [(2, 2, 1)]


def test_without_a_home_nothing_can_be_found_and_nothing_is_made_up(joined):
    assert joined({"orders": {"customer_id": ["1", ""]}}, "orders", "customer_id", "customers") == [(2, 1, None)]


def test_a_table_does_not_join_itself_and_columns_it_lacks_are_left_out(joined):
    tables = {"customers": CUSTOMERS, "orders": {"customer_id": ["1"]}}
    assert joined(tables, "customers", "customer_id", "customers") == []
    assert joined({}, "orders", "touchpoint_id", "touchpoints") == []


def test_several_ids_of_one_table_are_counted_apart(bench):
    bench.run(
        "CREATE TABLE contacts AS SELECT '1' AS contact_id, '7' AS order_id, NULL::VARCHAR AS offer_id, TIMESTAMPTZ '2025-01-01' AS contact_ts"
    )
    bench.run("CREATE TABLE orders AS SELECT '7' AS order_id, '5' AS offer_id")
    counted = joins(bench, {name: CONTRACTS[name] for name in ("contacts", "orders")})
    assert list(counted.columns) == ["table", "id", "home", "rows", "known", "found"]
    assert [tuple(row[:3]) for row in counted.to_numpy()] == [
        ("contacts", "order_id", "orders"),
        ("contacts", "offer_id", "offers"),
        ("orders", "offer_id", "offers"),
    ]
    assert counted["known"].to_list() == [1, 0, 1]
    assert counted["found"].isna().to_list() == [False, True, True]


@pytest.mark.parametrize(
    ("customers", "days", "counted"),
    [
        (["1", "1", "2", "1"], ["03", "01", "02", "04"], (4, 4, 2)),  # all but the first contact of each customer
        (["1", "", ""], ["01", "02", "03"], (3, 1, 0)),  # strangers are nobody's earlier contact
        (["1", "1"], ["01", "01"], (2, 2, 1)),  # at the same moment one of them still comes first
    ],
)
def test_contacts_find_earlier_ones_of_the_same_customer(joined, customers, days, counted):
    tables = {"contacts": {"customer_id": customers, "contact_ts": [f"2025-01-{day}" for day in days]}}
    assert joined(tables, "contacts", "customer_id", "contacts") == [counted]


def test_no_tables_give_a_typed_table_of_no_rows(bench):
    counted = joins(bench, {})
    assert counted.empty
    assert {str(kind) for kind in counted.dtypes} == {"str", "Int64"}


def test_every_home_has_its_id():
    assert all(column in CONTRACTS[home].columns for column, home in HOMES.items())
