"""The lines that declare a sheet are YAML that params accept, and say what they take the place of."""

from __future__ import annotations

import yaml

from cxlib.params import load
from cxlib.report.words import Words
from cxlib.suite.sheets import declared, write
from cxlib.suite.sheets.forms import BOOKS, books, fields


def test_words_are_mapped_back_and_parts_of_a_moment_joined(acme):
    form, params = books([], 26.0, None)["tally_week"][0], load(acme, "acme")
    told = declared.source(form, fields(form, params), "t.xlsx", "Tally", Words("en"))
    assert told["columns"]["contact_ts"] == ["day", "time"]
    assert "day" not in told["columns"]
    assert told["values"]["channel"]["Visit to the customer" if "Visit to the customer" in told["values"]["channel"] else "Phone"]
    assert told["constants"]["weight"] == 26.0
    assert declared.source(BOOKS["principles"][0], [], "p.xlsx", "P", Words("de")).keys() == {
        "table", "file", "format", "sheet", "header_line", "columns",
    }  # fmt: skip


def test_what_a_sheet_takes_the_place_of_is_said(acme, declare):
    write(acme, "acme", ["principles", "tally_week"])
    lines = (acme / "data/acme/sheets/principles.yml").read_text(encoding="utf-8")
    assert "takes the place" not in lines
    (acme / "data/acme/raw/principles.xlsx").write_bytes((acme / "data/acme/sheets/principles.xlsx").read_bytes())
    declare("principles")
    params = load(acme, "acme")
    assert "  # takes the place of principles, whose rows the sheet holds already: leave that out" in declared.lines(
        {"principles": {"table": "principles"}}, params
    )


def test_another_tally_week_has_another_name(acme, declare):
    write(acme, "acme", ["tally_week"])
    declare("tally_week")
    form = BOOKS["tally_week"][0]
    assert declared.free(form, load(acme, "acme")) == "tally_week_2"
    assert list(yaml.safe_load(declared.lines({"tally_week_2": {"table": "contacts"}}, load(acme, "acme")))["sources"]) == ["tally_week_2"]
