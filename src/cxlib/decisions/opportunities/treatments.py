"""Which treatment suits which concern of which type of customer: what they come with, by which way, and how it ends there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.decisions.opportunities._log import logged, per_contact
from cxlib.decisions.opportunities.contact_results import SOLVED
from cxlib.estimates import Sampling

__all__ = ["treatments"]

GROUPS = ("persona", "treatment", "reason_id", "channel")


def treatments(
    contacts: IntoFrame,
    reasons: pd.DataFrame,
    *,
    solved: Sequence[str] = SOLVED,
    most: int = 3,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What each type of customer comes with, which treatment that calls for, and on which channel it ends best.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log with ``persona`` and ``reason_id``; ``channel`` and ``outcome`` where they are known.
    reasons : DataFrame
        The contract table *reasons* with ``treatment``.
    solved : sequence of str
        Outcomes that count as a solution.
    most : int
        Reasons that are told of each persona and treatment, the most frequent ones.
    min_n : int
        Contacts below which a figure has no number.
    direction, period, **options
        As in :func:`cxlib.decisions.opportunities.signals`.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``. By ``persona`` and ``treatment``: ``treatment_share`` of the persona's contacts; by ``reason_id`` as
        well: ``concern_share`` of the persona's contacts and ``solved_share``; by ``persona``, ``treatment`` and ``channel``:
        ``way_share`` (of these contacts) and ``solved_share``.

    Notes
    -----
    Contacts of customers who fit no persona, or whose reason was not assigned, are in no figure. Ways are not drawn by lot: customers
    choose them by what they have on their mind, so that a way on which more is solved need not be the better one.

    >>> log = pd.DataFrame({"contact_id": list("xy"), "contact_ts": pd.to_datetime(["2025-01-02"] * 2, utc=True), "persona": "p",
    ...     "reason_id": ["a", "b"], "channel": "phone", "local_date": pd.to_datetime(["2025-01-02"] * 2)})
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"], "treatment": ["eliminate", "leverage"]})
    >>> told = treatments(log, reasons, min_n=1)
    >>> told.loc[told["metric"].eq("treatment_share"), ["persona", "treatment", "value"]].to_dict("split")["data"]
    [['p', 'eliminate', 0.5], ['p', 'leverage', 0.5]]
    """
    needs = lacking(contacts, ["contact_ts"])
    names = ["persona", "reason_id", "channel", "outcome", "customer_id"]
    told = None if needs else logged(contacts, names, direction=direction, period=period)
    if told is not None:
        needs += [] if told["reason_id"].notna().any() else ["contact_reasons.reason_id"]
        needs += [] if told["persona"].notna().any() else ["personas.persona"]
    needs += [] if "treatment" in reasons and reasons["treatment"].notna().any() else ["reasons.treatment"]
    if needs or told is None:
        return estimates.unanswerable("treatment_share", "share", needs, by=GROUPS)
    of = reasons.drop_duplicates("reason_id").set_index("reason_id")["treatment"]
    held = told.assign(treatment=told["reason_id"].map(of).astype("str"))
    held = held[held["treatment"].notna() & held["persona"].notna()]
    if held.empty:
        return estimates.unanswerable("treatment_share", "share", ["reasons.treatment", "personas.persona"], by=GROUPS)
    chance = per_contact(options)
    parts = []
    for name in sorted(held["persona"].unique()):
        parts += _of_persona(held[held["persona"].eq(name)], list(solved), most, chance)
    stacked = estimates.stack(*parts)
    for name in GROUPS:
        stacked[name] = stacked[name] if name in stacked else pd.Series(None, index=stacked.index, dtype="str")
    stacked = stacked[[*GROUPS, *[name for name in stacked if name not in GROUPS]]]
    return estimates.withhold(stacked, (stacked["n"] < min_n) & stacked["value"].notna(), f"n < {min_n}")


def _of_persona(mine: pd.DataFrame, solved: list[str], most: int, options: Sampling) -> list[pd.DataFrame]:
    by = ["persona", "treatment"]
    parts = [_parts(mine, "treatment", by, "treatment_share", options)]
    counts = mine.groupby(["treatment", "reason_id"], as_index=False)["weight"].sum().sort_values("weight", ascending=False, kind="stable")
    leading = counts.groupby("treatment").head(most)["reason_id"]
    parts.append(_parts(mine, "reason_id", [*by, "reason_id"], "concern_share", options, chosen=list(leading)))
    here = mine[mine["channel"].notna()]
    for name in sorted(here["treatment"].unique()):
        parts.append(_parts(here[here["treatment"].eq(name)], "channel", [*by, "channel"], "way_share", options))
    known = mine[mine["outcome"].notna()]
    if len(known):
        ended = known.assign(flag=known["outcome"].isin(solved).astype("float64"))
        for groups, rows in (
            ([*by, "reason_id"], ended[ended["reason_id"].isin(leading)]),
            ([*by, "channel"], ended[ended["channel"].notna()]),
        ):
            if len(rows):
                parts.append(estimates.share(rows, "flag", by=groups, metric="solved_share", **options))
    return parts


def _parts(
    mine: pd.DataFrame, column: str, by: list[str], metric: str, options: Sampling, *, chosen: list[str] | None = None
) -> pd.DataFrame:
    """Return the share of each level of a column, with what else its rows have in common as groups."""
    shares = estimates.shares(mine, column, levels=None if chosen is None else sorted(chosen), metric=metric, **options)
    facts = mine.drop_duplicates(column).set_index(column, drop=False).loc[shares[column], by].astype("str")
    return estimates.stack(pd.concat([facts.reset_index(drop=True), shares.drop(columns=column)], axis=1))
