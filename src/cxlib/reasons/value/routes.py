"""Whether concerns take the route that fits their treatment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.reasons.value.shares import NEEDS

__all__ = ["OWN_WAYS", "routes"]

OWN_WAYS = ("portal", "app", "web_form")  # channels in which customers help themselves
PERSONAL = ("phone", "in_person", "field_visit", "callback", "chat")


def routes(
    contacts: pd.DataFrame,
    reasons: pd.DataFrame,
    *,
    own_ways: Sequence[str] = OWN_WAYS,
    personal: Sequence[str] = PERSONAL,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of contacts that go the way which fits their reason's treatment.

    Parameters
    ----------
    contacts : DataFrame
        The log with ``channel``, ``reason_id`` and ``unassigned``; ``handled_by_type`` and ``transfers`` where they are known.
    reasons : DataFrame
        The contract table *reasons* with ``treatment``, and ``target_channel`` where a client laid one down.
    own_ways, personal : sequences of str
        Channels in which customers help themselves, and in which they meet a person.
    min_n : int
        Contacts below which a group has no number.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``, by ``treatment``, and by ``treatment`` and ``reason_id``: ``fitting_share``.

    Notes
    -----
    Where a reason has a target channel, that one fits and no other. Else: *automate* fits one of `own_ways` or a contact dealt with by a
    bot;
    *leverage* a `personal` channel or a contact dealt with by a person; *simplify* a contact that was not handed on. For *eliminate* no
    route fits: every such contact is one too many, and its share is 0 by definition, so it has no row.

    >>> log = pd.DataFrame({"contact_id": list("ab"), "channel": ["portal", "phone"], "reason_id": ["copy", "copy"], "unassigned": False})
    >>> reasons = pd.DataFrame({"reason_id": ["copy"], "treatment": ["automate"]})
    >>> routes(log, reasons, min_n=1)[["treatment", "reason_id", "value"]].to_dict("split")["data"]
    [['automate', nan, 0.5], ['automate', 'copy', 0.5]]
    """
    by = ("treatment", "reason_id")
    if contacts.empty or "reason_id" not in contacts or contacts["reason_id"].isna().all() or "treatment" not in reasons:
        return estimates.unanswerable("fitting_share", "share", NEEDS, by=by)
    facts = reasons.drop_duplicates("reason_id").set_index("reason_id")
    sure = ~contacts["unassigned"].fillna(False).astype(bool) if "unassigned" in contacts else True
    held = contacts[contacts["reason_id"].notna() & sure]
    target = held["reason_id"].map(facts["target_channel"]) if "target_channel" in facts else pd.Series(None, index=held.index)
    held = held.assign(treatment=held["reason_id"].map(facts["treatment"]), target=target)
    held = held.assign(fits=_fits(held, own_ways, personal))
    held = held[held["treatment"].notna() & held["treatment"].ne("eliminate") & held["fits"].notna()]
    if held.empty:
        return estimates.unanswerable("fitting_share", "share", NEEDS, by=by)
    held = held.assign(fits=held["fits"].astype("float64"))
    parts = [estimates.share(held, "fits", by=list(groups), metric="fitting_share", **options) for groups in (("treatment",), by)]
    return estimates.stack(*[estimates.withhold(part, part["n"] < min_n, f"n < {min_n}") for part in parts])[
        [*by, *[name for name in parts[1] if name not in by]]
    ]


def _fits(held: pd.DataFrame, own_ways: Sequence[str], personal: Sequence[str]) -> pd.Series:
    """Return whether each contact's way fits; missing where the log does not tell."""
    kind = held["handled_by_type"].astype("str") if "handled_by_type" in held else pd.Series(None, index=held.index, dtype="str")
    transfers = held["transfers"] if "transfers" in held else pd.Series(pd.NA, index=held.index, dtype="Int64")
    ways = {
        "automate": (held["channel"].isin(list(own_ways)) | kind.eq("bot")).astype("boolean"),
        "leverage": (held["channel"].isin(list(personal)) | kind.isin(("person", "mixed"))).astype("boolean"),
        "simplify": transfers.eq(0).astype("boolean").where(transfers.notna()),
    }
    fits = pd.Series(pd.NA, index=held.index, dtype="boolean")
    for treatment, way in ways.items():
        fits = fits.where(held["treatment"].ne(treatment), way)
    return fits.where(held["target"].isna(), held["channel"].eq(held["target"]).astype("boolean"))
