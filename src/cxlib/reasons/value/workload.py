"""What contacts take: how many a year and how dear, reason by reason; how many, how long and how dear at each touchpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.reasons.value.relief import costs_of, mean_cost
from cxlib.reasons.value.shares import NEEDS, described
from cxlib.reasons.value.volumes import concerns

__all__ = ["reason_load", "touchpoint_load"]

YEAR = 365.25
POINT = "touchpoint_id"


def reason_load(
    shares: pd.DataFrame,
    reasons: pd.DataFrame,
    contacts: pd.DataFrame,
    *,
    period: tuple[date, date],
    outside: Sequence[str] = (),
    per_contact: Mapping[str, float] | None = None,
    currency: str | None = None,
    min_n: int = 30,
) -> pd.DataFrame:
    """How many contacts a year each reason brings, and what one of them costs.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    reasons : DataFrame
        The contract table *reasons*.
    contacts : DataFrame
        The log, with ``reason_id`` and ``unassigned``; outbound contacts are left out.
    period : (date, date)
        First and last day of the log.
    outside, per_contact, currency, min_n
        As in :func:`cxlib.reasons.value.relief`.

    Returns
    -------
    DataFrame
        ESTIMATES with draws by ``reason_id``: ``contacts_per_year`` (``count``), and with costs ``contact_cost`` (`currency`, full cost of
        one contact). Needs "contact_reasons.reason_id". ``n`` stays empty: shares that were told before are multiplied, nobody is counted
        anew.

    Notes
    -----
    π · N · 365.25 / days, with π the corrected share and N the contacts with a concern; intervals are those of π, errors of the
    classification included. Costs count as known and carry no interval.

    >>> table = {"metric": "reason_share", "value": [0.6, 0.4], "n": 90, "n_eff": 90.0, "draws": np.array([[0.6] * 9, [0.4] * 9])}
    >>> shares = rows(pd.DataFrame({"reason_id": ["a", "b"]}), table)
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"]})
    >>> log = pd.DataFrame({"contact_id": list("xyz"), "reason_id": ["a", "b", "a"], "unassigned": False, "weight": 1.0})
    >>> told = reason_load(shares, reasons, log, period=(date(2025, 1, 1), date(2025, 12, 31)))
    >>> told[["reason_id", "metric", "value"]].round(1).to_dict("split")["data"]
    [['a', 'contacts_per_year', 1.8], ['b', 'contacts_per_year', 1.2]]
    """
    told = described(shares, reasons, [], where="reason_load")
    if told is None:
        return estimates.unanswerable("contacts_per_year", "count", NEEDS, by=("reason_id",))
    held = concerns(contacts, outside, period=period)
    factor = float(held["weight"].sum()) * YEAR / ((period[1] - period[0]).days + 1)
    grown = {part: told[part] * factor for part in ("value", "low", "high")}
    each = told[shares.columns].assign(metric="contacts_per_year", unit="count", n=pd.NA, n_eff=np.nan, **grown)
    each["n"] = each["n"].astype("Int64")
    if "draws" in each:
        each["draws"] = [draws * factor if isinstance(draws, np.ndarray) else draws for draws in told["draws"]]
    costs = costs_of(held, per_contact) if currency and per_contact else None
    if costs is None or not costs.notna().any():
        return each
    cost = mean_cost(held, costs, told["reason_id"], min_n).to_numpy()
    dear = {"metric": "contact_cost", "value": cost, "unit": str(currency), "n": pd.NA, "method": "mean"}
    return estimates.stack(each, rows(told[["reason_id"]], dear))


def touchpoint_load(
    contacts: pd.DataFrame,
    reasons: pd.DataFrame,
    *,
    period: tuple[date, date],
    customers: int | None = None,
    outside: Sequence[str] = (),
    per_contact: Mapping[str, float] | None = None,
    currency: str | None = None,
    case: str = "case_id",
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many contacts each touchpoint takes, how many of them are avoidable, and what a contact and a case take there.

    Parameters
    ----------
    contacts : DataFrame
        The log with ``touchpoint_id``; ``reason_id``, ``unassigned``, ``handle_s`` and the case's id where they are known.
    reasons : DataFrame
        The contract table *reasons*, for ``treatment``.
    period : (date, date)
        First and last day of the log.
    customers : int, optional
        How many there are.
    outside, per_contact, currency
        As in :func:`cxlib.reasons.value.relief`.
    case : str
        Column that holds the contacts of a case together.
    min_n : int
        Contacts, or cases, below which a figure has no number.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``touchpoint_id``: ``contacts_per_100_customers`` (a year), ``avoidable_at`` (``share`` of the assigned contacts whose
        treatment is *eliminate*), ``handle_minutes`` and ``case_minutes`` (``min`` of handling a contact and a case), with costs
        ``contact_cost`` and ``case_cost``. Needs "contacts.touchpoint_id".

    Notes
    -----
    A case counts at the touchpoint of its contacts, so that one that touches several counts at each of them with its part there. Reasons
    count as they were assigned.

    >>> log = pd.DataFrame({"contact_id": list("abcd"), "touchpoint_id": "T1", "reason_id": ["x", "x", "y", None], "weight": 1.0,
    ...     "unassigned": False, "case_id": list("ppqq"), "handle_s": [60.0, 180.0, 120.0, 120.0]})
    >>> reasons = pd.DataFrame({"reason_id": ["x", "y"], "treatment": ["eliminate", "leverage"]})
    >>> year = (date(2025, 1, 1), date(2025, 12, 31))
    >>> told = touchpoint_load(log, reasons, period=year, customers=100, min_n=1)
    >>> told[["metric", "value"]].round(2).values.tolist()
    [['contacts_per_100_customers', 4.0], ['avoidable_at', 0.67], ['handle_minutes', 2.0], ['case_minutes', 4.0]]
    """
    if POINT not in contacts or contacts[POINT].isna().all():
        return estimates.unanswerable("contacts_per_100_customers", "per 100 customers", ["contacts.touchpoint_id"], by=(POINT,))
    held = concerns(contacts, outside, period=period)
    held = held[held[POINT].notna()].reset_index(drop=True)
    chosen: dict[str, Any] = {**options, "weight": "weight", "by": [POINT]}
    parts = [_per_customer(held, customers, period)] if customers else []
    treatment = (
        reasons.drop_duplicates("reason_id").set_index("reason_id")["treatment"] if "treatment" in reasons else pd.Series(dtype="str")
    )
    sure = held[held["reason_id"].notna() & ~held["unassigned"].fillna(False).astype(bool)]
    if len(sure) and len(treatment):
        flag = sure["reason_id"].map(treatment).eq("eliminate").astype("float64")
        parts.append(_thin(estimates.share(sure.assign(flag=flag), "flag", metric="avoidable_at", **chosen), min_n))
    amounts = {"minutes": held["handle_s"] / 60} if "handle_s" in held and held["handle_s"].notna().any() else {}
    costs = costs_of(held, per_contact) if currency and per_contact else None
    amounts |= {"cost": costs} if costs is not None and costs.notna().any() else {}
    for name, amount in amounts.items():
        unit = "min" if name == "minutes" else str(currency)
        metrics = ("handle_minutes", "case_minutes") if name == "minutes" else ("contact_cost", "case_cost")
        parts += _amounts(held.assign(amount=amount.astype("float64")), metrics, unit, case, min_n, chosen)
    if not parts:
        return estimates.unanswerable("contacts_per_100_customers", "per 100 customers", ["customers.customer_id"], by=(POINT,))
    return estimates.stack(*parts)


