"""Run tests against a copy of the source that has a fault, and say which of them see it.

A script for ``test_mutations.py``: a list of faults as JSON on standard input, one line of JSON a fault on standard output. The source is
copied once to a temporary folder; each fault is written there, looked at by a forked process (so that the libraries are imported once),
and taken back. The project's own source is never touched.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401 - libraries that the source uses: every fork has them
import narwhals  # noqa: F401
import pandas  # noqa: F401
import pydantic  # noqa: F401
import pytest
import scipy.optimize
import scipy.sparse
import scipy.stats  # noqa: F401

ROOT = Path(__file__).parent.parent
PATIENCE = 60  # CPU seconds after which a fault that makes a test run on for ever is given up


class Verdicts:
    """Which tests an assertion turned red; what breaks in any other way shows no more than that the code does not run."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.red: list[str] = []
        self.otherwise: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        report = yield
        if call.when == "call":
            self.ran.append(item.nodeid)
        if report.failed and call.excinfo is not None:
            asserted = call.when == "call" and call.excinfo.errisinstance((AssertionError, pytest.fail.Exception))
            (self.red if asserted else self.otherwise).append(item.nodeid if asserted else f"{item.nodeid}: {call.excinfo.exconly()}")
        return report


def look(source: Path, tests: list[str], answer: int) -> None:
    """Run tests on the source of a folder and write what came of them; the last thing that a fork does."""
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)  # by its own clock: machines are shared
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    sys.path.insert(0, str(source))
    sys.dont_write_bytecode = True
    seen = Verdicts()
    options = ["-q", "-m", "", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "--rootdir", str(ROOT)]
    code = int(pytest.main([*options, *tests], plugins=[seen]))
    place = Path(str(sys.modules["cxlib"].__file__)) if "cxlib" in sys.modules else Path()
    told = {"exit": code, "ran": seen.ran, "red": seen.red, "otherwise": seen.otherwise, "copy": place.is_relative_to(source)}
    os.write(answer, json.dumps(told | {"cpu": time.process_time()}).encode())


def judged(source: Path, fault: dict[str, Any]) -> dict[str, Any]:
    """Put a fault into the copy, run its tests there in a fork, and take it out again."""
    path = source / "cxlib" / fault["file"]
    text = path.read_text("utf-8")
    path.write_text(text.replace(fault["old"], fault["new"], 1), "utf-8")
    take, give = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # idle threads of numeric libraries; the child does not need them
        child = os.fork()
    if child == 0:
        os.close(take)
        try:
            look(source, fault["tests"], give)
        except BaseException as error:
            os.write(give, json.dumps({"exit": None, "otherwise": [repr(error)]}).encode())
        finally:
            os._exit(0)
    os.close(give)
    with os.fdopen(take, "rb") as answer:
        told = answer.read()
    os.waitpid(child, 0)
    shutil.copy2(ROOT / "src" / "cxlib" / fault["file"], path)
    return {"why": fault["why"], **(json.loads(told) if told else {"exit": None, "otherwise": ["stopped"]})}


def main() -> None:
    """Judge the faults that standard input names."""
    faults = json.load(sys.stdin)
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="cx-faults-") as place:
        source = Path(place) / "src"
        shutil.copytree(ROOT / "src", source)
        for fault in faults:
            sys.stdout.write(json.dumps(judged(source, fault)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
