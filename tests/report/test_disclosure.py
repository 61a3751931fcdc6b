from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.report import disclosure
from cxlib.report.disclosure import OTHER, Register, audit, layers, protect

MIN_N = 7
WHO = ["segment", "role", "region"]
HIDDEN = ["value", "low", "high", "n", "n_eff"]


def estimates(
    cells: dict[tuple[str | None, ...], int | None], *, by: Sequence[str], metrics: Sequence[str] = ("mean",), **what: str
) -> pd.DataFrame:
    rows = [
        {
            **what,
            **dict(zip(by, cell, strict=True)),
            "metric": metric,
            "value": None if n is None else 3.5,
            "n": n,
            "note": "" if n is not None else "not asked",
        }
        for cell, n in cells.items()
        for metric in metrics
    ]
    frame = pd.DataFrame(rows, columns=[*what, *by, "metric", "value", "n", "note"])
    frame = frame.assign(low=frame["value"], high=frame["value"], unit="scale 1–5", n_eff=frame["n"], method="mean")
    frame["n"] = frame["n"].astype("Int64")
    frame["draws"] = [np.arange(3.0) for _ in range(len(frame))]
    return frame[[*what, *by, "metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note", "draws"]]


def counted(people: pd.DataFrame, kinds: Sequence[tuple[str, ...]], **what: str) -> pd.DataFrame:
    """Count respondents by each kind of cell, as a table of estimates; those with a missing level drop out, as in a groupby."""
    by = sorted({column for kind in kinds for column in kind})
    cells: dict[tuple[str | None, ...], int | None] = {}
    for kind in kinds:
        known = people.dropna(subset=list(kind))
        sizes = known.groupby(list(kind)).size().items() if kind else [((), len(people))]
        for key, n in sizes:
            levels = dict(zip(kind, key if isinstance(key, tuple) else (key,), strict=True))
            cells[tuple(levels.get(column) for column in by)] = int(n)
    return estimates(cells, by=by, **what)


def conditions(row: pd.Series) -> dict[str, str]:
    return {column: row[column] for column in WHO if column in row.index and not pd.isna(row[column])}


class Attacker:
    """Somebody who reads the published frames and solves them with fractions; knows nothing of the module under test."""

    def __init__(self, frames: Sequence[pd.DataFrame], people: pd.DataFrame, *, complete: bool) -> None:
        rows = [(frame_no, row) for frame_no, frame in enumerate(frames) for _, row in frame.iterrows()]
        columns = [column for column in WHO if column in people]
        domain = [[*sorted(people[column].dropna().unique()), None] for column in columns]
        self.columns, self.people = columns, people
        listings: dict[tuple[int, tuple[str, ...]], list[dict[str, str]]] = {}
        for number, row in rows:
            listings.setdefault((number, tuple(conditions(row))), []).append(conditions(row))
        self.atoms = []
        for levels in product(*domain):
            atom = dict(zip(columns, levels, strict=True))
            if complete and (None in levels or not all(any(self.inside(atom, one) for one in found) for found in listings.values())):
                continue  # who reads a complete listing knows that what it does not list is empty
            self.atoms.append(atom)
        self.shown = [(conditions(row), int(row["n"])) for _, row in rows if row["note"] == ""]
        self.hidden = [conditions(row) for _, row in rows if row["note"] == "suppressed"]
        self.basis: list[tuple[int, list[Fraction]]] = []
        for cell, _ in self.shown:
            rest = self.rest(self.vector(cell))
            lead = next((i for i, entry in enumerate(rest) if entry), None)
            if lead is not None:
                self.basis.append((lead, [entry / rest[lead] for entry in rest]))

    @staticmethod
    def inside(atom: dict[str, str], cell: dict[str, str]) -> bool:
        return all(atom.get(column) == level for column, level in cell.items())

    def vector(self, cell: dict[str, str]) -> list[Fraction]:
        return [Fraction(self.inside(atom, cell)) for atom in self.atoms]

    def rest(self, vector: list[Fraction]) -> list[Fraction]:
        for lead, row in self.basis:
            if vector[lead]:
                factor = vector[lead]
                vector = [entry - factor * other for entry, other in zip(vector, row, strict=True)]
        return vector

    def computes(self, cell: dict[str, str]) -> bool:
        return any(self.vector(cell)) and not any(self.rest(self.vector(cell)))

    def finds(self) -> list[object]:
        found: list[object] = [cell for cell in self.hidden if self.computes(cell)]
        for size in range(len(self.columns) + 1):
            for kind in combinations(self.columns, size):
                for levels in product(*[self.people[column].dropna().unique() for column in kind]):
                    cell = dict(zip(kind, levels, strict=True))
                    n = (
                        int(np.logical_and.reduce([self.people[column] == level for column, level in cell.items()], initial=True).sum())
                        if cell
                        else len(self.people)
                    )
                    found += [cell] if 0 < n < MIN_N and self.computes(cell) else []
        for outer, n in self.shown:
            parts = [(cell, m) for cell, m in self.shown if cell != outer and outer.items() <= cell.items()]
            for kind in {tuple(cell) for cell, _ in parts}:
                inner = {tuple(cell.items()): m for cell, m in parts if tuple(cell) == kind}
                found += [(outer, kind)] if 0 < n - sum(inner.values()) < MIN_N else []
                found += [(outer, cell) for cell, m in inner.items() if 0 < n - m < MIN_N]
        return found


@st.composite
def surveys(draw: st.DrawFn) -> tuple[pd.DataFrame, list[list[tuple[str, ...]]], bool]:
    """Draw respondents with one to three columns, a series of tables with some margins, and whether everybody has all levels."""
    columns = WHO[: draw(st.integers(1, 3))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(5, 150))
    complete = draw(st.booleans())
    people = pd.DataFrame(index=range(size))
    for column in columns:
        levels = draw(st.integers(2, 4 if len(columns) < 3 else 3))
        values = rng.choice([f"{column}{i}" for i in range(levels)], size=size, p=rng.dirichlet(np.full(levels, 1.2))).astype(object)
        if not complete:
            values[rng.random(size) < draw(st.sampled_from([0, 0.03, 0.2]))] = None
        people[column] = values
    kinds = [kind for length in range(len(columns) + 1) for kind in combinations(columns, length)]
    tables = draw(st.lists(st.lists(st.sampled_from(kinds), min_size=1, max_size=len(kinds), unique=True), min_size=1, max_size=3))
    return people, tables, complete
