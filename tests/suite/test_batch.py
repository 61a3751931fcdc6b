"""Many clients: whatever one of them does, the others are published, and each has a row that says what became of it."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cxlib.suite import batch, manifest, publish
from cxlib.suite.batch import Row
from cxlib.suite.cli import main

FAILING = """
import os, time
if client == "fails":
    raise ValueError("the waiting time is missing\\nin two lines")
if client == "hangs":
    time.sleep(600)
if client == "hoards":
    held = bytearray(700_000_000)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(60)
if client == "dies":
    os.kill(os.getpid(), 9)
"""


def rows(project: Path) -> dict[str, dict[str, str]]:
    with (project / "reports" / "batch.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["client"]: row for row in csv.DictReader(file)}


def hidden(project: Path) -> list[str]:
    """What runs have left lying."""
    return [path.as_posix() for path in project.glob("reports/*/runs/.*")]


def test_bad_clients_never_stop_the_others(tmp_path, many, monkeypatch, capsys):
    bad = ["dies", "fails", "hangs", "hoards", "misfiled", "refused"]
    project = many.project_of(tmp_path / "project", "acme", "zeta", *bad)
    many.notebooks(project, second=many.SECOND + FAILING)
    (project / "params" / "refused.yml").write_text("client: refused\n")
    shutil.rmtree(project / "data" / "misfiled" / "raw")
    for client, limit in (("hangs", "timeout_s: 15"), ("hoards", "memory_mb: 600")):
        with (project / "params" / f"{client}.yml").open("a", encoding="utf-8") as file:
            file.write(f"run: {{{limit}}}\n")
    monkeypatch.chdir(project)
    assert main(["batch", "--workers", "3"]) == 1
    told = rows(project)
    assert {client: row["state"] for client, row in told.items()} == {
        "acme": "published", "dies": "failed", "fails": "failed", "hangs": "failed", "hoards": "failed", "misfiled": "refused",
        "refused": "refused", "zeta": "published",
    }  # fmt: skip
    assert {client: (told[client]["notebook"], told[client]["error"]) for client in ("dies", "fails", "hangs", "hoards")} == {
        "dies": ("10_second", "the kernel died (killed, or out of memory)."),
        "fails": ("10_second", "ValueError: the waiting time is missing (and 1 more lines)."),
        "hangs": ("10_second", "it took longer than run.timeout_s = 15 seconds."),
        "hoards": ("10_second", "it took more memory than run.memory_mb = 600 MB."),
    }
    assert {told[client]["cell"] for client in ("fails", "hangs", "hoards")} == {"5"}
    assert "there is no file 'Befragung.csv'" in told["misfiled"]["error"]
    assert "more problems; see: cx check refused" in told["refused"]["error"]
    assert float(told["acme"]["peak_mb"]) > 50
    page = (project / "reports" / "index.html").read_text("utf-8")
    assert '<a href="acme/index.html">acme</a>' in page
    assert page.count("abgebrochen") == 4
    assert "8 clients, 6 without a new report" in capsys.readouterr().out

    many.notebooks(project)  # mended: the good ones have new notebooks too, so all run that can
    assert main(["batch", "acme", "fails", "--json", "--language", "en"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["states"] for event in events if event["event"] == "batch"] == [{"published": 2}]
    assert {event["client"] for event in events if event["event"] == "notebook"} == {"acme", "fails"}
    assert main(["batch", "acme", "fails"]) == 1 - 1
    assert "acme  unchanged" in capsys.readouterr().out or main(["batch", "acme", "--language", "en"]) == 0


def test_the_tables_of_a_batch_are_those_of_a_single_run(tmp_path, many, monkeypatch):
    project = many.project_of(tmp_path / "project", "acme", "beta")
    monkeypatch.chdir(project)
    monkeypatch.setenv("CX_COLD_KERNELS", "1")
    assert main(["batch", "--workers", "2"]) == 0
    first = many.said(many.published(project, "acme"))
    assert main(["run", "acme", "--force"]) == 0
    assert many.said(many.published(project, "acme")) == first


def test_an_unknown_client_is_a_row(tmp_path, many, monkeypatch, capsys):
    monkeypatch.chdir(many.project_of(tmp_path / "project", "acme"))
    assert main(["batch", "akme", "../acme"]) == 1
    said = capsys.readouterr().out
    assert "akme  refused" in said
    assert "did you mean 'acme'" in said
    assert not (tmp_path / "acme").exists()


@pytest.mark.parametrize("count", ["0", "-1", "x", "257"])
def test_a_wrong_number_of_workers_is_refused(count, capsys):
    assert main(["batch", "--workers", count]) == 2
    assert capsys.readouterr().err == f"--workers: is {count!r}. Give a whole number from 1 to 256.\n"


def test_a_project_without_clients_is_refused(tmp_path, monkeypatch, capsys):
    (tmp_path / "params").mkdir()
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["batch"]) == 2
    assert capsys.readouterr().err == "params: there is no client. Write params/CLIENT.yml.\n"


def test_a_sentence_says_where_and_what():
    row = Row("acme")
    row.blame(["notebooks/10_second.ipynb: cell 5: KeyError: 'x'.", "Nothing was published. The executed notebook …"])
    assert (row.notebook, row.cell, row.error) == ("10_second", "5", "KeyError: 'x'.")
    row.blame(["notebooks/10_second.ipynb: figure 1 has no text alternative.", "b"])
    assert (row.notebook, row.cell) == ("10_second", "")
    assert row.error == "figure 1 has no text alternative. (and 1 more problems; see: cx check acme)"
    row.blame([])
    assert row.error == "it ended without a word."


def living(mark: str) -> list[int]:
    """Processes of a project: those whose environment or command line names its folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            told = (path / "environ").read_bytes() + (path / "cmdline").read_bytes()
            zombie = (path / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if mark.encode() in told and not zombie and int(path.name) != os.getpid():
            found.append(int(path.name))
    return found


def gone(mark: str) -> bool:
    for _ in range(200):
        if not living(mark):
            return True
        time.sleep(0.1)
    return False


def start(project: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"CX_TEST_MARK": project.as_posix(), "TMPDIR": str(project.parent)}
    line = [sys.executable, "-m", "cxlib.suite.cli", "batch", *arguments]
    return subprocess.Popen(line, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def faults(project: Path, clients: list[str], old: dict[str, str | None]) -> list[str]:
    """Name every client whose report is neither its old one nor a whole new one."""
    found = []
    for client in clients:
        reports = project / "reports" / client
        run = publish.latest(reports) if reports.is_dir() else None
        if run is None:
            found += [f"{client}: its report is lost"] if old[client] else []
        elif manifest.verify(reports)[1]:
            found.append(f"{client}: {manifest.verify(reports)[1]}")
    return found


def kills(project: Path, clients: list[str], count: int, seed: int) -> list[str]:
    """Kill driver, workers, nurseries or kernels at random moments; say what a reader would find wrong, and what lives on."""
    chance, found = random.Random(seed), []
    many_runs = {
        client: publish.latest(project / "reports" / client) if (project / "reports" / client).is_dir() else None for client in clients
    }
    for _ in range(count):
        process = start(project, "--force" if chance.random() < 0.3 else "--json", "--workers", "2")
        time.sleep(chance.uniform(0.5, 14))
        whom = living(project.as_posix())
        number = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
        target = process.pid if chance.random() < 0.4 or not whom else chance.choice(whom)
        with suppress(ProcessLookupError):
            os.kill(target, number)
        if target == process.pid:
            process.communicate(timeout=60)
            found += [] if gone(project.as_posix()) else [f"orphans after {number} of the driver: {living(project.as_posix())}"]
        else:
            process.communicate(timeout=300)
        found += faults(project, clients, many_runs)
        many_runs = {
            client: publish.latest(project / "reports" / client) for client in clients if (project / "reports" / client).is_dir()
        } | {client: None for client in clients if not (project / "reports" / client).is_dir()}
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc")
@pytest.mark.parametrize("count", [3, pytest.param(100, marks=pytest.mark.stress)])
def test_random_kills_lose_and_mix_nothing(tmp_path, many, count):
    clients = ["acme", "beta", "gamma"]
    project = many.project_of(tmp_path / "project", *clients)
    assert kills(project, clients, count, seed=count) == []
    process = start(project)
    said = process.communicate(timeout=300)[0]
    assert process.returncode == 0, said
    assert faults(project, clients, dict.fromkeys(clients)) == []
    assert hidden(project) == []
    assert [path.name for path in tmp_path.glob("cx-*")] == []
    tables = [many.said(many.published(project, client)) for client in clients]
    assert [sorted(each) for each in tables] == [sorted(tables[0])] * 3


@pytest.mark.stress
def test_two_hundred_clients_of_whom_twenty_are_broken(tmp_path, many, monkeypatch):
    good = [f"c{number:03d}" for number in range(180)]
    bad = [f"b{number:03d}" for number in range(20)]
    project = many.project_of(tmp_path / "project", *good, *bad)
    many.notebooks(project, second=many.SECOND + "if client.startswith('b') and int(client[1:]) % 4 == 0:\n    raise ValueError(client)\n")
    for number, client in enumerate(bad):
        params, raw = project / "params" / f"{client}.yml", project / "data" / client / "raw" / "Befragung.csv"
        if number % 4 == 1:
            params.write_text("client: [", "utf-8")
        elif number % 4 == 2:
            raw.unlink()
        elif number % 4 == 3:
            raw.write_bytes(raw.read_bytes().replace(b"05.03.2026", b"2026/03/05", 1))
    monkeypatch.chdir(project)
    assert main(["batch"]) == 1
    told = rows(project)
    assert sorted(client for client, row in told.items() if row["state"] != "published") == sorted(bad)
    assert all(told[client]["error"] for client in bad)
    assert faults(project, good, dict.fromkeys(good)) == []
    assert main(["batch", *good]) == 0


def full_disk(tmp_path: Path, many, megabytes: float) -> tuple[Path, int]:
    """Run a batch whose reports lie on a small file system."""
    project = many.project_of(tmp_path / "project", "acme", "beta")
    (project / "reports").mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={int(megabytes * 1024)}k", "tmpfs", str(project / "reports")], check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    return project, mounted.returncode


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="needs a file system of its own")
@pytest.mark.parametrize("megabytes", [1.2, *(pytest.param(size / 4, marks=pytest.mark.stress) for size in range(1, 24))])
def test_a_full_disk_loses_and_mixes_nothing(tmp_path, many, monkeypatch, megabytes):
    project, _ = full_disk(tmp_path, many, megabytes)
    monkeypatch.chdir(project)
    clients = ["acme", "beta"]
    try:
        old: dict[str, str | None] = dict.fromkeys(clients)
        for _ in range(2):
            process = start(project, "--force", "--workers", "2")
            process.communicate(timeout=300)
            assert faults(project, clients, old) == []
            old = {
                client: publish.latest(project / "reports" / client) if (project / "reports" / client).is_dir() else None
                for client in clients
            }
            (project / "reports" / "filler").write_bytes(b"")
        subprocess.run(["mount", "-o", "remount,size=64m", str(project / "reports")], check=True)
        process = start(project, "--force")
        said = process.communicate(timeout=300)[0]
        assert process.returncode == 0, said
        assert faults(project, clients, old) == []
        assert hidden(project) == []
    finally:
        subprocess.run(["umount", "-l", str(project / "reports")], check=True)


def test_a_worker_that_dies_is_replaced(tmp_path, many, monkeypatch):
    project = many.project_of(tmp_path / "project", "acme", "beta")
    monkeypatch.chdir(project)
    (project / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if any('cxlib.suite.worker' in word for word in getattr(sys, 'orig_argv', [])):\n"
        "    import pathlib\n"
        "    if not pathlib.Path('once').exists():\n"
        "        pathlib.Path('once').touch()\n"
        "        sys.stderr.write('out of luck\\n')\n"
        "        os._exit(3)\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(project), os.environ.get("PYTHONPATH", "")]))
    assert main(["batch", "--workers", "1"]) == 1
    told = rows(project)
    assert [(row["state"], row["error"]) for row in told.values()] == [("failed", "its process died: out of luck"), ("published", "")]


def test_the_states_are_worded_in_both_languages():
    from cxlib.report.catalog import LANGUAGES, messages

    states = ("published", "unchanged", *batch.BAD)
    assert [state for state in states for language in LANGUAGES if f"batch.state.{state}" not in messages(language)] == []


def test_a_worker_that_says_nothing_is_stopped(tmp_path, many, monkeypatch):
    project = many.project_of(tmp_path / "project", "acme")
    monkeypatch.chdir(project)
    monkeypatch.setattr(batch, "INTAKE_S", 1.0)
    (project / "sitecustomize.py").write_text(
        "import sys, time\nif any('cxlib.suite.worker' in word for word in getattr(sys, 'orig_argv', [])):\n    time.sleep(60)\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(project), os.environ.get("PYTHONPATH", "")]))
    assert main(["batch", "--workers", "1"]) == 1
    assert rows(project)["acme"]["error"] == "it said nothing for too long and was stopped."
