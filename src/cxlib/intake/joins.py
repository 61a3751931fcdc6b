"""How well the client's tables find each other: for every id, how many rows know it, and how many of those find its home table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxlib.intake.workbench import Workbench, identifier
from cxlib.tables import Contract

__all__ = ["HOMES", "joins"]

HOMES = {  # id → the table in which it names a row
    "customer_id": "customers",
    "account_id": "accounts",
    "person_id": "persons",
    "contact_id": "contacts",
    "order_id": "orders",
    "touchpoint_id": "touchpoints",
    "offer_id": "offers",
    "document_id": "documents",
    "reason_id": "reasons",
}


def joins(bench: Workbench, tables: Mapping[str, Contract]) -> pd.DataFrame:
    """Count for each table and id column the rows, those that know the id, and those that find it in its home table.

    Parameters
    ----------
    bench : Workbench
        Holds the tables under their names.
    tables : mapping
        Table → contract.

    Returns
    -------
    DataFrame
        table, id, home, rows, known, found; found is missing where the client has no home table. One row more joins contacts to
        earlier contacts of the same customer.
    """
    counted = []
    for name in tables:
        present = bench.columns(name)
        for column, home in HOMES.items():
            if home == name or column not in present:
                continue
            inside = f"{column} IN (SELECT {column} FROM {identifier(home)})" if home in tables else ""
            found = f"count(*) FILTER (WHERE {inside})" if inside else "NULL"
            rows, known, found = bench.rows(f"SELECT count(*), count({column}), {found} FROM {identifier(name)}")[0]
            counted.append((name, column, home, rows, known, found))
    if "contacts" in tables and "customer_id" in bench.columns("contacts"):
        again = "count(customer_id) - count(DISTINCT customer_id)"  # all but each customer's first
        totals = bench.rows(f"SELECT count(*), count(customer_id), {again} FROM contacts")[0]
        counted.append(("contacts", "customer_id", "contacts", *totals))
    frame = pd.DataFrame(counted, columns=["table", "id", "home", "rows", "known", "found"])
    return frame.astype({"table": "str", "id": "str", "home": "str", "rows": "Int64", "known": "Int64", "found": "Int64"})
