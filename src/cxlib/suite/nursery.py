"""Kernels forked from a process that has only imported: what every notebook imports is paid once, not once a notebook.

Linux only. Whatever is *initialised* before a fork can change what a kernel shows, silently. So the nursery does nothing but import,
refuses to fork when that has started a thread, and a test compares every output of a forked kernel with a cold one's.

The nursery is a process of its own: ``python -m cxlib.suite.nursery FD MODULE …`` reads one request a line from a socket (JSON) and
answers with one line: ``{"fork": …}`` with pid, ``{"poll": pid}`` with the exit code or null. It dies with whoever started it, and so do
its kernels.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from cxlib.suite import kernel

__all__ = ["ALWAYS", "Child", "Nursery", "imported"]

ALWAYS = (  # what the study and its plots import when they are first asked for something
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "cxlib.suite.study", "cxlib.report.svg", "babel.dates",
    "matplotlib.font_manager", "matplotlib.ticker", "matplotlib_inline.backend_inline", "pyarrow.parquet",
)  # fmt: skip
BACKEND = "module://matplotlib_inline.backend_inline"  # as ipykernel sets it before a notebook imports matplotlib


def imported(sources: Iterable[str]) -> list[str]:
    """Return the modules of cxlib that cells import, so that the nursery may import them first.

    >>> imported(["import os\\nfrom cxlib.contacts import volume, repeats", "from cxlib import estimates"])
    ['cxlib.contacts.repeats', 'cxlib.contacts.volume', 'cxlib.estimates']
    """
    found: set[str] = set()
    for source in sources:
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        for line in body:
            if isinstance(line, ast.ImportFrom) and line.module and line.module.split(".")[0] == "cxlib":
                found |= {f"{line.module}.{alias.name}" for alias in line.names}
            elif isinstance(line, ast.Import):
                found |= {alias.name for alias in line.names if alias.name.startswith("cxlib.")}
    return sorted(found)


def sources(project: Path) -> list[str]:
    """Return the code of all notebooks; one that cannot be read is refused when it is to run."""
    found: list[str] = []
    for path in sorted(project.glob("notebooks/*.ipynb")):
        try:
            found += ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


class Child:
    """A forked kernel, with the face of a Popen."""

    stdin = stdout = stderr = None

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None:
            self.returncode = self.nursery.ask({"poll": self.pid}).get("code", -signal.SIGKILL)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        ends = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if ends is not None and time.monotonic() > ends:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Signal it unless it has ended: its number is not anybody else's as long as nobody asked for its exit code."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class Nursery:
    """The other end: starts the nursery and asks it for kernels.

    Parameters
    ----------
    modules : sequence of str
        What to import besides :data:`ALWAYS`.
    environment : mapping of str to str
        All variables of the nursery; each kernel gets its own.
    """

    def __init__(self, modules: Iterable[str], environment: Mapping[str, str]) -> None:
        mine, other = socket.socketpair()
        line = [sys.executable, "-m", "cxlib.suite.nursery", str(other.fileno()), *modules]
        chosen = {**environment, "MPLBACKEND": BACKEND, "CX_PARENT": str(os.getpid())}
        self.process = subprocess.Popen(line, env=chosen, pass_fds=[other.fileno()], cwd="/", start_new_session=True)
        other.close()
        self._socket, self._stream, self._lock = mine, mine.makefile("r", encoding="utf-8"), threading.Lock()

    @classmethod
    def of(cls, project: Path) -> Nursery:
        """Start a nursery for the notebooks of a project."""
        from cxlib.suite.environment import common, secrets

        return cls(imported(sources(project)), common(secrets(project)))

    @staticmethod
    def possible() -> bool:
        """Tell whether this machine forks kernels."""
        return sys.platform.startswith("linux") and os.environ.get("CX_COLD_KERNELS", "") == ""

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and return the answer; {} when the nursery is gone."""
        with self._lock:
            try:
                self._socket.sendall(f"{json.dumps(request)}\n".encode())
                answer = self._stream.readline()
            except OSError:
                return {}
        return dict(json.loads(answer)) if answer else {}

    def fork(self, arguments: list[str], environment: Mapping[str, str], folder: Path, log: Path) -> Child | None:
        """Return a new kernel, None when the nursery will not or cannot fork."""
        asked = {"arguments": arguments, "environment": dict(environment), "folder": str(folder), "log": str(log)}
        pid = self.ask({"fork": asked}).get("pid")
        return Child(self, int(pid)) if pid else None

    def close(self) -> None:
        """End the nursery and every kernel that still lives."""
        self._stream.close()
        self._socket.close()
        self.process.kill()
        self.process.wait()


def serve(requests: IO[str], connection: socket.socket) -> None:
    """Answer requests until the other end is closed."""
    parent = os.getpid()
    for line in requests:
        request = json.loads(line)
        if "poll" in request:
            answer: dict[str, Any] = {"code": ended(int(request["poll"]))}
        elif busy():
            answer = {}
        else:
            pid = os.fork()
            if pid == 0:
                connection.close()
                become(parent, **request["fork"])
            answer = {"pid": pid}
        connection.sendall(f"{json.dumps(answer)}\n".encode())


def ended(pid: int) -> int | None:
    """Return a child's exit code, None while it runs; its number stays its own until then."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status) if done else None


def busy() -> bool:
    """Tell whether importing has started a thread: a fork would take its locks along, and nobody to open them."""
    return len(os.listdir("/proc/self/task")) != 1


def become(parent: int, arguments: list[str], environment: dict[str, str], folder: str, log: str) -> None:
    """Turn a fresh child into a kernel: own session, environment, working folder, log and chance; never returns."""
    code = 1
    try:
        os.setsid()
        kernel.die_with(parent)
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, target in ((nothing, 0), (written, 1), (written, 2)):
            os.dup2(number, target)
        os.environ.clear()
        os.environ.update(environment | {"JPY_PARENT_PID": str(parent)})
        os.chdir(folder)
        tempfile.tempdir = None  # somebody may have asked for it
        sys.argv = ["kernel", *arguments]
        random.seed()
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            numpy.random.seed()
        kernel.launch(arguments)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(arguments: list[str]) -> None:
    """Import, then serve."""
    import gc

    kernel.die_with(int(os.environ.pop("CX_PARENT")))
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it when it is imported
    if sys.path[:1] == [os.getcwd()]:
        del sys.path[0]
    connection = socket.socket(fileno=int(arguments[0]))
    with as_in_a_kernel():
        for name in [*ALWAYS, *arguments[1:]]:
            importlib.import_module(name) if importable(name) else importlib.import_module(name.rpartition(".")[0])
    gc.collect()
    gc.freeze()  # so that a kernel's collector does not copy what it shares with all others
    serve(connection.makefile("r", encoding="utf-8"), connection)


@contextmanager
def as_in_a_kernel() -> Iterator[None]:
    """Let modules see, while they are imported, what they would see in a kernel.

    pandas looks once: at `get_ipython`, how many columns it shows, and at the encoding of the standard output.
    """
    before = sys.stdout
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="UTF-8")
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]
        sys.stdout = before


def importable(name: str) -> bool:
    """Tell whether a name is a module, and not what a module holds."""
    import importlib.util

    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
