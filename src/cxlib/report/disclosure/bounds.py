"""How far the published cells hold each hidden one between two numbers: linear programming, since nobody counts fewer than none."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from cxlib.report.disclosure.cells import Cell
from cxlib.report.disclosure.universe import Leak, Universe

__all__ = ["bounded", "pinned"]

SLACK = 1e-6  # of a respondent: what is nearer to a whole number is that number


def bounded(universe: Universe, cells: Collection[Cell]) -> dict[Cell, tuple[float, float]]:
    """Return the fewest and the most respondents that each cell can have, given every published one.

    Unknowns are the groups that no published cell divides. Their sums are told; none is negative. A group that is partly in a cell
    counts as nobody for the fewest, and whole for the most.

    Parameters
    ----------
    universe : Universe
        One set of respondents.
    cells : collection of Cell
        Listed cells that nobody may compute.

    Returns
    -------
    dict
        Cell → (fewest, most), both whole numbers, the most possibly infinite.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    universe.show()
    world = universe.worlds[0]
    labels = universe.grid.labels[:, world]
    shown = universe.shown[labels]
    key = np.where(shown, np.random.default_rng(0).integers(1, 2**62, universe.grid.size)[labels], 0).sum(axis=0)
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    rows, row = np.unique(labels[:, first][shown[:, first]], return_inverse=True)
    unknown = np.nonzero(shown[:, first])[1]
    equations = csr_array((np.ones(len(row)), (row, unknown)), shape=(len(rows), len(first)))
    size = np.bincount(group, minlength=len(first))
    found: dict[Cell, tuple[float, float]] = {}
    for cell in cells:
        inside = np.bincount(group[(labels == universe.ids[cell]).any(axis=0)], minlength=len(first))
        ends = []
        for sign, wanted in ((1.0, inside == size), (-1.0, inside > 0)):
            told = linprog(sign * wanted, A_eq=equations, b_eq=universe.n[rows], method="highs")
            if told.status == 3:  # unbounded
                ends.append(np.inf)
            elif told.status:  # tables that cannot all be about these respondents bound nothing
                break
            else:
                ends.append(sign * told.fun)
        if len(ends) == 2:
            found[cell] = (float(np.ceil(ends[0] - SLACK)), float(np.floor(ends[1] + SLACK)))
    return found


def pinned(universe: Universe) -> Iterator[Leak]:
    """Yield the hidden cells that can have one number of respondents only, and have some."""
    hidden = {cell for layer in universe.group for cell in layer.n.keys() - layer.published if cell in universe.ids}
    for cell, (fewest, most) in bounded(universe, sorted(hidden)).items():
        if 0 < fewest == most:
            support = {other for layer in universe.group for other in layer.published if dict(other).keys() & dict(cell).keys()}
            yield Leak(universe.grid.told(universe.ids[cell]), cell, support, "what nobody can be fewer or more than")
