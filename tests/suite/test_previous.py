"""The analysis before: the newest kept run of other inputs, for the same readers, without the page's own tables."""

import json

import pandas as pd
import pytest

from cxlib.estimates.rows import rows
from cxlib.suite import manifest, previous

LIBRARY = {"version": "0.1.0", "sha256": "lib"}


@pytest.fixture
def run(tmp_path):
    """Writes a run with its manifest."""

    def make(name, *, data="d", audience="management", tables=("nps",), own=()):
        folder = tmp_path / "runs" / name
        (folder / "tables").mkdir(parents=True)
        for table in (*tables, *own):
            rows(pd.DataFrame(index=[0]), {"metric": "nps", "value": 1.0}).to_parquet(folder / "tables" / f"{table}.parquet")
        notebooks = [{"name": "17_monitoring", "files": [f"tables/{table}.parquet" for table in own]}]
        facts = {"run": name, "made_at": "2026-07-01T23:30:00+00:00", "library": LIBRARY, "params_hash": "p", "data_hash": data}
        facts |= {"rows": {"contacts": 3}, "audience": audience, "notebooks": notebooks, "files": {}}
        (folder / "manifest.json").write_text(json.dumps({"schema_version": manifest.SCHEMA_VERSION, **facts}), encoding="utf-8")

    return make


def before(folder, **now):
    told = {"params_hash": "p", "data_hash": "d", "library_hash": "lib"} | now
    return previous.previous(folder, told, audience="management", notebook="17_monitoring", timezone="Europe/Berlin")


def test_the_same_inputs_are_the_same_analysis(tmp_path, run):
    run("20260701T000000Z-a")
    assert before(tmp_path) is None
    assert before(tmp_path, data_hash="new").facts["data_hash"] == "d"


def test_the_newest_of_other_inputs_is_taken(tmp_path, run):
    run("20260701T000000Z-a", data="old")
    run("20260702T000000Z-b", data="older")
    run("20260703T000000Z-c")
    assert before(tmp_path).facts["data_hash"] == "older"


def test_runs_for_other_readers_are_passed_over(tmp_path, run):
    run("20260701T000000Z-a", data="old", audience="analyst")
    assert before(tmp_path) is None


def test_the_page_s_own_tables_are_left_out_and_the_day_is_the_client_s(tmp_path, run):
    run("20260701T000000Z-a", data="old", own=("change_log",))
    found = before(tmp_path)
    assert list(found.tables) == ["nps"]
    assert found.facts["day"] == "2026-07-02"  # half past eleven in UTC is the next day in Berlin
    assert found.facts["rows"] == {"contacts": 3}


def test_a_damaged_manifest_is_no_analysis(tmp_path, run):
    run("20260701T000000Z-a", data="old")
    (tmp_path / "runs" / "20260701T000000Z-a" / "manifest.json").write_text("{", encoding="utf-8")
    assert before(tmp_path) is None
    assert before(tmp_path / "nowhere") is None
