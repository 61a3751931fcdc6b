"""Tables of estimates about invented respondents, and what is shown of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib.report.disclosure import Register, audit, layers, protect

MIN_N = 7
WHO = ["segment", "role", "region"]
NUMBERS = ["value", "low", "high", "n", "n_eff"]
SEGMENTS = ("segment",)
Cells = dict[tuple[str | None, ...], int | None]


def estimates(
    cells: Mapping[Any, int | None], *, by: Sequence[str] = SEGMENTS, metrics: Sequence[str] = ("mean",), **what: str
) -> pd.DataFrame:
    rows = [
        {**what, **dict(zip(by, cell, strict=True)), "metric": metric, "n": n, "note": "not asked" if n is None else ""}
        for cell, n in cells.items()
        for metric in metrics
    ]
    frame = pd.DataFrame(rows, columns=[*what, *by, "metric", "n", "note"])
    frame["value"] = np.where(frame["n"].isna(), np.nan, 3.5)
    frame = frame.assign(low=frame["value"], high=frame["value"], unit="scale 1–5", n_eff=frame["n"], method="mean")
    frame["n"] = frame["n"].astype("Int64")
    frame["draws"] = [np.arange(3.0) for _ in range(len(frame))]
    return frame[[*what, *by, "metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note", "draws"]]


def counted(people: pd.DataFrame, kinds: Sequence[tuple[str, ...]], **what: str) -> pd.DataFrame:
    """Count respondents by each kind of cell, as a table of estimates; those with a missing level drop out, as in a groupby."""
    by = sorted({column for kind in kinds for column in kind})
    cells: Cells = {}
    for kind in kinds:
        known = people.dropna(subset=list(kind))
        sizes = known.groupby(list(kind)).size().items() if kind else [((), len(people))]
        for key, n in sizes:
            levels = dict(zip(kind, key if isinstance(key, tuple) else (key,), strict=True))
            cells[tuple(levels.get(column) for column in by)] = int(n)
    return estimates(cells, by=by, **what)


def shown(table: pd.DataFrame, register: Register, name: str = "scores", about: set[str] | None = None) -> pd.DataFrame:
    return protect(table, min_n=MIN_N, register=register, name=name, who=WHO, about=about)


def numbers(frame: pd.DataFrame) -> list[int | None]:
    return [None if pd.isna(n) else int(n) for n in frame["n"]]


def found(*tables: pd.DataFrame) -> set[str]:
    """Return what the audit finds when only small cells are hidden."""
    register = Register()
    for i, table in enumerate(tables):
        register.add(layers(table, min_n=MIN_N, name=f"table {i}", who=WHO))
    return set(audit(register, min_n=MIN_N)["who"])
