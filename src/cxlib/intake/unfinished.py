"""Responses that were broken off: whoever left before the end never saw the rest, so that empty cells there are no refusals to answer.

Qualtrics tells of them in the columns Finished (0, false) and Progress (below 100), where its export holds responses in progress; an export
of another format that has both columns comes from there as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib.intake.workbench import Befallen, Raw, Workbench, identifier
from cxlib.params import Source

__all__ = ["borne", "broken_off", "undecided", "unseen"]

FINISHED, PROGRESS = "Finished", "Progress"
EXAMPLES = 5
_NO = "('0', 'false', 'falsch', 'no', 'nein')"


def broken_off(raw: Raw, source: Source) -> str:
    """Return SQL of whether a row of the raw table was broken off, "" where nothing tells.

    >>> raw = Raw("r", ("Finished", "Q1"), 1, str)
    >>> items = {"Q1": {"item_type": "open_text"}}
    >>> print(broken_off(raw, Source(table="responses", file="x.csv", format="qualtrics", items=items)))
    (lower(trim("Finished")) IN ('0', 'false', 'falsch', 'no', 'nein'))
    >>> broken_off(raw, Source(table="responses", file="x.csv", items=items))
    ''
    """
    if not source.items or (source.format != "qualtrics" and not {FINISHED, PROGRESS} <= set(raw.headers)):
        return ""
    told = [f"lower(trim({identifier(FINISHED)})) IN {_NO}"] if FINISHED in raw.headers else []
    told += [f"coalesce(TRY_CAST(trim({identifier(PROGRESS)}) AS DOUBLE) < 100, false)"] if PROGRESS in raw.headers else []
    return f"({' OR '.join(told)})" if told else ""


def undecided(bench: Workbench, raw: Raw, source: Source, kept: str, where: str) -> list[str]:
    """Word a problem where responses were broken off and nobody declared what their empty cells mean.

    Parameters
    ----------
    bench, raw, source
    kept : str
        SQL of the rows that are no previews and not left out.
    where : str
        How messages name the export.
    """
    rows = _rows(bench, raw, source, kept) if source.unfinished == "refuse" else []
    if not rows:
        return []
    shown = ", ".join(map(raw.place, rows[:EXAMPLES]))
    return [
        f"{where}: {len(rows)} responses were broken off before the end ({shown}): what stands empty behind their last answer was "
        "never seen, and is no refusal to answer. Declare `unfinished: not_asked` to keep their answers, `drop` to leave them out, or "
        "`keep` where all of them saw every question."
    ]


def borne(bench: Workbench, raw: Raw, source: Source, kept: str) -> Befallen:
    """Count the responses that were broken off and stay, as declared."""
    rows = _rows(bench, raw, source, kept) if source.unfinished in ("not_asked", "keep") else []
    return {("unfinished", source.unfinished): len(rows)} if rows else {}


def _rows(bench: Workbench, raw: Raw, source: Source, kept: str) -> list[int]:
    broken = broken_off(raw, source)
    query = f"SELECT row FROM {identifier(raw.table)} WHERE {kept} AND {broken} ORDER BY row"
    return [row for (row,) in bench.rows(query)] if broken else []


def unseen(cells: pd.DataFrame, broken: np.ndarray, order: Sequence[str]) -> dict[str, np.ndarray]:
    """Say of each item who never saw it: those who left before the end, and answered nothing there or later.

    Parameters
    ----------
    cells : DataFrame
        The item columns as text, one row a respondent.
    broken : bool array (respondents,)
        Who left before the end.
    order : sequence of str
        The export's columns, in the order of the questionnaire.

    Returns
    -------
    dict of str to bool array (respondents,)

    Examples
    --------
    >>> cells = pd.DataFrame({"Q2": ["", "", "3"], "Q1": ["1", "", "2"]})
    >>> {name: who.tolist() for name, who in unseen(cells, np.array([True, False, True]), ["Q1", "Q2"]).items()}
    {'Q1': [False, False, False], 'Q2': [True, False, False]}
    """
    names = sorted(cells.columns, key=list(order).index)
    filled = cells[names].apply(lambda column: column.str.strip() != "").to_numpy(dtype=bool).reshape(len(cells), len(names))
    later = np.logical_or.accumulate(filled[:, ::-1], axis=1)[:, ::-1]
    return {name: broken & ~later[:, place] for place, name in enumerate(names)}
