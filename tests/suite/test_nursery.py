"""Forked kernels: allowed because every output of every cell is that of a cold kernel."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from cxlib.suite import manifest
from cxlib.suite.environment import common, environment
from cxlib.suite.nursery import Nursery, sources
from cxlib.suite.run import run

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kernels are forked on Linux only")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def kernels(monkeypatch):
    """Run a client with one kind of kernels, and say which kind each notebook had."""

    def ran(many, project: Path, client: str, forked: bool) -> tuple[dict, set[str]]:
        monkeypatch.chdir(project)
        run(project, client, forked=forked)
        folder = many.published(project, client)
        return many.said(folder), {note["kernel"] for note in manifest.read(folder)["notebooks"]}

    return ran


def test_a_forked_kernel_says_what_a_cold_one_says(tmp_path, many, kernels):
    project = many.project_of(tmp_path / "project", "acme")
    cold, forked = kernels(many, project, "acme", False), kernels(many, project, "acme", True)
    assert (cold[1], forked[1]) == ({"cold"}, {"forked"})
    assert len(cold[0]) > 15
    assert [name for name in cold[0].keys() | forked[0].keys() if cold[0].get(name) != forked[0].get(name)] == []


@pytest.mark.stress
def test_every_cell_of_the_demo_says_the_same_in_both(tmp_path, many, kernels, golden_update):
    project = golden_update.project_of_demo(tmp_path / "project")
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    cold, forked = kernels(many, project, "demo", False), kernels(many, project, "demo", True)
    assert (cold[1], forked[1]) == ({"cold"}, {"forked"})
    assert [name for name in cold[0].keys() | forked[0].keys() if cold[0].get(name) != forked[0].get(name)] == []


SETTINGS = """
import json, os, sys, random, locale, decimal, warnings
import numpy, pandas
import cxlib.suite.study, matplotlib
told = {
    "path": sys.path, "flags": list(sys.flags), "encoding": sys.stdout.encoding, "cwd": os.path.basename(os.getcwd()), "argv0": bool(sys.argv),
    "environment": {name: value for name, value in os.environ.items() if name not in ("CX_RUN", "IPYTHONDIR", "JPY_PARENT_PID", "TMPDIR", "TEMP", "TMP")},
    "backend": matplotlib.get_backend(), "rc": {name: str(value) for name, value in matplotlib.rcParams.items()},
    "options": pandas.describe_option(_print_desc=False), "errors": numpy.geterr(), "print": str(numpy.get_printoptions()),
    "locale": locale.setlocale(locale.LC_ALL), "decimal": str(decimal.getcontext()), "filters": sorted({str(each[:3]) for each in warnings.filters}),
    "main": __name__, "names": sorted(name for name in globals() if not name.startswith("_")), "umask": oct(os.umask(0o022)),
}
print(json.dumps(told, default=str))
"""


def test_a_forked_kernel_is_set_up_like_a_cold_one(tmp_path, many, monkeypatch):
    monkeypatch.setenv("CX_TEST_MARK", "kept")
    project = many.project_of(tmp_path / "project", "acme")
    many.stand_in.write_notebook(project, "00_first", many.stand_in.notebook(SETTINGS))
    many.stand_in.write_notebook(project, "10_second", many.stand_in.notebook("1"))
    monkeypatch.chdir(project)
    seen = []
    for forked in (False, True):
        run(project, "acme", forked=forked)
        cells = json.loads((many.published(project, "acme") / "notebooks" / "00_first.ipynb").read_text())["cells"]
        seen.append(json.loads(cells[-1]["outputs"][0]["text"][0]))
    cold, forked = seen
    assert {name: (cold[name], forked[name]) for name in cold if cold[name] != forked[name]} == {}
    assert cold["environment"]["CX_TEST_MARK"] == "kept"


def test_what_starts_a_thread_is_not_forked(tmp_path, monkeypatch):
    (tmp_path / "threaded.py").write_text("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    nursery = Nursery(["threaded"], common())
    try:
        assert nursery.fork(["-f", "x"], {}, tmp_path, tmp_path / "log") is None
    finally:
        nursery.close()


def test_the_nursery_and_its_kernels_end_together(tmp_path):
    nursery = Nursery([], common())
    child = nursery.fork(["-f", str(tmp_path / "connection.json")], environment(tmp_path, "{}"), tmp_path, tmp_path / "log")
    assert child.poll() is None
    nursery.close()
    for _ in range(100):
        if not Path(f"/proc/{child.pid}").exists():
            break
        time.sleep(0.05)
    assert not Path(f"/proc/{child.pid}").exists()
    assert child.poll() == -9
    assert nursery.fork([], {}, tmp_path, tmp_path / "log") is None


def test_code_that_cannot_be_read_is_left_to_the_run(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_x.ipynb").write_text("no JSON")
    assert sources(tmp_path) == []
