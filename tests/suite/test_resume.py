"""What has not changed is left alone; what stopped half way goes on where it stopped; the end is the same as that of one whole run."""

from __future__ import annotations

import json
import os

import pytest

from cxlib.errors import CxError
from cxlib.suite import manifest, publish, resume
from cxlib.suite.run import run

ASKED = {"languages": None, "audience": None, "format": None}


def latest(project):
    return publish.latest(project / "reports" / "tiny")


def test_nothing_new_nothing_runs(quick):
    run(quick, "tiny", force=False)
    first, said, told = latest(quick), [], []
    run(quick, "tiny", force=False, say=said.append, tell=told.append)
    assert latest(quick) == first
    assert said == [f"tiny: nothing has changed since run {first}; --force runs it all the same."]
    assert told == [{"event": "unchanged", "client": "tiny", "run": first}]
    run(quick, "tiny", force=True)
    assert latest(quick) > first


@pytest.mark.parametrize(
    "change",
    [
        lambda project, run: (project / "params" / "tiny.yml").write_text("timeout_s: 61\nkeep_runs: 2\ndata: 1\n"),
        lambda project, run: (project / "notebooks" / "10_second.ipynb").unlink(),
        lambda project, run: (run / "de" / "00_first.html").write_text("touched"),
        lambda project, run: (run / "tables" / "first.csv").unlink(),
        lambda project, run: (project / "reports" / "tiny" / "index.html").unlink(),
        lambda project, run: (run / "manifest.json").write_text("{}"),
        lambda project, run: (project / "reports" / "tiny" / "latest").unlink(),
    ],
)
def test_whatever_changed_is_noticed(quick, change):
    run(quick, "tiny")
    assert resume.unchanged(quick, "tiny", ASKED) == latest(quick)
    change(quick, quick / "reports" / "tiny" / "runs" / latest(quick))
    assert resume.unchanged(quick, "tiny", ASKED) is None


def test_a_first_run_stands_for_one_that_tests_would_make(quick, present):
    assert present(quick, "tiny") is None
    run(quick, "tiny")
    first = present(quick, "tiny")
    assert first == quick / "reports" / "tiny" / "runs" / latest(quick)
    run(quick, "tiny")
    assert present(quick, "tiny") is None  # it may tell what has moved
    (first / "de" / "00_first.html").write_text("touched")
    assert present(quick, "tiny") is None


def test_another_wish_another_run(quick):
    run(quick, "tiny", languages=("de",))
    assert resume.unchanged(quick, "tiny", ASKED) is None
    assert resume.unchanged(quick, "tiny", {"languages": ["de"], "audience": None, "format": None})
    run(quick, "tiny", only=("10",))
    assert (
        resume.unchanged(quick, "tiny", {"languages": ["de"], "audience": None, "format": None}) is None
    )  # a page of an older run stands in it


def test_another_library_another_run(quick, monkeypatch):
    run(quick, "tiny")
    monkeypatch.setattr(manifest, "library_hash", lambda: "other")
    assert resume.unchanged(quick, "tiny", ASKED) is None


def test_a_database_is_always_read_again(quick, monkeypatch):
    monkeypatch.setattr("cxlib.intake.inputs", lambda project, params: None)
    run(quick, "tiny")
    assert resume.unchanged(quick, "tiny", ASKED) is None


def test_a_file_that_comes_is_noticed(quick, monkeypatch):
    labels = quick / "labels.csv"
    monkeypatch.setattr("cxlib.intake.inputs", lambda project, params: [labels])
    run(quick, "tiny")
    assert resume.unchanged(quick, "tiny", ASKED)
    labels.write_text("a")
    assert resume.unchanged(quick, "tiny", ASKED) is None


@pytest.fixture
def stopped(quick, stand_in):
    """A run that failed in its second notebook; the first one counts how often it runs."""
    count = "import pathlib\nwith (pathlib.Path('ran')).open('a') as file:\n    file.write('x')\n"
    stand_in.write_notebook(quick, "00_first", stand_in.notebook(stand_in.FIRST + count, title="First"))
    stand_in.write_notebook(quick, "10_second", stand_in.notebook("(folder / 'tables' / 'half.csv').write_text('half')", "1 / 0"))
    with pytest.raises(CxError):
        run(quick, "tiny", force=False)
    stand_in.write_notebook(quick, "10_second", stand_in.notebook(stand_in.SECOND, title="Second"))
    return quick


def ran(project) -> int:
    return len((project / "ran").read_text())


def test_after_a_failure_only_what_is_missing_runs(stopped):
    run(stopped, "tiny", force=False)
    folder = stopped / "reports" / "tiny" / "runs" / latest(stopped)
    assert ran(stopped) == 1
    assert sorted(path.name for path in (folder / "tables").iterdir()) == ["first.csv", "second.csv"]
    assert [note["status"] for note in manifest.read(folder)["notebooks"]] == ["ran", "ran"]
    assert manifest.verify(stopped / "reports" / "tiny")[1] == []
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    assert (folder / "private" / "register.txt").read_text() == "first\nsecond\n"
    assert resume.unchanged(stopped, "tiny", ASKED)


def started(project, how):
    how(project)
    run(project, "tiny", force=False)
    return ran(project)


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project / "params" / "tiny.yml").write_text("timeout_s: 60\nkeep_runs: 2\ndata: 2\n"),
        lambda project: os.utime(next(project.glob("reports/tiny/runs/.*.part/tables/first.csv")), (1, 1)),
        lambda project: next(project.glob("reports/tiny/runs/.*.part/tables/first.csv")).unlink(),
        lambda project: next(project.glob("reports/tiny/runs/.*.progress")).write_text("{"),
        lambda project: (project / "notebooks" / "00_first.ipynb").write_text(
            (project / "notebooks" / "00_first.ipynb").read_text() + "\n"
        ),
    ],
)
def test_what_does_not_fit_any_more_starts_anew(stopped, change):
    assert started(stopped, change) == 2


def test_force_starts_anew(stopped):
    run(stopped, "tiny", force=True)
    assert ran(stopped) == 2


def test_an_unfinished_run_older_than_a_whole_one_is_dropped(stopped):
    left = next(stopped.glob("reports/tiny/runs/.*.part"))
    aside = left.with_name("aside")
    left.rename(aside)
    note = next(stopped.glob("reports/tiny/runs/.*.progress"))
    text = note.read_text()
    run(stopped, "tiny")
    aside.rename(left)
    note.write_text(text)
    assert resume.unfinished(stopped / "reports" / "tiny", json.loads(text)["key"], {}) is None
