"""A project with the real notebooks, in which whole clients run as the command line runs them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the real notebooks and nobody's data."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    shutil.copy(ROOT / "QUESTIONS.md", tmp_path)
    shutil.copytree(ROOT / "data" / "taxonomy", tmp_path / "data" / "taxonomy")
    (tmp_path / "params").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


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
        reports = suite / "reports" / client
        return reports / "runs" / (reports / "latest").read_text(encoding="utf-8").strip()

    return run
