"""Orders, invoices, quotes and leads: dates in words, amounts by hand, numbers without zeros, and the rest unharmed."""

from __future__ import annotations

import pandas as pd
import pytest

SHEETS = ("Auftraege_SAP.xlsx 2025", "Auftraege_SAP.xlsx 2026")


@pytest.fixture(scope="module")
def orders(taken):
    return taken.table("orders").set_index("order_id")


def test_312_numbers_get_their_zeros_back(cells, taken, orders):
    assert [(~cells[name]["Kunde"].str.startswith("0")).sum() for name in SHEETS] == [0, 312]
    for name in ("orders", "customers", "contacts", "quotes", "leads", "messages"):
        assert taken.table(name)["customer_id"].dropna().str.fullmatch(r"\d{7}").all(), name


def test_dates_in_words_are_found(cells, record, orders):
    sources = dict(zip(("orders_2025", "orders_2026"), SHEETS, strict=True))
    for source, sheet in sources.items():
        for column, header in (("promised_last", "Liefertermin"), ("promised_first", "Erste Zusage")):
            if header in cells[sheet]:
                weeks = cells[sheet][header].str.startswith("KW").sum()
                assert record[source]["failed"][column]["cells"] == weeks > 0
                assert cells[sheet][header].isin(["n. Abspr.", "01.01.1900"]).sum() > 20
    assert "Erste Zusage" not in cells[SHEETS[0]]
    assert orders[["promised_first", "promised_last"]].min().min() >= pd.Timestamp("2025-01-01")


def test_the_seller_na_is_a_seller(cells, orders, grown):
    signs = pd.concat([cells[name]["Verkäufer"] for name in SHEETS])
    known = grown[0]["orders"]["seller_id"]
    assert (signs == "NA").sum() == (known == "V09").sum() == (orders["seller_id"] == "V09").sum() > 0
    assert orders["seller_id"].isna().sum() == known.isna().sum()


def test_the_rest_of_the_orders_is_what_the_erp_knows(apart, orders):
    differing = apart("orders", "order_id")
    assert len(orders) == 8000
    assert set(differing) == {"promised_first", "promised_last"}
    assert all(pair["found"].isna().all() for pair in differing.values())


def test_invoices(cells, record, taken, apart, grown):
    invoices = record["invoices"]
    assert invoices["dropped"] == [["ignored", "Datum = 31.02.2025", 14]]
    assert invoices["failed"]["amount"]["cells"] == 1
    differing = apart("invoices", "invoice_id")
    assert set(differing) == {"issued_ts"}
    day = differing["issued_ts"]["known"].dt.normalize()
    assert (differing["issued_ts"]["found"] == day).all()
    amounts = taken.table("invoices").set_index("invoice_id")["amount"]
    known = grown[0]["invoices"].set_index("invoice_id")["_amount"].loc[amounts.index]
    assert amounts.isna().sum() == 1
    assert (amounts - known).abs().max() < 0.006
    told = cells["Rechnungen.csv"]["Betrag"]
    assert told.str.endswith("-").sum() == (grown[0]["invoices"]["_amount"] < 0).sum() > 0
    assert told.str.fullmatch(r"[\d,]+\.\d\d").sum() == 1


@pytest.mark.parametrize(("table", "rows"), [("quotes", 2400), ("leads", 1500)])
def test_the_crm(apart, taken, table, rows):
    assert apart(table, f"{table[:-1]}_id") == {}
    assert len(taken.table(table)) == rows
