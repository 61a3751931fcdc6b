"""``cx purge``: everything that a client left behind is listed, deleted once that is confirmed, and entered in a record without names.

What a link points at is never touched, and nothing outside ``data/CLIENT``, ``reports/CLIENT`` and what these noted as theirs.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.errors import ParamsError, worded
from cxlib.params import client_id
from cxlib.suite import publish, purged

if TYPE_CHECKING:
    from cxlib.suite import batch

__all__ = ["Place", "Remains", "delete", "forget", "remains"]

ROOMS = ("raw", "tables", "labels", "sheets")  # folders of data/CLIENT that the suite knows
OURS = ("taxonomy",)  # folders of data/ that are no client's
LOCK = ".lock"
NAMED = 5  # places named in a message
_ABANDONED = ("cx-intake-*", "cx-spill-*")
_WORDS = ("client", "state", "notebook", "cell", "error")


@dataclass(frozen=True)
class Place:
    """One folder or file of a client: how many files and bytes it holds, and how many links, of which only the link goes."""

    name: str
    files: int
    size: int
    links: int


@dataclass(frozen=True)
class Remains:
    """What there is of a client.

    Attributes
    ----------
    client : str
    places : tuple of Place
        Folders below data/CLIENT and reports/CLIENT, temporary ones that they noted, and the params file where that is to go.
    rows : dict of str to int
        Rows a contract table, as intake last wrote them.
    runs : int
        Complete runs.
    hints : tuple of str
        What stays and may hold more of the client, in sentences.
    """

    client: str
    places: tuple[Place, ...]
    rows: dict[str, int]
    runs: int
    hints: tuple[str, ...]

    @property
    def files(self) -> int:
        """Files and links of all places."""
        return sum(place.files + place.links for place in self.places)

    @property
    def size(self) -> int:
        """Bytes of all places."""
        return sum(place.size for place in self.places)


def remains(project: Path, client: str, *, params: bool = False, tracked: bool = False) -> Remains:
    """List everything of a client, and change nothing.

    Parameters
    ----------
    project : Path
    client : str
    params : bool
        Whether its params file goes as well; it holds no personal data, but names the client.
    tracked : bool
        Whether files that are under version control may go.

    Raises
    ------
    ParamsError
        For an id that is none, a client of whom there is nothing, a folder that the suite did not make, one that is a link, and files under
        version control where they may not go.
    """
    name = client_id(client)
    refuse_strangers(project, name)
    data, reports, own = project / "data" / name, project / "reports" / name, project / "params" / f"{name}.yml"
    kept = _tracked(project, [f"data/{name}", f"reports/{name}"])
    if kept and not tracked:
        where = f"data/{name}: holds {len(kept)} files under version control, such as {kept[0]}"
        way = f"If they are to go all the same: cx purge {name} --force."
        raise ParamsError(f"{where}. Deleting them here leaves them in its history. {way}")
    paths = [path for folder in (data, reports) if folder.is_dir() for path in sorted(folder.iterdir()) if path.name != LOCK]
    paths += _scratch(reports)
    places = [_measured(project, path) for path in paths]
    if params and own.is_file():
        places.append(_measured(project, own))
    hints = _hints(project, name, params, kept, places)
    return Remains(name, tuple(places), _rows(data / "tables"), len(publish.runs(reports)), tuple(hints))


def refuse_strangers(project: Path, name: str) -> None:
    """Refuse what is no client's: nobody must lose a folder that only happens to lie there."""
    data, reports, own = project / "data" / name, project / "reports" / name, project / "params" / f"{name}.yml"
    if name in OURS:
        raise ParamsError(f"data/{name}: is a folder of the project, not of a client. Nothing was deleted.")
    for folder in (data, reports):
        if folder.is_symlink():
            way = f"Delete what it points at ({os.readlink(folder)}) yourself, then the link"
            raise ParamsError(f"{folder.relative_to(project)}: is a link, and nothing outside the project is deleted. {way}.")
        if folder.exists() and not folder.is_dir():
            raise ParamsError(f"{folder.relative_to(project)}: is a file, not a client's folder. Nothing was deleted.")
    if own.is_file():
        return
    rooms = [room for room in ROOMS if (data / room).is_dir()]
    made = rooms or (reports / "runs").is_dir() or (reports / "interactive").is_dir()
    found = [folder for folder in (data, reports) if folder.is_dir()]
    if not found:
        known = sorted(path.stem for path in (project / "params").glob("*.yml"))
        raise ParamsError(worded("client", "there is nothing of", name, known, label="Clients"))
    if not made:
        where = found[0].relative_to(project)
        lacks = f"holds none of {', '.join(ROOMS)}, and there is no params/{name}.yml"
        raise ParamsError(f"{where}: {lacks}, so it may be no client's. Nothing was deleted.")


