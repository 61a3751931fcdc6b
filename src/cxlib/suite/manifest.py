"""The manifest seals a run: what went in, what ran, and the hash of every file that was published."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from cxlib.errors import CxError
from cxlib.suite import publish

__all__ = ["SCHEMA_VERSION", "difference", "library_hash", "library_version", "read", "seal", "sha256", "verify", "versions"]

SCHEMA_VERSION = 1
PACKAGES = (
    "babel", "ipykernel", "jinja2", "matplotlib", "mistune", "nbclient", "nbconvert", "numpy", "pandas", "pandera",
    "papermill", "pyarrow", "pydantic", "pyyaml", "scipy",
)  # fmt: skip


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def library_version() -> str:
    """Return the version of the installed cxlib."""
    return metadata.version("cxlib")


@cache
def library_hash() -> str:
    """Return one hash over every file of the installed cxlib, by path and content, as it stood when first asked."""
    import cxlib

    home = Path(cxlib.__path__[0])
    total = hashlib.sha256()
    for path in sorted(home.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(home).as_posix()}\0{sha256(path)}\n".encode())
    return total.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that could move a number or a page."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "absent"
    return found


def files(folder: Path) -> list[Path]:
    """Return every file of a run but its manifest, in order of its path."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / publish.MANIFEST)


def seal(part: Path, facts: dict[str, Any]) -> None:
    """Bring every file of a part folder to disk, then write its manifest last.

    Parameters
    ----------
    part : Path
        The part folder, otherwise complete.
    facts : dict
        What the manifest tells besides the files; JSON types only.
    """
    hashes = {}
    for path in files(part):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        hashes[path.relative_to(part).as_posix()] = sha256(path)
    for folder in [part, *(path for path in part.rglob("*") if path.is_dir())]:
        publish.sync_folder(folder)
    text = json.dumps({"schema_version": SCHEMA_VERSION, **facts, "files": hashes}, indent=1, ensure_ascii=False, sort_keys=False)
    publish.replace(part / publish.MANIFEST, f"{text}\n".encode())


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises
    ------
    CxError
        It is missing, damaged or of another schema version.
    """
    path = folder / publish.MANIFEST
    where = f"runs/{folder.name}/{publish.MANIFEST}"
    try:
        facts = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CxError(f"{where}: missing.") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise CxError(f"{where}: damaged ({fault}).") from None
    if not isinstance(facts, dict) or facts.get("schema_version") != SCHEMA_VERSION or not isinstance(facts.get("files"), dict):
        raise CxError(f"{where}: not a manifest of schema version {SCHEMA_VERSION}.")
    return facts


def difference(folder: Path) -> list[str]:
    """Name each file of a run that differs from its manifest, is missing, or is extra."""
    expected = read(folder)["files"]
    present = {path.relative_to(folder).as_posix(): path for path in files(folder)}
    problems = [f"{name}: missing" for name in expected if name not in present]
    problems += [f"{name}: differs" for name, path in present.items() if name in expected and sha256(path) != expected[name]]
    problems += [f"{name}: extra" for name in present if name not in expected]
    return [f"runs/{folder.name}/{problem}" for problem in sorted(problems)]


def verify(reports: Path) -> tuple[str, list[str]]:
    """Recompute every hash of a client's published run.

    A publication that was cut off between its last two steps is finished first: that is no fault of any file.

    Parameters
    ----------
    reports : Path
        ``reports/CLIENT``.

    Returns
    -------
    tuple[str, list[str]]
        The run, and one line for each file that differs, is missing or is extra.

    Raises
    ------
    CxError
        Nothing is published, or the manifest cannot be read.
    """
    finish(reports)
    run = publish.latest(reports)
    if run is None:
        raise CxError(f"reports/{reports.name}: no published run. Make one: cx run {reports.name}.")
    folder = reports / "runs" / run
    problems = difference(folder)
    front = publish.content(reports / "index.html")
    if front != publish.content(folder / publish.FRONT):
        problems.append("index.html: missing" if front is None else "index.html: differs")
    return run, problems


def finish(reports: Path) -> None:
    """Mend a publication that was cut off: ``latest`` not yet written, or the front page still an older run's."""
    complete = publish.runs(reports)
    if not complete:
        return
    front = publish.content(reports / "index.html")
    run = publish.latest(reports)
    older = [publish.content(reports / "runs" / name / publish.FRONT) for name in complete if name != run]
    if run is None or front is None or front in older:
        try:
            with publish.locked(reports):
                publish.heal(reports)
        except CxError:
            return  # a run is under way; it heals when it starts and renews the front page when it ends
