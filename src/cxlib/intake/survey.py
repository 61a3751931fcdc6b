"""Survey exports: one wide row a respondent → the long table responses, each rating with its state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxlib.errors import worded
from cxlib.intake.mojibake import mended, spoilt, way_out
from cxlib.params import Item, Scale, Source

__all__ = ["answers"]

EXAMPLES = 5
_SEVERAL = r"\d+(?:\s?[,;|]\s?\d+)+"  # 1,3,4


def answers(
    cells: pd.DataFrame,
    places: Sequence[str],
    respondents: pd.DataFrame,
    source: Source,
    scales: dict[str, Scale],
    where: str,
    *,
    unseen: Mapping[str, np.ndarray] | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Turn the item columns of a wide export into rows of responses.

    Parameters
    ----------
    cells : DataFrame
        The item columns as text, one row a respondent.
    places : sequence of str
        Where each row stands in the export, in words.
    respondents : DataFrame
        The typed columns that describe a respondent, in the export's row order.
    source : Source
        Declares the items.
    scales : dict of str to Scale
    where : str
        How messages name the file.
    unseen : mapping of str to bool array (respondents,), optional
        Who never saw an item, whatever an empty cell means elsewhere.

    Returns
    -------
    (DataFrame, list of str)
        One row a respondent and item: the respondent's columns, then item_id, item_type, touchpoint_id, item_group, value
        (turned so that high is good), state, text, scale_low, scale_high; and the problems found.
    """
    pieces, problems = [], []
    for header, item in source.items.items():
        answered, never = cells[header], (unseen or {}).get(header, np.zeros(len(cells), dtype=bool))
        part = respondents.copy()
        part["item_id"] = item.item_id or header
        part["item_type"] = item.item_type
        part["touchpoint_id"] = item.touchpoint_id
        part["item_group"] = item.item_group
        if item.scale is None:
            known = ~answered.str.strip().isin(list(source.missing))
            told = answered.map(mended) if source.mojibake == "repair" else answered
            damaged = np.flatnonzero(told.map(spoilt)) if source.mojibake != "keep" else np.array([], dtype=int)
            if len(damaged) > source.max_failed_share * len(told):
                problems.append(_damaged(where, header, told, places, damaged))
            part["value"], part["text"] = np.nan, told.where(known)
            part["state"] = np.where(known, "answered", "no_answer")
        else:
            scale = scales[item.scale]
            part["value"], part["state"], failed = _rated(answered, scale, source)
            part["text"], part["scale_low"], part["scale_high"] = None, scale.low, scale.high
            failed = failed[~never[failed]]
            if len(failed):
                problems.append(_outside(where, header, item, scale, answered, places, failed))
        part["state"] = part["state"].mask(never, "not_asked")
        pieces.append(part)
    return pd.concat(pieces, ignore_index=True), problems


def _rated(cells: pd.Series, scale: Scale, source: Source) -> tuple[pd.Series, pd.Series, np.ndarray]:
    word = cells.str.strip().str.replace(rf"^([+-]?\d+)\{source.decimal}0+$", r"\1", regex=True)  # 8.0, as programs write codes
    state = word.map(scale.states).astype("object")
    state = state.where(
        state.notna(), pd.Series(scale.empty, index=word.index, dtype="object").where(word.isin(list(source.missing)), None)
    )
    number = word.where(state.isna() & word.str.fullmatch(rf"[+-]?\d+(?:\{source.decimal}\d+)?"))
    value = pd.to_numeric(number.str.replace(source.decimal, ".", regex=False), errors="coerce")
    value = value.where((value >= scale.low) & (value <= scale.high))
    failed = np.flatnonzero((state.isna() & value.isna()).to_numpy())
    state = state.where(state.notna(), "answered")
    turned = value if scale.best == "high" else scale.low + scale.high - value
    return turned.astype("float64"), state.astype("str"), failed


def _damaged(where: str, header: str, cells: pd.Series, places: Sequence[str], damaged: np.ndarray) -> str:
    shown = ", ".join(f"{places[position]}: {cells.iloc[position][:60]!r}" for position in damaged[:EXAMPLES])
    return f"{where}: {header}: {len(damaged)} of {len(cells)} cells are damaged text ({shown}). {way_out(cells.iloc[damaged[0]])}."


def _outside(where: str, header: str, item: Item, scale: Scale, cells: pd.Series, places: Sequence[str], failed: np.ndarray) -> str:
    shown = ", ".join(f"{places[position]}: {cells.iloc[position]!r}" for position in failed[:EXAMPLES])
    what = f"{len(failed)} of {len(cells)} answers lie outside the scale {item.scale!r} ({scale.low:g} to {scale.high:g}): {shown}"
    if any(re.fullmatch(r"\d+(?:\s?[,;|]\s?\d+)+", cells.iloc[position].strip()) for position in failed[:EXAMPLES]):
        return worded(
            f"{where}: {header}", what, do="Such cells may hold several answers to one question: ask for a column for each answer."
        )
    do = f"If a code means never used or no answer, declare it under `scales: {{{item.scale}: {{states: …}}}}`."
    return worded(f"{where}: {header}", what, do=do)
