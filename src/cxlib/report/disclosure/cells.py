"""The cells of a table: of whom a row speaks, and which rows have the same respondents."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import pandas as pd

from cxlib.errors import CxError, worded

__all__ = ["OTHER", "Cell", "Layer", "excluded", "is_pooled", "keys", "kind_of", "layers", "refines", "told"]

OTHER = "__other__"
PARTS = 3  # shares, at least, that are taken for parts of one whole
ROUNDING = 1e-9  # by which they may miss one

Cell = tuple[tuple[str, str], ...]  # conditions on who columns, sorted by column; () is everybody


@dataclass(eq=False)
class Layer:
    """The cells of one table that have the same respondents: one `what`, and all metrics whose n agree."""

    table: str
    what: str
    metrics: frozenset[str]
    n: dict[Cell, int] = field(default_factory=dict)
    published: set[Cell] = field(default_factory=set)
    compared: dict[frozenset[tuple[Cell, int]], bool] = field(default_factory=dict)  # listed cells of others → whether they can be alike

    @cached_property
    def listed(self) -> frozenset[tuple[Cell, int]]:
        """All cells with their n: what two layers are compared by."""
        return frozenset(self.n.items())

    @cached_property
    def divisions(self) -> frozenset[frozenset[str]]:
        """The sets of columns by which the cells are divided."""
        return frozenset(frozenset(column for column, _ in cell) for cell in self.n)

    @cached_property
    def pooled(self) -> bool:
        """Whether a cell stands for levels that the table does not list."""
        return any(is_pooled(level) for cell in self.n for _, level in cell)

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

    @cached_property
    def totals(self) -> frozenset[int]:
        """How many all are: as listed, or else what the cells of each kind add up to."""
        if () in self.n:
            return frozenset({self.n[()]})
        sums: Counter[tuple[str, ...]] = Counter()
        for cell, n in self.n.items():
            sums[tuple(column for column, _ in cell)] += n
        return frozenset(sums.values())

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
        for computed in ("listed", "divisions", "pooled", "sums", "totals"):
            self.__dict__.pop(computed, None)
        return True

    def bare(self) -> Layer:
        """Return the same layer without anything computed from it."""
        published = {cell for cell in self.n if cell in self.published}
        return Layer(self.table, self.what, frozenset(sorted(self.metrics)), dict(self.n), published)

    def agrees(self, other: Layer) -> bool:
        """Tell whether both can be about the same respondents: no n contradicts another."""
        if any(self.n[cell] != other.n[cell] for cell in self.n.keys() & other.n.keys()):
            return False
        pairs = ((self, other), (other, self))
        return not any(fine.sums[cell] > coarse.n[cell] for coarse, fine in pairs for cell in coarse.n.keys() & fine.sums.keys())


def is_pooled(level: str) -> bool:
    """Tell whether a level stands for all that its table does not list."""
    return level.startswith(f"{OTHER}[")


def excluded(level: str) -> list[str]:
    """Return the levels that a pooled one is not."""
    return list(json.loads(level.removeprefix(OTHER)))


def kind_of(cell: Cell) -> tuple[tuple[str, str], ...]:
    """Return by what a cell is divided: its columns, each with "" or with the pooled level as its grain."""
    return tuple((column, level if is_pooled(level) else "") for column, level in cell)


def refines(fine: tuple[tuple[str, str], ...], coarse: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether every condition of the coarse kind is one of the fine kind, too."""
    return all(pair in fine or (pair[0], "") in fine for pair in coarse)


def layers(table: pd.DataFrame, *, min_n: int, name: str, who: Sequence[str], of: str = "") -> list[Layer]:
    """Read the cells of a table, hiding those with fewer than `min_n` respondents and nothing else; see :func:`protect`."""
    found: list[Layer] = []
    for (what, metric), cells in _read(table, name, who, of).items():
        layer = next((one for one in found if one.what == what and all(one.n.get(cell, n) == n for cell, n in cells.items())), None)
        if layer is None:
            found.append(layer := Layer(name, what, frozenset()))
        layer.metrics |= {metric}
        layer.n.update(cells)
    for layer in found:
        layer.published = {cell for cell, n in layer.n.items() if n >= min_n or n == 0}
    return found


