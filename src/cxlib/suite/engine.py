"""Our papermill engine: a fresh private kernel for each notebook, and a failure that cannot pass for a success.

papermill 2.7 leaves a notebook whose kernel was killed, whose cell ran out of time or which was interrupted with cells that all
say "completed"; so every code cell is checked here. The kernel is this very Python, never somebody's installed kernelspec.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill import execute_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from cxlib.errors import CxError
from cxlib.suite.environment import environment
from cxlib.suite.memory import Watch, watched
from cxlib.suite.nursery import Child, Nursery

__all__ = ["NAME", "NotebookFailed", "end_all", "execute", "unfinished"]

NAME = "cx"
SOCKET_PATH_LIMIT = 90  # bytes; macOS allows 103 for the address of a socket, Linux 107
INJECTED, MARKER = "injected-parameters", "papermill-error-cell-tag"  # the tags of cells that papermill adds
ANSI = re.compile(r"\x1b\[[0-9;]*m")
LOG = logging.getLogger("cxlib.engine")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False


RUNNING: set[OwnKernelManager] = set()  # the kernels of this process, to end them all


class NotebookFailed(CxError):  # noqa: N818 - the name says what happened
    """A notebook that did not run to its end; `notebook` holds what was executed, with the traceback."""

    def __init__(self, problem: str, notebook: NotebookNode) -> None:
        super().__init__(problem)
        self.notebook = notebook


@dataclass(eq=False)
class Job:
    """What one kernel needs, and what comes back even when papermill raises."""

    folder: Path
    scratch: Path
    environment: dict[str, str]
    timeout_s: float
    memory_mb: float
    nursery: Nursery | None = None
    notebook: NotebookNode | None = None
    ends_at: float = 0.0
    watch: Watch = field(default_factory=Watch)
    kernel: str = "cold"

    def seconds_left(self, _cell: object = None) -> float:
        """Return what is left for all cells, from the first one on; nbclient takes 0 for "no limit", so it never gets there."""
        self.ends_at = self.ends_at or time.monotonic() + self.timeout_s
        return max(self.ends_at - time.monotonic(), 0.1)

    @property
    def log(self) -> Path:
        """The kernel's own stdout and stderr: the last words of one that crashed."""
        return self.scratch / "kernel.log"


class OwnKernelClient(AsyncKernelClient):
    """Has no heartbeat: we see our kernel's process, and a heartbeat that is stopped while it starts spins for ever."""

    def start_channels(self, *choice: bool, **choices: bool) -> None:
        """Start all channels but that one."""
        super().start_channels(*choice, **choices | {"hb": False})


