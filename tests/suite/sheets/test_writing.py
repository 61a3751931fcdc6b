"""Sheets go out, come back filled, and their lines make them a source like any other."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date, time

import pandas as pd
import pytest

from cxlib.errors import DataError, ParamsError
from cxlib.params import load
from cxlib.report.words import Words
from cxlib.suite.cli import main
from cxlib.suite.sheets import book, write
from cxlib.suite.sheets.book import Page
from cxlib.suite.sheets.forms import RATINGS, books, fields

FILLED = {
    "touchpoints": [
        {"touchpoint_id": "001", "name_de": "Angebot", "name_en": "Quote", "phase": "sales", "stage": "Angebot", "seq": 1.0, "mode": "both"}
        | {"influence": "direct", "object_type": "service", "department": "VI", "operator": "own", "observable_in": "both"}
        | {"status": "active", "loud": True, "people": 2.5},
        {"touchpoint_id": "T2", "name_de": "=Spedition & Söhne", "phase": "aftersales", "stage": "Lieferung", "seq": 2.0, "mode": "offline"}
        | {"influence": "indirect", "object_type": "employee", "operator": "third_party", "observable_in": "survey", "status": "active"},
    ],
    "service_levels": [
        {"channel": "phone", "owner": "KC", "clock": "business", "target_share": 0.8, "threshold_s": 20.0, "variant": "removed"},
        {"reason_id": "all.late", "owner": "DI", "response_h": 4.5, "clock": "calendar", "target_share": 0.95, "variant": "offered"},
    ],
    "principles": [{"principle_id": "L1", "text_de": "Wir sagen, was wir tun.", "text_en": "We say what we do."}],
    "actions": [
        {"action_id": "M1", "name_de": "Leitfaden", "touchpoint_id": "001", "reason_id": "all.late", "type": "process", "aim": "exceed"}
        | {"departments": "BH, MK", "effect_on": "contacts", "effect_low": 0.1, "effect_mode": 0.2, "effect_high": 0.35}
        | {"cost_once": 31000.0, "cost_year": 0.0, "start_date": date(2026, 2, 1), "comparison": "region: south"},
        {"action_id": "M2", "name_de": "Schulung", "type": "training", "aim": "meet", "departments": "KC", "effect_on": "actual"}
        | {"depends_on": "M1"},
    ],
    "goals": [{"department": "KC", "kpi": "Dauer (s)", "target": 198.0, "direction": "down", "value": 220.0, "period": "2026"}],
    "tally_week": [
        {"contact_id": "NA-1", "day": date(2026, 3, 2), "time": time(9, 30), "channel": "field_visit", "received_by": "AD"}
        | {"handled_by": "NA", "customer_id": "0007", "reason_id": "all.late", "text": "Lieferung"},
        {"contact_id": "NA-2", "day": date(2026, 3, 3), "time": time(0, 0), "channel": "email", "handled_by": "NA"},
    ],
}


WORKSHOP = ("inventory", "standards", "principles", "actions")


def fill(project, name, language, rows=FILLED):
    """Write a sheet's rows as a workshop would, with the template's own writer, into the client's raw folder."""
    params, words = load(project, "acme"), Words(language)
    pages = []
    for form in books([], 25.9, "EUR")[name]:
        columns, key = fields(form, params), RATINGS if form.table == "principle_ratings" else form.name
        pages.append(Page(key, columns, book.told(rows[form.name], columns, words)))
    book.put(project / "data/acme/raw" / f"{name}.xlsx", pages, words, {})


def as_filled(rows, frame):
    told = pd.DataFrame(rows)
    for column in told:
        told[column] = told[column].astype(frame[column].dtype)
    return told


def test_what_is_filled_in_comes_back_as_tables_and_stands_in_the_next_sheet(acme, declare, hand_in, prepared):
    write(acme, "acme", WORKSHOP)
    for name in WORKSHOP:
        fill(acme, name, "de")
        declare(name)
    before = prepared()
    for name, rows in FILLED.items():
        if name != "tally_week":
            frame = before.table(name)
            expected = as_filled(rows, frame)
            pd.testing.assert_frame_equal(frame[list(expected)], expected)
            assert frame.drop(columns=list(expected)).drop(columns="currency", errors="ignore").isna().all().all()
    assert list(before.table("actions")["currency"]) == ["EUR", "EUR"]
    shutil.rmtree(acme / "data/acme/sheets")
    write(acme, "acme", WORKSHOP, language="en")
    for name in WORKSHOP:
        hand_in(name)
        declare(name)
    after = prepared()
    assert after.data_hash != before.data_hash
    for name in ("touchpoints", "service_levels", "principles", "actions", "goals"):
        pd.testing.assert_frame_equal(after.table(name), before.table(name))


def test_a_tally_week_counts_for_the_weeks_of_the_period(acme, declare, prepared):
    write(acme, "acme", ["tally_week"])
    fill(acme, "tally_week", "de")
    declare("tally_week")
    contacts = prepared().table("contacts").set_index("contact_id")
    assert list(contacts.loc[["001", "NA-1", "NA-2"], "weight"]) == [1.0, 25.9, 25.9]
    row = contacts.loc["NA-1"]
    assert str(row["contact_ts"]) == "2026-03-02 09:30:00+01:00"
    assert list(row[["channel", "source", "direction", "handled_by", "customer_id", "reason_id"]]) == [
        "field_visit", "tally", "inbound", "NA", "0007", "all.late",
    ]  # fmt: skip
    assert str(contacts.loc["NA-2", "contact_ts"]) == "2026-03-03 00:00:00+01:00"


