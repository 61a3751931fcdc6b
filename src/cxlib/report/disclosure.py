"""Which cells of a table an audience may see, given everything this client has published before.

A row that speaks for fewer than `min_n` respondents is hidden, and so are as many further rows as it takes that no hidden one can be
computed from the others. What counts is respondents: a share that only a few of many gave (two of forty) has a large n and stays.

Model. The who columns divide respondents into atoms, one for each combination of levels; a published row tells a sum over its atoms
(n, and n times value). A cell can be computed when its atoms are a linear combination of published rows. Layers (a table's metrics with
equal n) are taken to be about the same respondents unless their n contradict each other; those that do are never combined. Who has a
level that a table does not list, or none, is an atom too, unless the listed cells add up to their margin; where no margin is known, both
worlds are searched.

Searched: each cell with any conditions on the who columns, listed or not; what the computed parts of a cell leave of it; groups that
follow one unknown after the other. Not searched: other sums over several hidden cells, bounds that inequalities give, differences between
sets of respondents beyond the same cell of the same metric, and what readers know from elsewhere.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations, product
from math import prod

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib.errors import CxError, worded

__all__ = ["Register", "audit", "layers", "protect"]

OTHER = "__other__"
SUPPRESSED = "suppressed"
ATOMS = 100_000  # combinations of levels in one set of respondents
REVEALS = 20_000  # numbered cells that are gone through to show hidden ones again
EQUATIONS = 1_500  # that are left to be solved at once
OPEN = 4_000_000  # equations times unknowns
KINDS = 64  # combinations of columns, each by level or by pool
UNIVERSES = 64  # sets of respondents told apart within one family
SOURCES = 6  # published cells that one finding names
SOUND = 1e-7  # a residual of 0/1 vectors below this is rounding

Cell = tuple[tuple[str, str], ...]  # conditions on who columns, sorted by column; () is everybody
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class _TooBig(Exception):  # noqa: N818 - a signal inside this module
    """More cells than can be audited."""


@dataclass(eq=False)
class Layer:
    """The cells of one table that have the same respondents: one `what`, and all metrics whose n agree."""

    table: str
    what: str
    metrics: frozenset[str]
    n: dict[Cell, int] = field(default_factory=dict)
    published: set[Cell] = field(default_factory=set)

    @cached_property
    def sums(self) -> dict[Cell, int]:
        """Respondents of each coarser cell that the listed cells account for, at most."""
        totals: Counter[tuple[tuple[str, ...], Cell]] = Counter()
        for cell, n in self.n.items():
            kind = tuple(column for column, _ in cell)
            for size in range(len(cell)):
                for coarser in combinations(cell, size):
                    totals[kind, coarser] += n
        most: dict[Cell, int] = {}
        for (_, coarser), n in totals.items():
            most[coarser] = max(n, most.get(coarser, 0))
        return most

    def coarsen(self) -> bool:
        """Hide the finest kind of cells, of two the one with more cells; where all are hidden, withdraw."""
        if not self.published:
            return self.withdraw()
        kinds = Counter(tuple(column for column, _ in cell) for cell in self.published)
        finest = max(kinds, key=lambda kind: (len(kind), kinds[kind], kind))
        self.published -= {cell for cell in self.published if tuple(column for column, _ in cell) == finest}
        return True

    def withdraw(self) -> bool:
        """Take all cells back, so that not even their being there is known."""
        self.n.clear()
        self.published.clear()
        return True

    def agrees(self, other: Layer) -> bool:
        """Tell whether both can be about the same respondents: no n contradicts another."""
        if any(self.n[cell] != other.n[cell] for cell in self.n.keys() & other.n.keys()):
            return False
        pairs = ((self, other), (other, self))
        return not any(fine.sums[cell] > coarse.n[cell] for coarse, fine in pairs for cell in coarse.n.keys() & fine.sums.keys())


class Register:
    """Every cell of this client saved so far, with its true n: private, never exported.

    A table saved again under the same name replaces its older self.

    Examples
    --------
    >>> register = Register()
    >>> register.to_frame().columns.to_list()
    ['table', 'what', 'metrics', 'who', 'n', 'published']
    """

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        self.layers = list(layers)

    def add(self, layers: Iterable[Layer]) -> None:
        """Take over the cells of one table in place of what it said before."""
        new = list(layers)
        names = {layer.table for layer in new}
        self.layers = [layer for layer in self.layers if layer.table not in names] + new

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cell: table, what (JSON), metrics (JSON), who (JSON), n (true, also of hidden cells), published."""
        rows = [
            (layer.table, layer.what, json.dumps(sorted(layer.metrics)), json.dumps(dict(cell)), n, cell in layer.published)
            for layer in self.layers
            for cell, n in layer.n.items()
        ]
        kinds = {"table": "str", "what": "str", "metrics": "str", "who": "str", "n": "int64", "published": "bool"}
        return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Register:
        """Continue from what :meth:`to_frame` returned."""
        found: dict[tuple[str, str, str], Layer] = {}
        for table, what, metrics, who, n, published in frame.itertuples(index=False):
            layer = found.setdefault((table, what, metrics), Layer(table, what, frozenset(json.loads(metrics))))
            cell = tuple(sorted(json.loads(who).items()))
            layer.n[cell] = int(n)
            if published:
                layer.published.add(cell)
        return cls(found.values())


