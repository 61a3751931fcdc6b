"""Projects with many small clients, and what of two runs must be equal; not a test."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OPEN = """\
import cxlib as cx
from cxlib.report import plots
from cxlib.survey import scores

study = cx.open(client)
params, responses = study.params, study.table("responses")
"""
FIRST = """\
by_region = study.save("nps", scores.nps(responses, by=("region",), **params.sampling))
study.show(plots.ranking(by_region[by_region["metric"].eq("nps")], by="region"), caption="volume_by_touchpoint")
study.show(by_region, caption="volume_by_touchpoint", folded=True)
"""
SECOND = """\
before = study.table("nps")
again = study.save("nps_again", scores.nps(responses, by=("touchpoint_id",), **params.sampling))
study.show(again, caption="volume_by_touchpoint")
"""


def beside(name: str) -> ModuleType:
    """Import a module that lies beside this file and is no test."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


stand_in, small = beside("stand_in"), beside("small")


def project_of(folder: Path, *clients: str) -> Path:
    """Lay out a project with two notebooks and clients that differ in name alone."""
    for room in ("params", "notebooks", "data"):
        (folder / room).mkdir(parents=True)
    shutil.copy(ROOT / "QUESTIONS.md", folder)
    shutil.copytree(ROOT / "data" / "taxonomy", folder / "data" / "taxonomy")
    notebooks(folder)
    small.add(folder)
    for client in clients:
        text = (folder / "params" / "small.yml").read_text(encoding="utf-8").replace("client: small", f"client: {client}")
        (folder / "params" / f"{client}.yml").write_text(text, encoding="utf-8")
        shutil.copytree(folder / "data" / "small", folder / "data" / client)
    (folder / "params" / "small.yml").unlink()
    shutil.rmtree(folder / "data" / "small")
    return folder


def notebooks(folder: Path, first: str = FIRST, second: str = SECOND) -> None:
    """Write the two notebooks."""
    stand_in.write_notebook(folder, "00_first", stand_in.notebook(OPEN, first, title="First"))
    stand_in.write_notebook(folder, "10_second", stand_in.notebook(OPEN, second, title="Second"))


def said(run: Path) -> dict[str, Any]:
    """Return every output of every cell of a run, and the bytes of every table, by name."""
    told: dict[str, Any] = {}
    for path in sorted(run.glob("notebooks/*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"]):
            for output in cell.get("outputs", []):
                output.pop("execution_count", None)
            told[f"{path.stem} cell {number}"] = json.dumps(cell.get("outputs", []), sort_keys=True)
    for path in sorted(run.rglob("*.parquet")) + sorted(run.rglob("*.csv")):
        told[path.relative_to(run).as_posix()] = path.read_bytes()
    return told


def published(project: Path, client: str) -> Path:
    """Return the folder of a client's published run."""
    reports = project / "reports" / client
    return reports / "runs" / (reports / "latest").read_text("utf-8").strip()
