"""Contacts as they come: a cloud ticket system, a telephone system and a hand-made tally of the field sales."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from cxlib.simulate import dirt
from cxlib.simulate.draws import apportioned
from cxlib.simulate.formats import clock, flags, german, headed, table_text, utc, workbook
from cxlib.simulate.plan import Plan, stream

__all__ = ["SELLER_SIGNS", "write"]

CALLS = ("phone", "callback")
STROKES = {"field_visit": "Besuch", "phone": "Telefon", "in_person": "Tresen"}
_LONG = 100_000  # characters of no ordinary mail
TK_TITLE = "Auswertung TK-Anlage – vertraulich"
SELLER_SIGNS = {"V09": "NA"}  # Nadine A.; a sign that programs like to take for "no value"
HALF_YEARS = {"2025H1": ("2025-01-01", "2025-07-01"), "2025H2": ("2025-07-01", "2026-01-01"), "2026H1": ("2026-01-01", "2026-07-01")}

TICKETS = {
    "contact_id": "Ticketnummer",
    "contact_ts": "Erstellt",
    "channel": "Eingang über",
    "customer_id": "Kundennummer",
    "account_id": "Konto",
    "person_id": "Ansprechpartner",
    "order_id": "Auftrag",
    "case_id": "Vorgang",
    "thread_id": "Verlauf",
    "document_id": "Beleg",
    "touchpoint_id": "Kontaktpunkt",
    "received_by": "Eingangsgruppe",
    "handled_by": "Bearbeiter",
    "handled_by_type": "Bearbeitet durch",
    "transfers": "Weiterleitungen",
    "first_response_ts": "Erste Antwort",
    "resolved_ts": "Gelöst",
    "due_ts": "Fällig",
    "status": "Status",
    "outcome": "Ergebnis",
    "sales_signal": "Verkaufschance",
    "goodwill_amount": "Kulanz",
    "promise_type": "Zusage",
    "promise_due_ts": "Zusage bis",
    "promise_done_ts": "Zusage erfüllt",
    "reason_legacy": "Schlüssel",
    "reason_gold": "Nachkodiert",
    "language": "Sprache",
}
CALL_LOG = {
    "contact_id": "Gespräch",
    "contact_ts": "Zeit",
    "direction": "Richtung",
    "received_by": "Nebenstelle",
    "handled_by": "Agent",
    "customer_id": "Kunde",
    "account_id": "Konto",
    "person_id": "Ansprechpartner",
    "order_id": "Auftrag",
    "case_id": "Vorgang",
    "document_id": "Beleg",
    "touchpoint_id": "Kontaktpunkt",
    "wait_s": "Wartezeit (s)",
    "handle_s": "Dauer",
    "abandoned": "Aufgelegt",
    "reached": "Erreicht",
    "transfers": "Verbunden",
    "outcome": "Ergebnis",
    "promise_type": "Zusage",
    "promise_due_ts": "Rückruf bis",
    "promise_done_ts": "Rückruf am",
    "sales_signal": "Chance",
    "reason_legacy": "Schlüssel",
    "reason_gold": "Nachkodiert",
    "language": "Sprache",
    "text": "Notiz",
}


def write(plan: Plan, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the ticket export, three half-years of calls and the tally week."""
    _tickets(plan, tables["contacts"], folder)
    _calls(plan, tables["contacts"], folder)
    _tally_week(plan, tables["contacts"], folder)


def _tickets(plan: Plan, contacts: pd.DataFrame, folder: Path) -> None:
    """UTF-8 with its mark, commas, times in UTC: a ticket system in the cloud, one file a year."""
    rng = stream(plan, "dirt tickets")
    written = contacts[~contacts["channel"].isin(CALLS) & ~contacts["_tally"]].reset_index(drop=True)
    rows = headed(written, TICKETS)
    rows["Eingang über"] = dirt.misspelt(written["channel"], rng)
    for column, header in TICKETS.items():
        if column.endswith("_ts"):
            rows[header] = utc(written[column])
    year, solved = written["contact_ts"].dt.year, written["resolved_ts"].notna()
    files = year.value_counts()  # each has its part of what intake bears up to some share
    parts = zip(files.index, apportioned(files, plan.count(27)), strict=True)
    swapped = np.concatenate([dirt.struck(rng, solved & (year == number), wanted) for number, wanted in parts])
    rows.loc[swapped, "Gelöst"] = utc(written["contact_ts"].iloc[swapped] - pd.Timedelta(minutes=47)).to_numpy()
    rows["Verkaufschance"] = flags(written["sales_signal"], "ja", rng)
    rows["Kulanz"] = written["goodwill_amount"].map(lambda amount: "" if pd.isna(amount) else f"{amount:.2f}").astype("str")
    rows["Absender"] = written["_name"].fillna("")
    texts = written["text"].fillna("").astype("object").to_numpy()
    rows["Text"] = _soiled_texts(texts, written, rng, plan)
    rows = dirt.merged(rows, rng, plan.count(66), ticket="Ticketnummer", text="Text", status="Status")
    real = rows["Status"] != dirt.MERGED  # each row has one kind of dirt that intake counts by row
    rows = dirt.trials(rows, rng, plan.count(17), eligible=real, ticket="Ticketnummer", text="Text", sender="Absender")
    real = (rows["Status"] != dirt.MERGED) & ~rows["Absender"].isin(dirt.TESTERS) & (rows["Text"].str.len() < _LONG)
    rows = dirt.doubled(rows, rng, plan.count(41), eligible=real)
    year = rows["Erstellt"].str[:4]
    for name in sorted(set(year)):
        text = table_text(rows[year == name], delimiter=",", newline="\n")
        (folder / f"Tickets_{name}.csv").write_bytes(text.encode("utf-8-sig"))


