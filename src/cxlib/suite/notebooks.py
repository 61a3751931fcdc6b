"""Notebooks on disk: found in number order, checked before anything runs, and told in plain text for a readable diff.

Standard library only, so that git may call ``python -m cxlib.suite.notebooks FILE`` for every version of a notebook.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxlib.errors import ParamsError, worded

__all__ = ["ANALYST", "NEXT", "PARAMETER", "Sheet", "chosen", "find", "problems", "told", "without_next"]

PARAMETER = "client"
LANGUAGES = ("de", "en")
ANALYST = "analyst"  # a cell about the work itself: managers' pages leave it out
NEXT = "next"  # questions that go deeper: for JupyterLab, no run executes them
TAGS = ("parameters", *LANGUAGES, ANALYST, NEXT)  # any other tag is a misspelt one, or makes papermill skip a cell or forgive an error
NAME = re.compile(r"^\d\d_[a-z][a-z0-9_]*$")
HEADING = re.compile(r"^# +(\S.*?)\s*#*$")
FENCE = re.compile(r"^\s*(```|~~~)")


@dataclass(frozen=True, eq=False)
class Sheet:
    """One notebook file: its path and its cells as they stand in the file."""

    path: Path
    cells: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        """``10_expectation_gaps``."""
        return self.path.stem

    @property
    def number(self) -> str:
        """``10``."""
        return self.name[:2]

    def title(self, language: str) -> str:
        """Return the H1 a reader of this language sees; the file's name when there is none."""
        found = headings(self.cells, language)
        return found[0] if found else self.name


def find(project: Path) -> list[Sheet]:
    """Read and check every notebook of the project, in number order.

    Parameters
    ----------
    project : Path
        The folder that holds ``notebooks/``.

    Returns
    -------
    list[Sheet]
        At least one.

    Raises
    ------
    ParamsError
        Every problem of every notebook.
    """
    paths = sorted(path for path in project.glob("notebooks/*.ipynb") if not path.name.startswith("."))
    faults: list[str] = [] if paths else ["notebooks: there is no notebook."]
    sheets: list[Sheet] = []
    for path in paths:
        try:
            sheet = read(path)
        except ParamsError as fault:
            faults += fault.problems
            continue
        faults += problems(sheet)
        faults += [
            f"{where(path)}: number {sheet.number} is taken by {other.name}.ipynb." for other in sheets if other.number == sheet.number
        ]
        sheets.append(sheet)
    if faults:
        raise ParamsError(*faults)
    return sheets


def read(path: Path) -> Sheet:
    """Read one notebook file without checking what is in it.

    Raises
    ------
    ParamsError
        It is no notebook of format 4.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["nbformat"] != 4:
            raise ValueError(f"nbformat {content['nbformat']}")
        cells = tuple(
            {**cell, "source": "".join(cell["source"]), "tags": list(cell["metadata"].get("tags", []))} for cell in content["cells"]
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ParamsError(f"{where(path)}: not a notebook of format 4 ({type(fault).__name__}: {fault}).") from None
    return Sheet(path, cells)


def where(path: Path) -> str:
    """Name a notebook in a message."""
    return f"notebooks/{path.name}"


def problems(sheet: Sheet) -> list[str]:
    """Name everything about a notebook that would make a wrong page or a wrong client.

    Returns
    -------
    list[str]
        One worded problem each; empty when the notebook may run.
    """
    place = where(sheet.path)
    found = [] if NAME.match(sheet.name) else [f"{place}: the name must be a two-digit number and a noun, like 03_contact_reasons.ipynb."]
    found += parameter_problems(sheet, place)
    for number, cell in enumerate(sheet.cells, start=1):
        found += [worded(f"{place}: cell {number}", "unknown tag", tag, TAGS) for tag in cell["tags"] if tag not in TAGS]
        if cell.get("outputs") or cell.get("execution_count") is not None:
            found.append(f"{place}: cell {number}: stored outputs. Clear all outputs and save.")
    for language in LANGUAGES:
        count = len(headings(sheet.cells, language))
        if count != 1:
            found.append(f"{place}: a reader of {language!r} sees {count} first-level headings; a page has exactly one.")
    return found


def parameter_problems(sheet: Sheet, place: str) -> list[str]:
    """Check that `client` is the one parameter: papermill runs a notebook with a misspelt one on its default, another client."""
    tagged = [(number, cell) for number, cell in enumerate(sheet.cells, start=1) if "parameters" in cell["tags"]]
    if len(tagged) != 1 or tagged[0][1]["cell_type"] != "code":
        return [f"{place}: exactly one code cell must have the tag 'parameters'; {len(tagged)} cells have it."]
    number, cell = tagged[0]
    place = f"{place}: cell {number}"
    names, rest = assigned(cell["source"])
    found = [worded(place, "unknown parameter", name, [PARAMETER]) for name in names if name != PARAMETER]
    if rest or not (found or names == [PARAMETER]):
        found.append(f'{place}: the parameters cell must hold one line, such as client = "demo", and nothing else.')
    return found


def assigned(source: str) -> tuple[list[str], bool]:
    """Return the names a parameters cell sets to a text, and whether it does anything else."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return [], True
    names: list[str] = []
    rest = False
    for line in body:
        target = line.targets[0] if isinstance(line, ast.Assign) and len(line.targets) == 1 else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if not isinstance(target, ast.Name):
            rest = True
            continue
        names.append(target.id)
        rest |= not (isinstance(value, ast.Constant) and isinstance(value.value, str))
    return names, rest


