"""A project with the real notebooks, in which whole clients run as the command line runs them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def laid_out(folder: Path) -> Path:
    """Lay out a project with the real notebooks and nobody's data."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copy(ROOT / "QUESTIONS.md", folder)
    shutil.copytree(ROOT / "data" / "taxonomy", folder / "data" / "taxonomy")
    (folder / "params").mkdir()
    return folder


def latest(suite: Path, client: str) -> Path:
    """The folder of a client's published run."""
    reports = suite / "reports" / client
    return reports / "runs" / (reports / "latest").read_text(encoding="utf-8").strip()


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the real notebooks and nobody's data, as the working folder."""
    monkeypatch.chdir(laid_out(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def demo_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one whole run of the demo client, in German and English.

    That of ``bootstrap.py demo`` where it is what a run would be now; CX_DEMO_RUN names another one.
    """
    if given := os.environ.get("CX_DEMO_RUN"):
        return Path(given)
    if (own := request.getfixturevalue("present")(ROOT, "demo")) is not None:
        return own
    from cxlib.suite.cli import main

    demo = request.getfixturevalue("demo")
    suite = laid_out(tmp_path_factory.mktemp("demo-run"))
    shutil.copy(ROOT / "params" / "demo.yml", suite / "params")
    shutil.copytree(demo / "data" / "demo", suite / "data" / "demo")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(suite)
        assert main(["run", "demo"]) == 0
    return latest(suite, "demo")


@pytest.fixture
def raw(suite: Path) -> Callable[[str], Path]:
    """Adds a client with its params and returns the folder for its raw files."""

    def add(client: str) -> Path:
        own = ROOT / "params" / f"{client}.yml"
        if own.exists():
            shutil.copy(own, suite / "params")
        folder = suite / "data" / client / "raw"
        folder.mkdir(parents=True)
        return folder

    return add


@pytest.fixture
def published(suite: Path) -> Callable[..., Path]:
    """Runs the suite for one client as the command line does and returns its run folder."""
    from cxlib.suite.cli import main

    def run(client: str, *options: str) -> Path:
        assert main(["run", client, *options]) == 0
        return latest(suite, client)

    return run
