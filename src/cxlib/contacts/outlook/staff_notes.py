"""What staff notice at the touchpoints, beside what customers say and do there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, filled, headed, named, picked
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["staff_notes"]

ESTIMATES_OF = {"estimate_actual": "actual", "estimate_expected": "expected"}
TOLD = ("observation", "idea")
RATED = ("touchpoint_id", "item_type", "value", "respondent_id", "scale_low", "scale_high", "weight")


def staff_notes(
    contacts: IntoFrame,
    employee_notes: IntoFrame,
    responses: IntoFrame | None = None,
    *,
    min_n: int = 7,
    asked: Sampling | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What staff noted and estimated by touchpoint, and whether customers rate and use it the same way.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log; its ``touchpoint_id``.
    employee_notes : DataFrame
        ``touchpoint_id``, ``kind`` (observation, idea, estimate_actual, estimate_expected) and ``value`` of the estimates, on the scale of
        the customers' ratings.
    responses : DataFrame, optional
        Ratings: ``touchpoint_id``, ``item_type`` (actual, expected), ``value``.
    min_n : int
        Staff estimates and respondents below which neither a touchpoint's figures nor their difference are told.
    asked : Sampling, optional
        Options of the survey's figures; the respondent is the cluster when none is named.
    direction, period
        Of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`, for the contacts.

    Returns
    -------
    DataFrame
        ESTIMATES by ``touchpoint_id``: ``note_share`` (``share`` of staff's observations and ideas) and ``contact_share`` (``share`` of
        contacts with a touchpoint); by ``item_type`` ("actual", "expected") too ``staff_estimate``, ``customer_rating`` (means) and
        ``estimate_difference`` (staff less customers; above zero: staff think better of it than customers do), the last one also over all
        touchpoints that have both.

    Notes
    -----
    Staff of a house are no sample of others like them; the interval of the difference tells how far a few estimates and the sampled
    customers may lie apart by chance (MOVER; Zou & Donner 2008). Touchpoints without estimates or ratings are left out of the comparison.

    >>> notes = pd.DataFrame({"note_id": list("12"), "touchpoint_id": ["T1", "T1"], "kind": ["idea", "observation"], "value": None})
    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("ab"), "touchpoint_id": ["T1", "T2"]})
    >>> told = staff_notes(log, notes)
    >>> told[told["touchpoint_id"].eq("T1")][["metric", "value"]]
              metric  value
    0     note_share    1.0
    1  contact_share    0.5
    """
    have = nw.from_native(employee_notes).lazy().collect_schema().names()
    needs = [f"employee_notes.{name}" for name in ("kind", "touchpoint_id") if name not in have]
    notes = picked(employee_notes, [name for name in ("kind", "touchpoint_id", "value", "department") if name in have])
    if needs or notes.dropna(subset=["kind", "touchpoint_id"]).empty:
        needs = needs or ["employee_notes.kind", "employee_notes.touchpoint_id"]
        return estimates.unanswerable("note_share", "share", needs, by=["touchpoint_id", "item_type"])
    notes = notes.dropna(subset=["kind", "touchpoint_id"])
    said = notes[notes["kind"].isin(TOLD)]
    parts = []
    for name in sorted(said["touchpoint_id"].unique()):
        flag = said.assign(flag=said["touchpoint_id"].eq(name).astype("float64"))
        share = estimates.share(flag, "flag", metric="note_share").assign(low=float("nan"), high=float("nan"), method="count")
        parts.append(headed(share, {"touchpoint_id": name}))
    parts += _contacts(contacts, sorted(notes["touchpoint_id"].unique()), direction, period, options)
    if responses is not None and "value" in notes:
        parts += _compared(notes, responses, min_n, asked or {}, options)
    columns = {name: pd.Series(dtype="str") for name in ("touchpoint_id", "item_type")}
    return estimates.stack(pd.DataFrame(columns).join(parts[0].iloc[:0].drop(columns="touchpoint_id", errors="ignore")), *parts)


