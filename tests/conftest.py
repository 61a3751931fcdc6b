"""What several tests need: the project's folder, the reference data where it lies beside the project, and a project to break."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

# shared machines are slow at times: a property is judged by what it finds, never by the clock
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("CX_SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets that are not part of the project (data/README.md says where users get them)."""
    if not SHARED.is_dir():
        pytest.skip(f"the reference data are not on this machine: {SHARED.name}/ is absent (set CX_SHARED_DATA)")
    return SHARED


@pytest.fixture(scope="session")
def oracle_data(shared_data: Path) -> Path:
    return shared_data / "oracles"


def loaded(path: Path) -> ModuleType:
    """A file of the tests as a module."""
    name = f"tests_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browsing() -> ModuleType:
    """How tests look at pages: tests/browser.py."""
    return loaded(ROOT / "tests" / "browser.py")


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A running browser; nothing of it is left when the tests end."""
    from cxlib.report.chromium import Chromium, program

    if program() is None:
        pytest.skip("no Chromium on this machine (Debian and Ubuntu: apt install chromium; or CX_CHROMIUM=/path/to/it)")
    with Chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def axe(browsing: ModuleType) -> str:
    """The text of axe.min.js."""
    source = browsing.axe_source()
    if source is None:
        pytest.skip("axe-core is not here: set up with bootstrap.py (requirements-axe.txt), or CX_AXE=/path/to/axe.min.js")
    return source


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project: params/, notebooks/, the taxonomies and the catalogue of questions."""
    for folder in ("params", "notebooks", "data"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "QUESTIONS.md", tmp_path)
    shutil.copytree(ROOT / "data" / "taxonomy", tmp_path / "data" / "taxonomy")
    return tmp_path


@pytest.fixture(scope="session")
def golden_update() -> ModuleType:
    """The module that computes the golden tables."""
    return loaded(ROOT / "tests" / "golden" / "update.py")


def present(project: Path, client: str) -> Path | None:
    """The first and only run of a client, where the same data, params, notebooks, library and packages would go into another one."""
    from cxlib.suite import publish, resume

    reports = project / "reports" / client
    for languages in (["de", "en"], None):
        run = resume.unchanged(project, client, {"languages": languages, "audience": None, "format": None})
        if run is not None and publish.runs(reports) == [run]:  # a second one would tell what has moved since the first
            return reports / "runs" / run
    return None


@pytest.fixture(scope="session", name="present")
def _present() -> Callable[[Path, str], Path | None]:
    return present


@pytest.fixture(scope="session")
def demo(golden_update: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the demo client alone, taken in once for all tests; copy it to change anything."""
    from cxlib import intake
    from cxlib.params import load

    folder = golden_update.project_of_demo(tmp_path_factory.mktemp("demo"))
    intake.prepare(folder, load(folder, "demo"))
    return folder
