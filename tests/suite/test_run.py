"""One client through the suite: refused before anything runs, or published whole, or the old report untouched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cxlib.errors import CxError, DataError, ParamsError
from cxlib.suite import manifest, publish
from cxlib.suite.run import run

HERE = Path(__file__).parent


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a client's reports but failed notebooks, the lock and what an unfinished run keeps, with its bytes."""
    files = [path for path in folder.rglob("*") if path.is_file() and "failed" not in path.parts]
    files = [path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def facts(project: Path) -> dict:
    reports = project / "reports" / "tiny"
    return manifest.read(reports / "runs" / publish.latest(reports))


def test_two_runs_with_kernels(project):
    """The whole way: pages in two languages, decisions on the index, tables byte-identical in the second run."""
    said: list[str] = []
    report = run(project, "tiny", say=said.append)
    reports = project / "reports" / "tiny"
    first = publish.latest(reports)
    folder = reports / "runs" / first
    assert report == reports / "index.html"
    assert sorted(path for path in tree(folder) if not path.startswith("notebooks")) == [
        "de/00_first.html", "de/10_second.html", "de/index.html", "en/00_first.html", "en/10_second.html", "en/index.html",
        "front.html", "manifest.json", "private/register.txt", "tables/first.csv", "tables/second.csv",
    ]  # fmt: skip
    assert "Second deutsch" in (folder / "de" / "10_second.html").read_text()
    assert "Answer in en" in (folder / "en" / "index.html").read_text()
    assert f'href="runs/{first}/de/10_second.html"' in report.read_text()
    assert (folder / "tables" / "second.csv").read_text() == "CLIENT,VALUE\nTINY,1\n"
    assert [line.split()[0] for line in said] == ["00_first", "10_second"]
    assert manifest.verify(reports) == (first, [])
    run(project, "tiny")
    second = publish.latest(reports)
    assert second > first
    for name in ("first.csv", "second.csv"):
        assert (reports / "runs" / second / "tables" / name).read_bytes() == (folder / "tables" / name).read_bytes()


def test_the_manifest_tells_what_went_in(quick):
    run(quick, "tiny", languages=("en",), audience="analyst")
    told = facts(quick)
    assert {name: told[name] for name in ("client", "params_hash", "data_hash", "seed", "audience", "languages", "rows", "simulated")} == {
        "client": "tiny", "params_hash": "p", "data_hash": "d1", "seed": 1, "audience": "analyst", "languages": ["en"],
        "rows": {"responses": 3}, "simulated": True,
    }  # fmt: skip
    assert set(told["library"]) == {"version", "sha256"}
    assert {"python", "numpy", "pandas", "papermill"} <= set(told["versions"])
    assert [(note["name"], note["status"], note["run"]) for note in told["notebooks"]] == [
        ("00_first", "ran", told["run"]),
        ("10_second", "ran", told["run"]),
    ]
    assert told["notebooks"][0]["sha256"] == manifest.sha256(quick / "notebooks" / "00_first.ipynb")
    assert not list((quick / "reports" / "tiny" / "runs" / told["run"]).glob("de"))


def test_a_failing_notebook_leaves_the_old_report_untouched(project, stand_in, monkeypatch):
    with monkeypatch.context() as here:
        here.setattr("cxlib.suite.engine.execute", stand_in.execute)
        run(project, "tiny")
    before = tree(project / "reports" / "tiny")
    stand_in.write_notebook(project, "10_second", stand_in.notebook("1", "raise ValueError('the waiting time is missing')", "2"))
    with pytest.raises(CxError) as failure:
        run(project, "tiny", only=("10",))
    assert failure.value.problems == (
        "notebooks/10_second.ipynb: cell 5: ValueError: the waiting time is missing.",
        "Nothing was published. The executed notebook with its traceback: reports/tiny/failed/10_second.ipynb",
    )
    assert failure.value.exit_code == 1
    assert tree(project / "reports" / "tiny") == before
    assert "Traceback (most recent call last)" in (project / "reports" / "tiny" / "failed" / "10_second.ipynb").read_text()
    monkeypatch.setattr("cxlib.suite.engine.execute", stand_in.execute)
    stand_in.write_notebook(project, "10_second", stand_in.notebook("1"))
    run(project, "tiny", only=("10",))
    assert not (project / "reports" / "tiny" / "failed").exists()


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("(folder / 'tables' / 'x.csv').write_text('leak')", "disclosure: a hidden cell can be computed back."),
        ("(folder / 'manifest.json').mkdir()", None),
    ],
)
def test_what_goes_wrong_after_the_notebooks_leaves_the_old_report_too(quick, stand_in, code, problem):
    run(quick, "tiny")
    before = tree(quick / "reports" / "tiny")
    stand_in.write_notebook(quick, "10_second", stand_in.notebook(stand_in.SECOND + code))
    with pytest.raises((CxError, OSError)) as failure:
        run(quick, "tiny")
    assert problem is None or str(failure.value) == problem
    assert tree(quick / "reports" / "tiny") == before


