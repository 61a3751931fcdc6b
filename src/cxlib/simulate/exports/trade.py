"""Orders, invoices, quotes and leads: an ERP's workbook, an invoice list and a CRM's workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from cxlib.simulate import dirt
from cxlib.simulate.exports.contacts import SELLER_SIGNS
from cxlib.simulate.formats import german, headed, table_text, workbook
from cxlib.simulate.plan import Plan, stream

__all__ = ["write"]

ROUTES = {"T16": "Mail", "T17": "Telefon", "T18": "Fax", "T19": "Shop", "T20": "EDI"}


def write(plan: Plan, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the three files."""
    _orders(plan, tables["orders"], folder)
    _invoices(plan, tables["invoices"], folder)
    _crm(tables["quotes"], tables["leads"], folder)


def _orders(plan: Plan, orders: pd.DataFrame, folder: Path) -> None:
    """One sheet a year. The first promise stands on the newer sheet alone, where customer numbers have become numbers in part."""
    rng = stream(plan, "dirt orders")
    local = orders["order_ts"].dt.tz_localize(None)
    rows = pd.DataFrame(
        {
            "Auftrag": orders["order_id"],
            "Kunde": orders["customer_id"],
            "Angelegt": local,
            "Wert": orders["value"],
            "Verkäufer": orders["seller_id"].replace(SELLER_SIGNS),
            "Kampagne": orders["campaign_id"],
            "Rabatt": orders["discount"].round(3),
            "Produktgruppe": orders["product_id"],
            "Leistung": orders["offer_id"],
            "Bestellweg": orders["touchpoint_id"].map(ROUTES),
            "Wunschtermin": orders["requested_date"],
            "Erste Zusage": dirt.promised_in_words(orders["promised_first"], rng),
            "Liefertermin": dirt.promised_in_words(orders["promised_last"], rng),
            "Terminänderungen": orders["date_changes"],
            "Letzte Änderung": orders["last_change_ts"].dt.tz_localize(None),
            "Geliefert": orders["delivered_date"],
            "Spedition": orders["carrier"],
            "Storniert": orders["cancelled_ts"].dt.tz_localize(None),
            "Retoure": orders["returned_ts"].dt.tz_localize(None),
        }
    ).astype("object")
    newer = (local >= "2026-01-01").to_numpy()
    bare = newer & orders["customer_id"].str.startswith("0").to_numpy()
    numbers = dirt.struck(rng, bare, plan.count(312))
    rows.loc[numbers, "Kunde"] = [int(number) for number in rows["Kunde"].iloc[numbers]]
    older = rows[~newer].drop(columns=["Erste Zusage"])
    workbook(folder / "Auftraege_SAP.xlsx", {"2025": ([], older), "2026": ([], rows[newer])})


def _invoices(plan: Plan, invoices: pd.DataFrame, folder: Path) -> None:
    rng = stream(plan, "dirt invoices")
    headers = {"invoice_id": "Rechnung", "order_id": "Auftrag", "format": "Format", "layout_version": "Layout"}
    rows = headed(invoices, headers)
    rows.insert(2, "Datum", invoices["issued_ts"].dt.strftime("%d.%m.%Y"))
    rows["Betrag"] = german(invoices["_amount"], thousands=True, minus_behind=True)
    wrong_day = dirt.struck(rng, np.ones(len(rows), dtype=bool), plan.count(14))
    rows.loc[wrong_day, "Datum"] = "31.02.2025"
    by_hand = dirt.struck(rng, (invoices["_amount"] > 1000) & ~rows.index.isin(wrong_day), 1)
    rows.loc[by_hand, "Betrag"] = [f"{amount:,.2f}" for amount in invoices["_amount"].iloc[by_hand]]
    text = table_text(rows, delimiter=";")
    (folder / "Rechnungen.csv").write_bytes(text.encode("cp1252"))


def _crm(quotes: pd.DataFrame, leads: pd.DataFrame, folder: Path) -> None:
    """Three sheets: quotes, leads, and the reasons for which leads were lost."""
    offered = pd.DataFrame(
        {
            "Angebot": quotes["quote_id"],
            "Kunde": quotes["customer_id"],
            "Angefragt": quotes["requested_ts"].dt.tz_localize(None),
            "Zugesagt bis": quotes["promised_ts"].dt.tz_localize(None),
            "Versendet": quotes["sent_ts"].dt.tz_localize(None),
            "Gewonnen": _won(quotes["won"]),
        }
    )
    asked = pd.DataFrame(
        {
            "Anfrage": leads["lead_id"],
            "Kunde": leads["customer_id"],
            "Eingang": leads["created_ts"].dt.tz_localize(None),
            "Erste Antwort": leads["first_touch_ts"].dt.tz_localize(None),
            "Kampagne": leads["campaign_id"],
            "Erstes Interesse": leads["first_interest_date"],
            "Gewonnen": _won(leads["won"]),
            "Verlustgrund": leads["lost_reason"],
        }
    )
    reasons = leads["lost_reason"].value_counts().rename_axis("Verlustgrund").reset_index(name="Anzahl")
    sheets = {"Angebote": offered, "Leads": asked, "Verlustgründe": reasons}
    workbook(folder / "Angebote_Leads_CRM.xlsx", {name: ([], sheet.astype("object")) for name, sheet in sheets.items()})


def _won(flags: pd.Series) -> pd.Series:
    return flags.map({True: "ja", False: "nein"}).astype("object")
