"""Customers, accounts and contact persons: three lists of the ERP, Windows text with semicolons."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxlib.simulate import dirt
from cxlib.simulate.formats import german, headed, table_text
from cxlib.simulate.plan import Plan, stream

__all__ = ["write"]

STATUS = {"prospect": "Interessent", "active": "aktiv", "lost": "verloren"}
ROLES = {
    "decision_maker": "Entscheider",
    "influencer": "Beeinflusser",
    "information_gatherer": "Informationssammler",
    "user": "Anwender",
    "unknown": "unbekannt",
}
STAFF_NUMBERS = 99_000
CUSTOMERS = {
    "customer_id": "Kundennummer",
    "_account_id": "Konto",
    "_company": "Name",
    "segment": "Segment",
    "region": "Region",
    "_state": "Land",
    "_size_class": "ABC",
    "preferred_channel": "Bevorzugt",
    "business_hours": "Geschäftszeit",
    "referred_by": "Empfohlen von",
}
PERSONS = {"person_id": "Nummer", "account_id": "Konto", "_name": "Name", "department": "Abteilung"}


def write(plan: Plan, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the three lists."""
    customers, persons = tables["customers"], tables["persons"]
    rows = headed(customers, CUSTOMERS)
    rows.insert(3, "Markt", customers["market"].map({"b2b": "B2B", "b2c": "Privat"}))
    rows.insert(4, "Status", customers["status"].map(STATUS))
    for header, column in (("Kunde seit", "start_date"), ("Verloren am", "churn_date")):
        rows[header] = customers[column].dt.strftime("%d.%m.%Y").fillna("")
    rows["Umsatz 12 Monate"] = german(customers["revenue_12m"], thousands=True)
    _put(_soiled(plan, rows, customers["status"] == "prospect"), folder / "Kunden.csv")
    accounts = tables["accounts"]
    kept = headed(accounts, {"account_id": "Konto", "size_class": "ABC"})
    kept["Umsatz 12 Monate"] = german(accounts["revenue_12m"], thousands=True)
    kept["Lieferantenbewertung"] = german(accounts["supplier_rating"], 1)
    _put(kept, folder / "Konten.csv")
    known = persons[persons["account_id"].notna()].reset_index(drop=True)
    people = headed(known, PERSONS)
    people["Rolle"] = known["role"].map(ROLES)
    people["Einfluss"] = german(known["influence_weight"], 2)
    _put(people, folder / "Ansprechpartner.csv")


def _soiled(plan: Plan, rows: pd.DataFrame, prospect: pd.Series) -> pd.DataFrame:
    """Call one prospect what a spreadsheet takes for a formula, and add staff who buy for themselves, under numbers of their own."""
    rng = stream(plan, "dirt customers")
    named = dirt.struck(rng, prospect & (rows["Name"] != ""), 1)
    rows.loc[named, "Name"] = dirt.DIALLED
    staff = rows.iloc[dirt.struck(rng, rows["Status"] == STATUS["active"], plan.count(9))].copy()
    staff["Kundennummer"] = [f"{STAFF_NUMBERS + number:07d}" for number in range(1, len(staff) + 1)]
    staff["Name"] = dirt.STAFF
    staff[["Konto", "Empfohlen von"]] = ""
    return pd.concat([rows, staff], ignore_index=True)


def _put(rows: pd.DataFrame, path: Path) -> None:
    path.write_bytes(table_text(rows, delimiter=";").encode("cp1252", errors="replace"))