def test_two_raters_each_rate_every_pair_in_a_file_of_their_own(acme, declare, prepared, cells):
    first = write(acme, "acme")
    assert first.waiting == {"ratings_1": "principles, touchpoints", "ratings_2": "principles, touchpoints", "questionnaire": "touchpoints"}
    for name in ("inventory", "principles"):
        fill(acme, name, "de")
        declare(name)
    second = write(acme, "acme")
    assert {path.stem: rows for path, rows in second.new.items()} == {"ratings_1": 2, "ratings_2": 2, "questionnaire": 11}
    assert len(second.kept) == 5
    rated = cells(acme / "data/acme/sheets/ratings_1.xlsx")
    assert [row[:4] for row in rated[2:]] == [
        ["L1", "Wir sagen, was wir tun.", "001", "Angebot"],
        ["L1", "Wir sagen, was wir tun.", "T2", "=Spedition & Söhne"],
    ]
    for number, fits in ((1, (4.0, 2.0)), (2, (3.0, 0.0))):
        pairs = zip(("001", "T2"), fits, strict=True)
        rows = [{"principle_id": "L1", "touchpoint_id": touchpoint, "fit": fit} for touchpoint, fit in pairs]
        fill(acme, f"ratings_{number}", "de", {f"ratings_{number}": rows})
        declare(f"ratings_{number}")
    ratings = prepared().table("principle_ratings")
    assert ratings.set_index(["rater", "touchpoint_id"])["fit"].to_dict() == {
        ("rater_1", "001"): 4.0, ("rater_1", "T2"): 2.0, ("rater_2", "001"): 3.0, ("rater_2", "T2"): 0.0,
    }  # fmt: skip


def test_equal_sheets_are_equal_bytes(acme):
    def hashes():
        write(acme, "acme")
        found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (acme / "data/acme/sheets").iterdir()}
        for path in (acme / "data/acme/sheets").iterdir():
            path.unlink()
        return found

    assert hashes() == hashes()


def test_what_stands_is_never_written_over(acme):
    write(acme, "acme")
    sheets = acme / "data/acme/sheets"
    (sheets / "inventory.xlsx").write_bytes(b"filled")
    with pytest.raises(ParamsError) as refusal:
        write(acme, "acme", ["inventory"])
    assert str(refusal.value) == (
        "data/acme/sheets/inventory.xlsx: stands there already and may be filled. "
        "Put it into data/acme/raw/, or give it another name, then: cx sheets acme."
    )
    (sheets / "goals.xlsx").write_bytes(b"no sheet of ours")
    (sheets / "actions.xlsx").unlink()
    assert [path.name for path in write(acme, "acme").new] == ["actions.xlsx"]
    assert (sheets / "inventory.xlsx").read_bytes() == b"filled"
    with pytest.raises(ParamsError, match="principles.xlsx: stands there already"):
        write(acme, "acme", ["inventory", "standards", "principles"])


def test_an_unknown_sheet_is_refused_with_the_nearest_one(acme):
    with pytest.raises(ParamsError) as refusal:
        write(acme, "acme", ["inventroy"])
    assert str(refusal.value) == (
        "--only: there is no sheet 'inventroy' (did you mean 'inventory'?). Sheets: inventory, standards, principles, ratings_1, ratings_2, "
        "actions, tally_week, questionnaire, ratings."
    )
    with pytest.raises(ParamsError, match="ratings_1 is made from principles, touchpoints, which acme does not have yet"):
        write(acme, "acme", ["ratings"])


def test_before_the_first_export_has_come_the_sheets_begin_empty(acme):
    (acme / "data/acme/raw/mails.csv").unlink()
    assert set(write(acme, "acme").new.values()) == {0}


def test_a_word_that_is_no_choice_is_named_with_its_place(acme, declare, prepared):
    write(acme, "acme", ["inventory"])
    fill(acme, "inventory", "de", {"touchpoints": [FILLED["touchpoints"][0] | {"phase": "irgendwann"}]})
    declare("inventory")
    with pytest.raises(DataError, match=r"inventory.xlsx.*phase.*irgendwann"):
        prepared().table("touchpoints")


def test_the_command_tells_what_to_do_next(acme, capsys, cells):
    assert main(["sheets", "acme", "--language", "en", "--only", "inventory"]) == 0
    told = capsys.readouterr().out
    assert "data/acme/sheets/inventory.xlsx" in told
    assert "data/acme/sheets/inventory.yml" in told
    assert cells(acme / "data/acme/sheets/inventory.xlsx", "Touchpoints")[0][0] == "Touchpoint (no.) *"
    assert main(["sheets", "acme", "--only", "inventory"]) == 2
    assert main(["sheets", "nobody"]) == 2


def test_a_sheet_that_nobody_filled_in_is_refused_by_name(acme, declare, hand_in, prepared):
    write(acme, "acme", ["principles"])
    hand_in("principles")
    declare("principles")
    with pytest.raises(DataError, match=r"data/acme/raw/principles.xlsx: holds a header and no rows."):
        prepared()


def test_a_sheet_whose_line_of_ids_is_gone_is_refused(acme, declare, prepared, cells):
    import xlsxwriter

    write(acme, "acme", ["principles"])
    declare("principles")
    rows = [row for place, row in enumerate(cells(acme / "data/acme/sheets/principles.xlsx")) if place != 1]
    with xlsxwriter.Workbook(str(acme / "data/acme/raw/principles.xlsx")) as book_:
        sheet = book_.add_worksheet("Leitbild")
        for line, row in enumerate([*rows, ["L1", "Ein Satz", ""]]):
            sheet.write_row(line, 0, row)
    with pytest.raises(
        DataError, match=r"principles.xlsx \[Leitbild\]: no row holds the declared columns. The first row has: L1, Ein Satz."
    ):
        prepared()
