"""A small client with a real survey: 60 customers of two accounts a region rated three touchpoints, in one CSV of a page."""

from __future__ import annotations

import csv
from pathlib import Path

REGIONS = {"Süd": "south", "West": "west", "Ausland": "abroad"}
HEADER = ("Fragebogen", "Konto", "Datum", "Region", "Empfehlung", "Website", "Anlieferung", "Reklamation")
PARAMS = """
client: small
name: Volkmar & Thies Hydraulik GmbH
language: both
timezone: Europe/Berlin
period: {start: 2025-01-01, end: 2026-06-30}
scales:
  mark: {low: 1, high: 6, best: low, states: {"8": not_used, "9": no_answer}, empty: not_asked}
  recommend: {low: 0, high: 10, best: high, empty: no_answer}
extra:
  responses:
    region: {kind: text, de: Region, en: Region}
sources:
  survey:
    table: responses
    file: Befragung.csv
    delimiter: ";"
    time_format: "%d.%m.%Y"
    columns: {response_id: Fragebogen, respondent_id: Fragebogen, account_id: Konto, survey_ts: Datum, region: Region}
    constants: {survey_id: customers, wave: "1"}
    values:
      region: {Süd: south, West: west, Ausland: abroad}
    items:
      Empfehlung: {item_type: nps, item_id: recommend, scale: recommend, de: Weiterempfehlung, en: Recommendation}
      Website: {item_type: actual, scale: mark, touchpoint_id: T1, de: Website, en: Website}
      Anlieferung: {item_type: actual, scale: mark, touchpoint_id: T2, de: Anlieferung, en: Delivery}
      Reklamation: {item_type: actual, scale: mark, touchpoint_id: T3, de: Reklamation, en: Claim}
  touchpoints:
    table: touchpoints
    rows:
      - {touchpoint_id: T1, name_de: Website, name_en: Website, phase: presales, stage: Information, seq: 1, mode: online,
         influence: direct, object_type: company, operator: own, observable_in: survey, status: active}
      - {touchpoint_id: T2, name_de: Anlieferung, name_en: Delivery, phase: aftersales, stage: Lieferung, seq: 2, mode: offline,
         influence: direct, object_type: service, operator: own, observable_in: survey, status: active}
      - {touchpoint_id: T3, name_de: Reklamation, name_en: Claim, phase: aftersales, stage: Reklamation, seq: 3, mode: both,
         influence: direct, object_type: service, operator: own, observable_in: survey, status: active}
labels:
  region:
    south: {de: Süd, en: South}
    west: {de: West, en: West}
    abroad: {de: Ausland, en: Abroad}
scores: {by: [region], cluster: account_id}
"""


def add(project: Path) -> None:
    """Put the client `small` into a project: its params and its one raw file. Marks: website 1 or 2, delivery 2 or 3, claims 4 or 5."""
    (project / "params" / "small.yml").write_text(PARAMS, encoding="utf-8")
    raw = project / "data" / "small" / "raw"
    raw.mkdir(parents=True)
    with (raw / "Befragung.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for number in range(60):
            region = list(REGIONS)[number % 3]
            claim = 8 if number % 5 == 4 else 4 + number % 2  # every fifth never had a claim
            marks = (1 + number % 2, 2 + number // 2 % 2, claim)
            writer.writerow((f"F{number:03d}", f"{region}-{number % 6}-{number // 10}", "05.03.2026", region, 4 + number % 7, *marks))
