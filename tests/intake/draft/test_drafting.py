"""A draft is params in which every guess is marked; exports of one kind are told of once."""

from __future__ import annotations

import pytest
import yaml

from cxlib.errors import DataError
from cxlib.intake.draft import draft
from cxlib.params import plain_yaml

FACTS = {
    "file",
    "format",
    "sheet",
    "delimiter",
    "header_line",
    "decimal",
    "thousands",
    "date_format",
    "time_format",
    "formats",
    "units",
    "timezone",
    "table",
}


def unmarked(node, path=(), marked=False):
    """The keys of a draft that no mark stands above."""
    marked = marked or node.tag == "!guess"
    if isinstance(node, yaml.MappingNode):
        return [found for key, value in node.value for found in unmarked(value, (*path, key.value), marked)]
    return [] if marked else [path]


@pytest.mark.parametrize(
    "name", ["zendesk.csv", "cases.csv", "qualtrics.csv", "results-survey.csv", "freshdesk.csv", "anlage.csv", "panel.csv"]
)
def test_everything_that_is_guessed_is_marked(drafted, name):
    text = drafted(name).text()
    free = unmarked(yaml.compose(text))
    assert {path for path in free if path[0] not in ("sources",)} == {("schema_version",), ("client",), ("name",), ("language",)}
    assert {path[2] for path in free if path[0] == "sources"} <= FACTS


def test_exports_of_one_kind_are_told_of_once(tmp_path, made):
    first = made.write(tmp_path, "anlage.csv")
    second = tmp_path / "anlage 2026.csv"
    second.write_bytes(first.read_bytes().replace(b"V000", b"W000"))
    drafted = draft("acme", {"anlage.csv": first, "anlage 2026.csv": second})
    assert [like for _, _, like in drafted.looks.values()] == ["", "anlage"]
    path = tmp_path / "acme.yml"
    path.write_text(drafted.text(), encoding="utf-8")
    sources = plain_yaml(path, "acme.yml", [])["sources"]
    assert sources["anlage_2026"] == sources["anlage"] | {"file": "anlage 2026.csv"}


def test_what_is_like_no_table_is_left_out_and_nothing_but_that_is_refused(tmp_path, made):
    (tmp_path / "words.csv").write_text("text,label\nWhere is my card?,arrival\nI lost it,lost\n", encoding="utf-8")
    drafted = draft("acme", {"words.csv": tmp_path / "words.csv", "panel.csv": made.write(tmp_path, "panel.csv")})
    assert drafted.left_out == ("words.csv: is like no contract table, left out (text, label)",)
    with pytest.raises(DataError, match="None of these files is like a contract table"):
        draft("acme", {"words.csv": tmp_path / "words.csv"})


def test_columns_that_every_row_needs_and_nobody_has_are_named(tmp_path):
    (tmp_path / "Umfrage.csv").write_text(
        "a1;a2;a3;a4;a5;a6;a7;a8\n" + "".join(";".join(str((n + m) % 5 + 1) for m in range(8)) + "\n" for n in range(50)), encoding="utf-8"
    )
    drafted = draft("acme", {"Umfrage.csv": tmp_path / "Umfrage.csv"})
    assert [told.partition(",")[0] for told in drafted.lacking] == [
        "sources.umfrage: responses needs response_id",
        "sources.umfrage: responses needs respondent_id",
        "sources.umfrage: responses needs survey_ts",
    ]
    assert "# survey_ts: needed, and no column looks like it." in drafted.text()