def _contacts(
    contacts: IntoFrame, touchpoints: Sequence[str], direction: str | None, period: Span | None, options: Sampling
) -> list[pd.DataFrame]:
    """Share of contacts at each touchpoint of which staff spoke."""
    if not all(filled(contacts, ["touchpoint_id", "local_date"]).values()):
        return []
    cluster = options.get("cluster") or "customer_id"
    table = counted(contacts, ["touchpoint_id"], cluster=cluster, direction=direction, period=period)
    table = named(table[table["touchpoint_id"].notna()], ["touchpoint_id"])
    parts = []
    for name in touchpoints if len(table) else ():
        flag = table.assign(flag=table["touchpoint_id"].eq(name).astype("float64"))
        share = behind(estimates.share(flag, "flag", metric="contact_share", **clustered(options)), table, [])
        parts.append(headed(share, {"touchpoint_id": name}))
    return parts


def _compared(notes: pd.DataFrame, responses: IntoFrame, min_n: int, asked: Sampling, options: Sampling) -> list[pd.DataFrame]:
    """Staff's estimate, customers' rating and what lies between them, for every touchpoint that has both."""
    have = nw.from_native(responses).lazy().collect_schema().names()
    further = [str(asked[key]) for key in ("cluster", "stratum", "weight") if asked.get(key)]
    if not {"touchpoint_id", "item_type", "value", "respondent_id"} <= set(have):
        return []
    rated = picked(responses, [name for name in dict.fromkeys([*RATED, *further]) if name in have])
    chance: Sampling = {**asked, "count": "respondent_id"}
    chance["cluster"] = asked.get("cluster") if asked.get("cluster") in rated else "respondent_id"
    if "weight" in rated:
        chance.setdefault("weight", "weight")
    parts = []
    for kind, item_type in ESTIMATES_OF.items():
        guesses = notes[notes["kind"].eq(kind) & notes["value"].notna()]
        own = rated[rated["item_type"].eq(item_type) & rated["value"].notna()]
        sides = []
        for name in sorted(set(guesses["touchpoint_id"]) & set(own["touchpoint_id"].dropna())):
            here, there = guesses[guesses["touchpoint_id"].eq(name)], own[own["touchpoint_id"].eq(name)]
            ours = estimates.mean(here, "value", metric="staff_estimate", level=options.get("level", 0.95))
            theirs = estimates.mean(there, "value", metric="customer_rating", **chance)
            thin = np.array([len(here) < min_n, int(theirs["n"].item()) < min_n, min(len(here), int(theirs["n"].item())) < min_n])
            told = estimates.withhold(estimates.stack(ours, theirs, _difference(ours, theirs)), thin, f"n < {min_n}")
            parts.append(headed(told, {"touchpoint_id": name, "item_type": item_type}))
            sides.append((here, theirs))
        if sides:
            parts.insert(0, headed(_pooled(sides, min_n, options), {"item_type": item_type}))
    return parts


def _pooled(sides: Sequence[tuple[pd.DataFrame, pd.DataFrame]], min_n: int, options: Sampling) -> pd.DataFrame:
    """Staff less customers over all touchpoints that have both: each estimate less the rating of its own touchpoint."""
    apart = pd.concat([here.assign(apart=here["value"] - theirs["value"].item()) for here, theirs in sides], ignore_index=True)
    found = estimates.mean(apart, "apart", metric="estimate_difference", cluster="touchpoint_id", level=options.get("level", 0.95))
    rest = sum((len(here) / len(apart) * (theirs["high"] - theirs["low"]).item() / 2) ** 2 for here, theirs in sides)
    half = ((found["high"] - found["low"]) / 2) ** 2 + rest
    told = found.assign(low=found["value"] - half**0.5, high=found["value"] + half**0.5, method="MOVER")
    return estimates.withhold(told, [len(apart) < min_n], f"n < {min_n}")


def _difference(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Staff less customers, its interval recovered from both (MOVER; Zou & Donner 2008)."""
    value = float(ours["value"].item()) - float(theirs["value"].item())
    half = [(table["high"] - table["low"]).item() / 2 for table in (ours, theirs)]
    reach = float((half[0] ** 2 + half[1] ** 2) ** 0.5)
    told: dict[str, Any] = {"metric": "estimate_difference", "value": value, "low": value - reach, "high": value + reach}
    told |= {"n": int(ours["n"].item()) + int(theirs["n"].item()), "n_eff": float(ours["n_eff"].item()) + float(theirs["n_eff"].item())}
    return rows(pd.DataFrame(index=[0]), told | {"method": "MOVER", "note": "" if reach == reach else "n < 2"})
