"""A run is published whole; whatever ends the process, a reader has the old run or the new one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxlib.errors import CxError
from cxlib.suite import manifest, publish

NAMES = ["20260101T000000Z-aaaaaa", "20260102T000000Z-bbbbbb", "20260103T000000Z-cccccc", "20260104T000000Z-dddddd"]


def grow(reports: Path, run: str) -> Path:
    """A sealed part folder with a page, a table and the front page."""
    part = reports / "runs" / f".{run}.part"
    for name in ("de/00_first.html", "tables/first.csv", publish.FRONT):
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        (part / name).write_text(f"{name} of {run}", "utf-8")
    manifest.seal(part, {"run": run, "notebooks": []})
    return part


@pytest.fixture
def reports(tmp_path):
    """A client's reports with three published runs."""
    folder = tmp_path / "reports" / "tiny"
    for name in NAMES[:3]:
        publish.commit(folder, grow(folder, name), name, keep=2)
    return folder


def test_the_newest_run_is_published_and_verifies(reports):
    assert publish.latest(reports) == NAMES[2]
    assert (reports / "latest").read_bytes() == NAMES[2].encode() + b"\n"
    assert (reports / "index.html").read_text() == f"front.html of {NAMES[2]}"
    assert manifest.verify(reports) == (NAMES[2], [])


@pytest.mark.parametrize(("keep", "left"), [(0, NAMES[3:]), (1, NAMES[2:]), (2, NAMES[1:]), (9, NAMES)])
def test_older_runs_are_kept_as_told(reports, keep, left):
    publish.commit(reports, grow(reports, NAMES[3]), NAMES[3], keep=keep)
    assert sorted(path.name for path in (reports / "runs").iterdir()) == left


def test_a_part_without_manifest_is_not_published(reports):
    part = grow(reports, NAMES[3])
    (part / "manifest.json").unlink()
    with pytest.raises(CxError, match="not complete and was not published"):
        publish.commit(reports, part, NAMES[3], keep=2)
    assert manifest.verify(reports) == (NAMES[2], [])


def test_verify_names_each_file_that_differs_is_missing_or_extra(reports):
    run = reports / "runs" / NAMES[2]
    (run / "tables" / "first.csv").write_text("other")
    (run / "de" / "00_first.html").unlink()
    (run / "de" / "01_new.html").write_text("new")
    (reports / "index.html").write_text("meddled")
    assert manifest.verify(reports)[1] == [
        f"runs/{NAMES[2]}/de/00_first.html: missing",
        f"runs/{NAMES[2]}/de/01_new.html: extra",
        f"runs/{NAMES[2]}/tables/first.csv: differs",
        "index.html: differs",
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 0, "files": {}}', '{"schema_version": 1}'])
def test_verify_refuses_a_manifest_it_cannot_read(reports, text):
    (reports / "runs" / NAMES[2] / "manifest.json").write_text(text)
    with pytest.raises(CxError, match=f"^runs/{NAMES[2]}/manifest.json: "):
        manifest.verify(reports)


def test_verify_of_a_client_without_run(tmp_path):
    with pytest.raises(CxError, match=r"^reports/acme: no published run\. Make one: cx run acme\.$"):
        manifest.verify(tmp_path / "reports" / "acme")
    assert not (tmp_path / "reports").exists()


def test_a_publication_cut_off_before_its_last_step_is_finished(reports):
    for wrong in (f"front.html of {NAMES[1]}", None):
        (reports / "index.html").unlink()
        if wrong:
            (reports / "index.html").write_text(wrong)
        assert manifest.verify(reports) == (NAMES[2], [])


@pytest.mark.parametrize("text", [None, "", "20990101T000000Z-ffffff", "../..", "\xff"])
def test_a_lost_latest_is_found_again(reports, text):
    (reports / "latest").unlink()
    if text is not None:
        (reports / "latest").write_text(text, "latin-1")
    assert publish.latest(reports) is None
    publish.heal(reports)
    assert manifest.verify(reports) == (NAMES[2], [])


def test_an_older_run_chosen_by_hand_stays_chosen(reports):
    (reports / "latest").write_text(f"{NAMES[1]}\n")
    publish.heal(reports)
    assert manifest.verify(reports) == (NAMES[1], [])
    publish.prune(reports, keep=0)
    assert publish.runs(reports) == [NAMES[1]]


def test_leftovers_of_dead_runs_are_removed_at_the_next_start(reports, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "cx-0123").mkdir()
    (tmp_path / "mine").mkdir()
    grow(reports, NAMES[3])
    (reports / "runs" / f".{NAMES[0]}.gone" / "de").mkdir(parents=True)
    (reports / "runs" / f".{NAMES[3]}.scratch").write_text(str(tmp_path / "cx-0123"))
    (reports / "runs" / f".{NAMES[0]}.scratch").write_text(str(tmp_path / "mine"))
    (reports / ".index.html.77").write_text("half")
    publish.heal(reports)
    assert sorted(path.name for path in (reports / "runs").iterdir()) == NAMES[:3]
    assert sorted(path.name for path in reports.iterdir()) == ["index.html", "latest", "runs"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "reports"]


def test_a_second_run_of_a_client_is_refused_and_other_clients_are_not(reports):
    with publish.locked(reports):
        with pytest.raises(CxError, match=r"^reports/tiny: another run of this client is under way\."), publish.locked(reports):
            pass
        with publish.locked(reports.parent / "acme"):
            pass
    with publish.locked(reports):
        pass


def test_verify_while_a_run_is_under_way_changes_nothing(reports):
    (reports / "index.html").write_text(f"front.html of {NAMES[1]}")
    with publish.locked(reports):
        assert manifest.verify(reports) == (NAMES[2], ["index.html: differs"])


def test_names_of_runs_sort_even_when_the_clock_is_set_back(reports):
    assert publish.new_run(reports, datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)).startswith("20260203T040506Z-")
    assert publish.new_run(reports, datetime(2020, 1, 1, tzinfo=UTC)).startswith("20260103T000001Z-")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_replace_leaves_the_old_file_when_it_cannot_finish(tmp_path, monkeypatch, step):
    path = tmp_path / "latest"
    publish.replace(path, b"old")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        publish.replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["latest"]


def test_the_manifest_is_written_last(tmp_path, monkeypatch):
    part = tmp_path / "part"
    (part / "tables").mkdir(parents=True)
    (part / "tables" / "first.csv").write_text("1")
    synced: list[int] = []

    def write(path: Path, content: bytes) -> None:
        assert synced
        path.write_bytes(content)

    monkeypatch.setattr(publish, "replace", write)
    monkeypatch.setattr(os, "fsync", synced.append)
    manifest.seal(part, {})
    assert json.loads((part / "manifest.json").read_text())["files"] == {
        "tables/first.csv": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children")
def test_killed_at_any_step_a_run_leaves_the_old_or_the_new_report(tmp_path, stand_in):
    project = stand_in.make_project(tmp_path / "project")
    (tmp_path / "tmp").mkdir()
    script = Path(__file__).with_name("killed.py")
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp"), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, str(script), str(project), "9"], capture_output=True, text=True, env=environment, check=False)
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert int(line.removesuffix(" kills")) > 30
    shutil.rmtree(project)
