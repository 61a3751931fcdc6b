"""Which tables are about the same respondents, and what follows from them together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from cxlib.report.disclosure.cells import Cell, Layer, is_pooled
from cxlib.report.disclosure.grid import TooBig
from cxlib.report.disclosure.universe import Leak, Universe

__all__ = ["Respondents", "nearly", "sets"]

UNIVERSES = 64  # sets of respondents told apart within one family


class Respondents:
    """One set of respondents, in parts that can be searched alone: columns by which no cell is divided together.

    Sums over cells of one part tell nothing about another's, save how many everybody are: f(a) = g(a) + h(b) for all a and b
    leaves h a constant.
    """

    def __init__(self, group: Sequence[Layer]) -> None:
        together: list[frozenset[str]] = []
        for columns in {frozenset(column for column, _ in cell) for layer in group for cell in layer.n} or {frozenset()}:
            met = [some for some in together if some & columns]
            together = [some for some in together if not some & columns] + [columns.union(*met)]
        together = [some for some in together if some] or together
        self.parts = [Universe(group, columns) for columns in sorted(together, key=sorted)]
        self.size = sum(part.grid.size for part in self.parts)
        self.cells = {cell for part in self.parts for cell in part.ids}

    def contradict(self) -> bool:
        """Tell whether the n of the listed cells cannot all be right."""
        return any(part.contradicts(part.worlds[0]) for part in self.parts)

    def known(self, worlds: int | None = None, *, without: Layer | None = None) -> set[Cell]:
        """Return the listed cells that can be computed in the first `worlds`, from all layers but one."""
        self._tell(without)
        return {cell for part in self.parts for cell in part.known(worlds, without=without)}

    def leaks(self, min_n: int, spare: Collection[Cell] = ()) -> Iterator[Leak]:
        """Yield what the published cells give away; see :meth:`Universe.leaks`."""
        self._tell(None)
        for part in self.parts:
            yield from part.leaks(min_n, spare)

    def _tell(self, without: Layer | None) -> None:
        """Let every part know how many everybody are, where one can compute it and no layer shows it."""
        if len(self.parts) == 1:
            return
        for part in self.parts:
            part.told = None
        told = [part.everybody(without) for part in self.parts]
        for number, part in enumerate(self.parts):
            part.told = next((n for other, n in enumerate(told) if other != number and n is not None), None)


def _agree(one: Layer, other: Layer) -> bool:
    """Tell whether two layers can be about the same respondents; pools overlap, so that only solving them tells."""
    if not one.agrees(other) or not any(is_pooled(level) for layer in (one, other) for cell in layer.n for _, level in cell):
        return one.agrees(other)
    try:
        return not Respondents([one, other]).contradict()
    except TooBig:
        return True


def sets(found: Sequence[Layer]) -> list[list[Layer]]:
    """Return all largest groups of layers that can be about the same respondents, and those that are about as many.

    A table about more respondents agrees with one about fewer, as if those it does not list were missing there. Whether they are, nobody
    knows: so tables that add up to the same number are searched without the others, too.
    """
    groups = _largest(found)
    alike: dict[int, list[Layer]] = {}
    for layer in found:
        if layer.n:
            alike.setdefault(max(layer.n.get((), 0), layer.sums.get((), 0)), []).append(layer)
    known = [set(map(id, group)) for group in groups]
    return groups + [
        group for group in alike.values() if set(map(id, group)) not in known and all(_agree(*pair) for pair in combinations(group, 2))
    ]


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