def test_a_page_that_the_exporter_refuses_is_a_failure(quick, stand_in, monkeypatch):
    def refuse(*_arguments, **_settings):
        raise CxError("figure 1 has no text alternative.")

    monkeypatch.setattr("cxlib.report.page.export", refuse)
    with pytest.raises(CxError) as failure:
        run(quick, "tiny")
    assert failure.value.problems[0] == "notebooks/00_first.ipynb: figure 1 has no text alternative."
    assert "reports/tiny/failed/00_first.ipynb" in failure.value.problems[1]
    assert publish.latest(quick / "reports" / "tiny") is None


def test_data_and_notebooks_are_refused_together_before_anything_runs(quick, stand_in):
    run(quick, "tiny")
    before = tree(quick / "reports" / "tiny")
    (quick / "params" / "tiny.yml").write_text("timeout_s: 60\nkeep_runs: 2\ndata: 0\n")
    cells = stand_in.notebook("1")
    cells[2] = stand_in.cell('cleint = "demo"', "parameters")
    stand_in.write_notebook(quick, "10_second", cells)
    with pytest.raises(DataError) as refusal:
        run(quick, "tiny")
    assert refusal.value.problems == (
        "notebooks/10_second.ipynb: cell 3: unknown parameter 'cleint' (did you mean 'client'?). Allowed: client.",
        "data/tiny/raw/a.csv: line 2: no number 'x'.",
        "data/tiny/raw/a.csv: line 3: no number 'y'.",
    )
    (quick / "params" / "tiny.yml").write_text("timeout_s: 60\nkeep_runs: 2\ndata: 1\n")
    with pytest.raises(ParamsError, match="cleint"):
        run(quick, "tiny")
    assert tree(quick / "reports" / "tiny") == before


def test_an_unknown_client_makes_no_folder(quick):
    with pytest.raises(ParamsError, match="did you mean 'tiny'"):
        run(quick, "tinny")
    assert not (quick / "reports").exists()


def test_only_carries_everything_else_over(quick, stand_in):
    run(quick, "tiny")
    old = facts(quick)
    stand_in.write_notebook(quick, "10_second", stand_in.notebook(stand_in.SECOND.replace("first.upper()", "first.lower()"), title="New"))
    run(quick, "tiny", only=("10",))
    new = facts(quick)
    folder = quick / "reports" / "tiny" / "runs" / new["run"]
    assert set(new["files"]) == set(old["files"])
    assert [(note["name"], note["status"], note["run"]) for note in new["notebooks"]] == [
        ("00_first", "carried over", old["run"]),
        ("10_second", "ran", new["run"]),
    ]
    assert (folder / "tables" / "second.csv").read_text() == "client,value\ntiny,1\n"
    assert old["run"] in (folder / "de" / "00_first.html").read_text()
    assert "New deutsch" in (folder / "de" / "10_second.html").read_text()
    assert (folder / "private" / "register.txt").read_text() == "first\nsecond\nsecond\n"
    assert manifest.difference(quick / "reports" / "tiny" / "runs" / old["run"]) == []
    run(quick, "tiny", only=("00_first",))
    assert facts(quick)["notebooks"][1]["status"] == "carried over"
    register = quick / "reports" / "tiny" / "runs" / facts(quick)["run"] / "private" / "register.txt"
    assert register.read_text() == "first\nsecond\nsecond\nfirst\n"


def test_what_a_notebook_no_longer_writes_is_not_carried_over(quick, stand_in):
    run(quick, "tiny")
    stand_in.write_notebook(quick, "10_second", stand_in.notebook("1"))
    run(quick, "tiny", only=("10",))
    assert "tables/second.csv" not in facts(quick)["files"]
    (quick / "notebooks" / "10_second.ipynb").unlink()
    run(quick, "tiny", only=("00",))
    assert not [file for file in facts(quick)["files"] if "10_second" in file]


def test_only_needs_the_lower_numbers(quick):
    with pytest.raises(ParamsError) as refusal:
        run(quick, "tiny", only=("10",))
    assert str(refusal.value) == "--only: a lower number has never run for tiny: 00_first. Add it, or run all: cx run tiny."
    run(quick, "tiny", only=("00",))
    assert [note["name"] for note in facts(quick)["notebooks"]] == ["00_first"]
    run(quick, "tiny", only=("10",))
    assert [note["name"] for note in facts(quick)["notebooks"]] == ["00_first", "10_second"]


def test_only_does_not_mix_data_readers_or_languages(quick):
    run(quick, "tiny", audience="analyst", languages=("de",))
    run(quick, "tiny", only=("10",))
    assert (facts(quick)["audience"], facts(quick)["languages"]) == ("analyst", ["de"])
    (quick / "params" / "tiny.yml").write_text("timeout_s: 60\nkeep_runs: 2\ndata: 2\n")
    with pytest.raises(ParamsError) as refusal:
        run(quick, "tiny", only=("10",), audience="management", languages=("de", "en"))
    run_name = facts(quick)["run"]
    assert str(refusal.value) == (
        f"--only: not as in run {run_name}: data, languages, audience. One report must not mix them; run all: cx run tiny."
    )
    run(quick, "tiny", only=("00", "10"), audience="management")


