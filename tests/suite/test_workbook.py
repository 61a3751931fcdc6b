"""The workbook of a run: what its pages show, as its audience may see it."""

import io
import json
import shutil
from datetime import UTC, datetime

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from python_calamine import CalamineWorkbook

import cxlib as cx
from cxlib import estimates, intake
from cxlib.params import load
from cxlib.suite import workbook
from cxlib.suite.pages import Edition

NOTEBOOKS = {"00_data_readiness": "Datenlage", "02_status_quo": "Wann und wo?"}


@pytest.fixture
def written(tmp_path, root, small, monkeypatch):
    """Saves and shows means of a thin region for an audience, writes the workbooks, and returns the German one and the edition."""
    (tmp_path / "params").mkdir()
    shutil.copy(root / "QUESTIONS.md", tmp_path)
    small.add(tmp_path)
    monkeypatch.chdir(tmp_path)
    params, few = load(tmp_path, "small"), {"region": ["south"] * 3 + ["west"] * 20 + ["abroad"] * 20}
    table = pd.DataFrame(few).assign(y=range(43), respondent_id=[str(number) for number in range(43)])
    figures = [estimates.mean(table, "y", by=by, metric="nps", cluster="respondent_id", draws=10) for by in ([], ["region"])]
    data = intake.prepare(tmp_path, params)

    def make(audience):
        part, shown = tmp_path / audience, []
        told = {"project": str(tmp_path), "folder": str(part), "tables": str(data.folder), "audience": audience, "languages": ["de", "en"]}
        monkeypatch.setenv("CX_RUN", json.dumps(told | {"run": "R", "notebook": "02_status_quo"}))
        monkeypatch.setattr(
            "IPython.display.display",
            lambda data, raw, metadata: shown.append(new_output("display_data", data=data, metadata=metadata)),
        )
        study = cx.open("small")
        study.show(study.save("marks", estimates.stack(*figures)), caption="nps")
        study.save("never_shown", figures[0])
        titles = {language: [(f"{name}.html", title) for name, title in NOTEBOOKS.items()] for language in ("de", "en")}
        edition = Edition(params, data, "R", datetime(2026, 7, 1, tzinfo=UTC), audience, ("de", "en"), titles)
        for_analysts, for_all = (new_code_cell(outputs=shown, metadata={"tags": tags}) for tags in (["analyst"], []))
        nodes = dict(zip(NOTEBOOKS, (new_notebook(cells=[cell]) for cell in (for_analysts, for_all)), strict=True))
        for language in ("de", "en"):
            (part / language).mkdir()
        assert [workbook.write(part, edition, nodes, language) for language in ("de", "en")] == ["tabellen.xlsx", "tables.xlsx"]
        return CalamineWorkbook.from_filelike(io.BytesIO((part / "de" / "tabellen.xlsx").read_bytes())), edition

    return make


def test_managers_and_analysts_hold_different_tables(written):
    (managers, edition), (analysts, other) = written("management"), written("analyst")
    page = new_notebook(cells=[new_code_cell("a", metadata={"tags": ["analyst"]}), new_code_cell("b")])
    assert [cell.source for cell in edition.shown(page).cells] == ["b"]
    assert [cell.source for cell in other.shown(page).cells] == ["a", "b"]
    assert managers.sheet_names == ["Übersicht", "02 marks"]
    assert analysts.sheet_names == ["Übersicht", "00 marks"]  # the page that shows it first gives the number
    assert [row[0] for row in managers.get_sheet_by_index(0).to_python()[3:]] == ["Wann und wo?"]
    south = [next(row for row in book.get_sheet_by_index(1).to_python() if row[0] == "Süd") for book in (managers, analysts)]
    assert 1.0 not in south[0]
    assert "zum Schutz Einzelner nicht veröffentlicht" in south[0]
    assert 1.0 in south[1]


def test_a_run_that_shows_nothing_has_no_workbook(written, tmp_path):
    _, edition = written("analyst")
    assert workbook.write(tmp_path, edition, {"02_status_quo": new_notebook()}, "de") == ""
