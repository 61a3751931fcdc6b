"""cx label: a sheet out, a filled sheet in, through the command line."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from cxlib import intake
from cxlib.params import load
from cxlib.suite import label
from cxlib.suite.cli import main

ROOT = Path(__file__).parents[2]
PARAMS = """
schema_version: 1
client: talk
name: Talk GmbH
language: de
timezone: Europe/Berlin
period: {start: 2026-01-01, end: 2026-06-30}
taxonomy: {name: few}
sources:
  mails:
    table: contacts
    file: mails.csv
    time_format: "%Y-%m-%d %H:%M"
    columns: {contact_id: id, contact_ts: ts, text: text, reason_gold: coded}
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
MAILS = [
    ("001", "Wo bleibt die Ware?", ""),
    ("002", "=HYPERLINK(Rechnung falsch)", ""),
    ("003", "Die Rechnung ist falsch, die Ware auch", ""),
    ("004", "Ware fehlt", "all.late"),
    ("005", "", ""),
]


@pytest.fixture
def talk(tmp_path, monkeypatch):
    for folder in ("params", "notebooks", "data/taxonomy", "data/talk/raw"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "params" / "talk.yml").write_text(PARAMS, encoding="utf-8")
    told = "".join(
        REASON.format(name=name, de=de, en=en)
        for name, de, en in (("late", "wo bleibt die Ware", "where is it"), ("invoice", "Rechnung falsch", "invoice wrong"))
    )
    (tmp_path / "data" / "taxonomy" / "few.yml").write_text(TAXONOMY.format(reasons=told), encoding="utf-8")
    shutil.copy(ROOT / "QUESTIONS.md", tmp_path)
    with (tmp_path / "data" / "talk" / "raw" / "mails.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("id", "ts", "text", "coded"), *((mail, "2026-02-03 10:00", text, coded) for mail, text, coded in MAILS)]
        )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path):
    return list(label._rows(path))


def fill(path, **given):
    """Save the sheet as CSV, as a spreadsheet in German would, with reasons filled in."""
    told = [row | {"reason_id": given.get(f"c{row['contact_id']}", "")} for row in rows(path)]
    filled = path.with_name("filled.csv")
    with filled.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, told[0], delimiter=";")
        writer.writeheader()
        writer.writerows(told)
    return filled


def gold(project):
    table = intake.prepare(project, load(project, "talk")).table("contacts")
    return table.set_index("contact_id")["reason_gold"].dropna().to_dict()


def test_a_sheet_goes_out_and_comes_back(talk, capsys):
    raw = (talk / "data" / "talk" / "raw" / "mails.csv").read_bytes()
    assert main(["label", "talk", "--count", "10"]) == 0
    out = capsys.readouterr().out
    sheet = talk / "data" / "talk" / "labels" / "to_label.xlsx"
    assert out.startswith("3 contacts to label: data/talk/labels/to_label.xlsx.")
    told = rows(sheet)
    assert {row["contact_id"] for row in told} == {"001", "002", "003"}  # labelled and empty ones are left out; zeros stay
    assert next(row["text"] for row in told if row["contact_id"] == "002") == "=HYPERLINK(Rechnung falsch)"
    assert all(row["proposal"] in ("all.late", "all.invoice", "no_customer_concern") for row in told)
    filled = fill(sheet, c001="all.late", c002="all.invoice")
    assert main(["label", "talk", "--read", str(filled)]) == 0
    assert capsys.readouterr().out == "talk: 2 labels new, 0 changed, 1 rows empty; 2 labels in all.\n"
    assert gold(talk) == {"001": "all.late", "002": "all.invoice", "004": "all.late"}
    assert (talk / "data" / "talk" / "raw" / "mails.csv").read_bytes() == raw
    assert main(["label", "talk"]) == 0
    assert {row["contact_id"] for row in rows(sheet)} == {"003"}


