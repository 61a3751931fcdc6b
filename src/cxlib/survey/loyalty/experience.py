"""How a questionnaire tells an experience: disappointed, fine or delighted; and how groups are made alike in what else they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.estimates import check
from cxlib.estimates.sampling import weights_of
from cxlib.survey import complete, questionnaires, scale_unit, unscaled
from cxlib.survey.drivers.outcome import Outcome, outcome_of
from cxlib.survey.loyalty.after import AMOUNTS, only_currency

__all__ = ["EXPERIENCES", "balanced", "experience", "followed_by", "items_of", "lacking_of"]

EXPERIENCES = ("disappointed", "fine", "delighted")
ROUNDING = 1e-9


def items_of(responses: pd.DataFrame, touchpoints: pd.DataFrame, *, phase: str | None = None, item_type: str = "actual") -> tuple[str, ...]:
    """Return the items that rate touchpoints of a phase, in the order of the customer's journey.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    item_type : str
        Which answers count: one of the types of *responses*, such as "actual" or "csat".

    >>> asked = pd.DataFrame({"item_id": ["b", "a", "c"], "item_type": "actual", "touchpoint_id": ["T2", "T1", None]})
    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "phase": ["sales", "aftersales"], "seq": [1, 2]})
    >>> items_of(asked, listed), items_of(asked, listed, phase="aftersales")
    (('a', 'b'), ('b',))
    """
    if responses.empty or touchpoints.empty:
        return ()
    rated = complete(responses).loc[responses["item_type"].eq(item_type), ["item_id", "touchpoint_id"]].dropna().drop_duplicates()
    placed = rated.merge(touchpoints, on="touchpoint_id").sort_values(["seq", "item_id"], kind="stable")
    return tuple(placed["item_id"] if phase is None else placed.loc[placed["phase"].eq(phase), "item_id"])


def experience(
    responses: pd.DataFrame, *, items: Sequence[str], disappointed: float = 0.4, delighted: float = 0.8, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return one row a questionnaire (or questionnaire and item) with the class of its experience.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    items : sequence of str
        item_ids of ratings, high is good.
    disappointed, delighted : float
        Parts of the scale's range, 0 its bad end and 1 its good end: up to the first an experience disappoints, from the second on it
        delights. On 1 to 5 the defaults make 1 and 2 disappointed and 5 delighted.
    by : sequence of str
        With ``touchpoint_id`` or ``item_id`` among them each item is an experience of its own; else a questionnaire's items are averaged.

    Returns
    -------
    DataFrame
        The columns of *responses* that say who answered, ``rating`` (0 to 1) and ``experience`` {disappointed, fine, delighted}; where
        each item is its own, also ``item_id`` and ``touchpoint_id``. Questionnaires without an answer are left out.

    Raises
    ------
    DataError
        For classes out of order, unknown items and items without the ends of their scale.

    >>> answers = pd.DataFrame({"response_id": list("abc"), "item_id": "q", "item_type": "actual", "state": "answered",
    ...     "value": [2.0, 4.0, 5.0], "scale_low": 1.0, "scale_high": 5.0, "weight": 1.0})
    >>> experience(answers, items=["q"])["experience"].to_list()
    ['disappointed', 'fine', 'delighted']
    """
    if not 0 <= disappointed < delighted <= 1:
        raise DataError(
            worded("disappointed, delighted", "these parts of a scale do not rise from 0 to 1:", f"{disappointed:g}, {delighted:g}")
        )
    answers = questionnaires(responses, items)
    if not (answers.high > answers.low).all():
        unknown = answers.items[int(np.flatnonzero(~(answers.high > answers.low))[0])]
        raise DataError(worded("items", "the ends of the scale are not known of", unknown, do="Declare its scale in params."))
    rating = (answers.value - answers.low) / (answers.high - answers.low)
    if {"item_id", "touchpoint_id"} & set(by):
        table = answers.people.loc[answers.people.index.repeat(len(answers.items))].reset_index(drop=True)
        table["item_id"] = np.tile(np.array(answers.items, dtype=object), len(answers.people))
        if "touchpoint_id" in responses.columns:
            table["touchpoint_id"] = table["item_id"].map(responses.drop_duplicates("item_id").set_index("item_id")["touchpoint_id"])
        table["rating"] = rating.ravel()
    else:
        known = ~np.isnan(rating)
        total, count = np.where(known, rating, 0.0).sum(axis=1), known.sum(axis=1)
        table = answers.people.assign(rating=np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))
    table = table[table["rating"].notna()].reset_index(drop=True)
    classes = [table["rating"] <= disappointed + ROUNDING, table["rating"] >= delighted - ROUNDING]
    return table.assign(experience=pd.Series(np.select(classes, ["disappointed", "delighted"], "fine"), index=table.index, dtype="str"))