@dataclass(frozen=True, eq=False)
class Leak:
    """A hidden or small group that follows from published cells."""

    who: str
    cell: Cell | None
    support: set[Cell]
    how: str


def _pooled(level: str) -> bool:
    return level.startswith(f"{OTHER}[")


def _excluded(level: str) -> list[str]:
    return list(json.loads(level.removeprefix(OTHER)))


def _kind(cell: Cell) -> tuple[tuple[str, str], ...]:
    """Return by what a cell is divided: its columns, each with "" or with the pooled level as its grain."""
    return tuple((column, level if _pooled(level) else "") for column, level in cell)


def _refines(fine: tuple[tuple[str, str], ...], coarse: tuple[tuple[str, str], ...]) -> bool:
    return all(pair in fine or (pair[0], "") in fine for pair in coarse)


class _Grid:
    """All cells over the who columns of one set of respondents, numbered from 0, and the atoms (combinations of levels) they cover."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        pairs = {pair for cell in cells for pair in cell}
        listed: dict[str, set[str]] = {column: set() for column, _ in sorted(pairs)}
        for column, level in pairs:
            listed[column].update(_excluded(level) if _pooled(level) else (level,))
        self.levels = {column: {level: i for i, level in enumerate(sorted(found))} for column, found in listed.items()}
        pooled = {column for column, level in pairs if _pooled(level)}
        self.names = {  # where levels are pooled, those that nobody lists are in the pool and missing ones are not
            column: [*found, "(not listed)", *["(missing)"] * (column in pooled)] for column, found in self.levels.items()
        }
        sizes = [len(names) for names in self.names.values()]
        if prod(sizes) > ATOMS:
            raise _TooBig
        atoms = dict(zip(self.levels, np.indices(sizes).reshape(len(sizes), prod(sizes)), strict=True))
        self.codes = codes = {(column, ""): (atoms[column], size) for column, size in zip(self.levels, sizes, strict=True)}
        for column, level in pairs:
            if _pooled(level):
                inside = np.array([name not in (*_excluded(level), "(missing)") for name in self.names[column]], dtype=np.int64)
                codes[column, level] = (inside[atoms[column]], 2)
        grains = [[(), *(((name, grain),) for name, grain in sorted(codes) if name == column)] for column in self.levels]
        plain = [some[:2] for some in grains]  # by all or by single levels
        every = product(*(grains if prod(map(len, grains)) <= KINDS else plain))
        kinds = {tuple(pair for chosen in parts for pair in chosen) for parts in every} | {_kind(cell) for cell in cells}
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
        self.refines = np.array([[_refines(fine, coarse) for coarse in self.kinds] for fine in self.kinds])
        self.place = {kind: i for i, kind in enumerate(self.kinds)}

    def number(self, cell: Cell) -> int:
        """Return the number of a cell."""
        kind, code = _kind(cell), 0
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
def _grid(cells: frozenset[Cell]) -> _Grid:
    return _Grid(cells)  # touchpoints are divided alike


class _Universe:
    """One set of respondents: its listed cells, and what somebody can compute from the published ones."""

    def __init__(self, group: Sequence[Layer]) -> None:
        self.group = group
        listed = {cell: n for layer in group for cell, n in layer.n.items()}
        try:
            self.grid = _grid(frozenset(listed))
        except _TooBig:  # a hidden cell over a column by which nothing published is divided cannot be computed
            columns = {column for layer in group for cell in layer.published for column, _ in cell}
            listed = {cell: n for cell, n in listed.items() if columns.issuperset(column for column, _ in cell)}
            self.grid = _grid(frozenset(listed))
        self.ids = {cell: self.grid.number(cell) for cell in listed}
        self.cells = {number: cell for cell, number in self.ids.items()}
        self.n = np.full(self.grid.size, np.nan)
        self.n[list(self.cells)] = list(listed.values())
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
            raise _TooBig
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
        return {self.cells[number] for number in self.row_ids[used]}

    def known(self, worlds: int | None = None, *, without: Layer | None = None) -> set[Cell]:
        """Return the listed cells that can be computed in the first `worlds`, from all layers but one."""
        self.shown = self.flags(cell for layer in self.group if layer is not without for cell in layer.published)
        found: set[Cell] = set()
        for world in self.worlds[:worlds]:
            self.solve(world)
            found |= {self.cells[number] for number in np.flatnonzero(self.computed & ~np.isnan(self.n)).tolist()}
        return found

    def leaks(self, min_n: int, spare: Collection[Cell] = ()) -> Iterator[Leak]:
        """Yield what the published cells give away: hidden cells, and groups of fewer than `min_n`; `spare` may be known."""
        self.shown = self.flags(cell for layer in self.group for cell in layer.published)
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


def layers(table: pd.DataFrame, *, min_n: int, name: str, who: Sequence[str]) -> list[Layer]:
    """Read the cells of a table, hiding those with fewer than `min_n` respondents and nothing else; see :func:`protect`."""
    found: list[Layer] = []
    for (what, metric), cells in _read(table, name, who).items():
        layer = next((one for one in found if one.what == what and all(one.n.get(cell, n) == n for cell, n in cells.items())), None)
        if layer is None:
            found.append(layer := Layer(name, what, frozenset()))
        layer.metrics |= {metric}
        layer.n.update(cells)
    for layer in found:
        layer.published = {cell for cell, n in layer.n.items() if n >= min_n or n == 0}
    return found


def _read(table: pd.DataFrame, name: str, who: Sequence[str]) -> dict[tuple[str, str], dict[Cell, int]]:
    """Return the n of each cell by what it is about and metric."""
    numbers = table["n"].astype("Int64")
    bare = int((numbers.isna() & table["value"].notna()).sum())
    if bare:
        raise CxError(worded(f"table {name}", f"{bare} rows with a value but without n", do="Give n, the respondents behind each value."))
    read: dict[tuple[str, str], dict[Cell, int]] = {}
    for key, n in zip(_keys(table, who), numbers, strict=True):
        if n is not pd.NA:
            what, metric, cell = key
            cells = read.setdefault((what, metric), {})
            if cell in cells:
                seen = f"{metric}, {what}, {dict(cell)}"
                raise CxError(worded(f"table {name}", "two rows for one cell", seen, do="Name what tells them apart in a group column."))
            cells[cell] = int(n)
    return read


def _keys(table: pd.DataFrame, who: Sequence[str]) -> list[tuple[str, str, Cell]]:
    """Return for each row what it is about (JSON), its metric and its conditions on the who columns."""
    groups = sorted(str(column) for column in table.columns[: table.columns.get_loc("metric")])
    rows = (
        [
            {column: str(value) for column, value in zip(groups, values, strict=True) if not pd.isna(value)}
            for values in table[groups].itertuples(index=False, name=None)
        ]
        if groups
        else [{} for _ in range(len(table))]
    )
    whats = [json.dumps({column: level for column, level in row.items() if column not in who}, ensure_ascii=False) for row in rows]
    listed: dict[tuple[str, str], set[str]] = {}
    for what, row in zip(whats, rows, strict=True):
        for column, level in row.items():
            listed.setdefault((what, column), set()).add(level)
    pooled = {key: OTHER + json.dumps(sorted(levels - {OTHER}), ensure_ascii=False) for key, levels in listed.items()}
    cells = [
        tuple((column, pooled[what, column] if level == OTHER else level) for column, level in row.items() if column in who)
        for what, row in zip(whats, rows, strict=True)
    ]
    return list(zip(whats, table["metric"].astype(str), cells, strict=True))


def _agree(one: Layer, other: Layer) -> bool:
    """Tell whether two layers can be about the same respondents; pools overlap, so that only solving them tells."""
    if not one.agrees(other) or not any(_pooled(level) for layer in (one, other) for cell in layer.n for _, level in cell):
        return one.agrees(other)
    try:
        universe = _Universe([one, other])
        return not universe.contradicts(universe.worlds[0])
    except _TooBig:
        return True


def _groups(found: Sequence[Layer]) -> list[list[Layer]]:
    """Return all largest groups of layers that can be about the same respondents."""
    groups: list[list[Layer]] = []
    for new in found:
        if not new.n:
            continue
        agreeing = {id(layer): _agree(layer, new) for group in groups for layer in group}
        joined = [[*(layer for layer in group if agreeing[id(layer)]), new] for group in groups] or [[new]]
        groups = [group for group in groups if not all(agreeing[id(layer)] for layer in group)]
        for group in sorted(joined, key=len, reverse=True):
            if not any(set(map(id, group)) <= set(map(id, larger)) for larger in groups):
                groups.append(group)
        if len(groups) > UNIVERSES:
            raise _TooBig
    return groups


def _nearly(layer: Layer, others: Iterable[Layer], min_n: int) -> list[tuple[Layer, Cell]]:
    """Return cells that another table shows for the same metric with a few respondents more or less: the difference tells about those."""
    return [
        (other, cell)
        for other in others
        if other.what == layer.what and other.metrics & layer.metrics
        for cell in sorted(layer.published & other.published)
        if 0 < abs(layer.n[cell] - other.n[cell]) < min_n
    ]


def protect(table: pd.DataFrame, *, min_n: int, register: Register, name: str, who: Sequence[str]) -> pd.DataFrame:
    """Return what an audience may see of a table, and enter all its cells in the register.

    Parameters
    ----------
    table : DataFrame
        ESTIMATES; NA in a group column means all of them, ``__other__`` all levels that this table does not list.
    min_n : int
        Respondents that a published row needs; rows with n = 0 tell about nobody and stay.
    register : Register
        What this client has published so far; the cells of this table are added.
    name : str
        Under which the table is saved; a table of this name in the register is replaced.
    who : sequence of str
        All group columns of this client that divide respondents (segment, role, channel), the same for each table; the other
        group columns say what is measured.

    Returns
    -------
    DataFrame
        ESTIMATES without draws. Hidden rows keep their groups and metric; value, low, high, n and n_eff are missing, note is
        "suppressed". Metrics with the same respondents are hidden together. Rows without n are returned as they are. A family of
        rows is left out when nothing less helps: it is too big, or the mere list of its rows lets earlier tables be solved.

    Raises
    ------
    CxError
        A value without n, or two rows for one cell.

    Notes
    -----
    Of the cells from which a hidden one follows, the one with the smallest n is hidden, until nothing follows any more; cells that
    follow from what is still published are shown again. Tables too big to audit lose their finest cells first.

    Examples
    --------
    >>> groups = {"segment": ["a", "b", "c", None], "metric": "mean", "value": [2.0, 3.0, 4.0, 3.1], "low": 1.0, "high": 5.0}
    >>> table = pd.DataFrame({**groups, "unit": "scale 1–5", "n": [3, 20, 40, 63], "n_eff": 9.0, "method": "", "note": ""})
    >>> protect(table, min_n=7, register=Register(), name="scores", who=["segment"])["n"].to_list()
    [<NA>, <NA>, 40, 63]
    """
    new = layers(table, min_n=min_n, name=name, who=who)
    earlier = [layer for layer in register.layers if layer.table != name]
    for i, layer in enumerate(new):
        _complete(layer, [one for one in (*earlier, *new[:i]) if one.what == layer.what], min_n)
    register.layers = [*earlier, *new]
    state = {(one.what, metric, cell): cell in one.published for one in new for metric in one.metrics for cell in one.n}
    seen = table.drop(columns="draws", errors="ignore").astype({"n": "Int64", "value": float, "low": float, "high": float, "n_eff": float})
    counted = seen["n"].notna().to_numpy()
    keys = _keys(table, who)
    hidden = counted & np.array([not state.get(key, False) for key in keys], dtype=bool)
    seen.loc[hidden, ["value", "low", "high", "n_eff"]] = np.nan
    seen.loc[hidden, "n"] = pd.NA
    seen.loc[hidden, "note"] = SUPPRESSED
    return seen[~counted | np.array([key in state for key in keys], dtype=bool)]


def _complete(layer: Layer, earlier: Sequence[Layer], min_n: int) -> None:
    """Hide more cells of a layer until none that is hidden, here or earlier, can be computed."""
    layer.published -= {cell for _, cell in _nearly(layer, earlier, min_n)}
    candidates = frozenset(layer.published)
    _guard_margins(layer, min_n)
    universes: list[_Universe] = []
    while layer.n and not universes:
        try:
            universes = [_Universe(group) for group in _groups([*earlier, layer]) if any(one is layer for one in group)]
        except _TooBig:
            layer.coarsen()
    for spare in (candidates, frozenset[Cell]()):
        while layer.n and any(_hide(layer, universe, min_n, spare) for universe in universes):
            pass
        again = candidates - layer.published
        if spare and again and layer.n:  # what follows from the rest tells nothing new
            layer.published |= again.intersection(*(universe.known(1) for universe in universes))
    vain = (candidates - layer.published).intersection(layer.n, *(universe.ids for universe in universes))
    _reveal(layer, universes, sorted(vain, key=lambda cell: (-layer.n[cell], cell)), min_n)


def _guard_margins(layer: Layer, min_n: int) -> None:
    """Hide what a margin minus its parts gives away: the quick part of the work, and most of it."""
    parts: dict[tuple[Cell, tuple[str, ...]], list[Cell]] = {}
    for cell in sorted(layer.n, key=lambda cell: (layer.n[cell], cell)):
        for margin in (coarser for size in range(len(cell)) for coarser in combinations(cell, size)):
            if margin in layer.published:
                parts.setdefault((margin, tuple(column for column, _ in cell)), []).append(cell)
    before = -1
    while before != len(layer.published):
        before = len(layer.published)
        for (margin, _), cells in parts.items():
            shown = [cell for cell in cells if cell in layer.published and layer.n[cell]]
            rest = layer.n[margin] - sum(layer.n[cell] for cell in shown)
            given_away = 0 < rest < min_n or [layer.n[cell] for cell in cells if cell not in layer.published] == [rest]
            if margin in layer.published and shown and given_away:
                layer.published.discard(shown[0])


def _reveal(layer: Layer, universes: Sequence[_Universe], cells: Sequence[Cell], min_n: int) -> None:
    """Show those cells again that were hidden in vain because others had to be hidden later."""
    for cell in cells[: REVEALS // (1 + sum(universe.grid.size for universe in universes))]:
        layer.published.add(cell)
        try:
            leaks = any(True for universe in universes for _ in universe.leaks(min_n))
        except _TooBig:
            leaks = True
        if leaks:
            layer.published.discard(cell)


def _hide(layer: Layer, universe: _Universe, min_n: int, spare: Collection[Cell]) -> bool:
    """Hide one cell of a layer for each leak, the one with the smallest n; tell whether anything changed."""
    try:
        leaks = list(universe.leaks(min_n, spare))
        free = layer.published - universe.known(without=layer) if leaks else set()
    except _TooBig:
        return layer.coarsen()
    gone: set[Cell] = set()
    for leak in leaks:
        if leak.support & free and not leak.support & gone:
            gone.add(min(leak.support & free, key=lambda cell: (layer.n[cell], cell)))
    layer.published -= gone
    if leaks and not gone and not spare:  # the mere list of its rows lets earlier tables be solved
        return layer.withdraw()
    return bool(gone)


def audit(register: Register, *, min_n: int) -> pd.DataFrame:
    """Find every hidden cell, and every group of fewer than `min_n` respondents, that follows from all published tables together.

    Parameters
    ----------
    register : Register
        All cells of one client.
    min_n : int
        Respondents that a published cell needs.

    Returns
    -------
    DataFrame
        table (those that hide the cell, else those from which it follows), what (JSON), who (conditions), how. Empty when all is well.
        A family with more than 100,000 combinations of levels, or more than 1,500 equations that remain after all
        single unknowns are solved, is not audited but reported as too big, which blocks the publication too.
    """
    found: list[tuple[str, str, str, str]] = []
    for what in sorted({layer.what for layer in register.layers}):
        family = [layer for layer in register.layers if layer.what == what]
        for i, layer in enumerate(family):
            for other, cell in _nearly(layer, family[:i], min_n):
                found.append((layer.table, what, _worded(cell), f"differs from {other.table} by fewer than {min_n} respondents"))
        try:
            found += [row for group in _groups(family) for row in _told(group, min_n)]
        except _TooBig:
            found.append((", ".join(sorted({layer.table for layer in family})), what, "", "too many cells to audit; coarsen categories"))
    return pd.DataFrame(list(dict.fromkeys(found)), columns=["table", "what", "who", "how"], dtype="str")


def _told(group: Sequence[Layer], min_n: int) -> list[tuple[str, str, str, str]]:
    """Word the leaks of one set of respondents."""
    rows = []
    for leak in _Universe(group).leaks(min_n):
        hiding = sorted({layer.table for layer in group if leak.cell in layer.n.keys() - layer.published})
        using = sorted({layer.table for layer in group if leak.support & layer.published})
        sources = [_worded(cell) for cell in sorted(leak.support)]
        more = f" and {len(sources) - SOURCES} more" if len(sources) > SOURCES else ""
        how = f"{leak.how}, from {'; '.join(sources[:SOURCES])}{more} in {', '.join(using)}"
        rows.append((", ".join(hiding or using), group[0].what, leak.who, how))
    return rows


def _worded(cell: Cell) -> str:
    return ", ".join(f"{column}={level}" for column, level in cell) or "all"
