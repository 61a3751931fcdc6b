"""What departments keep in lists: mailings, portal events, the workshop's workbook, actions, goals, notes, incidents, documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxlib.simulate.formats import Sheet, headed, packed, table_text, workbook
from cxlib.simulate.plan import Plan

__all__ = ["HEADERS", "WORDS", "write"]

# contract column → header, by table; headers are what people call things
HEADERS = {
    "messages": {
        "message_id": "Nr",
        "customer_id": "Kunde",
        "case_id": "Vorgang",
        "order_id": "Auftrag",
        "sent_ts": "Versandt",
        "kind": "Art",
        "type": "Anlass",
        "document_id": "Vorlage",
    },
    "touchpoints": {
        "touchpoint_id": "Nr",
        "name_de": "Kontaktpunkt",
        "name_en": "Touchpoint",
        "phase": "Phase",
        "stage": "Stufe",
        "seq": "Reihenfolge",
        "mode": "Modus",
        "influence": "Einfluss",
        "object_type": "Objekt",
        "department": "Abteilung",
        "operator": "Betrieb",
        "observable_in": "Sichtbar in",
        "status": "Status",
    },
    "service_levels": {
        "reason_id": "Anliegen",
        "channel": "Weg",
        "owner": "Verantwortlich",
        "response_h": "Antwort (h)",
        "resolution_h": "Lösung (h)",
        "clock": "Uhr",
        "target_share": "Zielquote",
        "threshold_s": "Annahme (s)",
        "variant": "Wunsch der Kunden",
    },
    "offers": {
        "offer_id": "Nr",
        "name_de": "Leistung",
        "name_en": "Service",
        "offer_type": "Sorte",
        "stage": "Stufe",
        "margin_share": "Marge",
    },
    "principles": {"principle_id": "Nr", "text_de": "Satz", "text_en": "Sentence"},
    "principle_ratings": {"principle_id": "Satz", "touchpoint_id": "Kontaktpunkt", "rater": "Bewertet von", "fit": "Passt (0–4)"},
    "actions": {
        "action_id": "Nr",
        "name_de": "Maßnahme",
        "name_en": "Action",
        "touchpoint_id": "Kontaktpunkt",
        "reason_id": "Anliegen",
        "type": "Sorte",
        "aim": "Ziel",
        "departments": "Abteilungen",
        "channels": "Wege",
        "effect_on": "Wirkt auf",
        "effect_low": "mindestens",
        "effect_mode": "wahrscheinlich",
        "effect_high": "höchstens",
        "cost_once": "einmalig (EUR)",
        "cost_year": "je Jahr (EUR)",
        "depends_on": "braucht vorher",
        "start_date": "Start",
        "comparison": "Vergleich",
        "owner": "Verantwortlich",
        "finding": "Anlass",
    },
    "goals": {
        "department": "Abteilung",
        "kpi": "Kennzahl",
        "target": "Ziel",
        "direction": "Richtung",
        "value": "Stand",
        "period": "Jahr",
    },
    "employee_notes": {
        "note_id": "Nr",
        "note_ts": "Wann",
        "department": "Abteilung",
        "touchpoint_id": "Kontaktpunkt",
        "kind": "Art",
        "value": "Punkte",
        "text": "Notiz",
    },
    "incidents": {
        "incident_id": "Nr",
        "respondent_id": "Gespräch",
        "touchpoint_id": "Kontaktpunkt",
        "sign": "Vorzeichen",
        "severity": "Schwere",
        "incident_ts": "Wann",
        "text": "Erlebnis",
    },
    "documents": {"document_id": "Nr", "name": "Name", "kind": "Art", "text": "Text"},
    "reviews": {"review_ts": "Wann", "source": "Portal", "rating": "Sterne", "touchpoint_id": "Kontaktpunkt", "text": "Text"},
}
# words of contracts → words of people, by contract column
WORDS = {
    "kind": {
        "informing": "Information",
        "activating": "Aufforderung",
        "observation": "Beobachtung",
        "estimate_actual": "Schätzung Ist",
        "estimate_expected": "Schätzung Soll",
        "idea": "Idee",
    },
    "phase": {"presales": "Vorkauf", "sales": "Kauf", "aftersales": "Nachkauf"},
    "mode": {"online": "online", "offline": "offline", "both": "beides"},
    "influence": {"direct": "direkt", "indirect": "indirekt"},
    "object_type": {"company": "Haus", "employee": "Mitarbeiter", "product": "Produkt", "service": "Service", "brand": "Marke"},
    "operator": {"own": "eigen", "partner": "Partner", "third_party": "fremd"},
    "observable_in": {"log": "Protokoll", "survey": "Befragung", "both": "beidem"},
    "status": {"active": "aktiv", "planned": "geplant", "obsolete": "überholt"},
    "clock": {"calendar": "Kalender", "business": "Servicezeit"},
    "variant": {"offered": "angeboten", "removed": "abgeschafft", "positive": "gewünscht"},
    "direction": {"up": "hoch", "down": "runter"},
    "sign": {"positive": "+", "negative": "-"},
    "aim": {"meet": "Erwartung erfüllen", "exceed": "Erwartung übertreffen"},
    "effect_on": {"contacts": "Kontakte", "actual": "Urteil", "sales": "Verkauf"},
}
KINDS_OF_ACTION = {
    "process": "Ablauf",
    "it": "IT",
    "organisation": "Organisation",
    "communication": "Kommunikation",
    "training": "Schulung",
}


def write(plan: Plan, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write all lists."""
    for name, file, delimiter in (
        ("employee_notes", "Mitarbeiter_Notizen.csv", ","),
        ("documents", "Dokumente.csv", ","),
        ("reviews", "Bewertungsportal.csv", ","),
    ):
        (folder / file).write_bytes(table_text(_texts(tables[name], name), delimiter=delimiter, newline="\n").encode("utf-8"))
    (folder / "Aussendungen.csv.gz").write_bytes(packed(table_text(_texts(tables["messages"], "messages"), delimiter=";", newline="\n")))
    events = tables["events"]
    events = events[[column for column in events if not column.startswith("_")]]
    events.assign(event_ts=events["event_ts"].dt.tz_convert("UTC")).to_parquet(folder / "Portal_Events.parquet", index=False)
    workbook(folder / "Workshop_Kontaktpunkte.xlsx", _workshop(tables))
    workbook(folder / "Kritische_Ereignisse.xlsx", {"Interviews": ([], _cells(tables["incidents"], "incidents"))})
    actions = _cells(tables["actions"], "actions").replace({"Sorte": KINDS_OF_ACTION})
    title = ["Maßnahmen und Ziele", "Stand 30.6.2026, Beträge in Euro", ""]
    goals = _cells(tables["goals"], "goals")
    workbook(folder / "Massnahmen_Ziele.xlsx", {"Maßnahmen": (title, actions), "Ziele": (title, goals)})


