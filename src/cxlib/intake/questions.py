"""The catalogue QUESTIONS.md as a table, and what the client's tables hold to answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxlib.errors import DataError
from cxlib.intake.workbench import Workbench, identifier
from cxlib.tables import CALENDAR, CLOCKS, Contract

__all__ = ["catalogue", "elements"]

_HEADING = re.compile(r"^## (\d\d_\w+)\s*$")
_ROW = re.compile(r"^\| (R\d{3}) \|(.+)\|\s*$")


def catalogue(path: Path) -> pd.DataFrame:
    """Read QUESTIONS.md: one row a question.

    Returns
    -------
    DataFrame
        question_id, question_de, question_en, notebook, function, needs.

    Raises
    ------
    DataError
        Naming the line of a row that has another number of cells, stands under no notebook or repeats an id.
    """
    if not path.is_file():
        raise DataError(
            f"{path.name}: the catalogue of questions is missing from the project's folder. Restore it: git checkout {path.name}."
        )
    rows, problems, notebook = [], [], ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        heading, row = _HEADING.match(line), _ROW.match(line)
        if heading:
            notebook = heading[1]
        elif row:
            cells = [cell.strip() for cell in row[2].split("|")]
            if len(cells) != 4 or not notebook:
                problems.append(f"{path.name}, line {number}: a question has five cells and stands under a notebook's heading.")
                continue
            rows.append((row[1], cells[0], cells[1], notebook, cells[2].strip("`()"), cells[3]))
    table = pd.DataFrame(rows, columns=["question_id", "question_de", "question_en", "notebook", "function", "needs"], dtype="str")
    problems += [f"{path.name}: {name} stands more than once." for name in table["question_id"][table["question_id"].duplicated()].unique()]
    if problems:
        raise DataError(*problems)
    return table


def elements(bench: Workbench, tables: Mapping[str, Contract]) -> pd.DataFrame:
    """List what the client's tables hold: one row a column that has values, and one a kind of survey item.

    Parameters
    ----------
    bench : Workbench
        Holds the tables under their names.
    tables : mapping
        Table → contract, with the client's features.

    Returns
    -------
    DataFrame
        table, element ("contacts.channel", "responses[nps]"), filled (rows with a value).
    """
    rows: list[tuple[str, str, int]] = []
    for name, of in tables.items():
        present = [column for column in bench.columns(name) if column in of.columns and column not in CALENDAR]
        counted = ", ".join(f"count({identifier(column)})" for column in present)
        counts = bench.rows(f"SELECT {counted} FROM {identifier(name)}")[0]
        filled = dict(zip(present, counts, strict=True))
        filled |= {column: filled[CLOCKS[name]] for column in CALENDAR if column in of.columns and CLOCKS.get(name) in filled}
        rows += [(name, f"{name}.{column}", filled[column]) for column in of.columns if filled.get(column)]
    if "responses" in tables:
        asked = bench.rows("SELECT item_type, count(*) FROM responses WHERE state = 'answered' GROUP BY item_type ORDER BY item_type")
        rows += [("responses", f"responses[{kind}]", count) for kind, count in asked]
    return pd.DataFrame(rows, columns=["table", "element", "filled"]).astype({"table": "str", "element": "str", "filled": "Int64"})