def _soiled_texts(texts: np.ndarray, written: pd.DataFrame, rng: np.random.Generator, plan: Plan) -> np.ndarray:
    soiled, languages = texts.copy(), written["_language"].to_numpy(dtype=object)
    has_umlaut = np.array([any(letter in text for letter in "äöüß") for text in texts]) & (languages == "de")
    for at in dirt.struck(rng, has_umlaut, plan.count(120)):
        soiled[at] = dirt.misread(texts[at])
    long = np.array([len(text) > 40 for text in texts]) & (soiled == texts)
    for at in dirt.struck(rng, long, plan.count(9)):
        soiled[at] = dirt.html_rest(texts[at])
    for at in dirt.struck(rng, long & (soiled == texts), 1):
        soiled[at] = dirt.endless(texts[at])
    for at in dirt.struck(rng, long & (soiled == texts) & (written["channel"] == "email").to_numpy(), 1):
        soiled[at] = dirt.linked(texts[at], written["contact_id"].iloc[at][-6:])
    return soiled


def _calls(plan: Plan, contacts: pd.DataFrame, folder: Path) -> None:
    """Windows text with semicolons and local times: a telephone system, one file a half-year, its columns renamed in between."""
    rng = stream(plan, "dirt calls")
    calls = contacts[contacts["channel"].isin(CALLS) & ~contacts["_tally"]].reset_index(drop=True)
    rows = headed(calls, CALL_LOG)
    for column, header in CALL_LOG.items():
        if column.endswith("_ts"):
            rows[header] = calls[column].dt.strftime("%d.%m.%Y %H:%M:%S").fillna("").astype("str")
    rows["Wartezeit (s)"] = german(calls["wait_s"], 1)
    rows["Dauer"] = clock(calls["handle_s"])
    rows["Aufgelegt"] = flags(calls["abandoned"], "ja", rng, left_open=False)  # set by the system itself
    rows["Erreicht"] = flags(calls["reached"], "ja", rng, left_open=False)
    rows["Chance"] = flags(calls["sales_signal"], "ja", rng)
    short = dirt.struck(rng, calls["text"].notna() & calls["_reason"].eq("delivery.delivery_wrong_damaged"), 1)
    rows.loc[short, "Notiz"] = dirt.SHORT + ". " + rows["Notiz"].iloc[short]
    rows.insert(2, "Art", calls["channel"].map({"phone": "Anruf", "callback": "Rückruf"}))
    negative = dirt.struck(rng, calls["wait_s"] > 0, plan.count(6))
    rows.loc[negative, "Wartezeit (s)"] = "-" + rows["Wartezeit (s)"].iloc[negative]
    rows.loc[dirt.struck(rng, calls["handle_s"].notna(), plan.count(5)), "Dauer"] = "99:99"
    day = calls["contact_ts"].dt.tz_localize(None)
    for name, (first, last) in HALF_YEARS.items():
        part = rows[(day >= first) & (day < last)]
        if name == "2025H2":
            part = part.rename(columns={"Wartezeit (s)": "Wartezeit_Sek"})[_swapped(list(part.columns))]
            part.insert(4, "", "")
        total = f"Summe{';' * (len(part.columns) - 1)}"
        text = table_text(part, delimiter=";", above=[TK_TITLE + ";" * (len(part.columns) - 1)], below=[total])
        (folder / f"TK-Anlage_{name}.csv").write_bytes(text.encode("cp1252", errors="replace"))


def _swapped(columns: list[str]) -> list[str]:
    """Return the columns in the order of the second half-year."""
    renamed = ["Wartezeit_Sek" if column == "Wartezeit (s)" else column for column in columns]
    return [renamed[0], *sorted(renamed[1:5], reverse=True), *renamed[5:]]


def _tally_week(plan: Plan, contacts: pd.DataFrame, folder: Path) -> None:
    tally = contacts[contacts["_tally"]].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "Nr.": tally["contact_id"],
            "Wann": tally["contact_ts"].dt.tz_localize(None),
            "Weg": tally["channel"].map(STROKES),
            "Wer": tally["handled_by"].replace(SELLER_SIGNS),
            "Kunde": tally["customer_id"],
            "Stichwort": tally["text"],
        }
    )
    title = ["Strichliste Außendienst KW 19/2026", "jeder Kontakt ein Strich, bitte ehrlich", ""]
    workbook(folder / "Strichliste_Aussendienst_KW19.xlsx", {"KW 19": (title, rows.astype("object"))})