def _read(table: pd.DataFrame, name: str, who: Sequence[str], of: str) -> dict[tuple[str, str], dict[Cell, int]]:
    """Return the n of each cell by what it is about and metric."""
    numbers, needs = table["n"].astype("Int64"), table["note"].fillna("").str.startswith("needs ")
    bare = int((numbers.isna() & table["value"].notna()).sum())
    if bare:
        raise CxError(worded(f"table {name}", f"{bare} rows with a value but without n", do="Give n, the respondents behind each value."))
    read: dict[tuple[str, str], dict[Cell, int]] = {}
    found = sorted(zip(needs, keys(table, who, of), numbers, strict=True), key=lambda row: bool(row[0]))
    for only_needs, key, n in found:
        if n is not pd.NA:
            what, metric, cell = key
            cells = read.setdefault((what, metric), {})
            if only_needs and cell in cells:  # a group that cannot be formed stands beside the figure for all
                continue
            if cell in cells:
                seen = f"{metric}, {what}, {dict(cell)}"
                raise CxError(worded(f"table {name}", "two rows for one cell", seen, do="Name what tells them apart in a group column."))
            cells[cell] = int(n)
    return read


def keys(table: pd.DataFrame, who: Sequence[str], of: str = "") -> list[tuple[str, str, Cell]]:
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
    asked, about = _asked(table, rows, who), {"of": of} if of else {}
    whats = [
        json.dumps(about | {column: level for column, level in row.items() if column not in dividing}, ensure_ascii=False)
        for row, dividing in zip(rows, asked, strict=True)
    ]
    listed: dict[tuple[str, str], set[str]] = {}
    for what, row in zip(whats, rows, strict=True):
        for column, level in row.items():
            listed.setdefault((what, column), set()).add(level)
    pooled = {key: OTHER + json.dumps(sorted(levels - {OTHER}), ensure_ascii=False) for key, levels in listed.items()}
    cells = [
        tuple((column, pooled[what, column] if level == OTHER else level) for column, level in row.items() if column in dividing)
        for what, row, dividing in zip(whats, rows, asked, strict=True)
    ]
    return list(zip(whats, table["metric"].astype(str), cells, strict=True))


def about(table: pd.DataFrame, who: Sequence[str], of: str = "") -> pd.Series:
    """Return for each row what it is about: only cells that are about the same are ever compared or combined."""
    return pd.Series([what for what, _, _ in keys(table, who, of)], index=table.index, dtype="str")


def _asked(table: pd.DataFrame, rows: Sequence[dict[str, str]], who: Sequence[str]) -> list[set[str]]:
    """Return for each row the columns that divide respondents: not those whose levels are what the respondents answered.

    Shares of the same respondents that add up to one are their answers: a share of contacts by channel has all contacts as its n, and so
    has the lift beside it. Equal numbers alone do not tell that, since quotas make them, too.
    """
    asked = [set(row).intersection(who) for row in rows]
    metrics, values, numbers = table["metric"].astype(str).to_list(), table["value"].to_list(), table["n"].astype("Int64").to_list()
    shares = table["unit"].eq("share").to_list()
    for column in who:
        found: dict[tuple[Cell, str], list[int]] = {}
        for i, row in enumerate(rows):
            if column in row:
                found.setdefault((tuple(sorted((name, level) for name, level in row.items() if name != column)), metrics[i]), []).append(i)
        alike = {key: some for key, some in found.items() if len(some) >= PARTS and len({numbers[i] for i in some}) == 1}
        whole = {
            (rest, numbers[some[0]])
            for (rest, _), some in alike.items()
            if all(shares[i] for i in some) and abs(sum(values[i] for i in some) - 1) < ROUNDING
        }
        for (rest, _), some in alike.items():
            if (rest, numbers[some[0]]) in whole:
                for i in some:
                    asked[i].discard(column)
    return asked


def told(cell: Cell) -> str:
    """Return the conditions of a cell in words."""
    return ", ".join(f"{column}={level}" for column, level in cell) or "all"
