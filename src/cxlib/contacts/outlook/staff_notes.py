"""What staff notice at the touchpoints, beside where customers get in touch and how they rate it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, filled, named, picked
from cxlib.estimates import OTHER, Sampling

__all__ = ["staff_notes"]

TOLD = ("observation", "idea")
RATED = ("touchpoint_id", "item_type", "value", "respondent_id", "weight")


def staff_notes(
    contacts: IntoFrame,
    employee_notes: IntoFrame,
    responses: IntoFrame | None = None,
    *,
    kinds: Sequence[str] = TOLD,
    least: int = 2,
    item_type: str = "actual",
    asked: Sampling | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What staff speak of by touchpoint, where customers get in touch, and how they rate it there.

    What staff estimate beside what customers rate tells :func:`cxlib.survey.gaps.views`.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log; its ``touchpoint_id``.
    employee_notes : DataFrame
        ``kind`` and ``touchpoint_id`` of each note.
    responses : DataFrame, optional
        Ratings: ``touchpoint_id``, ``item_type``, ``value``, ``respondent_id``, with ``weight``.
    kinds : sequence of str
        Kinds of notes that are counted.
    least : int
        Notes below which a touchpoint is among "__other__".
    item_type : str
        Type of the ratings.
    asked : Sampling, optional
        Options of the survey's figures; the respondent is the cluster when none is named.
    direction, period
        Of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`, for the contacts; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by ``touchpoint_id``, that with most notes first: ``note_share`` (``share`` of staff's notes; a complete count and so
        without an interval), ``contact_share`` (``share`` of the contacts with a touchpoint) and ``customer_rating`` (mean in the scale of
        the answers).

    >>> notes = pd.DataFrame({"note_id": list("12"), "touchpoint_id": ["T1", "T1"], "kind": ["idea", "observation"]})
    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("ab"), "touchpoint_id": ["T1", "T2"]})
    >>> staff_notes(log, notes)[["touchpoint_id", "metric", "value"]]
      touchpoint_id         metric  value
    0            T1     note_share    1.0
    1            T1  contact_share    0.5
    """
    have = nw.from_native(employee_notes).lazy().columns
    needs = [f"employee_notes.{name}" for name in ("kind", "touchpoint_id") if name not in have]
    said = picked(employee_notes, ["kind", "touchpoint_id"]).dropna().astype("str") if not needs else pd.DataFrame()
    said = said[said["kind"].isin(list(kinds))] if len(said) else said
    if said.empty:
        needs = needs or ["employee_notes.kind", "employee_notes.touchpoint_id"]
        return estimates.unanswerable("note_share", "share", needs, by=["touchpoint_id"])
    sizes = said["touchpoint_id"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    told = list(sizes[sizes >= least].index)
    said = said.assign(touchpoint_id=said["touchpoint_id"].where(said["touchpoint_id"].isin(told), OTHER))
    named_there = [*told, *([OTHER] if len(told) < len(sizes) else [])]
    share = estimates.shares(said, "touchpoint_id", levels=named_there, metric="note_share")
    parts = [share.assign(low=float("nan"), high=float("nan"), method="count")]
    parts += _contacts(contacts, told, direction, period, options)
    parts += _ratings(responses, told, item_type, asked or {}) if responses is not None else []
    return estimates.stack(*parts)


def _contacts(
    contacts: IntoFrame, touchpoints: Sequence[str], direction: str | None, period: Span | None, options: Sampling
) -> list[pd.DataFrame]:
    """Share of contacts at each touchpoint of which staff spoke."""
    if not all(filled(contacts, ["touchpoint_id", "local_date"]).values()):
        return []
    cluster = options.get("cluster") or "customer_id"
    table = counted(contacts, ["touchpoint_id"], cluster=cluster, direction=direction, period=period)
    table = named(table[table["touchpoint_id"].notna()], ["touchpoint_id"])
    if table.empty or not touchpoints:
        return []
    return [behind(estimates.shares(table, "touchpoint_id", levels=touchpoints, metric="contact_share", **clustered(options)), table, [])]


def _ratings(responses: IntoFrame, touchpoints: Sequence[str], item_type: str, asked: Sampling) -> list[pd.DataFrame]:
    """How customers rate each touchpoint of which staff spoke."""
    have = nw.from_native(responses).lazy().columns
    further = [str(asked[key]) for key in ("cluster", "stratum", "weight") if asked.get(key)]
    if not {"touchpoint_id", "item_type", "value", "respondent_id"} <= set(have):
        return []
    rated = picked(responses, [name for name in dict.fromkeys([*RATED, *further]) if name in have])
    rated = rated[rated["item_type"].eq(item_type) & rated["value"].notna() & rated["touchpoint_id"].isin(list(touchpoints))]
    if rated.empty:
        return []
    chance: Sampling = {**asked, "count": "respondent_id"}
    chance["cluster"] = asked.get("cluster") if asked.get("cluster") in rated else "respondent_id"
    if "weight" in rated:
        chance.setdefault("weight", "weight")
    mean = estimates.mean(rated, "value", by=["touchpoint_id"], metric="customer_rating", **chance)
    return [estimates.arrange(mean, "touchpoint_id", list(touchpoints))]
