"""The questionnaire to read and to build from; what comes back of the survey is taken in by its lines as they are."""

from __future__ import annotations

import csv

from cxlib.suite.sheets import write

TOUCHPOINTS = """
  touchpoints:
    table: touchpoints
    rows:
      - {touchpoint_id: T1, name_de: "=Angebot: schnell", name_en: Quote, phase: sales, stage: Angebot, seq: 1, mode: both, influence: direct,
         object_type: service, operator: own, observable_in: both, status: active}
"""


def inventory(acme):
    path = acme / "params/acme.yml"
    path.write_text(path.read_text(encoding="utf-8") + TOUCHPOINTS, encoding="utf-8")


def test_the_returned_survey_needs_no_line_but_those_given(acme, declare, prepared):
    inventory(acme)
    write(acme, "acme", ["questionnaire"])
    declare("questionnaire")
    header = ["response_id", "respondent_id", "survey_ts", "T1actual", "T1expected"]
    header += ["overall", "recommend", "ease", "satisfied", "repurchase", "praise", "critique"]
    rows = [
        ["1", "A", "2026-02-01 10:00:00", "7", "6", "9", "10", "5", "99", "8", "Alles", ""],
        ["2", "B", "2026-02-02 10:00:00", "98", "", "3", "0", "1", "2", "99", "", ""],
    ]
    with (acme / "data/acme/raw/survey.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    given = prepared().table("responses").set_index(["response_id", "item_id"])
    assert given.loc["1", "value"][["T1actual", "T1expected", "recommend"]].to_list() == [7.0, 6.0, 10.0]
    states = given["state"]
    assert states["2"][["T1actual", "T1expected", "repurchase"]].to_list() == ["not_used", "not_asked", "no_answer"]
    assert states[("1", "satisfied")] == "no_answer"
    assert given.loc[("1", "T1actual"), ["item_type", "touchpoint_id", "scale_low", "scale_high", "wave"]].to_list() == [
        "actual", "T1", 1.0, 7.0, "1",
    ]  # fmt: skip


def test_it_is_laid_out_block_by_block_in_the_readers_language(acme, cells):
    inventory(acme)
    write(acme, "acme", ["questionnaire"], language="en")
    read = cells(acme / "data/acme/sheets/questionnaire.xlsx")
    assert read[2][0] == "Purchase – everybody"
    assert read[4][:4] == ["T1actual", "How good was it last time: Quote?", "1 = very poor … 7 = very good", "98 = we have not used it"]
    assert read[5][3] == "do not show if T1actual = 98"
    items = cells(acme / "data/acme/sheets/questionnaire.xlsx", "Items")
    assert dict(zip(items[0], items[1], strict=True)) | {"wording_en": ""} == {
        "item_id": "T1actual", "item_type": "actual", "touchpoint_id": "T1", "item_group": "sales", "scale": "rating", "low": "1",
        "high": "7", "best": "high", "codes": "98 = not_used, 99 = no_answer", "block": "sales", "roles": "", "filter": "",
        "wording_de": "Wie gut war es zuletzt: =Angebot: schnell?", "wording_en": "",
    }  # fmt: skip
