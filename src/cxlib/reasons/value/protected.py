"""Contacts that nobody should save: feedback, questions about what is offered, wishes to book more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.reasons.value.shares import NEEDS

__all__ = ["CAUSES", "named", "protected"]

CAUSES = ("feedback", "sales_opportunity")  # what makes a contact worth protecting, where reasons are not named
PERSON = ("person", "mixed")


def named(reasons: pd.DataFrame, protect: Sequence[str] | None = None) -> list[str]:
    """Return the reasons that are protected: those of `protect`, or all whose cause is feedback or an opportunity to sell.

    >>> named(pd.DataFrame({"reason_id": ["a", "b"], "root_cause": ["feedback", "process_failure"]}))
    ['a']
    """
    if protect is not None:
        return [name for name in reasons["reason_id"] if name in set(protect)]
    if "root_cause" not in reasons:
        return []
    return list(reasons.loc[reasons["root_cause"].isin(CAUSES), "reason_id"])


def protected(
    contacts: pd.DataFrame, reasons: pd.DataFrame, *, protect: Sequence[str] | None = None, min_n: int = 30, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Whether customers with protected concerns reach a person, and what comes of it.

    Parameters
    ----------
    contacts : DataFrame
        The log with ``reason_id`` and ``unassigned``; ``handled_by_type``, ``reached`` and ``outcome`` where they are known.
    reasons : DataFrame
        The contract table *reasons*.
    protect : sequence of str, optional
        Reasons that are protected; left out, those whose cause is feedback or an opportunity to sell.
    min_n : int
        Contacts below which a figure has no number.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``. By ``reason_id``, and over all protected contacts: ``person_reached_share`` (somebody was ``reached``,
        or, where that is not known, ``handled_by_type`` says that a person dealt with it). Over all protected contacts by ``outcome``:
        ``protected_outcome_share`` of those whose outcome is known.

    Notes
    -----
    Contacts count as they were assigned; those left unassigned do not. A contact of which neither column tells anything is in no figure,
    and neither is one given up before anybody could tell what it was about.

    >>> log = pd.DataFrame({"contact_id": list("abc"), "reason_id": ["praise"] * 3, "unassigned": False, "reached": [True, False, None]})
    >>> reasons = pd.DataFrame({"reason_id": ["praise"], "root_cause": ["feedback"]})
    >>> protected(log, reasons, min_n=1)[["reason_id", "metric", "value"]].dropna().to_dict("split")["data"]
    [['praise', 'person_reached_share', 0.5]]
    """
    by = ("reason_id", "outcome")
    if contacts.empty or "reason_id" not in contacts or contacts["reason_id"].isna().all():
        return estimates.unanswerable("person_reached_share", "share", NEEDS, by=by)
    chosen = named(reasons, protect)
    sure = ~contacts["unassigned"].fillna(False).astype(bool) if "unassigned" in contacts else True
    held = contacts[contacts["reason_id"].isin(chosen) & sure]
    parts = [*_reached(held, min_n, options), *_outcomes(held, min_n, options)]
    told = estimates.stack(*parts)
    for name in by:
        told[name] = told[name] if name in told else pd.Series(None, index=told.index, dtype="str")
    return told[[*by, *[name for name in told if name not in by]]]


def _reached(held: pd.DataFrame, min_n: int, options: Sampling) -> list[pd.DataFrame]:
    person = pd.Series(pd.NA, index=held.index, dtype="boolean")
    if "handled_by_type" in held:
        kind = held["handled_by_type"].astype("str")
        person = kind.isin(PERSON).astype("boolean").where(kind.notna(), person)
    if "reached" in held:  # who reached nobody was not dealt with by a person then, whoever called back
        person = held["reached"].astype("boolean").fillna(person)
    known = held.assign(flag=person.astype("Float64").astype("float64"))[person.notna()]
    if known.empty:
        return [
            estimates.unanswerable("person_reached_share", "share", ["contacts.handled_by_type", "contacts.reached"], by=("reason_id",))
        ]
    parts = [estimates.share(known, "flag", by=by, metric="person_reached_share", **options) for by in ((), ("reason_id",))]
    return [estimates.withhold(part, part["n"] < min_n, f"n < {min_n}") for part in parts]


def _outcomes(held: pd.DataFrame, min_n: int, options: Sampling) -> list[pd.DataFrame]:
    if "outcome" not in held or held["outcome"].isna().all():
        return [estimates.unanswerable("protected_outcome_share", "share", ["contacts.outcome"], by=("outcome",))]
    known = held[held["outcome"].notna()]
    order = list(known["outcome"].value_counts().index)
    shares = estimates.shares(known, "outcome", levels=order, metric="protected_outcome_share", **options)
    return [estimates.withhold(shares, shares["n"] < min_n, f"n < {min_n}")]
