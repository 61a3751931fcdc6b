"""Several answers to one question in one cell (1,3), which a decimal comma makes one rating of 1.3."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib.intake.workbench import Befallen
from cxlib.params import Scale, Source

__all__ = ["several_answers"]

EXAMPLES = 5
FEW = 3  # cells that may hold several answers, below which nothing can be told


def several_answers(
    cells: pd.DataFrame, places: Sequence[str], source: Source, scales: dict[str, Scale], where: str
) -> tuple[list[str], Befallen]:
    """Look for several answers in one cell, as survey programs write them (1,3), where the comma is declared to be the decimal sign.

    Parameters
    ----------
    cells, places, source, scales, where
        As in :func:`cxlib.intake.survey.answers`.

    Returns
    -------
    (problems, counts)
        Qualtrics writes both alike, so each such cell of it is refused. Elsewhere cells are counted by item where there are three and more,
        all of them two ratings of the scale in ascending order, and not all of them halves.
    """
    problems: list[str] = []
    noted: Befallen = {}
    if source.decimal != "," or source.format not in ("csv", "qualtrics"):
        return problems, noted
    for header, item in source.items.items():
        found = (
            np.flatnonzero(cells[header].str.strip().str.fullmatch(r"\d+(?:,\d+)+")) if item.scale is not None else np.array([], dtype=int)
        )
        if source.format == "qualtrics" and len(found):
            shown = ", ".join(f"{places[at]}: {cells[header].iloc[at]!r}" for at in found[:EXAMPLES])
            problems.append(
                f"{where}: {header}: {len(found)} of {len(cells)} cells hold a comma ({shown}), which stands between several answers to "
                "one question as well: 1,3 may be 1 and 3. Export again without commas for decimals and with multi-value fields split into "
                "columns, and declare `decimal: '.'`."
            )
        elif len(found) >= FEW and _several(cells[header].iloc[found].str.strip(), scales[str(item.scale)]):
            noted["several_answers", header] = len(found)
    return problems, noted


def _several(cells: pd.Series, scale: Scale) -> bool:
    """Tell whether cells with one comma may all be two ratings of a scale, which few decimals of one rating could be as well."""
    pairs = [[int(part) for part in cell.split(",")] for cell in cells]
    whole = all(len(pair) == 2 and scale.low <= pair[0] < pair[1] <= scale.high for pair in pairs)
    return whole and not cells.str.contains(r",0").any() and {pair[1] for pair in pairs} != {5}