def _workshop(tables: Mapping[str, pd.DataFrame]) -> dict[str, Sheet]:
    title = ["Workshop Kontaktpunkte am 24.3.2026", ""]
    sheets = {"Kontaktpunkte": "touchpoints", "Servicestandards": "service_levels", "Leistungen": "offers", "Leitbild": "principles"}
    told: dict[str, Sheet] = {sheet: (title, _cells(tables[name], name)) for sheet, name in sheets.items()}
    told["Bewertung Leitbild"] = (title, _cells(tables["principle_ratings"], "principle_ratings"))
    conflicts = tables["_conflicts"].rename(columns={"touchpoint_id": "Kontaktpunkt", "listed_by": "laut Liste von", "stage": "Stufe"})
    told["Offen"] = (["Was zwei Abteilungen verschieden sehen", ""], conflicts.astype("object"))
    return told


def _cells(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table in its own headers and words, with real dates and numbers."""
    rows = pd.DataFrame({header: table[column] for column, header in HEADERS[name].items()})
    for column, header in HEADERS[name].items():
        if isinstance(rows[header].dtype, pd.DatetimeTZDtype):
            rows[header] = rows[header].dt.tz_localize(None)
        if column in WORDS:
            rows[header] = rows[header].replace(WORDS[column])
    return rows.astype("object").where(rows.notna(), None)


def _texts(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table in its own headers and words, as text."""
    rows = _cells(table, name)
    for column, header in HEADERS[name].items():
        if isinstance(table[column].dtype, pd.DatetimeTZDtype):
            rows[header] = table[column].dt.strftime("%Y-%m-%d %H:%M:%S")
    return headed(rows.astype("object").where(rows.notna(), None).convert_dtypes(), {header: header for header in rows})