def _per_customer(held: pd.DataFrame, customers: int, period: tuple[date, date]) -> pd.DataFrame:
    sums = held.groupby(POINT).agg(weight=("weight", "sum"), many=("weight", "size")).reset_index()
    value = 100 * sums["weight"] * YEAR / ((period[1] - period[0]).days + 1) / customers
    columns = {"metric": "contacts_per_100_customers", "unit": "per 100 customers", "method": "count"}
    return rows(sums[[POINT]], {**columns, "value": value, "n": sums["many"].astype("int64"), "n_eff": sums["many"]})


def _amounts(held: pd.DataFrame, metrics: tuple[str, str], unit: str, case: str, min_n: int, chosen: dict[str, Any]) -> list[pd.DataFrame]:
    """Mean of a contact, and of a case where the log tells cases."""
    known = held[held["amount"].notna()]
    told: dict[str, Any] = {"unit": unit, "bounds": (0.0, np.inf), **chosen}
    parts = [_thin(estimates.mean(known, "amount", metric=metrics[0], **told), min_n)]
    if case in known and known[case].notna().any():
        keys = [POINT, case]
        cluster = [name for name in (chosen.get("cluster"),) if name and name in known and name not in keys]
        summed = (
            known.dropna(subset=[case])
            .groupby(keys, as_index=False)
            .agg({"amount": "sum", "weight": "mean", **dict.fromkeys(cluster, "first")})
        )
        parts.append(_thin(estimates.mean(summed, "amount", metric=metrics[1], **told | {"count": case}), min_n))
    return parts


def _thin(part: pd.DataFrame, min_n: int) -> pd.DataFrame:
    return estimates.withhold(part, part["n"] < min_n, f"n < {min_n}")
