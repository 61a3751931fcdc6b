"""``cx purge``: everything that a client left behind is deleted once that is confirmed, and entered in a record without names.

What a link points at is never touched, and nothing outside ``data/CLIENT``, ``reports/CLIENT`` and what these noted as theirs.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.suite import publish, purged
from cxlib.suite.remains import LOCK, ROOMS, Remains, measured, refuse_strangers

if TYPE_CHECKING:
    from cxlib.suite import batch

__all__ = ["delete", "forget"]

_WORDS = ("client", "state", "notebook", "cell", "error")


def delete(project: Path, found: Remains, *, params: bool = False) -> Remains:
    """Delete what was found, and enter it in ``reports/purged.json``.

    Returns
    -------
    Remains
        What is left: places that could not be deleted.

    Raises
    ------
    CxError
        A run of this client is under way; nothing was deleted then.
    """
    name = found.client
    data, reports = project / "data" / name, project / "reports" / name
    refuse_strangers(project, name)
    with publish.locked(reports):
        begun = purged.enter(project, name, _entry(found, found))  # so that one who is cut off has told of it
        for note in sorted(reports.glob("runs/.*.scratch")):
            publish.drop_scratch(note)
        for folder in (data, reports):
            for path in sorted(folder.iterdir()) if folder.is_dir() else []:
                if path != reports / LOCK:
                    _remove(path)
        forget(project, name)
        if params:
            _remove(project / "params" / f"{name}.yml")
    _remove(reports / LOCK)
    for folder in (data, reports):
        _remove_empty(folder)
    paths = [path for folder in (data, reports) if folder.is_dir() for path in sorted(folder.iterdir())]
    paths += [path for path in [project / "params" / f"{name}.yml"] if params and path.exists()]
    left = Remains(name, tuple(measured(project, path) for path in paths), {}, 0, ())
    purged.enter(project, name, _entry(found, left), instead=begun)
    return left


def _remove(path: Path) -> None:
    """Delete a file, a link or a folder; what cannot be deleted stays, and is found by whoever looks afterwards."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, onerror=_once_more)
            return
        if path.exists() and not path.is_symlink() and os.name == "nt":
            path.chmod(stat.S_IRWXU)  # Windows deletes no file that is marked as read-only
        path.unlink(missing_ok=True)
    except OSError:
        return


def _once_more(act: Callable[..., Any], path: str, _fault: object) -> None:
    """Delete what was marked as read-only, or lies in a folder that is."""
    one = Path(path)
    try:
        for place in (one.parent, one):
            if not place.is_symlink():
                place.chmod(stat.S_IRWXU)
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one, ignore_errors=True)
        else:
            one.unlink(missing_ok=True)
    except OSError:
        return


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _entry(found: Remains, left: Remains) -> dict[str, Any]:
    """Return what the record keeps of a deletion: counts, by kind of place, and rows by table."""
    rooms: dict[str, int] = {}
    for place in found.places:
        parts = [*place.name.split("/"), "", ""]
        room = parts[0] if parts[0] in ("params", "reports") else parts[2] if parts[0] == "data" and parts[2] in ROOMS else "other"
        rooms[room] = rooms.get(room, 0) + place.files + place.links
    counts = {"files": max(found.files - left.files, 0), "bytes": max(found.size - left.size, 0), "files_left": left.files}
    return {"complete": not left.files, **counts, "runs": found.runs, "files_found": rooms, "rows": found.rows}


def forget(project: Path, name: str) -> None:
    """Take a client's row out of the page over all clients: its words on what was wrong may cite the data."""
    from cxlib.suite import batch

    table, page = project / "reports" / "batch.csv", project / "reports" / "index.html"
    if not table.is_file():
        return
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    others = [row for row in rows if row.get("client") != name]
    if len(others) == len(rows):
        return
    language = "en" if page.is_file() and '<html lang="en"' in page.read_text("utf-8") else "de"
    try:
        kept = [_row(row) for row in others]
    except (KeyError, ValueError):
        kept = []  # not as a batch wrote it; the next one writes it anew
    if kept:
        batch.write(project, kept, language)
    else:
        _remove(table)
        _remove(page)


def _row(told: dict[str, str]) -> batch.Row:
    """Return a row of the page over all clients, as its table keeps it."""
    from cxlib.suite import batch

    client, state, notebook, cell, error = (told[key] for key in _WORDS)
    return batch.Row(client, state, notebook, cell, error, float(told["seconds"] or 0), float(told["peak_mb"] or 0))
