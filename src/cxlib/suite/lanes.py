"""Several notebooks of one client at a time, with the outcome of one after the other: see :mod:`cxlib.suite.ahead`."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.suite.ahead import ROOM, confirmed, waits_for
from cxlib.suite.notebooks import Sheet
from cxlib.suite.progress import Step

if TYPE_CHECKING:
    from cxlib.suite.engine import NotebookFailed
    from cxlib.suite.part import Part

__all__ = ["run"]

FOLDER = ".ahead"  # of a part folder: a folder for each notebook that runs
MOVED_LAST = "tables"  # what a table comes with is there before it


@dataclass(eq=False)
class Attempt:
    """One run of a notebook in a folder of its own, and what came of it."""

    sheet: Sheet
    ahead_of: tuple[str, ...]
    built_on: tuple[str, ...]  # notebooks that had ended before their turn: it knows what they saved
    folder: Path
    outdated: bool = False  # what it knows has been replaced
    node: Any = None
    seconds: float = 0.0
    failure: NotebookFailed | None = None


def run(part: Part, waiting: Sequence[Sheet], *, workers: int, step: Step) -> None:
    """Run notebooks, several at a time, and note them in their order.

    Parameters
    ----------
    part : Part
        The run while it grows.
    waiting : sequence of Sheet
        What is to run, in number order.
    workers : int
        How many at a time.
    step : callable
        Is told when a notebook starts and when it counts.

    Raises
    ------
    CxError
        A notebook failed; of several the one with the lowest number.
    """
    lanes = Lanes(part, list(waiting), step)
    shutil.rmtree(part.folder / FOLDER, ignore_errors=True)  # left by a run that was ended
    with ThreadPoolExecutor(workers) as pool:
        try:
            while lanes.queue:
                lanes.start(pool, workers)
                wait(lanes.running, return_when=FIRST_COMPLETED)
                lanes.settle()
        finally:
            lanes.stop()
    shutil.rmtree(part.folder / FOLDER, ignore_errors=True)


class Lanes:
    """The notebooks that have not ended, in number order, and what those are at that have started."""

    def __init__(self, part: Part, queue: list[Sheet], step: Step) -> None:
        self.part, self.queue, self.step = part, queue, step
        self.running: dict[Future[None], Attempt] = {}
        self.done: dict[str, Attempt] = {}
        self.needs: dict[str, list[str]] = {}  # of notebooks that gave up: the tables they wait for
        self.attempts = 0

    def start(self, pool: ThreadPoolExecutor, workers: int) -> None:
        """Start what can run, the lowest number first."""
        busy = {attempt.sheet.name for attempt in self.running.values()} | self.done.keys()
        for place, sheet in enumerate(self.queue):
            if len(self.running) >= workers:
                return
            lower = [other.name for other in self.queue[:place]]
            ended = tuple(name for name in lower if name in self.done and not self.done[name].failure)
            if sheet.name in busy or (lower and not self.fed(sheet, ended)):
                continue
            self.attempts += 1
            folder = self.part.folder / FOLDER / f"{self.attempts}"
            folder.mkdir(parents=True)
            self.step(sheet.name, None, None)
            attempt = Attempt(sheet, tuple(name for name in lower if name not in ended), ended, folder)
            self.running[pool.submit(self.run, attempt, self.folders(ended))] = attempt

    def folders(self, ended: Sequence[str]) -> tuple[Path, ...]:
        """Return where notebooks that ended before their turn have saved, the highest number first."""
        return tuple(self.done[name].folder for name in reversed(ended))

    def fed(self, sheet: Sheet, ended: Sequence[str]) -> bool:
        """Tell whether the tables are there that a notebook gave up for."""
        if sheet.name not in self.needs:
            return True
        rooms = [folder / room for folder in (*self.folders(ended), self.part.folder) for room in ("private", "tables")]
        names = self.needs[sheet.name]
        return bool(names) and all(any((room / f"{name}.parquet").is_file() for room in rooms) for name in names)

    def run(self, attempt: Attempt, below: tuple[Path, ...]) -> None:
        """Run one notebook; called in a thread of its own."""
        from jupyter_core.utils import ensure_event_loop

        from cxlib.suite.engine import NotebookFailed

        try:
            attempt.node, attempt.seconds = self.part.kernel(attempt.sheet, attempt.folder, attempt.ahead_of, below)
        except NotebookFailed as failure:
            attempt.failure = failure
        finally:
            ensure_event_loop().close()  # the one that was made for this thread

    def settle(self) -> None:
        """Take over what has ended and whose turn it is."""
        for future in [future for future in self.running if future.done()]:
            attempt = self.running.pop(future)
            future.result()
            missing = waits_for(attempt.folder)
            if missing is not None:
                self.needs[attempt.sheet.name] = missing
            elif not attempt.outdated:
                self.done[attempt.sheet.name] = attempt
        while self.queue and self.queue[0].name in self.done:
            attempt = self.done.pop(self.queue[0].name)
            if attempt.ahead_of and (attempt.failure or not confirmed(attempt.folder, self.part.folder, min_n=self.min_n)):
                self.forget(attempt.sheet.name)
                return  # its turn has come: it starts once more, with all that lower numbers have published
            if attempt.failure:
                raise self.part.kept(attempt.failure, attempt.sheet.name, attempt.failure.notebook) from attempt.failure
            self.adopt(attempt)

    def forget(self, name: str | None = None) -> None:
        """Drop what knows a notebook's files that do not count; without a name, all that has started."""
        for attempt in self.running.values():
            attempt.outdated |= name is None or name in attempt.built_on
        self.done = {own: attempt for own, attempt in self.done.items() if name is not None and name not in attempt.built_on}

    @property
    def min_n(self) -> int:
        """Respondents that a published row needs."""
        return int(self.part.edition.params.min_n)

    def adopt(self, attempt: Attempt) -> None:
        """Bring a notebook's files into the run; whoever may have read an older file of that name runs once more."""
        del self.queue[0]
        shutil.rmtree(attempt.folder / ROOM, ignore_errors=True)
        files = sorted(path.relative_to(attempt.folder) for path in attempt.folder.rglob("*") if path.is_file())
        replaced = self.part.adopt(attempt.sheet, attempt.seconds, attempt.node, attempt.folder, sorted(files, key=last))
        if replaced:
            self.forget()
        self.step(attempt.sheet.name, attempt.seconds, self.part.notes[attempt.sheet.name]["peak_mb"])

    def stop(self) -> None:
        """End the kernels that still run."""
        from cxlib.suite import engine

        while any(not future.done() for future in self.running):
            engine.end_all()
            time.sleep(0.05)


def last(file: Path) -> tuple[bool, Any]:
    """Sort the tables behind what comes with them."""
    return file.parts[0] == MOVED_LAST, file