def headings(cells: tuple[dict[str, Any], ...], language: str) -> list[str]:
    """Return the first-level headings that a reader of `language` sees; `#` inside a code fence is none."""
    found: list[str] = []
    for cell in cells:
        tags = set(cell["tags"]) & set(LANGUAGES)
        if cell["cell_type"] != "markdown" or (tags and language not in tags):
            continue
        fenced = False
        for line in cell["source"].splitlines():
            fenced ^= bool(FENCE.match(line))
            heading = HEADING.match(line)
            if heading and not fenced:
                found.append(heading[1])
    return found


def chosen(sheets: list[Sheet], only: tuple[str, ...]) -> list[Sheet]:
    """Return the notebooks named by number or name, in number order; all of them when `only` is empty.

    Raises
    ------
    ParamsError
        A number or name that no notebook has.
    """
    by_word = {sheet.number: sheet for sheet in sheets} | {sheet.name: sheet for sheet in sheets}
    numbers = [sheet.number for sheet in sheets]
    names = [sheet.name for sheet in sheets]
    unknown = [word for word in only if word not in by_word]
    if unknown:
        raise ParamsError(*(worded("--only", "unknown notebook", word, numbers if len(word) < 4 else names) for word in unknown))
    wanted = {by_word[word].name for word in only}
    return [sheet for sheet in sheets if sheet.name in wanted or not only]


def without_next(notebook: Any) -> Any:
    """Return a notebook without the cells that only somebody who works in JupyterLab runs.

    >>> without_next({"cells": [{"metadata": {}}, {"metadata": {"tags": ["next"]}}]})
    {'cells': [{'metadata': {}}]}
    """
    cells = [cell for cell in notebook["cells"] if NEXT not in cell["metadata"].get("tags", [])]
    return type(notebook)(notebook | {"cells": cells})


def told(sheet: Sheet) -> str:
    """Tell a notebook as plain text: kind and tags of each cell, its source, and how many outputs are stored."""
    lines = []
    for cell in sheet.cells:
        lines.append(" ".join(["# %%", f"[{cell['cell_type']}]", *cell["tags"]]))
        lines.append(cell["source"].rstrip())
        lines += [f"# {len(cell['outputs'])} stored outputs"] if cell.get("outputs") else []
        lines.append("")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write one notebook as text for ``git diff``; a file that is no notebook is shown as it is."""
    path = Path(arguments[-1])
    try:
        text = told(read(path))
    except ParamsError:
        text = path.read_text("utf-8", "replace")
    sys.stdout.buffer.write(text.encode("utf-8"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