class OwnKernelManager(AsyncKernelManager):
    """Starts the Python we run in, whatever kernelspecs this user or machine has."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one specification of this suite's kernels."""
        argv = [sys.executable, "-m", "cxlib.suite.kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="cxlib", language="python")


class OwnProvisioner(LocalProvisioner):
    """Starts the kernel's process, or has it forked by the nursery."""

    job: Job
    process: Any = None

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        """Fork where there is a nursery that will; start a cold kernel otherwise."""
        job, child = self.job, None
        if job.nursery is not None:
            child = job.nursery.fork(cmd[cmd.index("-f") :], settings["env"], job.folder, job.log)
        if child is None:
            return await super().launch_kernel(cmd, **settings)
        self.process, self.pid, self.pgid, job.kernel = child, child.pid, child.pid, "forked"
        return self.connection_info


class CxEngine(Engine):
    """papermill's face of the engine, registered under the name "cx"."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **settings: Any) -> None:
        """Run all cells in a fresh kernel which is gone, with its sockets, when this returns or raises."""
        job: Job = settings["job"]
        job.notebook = nb_man.nb
        manager = kernel_manager(job)
        runner = PapermillNotebookClient(nb_man, km=manager, timeout_func=job.seconds_left, log=LOG, shutdown_kernel="immediate")
        RUNNING.add(manager)
        try:
            with job.log.open("ab") as log, watched(lambda: pid_of(manager), job.memory_mb, lambda: end(manager)) as job.watch:
                runner.execute(cwd=str(job.folder), env=job.environment, stdout=log, stderr=log, cleanup_kc=True)
        finally:
            if runner.kc is not None:  # an interrupt came before nbclient had the kernel in its care
                runner.kc.stop_channels()
            reap(manager)
            RUNNING.discard(manager)
            manager.context.destroy(linger=0)

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Ignore the kernel a notebook was last saved with."""
        return "python3"

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """All notebooks are Python."""
        return "python"


papermill_engines.register(NAME, CxEngine)


def kernel_manager(job: Job) -> OwnKernelManager:
    """Return a manager whose sockets lie in the job's scratch; by default those of parallel kernels collide in the working folder."""
    file = str(job.scratch / "kernel.json")
    settings = {"kernel_name": "python3", "connection_file": file, "log": LOG, "client_factory": OwnKernelClient}
    manager = OwnKernelManager(context=zmq.asyncio.Context(), **settings)  # a context of ours, to be closed by us come what may
    manager.provisioner = OwnProvisioner(kernel_id="", kernel_spec=manager.kernel_spec, parent=manager)
    manager.provisioner.job = job
    address = str(job.scratch / "k")
    if os.name != "nt" and zmq.has("ipc") and len(os.fsencode(address)) <= SOCKET_PATH_LIMIT:
        manager.transport, manager.ip = "ipc", address
    return manager


def reap(manager: OwnKernelManager) -> None:
    """Kill the kernel's process group if it still lives; an interrupt in the middle of a shutdown must leave no orphan."""
    process = process_of(manager)
    if process is not None and process.poll() is None:
        end(manager)
        process.wait()


def process_of(manager: OwnKernelManager) -> subprocess.Popen[bytes] | Child | None:
    """Return the kernel's process; None before it was started and after it was cleaned up."""
    return getattr(manager.provisioner, "process", None)


def pid_of(manager: OwnKernelManager) -> int | None:
    """Return the kernel's process number."""
    process = process_of(manager)
    return None if process is None else process.pid


def end(manager: OwnKernelManager) -> None:
    """Kill the kernel and its children; one that has gone in the meantime is what was wanted."""
    process = process_of(manager)
    if process is None:
        return
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        return


def end_all() -> None:
    """Kill every kernel that this process runs, in whatever thread."""
    for manager in list(RUNNING):
        end(manager)


def execute(
    notebook: NotebookNode,
    *,
    name: str,
    client: str,
    run: str,
    folder: Path,
    scratch: Path,
    timeout_s: float,
    memory_mb: float = float("inf"),
    without: Collection[str] = (),
    nursery: Nursery | None = None,
) -> NotebookNode:
    """Run one notebook for one client and make sure that it ran to its end.

    Parameters
    ----------
    notebook : NotebookNode
        A checked notebook; it is not changed.
    name : str
        ``10_expectation_gaps``, for messages.
    client : str
        The only parameter.
    run : str
        ``CX_RUN`` as JSON.
    folder : Path
        The kernel's working folder.
    scratch : Path
        An empty private folder with a short path.
    timeout_s : float
        Seconds for all cells together.
    memory_mb : float
        What the kernel may hold, in MB.
    without : collection of str
        Variables of the environment that the kernel is not to see.
    nursery : Nursery, optional
        What forks the kernel; a cold one is started without.

    Returns
    -------
    NotebookNode
        The executed notebook; ``metadata.cx.peak_mb`` is the most memory its kernel held.

    Raises
    ------
    NotebookFailed
        An error, a dead kernel, a limit passed, or a cell that did not run.
    """
    job = Job(folder, scratch, environment(scratch, run, without), timeout_s, memory_mb, nursery)
    settings = {
        "engine_name": NAME,
        "kernel_name": "python3",
        "language": "python",
        "job": job,
        "progress_bar": False,
        "request_save_on_cell_execute": False,
        "autosave_cell_every": 0,
    }
    try:
        execute_notebook(notebook, None, {"client": client}, **settings)
        reason = ""
    except PapermillExecutionError:
        reason = ""  # the error stands in the cell's output
    except CellTimeoutError:
        reason = f"it took longer than run.timeout_s = {timeout_s:g} seconds"
    except (DeadKernelError, RuntimeError) as fault:
        reason = f"the kernel died{last_words(job.log, fault)}"
    if job.watch.exceeded:
        reason = f"it took more memory than run.memory_mb = {memory_mb:g} MB"
    executed = tidied(job.notebook if job.notebook is not None else notebook)
    executed.metadata["cx"] = {"peak_mb": round(job.watch.peak_mb), "kernel": job.kernel}
    problem = unfinished(executed, reason)
    if problem:
        raise NotebookFailed(f"notebooks/{name}.ipynb: {problem}", executed)
    return executed


def last_words(log: Path, fault: Exception) -> str:
    """Return the kernel's last line of output, or why it did not start, as the end of a sentence."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()] if log.is_file() else []
    if lines:
        return f": {lines[-1]}"
    return " (killed, or out of memory)" if isinstance(fault, DeadKernelError) else f": {fault}"


def tidied(notebook: NotebookNode) -> NotebookNode:
    """Take out of papermill's notes what is a copy of the notebook or a path of this machine."""
    for key in ("input_path", "output_path", "environment_variables"):
        notebook.metadata.get("papermill", {}).pop(key, None)
    return notebook


def unfinished(notebook: NotebookNode, reason: str = "") -> str:
    """Say which cell of an executed notebook failed or never ran; "" when all is well.

    Parameters
    ----------
    notebook : NotebookNode
        As executed.
    reason : str
        What stopped it, when no cell can tell.

    Returns
    -------
    str
        ``cell 7: ValueError: …``, counted from 1 as the notebook's author sees the cells.
    """
    number = stopped_at = 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if MARKER in tags:
            continue
        number += INJECTED not in tags  # the author does not know that cell: it counts as the one before it
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                stopped = reason and output.ename == "KeyboardInterrupt"  # by whoever gave the reason
                return f"cell {number}: {reason}." if stopped else f"cell {number}: {sentence(output.ename, output.evalue)}"
        if cell.execution_count is None and not reason:
            return f"cell {number}: did not run."
        if cell.metadata.get("papermill", {}).get("start_time"):
            stopped_at = number
    return f"cell {stopped_at or 1}: {reason}." if reason else ""


def sentence(name: str, text: str) -> str:
    """Word an error of a cell in one line.

    >>> sentence("KeyError", "'Kanal'")
    "KeyError: 'Kanal'."
    """
    lines = [line for line in ANSI.sub("", text).splitlines() if line.strip()]
    more = f" (and {len(lines) - 1} more lines)" if len(lines) > 1 else ""
    return f"{name}: {lines[0].rstrip('.')}{more}." if lines else f"{name}."
