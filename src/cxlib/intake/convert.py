"""Text → typed columns, by declaration; each cell that does not convert is counted, with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.errors import nearest
from cxlib.params import Source
from cxlib.tables import Column, dtype

__all__ = ["Converted", "convert"]

EXAMPLES = 5
_NUMBER = {".": r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", ",": r"[+-]?\d+(?:,\d+)?"}
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, eq=False)
class Converted:
    """A typed column, and which of its cells could not be converted (their positions)."""

    values: pd.Series
    failed: np.ndarray


def convert(cells: pd.Series, column: Column, source: Source, timezone: str) -> Converted:
    """Convert a column of text to its contract's kind.

    Cells listed in ``source.missing`` become missing; ``source.values`` are applied first, word by word.
    """
    text = cells.where(~cells.isin(list(source.missing)))
    mapping = source.values.get(column.name, {})
    text = text.map(lambda cell: mapping.get(cell, cell) or None, na_action="ignore").astype("str")  # a word mapped to "" has no value
    known = text.notna()
    if column.kind in ("id", "text"):
        typed = text
    elif column.kind == "choice":
        typed = text.where(text.isin(column.allowed))
    elif column.kind == "flag":
        typed = text.str.casefold().map(_FLAGS)
    elif column.kind in ("number", "count"):
        typed = _number(text, source.decimal)
        typed = typed.where((typed >= 0) & (typed % 1 == 0)) if column.kind == "count" else typed
    else:
        typed = _moment(text, column.kind, source, timezone)
    failed = np.flatnonzero((known & typed.isna()).to_numpy())
    return Converted(typed.astype(dtype(column.kind, timezone)), failed)


def failure_message(
    where: str, header: str, column: Column, source: Source, cells: pd.Series, lines: Sequence[int], failed: np.ndarray
) -> str:
    """Word what failed in one column: how many cells, five examples with their lines, and what would do."""
    shown = ", ".join(f"line {lines[position]}: {cells.iloc[position]!r}" for position in failed[:EXAMPLES])
    expected = {
        "choice": f"Allowed: {', '.join(column.allowed)}. Map the word under `values: {{{column.name}: …}}`",
        "flag": f"Allowed: true, false. Map other words under `values: {{{column.name}: …}}`",
        "number": f"A number with the decimal sign {source.decimal!r} was declared",
        "count": "Whole numbers from 0 were expected",
        "time": f"The declared time_format is {source.time_format!r}; times that the clock change skips or doubles fail too",
        "date": f"The declared date_format is {source.date_format!r}",
    }[column.kind]
    hint = nearest(cells.iloc[failed[0]], column.allowed) if column.kind == "choice" else ""
    meant = f" (did you mean {hint!r}?)" if hint else ""
    return f"{where}: {header}: {len(failed)} of {len(cells)} cells are no {column.kind} for {column.name} ({shown}){meant}. {expected}."


def _number(text: pd.Series, decimal: str) -> pd.Series:
    plain = text.str.strip()
    good = plain.str.fullmatch(_NUMBER[decimal]).fillna(False).astype(bool)
    return pd.to_numeric(plain.where(good).str.replace(decimal, ".", regex=False)).astype("float64")


def _moment(text: pd.Series, kind: str, source: Source, timezone: str) -> pd.Series:
    written = source.time_format if kind == "time" else source.date_format
    parsed = pd.to_datetime(text, format=written, exact=True, errors="coerce")
    if kind == "date":
        return parsed.dt.normalize()
    if isinstance(parsed.dtype, pd.DatetimeTZDtype):
        return parsed.dt.tz_convert(timezone)
    return parsed.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