def test_pdfs_stand_beside_the_pages_and_are_carried_over(quick, chromium):
    del chromium  # there is one on this machine
    run(quick, "tiny", format="pdf", languages=("de",))
    told, folder = facts(quick), quick / "reports" / "tiny" / "runs"
    assert {name for name in told["files"] if name.endswith(".pdf")} == {"de/00_first.pdf", "de/10_second.pdf", "de/index.pdf"}
    assert [[name for name in note["files"] if name.endswith(".pdf")] for note in told["notebooks"]] == [
        ["de/00_first.pdf"],
        ["de/10_second.pdf"],
    ]
    assert (told["format"], told["asked"]["format"]) == ("pdf", "pdf")
    before = (folder / told["run"] / "de" / "00_first.pdf").read_bytes()
    assert before.startswith(b"%PDF-")
    run(quick, "tiny", only=("10",))  # in the format of the run that it mends
    assert facts(quick)["format"] == "pdf"
    assert (folder / facts(quick)["run"] / "de" / "00_first.pdf").read_bytes() == before
    assert manifest.verify(quick / "reports" / "tiny")[1] == []


def test_without_a_browser_nothing_runs(quick, monkeypatch):
    run(quick, "tiny")
    published = publish.latest(quick / "reports" / "tiny")
    monkeypatch.setenv("CX_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(ParamsError, match="--format pdf: needs Chromium, Chrome or Edge, and none was found"):
        run(quick, "tiny", format="pdf")
    assert publish.latest(quick / "reports" / "tiny") == published
    with pytest.raises(ParamsError, match=r"--only: not as in run \S+: format\."):
        run(quick, "tiny", only=("10",), format="pdf")


def test_the_other_run_is_refused(quick):
    with publish.locked(quick / "reports" / "tiny"), pytest.raises(CxError, match="another run of this client is under way"):
        run(quick, "tiny")


def start(project: Path, *arguments: str) -> subprocess.Popen[str]:
    """``cx`` with the stand-ins, in a process of its own."""
    line = [sys.executable, str(HERE / "stand_in.py"), *arguments]
    environment = os.environ | {"TMPDIR": str(project.parent)}
    return subprocess.Popen(line, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def wait_for(path: Path) -> str:
    for _ in range(400):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{path} never came")


def gone(pid: int) -> bool:
    """A kernel may need a second to see that its parent died."""
    for _ in range(100):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
        if state[:1] in ("", "Z"):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_run_told_to_stop_leaves_no_kernel_and_no_half_run(quick, stand_in, monkeypatch, number):
    run(quick, "tiny")
    reports = quick / "reports" / "tiny"
    before = tree(reports)
    code = f"import os, pathlib, time\npathlib.Path({str(quick / 'pid')!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    stand_in.write_notebook(quick, "00_first", stand_in.notebook(code))
    process = start(quick, "run", "tiny")
    kernel = int(wait_for(quick / "pid"))
    process.send_signal(number)
    told = process.communicate(timeout=20)[1]
    assert gone(kernel)
    if number != signal.SIGKILL:
        assert process.returncode == 128 + number
        assert told == "Interrupted. Nothing was published; the report of the last run stands.\n"
        assert tree(reports) == before
    assert manifest.verify(reports)[1] == []
    monkeypatch.setattr("tempfile.tempdir", str(quick.parent))
    stand_in.write_notebook(quick, "00_first", stand_in.notebook(stand_in.FIRST))
    run(quick, "tiny")
    assert [path.name for path in (reports / "runs").iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in quick.parent.glob("cx-*")] == []


def test_the_run_reaches_the_kernel(quick, stand_in):
    stand_in.write_notebook(quick, "00_first", stand_in.notebook("import os\nraise ValueError(os.environ['CX_RUN'])"))
    with pytest.raises(CxError) as failure:
        run(quick, "tiny", languages=("en",))
    told = json.loads(failure.value.problems[0].partition("ValueError: ")[2].removesuffix("."))
    assert Path(told.pop("folder")).name == f".{told.pop('run')}.part"
    assert told == {
        "project": str(quick),
        "tables": str(quick / "data" / "tiny" / "tables"),
        "audience": "management",
        "languages": ["en"],
        "notebook": "00_first",
    }


def test_a_terminal_sees_a_bar_and_a_log_sees_lines(quick, monkeypatch, capsys):
    said: list[str] = []
    run(quick, "tiny", say=said.append)
    assert capsys.readouterr().err == ""
    assert len(said) == 2
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run(quick, "tiny", say=said.append)
    assert "10_second" in capsys.readouterr().err
    assert len(said) == 2
