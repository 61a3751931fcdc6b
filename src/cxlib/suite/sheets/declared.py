"""The lines of a params file that declare a filled sheet as a source: what the analyst pastes, in the words that stand in the sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from cxlib.params import Params
from cxlib.report.words import Words
from cxlib.suite.sheets.book import HEADER_LINE, wording
from cxlib.suite.sheets.forms import Field, Form

__all__ = ["flow", "free", "lines", "source"]

WIDTH = 140


def source(form: Form, columns: Sequence[Field], file: str, sheet: str, words: Words) -> dict[str, Any]:
    """Return one source of a params file.

    Parameters
    ----------
    form : Form
    columns : sequence of Field
        Those of the sheet.
    file, sheet : str
        The workbook's name and the sheet's.
    words : Words
        Of the language in which the sheet was written.
    """
    names = [column.name for column in columns]
    parts = {part for several in form.parts.values() for part in several}
    told: dict[str, Any] = {"table": form.table, "file": file, "format": "excel", "sheet": sheet, "header_line": HEADER_LINE}
    if form.parts:
        told["time_format"] = "%Y-%m-%d %H:%M"
    told["columns"] = {name: name for name in names if name not in parts}
    told["columns"] |= {column: list(several) for column, several in form.parts.items()}
    values = {column.name: {said: value for value, said in wording(column, words).items() if said != value} for column in columns}
    if values := {name: pairs for name, pairs in values.items() if pairs}:
        told["values"] = values
    if form.constants:
        told["constants"] = dict(form.constants)
    return told


def free(form: Form, params: Params) -> str:
    """Return the name of a sheet's source; where several sources make a table together, one that params do not have yet."""
    name, number = form.name, 2
    while form.table in _SHARED and name in params.sources:
        name, number = f"{form.name}_{number}", number + 1
    return name


def lines(sources: Mapping[str, Mapping[str, Any]], params: Params, *, remarks: Mapping[str, str] | None = None) -> str:
    """Return sources as YAML, to be pasted under ``sources:``; what they take the place of is said above each.

    Parameters
    ----------
    sources : mapping
        Name → what :func:`source` gives.
    params : Params
        Knows the sources that there are already.
    remarks : mapping, optional
        Form → a line that stands above its source.
    """
    told = [
        f"# Put the filled sheet into data/{params.client}/raw/, and its lines under `sources:` in params/{params.client}.yml.",
        "sources:",
    ]
    for name, given in sources.items():
        others = [other for other, each in params.sources.items() if each.table == given["table"] and given["table"] not in _SHARED]
        if others:
            told.append(f"  # takes the place of {', '.join(others)}, whose rows the sheet holds already: leave that out")
        if remark := next((said for form, said in (remarks or {}).items() if name.startswith(form)), ""):
            told.append(f"  # {remark}")
        told.append(f"  {name}:")
        told += [f"    {key}: {flow(value)}" for key, value in given.items()]
    return "\n".join(told) + "\n"


_SHARED = ("contacts", "responses")  # tables that several sources make together


def flow(value: Any) -> str:
    """Write a value in one line of YAML, however long.

    >>> flow({"Kauf": "sales", "ja": "true"}), flow(2), flow("Sheet: 1")
    ("{Kauf: sales, ja: 'true'}", '2', "'Sheet: 1'")
    """
    told = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf"))
    return str(told).removesuffix("...\n").strip()
