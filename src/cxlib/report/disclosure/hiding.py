"""Hide what gives people away, and as little else as that takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from cxlib.report.disclosure.cells import Cell, Layer, keys, layers
from cxlib.report.disclosure.grid import TooBig
from cxlib.report.disclosure.register import Register
from cxlib.report.disclosure.respondents import Respondents, nearly, sets

__all__ = ["SUPPRESSED", "protect"]

SUPPRESSED = "suppressed"
REVEALS = 20_000  # numbered cells that are gone through to show hidden ones again


def protect(
    table: pd.DataFrame,
    *,
    min_n: int,
    register: Register,
    name: str,
    who: Sequence[str],
    of: str = "",
    about: Collection[str] | None = None,
) -> pd.DataFrame:
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
    of : str
        Whom the table is about, where that is a part with a name of its own (complaints): such tables are compared with one another alone.
    about : collection of str, optional
        Only rows about these (:func:`about`) are gone through, entered and returned.

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
    new = [layer for layer in layers(table, min_n=min_n, name=name, who=who, of=of) if about is None or layer.what in about]
    earlier = [layer for layer in register.layers if layer.table != name]
    alike: dict[str, list[Layer]] = {}
    for layer in earlier:
        alike.setdefault(layer.what, []).append(layer)
    for layer in new:
        _complete(layer, alike.setdefault(layer.what, []), min_n)
        alike[layer.what].append(layer)
    register.layers = [*earlier, *new]
    state = {(one.what, metric, cell): cell in one.published for one in new for metric in one.metrics for cell in one.n}
    seen = table.drop(columns="draws", errors="ignore").astype({"n": "Int64", "value": float, "low": float, "high": float, "n_eff": float})
    counted = seen["n"].notna().to_numpy()
    found = keys(table, who, of)
    hidden = counted & np.array([not state.get(key, False) for key in found], dtype=bool)
    seen.loc[hidden, ["value", "low", "high", "n_eff"]] = np.nan
    seen.loc[hidden, "n"] = pd.NA
    seen.loc[hidden, "note"] = SUPPRESSED
    kept = ~counted | np.array([key in state for key in found], dtype=bool)
    return seen[kept & np.array([about is None or what in about for what, _, _ in found], dtype=bool)]


def _complete(layer: Layer, earlier: Sequence[Layer], min_n: int) -> None:
    """Hide more cells of a layer until none that is hidden, here or earlier, can be computed."""
    layer.published -= {cell for _, cell in nearly(layer, earlier, min_n)}
    candidates = frozenset(layer.published)
    _guard_margins(layer, min_n)
    universes: list[Respondents] = []
    while layer.n and not universes:
        try:
            found = sets([*earlier, layer], min_n)
            universes = [Respondents(*some) for some in found if any(one is layer for one in (*some[0], *some[2]))]
        except TooBig:
            layer.coarsen()
    for spare in (candidates, frozenset[Cell]()):
        while layer.n and any(_hide(layer, universe, min_n, spare) for universe in universes):
            pass
        again = candidates - layer.published
        if spare and again and layer.n:  # what follows from the rest tells nothing new
            known = [universe.known(1) for universe in universes]
            layer.published |= {cell for cell in again if _in_all(cell, universes, known)}
    held = [universe.cells for universe in universes]
    vain = [cell for cell in candidates - layer.published if cell in layer.n and _in_all(cell, universes, held)]
    _reveal(layer, universes, sorted(vain, key=lambda cell: (-layer.n[cell], cell)), min_n)


def _in_all(cell: Cell, universes: Sequence[Respondents], held: Sequence[Collection[Cell]]) -> bool:
    """Tell whether every universe that a cell belongs to holds it."""
    return all(cell in some for universe, some in zip(universes, held, strict=True) if universe.covers(cell))


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


def _reveal(layer: Layer, universes: Sequence[Respondents], cells: Sequence[Cell], min_n: int) -> None:
    """Show those cells again that were hidden in vain because others had to be hidden later."""
    for cell in cells[: REVEALS // (1 + sum(universe.size for universe in universes))]:
        layer.published.add(cell)
        try:
            leaks = any(True for universe in universes for _ in universe.leaks(min_n))
        except TooBig:
            leaks = True
        if leaks:
            layer.published.discard(cell)


def _hide(layer: Layer, universe: Respondents, min_n: int, spare: Collection[Cell]) -> bool:
    """Hide one cell of a layer for each leak, the one with the smallest n; tell whether anything changed."""
    try:
        leaks = list(universe.leaks(min_n, spare))
        free = layer.published - universe.known(without=layer) if leaks else set()
    except TooBig:
        return layer.coarsen()
    gone: set[Cell] = set()
    for leak in leaks:
        if leak.support & free and not leak.support & gone:
            gone.add(min(leak.support & free, key=lambda cell: (layer.n[cell], cell)))
    layer.published -= gone
    if leaks and not gone and not spare:  # the mere list of its rows lets earlier tables be solved
        return layer.withdraw()
    return bool(gone)
