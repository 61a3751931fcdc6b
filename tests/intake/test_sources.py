"""One source from its file to typed columns, with a record of what came of it."""

import hashlib

import pytest

from cxlib.errors import DataError
from cxlib.intake.sources import contract_of, raw_path
from cxlib.params import Params

HEAD = "Id;Zeit;Kanal;Text\n"
ROW = "1;05.02.2025 08:15;phone;a\n"


def params(**keys):
    sources = {"log": {"table": "contacts", "file": "x.csv"}}
    return Params.model_validate(
        {"client": "acme", "name": "A", "period": {"start": "2025-01-01", "end": "2025-12-31"}, "sources": sources} | keys
    )


def test_the_record_says_what_was_read_left_out_and_failed(log_of):
    content = HEAD + ROW + "2;gestern;phone;b\n3;05.02.2025 08:15;test;c\n"
    came = log_of(content, columns={"text": "Text", "due_ts": "Zeit"}, ignore_rows={"Kanal": ["test"]}, max_failed_share=0.5)
    assert came.problems[0].startswith("data/acme: contacts: contact_ts: is missing in 1 rows (x.csv, line 3), and no row may lack it.")
    came = log_of(content.replace("gestern", "05.02.2025 08:15"), ignore_rows={"Kanal": ["test"]})
    digest = hashlib.sha256(content.replace("gestern", "05.02.2025 08:15").encode()).hexdigest()
    assert came.records == [
        {
            "source": "log",
            "table": "contacts",
            "file": "x.csv",
            "rows_read": 3,
            "dropped": {("ignored", "Kanal = test"): 1},
            "noted": {},
            "failed": {},
            "sha256": digest,
        }
    ]


def test_the_raw_file_is_never_changed(log_of, tmp_path):
    log_of(HEAD + ROW)
    assert (tmp_path / "data/acme/raw/x.csv").read_text(encoding="utf-8") == HEAD + ROW


def test_columns_that_intake_works_out_itself_cannot_be_given(log_of):
    came = log_of(HEAD + ROW, columns={"local_date": "Text"}, constants={"local_hour": 7})
    assert [problem for problem in came.problems if "worked out" in problem] == [
        "params/acme.yml: sources.log.columns.local_date: is worked out of contact_ts. Leave it out.",
        "params/acme.yml: sources.log.constants.local_hour: is worked out of contact_ts. Leave it out.",
    ]


@pytest.mark.parametrize("name", ["row", "Part", "Channel"])
def test_a_feature_cannot_have_a_name_that_is_taken(name):
    with pytest.raises(DataError, match=f"extra.contacts: a feature cannot be named '{name}'"):
        contract_of(params(extra={"contacts": {name: {"de": "x", "en": "x"}}}), "contacts")


def test_features_are_columns_of_the_contract(log_of):
    client = {"extra": {"contacts": {"team": {"de": "Team", "en": "Team"}}}}
    assert contract_of(params(**client), "contacts").columns["team"].kind == "text"
    assert log_of(HEAD + ROW, client=client, columns={"team": "Text"}).rows[0]["team"] == "a"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError) as error:
        raw_path(tmp_path, params(), "log")
    assert str(error.value) == "params/acme.yml: sources.log.file: there is no file 'x.csv'. Put the export into data/acme/raw/."


def test_rows_that_params_hold_are_checked_like_any_other(came_of):
    row = {
        "touchpoint_id": "T1",
        "name_de": "Hotline",
        "phase": "aftersales",
        "stage": "Nutzung",
        "seq": 1,
        "mode": "offline",
        "influence": "direct",
    }
    row |= {"object_type": "employee", "department": "KC", "operator": "own", "observable_in": "log", "status": "active"}
    assert came_of({}, {"t": {"table": "touchpoints", "rows": [row]}}).rows[0]["seq"] == 1
    assert (
        came_of({}, {"t": {"table": "touchpoints", "rows": [row | {"seq": "x", "mode": "on line"}]}})
        .problems[0]
        .startswith("params/acme.yml: sources.t: seq: 1 of 1 cells are no count for seq (row 1: 'x').")
    )


def test_a_misspelt_column_to_ignore_is_refused_in_qualtrics_files_too(came_of):
    source = {
        "table": "responses",
        "file": "q.csv",
        "format": "qualtrics",
        "columns": {"response_id": "Id", "respondent_id": "Id"},
        "ignore_rows": {"Nmae": ["Test"]},
    }
    source |= {"items": {"Q": {"item_type": "open_text"}}, "constants": {"survey_id": "s", "wave": "1", "survey_ts": "2025-02-05"}}
    came = came_of({"q.csv": "Id,Q,Name\nx,x,x\n{'ImportId': 'x'},x,x\n1,a,b\n"}, {"q": source})
    assert came.problems == [
        "params/acme.yml: sources.q.ignore_rows: unknown column 'Nmae' (did you mean 'Name'?). The file has: Id, Q, Name."
    ]
