"""A tiny client for tests of the runner alone: params, intake and pages are stood in, kernels and publishing are real.

As a script (``python stand_in.py run tiny`` inside a project) it is ``cx`` with these stand-ins, so that a test can kill it.
"""

from __future__ import annotations

import datetime
import importlib
import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from cxlib.errors import CxError, DataError, ParamsError, worded

FIRST = """\
import json, os, pathlib
run = json.loads(os.environ["CX_RUN"])
folder = pathlib.Path(run["folder"])
(folder / "tables").mkdir(exist_ok=True)
(folder / "tables" / "first.csv").write_text(f"client,value\\n{client},1\\n")
(folder / "private").mkdir(exist_ok=True)
with (folder / "private" / "register.txt").open("a") as register:
    register.write("first\\n")
"""
SECOND = """\
import json, os, pathlib
from IPython.display import display
run = json.loads(os.environ["CX_RUN"])
folder = pathlib.Path(run["folder"])
first = (folder / "tables" / "first.csv").read_text()
(folder / "tables" / "second.csv").write_text(first.upper())
with (folder / "private" / "register.txt").open("a") as register:
    register.write("second\\n")
for language in run["languages"]:
    content = {"answer": f"Answer in {language}", "language": language, "notebook": run["notebook"], "answered": True, "anchor": ""}
    bundle = {"application/vnd.cxlib.decision+json": content, "text/plain": "decision"}
    display(bundle, raw=True, metadata={"cx": {"language": language}})
"""


def cell(source: str, *tags: str, kind: str = "code") -> dict[str, Any]:
    """One cell as it stands in a notebook file."""
    outputs = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {"tags": list(tags)} if tags else {}, "source": source.splitlines(keepends=True), **outputs}


def notebook(*sources: str, title: str = "Page") -> list[dict[str, Any]]:
    """Cells of a notebook that passes every check: titles, the parameters cell, then the code."""
    titles = [cell(f"# {title} deutsch", "de", kind="markdown"), cell(f"# {title} English", "en", kind="markdown")]
    return [*titles, cell('client = "nobody"', "parameters"), *(cell(source) for source in sources)]