def test_a_later_label_goes_before_the_export(talk, capsys):
    main(["label", "talk"])
    sheet = talk / "data" / "talk" / "labels" / "to_label.xlsx"
    path = sheet.with_name("mine.csv")
    path.write_text("contact_id,reason_id\n004,all.invoice\n", encoding="utf-8")
    assert main(["label", "talk", "--read", str(path)]) == 0
    assert gold(talk)["004"] == "all.invoice"
    path.write_text("contact_id,reason_id\n004,all.late\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["label", "talk", "--read", str(path)]) == 0
    assert capsys.readouterr().out == "talk: 0 labels new, 1 changed, 0 rows empty; 1 labels in all.\n"


def test_the_sheet_has_no_formula(talk):
    import zipfile

    main(["label", "talk"])
    with zipfile.ZipFile(talk / "data" / "talk" / "labels" / "to_label.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any("<f>" in sheet for sheet in sheets)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "contact_id;reason_id\n001;all.lat\n",
            "mine.csv: row 2: reason_id: the taxonomy has no reason 'all.lat' (did you mean 'all.late'?). It has: all.late, all.invoice, no_customer_concern.",
        ),
        (
            "contact_id;reason_id\n001;all.lat\n002;all.late\n003;all.lat\n",
            "mine.csv: rows 2, 4: reason_id: the taxonomy has no reason 'all.lat' (did you mean 'all.late'?). It has: all.late, all.invoice, no_customer_concern.",
        ),
        (
            "contact_id;reason_id\n1;all.late\n",
            "mine.csv: row 2: contact_id: there is no contact '1'. The ids of a sheet must stay as they were written; "
            "a spreadsheet may have taken zeros or digits away.",
        ),
        ("contact_id;reason_id\n001;all.late\n001;all.invoice\n", "mine.csv: contact_id: '001' stands 2 times. Leave one row a contact."),
        (
            "contact_id;reason\n001;all.late\n",
            "mine.csv: lacks the column 'reason_id' (did you mean 'reason'?). It has: contact_id, reason. Write a new sheet with cx label, and fill reason_id.",
        ),
        ("", "mine.csv: lacks the column 'contact_id'. Write a new sheet with cx label, and fill reason_id."),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(talk, text, message, capsys):
    path = talk / "mine.csv"
    path.write_text(text, encoding="utf-8")
    assert main(["label", "talk", "--read", str(path)]) == 2
    assert capsys.readouterr().err == f"{message}\n"
    assert not (talk / "data" / "talk" / "labels").exists()


def test_unread_labels_are_not_overwritten(talk, capsys):
    import xlsxwriter

    main(["label", "talk"])
    sheet = talk / "data" / "talk" / "labels" / "to_label.xlsx"
    with xlsxwriter.Workbook(str(sheet)) as book:
        page = book.add_worksheet()
        for row, cells in enumerate((("contact_id", "reason_id"), ("001", "all.late"))):
            page.write_row(row, 0, cells)
    capsys.readouterr()
    assert main(["label", "talk"]) == 2
    shown = "data/talk/labels/to_label.xlsx"
    assert capsys.readouterr().err == f"{shown}: holds 1 labels that were not read yet. Read them first: cx label talk --read {shown}\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("label talk --count 0", "--count: is '0'. Give a whole number from 1 to 10,000."),
        ("label talk --read no.csv", "--read: there is no file 'no.csv'. Give the filled sheet."),
    ],
)
def test_wrong_arguments(talk, line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr().err == f"{message}\n"


def test_a_label_whose_reason_is_gone_is_refused_at_the_next_check(talk):
    path = talk / "data" / "talk" / "labels" / "reason_gold.csv"
    path.parent.mkdir()
    path.write_text("contact_id,reason_id\n001,all.lates\n", encoding="utf-8")
    with pytest.raises(
        Exception, match=r"data/talk/labels/reason_gold.csv: the taxonomy has no reason 'all.lates' \(did you mean 'all.late'\?\)"
    ):
        gold(talk)


def test_phrases_and_labels_reach_the_room(talk):
    told = intake.prepare(talk, load(talk, "talk")).table("reason_phrases")
    assert told.groupby("reason_id").size().to_dict() == {"all.invoice": 2, "all.late": 2, "no_customer_concern": 4}


def test_the_standard_stands_beside_the_reasons_where_there_is_one(talk, demo):
    told = intake.prepare(talk, load(talk, "talk"))
    assert told.table("reasons_standard") is None  # its own taxonomy, and the standard's file is not there
    shipped = (demo / "data" / "taxonomy" / "contact_reasons.yml").read_bytes()
    (talk / "data" / "taxonomy" / "contact_reasons.yml").write_bytes(shipped)
    again = intake.prepare(talk, load(talk, "talk"))
    assert again.folder != told.folder
    assert "delivery.delivery_status" in set(again.table("reasons_standard")["reason_id"])
