"""Where each action stands before anything is weighed: next, running, only to be watched, or against a guard rail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
import pandas as pd

from cxlib.decisions.actions.figures import Saved

__all__ = ["DELIGHT", "FLOOR", "STATES", "standing", "tripped"]

STATES = ("next", "running", "guard_rail", "watch", "unvalued")
FLOOR, DELIGHT = "disappointment_dominant", "delight_dominant"


def tripped(
    actions: pd.DataFrame, *, harder: Collection[str] = (), harder_words: Sequence[str] = (), protected: Collection[str] = ()
) -> pd.Series:
    """Say which guard rail each action trips: ``harder`` (it makes contact harder), ``protected`` (it saves contacts nobody should save).

    Parameters
    ----------
    actions : DataFrame
        The contract table.
    harder : collection of str
        action_ids of which people said that they make contact harder.
    harder_words : sequence of str
        Parts of names that say so.
    protected : collection of str
        Reasons whose contacts are wanted: feedback, opportunities to sell.

    Returns
    -------
    Series of str
        By action_id; "" where none is tripped.

    >>> listed = pd.DataFrame({"action_id": ["a", "b"], "name_de": ["Nummer verstecken", "Chatbot"], "effect_on": "contacts",
    ...     "reason_id": ["x", "y"]})
    >>> tripped(listed, harder_words=["verstecken"], protected=["y"]).to_list()
    ['harder', 'protected']
    """
    names = [actions[name].fillna("").astype("str") for name in ("name_de", "name_en") if name in actions]
    told = pd.Series(" | ", index=actions.index).str.cat(names).str.casefold() if names else pd.Series("", index=actions.index)
    hides = told.map(lambda name: any(part.casefold() in name for part in harder_words)).astype(bool)
    hides |= actions["action_id"].isin(list(harder))
    saves = actions["effect_on"].eq("contacts") & _column(actions, "reason_id").isin(list(protected))
    return pd.Series(np.select([hides, saves], ["harder", "protected"], ""), index=actions["action_id"], dtype="str")


def standing(
    actions: pd.DataFrame, touchpoints: pd.DataFrame, saved: Saved, *, items: dict[str, str], rails: pd.Series, as_of: date
) -> pd.DataFrame:
    """Return one row an action, by action_id: where it stands, and whether it mends a floor item with a gap or adds delight.

    Columns: ``state`` (``watch`` for what others decide: indirect touchpoints are never in the list; ``guard_rail``; ``running`` where
    `start_date` lies not after `as_of`; else ``next``), ``rail``, ``floor`` (a touchpoint where disappointment weighs, whose actual rating
    stays below the expected one), ``delight`` (meant to exceed, or a touchpoint where delight weighs).
    """
    place = _column(actions, "touchpoint_id")
    influence = touchpoints.drop_duplicates("touchpoint_id").set_index("touchpoint_id")["influence"] if len(touchpoints) else {}
    begun = pd.to_datetime(_column(actions, "start_date"), errors="coerce").le(pd.Timestamp(as_of))
    rail = rails.reindex(actions["action_id"]).fillna("").to_numpy()
    state = np.select([place.map(influence).eq("indirect"), rail != "", begun], ["watch", "guard_rail", "running"], "next")
    kinds = {touchpoint: class_of(saved, touchpoint, items) for touchpoint in place.dropna().unique()}
    exceeds = _column(actions, "aim").eq("exceed")
    short = place.map({touchpoint: falls_short(saved, touchpoint) for touchpoint in kinds}).fillna(False).astype(bool)
    frame = pd.DataFrame({"state": state, "rail": rail}, index=actions["action_id"].astype("str"))
    frame["floor"] = (place.map(kinds).eq(FLOOR) & short & ~exceeds).to_numpy()
    frame["delight"] = (place.map(kinds).eq(DELIGHT) | exceeds).to_numpy()
    return frame


def class_of(saved: Saved, touchpoint: str, items: dict[str, str]) -> str:
    """Return whether disappointment or delight weighs at a touchpoint, "" where neither was shown."""
    for item, where in items.items():
        found = saved.rows("asymmetry", "class_probability", item_id=item) if where == touchpoint else pd.DataFrame()
        if len(found) and str(found["note"].iloc[0]) in (FLOOR, DELIGHT):
            return str(found["note"].iloc[0])
    return ""


def falls_short(saved: Saved, touchpoint: str) -> bool:
    """Tell whether the actual rating of a touchpoint stays below the expected one, and chance alone would not explain it."""
    gap = saved.find("gaps", "gap", touchpoint_id=touchpoint)
    return gap is not None and float(gap.row["high"]) < 0


def _column(actions: pd.DataFrame, name: str) -> pd.Series:
    return actions[name] if name in actions else pd.Series(None, index=actions.index, dtype="object")
