"""All cells over some columns, numbered, and the combinations of levels that each covers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from math import prod

import numpy as np

from cxlib.report.disclosure.cells import Cell, excluded, is_pooled, kind_of, refines

__all__ = ["Grid", "TooBig", "grid_of"]

ATOMS = 100_000  # combinations of levels in one set of respondents
KINDS = 64  # combinations of columns, each by level or by pool


class TooBig(Exception):  # noqa: N818 - a signal inside this package
    """More cells than can be audited."""


class Grid:
    """All cells over the who columns of one set of respondents, numbered from 0, and the atoms (combinations of levels) they cover."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        pairs = {pair for cell in cells for pair in cell}
        listed: dict[str, set[str]] = {column: set() for column, _ in sorted(pairs)}
        for column, level in pairs:
            listed[column].update(excluded(level) if is_pooled(level) else (level,))
        self.levels = {column: {level: i for i, level in enumerate(sorted(found))} for column, found in listed.items()}
        pooled = {column for column, level in pairs if is_pooled(level)}
        self.names = {  # where levels are pooled, those that nobody lists are in the pool and missing ones are not
            column: [*found, "(not listed)", *["(missing)"] * (column in pooled)] for column, found in self.levels.items()
        }
        sizes = [len(names) for names in self.names.values()]
        if prod(sizes) > ATOMS:
            raise TooBig
        atoms = dict(zip(self.levels, np.indices(sizes).reshape(len(sizes), prod(sizes)), strict=True))
        self.codes = codes = {(column, ""): (atoms[column], size) for column, size in zip(self.levels, sizes, strict=True)}
        for column, level in pairs:
            if is_pooled(level):
                inside = np.array([name not in (*excluded(level), "(missing)") for name in self.names[column]], dtype=np.int64)
                codes[column, level] = (inside[atoms[column]], 2)
        grains = [[(), *(((name, grain),) for name, grain in sorted(codes) if name == column)] for column in self.levels]
        plain = [some[:2] for some in grains]  # by all or by single levels
        every = product(*(grains if prod(map(len, grains)) <= KINDS else plain))
        kinds = {tuple(pair for chosen in parts for pair in chosen) for parts in every} | {kind_of(cell) for cell in cells}
        self.kinds = sorted(kinds, key=lambda kind: (len(kind), kind))
        labels, starts = [], [0]
        for kind in self.kinds:
            label, count = np.zeros(prod(sizes), dtype=np.int64), 1
            for grain in kind:
                label, count = label * codes[grain][1] + codes[grain][0], count * codes[grain][1]
            labels.append(label + starts[-1])
            starts.append(starts[-1] + count)
        self.labels, self.starts, self.size = np.array(labels), starts, starts[-1]
        self.kind_of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        self.refines = np.array([[refines(fine, coarse) for coarse in self.kinds] for fine in self.kinds])
        self.place = {kind: i for i, kind in enumerate(self.kinds)}

    def number(self, cell: Cell) -> int:
        """Return the number of a cell."""
        kind, code = kind_of(cell), 0
        for (column, level), (_, grain) in zip(cell, kind, strict=True):
            code = code * 2 + 1 if grain else code * len(self.names[column]) + self.levels[column][level]
        return self.starts[self.place[kind]] + code

    def told(self, number: int) -> str:
        """Return the conditions of a cell in words: ``segment=a, role=(not listed)``."""
        place = int(self.kind_of[number])
        code, parts = number - self.starts[place], []
        for column, grain in reversed(self.kinds[place]):
            names = ["(listed)", grain] if grain else self.names[column]
            code, digit = divmod(code, len(names))
            parts.append(f"{column}={names[digit]}")
        return ", ".join(reversed(parts)) or "all"


@lru_cache(maxsize=64)
def grid_of(cells: frozenset[Cell]) -> Grid:
    """Return the grid of these cells; touchpoints are divided alike, so that one grid serves many."""
    return Grid(cells)
