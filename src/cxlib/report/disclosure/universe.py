"""What somebody can compute from the published cells about one set of respondents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cxlib.report.disclosure.cells import Cell, Layer
from cxlib.report.disclosure.grid import TooBig, grid_of

__all__ = ["Leak", "Universe"]

EQUATIONS = 1_500  # that are left to be solved at once
OPEN = 4_000_000  # equations times unknowns
SOUND = 1e-7  # a residual of 0/1 vectors below this is rounding

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Leak:
    """A hidden or small group that follows from published cells."""

    who: str
    cell: Cell | None
    support: set[Cell]
    how: str


class Universe:
    """One set of respondents: its listed cells, and what somebody can compute from the published ones."""

    def __init__(self, group: Sequence[Layer], columns: frozenset[str]) -> None:
        self.group = group
        listed = {cell: n for layer in group for cell, n in layer.n.items() if columns.issuperset(column for column, _ in cell)}
        try:
            self.grid = grid_of(frozenset(listed))
        except TooBig:  # a hidden cell over a column by which nothing published is divided cannot be computed
            shown = {column for layer in group for cell in layer.published for column, _ in cell}
            listed = {cell: n for cell, n in listed.items() if shown.issuperset(column for column, _ in cell)}
            self.grid = grid_of(frozenset(listed))
        self.ids = {cell: self.grid.number(cell) for cell in listed}
        self.cells = {number: cell for cell, number in self.ids.items()}
        self.n = np.full(self.grid.size, np.nan)
        self.n[list(self.cells)] = list(listed.values())
        self.listed = self.n.copy()
        self.told: tuple[float, set[Cell]] | None = None  # n of everybody, and from what, where others have computed it
        listings: dict[tuple[int, tuple[str, ...]], set[int]] = {}  # the rows of one table that are divided by the same columns
        for i, layer in enumerate(group):
            for cell in layer.n.keys() & listed.keys():
                listings.setdefault((i, tuple(column for column, _ in cell)), set()).add(self.ids[cell])
        self.listings = np.zeros((len(listings), self.grid.size), dtype=bool)
        for row, ids in zip(self.listings, listings.values(), strict=True):
            row[list(ids)] = True
        self.worlds = self._worlds()

    def _worlds(self) -> list[Flags]:
        """Return which atoms somebody can be in: by proof; if listings without a margin are complete; if no level is unlisted."""
        sure, full = self._empty(proven=True), self._empty(proven=False)
        self.sure = int((~sure).sum())
        for number in np.flatnonzero(self.n > 0):  # but a cell with respondents has an atom
            atoms = self.grid.labels[self.grid.kind_of[number]] == number
            if full[atoms].all():
                full &= ~atoms | sure
        worlds = (sure, full, self._closed(full, missing=True), self._closed(sure, missing=False))
        return list({empty.tobytes(): ~empty for empty in worlds}.values())

    def _closed(self, empty: Flags, *, missing: bool) -> Flags:
        """Take the atoms of unlisted levels for empty too, those of missing ones only if so wanted, where no n contradicts that."""
        for column, levels in self.grid.levels.items():
            for name in self.grid.names[column][len(levels) :]:
                fewer = empty | (self.grid.codes[column, ""][0] == self.grid.names[column].index(name))
                alone = "(missing)" in self.grid.names[column] and name == "(not listed)"
                changed = (missing or alone) and not (fewer == empty).all()
                if changed and np.isin(np.flatnonzero(self.n > 0), self.grid.labels[:, ~fewer]).all() and not self.contradicts(~fewer):
                    empty = fewer
        return empty

    def _empty(self, *, proven: bool) -> Flags:
        """Tell which atoms nobody is in: a listing that adds up to a cell leaves nobody for what it does not list there."""
        grid, member, listings = self.grid, self.listings, len(self.listings)
        covered = np.array([row[grid.labels].any(axis=0) for row in member])
        empty: Flags = (self.n == 0)[grid.labels].any(axis=0)
        listing, cell = np.nonzero(member)
        for place, labels in enumerate(grid.labels):
            start, size = grid.starts[place], grid.starts[place + 1] - grid.starts[place]
            around = self._around(place, grid.labels)[cell]
            inside = around >= 0
            slot = listing[inside] * size + around[inside] - start
            sums = np.bincount(slot, weights=self.n[cell[inside]], minlength=listings * size).reshape(listings, size)
            margin = self.n[start : start + size]
            margin = margin if proven else np.where(np.isnan(margin), sums.max(axis=0), margin)
            full = (sums == margin) & (margin > 0)
            empty |= (full[:, labels - start] & ~covered).any(axis=0)
        return empty

    def _around(self, place: int, labels: Ints) -> Ints:
        """Return for each cell the number of the cell of kind `place` that it is part of; -1 where it is part of none."""
        if not labels.shape[1]:  # nobody is in any atom
            return np.full(self.grid.size, -1)
        first = np.full(self.grid.size, -1)
        first[labels] = np.broadcast_to(np.arange(labels.shape[1]), labels.shape)
        part = (first >= 0) & self.grid.refines[self.grid.kind_of, place]
        return np.where(part, labels[place][first], -1)

    def contradicts(self, world: Flags) -> bool:
        """Tell whether the n of the listed cells cannot all be right when nobody is outside these atoms."""
        self.shown = self.flags(self.ids)
        self.solve(world)
        rest = self.rest[self.rows]
        off = rest - self.matrix @ (self.matrix.T @ (self.inverse @ rest))
        return bool((self.rest[self.left == 0] != 0).any() or (self.value < 0).any() or (np.abs(off) > 0.5).any())

    def flags(self, cells: Iterable[Cell]) -> Flags:
        """Return which numbers belong to the given cells."""
        found = np.zeros(self.grid.size, dtype=bool)
        found[[self.ids[cell] for cell in cells if cell in self.ids]] = True
        return found

    def solve(self, world: Flags) -> None:
        """Find all cells that follow from the published ones, with their n, when nobody is outside these atoms."""
        shown, labels = self.shown, self.grid.labels[:, world]
        self.labels = labels
        mark = np.random.default_rng(0).integers(1, 2**62, self.grid.size)
        key = np.where(shown[labels], mark[labels], 0).sum(axis=0)  # atoms in the same published cells are one unknown
        _, first, klass = np.unique(key, return_index=True, return_inverse=True)
        of_class = labels[:, first]
        hit = shown[of_class]
        self.unknown = np.nonzero(hit)[1]
        self.row_ids, self.row = np.unique(of_class[hit], return_inverse=True)
        self._peel(len(first))
        self._reduce()
        reached = np.isin(np.arange(len(first)), self.unknown)[klass]
        torn = of_class[:, klass] != labels
        whole = np.zeros(self.grid.size, dtype=bool)
        whole[labels] = True
        whole[labels[:, ~reached]] = False
        whole[labels[torn]] = whole[of_class[:, klass][torn]] = False
        keep = whole[of_class]
        self.part, self.cell = np.nonzero(keep)[1], of_class[keep]
        self._test(whole)

    def _peel(self, size: int) -> None:
        """Solve, one after the other, the published rows that have a single unknown left."""
        self.value, self.source = np.zeros(size), np.full(size, -1)
        self.right = self.n[self.row_ids]
        while True:
            fresh = self.source[self.unknown] < 0
            left = np.bincount(self.row[fresh], minlength=len(self.row_ids))
            pick = fresh & (left == 1)[self.row]
            rest = self.right - np.bincount(self.row, weights=self.value[self.unknown], minlength=len(self.row_ids))
            if not pick.any():
                self.rest, self.left = rest, left
                return
            self.value[self.unknown[pick]] = rest[self.row[pick]]
            self.source[self.unknown[pick]] = self.row[pick]

    def _reduce(self) -> None:
        """Set up the equations that have several unknowns."""
        self.rows = np.flatnonzero(self.left)
        self.open = np.unique(self.unknown[self.source[self.unknown] < 0])
        if len(self.rows) > EQUATIONS or len(self.rows) * len(self.open) > OPEN:
            raise TooBig
        place, slot = np.full(len(self.row_ids), -1), np.full(len(self.source), -1)
        place[self.rows], slot[self.open] = np.arange(len(self.rows)), np.arange(len(self.open))
        self.slot = slot
        self.matrix = np.zeros((len(self.rows), len(self.open)))
        fresh = slot[self.unknown] >= 0
        self.matrix[place[self.row[fresh]], slot[self.unknown[fresh]]] = 1.0
        self.inverse = np.linalg.pinv(self.matrix @ self.matrix.T, rcond=1e-10, hermitian=True)

    def _test(self, whole: Flags) -> None:
        """Test each cell that is a union of unknowns for being a combination of published rows."""
        size = self.grid.size
        solved = self.slot[self.part] < 0
        self.total = np.bincount(self.cell, weights=self.value[self.part], minlength=size)
        self.computed = whole & (np.bincount(self.cell[~solved], minlength=size) == 0)
        for cells in np.array_split(np.unique(self.cell[~solved]), 1 + size // 2000):
            factors, residual = self._factors(cells)
            found = residual < SOUND
            self.computed[cells[found]] = True
            self.total[cells[found]] = self.total[cells[found]] + factors[found] @ self.rest[self.rows]
        self.total = np.where(self.shown, self.n, np.rint(self.total))
        if self.labels.shape[1] < self.sure:  # a guess that gives a wrong n reveals nothing
            self.computed &= np.isnan(self.n) | (self.total == self.n)

    def _factors(self, cells: Ints) -> tuple[Floats, Floats]:
        """Return how often each open equation enters each cell, and how much of the cell they leave unexplained."""
        place = np.full(self.grid.size, -1)
        place[cells] = np.arange(len(cells))
        slot, wanted = self.slot[self.part], place[self.cell]
        take = (slot >= 0) & (wanted >= 0)
        target = np.zeros((len(cells), len(self.open)))
        target[wanted[take], slot[take]] = 1.0
        factors = target @ self.matrix.T @ self.inverse
        return factors, np.abs(target - factors @ self.matrix).max(axis=1, initial=0.0)

    def support(self, cells: Iterable[int], parts: Sequence[int] = ()) -> set[Cell]:
        """Return published cells from which the given computed cells, or unknowns, follow."""
        used, seen = np.zeros(len(self.row_ids), dtype=bool), np.zeros(len(self.source), dtype=bool)
        wanted = np.isin(self.cell, list(cells))
        todo = np.union1d(self.part[wanted], np.array(parts, dtype=np.int64))
        factors, _ = self._factors(np.unique(self.cell[wanted]))
        used[self.rows[(np.abs(factors) > SOUND).any(axis=0)]] = True
        todo = np.union1d(todo, self.unknown[used[self.row]])
        while len(todo := todo[(self.source[todo] >= 0) & ~seen[todo]]):
            seen[todo] = True
            used[self.source[todo]] = True
            todo = np.unique(self.unknown[used[self.row]])
        rows = self.row_ids[used].tolist()
        return {self.cells[number] for number in rows if number in self.cells} | (self.told[1] if self.told and 0 in rows else set())

    def known(self, worlds: int | None = None, *, without: Layer | None = None) -> set[Cell]:
        """Return the listed cells that can be computed in the first `worlds`, from all layers but one."""
        self._show(cell for layer in self.group if layer is not without for cell in layer.published)
        found: set[Cell] = set()
        for world in self.worlds[:worlds]:
            self.solve(world)
            found |= {self.cells[number] for number in np.flatnonzero(self.computed).tolist() if number in self.cells}
        return found

    def everybody(self, without: Layer | None) -> tuple[float, set[Cell]] | None:
        """Return how many all are, and from which cells that follows, where it can be computed from all layers but one."""
        self._show(cell for layer in self.group if layer is not without for cell in layer.published)
        for world in self.worlds:
            self.solve(world)
            if self.computed[0]:
                return float(self.total[0]), self.support([0])
        return None

    def show(self) -> None:
        """Take all that is published for known."""
        self._show(cell for layer in self.group for cell in layer.published)

    def _show(self, cells: Iterable[Cell]) -> None:
        """Take these cells for published, and everybody, where others tell that."""
        self.shown, self.n[0] = self.flags(cells), self.listed[0]
        if self.told is not None:
            self.shown[0], self.n[0] = True, self.told[0]

    def leaks(self, min_n: int, spare: Collection[Cell] = ()) -> Iterator[Leak]:
        """Yield what the published cells give away: hidden cells, and groups of fewer than `min_n`; `spare` may be known."""
        self._show(cell for layer in self.group for cell in layer.published)
        hidden = self.flags(cell for layer in self.group for cell in layer.n.keys() - layer.published if cell not in spare)
        for world in self.worlds:
            self.solve(world)
            small = (self.total > 0) & (self.total < min_n)
            told = np.flatnonzero(self.computed & (small | hidden)).tolist()
            for number in told:
                yield Leak(self.grid.told(number), self.cells.get(number), self.support([number]), "a sum or difference")
            yield from self._remainders(min_n)
            if world is self.worlds[0]:
                few = np.flatnonzero((self.value > 0) & (self.value < min_n))
                for part in np.setdiff1d(few, self.part[np.isin(self.cell, told)]).tolist():
                    yield Leak("a group that no table lists", None, self.support([], [part]), "a sum or difference")

    def _remainders(self, min_n: int) -> Iterator[Leak]:
        """Yield the computed cells of which their computed parts leave fewer than `min_n`."""
        grid = self.grid
        for place in range(len(grid.kinds)):
            around = self._around(place, self.labels)
            inside = self.computed & (around >= 0) & (grid.kind_of != place)
            start, size = grid.starts[place], grid.starts[place + 1] - grid.starts[place]
            slot = grid.kind_of[inside] * size + around[inside] - start
            sums = np.bincount(slot, weights=self.total[inside], minlength=len(grid.kinds) * size).reshape(-1, size)
            rest = np.where(self.computed[start : start + size] & (sums > 0), self.total[start : start + size] - sums, 0)
            for finer, cell in np.argwhere((rest > 0) & (rest < min_n)).tolist():
                number = start + cell
                parts = np.flatnonzero(inside & (around == number) & (grid.kind_of == finer))
                how = f"a cell minus its parts by {', '.join(column for column, _ in grid.kinds[finer])}"
                yield Leak(f"rest of: {grid.told(number)}", None, self.support([number, *parts]), how)