def _measured(project: Path, path: Path) -> Place:
    """Count what lies below a path without following any link."""
    files = size = links = 0
    waiting = [path]
    while waiting:
        one = waiting.pop()
        told = one.lstat()
        if stat.S_ISLNK(told.st_mode):
            links += 1
        elif stat.S_ISDIR(told.st_mode):
            try:
                waiting += one.iterdir()
            except PermissionError:
                files += 1  # a folder that cannot be looked into holds something
        else:
            files, size = files + 1, size + told.st_size
    return Place(path.relative_to(project).as_posix() if path.is_relative_to(project) else str(path), files, size, links)


def _scratch(reports: Path) -> list[Path]:
    """Return the temporary folders that runs which were killed have noted."""
    found = []
    for note in sorted(reports.glob("runs/.*.scratch")):
        folder = Path(note.read_text("utf-8"))
        if folder.name.startswith(publish.SCRATCH_PREFIX) and folder.parent == Path(tempfile.gettempdir()) and folder.is_dir():
            found.append(folder)
    return found


def _rows(shelf: Path) -> dict[str, int]:
    """Return table → rows of the newest conversion; none where its record is gone or damaged."""
    records = sorted(shelf.glob("*/record.json"), key=lambda path: path.stat().st_mtime)
    try:
        told = json.loads(records[-1].read_text("utf-8"))["rows"]
        return {str(name): int(count) for name, count in told.items()}
    except (IndexError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _tracked(project: Path, places: list[str]) -> list[str]:
    """Return files below some places that are under version control; none where there is no git."""
    git = shutil.which("git")
    if git is None or not (project / ".git").exists():
        return []
    told = subprocess.run([git, "-C", str(project), "ls-files", "-z", "--", *places], capture_output=True, check=False)
    return [name for name in told.stdout.decode("utf-8", "replace").split("\0") if name and (project / name).exists()]


def _hints(project: Path, name: str, params: bool, kept: list[str], places: list[Place]) -> list[str]:
    said = []
    if kept:
        said.append(f"{len(kept)} files are under version control: its history keeps them.")
    if links := sum(place.links for place in places):
        said.append(f"{links} links go, what they point at stays: delete that yourself if it is the client's.")
    if not params and (project / "params" / f"{name}.yml").is_file():
        said.append(f"params/{name}.yml stays: it names the client and holds none of its rows; --params deletes it too.")
    if books := _filled_notebooks(project):
        said.append(f"{', '.join(books[:NAMED])} hold outputs, perhaps of this client: clear them in Lab.")
    if left := [path for pattern in _ABANDONED for path in Path(tempfile.gettempdir()).glob(pattern)]:
        kind = f"{len(left)} folders of conversions ({', '.join(_ABANDONED)}) that run or were killed"
        said.append(f"{tempfile.gettempdir()} holds {kind}; they name no client: delete them when nothing runs.")
    return said


def _filled_notebooks(project: Path) -> list[str]:
    found = []
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        try:
            cells = json.loads(path.read_text("utf-8")).get("cells", [])
        except (OSError, ValueError, AttributeError):
            continue
        if any(cell.get("outputs") for cell in cells):
            found.append(f"notebooks/{path.name}")
    return found


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
    left = Remains(name, tuple(_measured(project, path) for path in paths), {}, 0, ())
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
