"""What a run need not do again: all of it when nothing it rests on has changed, or the notebooks that an unfinished run had behind it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxlib.errors import CxError
from cxlib.suite import manifest, publish

__all__ = ["Unfinished", "hashes", "keep", "key", "unchanged", "unfinished"]


@dataclass(frozen=True, eq=False)
class Unfinished:
    """A part folder that can be continued: its run, and the notes of the notebooks that ran."""

    run: str
    notes: dict[str, dict[str, Any]]


def hashes(project: Path, paths: Iterable[Path]) -> dict[str, str | None]:
    """Return path → SHA-256 of what a run rests on; None for a file that is not there, so that its coming is noticed."""
    told = {path.relative_to(project).as_posix(): path for path in paths}
    return {name: manifest.sha256(path) if path.is_file() else None for name, path in sorted(told.items())}


def unchanged(project: Path, client: str, asked: Mapping[str, Any]) -> str | None:
    """Return the published run when a new one would say the same: same inputs, notebooks, library, packages and wishes, no file touched.

    Nothing is imported but the standard library, so that a batch is through a client that has nothing new in a moment.

    Parameters
    ----------
    project : Path
    client : str
        A checked name.
    asked : mapping
        Languages, audience and format as asked for on the command line, None where left out.
    """
    reports = project / "reports" / client
    run = publish.latest(reports)
    if run is None:
        return None
    try:
        old = manifest.read(reports / "runs" / run)
    except CxError:
        return None
    inputs = old.get("inputs")
    same = (
        inputs is not None
        and old.get("asked") == dict(asked)
        and all(note["status"] == "ran" for note in old["notebooks"])
        and {note["name"]: note["sha256"] for note in old["notebooks"]} == notebooks(project)
        and old["library"]["sha256"] == manifest.library_hash()
        and old["versions"] == manifest.versions()
        and hashes(project, (project / name for name in inputs)) == inputs
        and publish.content(reports / "index.html") == publish.content(reports / "runs" / run / publish.FRONT)
        and not manifest.difference(reports / "runs" / run)
    )
    return run if same else None


def notebooks(project: Path) -> dict[str, str]:
    """Return name → SHA-256 of the project's notebooks."""
    return {path.stem: manifest.sha256(path) for path in project.glob("notebooks/*.ipynb") if not path.name.startswith(".")}


def key(facts: Mapping[str, Any]) -> str:
    """Return one hash of all that two runs must share for one to continue the other."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def state(folder: Path) -> dict[str, list[int]]:
    """Return path → size and time of each file of a part folder."""
    kept = list(folder.glob("[!.]*"))  # names that start with a dot are no part of the run
    found = {path: path.stat() for top in kept for path in (top, *top.rglob("*")) if path.is_file()}
    return {path.relative_to(folder).as_posix(): [at.st_size, at.st_mtime_ns] for path, at in found.items()}


def keep(reports: Path, run: str, shared: str, notes: Mapping[str, dict[str, Any]]) -> None:
    """Note how far a run has come, so that it can be continued whatever ends it now; call it after each notebook.

    The files come to disk before the note does: a power cut cannot leave a note of what is not there.
    """
    part = reports / "runs" / f".{run}.part"
    found = state(part)
    known = publish.content(place(reports, run))
    before = json.loads(known)["files"] if known else {}
    for name in found:
        if before.get(name) != found[name]:
            with (part / name).open("rb") as file:
                os.fsync(file.fileno())
    told = {"key": shared, "notes": dict(notes), "files": found}
    publish.replace(place(reports, run), json.dumps(told).encode())


def place(reports: Path, run: str) -> Path:
    """Return where the note of a run lies."""
    return reports / "runs" / f".{run}.progress"


def unfinished(reports: Path, shared: str, sheets: Mapping[str, str]) -> Unfinished | None:
    """Return the newest unfinished run when it may be continued; call it with the lock held.

    Parameters
    ----------
    reports : Path
        ``reports/CLIENT``.
    shared : str
        The :func:`key` of the run that is to be.
    sheets : mapping of str to str
        Name → SHA-256 of the notebooks that are to run.

    Returns
    -------
    Unfinished or None
        Files that the notes do not know, of the notebook that was under way, are removed first. None when anything else differs.
    """
    places = sorted(reports.glob("runs/.*.progress"))
    if not places:
        return None
    run = places[-1].name.removeprefix(".").removesuffix(".progress")
    part = reports / "runs" / f".{run}.part"
    try:
        told = json.loads(places[-1].read_text("utf-8"))
        notes, files = dict(told["notes"]), dict(told["files"])
        ran = {name: note["sha256"] for name, note in notes.items() if note["status"] == "ran"}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    newer = any(name >= run for name in publish.runs(reports))
    if newer or told.get("key") != shared or not ran or any(sheets.get(name) != value for name, value in ran.items()):
        return None
    found = state(part)
    for name in found.keys() - files.keys():
        (part / name).unlink()
    return Unfinished(run, notes) if all(found.get(name) == at for name, at in files.items()) else None