def write_notebook(project: Path, name: str, cells: list[dict[str, Any]]) -> Path:
    """Write a notebook file into the project."""
    path = project / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    path.write_text(json.dumps({"cells": numbered, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return path


def make_project(folder: Path) -> Path:
    """Write a project with one client, ``tiny``, and two notebooks, the second of which reads what the first saved."""
    (folder / "params").mkdir(parents=True)
    (folder / "params" / "tiny.yml").write_text("timeout_s: 60\nkeep_runs: 2\ndata: 1\n", "utf-8")
    write_notebook(folder, "00_first", notebook(FIRST, title="First"))
    write_notebook(folder, "10_second", notebook(SECOND, title="Second"))
    return folder


def settings(project: Path, client: str) -> dict[str, int]:
    """Read the stand-in's params file: ``key: whole number`` a line."""
    lines = (project / "params" / f"{client}.yml").read_text("utf-8").splitlines()
    return {key: int(value) for key, value in (line.split(": ") for line in lines)}


def load(project: Path, client: str) -> SimpleNamespace:
    """Stand in for params.load."""
    known = sorted(path.stem for path in (project / "params").glob("*.yml"))
    if client not in known:
        raise ParamsError(worded("client", "there is no params file for", client, known, label="Clients"))
    values = settings(project, client)
    period = SimpleNamespace(start=datetime.date(2025, 1, 1), end=datetime.date(2025, 12, 31))
    return SimpleNamespace(
        client=client, name="Tiny", simulated=True, languages=("de", "en"), period=period, branding=SimpleNamespace(model_dump=dict, logo=None),
        keep_runs=values["keep_runs"], timezone="Europe/Berlin", run=SimpleNamespace(timeout_s=values["timeout_s"], memory_mb=values.get("memory_mb", 4000)), seed=1, min_n=7,
    )  # fmt: skip


def prepare(project: Path, params: SimpleNamespace) -> SimpleNamespace:
    """Stand in for intake.prepare: data 0 are refused, and the number is the data's hash."""
    value = settings(project, params.client)["data"]
    if not value:
        raise DataError("data/tiny/raw/a.csv: line 2: no number 'x'.", "data/tiny/raw/a.csv: line 3: no number 'y'.")
    return SimpleNamespace(
        folder=project / "data" / params.client / "tables",
        rows={"responses": 3},
        sources=(),
        hints=(f"h{value}",),
        params_hash="p",
        data_hash=f"d{value}",
    )


def export(notebook: Any, *, words: Any, provenance: Any, pages: list[tuple[str, str]], branding: dict[str, Any]) -> str:
    """Stand in for page.export: a figure output without a text alternative is refused."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("cx", {}).get("alt") == "":
                raise CxError("figure 1 has no text alternative.")
    return f"<html lang={words.language}><title>{dict(pages)[provenance.notebook + '.html']}</title>{provenance.run}</html>"


def index(
    decisions: list[dict[str, Any]],
    *,
    leading: Any,
    exhibits: Any,
    words: Any,
    provenance: Any,
    pages: Any,
    branding: Any,
    latest_prefix: str = "",
    workbook: str = "",
) -> str:
    """Stand in for page.index."""
    answers = [decision["answer"] for decision in decisions]
    links = [f'<a href="{latest_prefix}{file}">{title}</a>' for file, title in pages]
    return f"<html lang={words.language}>{answers}{links}{provenance.run}</html>"


def execute(notebook: Any, *, name: str, client: str, run: str, **_settings: Any) -> Any:
    """Stand in for engine.execute where no kernel is needed: the cells run right here."""
    from cxlib.suite.engine import NotebookFailed

    os.environ["CX_RUN"] = run
    names: dict[str, Any] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            try:
                with redirect_stdout(io.StringIO()):
                    exec(cell.source, names)
            except Exception as fault:
                raise NotebookFailed(f"notebooks/{name}.ipynb: cell {number}: {type(fault).__name__}: {fault}.", notebook) from fault
            cell.execution_count = number
            names["client"] = client
    return notebook


def audit(folder: Path, *, min_n: int) -> None:
    """Stand in for store.audit: a table that says so gives a hidden cell away."""
    if any("leak" in path.read_text("utf-8") for path in folder.glob("tables/*.csv")):
        raise CxError("disclosure: a hidden cell can be computed back.")


def modules() -> dict[str, ModuleType]:
    """Return the stand-ins by the names of what they stand in for."""

    def module(name: str, **attributes: Any) -> ModuleType:
        made = ModuleType(name)
        vars(made).update(attributes)
        return made

    return {
        "cxlib.params": module("cxlib.params", load=load, client_id=str, project_root=Path.cwd),
        "cxlib.intake": module(
            "cxlib.intake", prepare=prepare, inputs=lambda project, params: [project / "params" / f"{params.client}.yml"]
        ),
        "cxlib.report.page": module("cxlib.report.page", export=export, index=index, Provenance=SimpleNamespace),
        "cxlib.suite.store": module("cxlib.suite.store", audit=audit),
        "cxlib.report.words": module("cxlib.report.words", Words=lambda language: SimpleNamespace(language=language)),
    }


def install(put: Callable[[Any, str, Any], None], item: Callable[[Any, str, Any], None]) -> None:
    """Put the stand-ins where imports find them; `put` sets an attribute and `item` an entry of a mapping."""
    for name, made in modules().items():
        room, _, noun = name.rpartition(".")
        item(sys.modules, name, made)
        put(importlib.import_module(room), noun, made)


if __name__ == "__main__":
    install(setattr, dict.__setitem__)
    from cxlib.suite import cli

    cli.LANES = 1  # these notebooks know one folder only
    raise SystemExit(cli.main(sys.argv[1:]))
