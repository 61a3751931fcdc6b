"""The engine: a fresh private kernel, and no failure that passes for a success."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cxlib.suite import engine, publish

PARAMETERS = new_code_cell('client = "nobody"', metadata={"tags": ["parameters"]})


@pytest.fixture
def execute(tmp_path):
    """Run code cells, after a title and the parameters cell, in a kernel."""

    def run(*sources, timeout_s=60, told="{}"):
        with publish.scratch(tmp_path, "run") as scratch:
            cells = [new_markdown_cell("# Title"), PARAMETERS.copy(), *(new_code_cell(source) for source in sources)]
            settings = {"name": "00_first", "client": "tiny", "run": told, "folder": tmp_path, "scratch": scratch, "timeout_s": timeout_s}
            return engine.execute(new_notebook(cells=cells), **settings)

    return run


def printed(node) -> str:
    return "".join(output.get("text", "") for cell in node.cells if cell.cell_type == "code" for output in cell.outputs)


def living(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_kernel_is_this_python_with_nobodys_settings(execute, tmp_path, monkeypatch):
    somebodys = tmp_path / "somebody"
    (somebodys / "kernels" / "python3").mkdir(parents=True)
    (somebodys / "kernels" / "python3" / "kernel.json").write_text('{"argv": ["false"], "display_name": "x", "language": "python"}')
    for ipython in (somebodys, somebodys / ".ipython"):
        (ipython / "profile_default" / "startup").mkdir(parents=True)
        (ipython / "profile_default" / "startup" / "mine.py").write_text("meddled = True")
    (somebodys / "startup.py").write_text("meddled = True")
    monkeypatch.setenv("JUPYTER_PATH", str(somebodys))
    monkeypatch.setenv("IPYTHONDIR", str(somebodys))
    monkeypatch.setenv("HOME", str(somebodys))
    monkeypatch.setenv("PYTHONSTARTUP", str(somebodys / "startup.py"))
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    node = execute(
        "import json, os, sys\n"
        "names = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'PYTHONHASHSEED', 'CX_RUN']\n"
        "seen = {name: os.environ.get(name) for name in names}\n"
        "print(json.dumps([client, sys.executable, 'meddled' in dir(), os.getcwd(), hash('a'), seen, os.getpid()]))",
        told='{"run": "R"}',
    )
    client, python, meddled, folder, _hash, seen, pid = json.loads(printed(node))
    assert (client, python, meddled) == ("tiny", sys.executable, False)
    assert Path(folder) == tmp_path
    assert seen == {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "CX_RUN": '{"run": "R"}',
    }
    assert not living(pid)
    assert str(tmp_path) not in json.dumps(node.metadata)
    nbformat.validate(node)


def test_sockets_lie_in_the_scratch_folder_which_goes(execute, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    node = execute("import ipykernel.kernelapp as k, json; print(k.IPKernelApp.instance().connection_file)")
    connection = Path(printed(node).strip())
    assert connection.parent.name.startswith("cx-")
    assert not connection.parent.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.parametrize(("length", "transport"), [(10, "ipc"), (120, "tcp")])
def test_a_path_too_long_for_a_socket_falls_back_to_tcp(length, transport):
    if os.name == "nt":
        transport = "tcp"
    manager = engine.kernel_manager(engine.Job(Path("/"), Path("/" + "x" * length), {}, 1.0, 1000.0))
    manager.context.destroy()
    assert manager.transport == transport


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import sys; sys.exit()", "cell 3: SystemExit."),
        ("import os; os.kill(os.getpid(), 9)", "cell 3: the kernel died (killed, or out of memory)."),
        ("import os; os.write(2, b'Fatal: out of luck\\n'); os._exit(3)", "cell 3: the kernel died: Fatal: out of luck."),
    ],
)
def test_a_failure_names_notebook_cell_and_error(execute, source, problem):
    with pytest.raises(engine.NotebookFailed) as failure:
        execute(source, "print('never')")
    assert str(failure.value) == f"notebooks/00_first.ipynb: {problem}"
    assert "never" not in printed(failure.value.notebook)


def test_a_notebook_out_of_time_is_stopped_with_all_it_started(execute, tmp_path):
    began = time.monotonic()
    code = (
        "import os, pathlib, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "pathlib.Path('pids').write_text(f'{os.getpid()} {child.pid}')\n"
        "time.sleep(60)"
    )
    with pytest.raises(engine.NotebookFailed) as failure:
        execute("1", code, timeout_s=3)
    assert str(failure.value) == "notebooks/00_first.ipynb: cell 4: it took longer than run.timeout_s = 3 seconds."
    assert time.monotonic() - began < 15
    kernel, child = (int(pid) for pid in (tmp_path / "pids").read_text().split())
    assert not living(kernel)
    assert subprocess.run(["ps", "-o", "stat=", "-p", str(child)], capture_output=True, text=True, check=False).stdout.strip()[:1] in (
        "",
        "Z",
    )


def test_an_interrupt_while_the_kernel_starts_leaves_no_kernel(execute, monkeypatch):
    managers = []
    make = engine.kernel_manager

    async def interrupted(*_arguments, **_settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "kernel_manager", lambda scratch: managers.append(make(scratch)) or managers[0])
    monkeypatch.setattr("jupyter_client.asynchronous.client.AsyncKernelClient.wait_for_ready", interrupted)
    with pytest.raises(KeyboardInterrupt):
        execute("1")
    assert managers[0].provisioner.process.poll() is not None


def executed(*counts, error=None):
    """A notebook as papermill leaves it: execution counts, and perhaps an error in the last cell."""
    cells = [new_code_cell("1", execution_count=count) for count in counts]
    cells[1:1] = [new_code_cell("client = 'tiny'", execution_count=9, metadata={"tags": ["injected-parameters"]})]
    if error:
        cells[-1].outputs = [new_output("error", ename="KeyError", evalue=error, traceback=[])]
    return new_notebook(cells=[new_markdown_cell("papermill's note", metadata={"tags": ["papermill-error-cell-tag"]}), *cells])


def test_every_code_cell_must_have_run():
    assert engine.unfinished(executed(1, 2, 3)) == ""
    assert engine.unfinished(executed(1, 2, None)) == "cell 3: did not run."
    assert engine.unfinished(executed(1, 2, 3, error="\x1b[31m'x'\x1b[0m")) == "cell 3: KeyError: 'x'."
    assert engine.unfinished(executed(1, 2, error="one\n\ntwo")) == "cell 2: KeyError: one (and 1 more lines)."
    assert engine.unfinished(executed(1, 2, error="ends so.")) == "cell 2: KeyError: ends so."


def test_an_empty_code_cell_need_not_run():
    node = executed(1, 2, None)
    node.cells[-1].source = "  \n"
    assert engine.unfinished(node) == ""


def test_a_stop_without_error_in_a_cell_is_still_one():
    node = executed(1, 2, None)
    node.cells[3].metadata["papermill"] = {"start_time": "2026-01-01T00:00:00", "status": "completed"}
    assert engine.unfinished(node, "the kernel died") == "cell 2: the kernel died."
    assert engine.unfinished(executed(1), "the kernel died") == "cell 1: the kernel died."


def test_a_cell_that_was_interrupted_for_a_reason_tells_that_reason():
    node = executed(1, 2, error="stop")
    node.cells[-1].outputs[-1]["ename"] = "KeyboardInterrupt"
    assert engine.unfinished(node, "it took longer") == "cell 2: it took longer."
    assert engine.unfinished(node) == "cell 2: KeyboardInterrupt: stop."
    assert engine.unfinished(executed(1, 2, error="'x'"), "it took longer") == "cell 2: KeyError: 'x'."
