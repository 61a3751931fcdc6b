"""Surveys: two waves as an institute delivers them, answers asked for after a contact, and the list of who was invited."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from cxlib.simulate.exports.people import ROLES
from cxlib.simulate.formats import headed, packed, spss, table_text
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.questionnaire import NO_ANSWER, NO_HOURS, NO_NUMBER, NOT_USED, items, raw

__all__ = ["WAVES", "write"]

WAVES = ("1", "2")
SHRUGS = ("k. A.", "weiß nicht", "-", "")  # what people write who have nothing to say
_MARKS = {1: "sehr gut", 2: "gut", 3: "befriedigend", 4: "ausreichend", 5: "mangelhaft", 6: "ungenügend"}
WHO = {
    "response_id": "FBNR",
    "respondent_id": "TNNR",
    "customer_id": "KDNR",
    "account_id": "KONTO",
    "person_id": "PERSON",
    "order_id": "AUFTRAG",
    "stratum_id": "SCHICHT",
    "role": "ROLLE",
    "segment": "SEGMENT",
    "region": "REGION",
}


def write(plan: Plan, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write ``Befragung_Welle1.sav``, ``Befragung_Welle2.sav``, ``Nachbefragung_Ticket.csv`` and ``Einladungen.csv.gz``."""
    for wave in WAVES:
        _wave(plan, _described(raw(tables["responses"], wave), tables), wave, folder)
    _after_contacts(tables["responses"], folder)
    invitations = tables["invitations"]
    sent = headed(invitations, {"respondent_id": "TNNR", "wave": "Welle", "stratum": "Schicht"})
    sent.insert(2, "Versandt", invitations["sent_ts"].dt.strftime("%Y-%m-%d %H:%M"))
    sent["Antwort"] = invitations["responded"].map({True: "1", False: "0"})
    (folder / "Einladungen.csv.gz").write_bytes(packed(table_text(sent, delimiter=",", newline="\n")))


def _described(wide: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add what the institute knows of a respondent from the sample: role, segment and region."""
    persons, customers = tables["persons"].set_index("person_id"), tables["customers"].set_index("customer_id")
    role = wide["person_id"].map(persons["role"]).map(ROLES)
    return wide.assign(
        role=role, segment=wide["customer_id"].map(customers["segment"]), region=wide["customer_id"].map(customers["region"])
    )


def _wave(plan: Plan, wide: pd.DataFrame, wave: str, folder: Path) -> None:
    asked = items().set_index("item_id")
    rows = headed(wide, WHO)
    rows.insert(3, "DATUM", wide["survey_ts"].dt.tz_localize(None).dt.normalize())
    rows["GEWICHT"] = wide["weight"].round(4)
    rng = stream(plan, f"dirt wave {wave}")
    values: dict[str, dict[float, str]] = {}
    missing: dict[str, list[float]] = {}
    for item in asked.index:
        if np.isnan(asked["scale_low"][item]):
            rows[item] = _shrugged(wide[item], rng)
            continue
        rows[item] = wide[item].astype("float64")
        if asked["best"][item] == "low":
            values[item] = {**{float(mark): word for mark, word in _MARKS.items()}, NOT_USED: "nie genutzt", NO_ANSWER: "keine Angabe"}
            missing[item] = [NOT_USED, NO_ANSWER]
        else:
            nothing = NO_HOURS if asked["scale_high"][item] > NO_NUMBER else NO_NUMBER
            values[item], missing[item] = {nothing: "weiß nicht / keine Angabe"}, [nothing]
    labels = {item: str(asked.loc[item, "label_de"]) for item in asked.index}
    spss(folder / f"Befragung_Welle{wave}.sav", rows, labels=labels, values=values, missing=missing)


def _shrugged(words: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Fill what was not answered: mostly with nothing, at times with a word that says so."""
    nothing = pd.Series(rng.choice(np.array(SHRUGS, dtype=object), len(words), p=[0.06, 0.03, 0.03, 0.88]), index=words.index)
    return words.astype("object").where(words.notna(), nothing).astype("str")


def _after_contacts(responses: pd.DataFrame, folder: Path) -> None:
    """One row a questionnaire: ticket number, when, and the answers in the columns of their items."""
    after = responses[~responses["wave"].isin(WAVES)]
    told = after["value"].map("{:g}".format).where(after["value"].notna(), after["text"].fillna(""))
    told = told.where((after["state"] != "no_answer") | after["scale_low"].isna(), f"{NO_NUMBER:g}")
    answers = after.assign(told=told).pivot_table("told", "response_id", "item_id", aggfunc="first")
    who = after.drop_duplicates("response_id").set_index("response_id", drop=False)
    rows = headed(who, {"response_id": "Antwort", "wave": "Quartal", "contact_id": "Ticketnummer", "case_id": "Vorgang"})
    rows.insert(3, "Zeitpunkt", who["survey_ts"].dt.tz_localize(None).dt.strftime("%Y-%m-%d %H:%M:%S"))
    rows = rows.join(answers.fillna(""))
    (folder / "Nachbefragung_Ticket.csv").write_bytes(table_text(rows, delimiter=",", newline="\n").encode("utf-8"))
