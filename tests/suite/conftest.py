"""Fixtures for the runner: a tiny client in a project of its own, with or without kernels."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
collect_ignore = ["stand_in.py", "small.py", "killed.py", "many.py"]


def beside(name: str) -> ModuleType:
    """Import a module that lies beside this file and is no test."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def stand_in() -> ModuleType:
    return beside("stand_in")


@pytest.fixture(scope="session")
def many() -> ModuleType:
    return beside("many")


@pytest.fixture(scope="session")
def small() -> ModuleType:
    return beside("small")


@pytest.fixture
def project(tmp_path: Path, stand_in: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the client ``tiny``; params, intake and pages are stood in, and the working folder is the project."""
    import cxlib.suite.run

    folder = stand_in.make_project(tmp_path / "project")
    stand_in.install(lambda *where: monkeypatch.setattr(*where, raising=False), monkeypatch.setitem)
    monkeypatch.setattr(cxlib.suite.run, "clients", sys.modules["cxlib.params"])
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def quick(project: Path, stand_in: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, its notebooks run in this process."""
    monkeypatch.setenv("CX_RUN", "{}")  # which the stand-in sets, so that it is taken back
    monkeypatch.setattr("cxlib.suite.engine.execute", stand_in.execute)
    monkeypatch.setattr("cxlib.suite.cli.LANES", 1)
    return project
