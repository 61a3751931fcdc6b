"""Whole clients in a project: params and raw tables that intake accepts, of every kind, without a trace of the truth."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from cxlib import intake
from cxlib.errors import CxError
from cxlib.params import load
from cxlib.simulate.__main__ import main
from cxlib.simulate.plan import COMPLETENESS, MARKETS, Plan
from cxlib.simulate.project import SIZES, study, write_client


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    for path in ("params/demo.yml", "QUESTIONS.md"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(root / path, tmp_path / path)
    shutil.copytree(root / "data" / "taxonomy", tmp_path / "data" / "taxonomy")
    return tmp_path


def accepted(project: Path, plan: Plan) -> dict[str, int]:
    """Rows of the tables that intake makes of a client."""
    write_client(plan, project, "sim")
    return intake.prepare(project, load(project, "sim")).rows


def test_a_log_alone_is_accepted(project):
    rows = accepted(project, Plan(size=0.02, completeness="log_only"))
    assert {"contacts", "touchpoints"} <= set(rows)
    assert not {"customers", "orders", "responses"} & set(rows)
    assert rows["contacts"] > 200
    told = yaml.safe_load((project / "params" / "sim.yml").read_text(encoding="utf-8"))
    assert told["simulated"] is True  # so that every page says so
    stored = pd.read_parquet(project / "data" / "sim" / "raw" / "contacts.parquet")
    assert not [column for column in stored if column.startswith("_")]
    assert not set(stored["handled_by"].dropna()) & {"Tanja", "Werner", "Kira", "Ralf", "Beate"}
    with pytest.raises(CxError, match="there is one already"):
        write_client(Plan(), project, "sim")


def test_a_survey_of_consumers_alone_is_accepted(project):
    rows = accepted(project, Plan(size=0.02, market="b2c", completeness="survey_only", seed=3))
    assert rows["responses"] > 1000
    assert "contacts" not in rows


@pytest.mark.stress
@pytest.mark.parametrize("completeness", COMPLETENESS)
@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("size", [0.02, 0.25])
def test_every_kind_is_accepted(project, size, market, completeness):
    rows = accepted(project, Plan(size=size, market=market, completeness=completeness, seed=5))
    assert ("responses" in rows) == (completeness != "log_only")
    assert ("contacts" in rows) == (completeness != "survey_only")
    assert ("persons" in rows) == (market == "b2b" and completeness not in ("log_only", "survey_only"))


def test_a_study_has_clients_of_every_kind():
    plans = study(50)
    assert list(plans)[:2] + list(plans)[-1:] == ["sim01", "sim02", "sim50"]
    kinds = {(plan.size, plan.market, plan.completeness) for plan in plans.values()}
    assert len(kinds) == len(SIZES) * len(MARKETS) * len(COMPLETENESS)
    assert study(3, seed=9)["sim01"] == Plan(seed=10, size=SIZES[0])
    assert list(study(100))[-1] == "sim100"


def test_the_command_line_writes_clients(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    assert main(["client", "small", "--size", "0.01", "--market", "b2c", "--completeness", "survey_only", "--seed", "2"]) == 0
    assert capsys.readouterr().out == "params/small.yml: b2c, survey_only, size 0.01\n"
    assert sorted(path.name for path in (project / "data" / "small" / "raw").iterdir())[:2] == [
        "Befragung_Welle1.sav",
        "Befragung_Welle2.sav",
    ]
    assert main(["client", "small"]) == 1
    assert "there is one already" in capsys.readouterr().err
