"""The tutorial is run as it stands: what it tells an analyst to type, in the order in which it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cxlib.suite.cli import main

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.S)


def section(number):
    return TUTORIAL.partition(f"\n## {number} ")[2].partition("\n## ")[0]


def blocks(text, kind):
    return [body for found, body in BLOCK.findall(text) if found == kind]


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A project as it is cloned, without a client."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*", "reports"))
    shutil.copytree(ROOT / "data" / "taxonomy", tmp_path / "data" / "taxonomy")
    shutil.copy(ROOT / "QUESTIONS.md", tmp_path)
    (tmp_path / "params").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_client_from_raw_exports_to_report(fresh, capfd):
    """Each command ends well, save the check of a draft that nobody has confirmed."""
    names: dict[str, object] = {}
    ended, drafted, refusal = [], "", ""
    for kind, body in BLOCK.findall(section(6)):
        if kind == "python":
            exec(compile(body, "docs/tutorial.md", "exec"), names)
        for command in body.splitlines() if kind == "" and body.startswith("cx ") else ():
            ended.append((command, main(command.split()[1:])))
            if not drafted:
                drafted = (fresh / "params" / "acme.yml").read_text(encoding="utf-8")
            refusal = refusal or capfd.readouterr().err
    assert ended == [
        ("cx new acme downloads/Tickets.csv", 0),
        ("cx check acme", 2),
        ("cx check acme", 0),
        ("cx run acme --only 00,01,02", 0),
    ]
    assert (fresh / "reports" / "acme" / "index.html").is_file()
    [shown] = blocks(section(6), "yaml")
    told = {" ".join(line.partition(", …")[0].split()) for line in drafted.splitlines()}
    for line in shown.splitlines():
        piece = " ".join(line.partition(", …")[0].split())
        assert any(piece in one for one in told), line
    messages = [body.strip() for body in blocks(section(6), "") if body.startswith("params/")]
    assert all(message in refusal for message in messages)


def test_questions_of_ones_own_are_asked_of_the_demo(demo, tmp_path, monkeypatch):
    shutil.copytree(demo, tmp_path / "project", symlinks=True)
    (tmp_path / "project" / "notebooks").mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.delenv("CX_RUN", raising=False)
    names: dict[str, object] = {}
    for number in (2, 3, 4):
        for body in blocks(section(number), "python"):
            exec(compile(body, "docs/tutorial.md", "exec"), names)
    change = names["change"].set_index("touchpoint_id")
    assert change.loc["T22", ["value", "low", "high"]].astype(float).round(2).tolist() == [0.31, 0.17, 0.45]
    draws = names["draws"]
    assert round(float((draws["T36"] < draws["T22"]).mean()), 2) == 0.67
