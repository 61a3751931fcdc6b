"""Clients given to dask: the unit is one client, run as the command line does; without dask there is a word about it."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from cxlib.suite import cluster
from cxlib.suite.cli import main


def test_without_dask_it_is_said_what_to_install(tmp_path, many, monkeypatch, capsys):
    monkeypatch.chdir(many.project_of(tmp_path / "project", "acme"))
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["batch", "--engine", "dask"]) == 2
    assert capsys.readouterr().err == (
        "--engine dask: the package 'distributed' is not installed. Install it with: pip install 'cxlib[dask]'; or leave --engine out, which "
        "runs on this machine.\n"
    )


def test_a_wrong_engine_is_refused(capsys):
    assert main(["batch", "--engine", "desk"]) == 2
    assert capsys.readouterr().err == "--engine: unknown value 'desk' (did you mean 'dask'?). Allowed: local, dask.\n"


def test_one_client_is_run_as_the_command_line_does(tmp_path, many):
    project = many.project_of(tmp_path / "project", "acme", "fails")
    many.notebooks(project, second=many.SECOND + "if client == 'fails':\n    raise ValueError('too late')\n")
    told = cluster.one(str(project), "acme", {"languages": ("de",)})
    assert told.pop("seconds") > 0
    assert told.pop("peak_mb") > 50
    assert told == {"event": "published"}
    assert cluster.one(str(project), "acme", {"languages": ("de",)})["event"] == "unchanged"
    failed = cluster.one(str(project), "fails", {})
    assert failed["event"] == "failed"
    assert failed["problems"][0] == "notebooks/10_second.ipynb: cell 5: ValueError: too late."
    assert cluster.one(str(project), "nobody", {})["event"] == "refused"


@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="dask is an extra")
def test_a_cluster_on_this_machine(tmp_path, many, monkeypatch, capsys):
    project = many.project_of(tmp_path / "project", "acme", "beta")
    monkeypatch.chdir(project)
    assert main(["batch", "acme", "beta", "akme", "--engine", "dask", "--workers", "2", "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {event["client"]: event["state"] for event in told if event["event"] == "client"} == {
        "acme": "published", "beta": "published", "akme": "refused",
    }  # fmt: skip
    assert (project / "reports" / "index.html").is_file()
