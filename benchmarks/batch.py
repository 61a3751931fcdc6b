"""What a batch costs: the suite for several clients of the demo's kind, against the loop that one would write with papermill.

    python benchmarks/batch.py [--only naive|cold|forked] [--quick] [--json] [--clients 20] [--notebooks 00,01,07]

Each client is the demo under another name. The naive loop executes every notebook with papermill in a fresh kernel and makes one HTML page
of it with nbconvert, all in one process; ours checks, seals and publishes pages in the same one language. All three run in turn, a few
clients at a time, so that whatever else the machine does meets them alike. The limit is what the cells alone take in one process that has
imported everything, shared by all cores. Wall time says what a user sees on an idle machine; CPU seconds say it on a busy one. Starting the
workers costs about 15 CPU seconds a batch, which a few short notebooks do not pay back: measure with many clients.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from _measurement import Result, command_line, show

ROOT = Path(__file__).parent.parent
ARMS = ("naive", "cold", "forked")
CORES = os.cpu_count() or 1
BLOCK = 10  # clients that each arm takes before it is the next one's turn
NAIVE = """
import sys
import papermill
from nbconvert import HTMLExporter
import nbformat
for client in sys.argv[2:]:
    for name in sys.argv[1].split(","):
        out = f"{name}-{client}.ipynb"
        papermill.execute_notebook(f"notebooks/{name}.ipynb", out, {"client": client}, cwd="notebooks", progress_bar=False)
        html, _ = HTMLExporter().from_notebook_node(nbformat.read(out, as_version=4))
        open(f"{name}-{client}.html", "w", encoding="utf-8").write(html)
"""
PURE = """
import json, os, sys, time
import IPython.display
IPython.display.display = lambda *shown, **how: None
names, clients = sys.argv[1].split(","), sys.argv[2:]
def through(client):
    spent = 0.0
    for name in names:
        cells = json.load(open(f"notebooks/{name}.ipynb", encoding="utf-8"))["cells"]
        space = {"__name__": "__main__"}
        for cell in cells:
            if cell["cell_type"] == "code":
                source = "".join(cell["source"])
                began = time.process_time()
                exec(compile(source, name, "exec"), space)
                spent += time.process_time() - began
                if "parameters" in cell["metadata"].get("tags", []):
                    space["client"] = client
    return spent
through(clients[0])  # imports and first uses
print(sum(through(client) for client in clients))
"""


@dataclass
class Spent:
    """What an arm has taken so far."""

    wall: float = 0.0
    cpu: float = 0.0


def project_of(folder: Path, clients: Sequence[str], names: Sequence[str]) -> list[str]:
    """Lay out a project with the demo under other names and some of its notebooks; return their names."""
    (folder / "params").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "QUESTIONS.md", folder)
    shutil.copytree(ROOT / "data" / "taxonomy", folder / "data" / "taxonomy")
    chosen = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if not names or path.name[:2] in names]
    for path in chosen:
        shutil.copy(path, folder / "notebooks")
    text = (ROOT / "params" / "demo.yml").read_text(encoding="utf-8")
    for client in clients:
        (folder / "params" / f"{client}.yml").write_text(text.replace("client: demo", f"client: {client}", 1), encoding="utf-8")
        shutil.copytree(ROOT / "data" / "demo" / "raw", folder / "data" / client / "raw")
    return [path.stem for path in chosen]


def timed(line: list[str], folder: Path, spent: Spent, **variables: str) -> str:
    """Run a command, add what it and all its children took, and return what it said."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"} | variables
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{line[1:4]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    spent.wall += time.perf_counter() - began
    spent.cpu += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout


def measure(chosen: argparse.Namespace) -> tuple[dict[str, Spent], float, float, int]:
    """Run all arms in turn; return what they took, the CPU seconds of the cells alone, the peak memory of a kernel (MB), and the pages."""
    clients = [f"demo{number:02d}" for number in range(chosen.clients)]
    spent, pure, peak = {arm: Spent() for arm in ARMS}, 0.0, 0.0
    with tempfile.TemporaryDirectory(prefix="cx-bench-") as place:
        folder = Path(place) / "project"
        names = project_of(folder, clients, chosen.notebooks.split(",") if chosen.notebooks else [])
        for start in range(0, len(clients), BLOCK):
            block = clients[start : start + BLOCK]
            for client in block:  # raw files are taken in once, whoever runs first
                timed([sys.executable, "-m", "cxlib.suite.cli", "check", client], folder, Spent())
            pure += float(timed([sys.executable, "-c", PURE, ",".join(names), *block], folder, Spent()).split()[-1])
            for arm in ARMS:
                if arm == "naive":
                    timed([sys.executable, "-c", NAIVE, ",".join(names), *block], folder, spent[arm])
                else:
                    line = [sys.executable, "-m", "cxlib.suite.cli", "batch", *block, "--json", "--force", "--language", "de"]
                    told = timed(line, folder, spent[arm], CX_COLD_KERNELS="1" if arm == "cold" else "")
                    events = [json.loads(event) for event in told.splitlines()]
                    peak = max([peak, *(event["peak_mb"] for event in events if event["event"] == "client")])
    return spent, pure, peak, len(names) * len(clients)


def results(chosen: argparse.Namespace) -> list[Result]:
    """Word the figures."""
    spent, pure, peak, pages = measure(chosen)
    told = [Result("naive papermill loop, a notebook", spent["naive"].wall / pages, "s", note=f"{spent['naive'].cpu / pages:.2f} s CPU")]
    for arm, goal in (("cold", 2.0), ("forked", 4.3)):
        ratio = spent["naive"].wall / spent[arm].wall
        processor = CORES * spent["naive"].cpu / spent[arm].cpu
        cost = f"{spent[arm].wall / pages:.2f} s wall, {spent[arm].cpu / pages:.2f} s CPU a notebook"
        told.append(Result(f"{arm} kernels against the loop, wall", ratio, "×", f"≥ {goal} ×", ratio >= goal, cost))
        told.append(Result(f"{arm} kernels against the loop, CPU × {CORES} cores", processor, "×", f"≥ {goal} ×", processor >= goal))
        told.append(Result(f"{arm} kernels, of the limit, wall", pure / CORES / spent[arm].wall, "", note=f"limit {pure / CORES:.1f} s"))
        told.append(Result(f"{arm} kernels, of the limit, CPU", pure / spent[arm].cpu, ""))
    told.append(Result("peak memory of a kernel", peak, "MB", "≤ 600 MB", peak <= 600))
    return told


def main() -> None:
    """Measure and show."""
    parser = command_line(__doc__ or "", ARMS)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--notebooks", default="", help="numbers, as in 00,01,07; all when left out")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.clients, chosen.notebooks = min(chosen.clients, 6), chosen.notebooks or "00,01,07"
    show(results(chosen), as_json=chosen.json)


if __name__ == "__main__":
    main()
