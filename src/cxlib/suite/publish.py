"""A run is published whole: written aside, sealed by its manifest, renamed, and committed by replacing one line.

``reports/CLIENT/`` holds ``runs/RUN/`` (complete runs), ``latest`` (one line naming the published run), ``index.html`` (the
front page of that run), ``failed/`` (executed notebooks with their traceback) and ``.lock``. Whatever ends the process, a
reader finds the old run or the new one: names that start with a dot are leftovers, and the next start removes them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cxlib.errors import CxError

__all__ = ["commit", "heal", "keep_failed", "latest", "locked", "new_run", "part_folder", "replace", "runs", "scratch"]

FRONT = "front.html"  # the client's index.html as it lies in each run
MANIFEST = "manifest.json"
STAMP = "%Y%m%dT%H%M%SZ"
SCRATCH_PREFIX = "cx-"


def replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a power cut, meets the old content or the new, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows does that by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(reports: Path) -> Iterator[None]:
    """Hold a client's reports folder; a second run of the same client is refused at once.

    Parameters
    ----------
    reports : Path
        ``reports/CLIENT``, made when it does not exist.

    Raises
    ------
    CxError
        Another process publishes this client right now.
    """
    from filelock import FileLock, Timeout

    reports.mkdir(parents=True, exist_ok=True)
    lock = FileLock(reports / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise CxError(
            f"reports/{reports.name}: another run of this client is under way. Wait until it has ended; other clients are not affected."
        ) from None
    try:
        yield
    finally:
        lock.release()


def runs(reports: Path) -> list[str]:
    """Return the names of the complete runs, oldest first."""
    return sorted(path.parent.name for path in reports.glob(f"runs/*/{MANIFEST}") if not path.parent.name.startswith("."))


def latest(reports: Path) -> str | None:
    """Return the published run, or None when there is none."""
    try:
        run = (reports / "latest").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return run if run in runs(reports) else None


def new_run(reports: Path, now: datetime | None = None) -> str:
    """Return a name for a new run that sorts after every older one, even when the clock was set back.

    Parameters
    ----------
    reports : Path
        ``reports/CLIENT``.
    now : datetime, optional
        Aware; the present when absent.

    Returns
    -------
    str
        UTC time and a chance suffix, ``20260102T030405Z-1a2b3c``; valid as a folder name everywhere.
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    older = runs(reports)
    if older:
        newest = datetime.strptime(older[-1].partition("-")[0], STAMP).replace(tzinfo=UTC)
        moment = max(moment, newest + timedelta(seconds=1))
    return f"{moment.strftime(STAMP)}-{secrets.token_hex(3)}"


@contextmanager
def part_folder(reports: Path, run: str) -> Iterator[Path]:
    """Make the folder in which a run grows, or go on in it; remove it at the end unless its progress was noted, or the disk is full."""
    part, progress = reports / "runs" / f".{run}.part", reports / "runs" / f".{run}.progress"
    part.mkdir(parents=True, exist_ok=True)
    try:
        yield part
    except OSError:
        progress.unlink(missing_ok=True)
        raise
    finally:
        if not progress.is_file():
            discard(part)


@contextmanager
def scratch(reports: Path, run: str) -> Iterator[Path]:
    """Make a short private temporary folder for the kernels' sockets; a note lets the next start remove it after a kill."""
    folder = Path(tempfile.gettempdir()) / f"{SCRATCH_PREFIX}{secrets.token_hex(6)}"
    note = reports / "runs" / f".{run}.scratch"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(str(folder), "utf-8")
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        discard(folder)
        note.unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Remove a folder; what cannot be removed now is a leftover for the next start."""
    shutil.rmtree(folder, ignore_errors=True)


def commit(reports: Path, part: Path, run: str, keep: int) -> Path:
    """Publish a sealed part folder: rename it, name it in ``latest``, renew the front page, remove runs too old to keep.

    Parameters
    ----------
    reports : Path
        ``reports/CLIENT``.
    part : Path
        The part folder; its manifest is written and every file is on disk.
    run : str
        Its final name.
    keep : int
        How many runs before this one stay.

    Returns
    -------
    Path
        The folder of the published run.

    Raises
    ------
    CxError
        The part has no manifest.
    """
    if not (part / MANIFEST).is_file():
        raise CxError(f"{part}: the run has no {MANIFEST}; it is not complete and was not published.")
    final = reports / "runs" / run
    os.rename(part, final)
    sync_folder(final.parent)
    replace(reports / "latest", f"{run}\n".encode())  # this is the commit
    replace(reports / "index.html", (final / FRONT).read_bytes())
    (reports / "runs" / f".{run}.progress").unlink(missing_ok=True)
    discard(reports / "failed")
    prune(reports, keep)
    return final


def prune(reports: Path, keep: int) -> None:
    """Remove complete runs but the published one and the `keep` newest others; a dot marks those half removed."""
    published = latest(reports)
    others = [run for run in runs(reports) if run != published]
    for run in others[: max(len(others) - keep, 0)]:
        gone = reports / "runs" / f".{run}.gone"
        os.rename(reports / "runs" / run, gone)
        discard(gone)


def heal(reports: Path, spare: str | None = None) -> None:
    """Remove what dead runs left behind and make ``latest`` and ``index.html`` agree; call it with the lock held.

    What is left of the run `spare` stays, for it will be continued. A client
    whose ``latest`` is missing or names no complete run gets its newest complete one.
    """
    for left in sorted(reports.glob("runs/.*")):
        if left.suffix == ".scratch":
            drop_scratch(left)
        elif left.name in (f".{spare}.part", f".{spare}.progress"):
            continue
        elif left.is_dir():
            discard(left)
        else:
            left.unlink(missing_ok=True)
    for left in sorted(reports.glob(".index.html.*")) + sorted(reports.glob(".latest.*")):
        left.unlink(missing_ok=True)
    complete = runs(reports)
    if not complete:
        return
    run = latest(reports)
    if run is None:
        run = complete[-1]
        replace(reports / "latest", f"{run}\n".encode())
    for unpublished in [name for name in complete if name > run]:  # killed between its last file and the commit: nobody has seen it
        discard(reports / "runs" / unpublished)
    front = (reports / "runs" / run / FRONT).read_bytes()
    if content(reports / "index.html") != front:
        replace(reports / "index.html", front)


def drop_scratch(note: Path) -> None:
    """Remove the temporary folder a dead run has noted, and the note."""
    folder = Path(note.read_text("utf-8"))
    if folder.name.startswith(SCRATCH_PREFIX) and folder.parent == Path(tempfile.gettempdir()):
        discard(folder)
    note.unlink(missing_ok=True)


def content(path: Path) -> bytes | None:
    """Return a file's bytes, None when it is not there."""
    return path.read_bytes() if path.is_file() else None


def keep_failed(reports: Path, name: str, text: str) -> Path:
    """Keep the executed notebook of a failure, with its traceback, beside the untouched report."""
    path = reports / "failed" / f"{name}.ipynb"
    replace(path, text.encode("utf-8"))
    return path
