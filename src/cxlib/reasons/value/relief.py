"""What would go away: contacts a reason, and their cost where the client told what contacts cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates.rows import rows
from cxlib.reasons.value.shares import NEEDS, described
from cxlib.reasons.value.volumes import concerns

__all__ = ["GOES_AWAY", "costs_of", "mean_cost", "relief"]

GOES_AWAY = {"eliminate": 1.0, "automate": 1.0}  # share of a treatment's contacts that no longer reach a person


def relief(
    shares: pd.DataFrame,
    reasons: pd.DataFrame,
    contacts: pd.DataFrame,
    *,
    outside: Sequence[str] = (),
    goes_away: Mapping[str, float] | None = None,
    per_contact: Mapping[str, float] | None = None,
    variable_share: float = 1.0,
    currency: str | None = None,
    min_n: int = 30,
    level: float = 0.95,
) -> pd.DataFrame:
    """How many contacts go away, reason by reason, when they are eliminated or automated.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    reasons : DataFrame
        The contract table *reasons*, as the taxonomy has it or as the evidence leaves it (:attr:`Matrix.reasons`).
    contacts : DataFrame
        The log of the period, with ``reason_id`` and ``unassigned``; outbound contacts are left out.
    outside : sequence of str
        Reasons that are no concern of a customer; their contacts are counted nowhere.
    goes_away : mapping of str to float, optional
        Treatment → share of its contacts (0–1) that no longer reach a person; 1 when left out, an upper limit.
    per_contact : mapping of str to float, optional
        Channel → what a contact costs, in `currency`; contacts with a ``cost`` of their own have that. Left out: no cost is told.
    variable_share : float
        Share (0–1) of the cost that goes away with a contact.
    currency : str, optional
        Three letters; no cost is told without.
    min_n : int
        Contacts with a known cost below which a reason's contacts count as dear as all contacts are on average.
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES with draws, by ``treatment`` and ``reason_id``, and by ``treatment`` alone: ``contacts_gone`` (``count`` in the
        period), and with costs ``cost_gone`` (`currency` in the period); without groups ``concerns``, the contacts that hold a
        concern, and with costs
        ``cost_known_share``, the share of them whose cost is known.

    Raises
    ------
    DataError
        When `shares` have no draws, name reasons that the taxonomy lacks, or a share does not lie between 0 and 1.

    Notes
    -----
    π · N · g, with π the corrected share, N the contacts with a concern and g the share that goes away; costs: times the mean cost of the
    reason's contacts, as assigned, times the variable share. N, g and costs count as known: intervals are those of π. Contacts without a
    text count as if their reasons were those of the others.

    >>> table = {"metric": "reason_share", "value": [0.6, 0.4], "n": 90, "n_eff": 90.0, "draws": np.array([[0.6] * 9, [0.4] * 9])}
    >>> shares = rows(pd.DataFrame({"reason_id": ["a", "b"]}), table)
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"], "treatment": ["eliminate", "leverage"]})
    >>> log = pd.DataFrame({"contact_id": list("xyz"), "reason_id": ["a", "b", "a"], "unassigned": False, "weight": 1.0})
    >>> relief(shares, reasons, log)[["treatment", "reason_id", "metric", "value"]].round(1).to_dict("split")["data"]
    [[nan, nan, 'concerns', 3.0], ['eliminate', 'a', 'contacts_gone', 1.8], ['eliminate', nan, 'contacts_gone', 1.8]]
    """
    shares_gone = GOES_AWAY | dict(goes_away or {})
    for name, share in {**shares_gone, "variable_share": variable_share}.items():
        if not 0 <= share <= 1:
            raise DataError(worded("relief", f"{name} is no share:", f"{share:g}", do="Write a number from 0 to 1."))
    told = described(shares, reasons, ["treatment"], where="relief")
    if told is None:
        return estimates.unanswerable("contacts_gone", "count", NEEDS, by=("treatment", "reason_id"))
    held = concerns(contacts, outside)
    number = float(held["weight"].sum())
    counted = rows(pd.DataFrame(index=[0]), {"metric": "concerns", "value": number, "unit": "count", "n": len(held), "method": "count"})
    told = told[told["treatment"].isin(list(shares_gone))].sort_values("value", ascending=False, kind="stable")
    parts, wanted = [counted], {"contacts_gone": ("count", pd.Series(number, index=told.index))}
    costs = costs_of(held, per_contact) if currency and per_contact else None
    if costs is not None and costs.notna().any():
        known = estimates.share(held.assign(flag=costs.notna().astype(float)), "flag", metric="cost_known_share", weight="weight")
        parts.append(known.assign(low=np.nan, high=np.nan))
        wanted["cost_gone"] = (str(currency), number * variable_share * mean_cost(held, costs, told["reason_id"], min_n))
    gone = told["treatment"].map(shares_gone).astype(float)
    for metric, (unit, each) in wanted.items():
        factor = gone * each
        parts.append(_times(told, factor, metric, unit, shares.columns))
        parts += [_total(told.loc[here], factor.loc[here], metric, unit, level) for here in told.groupby("treatment").groups.values()]
    stacked = estimates.stack(*parts)
    front = ["treatment", "reason_id"]
    for name in front:
        stacked[name] = stacked[name] if name in stacked else pd.Series(None, index=stacked.index, dtype="str")
    return stacked[[*front, *[name for name in stacked if name not in front]]]


def _times(told: pd.DataFrame, factor: pd.Series, metric: str, unit: str, columns: pd.Index) -> pd.DataFrame:
    grown = told.assign(metric=metric, unit=unit, **{name: told[name] * factor for name in ("value", "low", "high")})
    grown["draws"] = [draws * times if isinstance(draws, np.ndarray) else draws for draws, times in zip(told["draws"], factor, strict=True)]
    return grown[["treatment", *columns]]


def _total(told: pd.DataFrame, factor: pd.Series, metric: str, unit: str, level: float) -> pd.DataFrame:
    """Sum what goes away over a treatment's reasons; the interval is that of a weighted sum of shares."""
    place = pd.DataFrame({"treatment": [told["treatment"].iloc[0]]})
    unknown = told.loc[told["value"].isna(), "note"]
    columns = {"metric": metric, "unit": unit, "n": told["n"].max(), "n_eff": told["n_eff"].max(), "method": "bootstrap"}
    if len(unknown):
        return rows(place, columns | {"note": unknown.iloc[0]})
    values, draws = told["value"].to_numpy(), np.stack(told["draws"].to_list())
    times = factor.to_numpy()
    value, again = float(values @ times), times @ draws
    most = float(times.max())
    if most > 0:  # a share between 0 and the dearest: its sum has the interval of a share
        note = pd.DataFrame(
            {"value": [value / most], "n": [told["n"].max()], "n_eff": [told["n_eff"].max()], "note": [told["note"].iloc[0]]}
        )
        whole = note.assign(metric=metric, draws=[again / most])
        part = estimates.sum_of_shares(whole, pd.Series("all", index=[0]), metric=metric, level=level)
        columns |= {"low": part["low"].item() * most, "high": part["high"].item() * most, "note": part["note"].item()}
    return rows(place, columns | {"value": value, "draws": again[None]})


def costs_of(contacts: pd.DataFrame, per_contact: Mapping[str, float]) -> pd.Series:
    """Return what each contact costs: its own ``cost``, else that of its channel; missing where neither is known."""
    by_channel = contacts["channel"].astype("str").map(dict(per_contact)).astype(float)
    return contacts["cost"].astype(float).fillna(by_channel) if "cost" in contacts else by_channel


def mean_cost(contacts: pd.DataFrame, costs: pd.Series, reason_ids: pd.Series, min_n: int) -> pd.Series:
    """Return the mean cost of a contact of each reason; that of all contacts where fewer than `min_n` are known."""
    known = contacts.assign(cost=costs * contacts["weight"], many=1.0)[costs.notna()]
    overall = known["cost"].sum() / known["weight"].sum()
    named = known[known["reason_id"].notna() & ~known["unassigned"].fillna(True).astype(bool)]
    sums = named.groupby("reason_id")[["cost", "weight", "many"]].sum()
    own = (sums["cost"] / sums["weight"]).where(sums["many"] >= min_n)
    return reason_ids.map(own).astype(float).fillna(overall)
