"""cx purge: all of one client goes, nothing of anybody else, and what could not go is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cxlib.errors import CxError, ParamsError
from cxlib.suite import batch, publish, purge
from cxlib.suite.cli import main
from cxlib.suite.remains import remains

RECORD = {"rows": {"contacts": 3, "customers": 2}}


def write(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    for client in ("acme", "other"):
        write(root / f"params/{client}.yml", f"client: {client}\n")
        write(root / f"data/{client}/raw/Meier, Hans.csv", "a;b\n")
        write(root / f"data/{client}/raw/deep/er/more.csv")
        write(root / f"data/{client}/tables/0a/record.json", json.dumps(RECORD))
        write(root / f"data/{client}/tables/0a/contacts.parquet")
        write(root / f"data/{client}/labels/reason_gold.csv")
        write(root / f"data/{client}/sheets/inventory.xlsx")
        write(root / f"reports/{client}/runs/20260101T000000Z-aaaaaa/manifest.json", "{}")
        write(root / f"reports/{client}/runs/.20260102T000000Z-bbbbbb.part/notebooks/00.ipynb", "{}")
        write(root / f"reports/{client}/interactive/private/personas.parquet")
        write(root / f"reports/{client}/failed/03.ipynb", "{}")
        write(root / f"reports/{client}/latest", "20260101T000000Z-aaaaaa\n")
        write(root / f"reports/{client}/index.html")
        write(root / f"reports/{client}/.lock", "")
    write(root / "data/taxonomy/contact_reasons.yml")
    batch.write(root, [batch.Row("acme", "failed", error="'Hans Meier' is no channel"), batch.Row("other", "published", seconds=1.5)], "en")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(root)
    return root


def files(root):
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}


def acme(root):
    return {name for name in files(root) if "acme" in name.split("/")[:2] or name == "params/acme.yml"}


def record(root):
    return json.loads((root / "reports/purged.json").read_text("utf-8"))


def test_all_of_a_client_goes_and_nothing_else(project, capsys):
    before = files(project) - acme(project)
    assert main(["purge", "acme", "--yes"]) == 0
    assert acme(project) == {"params/acme.yml"}
    assert files(project) - {"params/acme.yml", "reports/purged.json"} == before
    assert not (project / "data/acme").exists()
    assert not (project / "reports/acme").exists()
    told = capsys.readouterr().out
    assert "  data/acme/raw: 2 files, 0.0 MB\n" in told
    assert "note: params/acme.yml stays" in told
    assert told.endswith("acme: 12 files deleted, 1 runs among them; noted in reports/purged.json.\n")


def test_the_record_counts_and_names_nobody(project):
    main(["purge", "acme", "--yes", "--params"])
    assert acme(project) == set()
    (entry,) = record(project)
    assert entry | {"purged_at": "", "bytes": 0} == {
        "purged_at": "", "client": purge.purged.hashed("acme"), "complete": True, "files": 13, "bytes": 0, "files_left": 0, "runs": 1,
        "files_found": {"labels": 1, "raw": 2, "sheets": 1, "tables": 2, "reports": 6, "params": 1}, "rows": RECORD["rows"],
    }  # fmt: skip
    text = (project / "reports/purged.json").read_text("utf-8")
    assert "acme" not in text
    assert "Meier" not in text


def test_who_was_deleted_is_known_to_who_asks(project, capsys):
    main(["purge", "acme", "--yes", "--params"])
    capsys.readouterr()
    assert main(["purge", "acme", "--yes"]) == 0
    assert capsys.readouterr().out.startswith("acme: nothing is left; everything was deleted on 20")
    main(["purge", "other", "--yes"])
    assert main(["purge", "other", "--yes"]) == 0
    assert "other: there is nothing to delete. Everything was deleted on 20" in capsys.readouterr().out
    assert len(record(project)) == 2


def test_the_page_over_all_clients_forgets_the_client(project):
    main(["purge", "acme", "--yes"])
    for name in ("index.html", "batch.csv"):
        text = (project / "reports" / name).read_text("utf-8")
        assert "Meier" not in text
        assert "other" in text
    main(["purge", "other", "--yes"])
    assert not (project / "reports/batch.csv").exists()
    assert not (project / "reports/index.html").exists()


def test_a_page_that_no_batch_wrote_goes_where_it_names_the_client(project):
    write(project / "reports/batch.csv", "client,what\nacme,1\nother,2\n")
    main(["purge", "acme", "--yes"])
    assert not (project / "reports/batch.csv").exists()


def test_what_a_link_points_at_stays(project, tmp_path, capsys):
    write(tmp_path / "outside/precious.csv")
    write(tmp_path / "outside/folder/kept.csv")
    (project / "data/acme/raw/link.csv").symlink_to(tmp_path / "outside/precious.csv")
    (project / "data/acme/raw/away").symlink_to(tmp_path / "outside/folder")
    (project / "reports/acme/back").symlink_to(project / "data/other")
    (project / "reports/acme/nowhere").symlink_to(tmp_path / "gone")
    assert main(["purge", "acme", "--yes"]) == 0
    assert acme(project) == {"params/acme.yml"}
    assert files(tmp_path / "outside") == {"precious.csv", "folder/kept.csv"}
    assert "data/other/raw/Meier, Hans.csv" in files(project)
    assert "note: 4 links go, what they point at stays" in capsys.readouterr().out


def test_a_clients_folder_that_is_a_link_is_refused(project, tmp_path):
    shutil.move(project / "data/acme", tmp_path / "disk")
    (project / "data/acme").symlink_to(tmp_path / "disk")
    with pytest.raises(ParamsError) as refusal:
        remains(project, "acme")
    assert str(refusal.value) == (
        f"data/acme: is a link, and nothing outside the project is deleted. Delete what it points at ({tmp_path / 'disk'}) yourself, "
        "then the link."
    )
    assert (tmp_path / "disk/raw/Meier, Hans.csv").is_file()


@pytest.mark.parametrize("client", ["..", "../other", "acme/../other", "", ".", "/", "Acme", "acme ", "nul"])
def test_what_is_no_client_is_refused(project, client):
    before = files(project)
    assert main(["purge", client, "--yes"]) == 2
    assert files(project) == before


def test_folders_that_are_no_clients_are_left_alone(project, capsys):
    write(project / "data/thesis/chapter.txt")
    before = files(project)
    for client in ("taxonomy", "thesis", "acne"):
        assert main(["purge", client, "--yes"]) == 2
    assert capsys.readouterr().err == (
        "data/taxonomy: is a folder of the project, not of a client. Nothing was deleted.\n"
        "data/thesis: holds none of raw, tables, labels, sheets, and there is no params/thesis.yml, so it may be no client's. "
        "Nothing was deleted.\n"
        "client: there is nothing of 'acne' (did you mean 'acme'?). Clients: acme, other.\n"
    )
    assert files(project) == before


def test_a_client_without_params_or_with_reports_alone_can_go(project):
    (project / "params/acme.yml").unlink()
    shutil.rmtree(project / "data/acme")
    assert main(["purge", "acme", "--yes"]) == 0
    assert acme(project) == set()


def test_a_run_under_way_is_left_alone(project, capsys):
    before = acme(project)
    with publish.locked(project / "reports/acme"):
        assert main(["purge", "acme", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("reports/acme: another run of this client is under way.")
    assert acme(project) == before


def test_what_runs_that_were_killed_have_noted_goes_too(project, tmp_path):
    noted, stranger = tmp_path / "tmp/cx-0011223344", tmp_path / "tmp/holiday"
    for folder in (noted, stranger):
        write(folder / "socket")
    write(project / "reports/acme/runs/.a.scratch", str(noted))
    write(project / "reports/acme/runs/.b.scratch", str(stranger))
    assert main(["purge", "acme", "--yes"]) == 0
    assert not noted.exists()
    assert stranger.exists()


def test_files_and_folders_marked_as_read_only_go(project):
    (project / "data/acme/raw/deep/er/more.csv").chmod(0o400)
    (project / "data/acme/raw/deep/er").chmod(0o500)
    assert main(["purge", "acme", "--yes"]) == 0
    assert not (project / "data/acme").exists()


def test_what_could_not_be_deleted_is_told_and_goes_the_next_time(project, monkeypatch, capsys):
    true = os.unlink

    def stubborn(path, *args, **options):
        if str(path).endswith("contacts.parquet"):
            raise PermissionError(13, "Permission denied", path)
        true(path, *args, **options)

    monkeypatch.setattr(os, "unlink", stubborn)
    assert main(["purge", "acme", "--yes"]) == 1
    assert capsys.readouterr().err == (
        "acme: 1 of 12 files could not be deleted, in data/acme/tables. Nothing else is left. Get the right to delete them, or close what "
        "has them open, then again: cx purge acme\n"
    )
    assert acme(project) == {"data/acme/tables/0a/contacts.parquet", "params/acme.yml"}
    monkeypatch.undo()
    os.chdir(project)
    assert main(["purge", "acme", "--yes"]) == 0
    assert [(entry["complete"], entry["files"], entry["files_left"]) for entry in record(project)] == [(False, 11, 1), (True, 1, 0)]


def test_who_is_cut_off_has_told_of_it(project, monkeypatch):
    monkeypatch.setattr(purge, "forget", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["purge", "acme", "--yes"]) > 100
    assert [entry["complete"] for entry in record(project)] == [False]


def test_a_damaged_record_is_kept_and_nothing_is_deleted(project, capsys):
    write(project / "reports/purged.json", "[{")
    before = files(project)
    assert main(["purge", "acme", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("reports/purged.json: is damaged (")
    write(project / "reports/purged.json", '{"a": 1}')
    assert main(["purge", "acme", "--yes"]) == 1
    assert files(project) == before


def test_the_id_has_to_be_typed(project, monkeypatch, capsys):
    before = acme(project)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert main(["purge", "acme"]) == 2
    assert "asks before it deletes, and there is no terminal" in capsys.readouterr().err
    for typed, code in (("y\n", 2), ("", 2), ("acme\n", 0)):
        assert acme(project) == before
        monkeypatch.setattr(sys, "stdin", Typed(typed))
        assert main(["purge", "acme"]) == code
    assert acme(project) == {"params/acme.yml"}


class Typed:
    """Somebody at a terminal."""

    def __init__(self, line):
        self.line = line

    def isatty(self):
        return True

    def readline(self):
        return self.line


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_files_under_version_control_go_by_force_alone(project, capsys):
    for words in (["init", "-q"], ["add", "-f", "data/acme/raw"]):
        subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)
    before = acme(project)
    assert main(["purge", "acme", "--yes"]) == 2
    assert capsys.readouterr().err.startswith("data/acme: holds 2 files under version control, such as data/acme/raw/")
    assert acme(project) == before
    assert main(["purge", "acme", "--yes", "--force"]) == 0
    assert "note: 2 files are under version control: its history keeps them." in capsys.readouterr().out


def test_notebooks_with_outputs_and_folders_of_killed_conversions_are_named(project, tmp_path):
    write(project / "notebooks/05_x.ipynb", json.dumps({"cells": [{"outputs": [1]}]}))
    write(project / "notebooks/06_x.ipynb", "damaged")
    write(tmp_path / "tmp/cx-intake-1/x")
    hints = remains(project, "acme").hints
    assert "notebooks/05_x.ipynb hold outputs, perhaps of this client: clear them in Lab." in hints
    assert any("holds 1 folders of conversions" in hint for hint in hints)
    assert (tmp_path / "tmp/cx-intake-1/x").is_file()


def test_a_run_that_is_broken_can_go(project):
    (project / "reports/acme/latest").write_bytes(b"\xff\xfe")
    (project / "data/acme/tables/0a/record.json").write_text("[", encoding="utf-8")
    found = remains(project, "acme")
    assert (found.runs, found.rows) == (1, {})
    assert purge.delete(project, found).files == 0


def test_deleting_checks_again(project, tmp_path):
    found = remains(project, "acme")
    shutil.move(project / "data/acme", tmp_path / "disk")
    (project / "data/acme").symlink_to(tmp_path / "disk")
    with pytest.raises(CxError, match="is a link"):
        purge.delete(project, found)
    assert Path(tmp_path / "disk/raw/Meier, Hans.csv").is_file()