def lacking_of(responses: pd.DataFrame, items: Sequence[str]) -> list[str]:
    """Return what keeps answers from telling an experience at all: no numbers, or no ends of any scale."""
    rows = complete(responses[responses["item_id"].isin(items)])
    return ["responses.value"] if rows["value"].isna().all() else unscaled(rows)


def balanced(
    table: pd.DataFrame, group: str, over: Sequence[str], *, by: Sequence[str] = (), weight: str | None = "weight"
) -> pd.DataFrame:
    """Weight the levels of `group` so that each has the make-up of all together in the columns `over` (direct standardisation).

    Parameters
    ----------
    table : DataFrame
    group : str
        Column of the levels compared.
    over : sequence of str
        Columns whose combinations are the strata; missing is a level too.
    by : sequence of str
        Columns within whose levels the make-up is evened out.
    weight : str or None
        Column of weights that holds already.

    Returns
    -------
    DataFrame
        The rows with ``balanced``: w · (W_s/W) / (W_gs/W_g). Strata in which a level has nobody are left out, for there nothing can be
        compared.

    Raises
    ------
    DataError
        For unknown columns, and weights that are missing, negative, infinite or all 0.

    >>> table = pd.DataFrame({"g": list("aaabbb"), "s": list("xyyxxy"), "weight": 1.0})
    >>> balanced(table, "g", ["s"]).groupby(["g", "s"])["balanced"].sum().to_list()
    [1.5, 1.5, 1.5, 1.5]
    """
    check(adjust=over, by=by)
    unknown = [name for name in over if name not in table.columns]
    if unknown:
        raise DataError(*(worded("adjust", "there is no column", name, table.columns, label="It has") for name in unknown))
    rows = table.assign(balanced=weights_of(table, np.ones(len(table), dtype=bool), weight))
    strata = rows[[*by, *over]].astype("str").fillna("").agg("\x1f".join, axis=1)
    part = rows[list(by)].astype("str").fillna("").agg("\x1f".join, axis=1) if by else pd.Series("", index=rows.index)
    levels = rows[group].groupby(part).transform("nunique")
    keep = rows[group].groupby(strata).transform("nunique") == levels
    rows, strata, part = rows[keep], strata[keep], part[keep]
    w = rows["balanced"]

    def total(*keys: pd.Series) -> pd.Series:
        return w.groupby(list(keys)).transform("sum")

    return rows.assign(balanced=w * total(strata) / total(part) * total(part, rows[group]) / total(strata, rows[group]))


def followed_by(responses: pd.DataFrame, people: pd.DataFrame, outcome: str) -> tuple[Outcome, str, tuple[float, float] | None]:
    """Return an outcome of each questionnaire of `people`, its unit, and its bounds.

    Raises
    ------
    DataError
        As :func:`cxlib.survey.drivers.outcome.outcome_of`; and for amounts in several currencies.
    """
    found = outcome_of(responses, outcome, people["response_id"])
    if found.is_item:
        return found, scale_unit(found.low, found.high), None if np.isnan(found.low) else (found.low, found.high)
    if found.yes_no:
        return found, "share", (0.0, 1.0)
    unit = only_currency(responses, "responses") if outcome in AMOUNTS else "count"
    return found, unit, None if (found.value < 0).any() else (0.0, np.inf)
