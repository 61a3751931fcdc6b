"""Somebody who solves what was published, and surveys at random to try it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from cxlib.report.disclosure.cells import OTHER

from .people import MIN_N, WHO, counted


def conditions(frame: pd.DataFrame) -> list[dict[str, str | frozenset[str]]]:
    """Return the conditions of each row; a pooled level becomes the set of levels that it is not."""
    columns = [column for column in WHO if column in frame]
    listed = {column: frozenset(frame[column].dropna()) - {OTHER} for column in columns}
    rows = frame[columns].to_dict("records")
    return [{column: listed[column] if level == OTHER else level for column, level in row.items() if not pd.isna(level)} for row in rows]


class Attacker:
    """Somebody who reads the published frames and solves them with fractions; knows nothing of the module under test."""

    def __init__(self, frames: Sequence[pd.DataFrame], people: pd.DataFrame, *, complete: bool) -> None:
        rows = [
            (i, cell, n, note)
            for i, frame in enumerate(frames)
            for cell, n, note in zip(conditions(frame), frame["n"], frame["note"], strict=True)
        ]
        columns = [column for column in WHO if column in people]
        domain = [[*sorted(people[column].dropna().unique()), None] for column in columns]
        self.columns, self.people = columns, people
        listings: dict[tuple[int, tuple[str, ...]], list[dict[str, str | frozenset[str]]]] = {}
        for i, cell, _, _ in rows:
            listings.setdefault((i, tuple(cell)), []).append(cell)
        self.atoms = []
        for levels in product(*domain):
            atom = dict(zip(columns, levels, strict=True))
            if complete and (None in levels or not all(any(self.inside(atom, one) for one in found) for found in listings.values())):
                continue  # who reads a complete listing knows that what it does not list is empty
            self.atoms.append(atom)
        self.shown = [(cell, int(n)) for _, cell, n, note in rows if note == ""]
        self.tables = [[(cell, int(n)) for i, cell, n, note in rows if i == number and note == ""] for number in range(len(frames))]
        self.tables.append([one for one in self.shown if not any(isinstance(level, frozenset) for level in one[0].values())])
        self.hidden = [cell for _, cell, _, note in rows if note == "suppressed"]
        self.basis: list[tuple[int, list[Fraction]]] = []
        for cell, _ in self.shown:
            rest = self.rest(self.vector(cell))
            lead = next((i for i, entry in enumerate(rest) if entry), None)
            if lead is not None:
                self.basis.append((lead, [entry / rest[lead] for entry in rest]))

    @staticmethod
    def inside(atom: dict[str, str | None], cell: dict[str, str | frozenset[str]]) -> bool:
        return all(
            atom[column] not in (None, *level) if isinstance(level, frozenset) else atom[column] == level for column, level in cell.items()
        )

    def vector(self, cell: dict[str, str | frozenset[str]]) -> list[Fraction]:
        return [Fraction(self.inside(atom, cell)) for atom in self.atoms]

    def rest(self, vector: list[Fraction]) -> list[Fraction]:
        for lead, row in self.basis:
            if vector[lead]:
                factor = vector[lead]
                vector = [entry - factor * other for entry, other in zip(vector, row, strict=True)]
        return vector

    def computes(self, cell: dict[str, str | frozenset[str]]) -> bool:
        return any(self.vector(cell)) and not any(self.rest(self.vector(cell)))

    def finds(self) -> list[object]:
        found: list[object] = [cell for cell in self.hidden if self.computes(cell)]
        for size in range(len(self.columns) + 1):
            for kind in combinations(self.columns, size):
                for levels in product(*[self.people[column].dropna().unique() for column in kind]):
                    cell = dict(zip(kind, levels, strict=True))
                    n = int((self.people[list(kind)] == list(levels)).all(axis=1).sum()) if kind else len(self.people)
                    found += [cell] if 0 < n < MIN_N and self.computes(cell) else []
        for (outer, n), table in product(self.shown, self.tables):
            parts = [(cell, m) for cell, m in table if cell != outer and outer.items() <= cell.items()]
            for kind in {tuple(cell) for cell, _ in parts}:
                inner = {tuple(cell.items()): m for cell, m in parts if tuple(cell) == kind}
                found += [(outer, kind)] if 0 < n - sum(inner.values()) < MIN_N else []
                found += [(outer, cell) for cell, m in inner.items() if 0 < n - m < MIN_N]
        return found


@dataclass(frozen=True, eq=False)
class Survey:
    """Two sets of respondents, the second without some of the first; who is asked in each table, by what and with which levels pooled."""

    people: tuple[pd.DataFrame, pd.DataFrame]
    tables: tuple[tuple[int, tuple[tuple[str, ...], ...], tuple[str, ...]], ...]
    complete: bool

    def estimates(self) -> list[pd.DataFrame]:
        return [
            counted(self.people[asked].mask(self.people[asked].isin(pool), OTHER), kinds).assign(metric=["mean", "contacts"][asked])
            for asked, kinds, pool in self.tables
        ]

    def attacks(self, frames: Sequence[pd.DataFrame]) -> list[object]:
        groups = [[frame for frame, table in zip(frames, self.tables, strict=True) if table[0] == asked] for asked in (0, 1)]
        attackers = (Attacker(group, people, complete=self.complete) for group, people in zip(groups, self.people, strict=True))
        return [leak for attacker in attackers for leak in attacker.finds()]


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    columns = WHO[: draw(st.integers(1, 3))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(5, 150))
    missing = draw(st.sampled_from([0, 0, 0.03, 0.2]))
    people = pd.DataFrame(index=range(size))
    for column in columns:
        levels = [f"{column} {i}" for i in range(draw(st.integers(2, 5 - (len(columns) > 1) - (len(columns) > 2))))]
        values = rng.choice(levels, size=size, p=rng.dirichlet(np.full(len(levels), 1.2))).astype(object)
        values[rng.random(size) < missing] = None
        people[column] = values
    kinds = [kind for length in range(len(columns) + 1) for kind in combinations(columns, length)]
    shape = st.tuples(
        st.sampled_from([0, 0, 0, 1]),
        st.lists(st.sampled_from(kinds), min_size=1, max_size=len(kinds), unique=True).map(tuple),
        st.sampled_from([(), (), ("segment 0", "segment 1"), ("segment 1", "role 0", "role 1")]),
    )
    tables = draw(st.lists(shape, min_size=1, max_size=3))
    return Survey((people, people[rng.random(size) < 0.7]), tuple(tables), complete=not missing)
