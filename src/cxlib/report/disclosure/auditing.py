"""Look over all published tables of a client for what they give away together."""

from __future__ import annotations

import pandas as pd

from cxlib.report.disclosure.cells import told
from cxlib.report.disclosure.grid import TooBig
from cxlib.report.disclosure.register import Register
from cxlib.report.disclosure.respondents import Respondents, nearly, sets

__all__ = ["audit"]

SOURCES = 6  # published cells that one finding names


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
            for other, cell in nearly(layer, family[:i], min_n):
                found.append((layer.table, what, told(cell), f"differs from {other.table} by fewer than {min_n} respondents"))
        try:
            found += [row for some in sets(family, min_n) for row in _told(Respondents(*some), min_n)]
        except TooBig:
            found.append((", ".join(sorted({layer.table for layer in family})), what, "", "too many cells to audit; coarsen categories"))
    return pd.DataFrame(list(dict.fromkeys(found)), columns=["table", "what", "who", "how"], dtype="str")


def _told(respondents: Respondents, min_n: int) -> list[tuple[str, str, str, str]]:
    """Word the leaks of one set of respondents."""
    rows, group = [], [*respondents.group, *respondents.others]
    leaks = list(respondents.leaks(min_n))
    computed = {leak.cell for leak in leaks}
    for leak in [*leaks, *(leak for leak in respondents.pinned() if leak.cell not in computed)]:
        hiding = sorted({layer.table for layer in group if leak.cell in layer.n.keys() - layer.published})
        using = sorted({layer.table for layer in group if leak.support & layer.published})
        sources = [told(cell) for cell in sorted(leak.support)]
        more = f" and {len(sources) - SOURCES} more" if len(sources) > SOURCES else ""
        how = f"{leak.how}, from {'; '.join(sources[:SOURCES])}{more} in {', '.join(using)}"
        rows.append((", ".join(hiding or using), group[0].what, leak.who, how))
    return rows
