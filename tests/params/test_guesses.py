"""A mark is refused with its line, its evidence and the way out; what stands behind it is read as if it were not there."""

from __future__ import annotations

import pytest

from cxlib.errors import ParamsError
from cxlib.params import load, plain_yaml

DRAFT = """\
client: acme
name: Acme
market: !guess b2c              # no column of companies
period: !guess {start: 2025-01-01, end: 2025-12-31}
sources:
  log:
    table: contacts
    file: "!guess.csv"          # the word in a name is no mark
    columns:
      contact_id: Id
      contact_ts: Zeit
      channel: Kanal
    values:
      channel: !guess           # 1,204 of 1,204 cells
        Telefon: phone
        Fax: !guess "fax"
        "7": !guess other
    missing: ["", !guess NA]
"""
SAID = [
    "params/acme.yml, line 3: market: 'b2c' is a guess (no column of companies). Delete `!guess` if it is right, or write what is.",
    "params/acme.yml, line 4: period: the 2 entries below it are guesses. Delete `!guess` if all are right, or mend them first.",
    "params/acme.yml, line 14: sources.log.values.channel: the 3 entries below it are guesses (1,204 of 1,204 cells). "
    "Delete `!guess` if all are right, or mend them first.",
    "params/acme.yml, line 16: sources.log.values.channel.Fax: 'fax' is a guess. Delete `!guess` if it is right, or write what is.",
    "params/acme.yml, line 17: sources.log.values.channel.7: 'other' is a guess. Delete `!guess` if it is right, or write what is.",
    "params/acme.yml, line 18: sources.log.missing.2: 'NA' is a guess. Delete `!guess` if it is right, or write what is.",
]


@pytest.fixture
def said(project):
    def run(text):
        (project / "params" / "acme.yml").write_text(text, encoding="utf-8")
        try:
            load(project, "acme")
        except ParamsError as refusal:
            return list(refusal.problems)
        return []

    return run


def test_each_mark_is_named_with_its_line_and_its_evidence(said):
    assert said(DRAFT) == SAID


def test_one_mark_that_is_left_is_enough_to_refuse(said):
    for number, problem in enumerate(SAID):
        pieces = DRAFT.replace('"!guess.csv"', "x.csv").split("!guess")
        text = "".join(pieces[: number + 1]) + "!guess" + "".join(pieces[number + 1 :])
        assert [told.partition(" is ")[0].partition(" are ")[0] for told in said(text)] == [
            problem.partition(" is ")[0].partition(" are ")[0]
        ]


def test_a_file_without_marks_is_read_and_other_faults_come_along(said):
    assert said(DRAFT.replace("!guess ", " ")) == []
    problems = said(DRAFT.replace("market: !guess b2c", "market: !guess b2x"))
    assert problems[: len(SAID) - 1] == [SAID[0].replace("b2c", "b2x"), *SAID[1:-1]]
    assert problems[-1].startswith("params/acme.yml: market: cannot be 'b2x'")


def test_marks_leave_no_trace_in_what_is_read(tmp_path):
    marked, bare = tmp_path / "a.yml", tmp_path / "b.yml"
    marked.write_text('a: !guess 7\nb: !guess "7"\nc: !guess no\nd: !guess [1, !guess x]\ne: &e !guess {f: 1}\ng: *e\n', encoding="utf-8")
    bare.write_text('a: 7\nb: "7"\nc: no\nd: [1, x]\ne: &e {f: 1}\ng: *e\n', encoding="utf-8")
    unconfirmed: list[str] = []
    assert plain_yaml(marked, "a.yml", unconfirmed) == plain_yaml(bare, "b.yml")
    assert len(unconfirmed) == 6


def test_elsewhere_the_mark_is_an_unknown_tag(tmp_path):
    path = tmp_path / "taxonomy.yml"
    path.write_text("a: !guess 7\n", encoding="utf-8")
    with pytest.raises(ParamsError, match="could not determine a constructor for the tag '!guess'"):
        plain_yaml(path, "taxonomy.yml")


def test_what_is_written_holds_instead_of_what_is_merged_in(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", encoding="utf-8")
    assert plain_yaml(path, "a.yml")["b"] == {"x": 1, "y": 3}
    path.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3, y: 4}\n", encoding="utf-8")
    with pytest.raises(ParamsError, match="the key 'y' is written twice"):
        plain_yaml(path, "a.yml")
