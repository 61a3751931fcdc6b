"""Do intervals hold what they promise? Samples are drawn again and again where the truth is known, and hits are counted.

Coverage of nominal 95 % intervals, false alarms where there is nothing, recovery of what was planted, and agreement of bootstrap draws
with the linearised standard error; for plain, weighted and clustered samples. How each room's samples are made and what is counted in
them stands in its slice, the file ``_validity_ROOM.py``.

    python benchmarks/validity.py [--only ROOM] [--quick] [--json] [--resume FILE] [--at-most R]

Rooms: estimates, reasons, personas, contact-log and its parts, and all of the survey, the journeys or the decisions or one of their
parts; and, only when asked for by name, suite: whole clients through all pages. Seeded: the same numbers each time, whichever rooms are
run. With --resume what is done is kept in FILE, a line each, and not computed again unless the code or the size of the study has changed.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from importlib import import_module
from pathlib import Path

from _measurement import Result, as_markdown, command_line, show
from _validity import Cell
from tqdm import tqdm

import cxlib

SURVEY = ("scores", "weights", "reliability", "gaps", "loyalty", "drivers", "asymmetry", "moments")
LOG = ("contact-log", "contact-log-pains", "contact-log-standards", "contact-log-outlook", "contact-log-routes")
DECISIONS = ("decisions-actions", "decisions-monitoring", "decisions-opportunities")
JOURNEYS = ("journeys-welcome", "journeys-promises")
ROOMS = ("estimates", *SURVEY, "reasons", "personas", *LOG, *JOURNEYS, *DECISIONS)
WHOLE = ("suite",)  # hours of work: only when it is asked for
PARTS = {"survey": SURVEY, "contact-log": LOG, "journeys": JOURNEYS, "decisions": DECISIONS}  # what is asked for by one name
SLICES = {room: import_module(f"_validity_{room.replace('-', '_')}") for room in (*ROOMS, *WHOLE)}
HERE, PACKAGE = Path(__file__).parent, Path(cxlib.__file__).parent


def study(*, only: str | None, quick: bool, at_most: int | None = None) -> list[Cell]:
    """Return the cells of the study; quick, the smallest size and few repetitions."""
    rooms = PARTS.get(only, [only]) if only else list(ROOMS)
    cells = [cell for room in rooms for cell in SLICES[room].cells(quick)]
    return [replace(cell, repetitions=min(cell.repetitions, at_most or cell.repetitions)) for cell in cells]


def imported(file: Path) -> Iterator[Path]:
    """Yield the files of the benchmarks and of the package that a file imports itself."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            first, *parts = name.split(".")
            places = [PACKAGE.joinpath(*parts[: end + 1]) for end in range(len(parts))] if first == "cxlib" else [HERE / first]
            yield from (path for place in places for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists())


@cache
def code_of(room: str) -> frozenset[Path]:
    """Return the files that a room's results depend on: its slice and all that it imports, directly or not."""
    found, open_ends = set(), [Path(str(SLICES[room].__file__))]
    while open_ends:
        file = open_ends.pop()
        if file not in found:
            found.add(file)
            open_ends += imported(file)
    return frozenset(found | set(getattr(SLICES[room], "ALSO", ())))


@cache
def fingerprint(room: str) -> str:
    """What results depend on besides cell and size: the code of the study and of what it studies."""
    code = b"".join(path.read_bytes() for path in sorted(code_of(room)))
    return hashlib.blake2b(code, digest_size=8).hexdigest()


def results_of(cells: list[Cell], kept: Path | None) -> Iterator[Result]:
    """Yield the cells' results, from `kept` where they are there already."""
    done = {}
    if kept and kept.exists():
        for line in kept.read_text("utf-8").splitlines():
            with suppress(ValueError):  # a line cut short when the study was stopped
                entry = json.loads(line)
                done[entry["code"], entry["repetitions"], entry["cell"]] = [Result(**result) for result in entry["results"]]
    for cell in tqdm(cells, unit="cell", disable=None, file=sys.stderr):
        key = (fingerprint(cell.room), cell.repetitions, cell.name)
        if key not in done:
            done[key] = cell.results
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                told = dict(zip(("code", "repetitions", "cell"), key, strict=True), results=[asdict(result) for result in done[key]])
                with kept.open("a", encoding="utf-8") as file:
                    file.write("\n" + json.dumps(told))
        yield from done[key]


def across_sizes(results: Iterator[Result]) -> str:
    """Return the table with one column a size; a number in bold misses its goal."""
    lines: dict[tuple[str, str], dict[str, str]] = {}
    goals: dict[tuple[str, str], str] = {}
    for result in results:
        question, figure, design, n = result.name.split(" · ")
        told = f"{100 * result.value:.1f} %" if result.unit.startswith("share") else f"{result.value:.3f}"
        row = (f"{question}: {figure}", design)
        lines.setdefault(row, {})[n] = f"**{told}**" if result.holds is False else told
        goals[row] = result.goal
    sizes = sorted({n for cells in lines.values() for n in cells}, key=lambda n: int(n.removeprefix("n=")))
    body = [[*row, goals[row], *(cells.get(n, "") for n in sizes)] for row, cells in lines.items()]
    return as_markdown(["question: figure", "design", "goal", *sizes], body)


def main() -> None:
    parser = command_line(__doc__, (*SLICES, *PARTS))
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep results in FILE and go on from there")
    parser.add_argument("--at-most", type=int, metavar="R", help="no more than R repetitions a cell")
    chosen = parser.parse_args()
    results = results_of(study(only=chosen.only, quick=chosen.quick, at_most=chosen.at_most), chosen.resume)
    if chosen.json:
        show(results, as_json=True)
    else:
        print(across_sizes(results))


if __name__ == "__main__":
    main()
