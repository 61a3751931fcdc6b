"""The manifest: written last, and able to tell every later change."""

import pytest

from cxlib.errors import CxError
from cxlib.suite import manifest


@pytest.fixture
def run(tmp_path):
    for name in ("de/index.html", "tables/nps.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    manifest.seal(tmp_path, {"run": "R", "notebooks": [], "made": []})
    return tmp_path


def test_every_file_but_itself_is_hashed(run):
    told = manifest.read(run)
    assert set(told["files"]) == {"de/index.html", "tables/nps.csv"}
    assert told["files"]["de/index.html"] == manifest.sha256(run / "de/index.html")


def test_versions_and_code_are_named():
    assert {"python", "pandas", "numpy"} <= set(manifest.versions())
    assert len(manifest.library_hash()) == 64
    assert manifest.library_version().count(".") == 2


def test_a_folder_without_a_manifest_is_no_run(tmp_path):
    with pytest.raises(CxError, match="manifest.json: missing"):
        manifest.read(tmp_path)
