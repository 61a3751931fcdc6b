"""The exports that tests of drafting share, and one of them looked at."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from cxlib.intake.draft import draft
from cxlib.intake.draft.files import exports
from cxlib.intake.draft.looking import look
from cxlib.intake.workbench import workbench


@pytest.fixture(scope="session")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("made", Path(__file__).parent / "made.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def drafted(made, tmp_path_factory):
    """The draft of one of the made exports, looked at once for all tests."""
    folder = tmp_path_factory.mktemp("exports")
    return cache(lambda name: draft("acme", {name: made.write(folder, name)}))


@pytest.fixture
def looked(tmp_path):
    """Look at a text as an export of that name."""

    def run(text, name="x.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        with workbench(threads=1) as bench:
            return look(exports(path)[0], bench, "x")

    return run
