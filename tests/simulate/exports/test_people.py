"""Customers, accounts and persons: staff are found among the customers, a name begins like a formula, the rest is unharmed."""

from __future__ import annotations

import pytest

from cxlib.simulate.dirt import DIALLED, STAFF


def test_staff_are_no_customers(record, cells, taken):
    assert record["customers"]["dropped"] == [["ignored", f"Name = {STAFF}", 9]]
    staff = cells["Kunden.csv"].query("Name == @STAFF")
    assert staff["Kundennummer"].is_unique
    assert not staff["Kundennummer"].isin(taken.table("customers")["customer_id"]).any()


def test_one_company_is_called_like_a_formula(cells):
    assert (cells["Kunden.csv"]["Name"] == DIALLED).sum() == 1


@pytest.mark.parametrize(("table", "rows"), [("customers", 2840), ("accounts", 620), ("persons", 1540)])
def test_the_rest_is_what_the_erp_knows(apart, taken, table, rows):
    assert apart(table, f"{table[:-1]}_id") == {}
    assert len(taken.table(table)) == rows


def test_customers_know_their_account(taken, grown):
    found = taken.table("customers").set_index("customer_id")
    known = grown[0]["customers"].set_index("customer_id").loc[found.index]
    assert found["account_id"].fillna("").eq(known["_account_id"].fillna("")).all()
    assert found["country"].eq(known["_state"]).all()
    assert found["size_class"].eq(known["_size_class"]).all()


def test_who_is_a_customer_alone_is_no_contact_person(cells, grown):
    known = grown[0]["persons"]
    assert len(cells["Ansprechpartner.csv"]) == known["account_id"].notna().sum() < len(known)
