"""What there is of a client: each place with its files and links, and nothing that is somebody else's."""

from __future__ import annotations

import pytest

from cxlib.errors import ParamsError
from cxlib.suite.remains import Place, remains


@pytest.fixture
def project(tmp_path):
    for name, text in (
        ("data/acme/raw/a.csv", "12345"),
        ("data/acme/notes.txt", "1"),
        ("reports/acme/.lock", ""),
        ("params/acme.yml", "abc"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "data/acme/raw/link").symlink_to(tmp_path / "params")
    return tmp_path


def test_places_are_counted_and_links_are_not_followed(project):
    found = remains(project, "acme")
    assert found.places == (Place("data/acme/notes.txt", 1, 1, 0), Place("data/acme/raw", 1, 5, 1))
    assert (found.files, found.size, found.runs, found.rows) == (3, 6, 0, {})
    with_params = remains(project, "acme", params=True)
    assert with_params.places[-1] == Place("params/acme.yml", 1, 3, 0)
    assert not any("params/acme.yml stays" in hint for hint in with_params.hints)


def test_looking_changes_nothing(project):
    before = sorted(path.name for path in project.rglob("*"))
    remains(project, "acme", params=True)
    assert sorted(path.name for path in project.rglob("*")) == before


def test_a_file_in_a_folders_place_is_refused(project):
    (project / "data/odd").write_text("x", encoding="utf-8")
    with pytest.raises(ParamsError) as refusal:
        remains(project, "odd")
    assert str(refusal.value) == "data/odd: is a file, not a client's folder. Nothing was deleted."
