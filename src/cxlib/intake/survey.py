"""Survey exports: one wide row a respondent → the long table responses, each rating with its state."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.errors import worded
from cxlib.intake.delimited import Raw
from cxlib.params import Item, Scale, Source

__all__ = ["answers"]

EXAMPLES = 5


def answers(raw: Raw, respondents: pd.DataFrame, source: Source, scales: dict[str, Scale], where: str) -> tuple[pd.DataFrame, list[str]]:
    """Turn the item columns of a wide export into rows of responses.

    Parameters
    ----------
    raw : Raw
        The export as text.
    respondents : DataFrame
        The typed columns that describe a respondent, in the export's row order.
    source : Source
        Declares the items.
    scales : dict of str to Scale
    where : str
        How messages name the file.

    Returns
    -------
    (DataFrame, list of str)
        One row a respondent and item: the respondent's columns, then item_id, item_type, touchpoint_id, item_group, value
        (turned so that high is good), state, text, scale_low, scale_high; and the problems found.
    """
    pieces, problems = [], []
    for header, item in source.items.items():
        cells = raw.cells[header]
        part = respondents.copy()
        part["item_id"] = item.item_id or header
        part["item_type"] = item.item_type
        part["touchpoint_id"] = item.touchpoint_id
        part["item_group"] = item.item_group
        if item.scale is None:
            known = ~cells.isin(list(source.missing))
            part["value"], part["text"] = np.nan, cells.where(known)
            part["state"] = np.where(known, "answered", "no_answer")
        else:
            scale = scales[item.scale]
            part["value"], part["state"], failed = _rated(cells, scale, source)
            part["text"], part["scale_low"], part["scale_high"] = None, scale.low, scale.high
            if len(failed):
                problems.append(_outside(where, header, item, scale, cells, raw.lines, failed))
        pieces.append(part)
    return pd.concat(pieces, ignore_index=True), problems


def _rated(cells: pd.Series, scale: Scale, source: Source) -> tuple[pd.Series, pd.Series, np.ndarray]:
    word = cells.str.strip()
    state = word.map(scale.states).astype("object")
    state = state.where(
        state.notna(), pd.Series(scale.empty, index=word.index, dtype="object").where(word.isin(list(source.missing)), None)
    )
    value = pd.to_numeric(word.where(state.isna()).str.replace(source.decimal, ".", regex=False), errors="coerce")
    value = value.where((value >= scale.low) & (value <= scale.high))
    failed = np.flatnonzero((state.isna() & value.isna()).to_numpy())
    state = state.where(state.notna(), "answered")
    turned = value if scale.best == "high" else scale.low + scale.high - value
    return turned.astype("float64"), state.astype("str"), failed


def _outside(where: str, header: str, item: Item, scale: Scale, cells: pd.Series, lines: pd.Series, failed: np.ndarray) -> str:
    shown = ", ".join(f"line {lines.iloc[position]}: {cells.iloc[position]!r}" for position in failed[:EXAMPLES])
    what = f"{len(failed)} of {len(cells)} answers lie outside the scale {item.scale!r} ({scale.low:g} to {scale.high:g}): {shown}"
    do = f"If a code means never used or no answer, declare it under `scales: {{{item.scale}: {{states: …}}}}`."
    return worded(f"{where}: {header}", what, do=do)
