"""The tutorial is run as it stands: what it tells an analyst to type, in the order in which it stands there."""

from __future__ import annotations

import ast
import json
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


def names(node, context):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, context)}


def set_by(line):
    if isinstance(line, ast.Import | ast.ImportFrom):
        return {(each.asname or each.name).partition(".")[0] for each in line.names}
    return set() if isinstance(line, ast.Expr) else names(line, ast.Store)


def next_questions(path, client):
    """What the last cell of a notebook asks, and the lines above it that its calls need."""
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    *above, last = ["".join(cell["source"]) for cell in cells]
    asked, kept = ast.parse(last).body, []
    needed = set().union(*(names(line, ast.Load) for line in asked))
    for line in reversed([line for source in above for line in ast.parse(source).body]):
        if set_by(line) & needed:
            kept.append(line)
            needed |= names(line, ast.Load)
    return [ast.parse(f"client = {client!r}").body[0] if set_by(line) == {"client"} else line for line in reversed(kept)], asked


def asked_of(number, client, monkeypatch):
    """The tables that the three calls of a notebook look into."""
    from cxlib.suite.study import Study

    seen, space = [], {}
    monkeypatch.setattr(Study, "browse", lambda study, what: seen.append(what))
    monkeypatch.setattr(Study, "tell", lambda study: None)
    monkeypatch.setattr(Study, "_disclosed", lambda study, name, full, of: full)  # what it hides has tests of its own, and takes its time
    [path] = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    above, asked = next_questions(path, client)
    exec(compile(ast.Module([*above, *asked], []), path.name, "exec"), space)
    return [getattr(table, "estimates", table) for table in seen]


NUMBERS = [f"{number:02}" for number in range(18)]
AT_ONCE = ("00", "07", "10", "12")  # in the time that there is; the others under the mark


@pytest.fixture
def client(request, demo, tmp_path, monkeypatch):
    """A client's name, in a project where no notebook has run."""
    monkeypatch.delenv("CX_RUN", raising=False)
    project = tmp_path / "project"
    shutil.copytree(demo, project, symlinks=True)
    (project / "notebooks").mkdir(exist_ok=True)
    if request.param != "demo":
        reference = request.getfixturevalue("shared_data")
        shutil.copy(ROOT / "params" / f"{request.param}.yml", project / "params")
        (project / "data" / request.param / "raw").mkdir(parents=True)
        [found] = [path for path in reference.glob(f"{request.param}*") if path.suffix in (".csv", ".gz")]
        shutil.copy(found, project / "data" / request.param / "raw")
    monkeypatch.chdir(project)
    return request.param


@pytest.mark.parametrize("client", ["demo"], indirect=True)
def test_next_questions_are_answered(client, monkeypatch):
    for number in AT_ONCE:
        tables = asked_of(number, client, monkeypatch)
        assert len(tables) == 3
        for table in tables:
            assert len(table), number
            assert "value" not in table or table["value"].notna().any(), number


@pytest.mark.stress
@pytest.mark.parametrize("client", ["demo", "sfo2017", "boston311"], indirect=True)
def test_next_questions_are_answered_on_every_page_and_for_any_client(client, monkeypatch):
    """What a client does not have is said in the rows; nothing fails."""
    for number in NUMBERS:
        for table in asked_of(number, client, monkeypatch):
            assert "value" not in table or len(table), number
            if "value" in table:
                assert not (table["value"].isna() & table["note"].eq("")).any(), number
