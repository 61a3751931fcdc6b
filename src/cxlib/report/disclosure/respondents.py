"""Which tables are about the same respondents, and what follows from them together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from cxlib.report.disclosure.bounds import pinned
from cxlib.report.disclosure.cells import Cell, Layer
from cxlib.report.disclosure.grid import TooBig
from cxlib.report.disclosure.universe import Leak, Universe

__all__ = ["Respondents", "nearly", "sets"]

UNIVERSES = 64  # sets of respondents told apart among the tables that are divided by the same columns


class Respondents:
    """One set of respondents, seen by columns that divide cells together.

    Sums over cells that other columns divide tell nothing about these, save how many everybody are: f(a) = g(a) + h(b) for all a and b
    leaves h a constant. So each such part is searched alone, and the others only tell it that number.

    Parameters
    ----------
    group : sequence of Layer
        Tables that are divided by `columns` and can be about the same respondents.
    columns : frozenset of str
        One of the sets that :func:`_together` returns.
    others : sequence of Layer
        Tables divided by other columns that are about as many.
    """

    def __init__(self, group: Sequence[Layer], columns: frozenset[str] = frozenset(), others: Sequence[Layer] = ()) -> None:
        self.group, self.others, self.columns = group, others, columns
        self.main = Universe([*group, *others], columns)
        self.size, self.cells = self.main.grid.size, self.main.ids.keys()
        counting = [(some, part) for some in _largest([*group, *others]) for part in _together(some) if part and not part & columns]
        self._counting = [Universe(some, part) for some, part in counting]

    def covers(self, cell: Cell) -> bool:
        """Tell whether a cell is divided by this part's columns alone."""
        return self.columns.issuperset(column for column, _ in cell)

    def known(self, worlds: int | None = None, *, without: Layer | None = None) -> set[Cell]:
        """Return the listed cells that can be computed in the first `worlds`, from all layers but one."""
        self._tell(without)
        return self.main.known(worlds, without=without)

    def leaks(self, min_n: int, spare: Collection[Cell] = ()) -> Iterator[Leak]:
        """Yield what the published cells give away; see :meth:`Universe.leaks`."""
        self._tell(None)
        return self.main.leaks(min_n, spare)

    def pinned(self) -> Iterator[Leak]:
        """Yield the hidden cells that can have one number of respondents only; see :func:`cxlib.report.disclosure.bounds.pinned`."""
        self._tell(None)
        return pinned(self.main)

    def _tell(self, without: Layer | None) -> None:
        """Let the part know how many everybody are, where the others can compute it and no layer shows it."""
        shown = any(() in layer.published for layer in self.main.group if layer is not without)
        found = () if shown else (part.everybody(without) for part in self._counting)
        self.main.told = next((told for told in found if told), None)


def sets(found: Sequence[Layer], min_n: int) -> list[tuple[list[Layer], frozenset[str], list[Layer]]]:
    """Return all largest groups of layers that can be about the same respondents, and those that are about as many.

    Each comes with the columns by which they are divided, and with the layers divided by other columns that are about as many, or about
    fewer than `min_n` more than a group without a margin lists: the three arguments of :class:`Respondents`. A table about more
    respondents agrees with one about fewer, as if those it does not list were missing there. Whether they are, nobody knows: so tables
    that add up to the same number are searched without the others, too.
    """
    every = []
    for columns in _together(found):
        divided = [layer for layer in found if any(some and some <= columns for some in layer.divisions)] if columns else found
        for group in _largest(divided) + _alike(divided) if columns else _of_all(divided):
            chosen = set(map(id, group))
            rest = [layer for layer in found if layer.n and id(layer) not in chosen]
            listed = {layer.n[()] for layer in group if () in layer.n}
            sums = listed or {n for layer in group for n in layer.totals}
            spare = 1 if listed else min_n
            numbers = sorted({n for one in rest for n in one.totals if any(0 <= n - some < spare for some in sums)})
            about = [[one for one in rest if n in one.totals and all(_agree(one, layer) for layer in group)] for n in numbers]
            parts = [part for part in _together(group) if part <= columns and bool(part) == bool(columns)]  # what this group links itself
            every += [(group, part, others) for part in parts for others in [some for some in about if some] or [[]]]
    return every


def _of_all(found: Sequence[Layer]) -> list[list[Layer]]:
    """Return the layers that are not divided at all, those about as many together."""
    totals: dict[int, list[Layer]] = {}
    for layer in found:
        if layer.n.keys() == {()}:
            totals.setdefault(layer.n[()], []).append(layer)
    return list(totals.values())


def _alike(found: Sequence[Layer]) -> list[list[Layer]]:
    """Return the groups of layers that are about as many respondents, save those that are one of the largest anyway."""
    alike: dict[int, list[Layer]] = {}
    for layer in found:
        if layer.n:
            alike.setdefault(max(layer.n.get((), 0), layer.sums.get((), 0)), []).append(layer)
    known = [set(map(id, group)) for group in _largest(found)]
    return [group for group in alike.values() if set(map(id, group)) not in known and all(_agree(*pair) for pair in combinations(group, 2))]


def _together(found: Iterable[Layer]) -> list[frozenset[str]]:
    """Return the columns in sets that no cell is divided across; the empty set for cells that are about everybody."""
    together: list[frozenset[str]] = []
    for columns in frozenset().union(*(layer.divisions for layer in found)) or {frozenset()}:
        met = [some for some in together if some & columns]
        together = [some for some in together if not some & columns] + [columns.union(*met)]
    return sorted(set(together), key=sorted)


def _agree(one: Layer, other: Layer) -> bool:
    """Tell whether two layers can be about the same respondents; each pair is compared once."""
    if other.listed not in one.compared:
        one.compared[other.listed] = other.compared[one.listed] = one.agrees(other) and (
            not (one.pooled or other.pooled) or _solved_alike(one, other)
        )
    return one.compared[other.listed]


def _solved_alike(one: Layer, other: Layer) -> bool:
    """Tell whether no n of two layers contradicts another; pools overlap, so that only solving them tells."""
    try:
        parts = [Universe([one, other], columns) for columns in _together([one, other])]
        return not any(part.contradicts(part.worlds[0]) for part in parts)
    except TooBig:
        return True


def _largest(found: Sequence[Layer]) -> list[list[Layer]]:
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
            raise TooBig
    return groups


def nearly(layer: Layer, others: Iterable[Layer], min_n: int) -> list[tuple[Layer, Cell]]:
    """Return cells that another table shows for the same metric with a few respondents more or less: the difference tells about those."""
    return [
        (other, cell)
        for other in others
        if other.what == layer.what and other.metrics & layer.metrics
        for cell in sorted(layer.published & other.published)
        if 0 < abs(layer.n[cell] - other.n[cell]) < min_n
    ]
