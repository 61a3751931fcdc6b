"""Many clients: one driver, a few workers, and a row for each client whatever became of it.

A worker is a process that runs one client after the other (:mod:`cxlib.suite.worker`). One that dies takes only its own client along; the
driver starts another. Who has nothing new is told so here, without a worker.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from cxlib.errors import CxError, ParamsError
from cxlib.suite import publish, resume
from cxlib.suite.batch_progress import Board
from cxlib.suite.run import interruptible

__all__ = ["BAD", "Row", "clients", "run", "settle", "write"]

BAD = ("failed", "refused", "interrupted")
PLACE = re.compile(r"^notebooks/(?P<notebook>[^/ ]+)\.ipynb: (?:cell (?P<cell>\d+): )?(?P<error>.*)$", re.DOTALL)
INTAKE_S = 3600.0  # how long a client may take before its first notebook starts
GRACE_S = 60.0  # beyond a notebook's own limit, for its kernel to start and end
ENDING_S = 20.0  # how long a worker may take to clean up


@dataclass(eq=False)
class Row:
    """What became of one client.

    Attributes
    ----------
    state : str
        "published", "unchanged", "failed", "refused" or "interrupted"; "waiting" and "running" until then.
    seconds, peak_mb : float
        How long it took, and the most memory that one of its kernels held.
    """

    client: str
    state: str = "waiting"
    notebook: str = ""
    cell: str = ""
    error: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0

    def blame(self, problems: Sequence[str]) -> None:
        """Say in one sentence what went wrong, and where."""
        first = problems[0] if problems else "it ended without a word."
        found = PLACE.match(first)
        if found:
            self.notebook, self.cell, first = found["notebook"], found["cell"] or "", found["error"]
        more = len([problem for problem in problems[1:] if not problem.startswith("Nothing was published.")])
        self.error = f"{first} (and {more} more problems; see: cx check {self.client})" if more else first


@dataclass(eq=False)
class Worker:
    """One worker process and the client it is at."""

    process: subprocess.Popen[str]
    log: IO[bytes]  # its standard error; the file has no name, so that nothing is left when this process is killed
    row: Row
    listener: threading.Thread
    hung: bool = False
    began: float = field(default_factory=time.monotonic)
    quiet_until: float = field(default_factory=lambda: time.monotonic() + INTAKE_S)


def clients(project: Path) -> list[str]:
    """Return all clients that have a params file.

    Raises
    ------
    ParamsError
        There is none.
    """
    found = sorted(path.stem for path in project.glob("params/*.yml") if not path.name.startswith("."))
    if not found:
        raise ParamsError("params: there is no client. Write params/CLIENT.yml.")
    return found


def run(project: Path, names: Sequence[str], *, board: Board, workers: int, language: str = "de", **settings: Any) -> list[Row]:
    """Run the suite for many clients and return a row for each, in the order of `names`.

    Parameters
    ----------
    project : Path
    names : sequence of str
        Clients; each once.
    board : Board
        What shows how far everything is.
    workers : int
        Clients that run at a time.
    language : {"de", "en"}
        Of the page ``reports/index.html``.
    settings
        As :func:`cxlib.suite.run.run` takes them: only, languages, audience, format, force.

    Returns
    -------
    list of Row
        Also written as ``reports/index.html`` and ``reports/batch.csv``.

    Raises
    ------
    Interrupted
        The process was told to stop; so were the workers. The table is written all the same.
    """
    rows = [Row(name) for name in dict.fromkeys(names)]
    driver = Driver(project, board, settings)
    with interruptible():
        try:
            driver.skip(rows)
            driver.drive(deque(row for row in rows if row.state == "waiting"), workers)
        finally:
            driver.stop()
            for row in rows:
                if row.state in ("waiting", "running"):
                    row.state = "interrupted"
            write(project, rows, language)
            board.close(rows)
    return rows


class Driver:
    """The workers of one batch, and what they tell."""

    def __init__(self, project: Path, board: Board, settings: dict[str, Any]) -> None:
        self.project, self.board, self.settings = project, board, settings
        self.told: queue.SimpleQueue[tuple[int, str | None]] = queue.SimpleQueue()
        self.workers: dict[int, Worker] = {}

    def skip(self, rows: Sequence[Row]) -> None:
        """Settle the clients that have nothing new."""
        if self.settings.get("force") or self.settings.get("only"):
            return
        asked = {name: self.settings.get(name) for name in ("languages", "audience", "format")}
        for row in rows:
            began = time.monotonic()
            if re.fullmatch(r"[a-z0-9][a-z0-9_-]*", row.client) and resume.unchanged(self.project, row.client, asked):
                row.state, row.seconds = "unchanged", round(time.monotonic() - began, 2)
                self.board.settled(row)

    def drive(self, waiting: deque[Row], workers: int) -> None:
        """Keep the workers busy until every client is settled."""
        while waiting or self.workers:
            while waiting and len(self.workers) < workers:
                self.start(waiting.popleft())
            try:
                pid, line = self.told.get(timeout=1.0)
            except queue.Empty:
                self.end_hanging()
                continue
            worker = self.workers.get(pid)
            if worker is None:
                continue
            if line is None:
                self.bury(worker)
            elif self.hear(worker, json.loads(line)):
                self.next_client(worker, waiting)

    def start(self, row: Row) -> None:
        """Start a worker, with a first client."""
        log = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the worker is dismissed
        environment = {name: value for name, value in os.environ.items() if name != "CX_RUN"} | {"CX_PARENT": str(os.getpid())}
        process = subprocess.Popen(
            [sys.executable, "-m", "cxlib.suite.worker"], cwd=self.project, env=environment, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=os.name != "nt",
        )  # fmt: skip
        listener = threading.Thread(target=self.listen, args=(process,), daemon=True)
        worker = self.workers[process.pid] = Worker(process, log, row, listener)
        listener.start()
        self.give(worker, row)

    def listen(self, process: subprocess.Popen[str]) -> None:
        """Pass on what a worker tells, and None when it ends."""
        with process.stdout or nullcontext(()) as lines:
            for line in lines:
                self.told.put((process.pid, line))
        self.told.put((process.pid, None))

    def give(self, worker: Worker, row: Row) -> None:
        """Give a worker its next client; one that has died in the meantime is heard of soon."""
        worker.row, worker.began, row.state = row, time.monotonic(), "running"
        worker.quiet_until = worker.began + INTAKE_S
        try:
            print(json.dumps({"client": row.client, **self.settings}), file=worker.process.stdin, flush=True)
        except OSError:
            return

    def next_client(self, worker: Worker, waiting: deque[Row]) -> None:
        """Give a worker the next client, or let it go."""
        if waiting:
            self.give(worker, waiting.popleft())
            return
        del self.workers[worker.process.pid]
        dismiss(worker)

    def hear(self, worker: Worker, event: dict[str, Any]) -> bool:
        """Take in one event of a worker; tell whether its client is settled."""
        row = worker.row
        worker.quiet_until = time.monotonic() + INTAKE_S
        if event["event"] == "started":
            row.notebook = event["notebook"]
            worker.quiet_until = time.monotonic() + float(event["limit_s"]) + GRACE_S
        elif event["event"] == "notebook":
            row.peak_mb = max(row.peak_mb, event["peak_mb"] or 0)
        else:
            settle(row, event)
            self.board.settled(row)
            return True
        self.board.moved(row, event)
        return False

    def bury(self, worker: Worker) -> None:
        """Settle the client of a worker that has died."""
        del self.workers[worker.process.pid]
        code = worker.process.wait()
        worker.log.seek(0)
        row, lines = worker.row, [line for line in worker.log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        dismiss(worker)
        row.state, row.seconds = "failed", round(time.monotonic() - worker.began, 2)
        row.error = f"its process died: {lines[-1].strip()}" if lines and code > 0 else "its process was killed, or out of memory."
        if worker.hung:
            row.error = "it said nothing for too long and was stopped."
        self.board.settled(row)

    def end_hanging(self) -> None:
        """Kill the workers that have said nothing for longer than any notebook may take."""
        for worker in list(self.workers.values()):
            if time.monotonic() > worker.quiet_until:
                worker.hung = True
                kill(worker.process)

    def stop(self) -> None:
        """Tell all workers to clean up and end; kill those that do not."""
        for worker in self.workers.values():
            worker.process.terminate()
        for worker in self.workers.values():
            dismiss(worker)
        self.workers.clear()


def settle(row: Row, event: Mapping[str, Any]) -> None:
    """Enter what a worker told of its client in the end: published, unchanged, or what was wrong."""
    row.state, row.seconds, row.notebook = event["event"], event["seconds"], ""
    if row.state in BAD:
        row.blame(event["problems"])


def dismiss(worker: Worker) -> None:
    """Close a worker's input, which ends it, and wait for that."""
    close(worker.process)
    try:
        worker.process.wait(ENDING_S)
    except subprocess.TimeoutExpired:
        kill(worker.process)
    worker.listener.join(ENDING_S)
    worker.log.close()


def close(process: subprocess.Popen[str]) -> None:
    """Close a worker's input; what it did not read any more is lost with it."""
    with suppress(OSError):
        if process.stdin:
            process.stdin.close()


def kill(process: subprocess.Popen[str]) -> None:
    """End a worker at once; its kernels end with it."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()
    process.wait()


def write(project: Path, rows: Sequence[Row], language: str) -> None:
    """Write ``reports/index.html`` and ``reports/batch.csv``, each whole or not at all."""
    from cxlib.report import batch as pages
    from cxlib.report.download import csv_text
    from cxlib.report.words import Words

    reports = project / "reports"
    told = [asdict(row) for row in rows]
    linked = [row | {"link": (reports / row["client"] / "index.html").is_file()} for row in told]
    html = pages.page(linked, words=Words(language), made_at=datetime.now(UTC).astimezone(), bad=sum(row.state in BAD for row in rows))
    try:
        publish.replace(reports / "index.html", html.encode())
        publish.replace(
            reports / "batch.csv", csv_text(pages.COLUMNS, [[row[name] for name in pages.COLUMNS] for row in told], "en").encode()
        )
    except OSError as fault:
        raise CxError(f"reports/index.html: {fault.strerror or fault}. The clients' own reports are not touched.") from fault
