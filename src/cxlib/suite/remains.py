"""What there is of a client on disk: folders, files, links, temporary folders that killed runs have noted; looked at, never changed."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cxlib.errors import ParamsError, worded
from cxlib.params import client_id
from cxlib.suite import publish

__all__ = ["LOCK", "ROOMS", "Place", "Remains", "measured", "refuse_strangers", "remains"]

ROOMS = ("raw", "tables", "labels", "sheets")  # folders of data/CLIENT that the suite knows
OURS = ("taxonomy",)  # folders of data/ that are no client's
LOCK = ".lock"
NAMED = 5  # places named in a message
_ABANDONED = ("cx-intake-*", "cx-spill-*")


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
    places = [measured(project, path) for path in paths]
    if params and own.is_file():
        places.append(measured(project, own))
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


def measured(project: Path, path: Path) -> Place:
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
