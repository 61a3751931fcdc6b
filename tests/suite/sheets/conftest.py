"""A client whose exports are two contacts, and what may be filled into its sheets."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook

from cxlib import intake
from cxlib.params import load

ROOT = Path(__file__).parents[3]
PARAMS = """
schema_version: 1
client: acme
name: Acme GmbH
market: b2b
language: de
timezone: Europe/Berlin
period: {start: 2026-01-01, end: 2026-06-30}
taxonomy: {name: few}
costs: {currency: EUR}
extra:
  touchpoints:
    loud: {kind: flag, de: Laut, en: Loud}
    people: {kind: number, de: Leute, en: People, unit: FTE}
sources:
  mails:
    table: contacts
    file: mails.csv
    time_format: "%Y-%m-%d %H:%M"
    columns: {contact_id: id, contact_ts: ts, text: text}
    constants: {channel: email}
"""
REASON = """
      {name}:
        de: {de}
        en: {en}
        phase: aftersales
        stage: delivery
        value_customer: irritating
        value_company: irritating
        root_cause: process_failure
        failure_demand: true
        phrases: {{de: [{de}], en: [{en}]}}"""
TAXONOMY = "schema_version: 1\ngroups:\n  all:\n    de: Alles\n    en: All\n    reasons:{reasons}\nno_customer_concern: {{de: Keines, en: None, phrases: {{de: [Werbung], en: [advert]}}}}\n"
MAILS = "id,ts,text\n001,2026-02-03 10:00,Wo bleibt die Ware?\n002,2026-02-04 10:00,Rechnung falsch\n"


@pytest.fixture
def acme(tmp_path, monkeypatch):
    for folder in ("params", "notebooks", "data/taxonomy", "data/acme/raw"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "params" / "acme.yml").write_text(PARAMS, encoding="utf-8")
    told = "".join(
        REASON.format(name=name, de=de, en=en)
        for name, de, en in (("late", "wo bleibt die Ware", "where is it"), ("invoice", "Rechnung falsch", "invoice wrong"))
    )
    (tmp_path / "data" / "taxonomy" / "few.yml").write_text(TAXONOMY.format(reasons=told), encoding="utf-8")
    shutil.copy(ROOT / "QUESTIONS.md", tmp_path)
    (tmp_path / "data" / "acme" / "raw" / "mails.csv").write_text(MAILS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def declare(acme):
    """Paste the lines of a sheet into the client's params."""

    def paste(name):
        given = yaml.safe_load((acme / "data/acme/sheets" / f"{name}.yml").read_text(encoding="utf-8"))
        path = acme / "params/acme.yml"
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        for section, lines in given.items():
            told.setdefault(section, {}).update(lines)
        path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")

    return paste


@pytest.fixture
def hand_in(acme):
    return lambda name: shutil.copy(acme / "data/acme/sheets" / f"{name}.xlsx", acme / "data/acme/raw")


@pytest.fixture
def prepared(acme):
    return lambda: intake.prepare(acme, load(acme, "acme"))


@pytest.fixture
def cells():
    def read(path, sheet=0):
        book = CalamineWorkbook.from_path(str(path))
        return (book.get_sheet_by_index(sheet) if isinstance(sheet, int) else book.get_sheet_by_name(sheet)).to_python(
            skip_empty_area=False
        )

    return read
