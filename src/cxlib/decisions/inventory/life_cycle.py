"""Keep, adapt, retire, new: what the evidence proposes for each touchpoint. A person decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxlib import estimates
from cxlib.decisions.evidence import grade
from cxlib.estimates.rows import rows

__all__ = ["PROPOSALS", "life_cycle"]

PROPOSALS = ("adapt", "retire", "new", "keep", "watch", "unmeasured")
GROUPS = ("stage", "touchpoint_id", "proposal", "because", "decided", "grade", "channel", "usual")


def life_cycle(
    touchpoints: pd.DataFrame,
    records: pd.DataFrame | None,
    *,
    gaps: pd.DataFrame | None = None,
    usage: pd.DataFrame | None = None,
    unlisted: pd.DataFrame | None = None,
    usual: pd.DataFrame | None = None,
    decided: Mapping[str, str] | None = None,
    min_records: int = 7,
    rare: float = 0.05,
    tolerance: float = 0.0,
) -> pd.DataFrame:
    """Propose what becomes of each touchpoint, with the evidence.

    Parameters
    ----------
    touchpoints : DataFrame
        The list.
    records : DataFrame, optional
        What :func:`records` returned, by touchpoint alone; without it nothing is on record.
    gaps, usage : DataFrame, optional
        ``gap`` and ``not_used_share`` by touchpoint_id, as the survey's pages saved them.
    unlisted, usual : DataFrame, optional
        What :func:`unlisted` and :func:`missing` returned: channels without a touchpoint, usual touchpoints that the list lacks.
    decided : mapping of str to str, optional
        touchpoint_id → what people decided: keep, adapt, retire or new.
    min_records : int
        Contacts and orders, or people who rated it, from which a touchpoint counts as measured.
    rare : float
        Share of customers (0–1) below which a touchpoint counts as hardly used.
    tolerance : float
        Points by which actual may stay below expected without a proposal.

    Returns
    -------
    DataFrame
        ESTIMATES by ``stage``, ``touchpoint_id``, ``proposal``, ``because``, ``decided`` ("open" where nobody decided) and ``grade`` of the
        evidence (A to D), the list's order first, then what it lacks, without a ``touchpoint_id`` but with the ``channel`` that has none or
        the ``usual`` one. ``on_record`` (``count`` on record, all sources), ``gap`` (actual less expected, where the survey tells it) and
        ``reach`` (``share`` of customers who use it). Proposals, the first that holds: ``watch`` (others decide: indirect influence);
        ``new`` (planned; or not on the list, see above); ``retire`` (marked obsolete and hardly met, or hardly used at all); ``adapt``
        (actual below expected by more than `tolerance`, beyond chance; or marked obsolete and still met); ``keep`` (measured, no such gap);
        ``unmeasured``: no proposal without evidence. Needs "touchpoints.touchpoint_id".

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "seq": [1, 2], "stage": "a", "influence": ["direct", "indirect"],
    ...     "status": "active"})
    >>> found = rows(pd.DataFrame({"touchpoint_id": ["T1", "T2"]}), {"metric": "contacts", "value": [40.0, 40.0], "unit": "count"})
    >>> told = life_cycle(listed, found)
    >>> told.loc[told["metric"].eq("on_record"), ["touchpoint_id", "proposal", "because"]].values.tolist()
    [['T1', 'keep', 'no_gap_known'], ['T2', 'watch', 'indirect']]
    """
    if touchpoints.empty:
        return estimates.unanswerable("on_record", "count", ["touchpoints.touchpoint_id"], by=GROUPS)
    listed = touchpoints.sort_values(["seq", "touchpoint_id"], ignore_index=True)
    known = records[records["value"].notna()] if records is not None and "touchpoint_id" in records else None
    counts = pd.Series(dtype="float64") if known is None else known.groupby("touchpoint_id")["value"].sum()
    gap, unused = _by_touchpoint(gaps, "gap"), _by_touchpoint(usage, "not_used_share")
    made = [_judged(row, counts, gap, unused, min_records, rare, tolerance) for row in listed.to_dict("records")]
    made += _lacking(unlisted, usual)
    table = pd.DataFrame(made, columns=[*GROUPS, "records", "gap", "used"])
    table["decided"] = [(decided or {}).get(name, "open") for name in table["touchpoint_id"]]
    groups, shared = table[list(GROUPS)], {"n": pd.NA, "method": "count"}
    parts = [rows(groups, {"metric": "on_record", "value": table["records"], "unit": "count", **shared})]
    rated = table["gap"].map(lambda row: row is not None)
    for metric, row_of in (("gap", table.loc[rated, "gap"]),):
        told = pd.DataFrame(list(row_of), index=row_of.index)
        if len(told):
            unit = {"unit": told["unit"], "low": told["low"], "high": told["high"], "value": told["value"]}
            parts.append(rows(groups[rated], {"metric": metric, "n": pd.NA, "method": "as saved", **unit}))
    used = table["used"].notna()
    if used.any():
        parts.append(rows(groups[used], {"metric": "reach", "value": table.loc[used, "used"], "unit": "share", **shared}))
    return estimates.stack(*parts)


def _by_touchpoint(table: pd.DataFrame | None, metric: str) -> dict[str, dict[str, Any]]:
    if table is None or table.empty or "touchpoint_id" not in table:
        return {}
    found = table[table["metric"].eq(metric) & table["touchpoint_id"].notna() & table["value"].notna()]
    return {str(row["touchpoint_id"]): {str(name): cell for name, cell in row.items()} for row in found.to_dict("records")}


def _judged(
    row: Mapping[Any, Any],
    counts: pd.Series,
    gaps: Mapping[str, dict[str, Any]],
    unused: Mapping[str, dict[str, Any]],
    min_records: int,
    rare: float,
    tolerance: float,
) -> dict[str, Any]:
    name = str(row["touchpoint_id"])
    number, gap = float(counts.get(name, 0.0)), gaps.get(name)
    used = 1 - float(unused[name]["value"]) if name in unused else None
    status, met = str(row.get("status", "active")), number >= min_records
    hardly = not met if used is None else 1 - float(unused[name]["low"]) < rare  # even the most that it could be is rare
    short = gap is not None and float(gap["high"]) < -tolerance
    rules = (
        (row.get("influence") == "indirect", "watch", "indirect"),
        (status == "planned", "new", "planned_and_met" if met else "planned"),
        (status == "obsolete" and hardly, "retire", "obsolete_and_unmet"),
        (status == "obsolete", "adapt", "obsolete_but_met"),
        (used is not None and hardly, "retire", "hardly_used"),
        (short, "adapt", "below_expected"),
        (gap is not None, "keep", "no_gap"),
        (met, "keep", "no_gap_known"),
        (True, "unmeasured", "no_records"),
    )
    proposal, because = next((what, why) for holds, what, why in rules if holds)
    letter = _letter(gap, proposal, because, number, min_records)
    return {
        "stage": row.get("stage"),
        "touchpoint_id": name,
        "proposal": proposal,
        "because": because,
        "records": number,
        "gap": gap,
        "used": used,
        "grade": letter,
    }


def _letter(gap: Mapping[str, Any] | None, proposal: str, because: str, number: float, min_records: int) -> str:
    """The grade of the evidence for a proposal: the gap's where it rests on one, a count's where it rests on records, else a judgement."""
    if because in ("below_expected", "no_gap") and gap is not None:
        return grade(gap, against=0.0 if proposal == "adapt" else None, coverage=1.0).letter
    if because in ("planned", "indirect"):
        return grade({}, judgement=True).letter
    if because == "no_gap_known":
        return grade({"value": number, "n": number, "low": None, "high": None}, proxy=True).letter
    return grade({"value": number, "n": number, "low": None, "high": None}, hint=number < min_records).letter


def _lacking(unlisted: pd.DataFrame | None, usual: pd.DataFrame | None) -> list[dict[str, Any]]:
    """What the list does not know: channels that no touchpoint takes, and usual touchpoints that no name tells of."""
    found: list[dict[str, Any]] = []
    shared = {"stage": None, "touchpoint_id": None, "proposal": "new", "gap": None, "used": None}
    if unlisted is not None and "channel" in unlisted:
        alone = unlisted[unlisted["metric"].eq("unplaced_share") & unlisted["channel"].notna() & unlisted["value"].ge(1.0)]
        for row in alone.to_dict("records"):
            known = {"channel": row["channel"], "because": "channel_without_touchpoint"}
            found.append({**shared, **known, "records": float(row["n"]) if pd.notna(row["n"]) else float("nan"), "grade": "C"})
    if usual is not None and "usual" in usual:
        none = usual[usual["metric"].eq("touchpoints") & usual["value"].eq(0) & usual["usual"].notna()]
        for name in none["usual"]:
            known = {"usual": name, "because": "usual_but_missing"}
            found.append({**shared, **known, "records": 0.0, "grade": "D"})
    return found
