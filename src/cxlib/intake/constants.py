"""Columns that have one value for all rows of a source: declared, checked like any cell, and weight 1 where nothing is said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cxlib.errors import worded
from cxlib.intake.numerals import FROM_ZERO
from cxlib.intake.workbench import literal
from cxlib.params import Params, Source
from cxlib.tables import Column, Contract

__all__ = ["constants", "told_value"]


def constants(of: Contract, source: Source, params: Params, have: Sequence[str], where: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the constant columns as SQL.

    Parameters
    ----------
    of : Contract
    source : Source
    params : Params
    have : sequence of str
        Columns that the export fills.
    where : str
        How messages name the section of params.

    Returns
    -------
    (list of (column, SQL), list of str)
        And a message for each value that its column cannot take.
    """
    declared: dict[str, Any] = dict(source.constants)
    if "weight" in of.required and "weight" not in have:
        declared.setdefault("weight", 1.0)
    told, problems = [], []
    for name, value in declared.items():
        column, word = of.columns[name], told_value(value)
        try:
            told.append((name, _constant(column, word, source.timezone or params.timezone)))
        except ValueError:
            wanted = {"count": "a whole number from 0", "flag": "true or false", "date": "a day (2025-03-31)"}
            wanted |= {
                "time": "a time (2025-03-31 08:15)",
                "number": "a number from 0" if name in FROM_ZERO else "a number",
                "choice": "one of its words",
            }
            problems.append(worded(f"{where}.{name}", f"is no {wanted[column.kind].removeprefix('a ')}:", word, column.allowed))
    return told, problems


def told_value(value: object) -> str:
    """Write a value of params as an export would.

    >>> told_value(True), told_value(date(2025, 3, 1)), told_value(7)
    ('true', '2025-03-01', '7')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _constant(column: Column, word: str, timezone: str) -> str:
    if column.kind == "time":
        return f"(TIMESTAMP {literal(datetime.fromisoformat(word).isoformat(sep=' '))} AT TIME ZONE {literal(timezone)})"
    if column.kind == "date":
        return f"DATE {literal(date.fromisoformat(word).isoformat())}"
    if column.kind == "number" and math.isfinite(float(word)) and (float(word) >= 0 or column.name not in FROM_ZERO):
        return f"{float(word)!r}::DOUBLE"
    if column.kind == "count" and word.isdecimal():
        return f"{int(word)}::BIGINT"
    if column.kind == "flag" and word in ("true", "false"):
        return word
    if column.kind in ("id", "text") or (column.kind == "choice" and word in column.allowed):
        return f"{literal(word)}::VARCHAR"
    raise ValueError(word)
