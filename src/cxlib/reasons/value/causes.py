"""What lies behind contacts: causes, how much of each would be avoidable, and where in the house they arise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.reasons.value.shares import NEEDS, described, headed

__all__ = ["INFORMATION", "causes", "origins"]

INFORMATION = ("information_gap", "missing_self_service")  # what better information or a self-service would settle


def causes(
    shares: pd.DataFrame, reasons: pd.DataFrame, *, by: str = "root_cause", claimed: Sequence[str] = INFORMATION, level: float = 0.95
) -> pd.DataFrame:
    """Share of contacts by the usual cause of their reasons, and how much of each cause would be avoidable.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    reasons : DataFrame
        The contract table *reasons*.
    by : str
        Column of `reasons` that names the cause: ``root_cause``; ``default_owner`` or ``owner`` for the department, ``stage``,
        ``group_id``.
    claimed : sequence of str
        Causes whose share together is put to the test.
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``, with draws. By `by`: ``cause_share`` of contacts, the largest first; ``cause_avoidable_share``, the
        share of that cause's contacts that would be avoidable; ``cause_failure_share``, the share of all failures that the cause has.
        Without
        a group: ``claimed_share``, the share of the causes `claimed` together.

    Raises
    ------
    DataError
        When `shares` have no draws, or name reasons that the taxonomy lacks.

    Notes
    -----
    Every contact of a reason counts for that reason's usual cause; what lay behind the single case is not looked at.

    >>> import numpy as np
    >>> from cxlib.estimates.rows import rows
    >>> table = {"metric": "reason_share", "value": [0.6, 0.4], "n": 90, "n_eff": 90.0, "draws": np.array([[0.6] * 9, [0.4] * 9])}
    >>> shares = rows(pd.DataFrame({"reason_id": ["a", "b"]}), table)
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"], "root_cause": ["information_gap", "feedback"], "treatment": ["eliminate",
    ...     "leverage"]})
    >>> causes(shares, reasons)[["root_cause", "metric", "value"]].dropna().to_dict("split")["data"]  # doctest: +NORMALIZE_WHITESPACE
    [['information_gap', 'cause_share', 0.6], ['feedback', 'cause_share', 0.4], ['information_gap', 'cause_avoidable_share', 1.0],
     ['feedback', 'cause_avoidable_share', 0.0]]
    """
    told = described(shares, reasons, [by, "treatment", "failure_demand"], where="causes")
    if told is None:
        return estimates.unanswerable("cause_share", "share", NEEDS, by=(by,))
    cause = told[by].astype("str").fillna(estimates.UNKNOWN).rename(by)
    gone, failed = told["treatment"].eq("eliminate"), told["failure_demand"].astype("boolean").fillna(False).astype(bool)
    share = estimates.sum_of_shares(told, cause, metric="cause_share", level=level).sort_values("value", ascending=False, kind="stable")
    avoided = estimates.sum_of_shares(told, cause, metric="cause_avoidable_share", of=gone, level=level)
    parts = [share, avoided.set_index(by).loc[share[by]].reset_index()]
    everything = pd.Series("all", index=told.index)
    for name in share[by] if failed.any() else ():
        own = estimates.sum_of_shares(told[failed], everything[failed], metric="cause_failure_share", of=cause.eq(name), level=level)
        parts.append(headed(own, **{by: str(name)}))
    if cause.isin(list(claimed)).any():
        parts.append(estimates.sum_of_shares(told, everything, metric="claimed_share", of=cause.isin(list(claimed)), level=level))
    return estimates.stack(*parts)


def origins(
    contacts: IntoFrame, reasons: pd.DataFrame, *, front: Sequence[str] = (), min_n: int = 7, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Where failures arise, as recorded contact by contact: in teams with customer contact or behind them.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log with ``root_cause_department``, and ``reason_id`` where reasons are known.
    reasons : DataFrame
        The contract table *reasons*: contacts count whose reason is marked as failure demand; all of them where no reason is known.
    front : sequence of str
        Departments in contact with customers; left out, before and behind is not told.
    min_n : int
        Contacts below which a department has no numbers.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``: by ``root_cause_department``: ``origin_share`` of the failures with a department recorded; without a
        group: ``front_share``, the share that arises in `front`, and ``origin_known_share`` of all failures.

    >>> log = pd.DataFrame({"contact_id": list("abcd"), "root_cause_department": ["LO", "LO", "KC", None], "weight": 1.0})
    >>> origins(log, pd.DataFrame({"reason_id": []}), front=["KC"], min_n=1)[["root_cause_department", "metric", "value"]].round(2)
      root_cause_department              metric  value
    0                    LO        origin_share   0.67
    1                    KC        origin_share   0.33
    2                   NaN         front_share   0.33
    3                   NaN  origin_known_share   0.75
    """
    needs = ["contacts.root_cause_department"]
    failures = _read(contacts, options)
    if "root_cause_department" not in failures or failures["root_cause_department"].isna().all():
        return estimates.unanswerable("origin_share", "share", needs, by=("root_cause_department",))
    if "reason_id" in failures and failures["reason_id"].notna().any() and "failure_demand" in reasons:
        marked = reasons.loc[reasons["failure_demand"].fillna(False).astype(bool), "reason_id"]
        failures = failures[failures["reason_id"].isin(marked)]
    known = failures[failures["root_cause_department"].notna()]
    sizes, parts = known["root_cause_department"].value_counts(), []
    if len(known):
        shares = estimates.shares(known, "root_cause_department", levels=list(sizes.index), metric="origin_share", **options)
        parts.append(estimates.withhold(shares, sizes < min_n, f"n < {min_n}"))
    if front and len(known):
        flagged = known.assign(flag=known["root_cause_department"].isin(list(front)).astype(float))
        parts.append(estimates.share(flagged, "flag", metric="front_share", **options))
    if len(failures):
        flagged = failures.assign(flag=failures["root_cause_department"].notna().astype(float))
        parts.append(estimates.share(flagged, "flag", metric="origin_known_share", **options))
    return estimates.stack(*parts) if parts else estimates.unanswerable("origin_share", "share", needs, by=("root_cause_department",))


def _read(contacts: IntoFrame, options: Sampling) -> pd.DataFrame:
    """Return the few columns that origins are told by."""
    frame = nw.from_native(contacts).lazy()
    wanted = ("root_cause_department", "reason_id", *[str(options[name]) for name in ("weight", "cluster", "count") if options.get(name)])
    names = [name for name in dict.fromkeys(wanted) if name in frame.collect_schema().names()]
    return frame.select(*names).collect().to_pandas() if "root_cause_department" in names else pd.DataFrame()
