"""Whether concerns arrive on the channel that was meant for them, where they arrive instead, and how they end there."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.decisions.opportunities._log import logged, per_contact
from cxlib.decisions.opportunities.contact_results import SOLVED
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["channel_fit"]

GROUPS = ("reason_id", "target_channel", "channel")


def channel_fit(
    contacts: IntoFrame,
    reasons: pd.DataFrame,
    *,
    solved: tuple[str, ...] = SOLVED,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Actual against intended channel, reason by reason.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log with ``reason_id`` and ``channel``; ``outcome`` where it is known.
    reasons : DataFrame
        The contract table *reasons*; ``target_channel`` is the channel meant for a reason.
    solved : tuple of str
        Outcomes that count as a solution.
    min_n : int
        Contacts below which a figure has no number.
    direction, period, **options
        As in :func:`cxlib.decisions.opportunities.signals`.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``. By ``reason_id`` and ``target_channel``, and over all contacts whose reason has one:
        ``on_channel_share``; by ``channel`` as well, of the other channels: ``elsewhere_share`` (of the reason's contacts). By reason
        where both are known: ``solved_on_channel``, ``solved_elsewhere`` and ``solved_difference``, the first less the second. Reasons
        for which no channel is laid down are in no row but one: ``without_channel_share``, the share of contacts with a reason that has
        none.

    Notes
    -----
    Reasons count as they were assigned; contacts left unassigned do not. Concerns of one reason that come on different channels need not
    be equally hard: the difference goes with the channel, it is not what the channel brings about.

    >>> log = pd.DataFrame({"contact_id": list("xyz"), "contact_ts": pd.to_datetime(["2025-01-02"] * 3, utc=True), "reason_id": ["a", "a",
    ...     "b"], "channel": ["portal", "phone", "phone"], "local_date": pd.to_datetime(["2025-01-02"] * 3)})
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"], "target_channel": ["portal", None]})
    >>> told = channel_fit(log, reasons, min_n=1)
    >>> told[["reason_id", "channel", "metric", "value"]].round(2).to_dict("split")["data"]  # doctest: +NORMALIZE_WHITESPACE
    [[nan, nan, 'without_channel_share', 0.33], [nan, nan, 'on_channel_share', 0.5], ['a', nan, 'on_channel_share', 0.5],
     ['a', 'phone', 'elsewhere_share', 0.5], ['a', nan, 'solved_on_channel', nan]]
    """
    needs = lacking(contacts, ["contact_ts", "channel"])
    told = logged(contacts, ["reason_id", "channel", "outcome", "customer_id"], direction=direction, period=period) if not needs else None
    if told is None or told["reason_id"].isna().all():
        return estimates.unanswerable("on_channel_share", "share", needs or ["contact_reasons.reason_id"], by=GROUPS)
    if "target_channel" not in reasons or reasons["target_channel"].isna().all():
        return estimates.unanswerable("on_channel_share", "share", ["reasons.target_channel"], by=GROUPS)
    facts = reasons.drop_duplicates("reason_id").set_index("reason_id")["target_channel"]
    held = told[told["reason_id"].notna() & told["channel"].notna()]
    held = held.assign(target_channel=held["reason_id"].map(facts).astype("str"))
    chance = per_contact(options)
    bare = held.assign(flag=held["target_channel"].isna().astype("float64"))
    parts = [estimates.share(bare, "flag", metric="without_channel_share", **chance)]
    meant = held[held["target_channel"].notna()]
    if meant.empty:
        parts.append(rows(pd.DataFrame(index=[0]), {"metric": "on_channel_share", "unit": "share", "note": "no case"}))
    else:
        parts += [*_where(meant, chance), *_solved(meant, tuple(solved), chance)]
    stacked = estimates.stack(*parts)
    for name in GROUPS:
        stacked[name] = stacked[name] if name in stacked else pd.Series(None, index=stacked.index, dtype="str")
    stacked = stacked[[*GROUPS, *[name for name in stacked if name not in GROUPS]]]
    thin = (stacked["n"] < min_n) & stacked["value"].notna()
    return estimates.withhold(stacked, thin, f"n < {min_n}")


def _where(meant: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    each = ["reason_id", "target_channel"]
    fits = meant.assign(flag=meant["channel"].eq(meant["target_channel"]).astype("float64"))
    parts = [estimates.share(fits, "flag", by=by, metric="on_channel_share", **options) for by in ([], each)]
    for name in sorted(meant.loc[fits["flag"].eq(0.0), "channel"].unique()):
        there = meant[meant["target_channel"].ne(name)]
        part = estimates.share(
            there.assign(flag=there["channel"].eq(name).astype("float64")), "flag", by=each, metric="elsewhere_share", **options
        )
        part = part[part["value"].gt(0)]
        part.insert(2, "channel", pd.Series(name, index=part.index, dtype="str"))
        parts.append(part)
    return parts


def _solved(meant: pd.DataFrame, solved: tuple[str, ...], options: Sampling) -> list[pd.DataFrame]:
    each = ["reason_id", "target_channel"]
    known = meant[meant["outcome"].notna()]
    if known.empty:
        place = meant[each].drop_duplicates().head(1)
        return [rows(place, {"metric": "solved_on_channel", "unit": "share", "note": "needs contacts.outcome"})]
    side = known["channel"].eq(known["target_channel"]).map({True: "on", False: "elsewhere"})
    known = known.assign(flag=known["outcome"].isin(solved).astype("float64"), side=side)
    parts = [
        estimates.share(known[known["side"].eq(name)], "flag", by=each, metric=metric, **options)
        for name, metric in (("on", "solved_on_channel"), ("elsewhere", "solved_elsewhere"))
        if known["side"].eq(name).any()
    ]
    both = known.groupby("reason_id")["side"].transform("nunique").eq(2)
    if both.any():
        gap = {"between": "side", "reference": "elsewhere", "by": each, "metric": "solved_difference"}
        parts.append(estimates.share_difference(known[both], "flag", **gap, **options).drop(columns="side"))  # type: ignore[arg-type]
    return parts
