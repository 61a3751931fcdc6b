"""P11: invoices that raise questions."""

import pandas as pd
import pytest

from cxlib.contacts import pain_points

DAY = pd.Timestamp("2025-03-03")


def billed(count, **columns):
    ids = [f"r{number}" for number in range(count)]
    table = pd.DataFrame({"invoice_id": ids, "order_id": [f"o{number}" for number in range(count)], "format": "pdf"})
    return table.assign(issued_ts=DAY.tz_localize("UTC"), **columns)


def log(documents, orders=None, reasons=None, days=5):
    table = pd.DataFrame(
        {"document_id": pd.array(documents, dtype="str"), "customer_id": [str(number) for number in range(len(documents))]}
    )
    table = table.assign(local_date=DAY + pd.Timedelta(days=days), contact_ts=DAY.tz_localize("UTC"))
    if orders is not None:
        table["order_id"] = pd.array(orders, dtype="str")
    if reasons is not None:
        table["reason_id"] = pd.array(reasons, dtype="str")
    return table


def value(table, metric, **levels):
    for name, level in levels.items():
        table = table[table[name].eq(level)]
    return table.set_index("metric")["value"][metric]


def test_by_invoice_by_order_and_neither():
    """Three for a reason: one names an invoice, one its order, one nothing: shared out, 3 on 10 invoices; a fourth has another reason."""
    contacts = log(["r1", None, None, "r2"], [None, "o3", None, None], ["why", "why", "why", "other"])
    told = pain_points.invoices(contacts, billed(10), reasons=["why"])
    assert value(told, "invoice_contacts") == pytest.approx(300)
    assert value(told, "invoice_linked_share") == pytest.approx(2 / 3)
    assert value(told, "contacts_naming_invoice") == pytest.approx(200)


def test_an_order_s_contact_counts_for_its_last_invoice_before_it():
    sent = billed(2).assign(order_id="o", format=["paper", "pdf"])
    sent.loc[1, "issued_ts"] += pd.Timedelta(days=3)
    for days, which in ((5, "pdf"), (2, "paper"), (1, "paper"), (-2, "paper")):
        told = pain_points.invoices(log([None], ["o"], ["why"], days=days), sent, reasons=["why"], by=["format"])
        assert value(told, "invoice_contacts", format=which) == 1000


def test_what_is_missing_is_named():
    told = pain_points.invoices(log(["r1"]), billed(3), reasons=["why"]).set_index("metric")["note"]
    assert told["invoice_contacts"] == "needs contacts.reason_id"
    assert told["contacts_naming_invoice"] == ""
    assert pain_points.invoices(log(["r1"]), billed(3), by=["layout_version"])["note"].item() == "needs invoices.layout_version"


def test_the_demo_s_invoices_are_as_planted(client, near):
    asked = {"reasons": ["billing.invoice_comprehension", "billing.invoice_error"], "by": ["layout_version"]}
    real = client.tables["invoices"]["_amount"] > 0  # credits are no invoices
    told = pain_points.invoices(client.log(), client.table("invoices")[real], client.table("orders"), **asked)
    rows = told[told["metric"].eq("invoice_contacts")].set_index("layout_version")
    for layout in ("1", "2"):
        near(rows.loc[[layout]].reset_index(), 1000 * client.planted("P11", "questions_per_invoice", f"layout {layout}"), log=True)
